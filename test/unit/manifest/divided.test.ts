// A large document is read in parts. What is read is what a reading of the whole gives, before and after any edit.
import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMap, isScalar, isSeq, parse } from 'yaml';
import { DividedTree } from '../../../src/manifest/divided.ts';
import { locate } from '../../../src/manifest/locate.ts';
import { readText } from '../../../src/manifest/parse.ts';
import { createManifestService } from '../../../src/manifest/service.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { flow, shape, styles } from './styles.ts';

const knowledge = sourceKnowledge();
const folder = new URL('../../../media/samples/', import.meta.url);
const samples = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => fs.readFileSync(new URL(name, folder), 'utf8').split(/^---.*\n/m))
  .filter((text) => text.includes('kind:'));

function list(items: number, more = ''): string {
  const item = (i: number): string => {
    const [first = '', ...rest] = (samples[i % samples.length] ?? '')
      .replaceAll('web', `web-${i}`)
      .trimEnd()
      .split('\n');
    return `- ${first.startsWith('#') ? '' : first}\n${rest.map((line) => `  ${line}`).join('\n')}\n${i % 7 === 0 ? '\n# a comment\n' : ''}`;
  };
  return `apiVersion: v1\nkind: List\n${more}items:\n${Array.from({ length: items }, (_, i) => item(i)).join('')}`;
}

function configMap(keys: number): string {
  const key = (i: number): string =>
    i % 5 === 0 ? `  key-${i}: |\n    #!/bin/sh\n    a: b\n\n    \techo ${i}\n` : `  key-${i}: 'value ${i}'\n`;
  return `# large\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n${Array.from({ length: keys }, (_, i) => key(i)).join('')}`;
}

function crd(depth: number): string {
  const level = (i: number, indent: string): string =>
    i === depth
      ? ''
      : `${indent}properties:\n${Array.from({ length: 12 }, (_, k) => `${indent}  f${k}:\n${indent}    type: string\n${indent}    description: what field ${k} of level ${i} is for\n`).join('')}${indent}  deeper:\n${indent}    type: object\n${level(i + 1, `${indent}    `)}`;
  return `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {kind: Widget, plural: widgets}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n${level(0, '        ')}`;
}

/** One block of text, and little around it. */
function blockOfText(lines: number): string {
  const text = Array.from({ length: lines }, (_, i) => `${' '.repeat(4 + (i % 3 ? 0 : 2))}line ${i}: {a: "b", - c\n`);
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  a.txt: |\n    # no comment\n${text.join('')}\n  # a comment\n  other: c\n`;
}

const objects = samples.map((text) => parse(text) as unknown);
const wrapped = (count: number): unknown => ({
  apiVersion: 'v1',
  kind: 'List',
  items: Array.from({ length: count }, (_, i) => objects[i % objects.length]),
});

const anchored = (items: number): string =>
  list(items)
    .replace('kind: List\n', 'kind: List\nx: &l {app: web}\ny: &m\n  labels: *l\n')
    .replaceAll(/\n {2}metadata:\n/g, '\n  metadata:\n    <<: *m\n');

const LARGE: readonly [string, string][] = [
  ['a List', list(60)],
  ['a ConfigMap', configMap(1_500)],
  ['a CustomResourceDefinition', crd(20)],
  ['a block of text', blockOfText(1_500)],
  ['JSON', JSON.stringify(wrapped(40), null, 2)],
  ['JSON on one line', JSON.stringify(wrapped(40))],
  ['flow style', `# c\n${flow(wrapped(40))}\n`],
  ['flow style in block style', `kind: List\napiVersion: v1\nitems: ${flow(objects)} # c\n`.repeat(1)],
  ['anchors and aliases', anchored(60)],
];

const SEED = Number(process.env.SEED ?? 20_261_121);
const RUNS = Number(process.env.RUNS ?? 1_500);
/** What gives structure, and what breaks it. */
const PUT = [
  '',
  '',
  'x',
  ' ',
  '\n',
  '\n  ',
  ': ',
  '- ',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ',',
  '|',
  '&a ',
  '*a',
  '#',
  ' # c',
  '\t',
].concat('? ', '%', '!x ', '\n- a', '\n  k: v', '"k": 1,', '\r\n', '...', '\n}', '},', 'k:', '\n    foo: bar\n');

describe('a divided document', () => {
  test.each(LARGE)('%s reads as the whole does', (_, text) => {
    const divided = DividedTree.read(text);
    expect(divided?.problems).toEqual([]);
    expect(shape(divided?.root)).toEqual(shape(readText(text).root));
  });

  test.each(LARGE)('%s: what is at a place is the same', (_, text) => {
    const divided = DividedTree.read(text);
    const { root } = readText(text);
    const different = [];
    for (let offset = 0; offset < text.length; offset += 13) {
      // A block of text ends where the next line begins; there it is nobody's.
      if (text[offset - 1] === '\n') continue;
      const seen = (found: typeof whole): unknown =>
        found && found.on !== 'item' ? [found.path, found.on, found.from, found.to] : null;
      const whole = locate(root, offset);
      const part = divided?.locate(offset);
      if (JSON.stringify(seen(part)) !== JSON.stringify(seen(whole))) different.push([offset, seen(part), seen(whole)]);
    }
    expect(different).toEqual([]);
  });

  test.each(LARGE)(
    '%s after many edits is what a fresh reading of it is',
    (_, text) => {
      const edit = fc.record({
        at: fc.double({ min: 0, max: 0.999, noNaN: true }),
        gone: fc.nat(30),
        put: fc.constantFrom('', 'x', ' # c', '\n', ': ', '- a\n', '"', '\t', '  k: v\n', '{', ']', ',', '&l ', '*m'),
      });
      fc.assert(
        fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
          const service = createManifestService({ knowledge });
          let now = text;
          service.update('u', 0, now);
          service.diagnostics('u');
          for (const [i, { at, gone, put }] of edits.entries()) {
            const from = Math.floor(at * now.length);
            now = now.slice(0, from) + put + now.slice(from + gone);
            service.update('u', i + 1, now);
            const line = now.slice(0, from).split('\n').length - 1;
            const fresh = createManifestService({ knowledge });
            fresh.update('u', 1, now);
            expect(service.explainAt('u', line, 4)).toEqual(fresh.explainAt('u', line, 4));
            if (i % 2 === 0) continue;
            expect(service.diagnostics('u')).toEqual(fresh.diagnostics('u'));
            expect(service.facts('u')).toEqual(fresh.facts('u'));
            expect(service.objects('u')).toEqual(fresh.objects('u'));
            expect(service.outline('u')).toEqual(fresh.outline('u'));
          }
        }),
        { seed: 5, numRuns: 5 },
      );
    },
    120_000,
  );

  test('in any style and in the smallest parts it is what a fresh reading is, and what the whole is, after any edits', () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      gone: fc.oneof(fc.nat(2), fc.nat(40)),
      put: fc.constantFrom(...PUT),
      look: fc.nat(3),
    });
    const sizes = fc.record({ large: fc.integer({ min: 20, max: 220 }), leaf: fc.integer({ min: 10, max: 130 }) });
    fc.assert(
      fc.property(
        fc.constantFrom(...samples.flatMap(styles)),
        fc.array(edit, { minLength: 1, maxLength: 5 }),
        sizes,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (sample, edits, limits, spot) => {
          let text = sample;
          let tree = DividedTree.read(text, undefined, limits);
          for (const { at, gone, put, look } of edits) {
            const from = Math.floor(at * text.length);
            text = text.slice(0, from) + put + text.slice(from + gone);
            // Where another document begins, texts are cut before anybody reads them.
            if (/\n---/.test(text)) return;
            // Whoever looks in between sets some of it right and leaves the rest.
            if (look === 1) tree?.settle();
            if (look === 2) tree?.locate(from);
            tree = DividedTree.read(text, tree, limits);
            const offset = Math.floor(spot * text.length);
            const fresh = DividedTree.read(text, undefined, limits);
            expect([tree?.locate(offset)?.path, tree?.problems]).toEqual([
              fresh?.locate(offset)?.path,
              fresh?.problems,
            ]);
            expect(shape(tree?.root)).toEqual(shape(fresh?.root));
            if (!fresh) continue;
            const whole = readText(text);
            expect(fresh.problems.length === 0).toBe(whole.problems.length === 0);
            if (whole.problems.length === 0) expect(shape(fresh.root)).toEqual(shape(whole.root));
          }
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
  }, 300_000);

  test.each([
    ['a directive', `%YAML 1.1\n---\n${configMap(1_500)}`],
    ['an end of the document', `${configMap(1_500)}...\n`],
    ['one scalar', 'x '.repeat(20_000)],
  ])('%s: then it is read as a whole', (_, text) => {
    expect(DividedTree.read(text)).toBeUndefined();
  });

  test('what is wrong in one part is told, and the rest is read', () => {
    const service = createManifestService({ knowledge });
    service.update('u', 1, list(60).replace('\n  metadata:', '\n metadata:'));
    expect(service.objects('u').length).toBeGreaterThanOrEqual(59);
    const problems = service.diagnostics('u');
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ family, range }) => family === 'syntax' && range.start.line < 20)).toBe(true);
  });

  test('an edit makes one part new', () => {
    const leaves = (text: string, before?: DividedTree): { tree: DividedTree | undefined; nodes: unknown[] } => {
      const tree = DividedTree.read(text, before);
      const nodes: unknown[] = [];
      const collect = (node: unknown): void => {
        if (isScalar(node)) nodes.push(node);
        else if (isMap(node)) for (const pair of node.items) [pair.key, pair.value].map(collect);
        else if (isSeq(node)) node.items.map(collect);
      };
      collect(tree?.root);
      return { tree, nodes };
    };
    const text = configMap(4_000);
    const { tree, nodes } = leaves(text);
    const known = new Set(nodes);
    const after = leaves(text.replace("key-2001: 'value 2001'", "key-2001: 'another value'"), tree);
    expect(after.nodes.length).toBe(nodes.length);
    expect(after.nodes.filter((node) => !known.has(node)).length).toBeLessThan(200);
  });
});

test('JSON that two edits break is read as by who sees it for the first time', () => {
  const pod = (i: number): unknown => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${i}`, labels: { a: 'b' } },
    spec: {
      containers: [{ name: 'c', image: 'i', env: [{ name: 'A', value: 'y' }], resources: { limits: { cpu: '1' } } }],
      volumes: [{ name: 'v', configMap: { name: 'x' } }],
    },
  });
  const whole = JSON.stringify(
    { apiVersion: 'v1', kind: 'List', items: Array.from({ length: 30 }, (_, i) => pod(i)) },
    null,
    2,
  );
  // A line as far left as the items are, and further down a map that is not closed.
  const first = whole.indexOf('"resources"', whole.indexOf('"p16"'));
  const line = whole.lastIndexOf('\n', first) + 5;
  const once = `${whole.slice(0, line)}$patch: delete\n${whole.slice(line)}`;
  const second = once.indexOf('"apiVersion"', once.indexOf('"p22"')) + 1;
  const twice = `${once.slice(0, second)}metadata": {\n      "${once.slice(second)}`;
  const edited = createManifestService({ knowledge });
  const fresh = createManifestService({ knowledge });
  for (const [version, text] of [whole, once, twice].entries()) {
    edited.update('u', version, text);
    edited.diagnostics('u');
  }
  fresh.update('u', 0, twice);
  expect(edited.objects('u')).toEqual(fresh.objects('u'));
  expect(edited.annotated('u')).toEqual(fresh.annotated('u'));
  expect(edited.diagnostics('u')).toEqual(fresh.diagnostics('u'));
});
