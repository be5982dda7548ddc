// One document → what is wrong with it: its shape, and what its objects mean.

import type { Alias } from 'yaml';
import { isRecord } from '../model/object.ts';
import { aliasesIn, targetsOf } from './anchors.ts';
import { entryText } from './checks/entries.ts';
import { checkObject } from './checks/objects.ts';
import { Subject } from './checks/subject.ts';
import { odd, unreadable } from './checks/syntax.ts';
import { type DiagnoseOptions, diagnose } from './diagnose.ts';
import type { ManifestDiagnostic } from './diagnostic.ts';
import type { Finding } from './finding.ts';
import { areSame } from './memo.ts';
import { type FoundObject, objectsOf } from './objects.ts';
import { isSubstituted } from './placeholder.ts';
import { type PlainReader, plainReaderOf } from './plain.ts';
import { rangeOf } from './positions.ts';
import type { ReadPiece } from './read-piece.ts';

/** What a strategic merge patch says of itself. */
const DIRECTIVES = ['$patch', '$retainKeys', '$setElementOrder', '$deleteFromPrimitiveList'];
const DIRECTIVE = /^\s*(?:- +)?["']?\$(?:patch|retainKeys|setElementOrder|deleteFromPrimitiveList)\b/m;

export function findingsOf(
  tree: ReadPiece,
  isPatch: boolean,
  deprecated: DiagnoseOptions['deprecated'],
): readonly Finding[] {
  const { divided } = tree;
  const objects = tree.templated ? [] : objectsOf(divided ? divided.tree : tree.root);
  if (objects.length === 0) return [];
  // A text that had to be repaired proves nothing about fields.
  if (tree.problems.length > 0) {
    return unreadable(tree.problems, tree.text).filter(({ from }) => !isSubstituted(lineAt(tree.text, from)));
  }
  const strange = odd(tree.text, unknownAlias(tree));
  if (strange.length > 0) return strange;
  const patch = isPatch || isDirected(tree.text);
  const reader = plainReaderOf(tree);
  const options = { anchors: tree.anchors, patch, deprecated, memo: divided?.memo };
  if (!divided) return objects.flatMap((object) => examine(reader, object, options));
  // What aliases stand for stands elsewhere.
  if (divided.bound) divided.settle();
  return objects.flatMap((object) => {
    const { node, path } = object;
    const { start, settle } = divided.place(path);
    const targets = targetsOf(node, tree.anchors);
    const before = divided.memo.examined.get(node);
    if (before?.patch === patch && areSame(before.targets, targets))
      return moved(before.findings, start - before.start);
    settle();
    const findings = examine(reader, object, options);
    const end = node.range?.[1] ?? start;
    // What is found in what an alias stands for does not move with the object.
    const isOwn = targets.length === 0 || findings.every(({ from, to }) => from >= start && to <= end);
    if (isOwn) divided.memo.examined.set(node, { patch, start, findings, targets });
    return findings;
  });
}

/** What is put in the place of a variable may be what makes its line whole. */
function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return text.slice(text.lastIndexOf('\n', at - 1) + 1, end === -1 ? text.length : end);
}

/** Most texts are without, and known to be at once. */
function isDirected(text: string): boolean {
  return DIRECTIVES.some((word) => text.includes(word)) && DIRECTIVE.test(text);
}

/** The first alias that nothing above it explains. */
function unknownAlias({ divided, root, anchors }: ReadPiece): Alias | undefined {
  if (divided ? !divided.bound : !anchors) return undefined;
  return aliasesIn(root).find((alias) => anchors && !anchors.resolve(alias));
}

function examine(reader: PlainReader, { node, object }: FoundObject, options: DiagnoseOptions): readonly Finding[] {
  const { apiVersion, kind } = object;
  const shape = diagnose(node, apiVersion, kind, options);
  const value = reader.read(node);
  if (!isRecord(value)) return shape;
  const subject = new Subject(reader, value, apiVersion, kind);
  checkObject(subject, options.patch);
  return [...shape, ...subject.findings];
}

function moved(list: readonly Finding[], by: number): readonly Finding[] {
  if (by === 0) return list;
  return list.map((finding) => {
    const { from, to, replacement } = finding;
    const at = replacement?.from === undefined ? {} : { from: replacement.from + by, to: (replacement.to ?? 0) + by };
    return { ...finding, from: from + by, to: to + by, ...(replacement && { replacement: { ...replacement, ...at } }) };
  });
}

/** A finding at the line where its document stands now. */
export function diagnosticAt(finding: Finding, { text, lineStarts }: ReadPiece, firstLine: number): ManifestDiagnostic {
  const { from, to, replacement, entry, ...rest } = finding;
  const range = rangeOf(lineStarts, from, to, firstLine);
  const fix = (title: string, start: number, end: number, put: string): ManifestDiagnostic => {
    const edits = [{ range: rangeOf(lineStarts, start, end, firstLine), text: put }];
    return { ...rest, range, fixes: [{ title, edits }] };
  };
  if (entry) return fix(`Add ${entry.name}`, from, from, entryText(entry, text, from));
  if (!replacement) return { ...rest, range, fixes: [] };
  const [start, end] = [replacement.from ?? from, replacement.to ?? to];
  return fix(
    replacement.title,
    start,
    end,
    replacement.bare ? replacement.text : quotedAs(text[start], replacement.text),
  );
}

/** What stands in quotes stays in them, as JSON needs it. */
function quotedAs(first: string | undefined, text: string): string {
  return (first === '"' || first === "'") && !/^["']/.test(text) ? `${first}${text}${first}` : text;
}
