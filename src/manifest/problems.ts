// One document → what is wrong with it: its shape, and what its objects mean.
import { isRecord } from '../model/object.ts';
import { checkObject } from './checks/objects.ts';
import { Subject } from './checks/subject.ts';
import { type DiagnoseOptions, diagnose, type Finding } from './diagnose.ts';
import type { ManifestDiagnostic } from './diagnostic.ts';
import { objectsOf } from './objects.ts';
import { PlainReader } from './plain.ts';
import { rangeOf } from './positions.ts';
import type { ReadPiece } from './read-piece.ts';

/** What a strategic merge patch says of itself. */
const DIRECTIVE = /^\s*(?:- +)?["']?\$(?:patch|retainKeys|setElementOrder|deleteFromPrimitiveList)\b/m;

export function findingsOf(
  tree: ReadPiece,
  isPatch: boolean,
  deprecated: DiagnoseOptions['deprecated'],
): readonly Finding[] {
  const objects = tree.templated ? [] : objectsOf(tree.root);
  if (objects.length === 0) return [];
  if (tree.problems.length > 0) {
    // A text that had to be repaired proves nothing about fields.
    return tree.problems.map((problem) => ({ ...problem, family: 'syntax', severity: 'error', component: 'user' }));
  }
  const patch = isPatch || DIRECTIVE.test(tree.text);
  const options = { document: tree.document, patch, deprecated };
  const reader = new PlainReader(tree);
  return objects.flatMap(({ node, object: { apiVersion, kind } }) => {
    const shape = diagnose(node, apiVersion, kind, options);
    const value = reader.read(node);
    if (!isRecord(value)) return shape;
    const subject = new Subject(reader, value, apiVersion, kind);
    checkObject(subject, patch);
    return [...shape, ...subject.findings];
  });
}

/** A finding at the line where its document stands now. */
export function diagnosticAt(finding: Finding, lineStarts: readonly number[], firstLine: number): ManifestDiagnostic {
  const { from, to, replacement, ...rest } = finding;
  const range = rangeOf(lineStarts, from, to, firstLine);
  if (!replacement) return { ...rest, range, fixes: [] };
  const at = rangeOf(lineStarts, replacement.from ?? from, replacement.to ?? to, firstLine);
  return { ...rest, range, fixes: [{ title: replacement.title, edits: [{ range: at, text: replacement.text }] }] };
}
