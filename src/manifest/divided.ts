// A large document that is read in parts. A part whose text is as it was keeps its tree; where it stands is set right when
// somebody looks at it.
import { isMap, isScalar, isSeq, type Node, type Pair, type ParsedNode, visit, YAMLMap, YAMLSeq } from 'yaml';
import { type Branch, divide, type Frame, type Leaf } from './divide.ts';
import { type Located, locate } from './locate.ts';
import { type ReadProblem, readText } from './parse.ts';
import type { PathSegment } from './typing.ts';

interface ReadLeaf {
  readonly text: string;
  readonly root: YAMLMap | YAMLSeq;
  readonly problems: readonly ReadProblem[];
  /** Where its first character stands in the document, as far as its nodes know. */
  offset: number;
}

interface PlacedLeaf {
  readonly leaf: ReadLeaf;
  readonly from: number;
  readonly to: number;
  /** Index of its first entry in the frame. */
  readonly first: number;
}

interface PlacedBranch {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  /** The key's own line, for a branch of a map. */
  readonly head?: PlacedLeaf;
  readonly inside: PlacedFrame;
}

interface PlacedFrame {
  readonly kind: Frame['kind'];
  readonly from: number;
  readonly to: number;
  readonly parts: readonly (PlacedLeaf | PlacedBranch)[];
}

/** A List, its items, an item, and its metadata. */
const OBJECT_DEPTH = 4;
/** Where an edit moved more leaves than this, they are looked for by their text. */
const NEAR = 6;

/**
 * The leaves of an earlier reading. Most edits leave nearly all of them in their order, so the next is looked for near the
 * last; each is given away once.
 */
class Pool {
  private readonly leaves: readonly ReadLeaf[];
  private readonly given = new Set<ReadLeaf>();
  private at = 0;
  private misses = 0;
  private byText: Map<string, ReadLeaf[]> | undefined;

  constructor(leaves: readonly ReadLeaf[]) {
    this.leaves = leaves;
  }

  take(text: string): ReadLeaf | undefined {
    for (let k = this.at; k < this.at + NEAR; k++) {
      const leaf = this.leaves[k];
      if (leaf?.text !== text || this.given.has(leaf)) continue;
      this.at = k + 1;
      this.misses = 0;
      return this.give(leaf);
    }
    if (++this.misses < NEAR) return undefined;
    const found = this.all()
      .get(text)
      ?.find((leaf) => !this.given.has(leaf));
    return found && this.give(found);
  }

  private give(leaf: ReadLeaf): ReadLeaf {
    this.given.add(leaf);
    return leaf;
  }

  private all(): Map<string, ReadLeaf[]> {
    if (!this.byText) {
      this.byText = new Map();
      for (const leaf of this.leaves) {
        const same = this.byText.get(leaf.text);
        if (same) same.push(leaf);
        else this.byText.set(leaf.text, [leaf]);
      }
    }
    return this.byText;
  }
}

export class DividedTree {
  readonly problems: readonly ReadProblem[];
  private readonly frame: PlacedFrame;
  private whole: ParsedNode | undefined;
  private shallow: ParsedNode | undefined;

  private constructor(frame: PlacedFrame) {
    this.frame = frame;
    this.problems = leavesOf(frame)
      .filter(({ leaf }) => leaf.problems.length > 0)
      .flatMap(({ leaf, from }) =>
        leaf.problems.map((problem) => ({ ...problem, from: problem.from + from, to: problem.to + from })),
      );
  }

  /**
   * Reads a text, with what is still there of `before`, which cannot be used any more afterwards. Undefined where the text
   * cannot be divided: then it is read as a whole.
   */
  static read(text: string, lineStarts: readonly number[], before?: DividedTree): DividedTree | undefined {
    const frame = divide(text, lineStarts);
    if (!frame || frame.parts.length < 2) return undefined;
    const pool = new Pool(before ? leavesOf(before.frame).map(({ leaf }) => leaf) : []);
    const placed = placeFrame(frame, pool);
    return placed && new DividedTree(placed);
  }

  /**
   * The top of the tree: enough to know the objects by. What is deeper is left out where it was divided, and what nodes say of
   * where they stand may be old.
   */
  get top(): ParsedNode {
    this.shallow ??= this.whole ?? (join(this.frame, OBJECT_DEPTH) as unknown as ParsedNode);
    return this.shallow;
  }

  /** The tree of the whole, every node where it stands. */
  get root(): ParsedNode {
    settleAll(this.frame);
    this.whole ??= join(this.frame, Number.POSITIVE_INFINITY) as unknown as ParsedNode;
    return this.whole;
  }

  /** What is at an offset, without setting right what is elsewhere. */
  locate(offset: number): Located | undefined {
    return locateIn(this.frame, offset, []);
  }
}

function placeFrame(frame: Frame, pool: Pool): PlacedFrame | undefined {
  const parts: (PlacedLeaf | PlacedBranch)[] = [];
  let first = 0;
  for (const part of frame.parts) {
    const placed = 'inside' in part ? placeBranch(part, first, pool) : placeLeaf(part, first, frame.kind, pool);
    if (!placed) return undefined;
    parts.push(placed);
    first += 'inside' in placed ? 1 : placed.leaf.root.items.length;
  }
  return { kind: frame.kind, from: frame.from, to: frame.to, parts };
}

function placeBranch({ from, to, head, inside }: Branch, first: number, pool: Pool): PlacedBranch | undefined {
  const placed = placeFrame(inside, pool);
  const key = head && placeLeaf(head, 0, 'map', pool);
  if (!placed || (head && key?.leaf.root.items.length !== 1)) return undefined;
  return { from, to, first, inside: placed, ...(key && { head: key }) };
}

function placeLeaf({ text, from, to }: Leaf, first: number, kind: Frame['kind'], pool: Pool): PlacedLeaf | undefined {
  const leaf = pool.take(text) ?? readLeaf(text);
  if (!leaf || isMap(leaf.root) !== (kind === 'map')) return undefined;
  return { leaf, from, to, first };
}

/** Anchors and aliases bind parts together, and tags may say anything: with them a text is read as a whole. */
const BINDING = /(?:^|[\s[{,:-])[&*!][^\s,[\]{}]/;

function readLeaf(text: string): ReadLeaf | undefined {
  const { root, problems } = readText(text);
  if (!isMap(root) && !isSeq(root)) return undefined;
  if (root.flow === true || (BINDING.test(text) && isBound(root))) return undefined;
  return { text, root, problems, offset: 0 };
}

function isBound(root: Node): boolean {
  let found = false;
  visit(root, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
    Node: (_, node) => {
      found ||= ('anchor' in node && node.anchor !== undefined) || node.tag?.startsWith('!') === true;
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

function settled({ leaf, from }: PlacedLeaf): YAMLMap | YAMLSeq {
  const by = from - leaf.offset;
  if (by !== 0) shift(leaf.root, by);
  leaf.offset = from;
  return leaf.root;
}

/** The key of a branch: what is below it moves by itself. */
function settledKey(head: PlacedLeaf): Pair | undefined {
  const [pair] = head.leaf.root.items as Pair[];
  const by = head.from - head.leaf.offset;
  if (pair && by !== 0) shift(pair.key, by);
  head.leaf.offset = head.from;
  return pair;
}

function shift(node: unknown, by: number): void {
  const { range } = node as { range?: [number, number, number] | null };
  if (range) {
    range[0] += by;
    range[1] += by;
    range[2] += by;
  }
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      shift(key, by);
      if (value !== null) shift(value, by);
    }
  } else if (isSeq(node)) for (const item of node.items) if (item !== null) shift(item, by);
}

function settleAll({ parts }: PlacedFrame): void {
  for (const part of parts) {
    if (!('inside' in part)) settled(part);
    else {
      if (part.head) settledKey(part.head);
      settleAll(part.inside);
    }
  }
}

function join(frame: PlacedFrame, depth: number): YAMLMap | YAMLSeq {
  const whole = frame.kind === 'map' ? new YAMLMap() : new YAMLSeq();
  const items: unknown[] = whole.items;
  for (const part of frame.parts) {
    if ('inside' in part) items.push(joinBranch(part, depth - 1));
    else for (const item of part.leaf.root.items) items.push(item);
  }
  whole.range = [frame.from, frame.to, frame.to];
  return whole;
}

function joinBranch({ head, inside }: PlacedBranch, depth: number): unknown {
  const value = depth > 0 ? join(inside, depth) : null;
  const [pair] = head ? (head.leaf.root.items as Pair[]) : [];
  if (!pair) return value;
  pair.value = value;
  return pair;
}

function locateIn(frame: PlacedFrame, offset: number, path: PathSegment[]): Located | undefined {
  const part = frame.parts.findLast(({ from }) => from <= offset) ?? frame.parts[0];
  if (!part) return undefined;
  if (!('inside' in part)) return inLeaf(part, offset, path);
  if (part.head === undefined) {
    const inner = [...path, part.first];
    if (offset >= part.inside.from) return locateIn(part.inside, offset, inner);
    return { path, on: 'item', from: offset, to: offset + 1, value: undefined };
  }
  const pair = settledKey(part.head);
  const key = pair?.key;
  if (!isScalar(key) || !key.range) return undefined;
  const [from, to] = key.range;
  if (offset < from) return undefined;
  const inner = [...path, String(key.value)];
  if (offset <= to) return { path: inner, on: 'key', from, to, value: undefined };
  return offset < part.inside.from ? undefined : locateIn(part.inside, offset, inner);
}

function inLeaf(part: PlacedLeaf, offset: number, path: readonly PathSegment[]): Located | undefined {
  const found = locate(settled(part) as unknown as ParsedNode, offset);
  if (!found) return undefined;
  const [top, ...rest] = found.path;
  const inner = typeof top === 'number' ? [top + part.first, ...rest] : found.path;
  return { ...found, path: [...path, ...inner] };
}

function leavesOf(frame: PlacedFrame, into: PlacedLeaf[] = []): PlacedLeaf[] {
  for (const part of frame.parts) {
    if (!('inside' in part)) into.push(part);
    else {
      if (part.head) into.push(part.head);
      leavesOf(part.inside, into);
    }
  }
  return into;
}
