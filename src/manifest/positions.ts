// Offsets in a piece ↔ lines and columns of the whole text.
import type { Position, TextRange } from './explanation.ts';

/** Offset of each line's first character. */
export function lineStartsOf(text: string): number[] {
  const found = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) found.push(at + 1);
  return found;
}

/** The range of two offsets in a piece whose first line is `firstLine` of the text. */
export function rangeOf(lineStarts: ArrayLike<number>, from: number, to: number, firstLine: number): TextRange {
  return { start: positionOf(lineStarts, from, firstLine), end: positionOf(lineStarts, to, firstLine) };
}

export function positionOf(lineStarts: ArrayLike<number>, offset: number, firstLine: number): Position {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: firstLine + low, column: offset - (lineStarts[low] ?? 0) };
}
