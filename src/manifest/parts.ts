// What a divided document is made of. Nothing here knows where it stands, only how long it is, so that an edit leaves all but
// the parts around it as they are.
import { type Node, type Pair, YAMLMap, YAMLSeq } from 'yaml';
import { type Leaf, movedBy, settled, shift } from './leaf.ts';
import type { ReadProblem } from './read-problem.ts';

/** One entry too large for a leaf: what stands before its own entries, these, and perhaps what closes them. */
export interface Branch {
  readonly length: number;
  /** Characters before what is inside. */
  readonly before: number;
  /** The key as a pair of its own; absent for an item of a list. */
  readonly key: Leaf | undefined;
  /** Where the key or the item stands, from its first character: comments may be before. */
  readonly keyAt: number;
  readonly anchor: string | undefined;
  readonly inside: Frame;
  /** Where its value ends, with its line in block style. */
  readonly end: number;
  /** In flow style, whether a comma follows. */
  readonly comma: boolean;
  /** What is wrong with it beside what is inside. */
  readonly problem: ReadProblem | undefined;
}

export type Part = Leaf | Branch;

export function isBranch(part: Part): part is Branch {
  return 'inside' in part;
}

/** How the entries of a frame are told from each other. */
export interface FrameStyle {
  readonly kind: 'map' | 'list';
  readonly flow: boolean;
  /** Where its entries begin; in rows made by brackets, 0. */
  readonly column: number;
  /** The first entry stands on the line of the dash that opens it. */
  readonly dashed: boolean;
  /** Its entries are told by brackets and commas, which is without doubt; by lines otherwise, as brackets are open. */
  readonly exact: boolean;
}

/** The entries of a map or a list. */
export class Frame {
  readonly style: FrameStyle;
  readonly parts: readonly Part[];
  /** Where each part begins, and the last ends, from the frame's first character. */
  readonly offsets: Int32Array;
  /** Index of each part's first item, and at last how many there are. */
  readonly firsts: Int32Array;
  /** Where its node begins, from its first character. */
  readonly from: number;
  /** Something in it is wrong, has an anchor or is an alias. */
  readonly flawed: boolean;
  readonly bound: boolean;
  private joined: YAMLMap | YAMLSeq | undefined;
  /** Where it stands, as far as its node knows, and where all that is in it knows to stand. */
  private at = 0;
  private settledAt = -1;

  constructor(style: FrameStyle, parts: readonly Part[], from: number) {
    this.style = style;
    this.parts = parts;
    this.from = from;
    this.offsets = new Int32Array(parts.length + 1);
    this.firsts = new Int32Array(parts.length + 1);
    let flawed = false;
    let bound = false;
    for (const [k, part] of parts.entries()) {
      this.offsets[k + 1] = this.startOf(k) + part.length;
      this.firsts[k + 1] = (this.firsts[k] ?? 0) + (isBranch(part) ? 1 : part.count);
      flawed ||= isBranch(part) ? part.inside.flawed || part.problem !== undefined : part.problems.length > 0;
      flawed ||= k < parts.length - 1 && !part.comma;
      bound ||= isBranch(part) ? part.inside.bound || part.anchor !== undefined : part.bound.length > 0;
    }
    this.flawed = flawed;
    this.bound = bound;
  }

  get length(): number {
    return this.startOf(this.parts.length);
  }

  startOf(part: number): number {
    return this.offsets[part] ?? 0;
  }

  /** Index of the part that holds an offset from the frame's first character. */
  partAt(offset: number): number {
    return lastUpTo(this.offsets, this.parts.length, offset);
  }

  /** Index of the part that holds an item. */
  partOf(item: number): number {
    return lastUpTo(this.firsts, this.parts.length, item);
  }

  /** Its tree; what nodes say of where they stand may be old. */
  get node(): YAMLMap | YAMLSeq {
    this.joined ??= this.join();
    return this.joined;
  }

  /** Its tree, every node where it stands when the frame begins at `at`. */
  settle(at: number): YAMLMap | YAMLSeq {
    const { node } = this;
    if (this.settledAt !== at) {
      for (const [k, part] of this.parts.entries()) settlePart(part, at + this.startOf(k));
      this.settledAt = at;
    }
    if (node.range && this.at !== at) shiftRange(node.range, at - this.at);
    this.at = at;
    return node;
  }

  /** To be called before something inside is settled by itself. */
  unsettle(): void {
    this.settledAt = -1;
  }

  /** Calls `take` with each problem at the place where it stands. */
  eachProblem(at: number, take: (problem: ReadProblem) => void): void {
    if (!this.flawed) return;
    for (const [k, part] of this.parts.entries()) {
      const from = at + this.startOf(k);
      if (isBranch(part)) {
        if (part.problem) take(movedBy(part.problem, from));
        part.inside.eachProblem(from + part.before, take);
      }
      for (const problem of isBranch(part) ? [] : part.problems) take(movedBy(problem, from));
      if (k === this.parts.length - 1 || part.comma) continue;
      const to = from + part.length;
      take({ message: 'Missing , between the items of a flow collection', from: to - 1, to });
    }
  }

  /** Calls `take` with each anchored node and alias of its tree, in order. */
  eachBound(take: (node: Node) => void): void {
    if (!this.bound) return;
    for (const part of this.parts) {
      if (!isBranch(part)) part.bound.forEach(take);
      else {
        if (part.anchor !== undefined) take(part.inside.node as Node);
        part.inside.eachBound(take);
      }
    }
  }

  private join(): YAMLMap | YAMLSeq {
    const { flow, kind } = this.style;
    const whole = kind === 'map' ? new YAMLMap() : new YAMLSeq();
    const items: unknown[] = whole.items;
    for (const part of this.parts) {
      if (isBranch(part)) items.push(joinBranch(part));
      else items.push(...part.items);
    }
    const end = flow ? this.length + 1 : this.end;
    whole.range = [this.from, end, end];
    if (flow) whole.flow = true;
    return whole;
  }

  /** Where its last item ends. */
  get end(): number {
    const k = this.parts.findLastIndex((part) => isBranch(part) || part.count > 0);
    return this.startOf(k) + (this.parts[k]?.end ?? this.from);
  }
}

function lastUpTo(sorted: Int32Array, count: number, value: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function joinBranch({ key, anchor, inside }: Branch): unknown {
  const { node } = inside;
  if (anchor === undefined) delete node.anchor;
  else node.anchor = anchor;
  const [pair] = (key?.items ?? []) as Pair[];
  if (pair) pair.value = node;
  return pair ?? node;
}

function settlePart(part: Part, at: number): void {
  if (!isBranch(part)) {
    settled(part, at);
    return;
  }
  settleKey(part, at);
  part.inside.settle(at + part.before);
}

/** The key of a branch that begins at `at`, where it stands; what is below it moves by itself. */
export function settleKey({ key, keyAt }: Branch, at: number): Node | undefined {
  const [pair] = (key?.items ?? []) as Pair[];
  if (!key || !pair) return undefined;
  shift(pair.key, at + keyAt - key.offset);
  key.offset = at + keyAt;
  return pair.key as Node;
}

function shiftRange(range: [number, number, number], by: number): void {
  range[0] += by;
  range[1] += by;
  range[2] += by;
}
