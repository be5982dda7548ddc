// One document → what is wrong with it: its shape, and what its objects mean.
import { isRecord } from '../model/object.ts';
import { checkObject } from './checks/objects.ts';
import { Subject } from './checks/subject.ts';
import { type DiagnoseOptions, diagnose, type Finding } from './diagnose.ts';
import type { ManifestDiagnostic } from './diagnostic.ts';
import { type FoundObject, objectsOf } from './objects.ts';
import { type PlainReader, plainReaderOf } from './plain.ts';
import { rangeOf } from './positions.ts';
import type { ReadPiece } from './read-piece.ts';

/** What a strategic merge patch says of itself. */
const DIRECTIVE = /^\s*(?:- +)?["']?\$(?:patch|retainKeys|setElementOrder|deleteFromPrimitiveList)\b/m;

/** Findings of the items of large documents, by their nodes: an item that was not read again is not examined again. */
export type FindingCache = WeakMap<
  object,
  { readonly patch: boolean; readonly start: number; readonly list: readonly Finding[] }
>;

export function findingsOf(
  tree: ReadPiece,
  isPatch: boolean,
  deprecated: DiagnoseOptions['deprecated'],
  known: FindingCache,
): readonly Finding[] {
  const { divided } = tree;
  const objects = tree.templated ? [] : objectsOf(divided ? divided.tree : tree.root);
  if (objects.length === 0) return [];
  if (tree.problems.length > 0) {
    // A text that had to be repaired proves nothing about fields. Whoever reads it stops at its first slip, and what comes after
    // is most often only the consequence.
    const first = tree.problems.reduce((a, b) => (b.from < a.from ? b : a));
    return [{ ...first, message: plainly(first.message), family: 'syntax', severity: 'error', component: 'user' }];
  }
  const patch = isPatch || DIRECTIVE.test(tree.text);
  const reader = plainReaderOf(tree);
  const options = { anchors: tree.anchors, patch, deprecated };
  // What an alias stands for may have changed without the alias, and stands elsewhere.
  if (!divided || divided.bound) {
    return objectsOf(tree.root).flatMap((object) => examine(reader, object, options));
  }
  return objects.flatMap((object) => {
    const { start, settle } = divided.place(object.path);
    const before = known.get(object.node);
    if (before?.patch === patch) return moved(before.list, start - before.start);
    settle();
    const list = examine(reader, object, options);
    known.set(object.node, { patch, start, list });
    return list;
  });
}

/** The parser's word for what it met is no help. */
function plainly(message: string): string {
  if (/^Unexpected .* at node end$/.test(message)) {
    return 'The value has ended before this: in quotes all of it is one text.';
  }
  return /^Unexpected .* token\b/.test(message)
    ? 'This cannot stand here: what is above it has ended already.'
    : message;
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
  const { from, to, replacement, ...rest } = finding;
  const range = rangeOf(lineStarts, from, to, firstLine);
  if (!replacement) return { ...rest, range, fixes: [] };
  const [start, end] = [replacement.from ?? from, replacement.to ?? to];
  const edit = { range: rangeOf(lineStarts, start, end, firstLine), text: quotedAs(text[start], replacement.text) };
  return { ...rest, range, fixes: [{ title: replacement.title, edits: [edit] }] };
}

/** What stands in quotes stays in them, as JSON needs it. */
function quotedAs(first: string | undefined, text: string): string {
  return (first === '"' || first === "'") && !/^["']/.test(text) ? `${first}${text}${first}` : text;
}
