// Texts with a mark `‹`, and what leads from the mark of one to that of another.
import { expect } from 'vitest';
import { factsOfText } from '../../../../src/manifest/service.ts';
import { Workspace } from '../../../../src/manifest/workspace/workspace.ts';

/** An object in flow style; `‹` marks the place. */
export function object(apiVersion: string, kind: string, rest: string): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\n${rest}\n`;
}
export const named = (apiVersion: string, kind: string): string => object(apiVersion, kind, 'metadata: {name: ‹one}');
export const pod = (spec: string): string =>
  object(
    'v1',
    'Pod',
    `metadata: {name: p, labels: {app: web}}\nspec: {${spec}${/containers/.test(spec) ? '' : ', containers: []'}}`,
  );

/** From the mark of one text to that of the other, and back. */
export function leads(from: string, to: string): void {
  const [a, b] = [place(from), place(to)];
  const workspace = workspaceOf({ a: a.text, b: b.text });
  const found = workspace.definitions('a', a.at);
  expect(found.map(({ uri }) => uri)).toEqual(['b']);
  expect(found[0]?.range.start.line).toBe(b.at.line);
  const uses = workspace.references('b', b.at, false).map(({ uri, range }) => [uri, range.start.line]);
  expect(uses).toContainEqual(['a', a.at.line]);
}

export function workspaceOf(texts: Readonly<Record<string, string>>): Workspace {
  const workspace = new Workspace();
  for (const [uri, text] of Object.entries(texts)) workspace.update(uri, [...factsOfText(text)]);
  return workspace;
}

export function place(marked: string): { text: string; at: { line: number; column: number } } {
  const text = marked.replace('‹', '');
  return { text, at: positionAt(text, marked.indexOf('‹')) };
}

export function positionAt(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length - 1, column: lines.at(-1)?.length ?? 0 };
}
