import { describe, expect, test } from 'vitest';
import type { Position, TextRange } from '../../../src/manifest/explanation.ts';
import type { OutlineEntry } from '../../../src/manifest/outline.ts';
import { createManifestService } from '../../../src/manifest/service.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';

const knowledge = sourceKnowledge();

function outline(text: string): readonly OutlineEntry[] {
  const service = createManifestService({ knowledge });
  service.update('u', 1, text);
  return service.outline('u');
}

/** `name: detail` of each entry, indented by depth. */
function drawn(entries: readonly OutlineEntry[], indent = ''): string[] {
  return entries.flatMap(({ name, detail, children }) => [
    `${indent}${name}${detail ? `: ${detail}` : ''}`,
    ...drawn(children, `${indent}  `),
  ]);
}

function textIn(text: string, { start, end }: TextRange): string {
  const offset = ({ line, column }: Position): number =>
    text
      .split('\n')
      .slice(0, line)
      .reduce((sum, one) => sum + one.length + 1, 0) + column;
  return text.slice(offset(start), offset(end));
}

const TWO = `# first
apiVersion: v1
kind: Pod
metadata:
  name: a
  namespace: demo
spec:
  containers:
  - name: web
    command: [x, y]
---
not: ours
---
apiVersion: v1
kind: ConfigMap
metadata: {generateName: c-}
`;

describe('outline', () => {
  test('shows objects by name and kind, fields below them, and elements by their name', () => {
    expect(drawn(outline(TWO))).toEqual([
      'a: Pod in demo',
      '  apiVersion: v1',
      '  kind: Pod',
      '  metadata',
      '    name: a',
      '    namespace: demo',
      '  spec',
      '    containers',
      '      web',
      '        name: web',
      '        command',
      '          [0]: x',
      '          [1]: y',
      'c-: ConfigMap',
      '  apiVersion: v1',
      '  kind: ConfigMap',
      '  metadata',
      '    generateName: c-',
    ]);
  });

  test('ranges end with what is written, and what is chosen is the name', () => {
    const [pod] = outline(TWO);
    expect(pod && textIn(TWO, pod.range)).toBe(TWO.slice(8, TWO.indexOf('\n---')));
    expect(pod && textIn(TWO, pod.selection)).toBe('a');
    const spec = pod?.children.find(({ name }) => name === 'spec');
    expect(spec && textIn(TWO, spec.range)).toMatch(/^spec:\n[\s\S]*\[x, y\]$/);
    expect(spec && textIn(TWO, spec.selection)).toBe('spec');
  });

  test('after an edit it is what it would be if the text were read anew', () => {
    const service = createManifestService({ knowledge });
    service.update('u', 1, TWO);
    service.outline('u');
    const edits = [
      TWO.replace('# first', '# first\n# and more'),
      TWO.replace('name: web', 'name: api'),
      TWO.replace('# first\n', ''),
    ];
    for (const [i, text] of edits.entries()) {
      service.update('u', i + 2, text);
      expect(service.outline('u')).toEqual(outline(text));
    }
  });

  test.each([
    ['a list', 'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: b}}\n', 'b: Pod'],
    ['a template', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .x }}-web\n', '{{ .x }}-web: Pod'],
    [
      'what is half written',
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: [\n',
      'a: Pod',
    ],
    ['an alias', 'apiVersion: v1\nkind: Pod\nmetadata: &m\n  name: a\n  labels: *m\n', 'a: Pod'],
    ['CRLF', 'apiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  name: a\r\n', 'a: Pod'],
  ])('reads %s, and every selection lies inside its range', (_, text, first) => {
    const entries = outline(text);
    if (first !== undefined) expect(drawn(entries)[0]).toBe(first);
    const before = (a: Position, b: Position): boolean =>
      a.line < b.line || (a.line === b.line && a.column <= b.column);
    const check = ({ range, selection, children }: OutlineEntry): void => {
      expect(before(range.start, selection.start) && before(selection.end, range.end)).toBe(true);
      for (const child of children) {
        expect(before(range.start, child.range.start) && before(child.range.end, range.end)).toBe(true);
        check(child);
      }
    };
    for (const entry of entries) check(entry);
    expect(entries).toHaveLength(1);
  });
});
