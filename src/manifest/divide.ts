// Cuts one large document into parts that can be read each by itself, so that a keystroke costs one part and not all. Block
// style is cut by indentation, flow style and JSON by brackets, or by indentation where brackets are open.
import type { Change, Edit } from './change.ts';
import { entryRows, flowRows } from './flow.ts';
import { type Head, headOf, isLineEnd, tailOf } from './heads.ts';
import { type Earlier, Known, touchedParts } from './known.ts';
import { type Leaf, movedBy, readLeaf } from './leaf.ts';
import { outermost, shallowIn, strayIn } from './outermost.ts';
import { type Branch, Frame, type FrameStyle, isBranch, type Part } from './parts.ts';
import type { ReadProblem } from './read-problem.ts';
import { contentOf, EMPTY, ENTRY, ITEM, OPEN, type Rows } from './rows.ts';
import { longText } from './text.ts';

/** Documents below this many characters are read in a few milliseconds anyway. */
export const DIVIDED_FROM = 16_000;

/** In characters. */
export interface Limits {
  /** Entries above are divided in their turn. */
  readonly large: number;
  /** A leaf of several entries is not longer. */
  readonly leaf: number;
}

export const LIMITS: Limits = { large: 3_000, leaf: 1_000 };

/** What is to be done: an edit of what was read before, or everything anew. */
export interface Work {
  readonly edit: Edit | undefined;
  readonly limits: Limits;
}

const MAX_DEPTH = 60;
/** Of a dash; deeper ones are nobody's. */
const MAX_INDENT = 200;

/** The rows between which a frame's entries stand. */
interface Extent {
  readonly from: number;
  /** Not included. */
  readonly to: number;
  /** Where on its line the first entry begins that stands behind a dash. */
  readonly dashed?: number;
  /** Where the bracket stands that opens it. */
  readonly bracket?: number;
  readonly depth: number;
  readonly earlier: Earlier | undefined;
}

type Inner = Pick<Extent, 'depth' | 'earlier'>;

/** Rows that are cut into parts. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly style: FrameStyle;
  readonly known: Known;
  readonly depth: number;
  /** The rows are the first of their frame. */
  readonly isFirst: boolean;
}

/** Rows of an entry, the last not included. */
interface Entry {
  readonly from: number;
  /** Where it begins itself; comments may stand before. -1 where nothing begins that could be an entry. */
  readonly head: number;
  readonly to: number;
}

/** What is inside an entry, or inside a document. */
export interface Inside {
  readonly inside: Frame;
  /** Where it begins. */
  readonly from: number;
  /** In flow style, whether a comma follows. */
  readonly comma: boolean;
  /** From where the entry begins, or the document. */
  readonly problem?: ReadProblem | undefined;
}

/** The entries of a document's outermost map or list; undefined where it is neither. */
export function divide(rows: Rows, from: number, work: Work, earlier?: Earlier): Inside | undefined {
  const divider = new Divider(rows, work);
  const inner = { depth: 0, earlier };
  const first = divider.content(from, rows.count);
  if (rows.kinds[first] === OPEN) {
    const entry = { from: first, head: first, to: rows.count };
    const found = divider.brackets(contentOf(rows, first), entry, undefined, inner);
    return found?.problem ? { ...found, problem: movedBy(found.problem, divider.offset(first)) } : found;
  }
  const inside = divider.frame({ from, to: rows.count, ...inner });
  return inside && { inside, from: rows.starts[from] ?? 0, comma: true };
}

class Divider {
  private readonly rows: Rows;
  private readonly text: string;
  private readonly work: Work;
  private readonly change: Change | undefined;

  constructor(rows: Rows, work: Work) {
    this.rows = rows;
    this.text = rows.text;
    this.work = work;
    this.change = rows.contents ? work.edit?.chars : work.edit?.lines;
  }

  frame(extent: Extent): Frame | undefined {
    const style = extent.depth > MAX_DEPTH ? undefined : this.styleOf(extent);
    if (!style) return undefined;
    const { rows } = this;
    const known = new Known(extent.earlier, style, this.change);
    const { head, tail, from, to } = known.around(rows, extent);
    const isFirst = head.length === 0;
    const parts = [...head, ...this.parts({ from, to, depth: extent.depth, style, known, isFirst }), ...tail];
    if (parts.length === 0) return undefined;
    const start = this.offset(extent.from);
    const [first] = parts;
    const content = style.dashed ? style.column : contentOf(rows, this.content(extent.from, extent.to)) - start;
    const begin = first && !isBranch(first) && first.count > 0 ? first.begin : content;
    return new Frame(style, parts, extent.bracket === undefined ? begin : extent.bracket - start);
  }

  /** The parts that rows are cut into. */
  parts(run: Run): Part[] {
    const parts: Part[] = [];
    let group: Entry[] = [];
    const close = (): void => {
      if (group.length > 0) parts.push(this.leaf(group, run));
      group = [];
    };
    for (const entry of this.entries(run)) {
      const large = this.length(entry) > this.work.limits.large ? this.large(entry, run) : undefined;
      if (large || this.length({ from: group[0]?.from ?? entry.from, to: entry.to }) > this.work.limits.leaf) close();
      if (large) parts.push(large);
      else group.push(entry);
    }
    close();
    return parts;
  }

  private styleOf({ dashed, bracket, from, to }: Extent): FrameStyle | undefined {
    const { rows, text } = this;
    if (bracket !== undefined) {
      const first = this.content(from, to);
      if (first === to) return undefined;
      const kind = text[bracket] === '{' ? 'map' : 'list';
      const exact = rows.contents !== undefined;
      return { kind, flow: true, column: rows.columns[first] ?? 0, dashed: false, exact };
    }
    const found = outermost(rows, dashed === undefined ? from : from + 1, to);
    if (dashed === undefined) return found && { ...found, flow: false, dashed: false, exact: true };
    // Where lines stand further left than the first entry something is wrong, most likely the first entry.
    return { kind: 'map', flow: false, column: Math.min(dashed, found?.column ?? dashed), dashed: true, exact: true };
  }

  private *entries({ from, to, style, isFirst }: Run): Generator<Entry> {
    const isDashed = isFirst && style.dashed;
    let open = from;
    let head = isDashed ? from : -1;
    for (let row = isDashed ? from + 1 : from; row < to; row++) {
      if (!this.begins(row, style)) continue;
      if (head !== -1) {
        yield { from: open, head, to: row };
        open = row;
      }
      head = row;
    }
    if (open < to) yield { from: open, head, to };
  }

  private begins(row: number, { kind, flow, column }: FrameStyle): boolean {
    if (this.rows.columns[row] !== column) return false;
    const is = this.rows.kinds[row];
    if (kind === 'list' && !flow) return is === ITEM;
    return is === ENTRY || is === OPEN || (flow && is === ITEM);
  }

  private leaf(entries: readonly Entry[], { style, known, isFirst, from }: Run): Part {
    const { rows, text } = this;
    const run = { from: entries[0]?.from ?? 0, to: entries.at(-1)?.to ?? 0 };
    const start = this.offset(run.from);
    const same = known.same(start, this.length(run));
    if (same) return same;
    const dashed = isFirst && style.dashed && run.from === from;
    const blank = dashed ? contentBehind(text, start) : 0;
    // A copy, so that what is kept of a part does not keep the whole text that it was a part of.
    const copy = ` ${' '.repeat(blank)}${text.slice(start + blank, this.offset(run.to))}`.slice(1);
    const begins = entries.map((entry) => this.offset(entry.from) - start);
    const leaf = readLeaf(copy, style, begins);
    const stray =
      style.flow || leaf.problems.length > 0 ? undefined : strayIn(rows, run, style, dashed ? blank : undefined);
    if (stray === undefined) return leaf;
    const at = contentOf(rows, stray) - start;
    const message = 'This line is not indented as those around it';
    return { ...leaf, problems: [{ message, from: at, to: this.offset(stray + 1) - start }] };
  }

  /** An entry that is divided in its turn, or a block of text; undefined where it is neither. */
  private large(entry: Entry, run: Run): Part | undefined {
    const start = this.offset(entry.from);
    const same = run.known.same(start, this.length(entry));
    if (same) return same;
    // What stands before the head is comments, or it is no plain entry.
    if (entry.head === -1 || this.content(entry.from, entry.to) < entry.head) return undefined;
    const { style } = run;
    const isDashed = run.isFirst && style.dashed && entry.from === run.from;
    const content = isDashed ? start + contentBehind(this.text, start) : contentOf(this.rows, entry.head);
    const line = this.text.slice(content, this.offset(entry.head + 1));
    const head = headOf(line, style);
    const branch = head && this.branch(head, line, content, entry, run);
    if (branch || style.flow || style.kind === 'list' || entry.from !== entry.head) return branch;
    return longText(this.rows, entry, content);
  }

  private branch(head: Head, line: string, content: number, entry: Entry, run: Run): Branch | undefined {
    const { style, depth, known } = run;
    const start = this.offset(entry.from);
    const inner = { depth: depth + 1, earlier: known.inside(start) };
    let found: Inside | undefined;
    if (head.is === 'flow') found = this.brackets(content + head.at, entry, style, inner);
    else if (head.is === 'block') found = this.below(entry, style, inner);
    else if (entry.from === entry.head) {
      const inside = this.frame({ ...entry, ...inner, dashed: content + head.at - start });
      found = inside && { inside, from: start, comma: true };
    }
    const key = found && head.keyed ? keyOf(line, head, style) : undefined;
    if (!found || (head.keyed && !key)) return undefined;
    const { inside, from, comma, problem } = found;
    const before = from - start;
    let end = before + inside.end;
    if (inside.style.flow) end = style.flow ? before + inside.length + 1 : this.lineEnd(from + inside.length) - start;
    const { anchor } = head;
    return { length: this.length(entry), before, key, keyAt: content - start, anchor, inside, end, comma, problem };
  }

  /** Entries on the lines below a head. */
  private below({ head, to }: Entry, style: FrameStyle, inner: Inner): Inside | undefined {
    const inside = this.frame({ from: head + 1, to, ...inner });
    if (!inside) return undefined;
    const { column, kind } = inside.style;
    const isBeside = column === style.column && kind === 'list' && style.kind === 'map';
    return column > style.column || isBeside ? { inside, from: this.offset(head + 1), comma: true } : undefined;
  }

  /** Entries between brackets. Where these are not closed, the lines say what is probably meant. */
  brackets(bracket: number, entry: Entry, style: FrameStyle | undefined, inner: Inner): Inside | undefined {
    const { text } = this;
    const from = bracket + 1;
    const end = this.offset(entry.to);
    const flow = style?.flow === true;
    let inside = this.patched(from, inner);
    if (!inside || from + inside.length >= end) {
      const rows = flowRows(text, bracket, end);
      if (!rows) return this.rows.contents ? undefined : this.openBrackets(bracket, entry, flow, inner);
      inside = new Divider(rows, this.work).frame({ from: 0, to: rows.count, bracket, ...inner });
    }
    const close = from + (inside?.length ?? 0);
    const tail = inside && tailOf(text.slice(close + 1, end), flow);
    if (!inside || !tail) return undefined;
    const shallow = style && !flow ? shallowIn(this.rows, entry, { column: style.column, close }) : undefined;
    const problem =
      shallow === undefined ? undefined : this.problem('Flow collections have to be indented', shallow, entry);
    return { inside, from, comma: tail.comma, problem };
  }

  private at(offset: number, row: number): { from: number; to: number } {
    const from = offset - this.offset(row);
    return { from, to: from + 1 };
  }

  private problem(message: string, row: number, { from }: Entry): ReadProblem {
    const start = this.offset(from);
    return { message, from: contentOf(this.rows, row) - start, to: this.offset(row + 1) - start };
  }

  /** What is between brackets after an edit that left these and what is around it. */
  private patched(from: number, { earlier, depth }: Inner): Frame | undefined {
    const { work, text } = this;
    const { edit, limits } = work;
    if (!edit || !earlier?.frame.style.exact || !earlier.frame.style.flow || earlier.at !== from) return undefined;
    return patch({ text, edit, limits, depth }, earlier);
  }

  private openBrackets(bracket: number, { from, head, to }: Entry, flow: boolean, inner: Inner): Inside | undefined {
    const { rows, text } = this;
    if (!isLineEnd(text.slice(bracket + 1, this.offset(head + 1)))) return undefined;
    let last = to;
    while (last > head + 1 && rows.kinds[last - 1] === EMPTY) last--;
    const tail = contentOf(rows, last - 1);
    const isClosed = text[tail] === (text[bracket] === '{' ? '}' : ']');
    const after = isClosed ? tailOf(text.slice(tail + 1, this.offset(to)), flow) : undefined;
    if (isClosed && !after) return undefined;
    const inside = this.frame({ from: head + 1, to: isClosed ? last - 1 : to, bracket, ...inner });
    if (!inside) return undefined;
    const problem = { message: 'Not every bracket or quote is closed here', ...this.at(bracket, from) };
    return { inside, from: this.offset(head + 1), comma: after?.comma ?? true, problem };
  }

  offset(row: number): number {
    return this.rows.starts[row] ?? 0;
  }

  private lineEnd(offset: number): number {
    const end = this.text.indexOf('\n', offset);
    return end === -1 ? this.text.length : end + 1;
  }

  private length({ from, to }: { readonly from: number; readonly to: number }): number {
    return this.offset(to) - this.offset(from);
  }

  /** The first row with more on it than a comment, or `to`. */
  content(from: number, to: number): number {
    let row = from;
    while (row < to && this.rows.kinds[row] === EMPTY) row++;
    return row;
  }
}

/** The key of a branch as a pair without its value. */
function keyOf(line: string, { is, at }: Head, style: FrameStyle): Leaf | undefined {
  const text = is === 'flow' ? `${line.slice(0, at)}${line[at] === '{' ? '{}' : '[]'}` : ` ${line}`.slice(1);
  const leaf = readLeaf(text, style, []);
  return leaf.problems.length === 0 && leaf.count === 1 ? leaf : undefined;
}

/** Column of what stands behind the dash that a line begins with. */
function contentBehind(text: string, line: number): number {
  return /^ *- +/.exec(text.slice(line, line + MAX_INDENT))?.[0].length ?? 0;
}

interface Edited {
  readonly text: string;
  readonly edit: Edit;
  readonly limits: Limits;
  readonly depth: number;
}

/** The entries between two brackets after an edit inside them; undefined where it does more than change entries. */
function patch(edited: Edited, { frame, at }: Earlier): Frame | undefined {
  const { text, edit, limits, depth } = edited;
  const { from, oldTo, newTo } = edit.chars;
  if (from < at || oldTo > at + frame.length || depth > MAX_DEPTH) return undefined;
  const moved = newTo - oldTo;
  const { parts, style } = frame;
  const k = frame.partAt(from - at);
  const part = parts[k];
  const start = at + frame.startOf(k);
  const isLarge = part && part.length + moved > limits.large;
  if (isLarge && isBranch(part) && part.inside.style.flow && part.inside.style.exact) {
    const inside = patch({ ...edited, depth: depth + 1 }, { frame: part.inside, at: start + part.before });
    const changed = inside && { ...part, length: part.length + moved, end: part.end + moved, inside };
    if (changed) return new Frame(style, parts.with(k, changed), frame.from);
  }
  const { first, rest } = touchedParts({ frame, at }, edit.chars);
  const rows = entryRows(text, at + frame.startOf(first), at + frame.startOf(rest) + moved, rest === parts.length);
  if (!rows) return undefined;
  const known = new Known({ frame, at }, style, edit.chars);
  const run = { from: 0, to: rows.count, style: { ...style, column: 0 }, known, depth, isFirst: first === 0 };
  const middle = new Divider(rows, edited).parts(run);
  const all = [...parts.slice(0, first), ...middle, ...parts.slice(rest)];
  return all.length > 0 ? new Frame(style, all, frame.from) : undefined;
}
