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
const MAX_DEPTH = 40;

const SPACE = 32;
const DASH = 45;
const HASH = 35;
const NEWLINE = 10;
const RETURN = 13;
/** First characters of a line that is no plain entry: a tab, and what begins flow, anchors, tags, explicit keys and text. */
const UNSURE: ReadonlySet<number> = new Set([...'\t?:,[]{}&*!|>%@`'].map((c) => c.charCodeAt(0)));

/** The document's outermost frame; undefined where it is not plain block style. */
export function divide(text: string): Frame | undefined {
  const from = skipHead(text);
  if (from === undefined) return undefined;
  return frame(text, { from, to: text.length, column: 0, first: from, depth: 0 });
}

/** Where the document's content begins: behind its marker, comments and blank lines. */
function skipHead(text: string): number | undefined {
  let at = 0;
  if (text.startsWith('---')) {
    const end = text.indexOf('\n');
    if (end === -1 || !/^---\s*(#.*)?$/.test(text.slice(0, end))) return undefined;
    at = end + 1;
  }
  return /^(?:%|\.\.\.)/.test(text) || text.includes('\n...') ? undefined : at;
}

interface Extent {
  /** Offset of the first line. */
  readonly from: number;
  readonly to: number;
  readonly column: number;
  /** Offset of the first entry: past `from` and its spaces where it follows a dash. */
  readonly first: number;
  readonly depth: number;
}

interface Entry {
  readonly from: number;
  readonly to: number;
}

function frame(text: string, extent: Extent): Frame | undefined {
  if (extent.depth > MAX_DEPTH) return undefined;
  const isList = isItem(text, extent.first + (extent.first > extent.from ? 0 : spacesAt(text, extent.first)));
  const parts: (Leaf | Branch)[] = [];
  let open = -1;
  const close = (to: number): void => {
    if (open !== -1) parts.push(leaf(text, extent, { from: open, to }));
    open = -1;
  };
  const whole = eachEntry(text, extent, isList, (entry) => {
    const length = entry.to - entry.from;
    const branch = length > LARGE ? branchOf(text, extent, entry, isList) : undefined;
    if (branch) {
      close(entry.from);
      parts.push(branch);
      return;
    }
    // Where a leaf ends depends on the entries near its end, so that an edit does not move every border below it.
    const size = entry.from - open;
    const ends = length > OWN_LEAF || (size > LEAF && isBorder(text, entry)) || size > LEAF_END;
    if (open !== -1 && ends) close(entry.from);
    if (open === -1) open = entry.from;
    if (length > OWN_LEAF) close(entry.to);
  });
  close(extent.to);
  return whole && parts.length > 0
    ? { kind: isList ? 'list' : 'map', from: extent.first, to: extent.to, parts }
    : undefined;
}

/** Where the entry's own first character is; the first may stand behind a dash. */
function columnStart({ from, first, column }: Extent, entry: Entry): number {
  return entry.from === from && first > from ? first : entry.from + column;
}

/** Calls `found` with each entry's lines; false where a line stands where none should. */
function eachEntry(text: string, extent: Extent, isList: boolean, found: (entry: Entry) => void): boolean {
  const { from, to, column, first } = extent;
  let open = -1;
  for (let line = from; line < to; ) {
    const newline = text.indexOf('\n', line);
    const next = newline === -1 || newline >= to ? to : newline + 1;
    const behindDash = line === from && first > from;
    let start = behindDash ? first : line;
    while (text.charCodeAt(start) === SPACE) start++;
    const code = text.charCodeAt(start);
    const at = behindDash ? column : start - line;
    // Deeper lines are their entry's own affair; blank lines and comments belong to whoever is before them.
    if (at <= column && start < next && code !== NEWLINE && code !== RETURN && code !== HASH) {
      if (at < column || UNSURE.has(code)) return false;
      if (isItem(text, start) === isList) {
        if (open !== -1) found({ from: open, to: line });
        open = line;
      } else if (isList) return false;
    }
    line = next;
  }
  if (open !== -1) found({ from: open, to });
  return true;
}

function spacesAt(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === SPACE) at++;
  return at - from;
}

function isItem(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== DASH) return false;
  const next = text.charCodeAt(at + 1);
  return next === SPACE || next === NEWLINE || next === RETURN || Number.isNaN(next);
}

/** Drawn from the entry's own text: about one in eight. */
function isBorder(text: string, { from, to }: Entry): boolean {
  const end = Math.min(to, from + 200);
  let sum = 0;
  for (let at = from; at < end; at++) sum = (sum * 31 + text.charCodeAt(at)) | 0;
  return ((sum >>> 7) & 7) === 0;
}

/** Lines as they stand; what is before the first entry, a dash, becomes space. */
function leaf(text: string, { from, first }: Pick<Extent, 'from' | 'first'>, entry: Entry): Leaf {
  const behindDash = entry.from === from && first > from;
  const body = text.slice(behindDash ? first : entry.from, entry.to);
  return { from: entry.from, to: entry.to, text: behindDash ? ' '.repeat(first - from) + body : body };
}

/** A plain or quoted key with nothing behind it. */
const HEAD = /^(?:[A-Za-z0-9_$./-]+|"[^"\\]*"|'[^']*')\s*:[ \t]*(?:#.*)?\r?$/;

function branchOf(text: string, extent: Extent, entry: Entry, isList: boolean): Branch | undefined {
  const start = columnStart(extent, entry);
  const depth = extent.depth + 1;
  if (isList) {
    const first = start + 1 + spacesAt(text, start + 1);
    if (first >= entry.to || text.charCodeAt(first) === NEWLINE) return undefined;
    if (!isMapStart(text, first)) return undefined;
    const column = first - (text.lastIndexOf('\n', start) + 1);
    const inside = frame(text, { from: entry.from, to: entry.to, column, first, depth });
    return inside && { from: entry.from, to: entry.to, inside };
  }
  const end = text.indexOf('\n', start);
  if (end === -1 || end >= entry.to || !HEAD.test(text.slice(start, end))) return undefined;
  const below = firstContent(text, end + 1, entry.to);
  if (below === undefined) return undefined;
  const column = spacesAt(text, below);
  const own = start - (text.lastIndexOf('\n', start) + 1);
  if (column < own || (column === own && !isItem(text, below + column))) return undefined;
  if (!isItem(text, below + column) && !isMapStart(text, below + column)) return undefined;
  const inside = frame(text, { from: below, to: entry.to, column, first: below, depth });
  const head = leaf(text, extent, { from: entry.from, to: end });
  return inside && { from: entry.from, to: entry.to, head, inside };
}

/** The first line that is neither blank nor a comment. */
function firstContent(text: string, from: number, to: number): number | undefined {
  for (let line = from; line < to; ) {
    const start = line + spacesAt(text, line);
    const code = text.charCodeAt(start);
    if (start < to && code !== NEWLINE && code !== RETURN && code !== HASH) return line;
    const newline = text.indexOf('\n', line);
    if (newline === -1) return undefined;
    line = newline + 1;
  }
  return undefined;
}

/** Whether a line begins with a key, so that what follows is a map and no text of several lines. */
function isMapStart(text: string, at: number): boolean {
  const end = text.indexOf('\n', at);
  return /^(?:[A-Za-z0-9_$./-]+|"[^"\\]*"|'[^']*')\s*:(?:\s|$)/.test(text.slice(at, end === -1 ? text.length : end));
}
