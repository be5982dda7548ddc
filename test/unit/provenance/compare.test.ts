import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { LAST_APPLIED } from '../../../src/cluster/apply/apply.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { blame } from '../../../src/provenance/blame.ts';
import { type Comparison, compare } from '../../../src/provenance/compare.ts';
import { type ComparisonAbout, comparisonTranscript } from '../../../src/provenance/compare-words.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';

const knowledge = sourceKnowledge();
const ABOUT: ComparisonAbout = {
  file: 'web.yaml',
  object: 'Deployment web of test',
  now: Date.parse('2026-11-21T09:00:00Z'),
  exact: () => undefined,
  applied: true,
};

function recordedDeployment(): KubeObject {
  const lines = gunzipSync(readFileSync(sharedPath('live/deployment-create/watch.jsonl.gz')))
    .toString()
    .split('\n');
  const found = lines
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { object?: KubeObject }).object)
    .findLast((object) => object?.kind === 'Deployment');
  if (!found) throw new Error('no Deployment');
  return found;
}

const live = recordedDeployment();
const applied = JSON.parse(live.metadata.annotations?.[LAST_APPLIED] ?? '') as KubeObject;
const compared = (file: unknown, object: unknown = live): Comparison =>
  compare(file as KubeObject, object as KubeObject, blame(knowledge, object as KubeObject));

describe('a file and what came of it', () => {
  test('what was applied: nothing is changed or missing, and every addition is attributed', () => {
    const { differences } = compared(applied);
    expect(differences.filter(({ kind }) => kind !== 'added')).toEqual([]);
    const told = comparisonTranscript({ text: '', differences, hidden: false }, ABOUT);
    expect(told).not.toContain('nobody');
    expect(told).toMatch(/### kube-apiserver defaulting · kubectl apply.*`spec\.progressDeadlineSeconds`: `600`/s);
    expect(told).toMatch(/### Deployment controller · status.*status\.conditions/s);
    expect(told).toContain('Nothing: the live object has all that the file says.');
  });

  test('a changed and a missing field, in the words of the file and of the cluster', () => {
    const file = structuredClone(applied) as unknown as { spec: Record<string, unknown> };
    file.spec.replicas = 5;
    file.spec.paused = true;
    const { differences } = compared(file);
    expect(differences.find(({ path }) => path === 'spec.replicas')).toMatchObject({
      kind: 'changed',
      mine: 5,
      live: 3,
    });
    expect(differences.find(({ path }) => path === 'spec.paused')).toMatchObject({ kind: 'missing', mine: true });
    const patch = { spec: { replicas: 5, paused: true } };
    const told = comparisonTranscript(compared(file), { ...ABOUT, patch });
    expect(told).toMatch(/## Changed since\n\n- `spec\.replicas`: `5` → `3` \(kubectl apply · 39 m\)/);
    expect(told).toMatch(/## Only in the file\n\n- `spec\.paused`: `true`/);
    expect(told).toContain('replicas: 5');
  });

  test('the file is written in the order of the live object, its own lists in their own', () => {
    const file = {
      spec: {
        containers: [
          { image: 'b', name: 'two' },
          { image: 'a', name: 'one' },
        ],
      },
      metadata: { name: 'p' },
      kind: 'Pod',
      apiVersion: 'v1',
    };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {
        containers: [
          { name: 'one', image: 'a' },
          { name: 'two', image: 'b' },
        ],
      },
    };
    expect(compared(file, pod).text).toBe(
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n    - name: two\n      image: b\n    - name: one\n      image: a\n',
    );
    expect(compared(file, pod).differences).toMatchObject([{ kind: 'changed', path: 'spec.containers' }]);
  });

  test('a quantity in another notation is the same', () => {
    const spec = (cpu: unknown): unknown => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'a', resources: { limits: { cpu } } }] },
    });
    expect(compared(spec(1), spec('1')).differences).toEqual([]);
    expect(compared(spec('1000m'), spec('1')).differences).toEqual([]);
    expect(compared(spec('500m'), spec('1')).differences).toMatchObject([{ kind: 'changed', mine: '500m', live: '1' }]);
  });

  test('Secrets: names of keys are compared, values are nowhere', () => {
    const secret = (data: object, more: object = {}): unknown => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data,
      ...more,
    });
    const comparison = compared(
      secret({ a: 'aHVudGVyMg==' }, { stringData: { c: 'hunter2' } }),
      secret({ a: 'b3RoZXI=', b: 'bmV3' }),
    );
    const told = comparisonTranscript(comparison, ABOUT);
    expect(JSON.stringify([comparison, told])).not.toMatch(/hunter2|aHVudGVyMg|b3RoZXI|bmV3/);
    expect(comparison.differences.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      'added data.b',
      'missing stringData.c',
    ]);
    expect(told).toContain('Values of Secrets are hidden and not compared.');
  });

  test('an object that does not say what was applied last', () => {
    expect(comparisonTranscript(compared(applied), { ...ABOUT, applied: false })).toContain('kubectl would warn');
  });
});
