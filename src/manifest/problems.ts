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
  const objects = tree.templated ? [] : objectsOf(tree.root);
  if (objects.length === 0) return [];
  if (tree.problems.length > 0) {
    // A text that had to be repaired proves nothing about fields.
    return tree.problems.map((problem) => ({ ...problem, family: 'syntax', severity: 'error', component: 'user' }));
  }
  const patch = isPatch || DIRECTIVE.test(tree.text);
  const reader = plainReaderOf(tree);
  return objects.flatMap((object) => {
    const start = object.node.range?.[0] ?? 0;
    const before = tree.divided && known.get(object.node);
    if (before?.patch === patch) return moved(before.list, start - before.start);
    const list = examine(reader, object, { document: tree.document, patch, deprecated });
    if (tree.divided) known.set(object.node, { patch, start, list });
    return list;
  });
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
