// JSON that is broken is explained all the same, wherever it can be read, and what is wrong is said where it is. Which of these
// texts kubectl v1.35.2 reads was tried with `kubectl annotate --local`.
import { describe, expect, test } from 'vitest';
import { readLoose } from '../../../src/manifest/loose.ts';
import { createManifestService } from '../../../src/manifest/service.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';

const service = createManifestService({ knowledge: sourceKnowledge() });

const GOOD = `{
  "apiVersion": "v1",
  "kind": "Pod",
  "metadata": {
    "name": "web",
    "labels": { "app": "web" }
  },
  "spec": {
    "restartPolicy": "Always",
    "containers": [
      {
        "name": "web",
        "image": "nginx",
        "ports": [
          { "containerPort": 80 }
        ]
      },
      {
        "name": "b",
        "image": "x"
      }
    ],
    "nodeName": "a"
  }
}
`;

/** Each key that stands before a colon is that of the field, or of the map entry, that is explained there. */
function unexplained(text: string): string[] {
  service.update('u', 1, text);
  return [...text.matchAll(/["']?([A-Za-z]+)["']?(?=\s*:)/g)].flatMap(({ 0: all, 1: key = '', index }) => {
    const at = index + all.indexOf(key);
    const line = text.slice(0, at).split('\n').length - 1;
    const found = service.explainAt('u', line, at - (text.lastIndexOf('\n', at - 1) + 1));
    return found?.field === key || found?.entry === key ? [] : [`${key} on line ${line + 1}`];
  });
}

function said(text: string): string[] {
  service.update('u', 1, text);
  return service
    .diagnostics('u')
    .map(({ range, message }) => `${range.start.line + 1}:${range.start.column + 1} ${message}`);
}

const put = (from: string, to: string): string => GOOD.replace(from, to);

const BROKEN: readonly [what: string, text: string, said: string][] = [
  ['a comma behind a string', put('"kind": "Pod",', '"kind": "Pod"'), '4:3 A comma is missing before this.'],
  ['a comma behind a map', put('  },\n  "spec"', '  }\n  "spec"'), '8:3 A comma is missing before this.'],
  ['a comma between items', put('},\n      {', '}\n      {'), '18:7 A comma is missing before this.'],
  ['a comma on one line', put('{ "app": "web" }', '{ "app": "web" "b": "c" }'), '6:30 A comma is missing before this.'],
  [
    'a comma where all is one line',
    JSON.stringify(JSON.parse(GOOD)).replace('"Pod",', '"Pod"'),
    '1:32 A comma is missing before this.',
  ],
  ['the last bracket', GOOD.replace(/}\n$/, ''), '1:1 This map is not closed: where is its `}`?'],
  ['a bracket', put('  },\n  "spec"', '  "spec"'), '4:15 This map is not closed: where is its `}`?'],
  ['a bracket of a list', put('    ],\n    "node', '    "node'), '10:19 This list is not closed: where is its `]`?'],
  ['the quote that closes a value', put('"nginx",', '"nginx,'), '13:18 This quote is not closed.'],
  ['the quote that closes a key', put('"image": "nginx"', '"image: "nginx"'), '13:9 This quote is not closed.'],
  ['half a key', put('"containers"', '"node\n    "containers"'), '10:5 This quote is not closed.'],
  ['a colon', put('"image": "nginx"', '"image" "nginx"'), '13:17 A colon is missing before this.'],
  ['a value', put('"Always",', ''), '9:20 A value is missing behind this.'],
  ['nothing, but a comma is too much', put('"Pod",', '"Pod",,'), '3:17 This cannot stand here.'],
  [
    'the right bracket',
    put('{ "containerPort": 80 }', '{ "containerPort": 80 ]'),
    '15:33 Another bracket is open here, and it is not this one that closes it.',
  ],
  [
    'nothing, but a comment is too much',
    put('"kind"', '// the kind\n  "kind"').replace('"nginx",', '"nginx", // an image'),
    '3:3 JSON has no such comments, and kubectl does not read them.',
  ],
  [
    'nothing, but a comment stands above it',
    `/* what\n   it is */\n${GOOD}`,
    '1:1 JSON has no such comments, and kubectl does not read them.',
  ],
];

describe('of JSON that lacks', () => {
  test.each(BROKEN)('%s every key is explained, and the first mistake is told', (_, text, expected) => {
    expect(unexplained(text)).toEqual([]);
    expect(said(text)).toEqual([expected]);
    expect(said(text.replaceAll('\n', '\r\n'))).toEqual([expected]);
    const tabs = text.replaceAll('  ', '\t');
    expect(unexplained(tabs)).toEqual([]);
    expect(said(tabs)).toHaveLength(1);
  });

  test('a comma or a colon a quick fix writes it', () => {
    for (const [, text] of BROKEN.filter(([, , message]) => /comma is missing|colon is missing/.test(message))) {
      service.update('u', 1, text);
      const [edit] = service.diagnostics('u')[0]?.fixes[0]?.edits ?? [];
      const lines = text.split('\n');
      const { line = 0, column = 0 } = edit?.range.start ?? {};
      lines[line] = `${lines[line]?.slice(0, column)}${edit?.text}${lines[line]?.slice(column)}`;
      expect(() => JSON.parse(lines.join('\n')), text).not.toThrow();
    }
  });
});

describe('what kubectl reads is no mistake:', () => {
  test.each([
    ['a comma behind the last', put('"nodeName": "a"', '"nodeName": "a",')],
    ['single quotes', GOOD.replaceAll('"', "'")],
    ['values on lines of their own', `${JSON.stringify(JSON.parse(GOOD))}\n${JSON.stringify(JSON.parse(GOOD))}\n`],
    ['values one after the other', `\n${GOOD}\n${GOOD}`],
    ['an address', put('"nginx"', '"//x//y /* z */"')],
  ])('%s', (_, text) => {
    expect(unexplained(text)).toEqual([]);
    expect(said(text)).toEqual([]);
  });

  test('a second value is a document of its own, also when it is typed', () => {
    service.update('v', 1, GOOD);
    service.objects('v');
    service.update('v', 2, `${GOOD}${GOOD.replace('Pod', 'Service')}`);
    expect(service.objects('v').map(({ kind, document }) => [kind, document])).toEqual([
      ['Pod', 0],
      ['Service', 1],
    ]);
  });

  test('templates in brackets are no values', () => {
    const text = '{{ if .a }}\napiVersion: v1\n{{ else }}\napiVersion: v2\n{{ end }}\nkind: Pod\n';
    service.update('v', 3, text);
    expect(service.objects('v').map(({ kind }) => kind)).toEqual(['Pod']);
  });
});

test('brackets without end, and lines without end, are read within the time limit of a test', () => {
  const head = '{"apiVersion": "v1" "kind": "Pod",';
  for (const more of [
    '['.repeat(100_000),
    '{"a"'.repeat(100_000),
    '"a" '.repeat(100_000),
    '/'.repeat(100_000),
    ' '.repeat(1_000_000),
    `[${'}'.repeat(200_000)}`,
    '[}'.repeat(100_000),
    '{]\n'.repeat(100_000),
    '"'.repeat(200_000),
    ':,'.repeat(200_000),
  ]) {
    const { root, problems } = readLoose(head + more);
    expect(root?.range?.[0]).toBe(0);
    expect(problems[0]).toMatchObject({ message: 'A comma is missing before this.', from: head.indexOf('"kind"') });
  }
});
