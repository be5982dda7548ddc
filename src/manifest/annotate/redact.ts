// A manifest's text with the values of Secrets hidden and every line in its place. What cannot be read as YAML and names a
// Secret loses all values: better too much than one too many shown.
import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import { HIDDEN, LAST_APPLIED } from '../../model/redact.ts';
import { type ParsedPiece, scalarAt, valueAt } from '../parse.ts';

type Range = readonly [from: number, to: number];

export function redactedText(text: string, piece: ParsedPiece): string {
  // A backslash may spell any letter of the kind.
  if (!/Secret|\\/.test(text)) return text;
  if (piece.root === undefined || piece.problems.length > 0) return masked(text);
  const ranges: Range[] = [];
  secretsIn(piece.root, false, (node) => hide(node, piece, ranges));
  return cutOut(text, ranges);
}

/** Calls `take` with each node that holds what is secret. */
function secretsIn(node: unknown, inSecretList: boolean, take: (node: unknown) => void): void {
  if (!isMap(node)) return;
  const kind = scalarAt(node, 'kind') ?? (inSecretList ? 'Secret' : '');
  if (kind === 'Secret') {
    take(valueAt(node, 'data'));
    take(valueAt(node, 'stringData'));
    take(valueAt(valueAt(valueAt(node, 'metadata'), 'annotations'), LAST_APPLIED));
  }
  const items = kind.endsWith('List') ? valueAt(node, 'items') : undefined;
  if (isSeq(items)) for (const item of items.items) secretsIn(item, kind === 'SecretList', take);
}

function hide(node: unknown, piece: ParsedPiece, out: Range[]): void {
  if (isMap(node)) {
    for (const { value } of node.items) hide(value, piece, out);
    return;
  }
  if (isAlias(node)) hide(piece.anchors?.resolve(node), piece, out);
  if (isSeq(node)) for (const item of node.items) hide(item, piece, out);
  const range = isScalar(node) || isAlias(node) ? (node as Node).range : undefined;
  if (range && range[1] > range[0]) out.push([range[0], range[1]]);
}

/** The ranges replaced, line breaks inside them kept. */
function cutOut(text: string, ranges: readonly Range[]): string {
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  let out = '';
  let at = 0;
  for (const [from, to] of sorted) {
    if (from < at) continue;
    out += text.slice(at, from) + HIDDEN + text.slice(from, to).replace(/[^\r\n]/g, '');
    at = to;
  }
  return out + text.slice(at);
}

/** Values that cannot be secret, for a reader to know what it is that is hidden. */
const PLAIN = /^\s*(?:- )?["']?(?:apiVersion|kind|type|name|namespace)["']?\s*:\s*["']?[\w./-]*["']?,?\s*$/;

function masked(text: string): string {
  const lines = text.split('\n').map((line) => {
    if (line.trim() === '' || PLAIN.test(line) || /^(---|\.\.\.|\s*#)/.test(line)) return line;
    const key = /^(\s*(?:- )*["']?[\w./-]+["']?\s*:)(.*)$/s.exec(line);
    if (key) return key[2]?.trim() ? `${key[1]} ${HIDDEN}` : line;
    return `${/^\s*/.exec(line)?.[0] ?? ''}${HIDDEN}`;
  });
  return lines.join('\n');
}
