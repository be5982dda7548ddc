// Cuts a YAML text into its documents, and after an edit keeps the documents that the edit did not touch.
import { changeOf } from './change.ts';

/** One document of a stream with the `---` line that opens it. Holds no position: an edit above only moves it. */
export interface Piece {
  readonly text: string;
  /** Number of line breaks in the text. */
  readonly breaks: number;
}

export interface Pieces {
  readonly list: readonly Piece[];
  /** Offset of each piece in the whole text. */
  readonly offsets: readonly number[];
  /** Line of each piece's first character. */
  readonly lines: readonly number[];
}

/** Offsets at which a new document begins, the first of them `from`. */
function starts(text: string, from: number, to: number): number[] {
  const found = [from];
  let dashes = text.indexOf('\n---', from);
  let dots = text.indexOf('\n...', from);
  while (dashes !== -1 || dots !== -1) {
    const isDashes = dots === -1 || (dashes !== -1 && dashes < dots);
    const at = (isDashes ? dashes : dots) + 1;
    if (at >= to) break;
    if (endsMarker(text, at + 3)) {
      const next = isDashes ? at : text.indexOf('\n', at) + 1;
      const last = found.at(-1) ?? from;
      if (next > last && next < to) found.push(next);
    }
    if (isDashes) dashes = text.indexOf('\n---', at);
    else dots = text.indexOf('\n...', at);
  }
  return found;
}

/** A marker is three characters and then white space or nothing. */
function endsMarker(text: string, at: number): boolean {
  const next = text[at];
  return next === undefined || next === '\n' || next === '\r' || next === ' ' || next === '\t';
}

function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** What became of one document, where it is still one and no other begins or ends in it. */
function editedPiece(text: string, before: Piece): Piece | undefined {
  const { from, oldTo, newTo } = changeOf(before.text, text);
  if (from === oldTo && from === newTo) return before;
  // With the lines around it: a line is a marker only behind a line break, and ends a document only before another line.
  const above = text.lastIndexOf('\n', from - 1);
  const start = above <= 0 ? 0 : Math.max(0, text.lastIndexOf('\n', above - 1));
  const end = lineEnd(text, lineEnd(text, newTo));
  const now = text.slice(start, end);
  if (from === 0 || starts(now, 0, now.length).length > 1) return undefined;
  const old = before.text.slice(start, end - newTo + oldTo);
  return { text, breaks: before.breaks + countBreaks(now) - countBreaks(old) };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end + 1;
}

/** Cuts a part of the text; a piece of `known` with the same text is used again, wherever it stood. */
function piecesOf(text: string, from: number, to: number, known: readonly Piece[] = []): Piece[] {
  const [only] = known;
  const isKnown = only && known.length === 1 && !mayBeStream(text.slice(from, to));
  const edited = isKnown ? editedPiece(text.slice(from, to), only) : undefined;
  if (edited) return [edited];
  const byText = new Map(known.map((piece) => [piece.text, piece]));
  const begins = starts(text, from, to);
  const isAll = begins.length === 1 && from === 0 && to === text.length;
  if (isAll && mayBeStream(text)) begins.push(...valuesAfter(text));
  return begins.map((begin, index) => {
    const slice = text.slice(begin, begins[index + 1] ?? to);
    return byText.get(slice) ?? { text: slice, breaks: countBreaks(slice) };
  });
}

/** Whether several JSON values may stand one after the other, as kubectl reads them too. */
function mayBeStream(text: string): boolean {
  return text.includes('\n{') && /^\s*\{(?![{%])/.test(text);
}

/** Offsets of the lines on which further values begin, where brackets say that the one before has ended. */
function valuesAfter(text: string): number[] {
  const found: number[] = [];
  const token = /"(?:[^"\\\n]|\\.)*"|[{}[\]]/g;
  let depth = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [char] = match;
    if (char === '{' || char === '[') {
      if (depth === 0 && match.index > 0 && text[match.index - 1] === '\n') found.push(match.index);
      depth++;
    } else if (char === '}' || char === ']') depth = Math.max(0, depth - 1);
  }
  const first = text.indexOf('{');
  return found.filter((at) => at > first);
}

function place(list: readonly Piece[]): Pieces {
  const offsets: number[] = [];
  const lines: number[] = [];
  let offset = 0;
  let line = 0;
  for (const piece of list) {
    offsets.push(offset);
    lines.push(line);
    offset += piece.text.length;
    line += piece.breaks;
  }
  return { list, offsets, lines };
}

/** Whether a document may begin at this offset of the text, whatever follows the one before. */
function beginsDocument(text: string, at: number): boolean {
  return text.startsWith('---', at) && endsMarker(text, at + 3);
}

/** Cuts the text; pieces of `before` that are still there are the same objects again. */
export function cut(text: string, before?: Pieces): Pieces {
  if (!before || before.list.length < 2) return place(piecesOf(text, 0, text.length, before?.list));
  const old = before.list;
  let head = 0;
  let from = 0;
  while (head < old.length - 1) {
    const piece = old[head];
    if (!piece || !text.startsWith(piece.text, from) || !beginsDocument(text, from + piece.text.length)) break;
    from += piece.text.length;
    head++;
  }
  let tail = old.length;
  let to = text.length;
  while (tail > head + 1) {
    const piece = old[tail - 1];
    const begin = to - (piece?.text.length ?? 0);
    // A piece that follows a `...` line has no marker of its own; it is simply cut anew.
    if (!piece || begin < from || !beginsDocument(text, begin) || text[begin - 1] !== '\n') break;
    if (!text.startsWith(piece.text, begin)) break;
    to = begin;
    tail--;
  }
  const middle =
    from < to || (head === 0 && tail === old.length) ? piecesOf(text, from, to, old.slice(head, tail)) : [];
  return place([...old.slice(0, head), ...middle, ...old.slice(tail)]);
}

/** Index of the piece that holds the line; the last piece for lines past the end. */
export function pieceAtLine(pieces: Pieces, line: number): number {
  let low = 0;
  let high = pieces.lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces.lines[middle] ?? 0) <= line) low = middle;
    else high = middle - 1;
  }
  return low;
}
