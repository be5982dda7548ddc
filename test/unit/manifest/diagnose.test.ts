import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createManifestService } from '../../../src/manifest/service.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';

const knowledge = sourceKnowledge();

function diagnose(text: string) {
  const service = createManifestService({ knowledge });
  service.update('u', 1, text);
  return service.diagnostics('u');
}

interface Case {
  readonly kind: string;
  readonly pointer: string;
  readonly op: 'remove' | 'replace' | 'duplicate' | 'unknown';
  readonly value?: unknown;
  readonly code: number;
  readonly message?: string;
}
type Json = Record<string, unknown>;

const bases = new Map(
  (JSON.parse(fs.readFileSync(sharedPath('validation', 'bases.json'), 'utf8')) as { object: Json }[]).map(
    ({ object }) => [object.kind, object],
  ),
);
const cases = fs
  .readFileSync(sharedPath('validation', 'cases.jsonl'), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Case)
  // Without kind and version there is no object to speak of; nobody writes times.
  .filter(({ pointer, message }) => !/^\/(apiVersion|kind)$/.test(pointer) && !/parsing time/.test(message ?? ''));

/** The base object of a case with its change, as JSON text. */
function changed({ kind, pointer, op, value }: Case): string {
  const object = structuredClone(bases.get(kind)) as Json;
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = parts.pop() ?? '';
  let parent = object;
  for (const part of parts) parent = parent[part] as Json;
  if (op === 'replace') parent[key] = value;
  else if (op === 'remove') {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  } else if (op === 'duplicate') (parent[key] as unknown[]).push(structuredClone((parent[key] as unknown[])[0]));
  else (parent[key] as Json).bogus = 1;
  return JSON.stringify(object, null, 2);
}

describe('diagnostics held to the recorded answers of a real API server', () => {
  test('what it accepts is not complained of', () => {
    const accepted = cases.filter(({ code }) => code === 201);
    const alarms = accepted.flatMap((one) =>
      diagnose(changed(one))
        // Warnings are for what it accepts.
        .filter(({ severity }) => severity === 'error')
        .map(({ message }) => `${one.kind} ${one.pointer} ${one.op}: ${message}`),
    );
    expect(alarms).toEqual([]);
    expect(accepted.length).toBeGreaterThan(300);
  });

  test('what it cannot decode is told in its words', () => {
    const refused = cases.filter(({ code }) => code === 400);
    const missed = refused
      .map((one) => ({ one, words: wordsOf(one, SHAPE) }))
      .filter(({ one, words }) => !(words.length === 1 && one.message?.endsWith(words[0] ?? '')))
      .map(({ one, words }) => `${one.kind} ${one.pointer} ${JSON.stringify(one.value)}: ${one.message} | ${words}`);
    expect(missed).toEqual([]);
    expect(refused.length).toBeGreaterThan(450);
  });

  test('what is said of objects that it finds invalid is what it says', () => {
    const refused = cases.filter(({ code }) => code === 422);
    const said = refused.map((one) => ({ one, words: wordsOf(one, MEANING) }));
    const others = said.flatMap(({ one, words }) =>
      words
        .filter((word) => !one.message?.includes(word))
        .map((word) => `${one.kind} ${one.pointer}: ${word} | ${one.message}`),
    );
    expect(others).toEqual([]);
    // The rest is for the dry run: what is checked here needs neither defaults nor a table of every rule.
    expect(said.filter(({ words }) => words.length > 0).length).toBeGreaterThan(100);
  });
});

const SHAPE: ReadonlySet<string> = new Set(['type', 'unknown-field']);
const MEANING: ReadonlySet<string> = new Set([
  'enum',
  'required',
  'duplicate',
  'selector',
  'reference',
  'port',
  'probe',
  'resources',
]);

/** What kube-apiserver would refuse a case with, of these families. */
function wordsOf(one: Case, families: ReadonlySet<string>): string[] {
  const found = diagnose(changed(one)).filter(({ family, severity }) => families.has(family) && severity === 'error');
  return found.flatMap(({ words = '' }) => (words === '' && families === MEANING ? [] : [words]));
}

const POD = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n';
const CONTAINERS = '  containers: [{name: a, image: a}]\n';

describe('diagnostics', () => {
  test('a misspelt field is named at its place, with the field that was meant', () => {
    const found = diagnose(`---\n# one\n---\n${POD}  contianers:\n  - name: a\n`);
    expect(found).toMatchObject([
      {
        family: 'unknown-field',
        component: 'kube-apiserver',
        words: 'strict decoding error: unknown field "spec.contianers"',
        range: { start: { line: 8, column: 2 }, end: { line: 8, column: 12 } },
        fixes: [{ title: 'Change to containers', edits: [{ text: 'containers' }] }],
      },
    ]);
  });

  test('a bare word that is no string is quoted', () => {
    const found = diagnose(`${POD}  containers:\n  - name: a\n    image: y\n    env:\n    - {name: A, value: 0777}\n`);
    expect(found.map(({ words }) => words)).toEqual([
      'json: cannot unmarshal bool into Go struct field Container.spec.containers.image of type string',
      'json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string',
    ]);
    expect(found.map(({ fixes }) => fixes[0]?.edits[0]?.text)).toEqual(['"y"', '"0777"']);
  });

  test('a version that is gone says since when, and what to use', () => {
    expect(diagnose('apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\nspec: {}\n')).toMatchObject([
      {
        family: 'removed-api',
        message: expect.stringMatching(/v1\.22/),
        fixes: [{ edits: [{ text: 'networking.k8s.io/v1' }] }],
      },
    ]);
  });

  test('a key that is there twice', () => {
    expect(diagnose(`${POD}  hostname: a\n  hostname: b\n${CONTAINERS}`)).toMatchObject([
      { family: 'duplicate-key', range: { start: { line: 6 } } },
    ]);
  });

  test('broken YAML is told as such, and nothing is concluded from it', () => {
    expect(diagnose(`${POD}\thostname: a\n  nodeNme: x\n`).map(({ family }) => family)).toEqual(['syntax']);
    // One slip is one problem, whatever follows from it, and in words that say something.
    const found = diagnose(`${POD}  hostname: a [b]\n  nodeName: [a] b\n  x: {y: z\n${CONTAINERS}`);
    expect(found).toMatchObject([{ family: 'syntax', range: { start: { line: 6 } } }]);
    expect(found[0]?.message).not.toMatch(/token|node end/);
  });

  test('templates, custom resources and other YAML are left alone', () => {
    expect(diagnose(`${POD}  {{- include "x" . | nindent 2 }}\n  foo: 1\n`)).toEqual([]);
    expect(diagnose('apiVersion: example.com/v1\nkind: Widget\nspec: {anything: [goes]}\n')).toEqual([]);
    expect(diagnose('on: push\njobs:\n\tx: 1\n')).toEqual([]);
  });

  test('samples have nothing wrong with them', () => {
    const folder = new URL('../../../media/samples/', import.meta.url);
    for (const name of fs.readdirSync(folder).filter((file) => file.endsWith('.yaml'))) {
      expect(diagnose(fs.readFileSync(new URL(name, folder), 'utf8')), name).toEqual([]);
    }
  });

  test('an alias is looked at once, however often it is used', () => {
    const levels = Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} {properties: {x: *a${i}, y: *a${i}}}`);
    const text =
      `x: &a0 {type: 7}\n${levels.join('\n')}\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n` +
      'spec:\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema: *a40\n';
    expect(diagnose(text).filter(({ family }) => family === 'type')).toHaveLength(1);
  });
});

describe('text that kubectl cannot read', () => {
  // What kubectl v1.35.2 says of each, without its line.
  test.each<[string, string, RegExp, string?]>([
    ['a tab', 'spec:\n\ta: b\n', /no tab/, 'found character that cannot start any token'],
    ['a list that is open', 'spec: [a\n', /list is not closed/, "did not find expected ',' or ']'"],
    ['a map that is open', 'spec: {a: b\n', /map is not closed/, "did not find expected ',' or '}'"],
    ['a quote that is open', 'spec: "a\n', /quote is not closed/, 'found unexpected end of stream'],
    ['a second colon', 'spec: a: b\n', /In quotes/, 'mapping values are not allowed in this context'],
    ['text after a value', 'spec: "a" b\n', /has ended/, 'did not find expected key'],
    ['a column of its own', 'spec:\n  a: b\n c: d\n', /one column/, 'did not find expected key'],
    ['no colon', 'spec:\n  a: b\n  foo\n', /colon is missing/],
    ['a reserved character', 'spec: @x\n', /unless it is in quotes/, 'found character that cannot start any token'],
    ['an alias of nothing', 'spec: *nope\n', /No anchor/, "unknown anchor 'nope' referenced"],
    ['a control character', 'spec: a\u0007b\n', /control character/, 'control characters are not allowed'],
  ])('%s', (_, text, message, words) => {
    const found = diagnose(`apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n${text}`);
    expect(found).toMatchObject([{ family: 'syntax', severity: 'error', component: 'user' }]);
    expect(found[0]?.message).toMatch(message);
    expect(found[0]?.words?.replace(/^.*yaml:( line …:)? /, '')).toBe(words);
  });

  test('bytes that are no UTF-8 are a warning, and what YAML says and JSON cannot is told by kubectl', () => {
    expect(diagnose(`${POD}  hostname: caf\ufffd\n${CONTAINERS}`)).toMatchObject([
      {
        family: 'syntax',
        severity: 'warning',
        message: expect.stringContaining('UTF-8'),
        range: { start: { line: 5 } },
      },
    ]);
    expect(diagnose(`${POD}  hostname: .inf\n${CONTAINERS}`)).toMatchObject([
      { family: 'type', component: 'user', words: expect.stringMatching(/unsupported value: \+Inf$/) },
    ]);
  });

  test.each([
    ['a map', '  a: "x}" # }\n  b: {c: [1, 2], ', '{'],
    ['a list', '  a: {b: [c, [d], \n', '['],
    ['a quote', '  a: it\'s\n  b: "say \\" this', '"'],
  ])('%s that is open is marked where it is opened', (_, text, opened) => {
    const whole = `apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n${text}\n`;
    const [found] = diagnose(whole);
    const { line, column } = found?.range.start ?? { line: 0, column: 0 };
    expect(whole.split('\n')[line]?.slice(column)).toMatch(new RegExp(`^\\${opened}(c: |c, |say)`));
  });

  test('JSON is not spoken of as YAML', () => {
    const [found] = diagnose('{\n  "apiVersion": "v1",\n  "kind": "Pod",\n  "spec": {"a": 1} x\n}\n');
    expect(found).toMatchObject({ family: 'syntax', range: { start: { line: 3 } } });
    expect(found?.words).toBeUndefined();
    expect(
      diagnose('{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "\u007f"}}'),
    ).toEqual([]);
  });
});
