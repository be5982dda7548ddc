// A document that has been read: its tree, and where its lines begin.
import { DIVIDED_FROM } from './divide.ts';
import { DividedTree } from './divided.ts';
import { isTemplated, MAX_DOCUMENT, type ParsedPiece, parsePiece } from './parse.ts';
import { lineStartsOf } from './positions.ts';
import { maskTemplates } from './repair.ts';

export interface ReadPiece extends ParsedPiece {
  readonly text: string;
  /** Offset of each line's first character. */
  readonly lineStarts: readonly number[];
  /** The tree of a large document, for those who want one place of it and not all. */
  readonly divided?: DividedTree;
}

/** `before` is a reading of the text before an edit; it cannot be used any more afterwards. */
export function readPiece(text: string, before?: ReadPiece): ReadPiece {
  const lineStarts = lineStartsOf(text);
  if (text.length >= DIVIDED_FROM && text.length <= MAX_DOCUMENT) {
    const templated = isTemplated(text);
    const divided = DividedTree.read(templated ? maskTemplates(text) : text, lineStarts, before?.divided);
    if (divided) return new DividedPiece(text, lineStarts, divided, templated);
  }
  return { ...parsePiece(text), text, lineStarts };
}

class DividedPiece implements ReadPiece {
  /** Aliases and anchors are never divided, so nobody has to resolve them. */
  readonly document = undefined;
  readonly text: string;
  readonly lineStarts: readonly number[];
  readonly divided: DividedTree;
  readonly templated: boolean;

  constructor(text: string, lineStarts: readonly number[], divided: DividedTree, templated: boolean) {
    this.text = text;
    this.lineStarts = lineStarts;
    this.divided = divided;
    this.templated = templated;
  }

  get root(): ParsedPiece['root'] {
    return this.divided.root;
  }

  get problems(): ParsedPiece['problems'] {
    return this.divided.problems;
  }
}
