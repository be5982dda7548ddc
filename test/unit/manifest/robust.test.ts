// Nobody's manifest may throw or hang: mutated samples, garbage, and texts made to be expensive.
import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explanationMarkdown } from '../../../src/manifest/markdown.ts';
import { createManifestService } from '../../../src/manifest/service.ts';
import { unresolved } from '../../../src/manifest/workspace/unresolved.ts';
import { Workspace } from '../../../src/manifest/workspace/workspace.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';

const knowledge = sourceKnowledge();
const folder = new URL('../../../media/samples/', import.meta.url);
const files = (fs.readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.yaml'));
const written = files.map((name) => fs.readFileSync(new URL(name, folder), 'utf8'));
/** Besides the samples and the chart's templates: other styles of the same, and what others write. */
const samples = [
  ...written,
  ...written.map((text) => text.replaceAll('\n', '\r\n')),
  ...written.map(
    (text) => `apiVersion: v1\nkind: List\nitems:\n- ${text.replace(/^---.*\n/, '').replaceAll('\n', '\n  ')}\n`,
  ),
  JSON.stringify(
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c' }] } },
    null,
    1,
  ),
  'resources: [a.yaml]\npatches:\n- path: p.yaml\nconfigMapGenerator: [{name: c}]\n',
  'apiVersion: v1\nkind: Pod\nspec: &s\n  containers: [{<<: &c {name: a, env: [{name: A, value: y}]}, image: i}]\n  volumes: [*c, {name: v, secret: {secretName: s}}]\n',
  'apiVersion: apps/v1\nkind: Deployment\nspec:\n  $patch: replace\n  template: {spec: {$setElementOrder/containers: [{name: c}]}}\n',
];

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
    const workspace = new Workspace();
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
          service.diagnostics('u', { patch: true });
          service.defaults('u');
          workspace.update('u', service.facts('u'));
          unresolved(workspace, 'u');
          workspace.definitions('u', { line, column });
          workspace.references('u', { line, column }, true);
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
    ['a hundred thousand lines', `apiVersion: v1\nkind: ConfigMap\ndata:\n${wide(100_000)}`, ['ConfigMap']],
    ['a hundred thousand lines of nothing', 'a\n'.repeat(100_000), []],
    ['a megabyte of noise', noise(1_000_000), []],
    ['deep lists', `apiVersion: v1\nkind: Pod\nspec:\n${deep(500)}`, ['Pod']],
    [
      'what is no UTF-8',
      new TextDecoder().decode(bytes('apiVersion: v1\nkind: Pod\nmetadata: {name: ', 0xc3, 0x28, 0xff, 0xfe, 0x7d)),
      ['Pod'],
    ],
    ['a null byte', 'apiVersion: v1\nkind: \0Pod\n', ['\0Pod']],
  ])('%s is read within the time limit of a test', (_, text, kinds) => {
    const service = createManifestService({ knowledge });
    service.update('u', 1, text);
    service.explainAt('u', 2, 3);
    service.diagnostics('u');
    service.outline('u');
    service.defaults('u');
    service.facts('u');
    expect(service.objects('u').map(({ kind }) => kind)).toEqual(kinds);
  });
});

/** The same noise in every run: every kind of character that YAML gives a meaning, and others. */
function noise(length: number): string {
  const from = ' \n\t:-#{}[]\'"&*!|>%@`,?abc0\u0001\u00e9\ud83d';
  let state = SEED;
  let text = '';
  while (text.length < length) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += from[state % from.length] ?? '';
  }
  return text;
}

function deep(levels: number): string {
  return Array.from({ length: levels }, (_, i) => `${' '.repeat(i * 2)}- x:\n`).join('');
}

function bytes(text: string, ...more: number[]): Uint8Array {
  return new Uint8Array([...new TextEncoder().encode(text), ...more]);
}

function wide(keys: number): string {
  return Array.from({ length: keys }, (_, i) => `  k${i}: v\n`).join('');
}

function bomb(levels: number): string {
  const lines = ['a0: &a0 [x, x]'];
  for (let i = 1; i < levels; i++) lines.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`);
  return `apiVersion: v1\nkind: Pod\n${lines.join('\n')}\nmetadata:\n  labels: *a${levels - 1}\n`;
}
