// Flow style and JSON by brackets alone: where a bracket closes, and rows for what stands between its commas, for texts whose
// lines say nothing of how deep they are.
import { CLOSE, EMPTY, ENTRY, OPEN, type Rows } from './rows.ts';

/** What stands between the bracket at `open` and the one that closes it, as rows; undefined where none of its kind does before `to`. */
export function flowRows(text: string, open: number, to: number): Rows | undefined {
  const scan = new Scan(text, open + 1, to);
  const close = scan.run();
  return close !== -1 && text[close] === (text[open] === '{' ? '}' : ']') ? scan.rows(close) : undefined;
}

/**
 * Some entries of a flow collection as rows; undefined where they open what they do not close, or the other way round, or
 * where what follows them would be no entry of its own.
 */
export function entryRows(text: string, from: number, to: number, isLast: boolean): Rows | undefined {
  const scan = new Scan(text, from, to);
  const isWhole = scan.run() === -1 && scan.depth === 0 && !scan.broken;
  return isWhole && (isLast || scan.isBetween) ? scan.rows(to) : undefined;
}

const QUOTE = 34;
const HASH = 35;
const APOSTROPHE = 39;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const [AND, STAR, BANG] = [38, 42, 33];
const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [91, 93, 123, 125];

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

function isBracket(code: number): boolean {
  return code === OPEN_LIST || code === CLOSE_LIST || code === OPEN_MAP || code === CLOSE_MAP;
}

class Scan {
  depth = 0;
  /** A quote or a comment goes on behind the end. */
  broken = false;
  private readonly text: string;
  private readonly to: number;
  private readonly starts: number[] = [];
  private readonly contents: number[] = [];
  private readonly columns: number[] = [];
  private readonly kinds: number[] = [];
  /** Where the next row begins, as long as nothing of it has been seen; -1 inside one. */
  private pending: number;
  private at: number;
  /** Inside a scalar without quotes, where quotes mean nothing. */
  private plain = false;

  constructor(text: string, from: number, to: number) {
    this.text = text;
    this.to = to;
    this.at = from;
    this.pending = from;
  }

  /** Behind a comma or the bracket that opens. */
  get isBetween(): boolean {
    return this.pending !== -1;
  }

  /** Offset of the bracket that closes what was open at the beginning, or -1. */
  run(): number {
    const { text, to } = this;
    while (this.at < to) {
      const code = text.charCodeAt(this.at);
      if (isSpace(code)) this.at++;
      else if (code === CLOSE_LIST || code === CLOSE_MAP) {
        if (this.depth === 0) return this.at;
        this.depth--;
        this.row(CLOSE);
        this.next(false);
      } else if (code === HASH && (this.at === 0 || isSpace(text.charCodeAt(this.at - 1)))) {
        this.plain = false;
        this.jump(text.indexOf('\n', this.at));
      } else this.inside(code);
    }
    return -1;
  }

  rows(close: number): Rows {
    if (this.pending !== -1 && this.pending < close) this.row(EMPTY);
    const { text, starts, columns, kinds, contents } = this;
    return {
      text,
      count: kinds.length,
      starts: Int32Array.from([...starts, close]),
      columns: Int32Array.from(columns),
      kinds: Uint8Array.from(kinds),
      contents: Int32Array.from(contents),
    };
  }

  private inside(code: number): void {
    if (code === OPEN_LIST || code === OPEN_MAP) {
      this.row(OPEN);
      this.depth++;
      this.next(true);
    } else if (code === COMMA) {
      this.row(CLOSE);
      this.next(true);
    } else {
      this.row(ENTRY);
      this.scalar(code);
    }
  }

  private scalar(code: number): void {
    if (code === COLON) {
      const after = this.text.charCodeAt(this.at + 1);
      if (this.plain) this.plain = !(isSpace(after) || after === COMMA || isBracket(after));
      this.at++;
    } else if (this.plain) this.at++;
    else if (code === QUOTE) this.jump(closingQuote(this.text, this.at));
    else if (code === APOSTROPHE) this.jump(closingApostrophe(this.text, this.at));
    else if (code === AND || code === STAR || code === BANG) this.skipName();
    else {
      this.plain = true;
      this.at++;
    }
  }

  private skipName(): void {
    for (; this.at < this.to; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (isSpace(code) || code === COMMA || isBracket(code)) return;
    }
  }

  /** Goes on behind an offset; -1 where there is none. */
  private jump(to: number): void {
    const isBeyond = to === -1 || to >= this.to;
    this.broken ||= isBeyond;
    this.at = isBeyond ? this.to : to + 1;
  }

  /** Something that stands here begins a row, where none is open. */
  private row(kind: number): void {
    if (this.pending === -1 && kind !== CLOSE) return;
    // A comma ends a row and begins none.
    if (this.pending === -1 && this.text.charCodeAt(this.at) === COMMA) return;
    this.starts.push(this.pending === -1 ? this.at : this.lineStart());
    this.contents.push(this.at);
    this.columns.push(this.depth);
    this.kinds.push(kind);
    this.pending = -1;
  }

  /** Where lines say the same as brackets, rows are lines. */
  private lineStart(): number {
    const blank = this.starts.length === 0 ? '' : this.text.slice(this.pending, this.at);
    return this.pending + blank.lastIndexOf('\n') + 1;
  }

  private next(isNew: boolean): void {
    this.at++;
    this.plain = false;
    if (isNew) this.pending = this.at;
  }
}

function closingQuote(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}

function closingApostrophe(text: string, open: number): number {
  let at = text.indexOf("'", open + 1);
  while (at !== -1 && text.charCodeAt(at + 1) === APOSTROPHE) at = text.indexOf("'", at + 2);
  return at;
}
