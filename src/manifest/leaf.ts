// The smallest part of a divided document: a few entries that are read as one small text. Knows no position; where its nodes
// stand is set right when somebody looks at them.
import { type Alias, isMap, isNode, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { eachBound } from './anchors.ts';
import { readText } from './parse.ts';
import type { ReadProblem } from './read-problem.ts';

/** What a run of entries is a part of. */
export interface LeafStyle {
  readonly kind: 'map' | 'list';
  /** Between brackets, which are not part of the text. */
  readonly flow: boolean;
}

export interface Leaf {
  readonly length: number;
  readonly items: readonly (Pair | Node)[];
  /** How many items it has. */
  readonly count: number;
  /** Offsets from the leaf's first character. */
  readonly problems: readonly ReadProblem[];
  /** Where its first item begins, with what stands before its key, and its last item ends. */
  readonly begin: number;
  readonly end: number;
  /** In flow style, whether a comma follows the last item. */
  readonly comma: boolean;
  /** Nodes with anchors, and aliases, in order. */
  readonly bound: readonly (Node | Alias)[];
  /** Where its first character stands, as far as its nodes know. */
  offset: number;
}

/** Anchors and aliases as they may look like; a closer look is taken where this matches. */
const BINDING = /(?:^|[\s[{,:-])[&*][^\s,[\]{}]/;

/**
 * @param text what stands there, blank before its first entry
 * @param entries where in it entries begin: where one is broken, the others are read without it
 */
export function readLeaf(text: string, style: LeafStyle, entries: readonly number[]): Leaf {
  const whole = readPart(text, style);
  if (whole.problems.length === 0 || entries.length < 2) return whole;
  const parts = entries.map((from, k) => {
    const at = k === 0 ? 0 : from;
    const part = readPart(text.slice(at, entries[k + 1] ?? text.length), style);
    return { at, part };
  });
  const items = parts.flatMap(({ at, part }) => settled(part, at));
  const problems = parts.flatMap(({ at, part }) => part.problems.map((problem) => movedBy(problem, at)));
  // Each by itself may be whole where together they are not.
  const all = problems.length > 0 ? problems : whole.problems;
  const last = parts.findLast(({ part }) => part.count > 0);
  return {
    ...whole,
    items,
    count: items.length,
    problems: all,
    begin: parts[0]?.part.begin ?? 0,
    end: last ? last.at + last.part.end : 0,
    bound: parts.flatMap(({ part }) => part.bound),
    offset: 0,
  };
}

export function movedBy({ message, from, to, put }: ReadProblem, by: number): ReadProblem {
  return { message, from: from + by, to: to + by, ...(put && { put: { ...put, at: put.at + by } }) };
}

/** Its items, their positions as if it began at `at`. */
export function settled(leaf: Leaf, at: number): readonly (Pair | Node)[] {
  const by = at - leaf.offset;
  if (by === 0) return leaf.items;
  for (const item of leaf.items) {
    if (isNode(item)) shift(item, by);
    else {
      shift(item.key, by);
      shift(item.value, by);
    }
  }
  leaf.offset = at;
  return leaf.items;
}

/** Moves a node and all that is in it. */
export function shift(node: unknown, by: number): void {
  if (node === null || node === undefined) return;
  const { range } = node as { range?: [number, number, number] | null };
  if (range) {
    range[0] += by;
    range[1] += by;
    range[2] += by;
  }
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      shift(key, by);
      shift(value, by);
    }
  } else if (isSeq(node)) for (const item of node.items) shift(item, by);
}

export function eachBoundOf(item: Pair | Node, take: (node: Node) => void): void {
  if (isNode(item)) eachBound(item, take);
  else {
    eachBound(item.key, take);
    eachBound(item.value, take);
  }
}

const NO_ENTRY = 'Implicit map keys need to be followed by map values';

/** A line that is not blank and no comment. */
const CONTENT = /^[ \t]*[^#\s]/m;

function readPart(text: string, { kind, flow }: LeafStyle): Leaf {
  // The library takes its time to find out.
  if (kind === 'map' && !flow && !/[:?]/.test(text)) {
    const problems = CONTENT.test(text) ? [{ message: NO_ENTRY, from: 0, to: text.length }] : [];
    return { length: text.length, items: [], count: 0, problems, begin: 0, end: 0, comma: true, bound: [], offset: 0 };
  }
  const brackets = kind === 'map' ? '{}' : '[]';
  const source = flow ? `${brackets[0]}${text}\n${brackets[1]}` : text;
  const lead = flow ? 1 : 0;
  const read = readText(source);
  const root = isRoot(read.root, { kind, flow }) ? read.root : undefined;
  const items: (Pair | Node)[] = [...(root?.items ?? [])] as (Pair | Node)[];
  const at = (offset: number): number => Math.max(0, Math.min(offset - lead, text.length));
  const problems = read.problems.map(({ message, from, to, put }) => ({
    message,
    from: at(from),
    to: at(to),
    ...(put && { put: { ...put, at: at(put.at) } }),
  }));
  if (problems.length === 0 && !root && read.root !== undefined && !isBlank(read.root)) {
    problems.push({ message: NO_ENTRY, from: 0, to: text.length });
  }
  const bound: Node[] = [];
  if (BINDING.test(text)) {
    const take = (node: Node): void => void bound.push(node);
    for (const item of items) eachBoundOf(item, take);
  }
  const end = at(endOf(items.at(-1), flow));
  return {
    length: text.length,
    items,
    count: items.length,
    problems,
    begin: at(root?.range?.[0] ?? 0),
    end,
    // Where nothing is left between two commas, nothing is missing.
    comma: !flow || items.length === 0 || /^(?:\s|#[^\n]*\n)*,/.test(text.slice(end)),
    bound,
    offset: lead,
  };
}

/** What a reading has to be for its items to be entries of a part. */
function isRoot(root: unknown, { kind, flow }: LeafStyle): root is YAMLMap | YAMLSeq {
  return (kind === 'map' ? isMap(root) : isSeq(root)) && ((root as YAMLMap | YAMLSeq).flow === true) === flow;
}

/** Comments alone are read as nothing. */
function isBlank(root: unknown): boolean {
  return isScalar(root) && root.source === '' && !root.anchor && !root.tag;
}

/** In flow style the end of an item itself, otherwise with its line. */
function endOf(item: Pair | Node | undefined, flow: boolean): number {
  const last = isNode(item) ? item : ((item?.value ?? item?.key) as Node | null | undefined);
  return last?.range?.[flow ? 1 : 2] ?? 0;
}
