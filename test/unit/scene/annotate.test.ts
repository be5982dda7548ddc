import { describe, expect, test } from 'vitest';
import { rowsOf, spliceOf, summaryOf } from '../../../src/host/annotate/rows.ts';
import { createManifestService } from '../../../src/manifest/service.ts';
import type { AnnotateRow } from '../../../src/protocol/annotate.ts';
import { parseFromAnnotate, parseToAnnotate } from '../../../src/protocol/annotate-parse.ts';
import {
  fieldLine,
  isShown,
  Legend,
  mainAct,
  movedLine,
  nextLine,
  orderOf,
  textColumns,
} from '../../../webview/scene/annotate.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';

const service = createManifestService({ knowledge: sourceKnowledge() });
const TEXT = `# a pod
apiVersion: v1
kind: Pod
metadata:
  labels:
    app: web
spec:
  nodeSelector:
    disk: ssd

  containers:
  - name: web
    image: nginx:1.27
`;
const NONE = new Set<string>();
const only = (...ids: string[]): ReadonlySet<string> => new Set(ids);

function annotated(text: string): { rows: AnnotateRow[]; summary: ReturnType<typeof summaryOf> } {
  service.update('a', 1, text);
  const manifest = service.annotated('a');
  return { rows: rowsOf(manifest), summary: summaryOf(manifest) };
}

const { rows, summary } = annotated(TEXT);
const lineOf = (text: string): number => rows.findIndex((row) => row.text.includes(text));

describe('rows', () => {
  test('what the host sends is what the panel takes', () => {
    const init = { type: 'init', protocol: 1, uri: 'a', name: 'a', rows, summary, note: '', line: 1 };
    expect(parseToAnnotate(JSON.parse(JSON.stringify(init)))).toMatchObject({ ok: true });
    const broken = { ...init, rows: [{ text: 1, fields: [] }] };
    expect(parseToAnnotate(broken)).toEqual({ ok: false, problem: 'The message “init” has no usable “rows”.' });
    expect(parseFromAnnotate({ type: 'select', line: 1, column: 0 })).toMatchObject({ ok: false });
    expect(parseFromAnnotate({ type: 'ready', protocol: 1 })).toMatchObject({ ok: true });
  });

  test('components come in the order in which they first act', () => {
    const ids = summary.components.map(({ id }) => id);
    expect(ids[0]).toBe('kube-apiserver');
    expect(ids.indexOf('kube-scheduler')).toBeLessThan(ids.indexOf('kubelet'));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('changes', () => {
  const apply = (before: readonly AnnotateRow[], after: readonly AnnotateRow[]): AnnotateRow[] => {
    const splice = spliceOf(before, after);
    return splice ? before.toSpliced(splice.from, splice.removed, ...splice.rows) : [...before];
  };

  test.each([
    ['a value', TEXT.replace('ssd', 'hdd'), 1],
    ['a new line', TEXT.replace('    disk: ssd\n', '    disk: ssd\n    zone: a\n'), 0],
    ['a line less', TEXT.replace('    disk: ssd\n', ''), 1],
    ['all of it', 'kind: Service\n', 13],
  ])('%s: only what is touched is exchanged', (_, text, removed) => {
    const after = annotated(text).rows;
    expect(apply(rows, after)).toEqual(after);
    expect(spliceOf(rows, after)?.removed).toBe(removed);
  });

  test('nothing changed, nothing is sent', () => {
    expect(spliceOf(rows, annotated(TEXT).rows)).toBeUndefined();
  });

  test('equal lines in a row do not count twice', () => {
    const one = annotated('a\na\na\n').rows;
    const two = annotated('a\na\na\na\n').rows;
    expect(spliceOf(one, two)).toMatchObject({ removed: 0, rows: [{ text: 'a' }] });
    expect(spliceOf(two, one)).toMatchObject({ removed: 1, rows: [] });
  });

  test('the reader’s line moves with the text', () => {
    expect(movedLine(3, 5, 2, 0)).toBe(3);
    expect(movedLine(9, 5, 2, 0)).toBe(7);
    expect(movedLine(9, 5, 0, 3)).toBe(12);
    expect(movedLine(6, 5, 3, 1)).toBe(5);
    expect(movedLine(6, 5, 3, 0)).toBe(5);
  });
});

describe('filter and keyboard', () => {
  test('a filter shows the lines of a component and what goes on with their values', () => {
    const shown = rows.flatMap((row, i) => (isShown(row, only('kube-scheduler')) ? [i] : []));
    expect(shown).toContain(lineOf('nodeSelector'));
    expect(shown).toContain(lineOf('disk: ssd'));
    expect(shown).not.toContain(lineOf('apiVersion'));
    expect(rows.every((row) => isShown(row, NONE))).toBe(true);
  });

  test('steps go over the lines that have fields and pass the filter, and end', () => {
    expect(nextLine(rows, -1, 1, NONE)).toBe(1);
    expect(nextLine(rows, lineOf('nodeSelector'), 1, NONE)).toBe(lineOf('containers'));
    const first = nextLine(rows, -1, 1, only('kube-scheduler')) ?? -1;
    expect(rows[first]?.fields[0]?.acts.some(({ component }) => component === 'kube-scheduler')).toBe(true);
    expect(nextLine(rows, rows.length - 1, 1, NONE)).toBeUndefined();
    expect(nextLine(rows, 1, -1, NONE)).toBeUndefined();
  });

  test('the line of a value is told of by the field above; a blank line by none', () => {
    expect(fieldLine(rows, lineOf('disk: ssd'))).toBe(lineOf('nodeSelector'));
    expect(fieldLine(rows, lineOf('nodeSelector'))).toBe(lineOf('nodeSelector'));
    expect(fieldLine(rows, 0)).toBeUndefined();
    expect(fieldLine(rows, 9)).toBeUndefined();
    expect(fieldLine([], 3)).toBeUndefined();
  });

  test('a filtered line is in the colour of what is filtered for', () => {
    const field = rows[lineOf('image')]?.fields[0];
    expect(field && mainAct(field, NONE)?.component).toBe('kubelet');
    expect(field && mainAct(field, only('container-runtime'))?.component).toBe('container-runtime');
    expect(field && mainAct(field, only('etcd'))).toBeUndefined();
  });
});

test('the text has the room that its lines need, growing by leaps, and leaves room besides', () => {
  const columns = (length: number): number => textColumns([{ text: 'x'.repeat(length), fields: [] }]);
  expect(columns(9)).toBe(columns(11));
  expect(columns(30)).toBeGreaterThanOrEqual(31);
  expect(columns(500)).toBe(columns(60));
});

test('the order of acting keeps its numbers under a filter', () => {
  const all = orderOf(rows, summary, NONE);
  expect(all.map(({ number }) => number)).toEqual(summary.stages.map((_, i) => i + 1));
  const some = orderOf(rows, summary, only('kubelet'));
  expect(some).toHaveLength(1);
  expect(some[0]?.number).toBe(new Legend(summary).number('kubelet'));
  expect(some[0]?.entries.map(({ line }) => line)).toContain(lineOf('image'));
});
