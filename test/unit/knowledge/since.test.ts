// Since when a field can be used: the versions of its feature gate, as upstream's table has them, and nothing from memory.
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sinceText, stagesOf } from '../../../src/knowledge/feature-gates.ts';
import type { FieldRecord } from '../../../src/knowledge/record.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { PLAIN_SINCE } from './plain-since.ts';

const table = JSON.parse(
  fs.readFileSync(new URL('../../../src/knowledge/feature-gates.json', import.meta.url), 'utf8'),
) as { gates: Record<string, string> };

const entries = sourceKnowledge()
  .recordedTypes()
  .flatMap(({ type, fields }) =>
    Object.entries(fields).flatMap(([field, record]) =>
      sinces(record).map((since) => ({ name: `${type}.${field}`, since })),
    ),
  );

function sinces(record: FieldRecord): string[] {
  return [record, ...Object.values(record.in ?? {})].flatMap(({ since }) => since ?? []);
}

const minor = (version: string): number => Number(version.split('.')[1]);
const named = (since: string): string[] => [...since.matchAll(/\{(\w+)\}/g)].map(([, gate = '']) => gate);

describe('feature gates', () => {
  test.each(Object.keys(table.gates))('%s goes from alpha over beta to stable, up to the version explained', (gate) => {
    const stages = stagesOf(gate) ?? [];
    expect(stages.length).toBeGreaterThan(0);
    const order = ['alpha', 'beta', 'stable'];
    stages.slice(1).forEach((stage, i) => {
      const before = stages[i];
      expect(minor(stage.version)).toBeGreaterThan(minor(before?.version ?? ''));
      expect(order.indexOf(stage.stage)).toBeGreaterThanOrEqual(order.indexOf(before?.stage ?? ''));
    });
    for (const { version, stage, on } of stages) {
      expect(version).toMatch(/^1\.\d+$/);
      expect(minor(version)).toBeLessThanOrEqual(36);
      if (stage === 'alpha') expect(on).toBe(false);
    }
  });

  test('are all used by a record', () => {
    const text = JSON.stringify(sourceKnowledge().recordedTypes());
    expect(Object.keys(table.gates).filter((gate) => !text.includes(gate))).toEqual([]);
  });

  test('become the words that people read', () => {
    expect(sinceText('{SidecarContainers}')).toBe('v1.29, stable v1.33');
    expect(sinceText('{AppArmorFields}')).toBe('v1.30, stable v1.31');
    expect(sinceText('{DynamicResourceAllocation}')).toBe('v1.34');
    expect(sinceText('{EnvFiles}')).toBe('v1.35 by default (feature gate EnvFiles)');
    expect(sinceText('{ContainerStopSignals}')).toBe('v1.33, but not by default: feature gate ContainerStopSignals');
    expect(sinceText('{MaxUnavailableStatefulSet}')).toMatch(/^v1\.24, but not by default/);
    expect(sinceText('sidecars {SidecarContainers}')).toBe('sidecars v1.29, stable v1.33');
  });
});

describe('since', () => {
  test('names gates that the table has', () => {
    expect(entries.flatMap(({ since }) => named(since)).filter((gate) => !stagesOf(gate))).toEqual([]);
    expect(entries.length).toBeGreaterThan(100);
  });

  test('has versions of its own only where no gate was, as reviewed', () => {
    const plain = entries.filter(({ since }) => named(since).length === 0);
    expect(plain.filter(({ name, since }) => PLAIN_SINCE.get(name)?.since !== since)).toEqual([]);
    expect([...PLAIN_SINCE.keys()].filter((name) => !plain.some((one) => one.name === name))).toEqual([]);
  });
});
