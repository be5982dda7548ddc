// Cuts one large document into entries that can be read each by itself, so that a keystroke costs one entry and not all.
// Only block style is cut, and only where the indentation leaves no doubt; whatever else there is is read as a whole.

/** A run of entries that is read as one small text. */
export interface Leaf {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** One entry too large for a leaf: a key (or a list's dash) and what is below it. */
export interface Branch {
  readonly from: number;
  readonly to: number;
  /** The line of the key with nothing behind it; absent for an item of a list. */
  readonly head?: Leaf;
  readonly inside: Frame;
}

export interface Frame {
  readonly kind: 'map' | 'list';
  readonly from: number;
  readonly to: number;
  readonly parts: readonly (Leaf | Branch)[];
}

/** Documents below this many characters are read in a few milliseconds anyway. */
export const DIVIDED_FROM = 16_000;
/** Entries above are divided in their turn. */
const LARGE = 3_000;
/** An entry of this length is a leaf by itself. */
const OWN_LEAF = 400;
/** A leaf of several entries is at least this long, and ends at the latest there. */
const LEAF = 600;
const LEAF_END = 3_000;
const MAX_DEPTH = 60;

const SPACE = 32;
const DASH = 45;
const HASH = 35;
const NEWLINE = 10;
const RETURN = 13;
/** First characters of a line that is no plain entry: a tab, and what begins flow, anchors, tags, explicit keys and text. */
const UNSURE: ReadonlySet<number> = new Set([...'\t?:,[]{}&*!|>%@`'].map((c) => c.charCodeAt(0)));

/** The document's outermost frame; undefined where it is not plain block style. */
export function divide(text: string, lineStarts: readonly number[]): Frame | undefined {
  // A line of dots ends a document, and a directive says how it is to be read.
  if (text.startsWith('%') || text.startsWith('...') || text.includes('\n...')) return undefined;
  const lines = linesOf(text, lineStarts);
  const marked = text.startsWith('---');
  if (marked && !/^---\s*(#.*)?$/.test(text.slice(0, lines.starts[1]).trimEnd())) return undefined;
  const from = marked ? 1 : 0;
  return frame(lines, { from, to: lines.starts.length, column: 0, behindDash: false, depth: 0 });
}

/** What a line is, by its first character. */
const EMPTY = 0;
const ENTRY = 1;
const ITEM = 2;
const UNSURE_LINE = 3;

interface Lines {
  readonly text: string;
  /** Offset of each line's first character. */
  readonly starts: readonly number[];
  /** How far it is indented. */
  readonly columns: Int32Array;
  /** EMPTY (or a comment), ENTRY, ITEM (a dash), UNSURE_LINE. */
  readonly kinds: Uint8Array;
}

/** One look at each line, however deep the frames go. */
function linesOf(text: string, starts: readonly number[]): Lines {
  const columns = new Int32Array(starts.length);
  const kinds = new Uint8Array(starts.length);
  // Most lines are indented as far as the one before, or further.
  let before = '';
  for (let line = 0; line < starts.length; line++) {
    const from = starts[line] ?? 0;
    let at = before !== '' && text.startsWith(before, from) ? from + before.length : from;
    while (text.charCodeAt(at) === SPACE) at++;
    columns[line] = at - from;
    if (at - from !== before.length) before = ' '.repeat(at - from);
    kinds[line] = kindAt(text, at);
  }
  return { text, starts, columns, kinds };
}

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (Number.isNaN(code) || code === NEWLINE || code === RETURN || code === HASH) return EMPTY;
  if (code !== DASH) return UNSURE.has(code) ? UNSURE_LINE : ENTRY;
  const next = text.charCodeAt(at + 1);
  return next === SPACE || next === NEWLINE || next === RETURN || Number.isNaN(next) ? ITEM : ENTRY;
}

interface Extent {
  /** Lines, the last not included. */
  readonly from: number;
  readonly to: number;
  /** Where its entries begin. */
  readonly column: number;
  /** The first entry stands on the line of the dash that opens it. */
  readonly behindDash: boolean;
  readonly depth: number;
}

/** Lines of an entry. */
interface Entry {
  readonly from: number;
  readonly to: number;
}

function frame(lines: Lines, extent: Extent): Frame | undefined {
  if (extent.depth > MAX_DEPTH) return undefined;
  const { from, to, column, behindDash } = extent;
  const first = behindDash ? from : nextContent(lines, from, to);
  const isList = !behindDash && lines.kinds[first] === ITEM;
  const parts: (Leaf | Branch)[] = [];
  let open = -1;
  const close = (end: number): void => {
    if (open !== -1) parts.push(leaf(lines, extent, { from: open, to: end }));
    open = -1;
  };
  const whole = eachEntry(lines, extent, isList, (entry) => {
    const length = offsetOf(lines, entry.to) - offsetOf(lines, entry.from);
    const branch = length > LARGE ? branchOf(lines, extent, entry, isList) : undefined;
    if (branch) {
      close(entry.from);
      parts.push(branch);
      return;
    }
    // Where a leaf ends depends on the entries near its end, so that an edit does not move every border below it.
    const size = open === -1 ? 0 : offsetOf(lines, entry.from) - offsetOf(lines, open);
    if (length > OWN_LEAF || (size > LEAF && isBorder(lines, entry)) || size > LEAF_END) close(entry.from);
    if (open === -1) open = entry.from;
    if (length > OWN_LEAF) close(entry.to);
  });
  close(to);
  if (!whole || parts.length === 0) return undefined;
  const start = offsetOf(lines, from) + (behindDash ? column : 0);
  return { kind: isList ? 'list' : 'map', from: start, to: offsetOf(lines, to), parts };
}

/** Calls `found` with each entry's lines; false where a line stands where none should. */
function eachEntry(lines: Lines, extent: Extent, isList: boolean, found: (entry: Entry) => void): boolean {
  const { from, to, column, behindDash } = extent;
  const { columns, kinds } = lines;
  const wanted = isList ? ITEM : ENTRY;
  let open = behindDash ? from : -1;
  for (let line = behindDash ? from + 1 : from; line < to; line++) {
    const at = columns[line] ?? 0;
    const kind = kinds[line];
    // Deeper lines are their entry's own affair; blank lines and comments belong to whoever is before them.
    if (at > column || kind === EMPTY) continue;
    if (at < column || kind === UNSURE_LINE) return false;
    if (kind === wanted) {
      if (open !== -1) found({ from: open, to: line });
      open = line;
    } else if (isList) return false;
  }
  if (open !== -1) found({ from: open, to });
  return true;
}

function offsetOf({ starts, text }: Lines, line: number): number {
  return starts[line] ?? text.length;
}

function nextContent({ kinds }: Lines, from: number, to: number): number {
  let line = from;
  while (line < to && kinds[line] === EMPTY) line++;
  return line;
}

/** Drawn from the entry's own text: about one in eight. */
function isBorder(lines: Lines, { from, to }: Entry): boolean {
  const start = offsetOf(lines, from);
  const end = Math.min(offsetOf(lines, to), start + 200);
  let sum = 0;
  for (let at = start; at < end; at++) sum = (sum * 31 + lines.text.charCodeAt(at)) | 0;
  return ((sum >>> 7) & 7) === 0;
}

/** Lines as they stand; a dash before the first entry becomes space. */
function leaf(lines: Lines, { from, column, behindDash }: Extent, entry: Entry): Leaf {
  const start = offsetOf(lines, entry.from);
  const end = offsetOf(lines, entry.to);
  const blank = behindDash && entry.from === from ? column : 0;
  return { from: start, to: end, text: ' '.repeat(blank) + lines.text.slice(start + blank, end) };
}

/** A plain or quoted key; the second with nothing behind it. */
const KEY = /^(?:[A-Za-z0-9_$./-]+|"[^"\\]*"|'[^']*')\s*:(?:\s|$)/;
const HEAD = /^(?:[A-Za-z0-9_$./-]+|"[^"\\]*"|'[^']*')\s*:[ \t]*(?:#.*)?\r?\n?$/;

/** A line from a column on. */
function lineFrom(lines: Lines, line: number, column: number): string {
  return lines.text.slice(offsetOf(lines, line) + column, offsetOf(lines, line + 1));
}

function branchOf(lines: Lines, extent: Extent, entry: Entry, isList: boolean): Branch | undefined {
  const { columns, kinds } = lines;
  const { from, to } = entry;
  const at = { from: offsetOf(lines, from), to: offsetOf(lines, to) };
  const depth = extent.depth + 1;
  if (isList) {
    const rest = lineFrom(lines, from, extent.column + 1);
    const column = extent.column + 1 + rest.search(/[^ ]|$/);
    if (!KEY.test(rest.trimStart())) return undefined;
    const inside = frame(lines, { from, to, column, behindDash: true, depth });
    return inside && { ...at, inside };
  }
  if (!HEAD.test(lineFrom(lines, from, extent.column))) return undefined;
  const below = nextContent(lines, from + 1, to);
  const column = columns[below] ?? 0;
  const isItem = kinds[below] === ITEM;
  if (below === to || column < extent.column || (column === extent.column && !isItem)) return undefined;
  if (!isItem && !KEY.test(lineFrom(lines, below, column))) return undefined;
  const inside = frame(lines, { from: below, to, column, behindDash: false, depth });
  return inside && { ...at, head: leaf(lines, extent, { from, to: from + 1 }), inside };
}
