// A document that has been read: its tree, and where its lines begin.
import { DIVIDED_FROM } from './divide.ts';
import { DividedTree } from './divided.ts';
import type { Memo } from './memo.ts';
import { MAX_DOCUMENT, type ParsedPiece, parsePiece } from './parse.ts';
import { lineStartsOf } from './positions.ts';
import { isTemplated, maskTemplates } from './repair.ts';

export interface ReadPiece extends ParsedPiece {
  readonly text: string;
  /** Offset of each line's first character. */
  readonly lineStarts: ArrayLike<number>;
  /** The tree of a large document, for those who want one place of it and not all. */
  readonly divided?: DividedTree;
  readonly memo?: Memo;
}

/** `before` is a reading of the text before an edit; it cannot be used any more afterwards. */
export function readPiece(text: string, before?: ReadPiece): ReadPiece {
  if (text.length >= DIVIDED_FROM && text.length <= MAX_DOCUMENT) {
    const templated = isTemplated(text);
    // Garbage takes the parser long, and says nothing. A backslash may spell any letter of a key.
    const isNothing = !text.includes('\\') && !(text.includes('apiVersion') && text.includes('kind'));
    if (templated && isNothing) return unread(text, templated);
    const divided = DividedTree.read(templated ? maskTemplates(text) : text, before?.divided);
    if (divided) return new DividedPiece(text, divided, templated);
    if (isNothing) return unread(text, templated);
  }
  return { ...parsePiece(text), text, lineStarts: lineStartsOf(text) };
}

function unread(text: string, templated: boolean): ReadPiece {
  const message =
    'This is neither a map nor a list, and it holds no `apiVersion` and `kind`: there is no object to read.';
  const problems = [{ message, from: 0, to: 0 }];
  return { root: undefined, anchors: undefined, problems, templated, text, lineStarts: lineStartsOf(text) };
}

class DividedPiece implements ReadPiece {
  readonly text: string;
  readonly divided: DividedTree;
  readonly templated: boolean;
  readonly lineStarts: ArrayLike<number>;

  constructor(text: string, divided: DividedTree, templated: boolean) {
    this.text = text;
    this.divided = divided;
    this.templated = templated;
    const { starts, count } = divided.rows;
    this.lineStarts = starts.subarray(0, count);
  }

  get memo(): Memo {
    return this.divided.memo;
  }

  get anchors(): ParsedPiece['anchors'] {
    return this.divided.anchors;
  }

  get root(): ParsedPiece['root'] {
    return this.divided.root;
  }

  get problems(): ParsedPiece['problems'] {
    return this.divided.problems;
  }
}
