// Nobody's manifest may throw or hang: mutated samples, garbage, and texts made to be expensive.
import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explanationMarkdown } from '../../../src/manifest/markdown.ts';
import { createManifestService } from '../../../src/manifest/service.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';

const knowledge = sourceKnowledge();
const folder = new URL('../../../media/samples/', import.meta.url);
const samples = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => fs.readFileSync(new URL(name, folder), 'utf8'));

const SEED = Number(process.env.SEED ?? 20_261_121);
const RUNS = Number(process.env.RUNS ?? 5_000);
const PIECES = [
  '\t',
  '\n---\n',
  ': ',
  '- ',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  '|',
  '>',
  '&a ',
  '*a',
  '<<: *a',
  '#',
  '{{',
  '}}',
  '\r',
  '\0',
  '\uD800',
  '? ',
  '%',
  '@',
  '!',
  '\uFEFF',
  '~',
  'y',
  '0x',
];

interface Mutation {
  readonly kind: 'insert' | 'delete' | 'repeat' | 'swap';
  readonly at: number;
  readonly length: number;
  readonly piece: string;
}

function mutate(text: string, { kind, at, length, piece }: Mutation): string {
  const from = Math.floor(at * text.length);
  const to = Math.min(text.length, from + length);
  if (kind === 'insert') return text.slice(0, from) + piece + text.slice(from);
  if (kind === 'delete') return text.slice(0, from) + text.slice(to);
  if (kind === 'repeat') return text.slice(0, to) + text.slice(from);
  return text.slice(0, from) + text.slice(from, to).split('').reverse().join('') + text.slice(to);
}

const mutation = fc.record({
  kind: fc.constantFrom('insert', 'delete', 'repeat', 'swap'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 0, max: 40 }),
  piece: fc.constantFrom(...PIECES),
});

describe('a manifest of any kind', () => {
  test('mutated samples never throw, and say what a fresh reading says', () => {
    const service = createManifestService({ knowledge });
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(mutation, { maxLength: 6 }),
        fc.nat(),
        (sample, changes, spot) => {
          const text = changes.reduce(mutate, sample);
          const lines = text.split('\n');
          const line = spot % lines.length;
          const column = spot % Math.max(1, lines[line]?.length ?? 1);
          service.update('u', 1, text);
          const found = service.explainAt('u', line, column);
          if (found) explanationMarkdown(found);
          service.objects('u');
          service.outline('u');
          service.diagnostics('u');
          const fresh = createManifestService({ knowledge });
          fresh.update('u', 1, text);
          expect(found).toEqual(fresh.explainAt('u', line, column));
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
  }, 120_000);

  test.each([
    ['a megabyte of one character', 'x'.repeat(1_000_000), []],
    ['a megabyte of spaces in a line', `a${' '.repeat(1_000_000)}b`, []],
    ['a megabyte of colons', ':'.repeat(1_000_000), []],
    ['unclosed templates', '{{'.repeat(200_000), []],
    ['closed templates', '{{}}'.repeat(100_000), []],
    ['deep flow nesting', `a: ${'['.repeat(100_000)}`, []],
    ['deep block nesting', Array.from({ length: 3_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), []],
    ['many quotes', '"\n'.repeat(20_000), []],
    ['many documents', '---\nkind: Pod\n'.repeat(50_000), []],
    ['an alias bomb', bomb(30), ['Pod']],
    ['a circular alias', 'apiVersion: v1\nkind: Pod\nmetadata: &m\n  labels: *m\n', ['Pod']],
    ['a wide map', `apiVersion: v1\nkind: ConfigMap\ndata:\n${wide(20_000)}`, ['ConfigMap']],
    ['a null byte', 'apiVersion: v1\nkind: \0Pod\n', ['\0Pod']],
  ])('%s is read within the time limit of a test', (_, text, kinds) => {
    const service = createManifestService({ knowledge });
    service.update('u', 1, text);
    service.explainAt('u', 2, 3);
    service.diagnostics('u');
    service.outline('u');
    expect(service.objects('u').map(({ kind }) => kind)).toEqual(kinds);
  });
});

function wide(keys: number): string {
  return Array.from({ length: keys }, (_, i) => `  k${i}: v\n`).join('');
}

function bomb(levels: number): string {
  const lines = ['a0: &a0 [x, x]'];
  for (let i = 1; i < levels; i++) lines.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`);
  return `apiVersion: v1\nkind: Pod\n${lines.join('\n')}\nmetadata:\n  labels: *a${levels - 1}\n`;
}
