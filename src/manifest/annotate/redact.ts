// A manifest's text with the values of Secrets hidden and every line in its place. What cannot be read as YAML and names a
// Secret loses all values: better too much than one too many shown.
import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import { HIDDEN, LAST_APPLIED } from '../../model/redact.ts';
import { type ParsedPiece, scalarAt, valueAt } from '../parse.ts';

type Range = readonly [from: number, to: number];

export function redactedText(text: string, piece: ParsedPiece): string {
  const isNamed = NAMED.test(text);
  if (!isNamed && !/\b(?:data|stringData)\b/.test(text)) return text;
  if (piece.root === undefined || piece.problems.length > 0) return isNamed ? masked(text) : text;
  const ranges: Range[] = [];
  secretsIn(piece.root, false, (node) => hide(node, piece, ranges));
  return cutOut(text, ranges);
}

/** The kind, also with a slip of the hand in it; a backslash may spell any letter. */
const NAMED = /S\W?e\W?c\W?r\W?e\W?t|\\/;

/** Fields of a Secret, and of what refers to one, that are not secret. */
const OPEN =
  /^(apiVersion|kind|type|immutable|name|namespace|key|group|apiGroup|uid|resourceVersion|fieldPath|optional)$/;
const MAX_DEPTH = 100;

/** Calls `take` with each node that holds what is secret, wherever a Secret stands and whichever of its keys is misspelt. */
function secretsIn(node: unknown, inSecretList: boolean, take: (node: unknown) => void, depth = 0): void {
  if (depth > MAX_DEPTH) return;
  if (isSeq(node)) for (const item of node.items) secretsIn(item, inSecretList, take, depth + 1);
  if (!isMap(node)) return;
  const isSecret = inSecretList || node.items.some(({ key, value }) => isKindOfSecret(value ?? key));
  const isSecretList = scalarAt(node, 'kind') === 'SecretList';
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (!isScalar(key)) secretsIn(key, false, take, depth + 1);
    if (name === 'metadata') take(valueAt(valueAt(value, 'annotations'), LAST_APPLIED));
    else if (!isSecret) secretsIn(value, isSecretList && name === 'items', take, depth + 1);
    else if (!OPEN.test(name)) take(isScalar(key) ? value : key);
  }
}

/** The kind, also with one letter too many, too few or another. */
function isKindOfSecret(node: unknown): boolean {
  const value = isScalar(node) ? node.value : undefined;
  const letters = typeof value === 'string' && value.length < 20 ? value.replace(/[^A-Za-z]/g, '') : '';
  return SLIPS.test(letters);
}

const LETTERS = [...'Secret'];
const SLIPS = new RegExp(
  `^(?:${LETTERS.flatMap((_, k) => {
    const [before, after] = [LETTERS.slice(0, k).join(''), LETTERS.slice(k + 1).join('')];
    return [`${before}.?${after}`, `${before}.${LETTERS.slice(k).join('')}`];
  }).join('|')}|Secret.)$`,
);

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.source === '');
}

function hide(node: unknown, piece: ParsedPiece, out: Range[]): void {
  if (isMap(node)) {
    // What has lost its key is read as one.
    for (const { key, value } of node.items) hide(isEmpty(value) ? key : value, piece, out);
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
