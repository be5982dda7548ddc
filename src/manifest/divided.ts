// A large document that is read in parts. A part whose text is as it was keeps its tree; where it stands is set right when
// somebody looks at it.
import { isScalar, type ParsedNode, YAMLMap, YAMLSeq } from 'yaml';
import { type Anchors, TreeAnchors } from './anchors.ts';
import { changeOf, type Edit, stepsOf } from './change.ts';
import { divide, type Inside, LIMITS, type Limits } from './divide.ts';
import { type Leaf, settled } from './leaf.ts';
import { type Located, locate } from './locate.ts';
import { Memo } from './memo.ts';
import { type Branch, type Frame, isBranch, settleKey } from './parts.ts';
import type { ReadProblem } from './read-problem.ts';
import { END, type Rows, rowsAfter, rowsOf } from './rows.ts';
import type { PathSegment } from './typing.ts';

/** A value of the tree: where it begins, and itself with all positions set right. */
export interface Placed {
  readonly start: number;
  readonly settle: () => void;
}

export class DividedTree {
  readonly rows: Rows;
  readonly anchors: Anchors;
  /** What is known of its nodes, over all edits. */
  readonly memo: Memo;
  private readonly frame: Frame;
  /** Where the frame begins. */
  private readonly at: number;
  private readonly own: ReadProblem | undefined;
  private listed: readonly ReadProblem[] | undefined;

  private constructor(rows: Rows, { inside: frame, from: at, problem }: Inside, memo: Memo) {
    this.memo = memo;
    this.own = problem;
    this.rows = rows;
    this.frame = frame;
    this.at = at;
    this.anchors = new TreeAnchors((take) => {
      // Anchors of what is divided are known when it is joined.
      if (frame.node) frame.eachBound(take);
    });
  }

  /**
   * Reads a text, with what is still there of `before`, which cannot be used any more afterwards. Undefined where the text
   * cannot be divided: then it is read as a whole.
   */
  static read(text: string, before?: DividedTree, limits = LIMITS): DividedTree | undefined {
    let tree = before;
    for (const step of before ? stepsOf(before.rows.text, text) : [text]) tree = DividedTree.after(step, tree, limits);
    return tree;
  }

  private static after(text: string, before: DividedTree | undefined, limits: Limits): DividedTree | undefined {
    let rows: Rows | undefined;
    let edit: Edit | undefined;
    if (before) ({ rows, edit } = rowsAfter(before.rows, text, changeOf(before.rows.text, text)));
    else rows = rowsOf(text);
    // A line of dots ends a document, and a directive says how it is to be read.
    if (text.startsWith('%') || rows.kinds.includes(END)) return undefined;
    const marked = text.startsWith('---');
    if (marked && !/^---\s*(#.*)?$/.test(text.slice(0, rows.starts[1]).trimEnd())) return undefined;
    const found = divide(rows, marked ? 1 : 0, { edit, limits }, before && { frame: before.frame, at: before.at });
    if (!found) return undefined;
    const [only, more] = found.inside.parts;
    const memo = before?.memo ?? new Memo();
    return more || (only && isBranch(only)) ? new DividedTree(rows, found, memo) : undefined;
  }

  get problems(): readonly ReadProblem[] {
    if (!this.listed) {
      const all: ReadProblem[] = this.own ? [this.own] : [];
      this.frame.eachProblem(this.at, (problem) => void all.push(problem));
      this.listed = all;
    }
    return this.listed;
  }

  /** The tree; what nodes say of where they stand may be old. */
  get tree(): ParsedNode {
    return this.frame.node as unknown as ParsedNode;
  }

  /** The tree, every node where it stands. */
  get root(): ParsedNode {
    return this.frame.settle(this.at) as unknown as ParsedNode;
  }

  /** Sets right where every node stands. */
  settle(): void {
    this.frame.settle(this.at);
  }

  /** Whether any alias or anchor stands in it. */
  get bound(): boolean {
    return this.frame.bound;
  }

  /** What is at an offset, without setting right what is elsewhere. */
  locate(offset: number): Located | undefined {
    return locateIn(this.frame, this.at, offset, []);
  }

  /** Where the map or list at a path begins. */
  place(path: readonly PathSegment[]): Placed {
    return placeIn(this.frame, this.at, path);
  }
}

function placeIn(frame: Frame, at: number, [segment, ...rest]: readonly PathSegment[]): Placed {
  if (segment === undefined) return { start: at + frame.from, settle: () => void frame.settle(at) };
  frame.unsettle();
  const k = typeof segment === 'number' ? frame.partOf(segment) : frame.parts.findIndex((part) => keyIn(part, segment));
  const part = frame.parts[k];
  const start = at + frame.startOf(k);
  if (part && isBranch(part)) {
    settleKey(part, start);
    return placeIn(part.inside, start + part.before, rest);
  }
  return { start, settle: () => void (part && settled(part, start)) };
}

function keyIn(part: Frame['parts'][number], name: string): boolean {
  const items = isBranch(part) ? (part.key?.items ?? []) : part.items;
  return items.some((item) => 'key' in item && isScalar(item.key) && item.key.value === name);
}

function locateIn(frame: Frame, at: number, offset: number, path: readonly PathSegment[]): Located | undefined {
  frame.unsettle();
  const k = frame.partAt(offset - at);
  const part = frame.parts[k];
  const start = at + frame.startOf(k);
  const first = frame.firsts[k] ?? 0;
  if (!part) return undefined;
  if (isBranch(part)) return inBranch(part, start, offset, { path, first });
  const found = locate(leafNode(frame, part, start), offset);
  if (!found) return undefined;
  const [top, ...rest] = found.path;
  const inner = typeof top === 'number' ? [top + first, ...rest] : found.path;
  return { ...found, path: [...path, ...inner] };
}

/** A leaf's items as if there were no others. */
function leafNode({ style }: Frame, leaf: Leaf, at: number): ParsedNode {
  const node = style.kind === 'map' ? new YAMLMap() : new YAMLSeq();
  node.items = [...settled(leaf, at)] as typeof node.items;
  node.range = [at, at + leaf.length, at + leaf.length];
  return node as unknown as ParsedNode;
}

function inBranch(
  branch: Branch,
  at: number,
  offset: number,
  { path, first }: { readonly path: readonly PathSegment[]; readonly first: number },
): Located | undefined {
  const { before, inside } = branch;
  const from = at + before;
  const item: Located = { path, on: 'item', from: offset, to: offset + 1, value: undefined };
  if (branch.key) {
    const key = settleKey(branch, at);
    if (!isScalar(key) || !key.range || offset < key.range[0]) return undefined;
    const inner = [...path, String(key.value)];
    const [start, end] = key.range;
    if (offset <= end) return { path: inner, on: 'key', from: start, to: end, value: undefined };
    return offset < from + inside.from ? undefined : locateIn(inside, from, offset, inner);
  }
  const isOutside = offset < from + inside.from || (inside.style.flow && offset > from + inside.length + 1);
  return isOutside ? item : locateIn(inside, from, offset, [...path, first]);
}
