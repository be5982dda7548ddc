// A text as rows: where each begins, how far it is indented, and what its first character says. Everything that cuts a document
// into parts looks at these alone. After an edit only the rows that it touched are looked at again.
import type { Change, Edit } from './change.ts';

/** Blank, or a comment. */
export const EMPTY = 0;
export const ENTRY = 1;
/** A dash of a list. */
export const ITEM = 2;
/** A bracket that opens. */
export const OPEN = 3;
/** A bracket that closes, or a comma: it belongs to what is above it. */
export const CLOSE = 4;
/** What can only continue what is above it, if anything: a tab, `:`, `|` and the like. */
export const ODD = 5;
/** `...` at the beginning of a line ends a document. */
export const END = 6;

export interface Rows {
  readonly text: string;
  readonly count: number;
  /** Offset of each row's first character; one more than there are rows, the last being the end. */
  readonly starts: Int32Array;
  /** How far each is indented; of rows made by brackets, how deep it is. */
  readonly columns: Int32Array;
  readonly kinds: Uint8Array;
  /** Of rows made by brackets, offset of the first character that is no space; elsewhere it follows from the column. */
  readonly contents?: Int32Array;
}

export function contentOf({ starts, columns, contents }: Rows, row: number): number {
  return contents?.[row] ?? (starts[row] ?? 0) + (columns[row] ?? 0);
}

/** Index of the row that holds an offset. */
export function rowAt({ starts, count }: Rows, offset: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The lines of a text. */
export function rowsOf(text: string): Rows {
  return rowsFrom(text, scan(text, 0, text.length, true));
}

/** The lines of a text after a change, and it widened to whole lines. */
export function rowsAfter(before: Rows, text: string, change: Change): { rows: Rows; edit: Edit } {
  const first = rowAt(before, change.from);
  const last = rowAt(before, change.oldTo);
  const moved = change.newTo - change.oldTo;
  const from = before.starts[first] ?? 0;
  const oldTo = before.starts[last + 1] ?? 0;
  const touched = scan(text, from, oldTo + moved, last === before.count - 1);
  const rows = rowsFrom(text, touched, { before, first, rest: last + 1, moved });
  return { rows, edit: { chars: change, lines: { from, oldTo, newTo: oldTo + moved } } };
}

const TAB = 9;
const SPACE = 32;
const NEWLINE = 10;
const RETURN = 13;
const HASH = 35;
const DASH = 45;
const DOT = 46;
/** First characters that say more than that something begins here. */
const KINDS: ReadonlyMap<number, number> = new Map(
  [
    ['[{', OPEN],
    [']},', CLOSE],
    ['\t:|>%@`', ODD],
  ].flatMap(([chars, kind]) => [...String(chars)].map((char) => [char.charCodeAt(0), Number(kind)])),
);

function endsLine(text: string): boolean {
  return text === '' || text.charCodeAt(text.length - 1) === NEWLINE;
}

/** Rows as they are found. */
export class RowList {
  readonly starts: number[] = [];
  readonly columns: number[] = [];
  readonly kinds: number[] = [];

  add(text: string, from: number): void {
    let at = from;
    while (text.charCodeAt(at) === SPACE) at++;
    this.starts.push(from);
    this.columns.push(at - from);
    this.kinds.push(lineKind(text, at, at === from));
  }
}

/** The rows of a part of a text; what ends with a line break is followed by an empty row when nothing else follows. */
function scan(text: string, from: number, to: number, isEnd: boolean): RowList {
  const list = new RowList();
  let at = from;
  while (at < to) {
    list.add(text, at);
    const end = text.indexOf('\n', at);
    at = end === -1 ? to : end + 1;
  }
  if (isEnd && endsLine(text)) list.add(text, to);
  return list;
}

function lineKind(text: string, at: number, isFirst: boolean): number {
  const code = text.charCodeAt(at);
  if (Number.isNaN(code) || code === NEWLINE || code === RETURN || code === HASH) return EMPTY;
  if (code === DASH) {
    const next = text.charCodeAt(at + 1);
    return next === SPACE || next === NEWLINE || next === RETURN || Number.isNaN(next) ? ITEM : ENTRY;
  }
  if (code === DOT && isFirst && text.startsWith('...', at)) return END;
  return code === TAB && isBlankFrom(text, at) ? EMPTY : (KINDS.get(code) ?? ENTRY);
}

function isBlankFrom(text: string, from: number): boolean {
  let at = from;
  while (text.charCodeAt(at) === TAB || text.charCodeAt(at) === SPACE) at++;
  const code = text.charCodeAt(at);
  return Number.isNaN(code) || code === NEWLINE || code === RETURN || code === HASH;
}

interface Around {
  readonly before: Rows;
  /** Rows up to here stay as they are. */
  readonly first: number;
  /** Rows from here on move. */
  readonly rest: number;
  readonly moved: number;
}

function rowsFrom(text: string, { starts, columns, kinds }: RowList, around?: Around): Rows {
  if (!around) {
    return { text, count: starts.length, starts: Int32Array.from([...starts, text.length]), ...typed(columns, kinds) };
  }
  const { before, first, rest, moved } = around;
  const at = first + starts.length;
  const count = at + before.count - rest;
  const all = new Int32Array(count + 1);
  all.set(before.starts.subarray(0, first));
  all.set(starts, first);
  const old = before.starts;
  // The last is the end of the text.
  for (let row = rest, now = at; now <= count; row++, now++) all[now] = (old[row] ?? 0) + moved;
  const are = typed(columns, kinds);
  const isSame = at === rest && isIn(before.columns, first, are.columns) && isIn(before.kinds, first, are.kinds);
  if (isSame) return { text, count, starts: all, columns: before.columns, kinds: before.kinds };
  const spliced = { columns: new Int32Array(count), kinds: new Uint8Array(count) };
  for (const name of ['columns', 'kinds'] as const) {
    spliced[name].set(before[name].subarray(0, first));
    spliced[name].set(are[name], first);
    spliced[name].set(before[name].subarray(rest), at);
  }
  return { text, count, starts: all, ...spliced };
}

function typed(columns: ArrayLike<number>, kinds: ArrayLike<number>): Pick<Rows, 'columns' | 'kinds'> {
  return { columns: Int32Array.from(columns), kinds: Uint8Array.from(kinds) };
}

function isIn(all: Int32Array | Uint8Array, from: number, some: Int32Array | Uint8Array): boolean {
  return some.every((value, k) => all[from + k] === value);
}
