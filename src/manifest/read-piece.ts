// A document that has been read: its tree, and where its lines begin.
import { type ParsedPiece, parsePiece } from './parse.ts';
import { lineStartsOf } from './positions.ts';

export interface ReadPiece extends ParsedPiece {
  readonly text: string;
  /** Offset of each line's first character. */
  readonly lineStarts: readonly number[];
}

export function readPiece(text: string): ReadPiece {
  return { ...parsePiece(text), text, lineStarts: lineStartsOf(text) };
}
