// Offset in a parsed document → the node there, and the path that leads to it.
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { PathSegment } from './typing.ts';

export interface Located {
  readonly path: readonly PathSegment[];
  readonly on: 'key' | 'value' | 'item';
  /** Offsets in the piece of what is under the cursor. */
  readonly from: number;
  readonly to: number;
  /** The value that belongs to the key, or the scalar under the cursor. */
  readonly value: unknown;
}

/** Deeper than any manifest; a guard against adversarial input. */
const MAX_DEPTH = 200;

function startOf(node: unknown): number {
  const range = (node as Node | null | undefined)?.range;
  return range ? range[0] : -1;
}

function endOf(node: unknown): number {
  const range = (node as Node | null | undefined)?.range;
  return range ? range[1] : -1;
}

/** Index of the last entry that starts at or before the offset. */
function lastBefore(count: number, start: (index: number) => number, offset: number): number {
  let low = 0;
  let high = count - 1;
  let found = -1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (start(middle) <= offset) {
      found = middle;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}

export function locate(root: ParsedNode | undefined, offset: number): Located | undefined {
  const path: PathSegment[] = [];
  let node: unknown = root;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (isMap(node)) {
      const next = inMap(node, path, offset);
      if (next === undefined || 'on' in next) return next;
      node = next.child;
    } else if (isSeq(node)) {
      const next = inSeq(node, path, offset);
      if (next === undefined || 'on' in next) return next;
      node = next.child;
    } else return inScalar(node, path, offset);
  }
  return undefined;
}

type Step = Located | { readonly child: unknown } | undefined;

function inMap(map: YAMLMap, path: PathSegment[], offset: number): Step {
  const index = lastBefore(map.items.length, (at) => startOf(map.items[at]?.key), offset);
  const pair = map.items[index];
  if (!pair || !isScalar(pair.key)) return undefined;
  const from = startOf(pair.key);
  const keyEnd = endOf(pair.key);
  path.push(String(pair.key.value));
  if (offset <= keyEnd) return { path, on: 'key', from, to: keyEnd, value: pair.value };
  const value = pair.value;
  const valueStart = startOf(value);
  if (value === null || valueStart === -1) return undefined;
  if (offset < valueStart && !isCollection(value)) {
    // Between the colon and the value; a comment or a line below belongs to nobody.
    return offset <= keyEnd + 1 ? { path, on: 'key', from, to: keyEnd, value } : undefined;
  }
  return offset < valueStart ? undefined : { child: value };
}

function inSeq(seq: YAMLSeq, path: PathSegment[], offset: number): Step {
  const index = lastBefore(seq.items.length, (at) => startOf(seq.items[at]), offset);
  const item = seq.items[index];
  // The dash of the first entry lies before the entry.
  if (index === -1) return { path, on: 'item', from: startOf(seq), to: startOf(seq) + 1, value: seq };
  path.push(index);
  if (isCollection(item) && offset > endOf(item)) {
    path.pop();
    return { path, on: 'item', from: offset, to: offset + 1, value: seq };
  }
  return { child: item };
}

function inScalar(node: unknown, path: PathSegment[], offset: number): Located | undefined {
  if (!isScalar(node) && !isAlias(node)) return undefined;
  const from = startOf(node);
  const to = endOf(node);
  if (offset < from || offset > to) return undefined;
  return { path, on: 'value', from, to, value: node };
}
