// JSON and flow style that are broken → what can be read of them. Commas, colons, quotes and brackets may be missing, and JSON
// may hold comments. Where a bracket is missing the lines say what was meant: what stands as far left as the line that opened
// a bracket is no longer inside it.
import { type Node, Pair, type ParsedNode, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { ReadProblem } from './read-problem.ts';

export interface Loose {
  readonly root: ParsedNode | undefined;
  /** What is missing or too much, in order; empty where something else is wrong. */
  readonly problems: readonly ReadProblem[];
}

/** Deeper than any manifest. */
const MAX_DEPTH = 150;

/** Whether a text begins with a bracket, white space and the comments of other JSON aside. */
export function isFlow(text: string): boolean {
  const ahead = /\s*(\/\/[^\n]*|\/\*[\s\S]*?\*\/|[{[])/y;
  for (;;) {
    const [, found] = ahead.exec(text) ?? [];
    if (found === undefined) return false;
    if (found === '{' || found === '[') return true;
  }
}

/** @param text for which `isFlow` holds */
export function readLoose(text: string): Loose {
  const reader = new LooseReader(text);
  const root = reader.read();
  return { root: root as unknown as ParsedNode | undefined, problems: reader.problems };
}

/** A bracket that is open. */
interface Open {
  readonly at: number;
  /** How far the line is indented that it stands on. */
  readonly indent: number;
  /** Whether what is inside stands further in, on lines of its own; not known before the first of it. */
  indented: boolean | undefined;
}

type Holder = YAMLMap | YAMLSeq;

class LooseReader {
  readonly problems: ReadProblem[] = [];
  private readonly text: string;
  private readonly open: Open[] = [];
  private at = 0;
  /** Where the last thing that was read ends. */
  private last = 0;
  /** The line that was looked at last. */
  private line = { from: 0, to: -1, indent: 0 };

  constructor(text: string) {
    this.text = text;
  }

  read(): Node | undefined {
    this.space();
    const char = this.text[this.at];
    return char === '{' || char === '[' ? this.collection(char) : undefined;
  }

  private collection(bracket: '{' | '['): Holder | undefined {
    if (this.open.length >= MAX_DEPTH) return undefined;
    const node: Holder = bracket === '{' ? new YAMLMap() : new YAMLSeq();
    const open: Open = { at: this.at, indent: this.indentAt(this.at), indented: undefined };
    this.open.push(open);
    this.at++;
    this.entries(node, open);
    this.open.pop();
    node.flow = true;
    node.range = [open.at, this.at, this.at];
    this.last = this.at;
    return node;
  }

  /** Reads to the bracket that closes, or to where it should have been. */
  private entries(node: Holder, open: Open): void {
    // Before the first entry and behind a comma nothing is missing.
    let isFree = true;
    for (;;) {
      this.space();
      const char = this.text[this.at];
      if (char === undefined || this.hasEnded(open)) break;
      if (char === '}' || char === ']') {
        const closed = this.closing(char, node, open);
        if (closed === 'this') return;
        if (closed === 'outer') break;
      } else if (char === ',') {
        if (isFree) this.say('surplus', this.at, this.at + 1);
        isFree = true;
        this.at++;
      } else if (char === ':') {
        this.say('surplus', this.at, this.at + 1);
        this.at++;
      } else {
        if (!isFree) this.say('comma', this.at, this.wordEnd(), this.last);
        isFree = false;
        if (!this.entry(node)) break;
      }
    }
    this.say(node instanceof YAMLMap ? 'map' : 'list', open.at, open.at + 1);
  }

  /** What a bracket closes that is met inside a collection; one that closes nothing is skipped. */
  private closing(char: '}' | ']', node: Holder, open: Open): 'this' | 'outer' | 'nothing' {
    const isOwn = (char === '}') === node instanceof YAMLMap;
    // The wrong one on the same line is a slip; on a line of its own it closes what is around this.
    this.indentAt(this.at);
    const isSlip = !isOwn && this.line.from <= open.at;
    if (!isOwn && !isSlip && this.open.length > 1) return 'outer';
    if (!isOwn) this.say('other', this.at, this.at + 1);
    this.at++;
    return isOwn || isSlip ? 'this' : 'nothing';
  }

  /** False where the collection has ended before this entry. */
  private entry(node: Holder): boolean {
    const char = this.text[this.at];
    if (char === '{' || char === '[') {
      const value = this.collection(char);
      if (!value) this.at = this.text.length;
      // What has no key is read, so that its brackets are not taken for others.
      else if (node instanceof YAMLSeq) node.items.push(value);
      return true;
    }
    const from = this.at;
    const key = this.scalar();
    this.space();
    if (node instanceof YAMLSeq) {
      const isKey = this.text[this.at] === ':' && this.open.length > 1 && this.startsLine(from);
      if (isKey) {
        this.at = from;
        return false;
      }
      node.items.push(key);
      return true;
    }
    node.items.push(new Pair<Node, Node | null>(key, this.valueOf(key)));
    return true;
  }

  private valueOf(key: Scalar): Node | null {
    const keyEnd = key.range?.[1] ?? this.at;
    const hasColon = this.text[this.at] === ':';
    if (hasColon) {
      this.at++;
      this.last = this.at;
      this.space();
    }
    const char = this.text[this.at];
    if (char === undefined || /[,}\]:]/.test(char)) return null;
    const isBelow = this.text.slice(keyEnd, this.at).includes('\n');
    if (!hasColon && isBelow) return null;
    const from = this.at;
    if (char === '{' || char === '[') {
      if (!hasColon) this.say('colon', from, from + 1, keyEnd);
      const value = this.collection(char);
      if (!value) this.at = this.text.length;
      return value ?? null;
    }
    const value = this.scalar();
    const end = this.at;
    this.space();
    // It is the key of what follows, and this one has no value yet.
    if (this.text[this.at] === ':' && (isBelow || !hasColon)) {
      this.at = from;
      if (hasColon) this.say('value', keyEnd, keyEnd + 1);
      return null;
    }
    if (!hasColon) this.say('colon', from, end, keyEnd);
    return value;
  }

  private scalar(): Scalar {
    const quote = this.text[this.at];
    const from = this.at;
    const isQuoted = quote === '"' || quote === "'";
    const found = isQuoted ? this.quoted(quote) : this.plain();
    const node = new Scalar(found.value);
    node.type = !isQuoted ? Scalar.PLAIN : quote === '"' ? Scalar.QUOTE_DOUBLE : Scalar.QUOTE_SINGLE;
    node.source = found.source;
    node.range = [from, found.end, found.end];
    this.at = found.end;
    this.last = found.end;
    return node;
  }

  private quoted(quote: '"' | "'"): { value: string; source: string; end: number } {
    const { text, at: from } = this;
    const pattern = quote === '"' ? /"((?:[^"\\\n]|\\[^\n])*)"?/y : /'((?:[^'\n]|'')*)'?/y;
    pattern.lastIndex = from;
    const [all = quote, inside = ''] = pattern.exec(text) ?? [];
    const end = from + all.length;
    const isClosed = all.length > 1 && all.length === inside.length + 2;
    // `"image: "nginx"`: the quote that closes this one was meant to open the next.
    const early = isClosed && /[\w"']/.test(text[end] ?? '') ? /^([\w./-]+):/.exec(inside)?.[1] : undefined;
    const source = early ?? (isClosed ? inside : inside.replace(/[\s,}\]]+$/, ''));
    if (isClosed && early === undefined) return { value: unescaped(source, quote), source, end };
    this.say('quote', from, from + 1);
    return { value: source, source, end: from + 1 + source.length };
  }

  /** As YAML reads it, but for what only a missing quote explains. */
  private plain(): { value: string; source: string; end: number } {
    const pattern = /(?:[^,[\]{}":#\n\r]|:(?![\s,[\]{}]|$)|(?<!\s)#)+/y;
    pattern.lastIndex = this.at;
    const source = (pattern.exec(this.text)?.[0] ?? this.text[this.at] ?? '').trimEnd();
    return { value: source, source, end: this.at + Math.max(1, source.length) };
  }

  /** A bracket is missing: this stands too far left to be inside. */
  private hasEnded(open: Open): boolean {
    if (!this.startsLine(this.at)) return false;
    const column = this.indentAt(this.at);
    if (open.indented === undefined) {
      open.indented = column > open.indent;
      return false;
    }
    const char = this.text[this.at];
    const closes = char === '}' || char === ']';
    return (
      open.indented && this.open.length > 1 && char !== ',' && (closes ? column < open.indent : column <= open.indent)
    );
  }

  /** White space and comments, also those that only other JSON has. */
  private space(): void {
    const { text } = this;
    const pattern = /\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
    for (;;) {
      pattern.lastIndex = this.at;
      const [found] = pattern.exec(text) ?? [];
      if (!found) return;
      if (found.startsWith('/')) this.say('comment', this.at, this.at + found.trimEnd().length);
      this.at += found.length;
    }
  }

  private startsLine(at: number): boolean {
    return this.indentAt(at) === at - this.line.from;
  }

  /** How many spaces and tabs the line at an offset begins with. */
  private indentAt(at: number): number {
    const { text, line } = this;
    if (at < line.from || at > line.to) {
      const from = text.lastIndexOf('\n', at - 1) + 1;
      const end = text.indexOf('\n', from);
      let content = from;
      while (text[content] === ' ' || text[content] === '\t') content++;
      this.line = { from, to: end === -1 ? text.length : end, indent: content - from };
    }
    return this.line.indent;
  }

  private wordEnd(): number {
    const pattern = /"(?:[^"\\\n]|\\[^\n])*"?|[^\s,[\]{}:"]+|[\s\S]/y;
    pattern.lastIndex = this.at;
    return this.at + (pattern.exec(this.text)?.[0].length ?? 1);
  }

  /** @param put where to write what is missing */
  private say(is: Flaw, from: number, to: number, put?: number): void {
    const { message, text } = MISSING[is];
    this.problems.push({
      message,
      from,
      to,
      ...(put !== undefined && text !== undefined && { put: { at: put, text } }),
    });
  }
}

type Flaw = 'comma' | 'colon' | 'quote' | 'map' | 'list' | 'value' | 'comment' | 'surplus' | 'other';

const MISSING: Readonly<Record<Flaw, { readonly message: string; readonly text?: string }>> = {
  comma: { message: 'A comma is missing before this.', text: ',' },
  colon: { message: 'A colon is missing before this.', text: ':' },
  quote: { message: 'This quote is not closed.' },
  map: { message: 'This map is not closed: where is its `}`?' },
  list: { message: 'This list is not closed: where is its `]`?' },
  value: { message: 'A value is missing behind this.' },
  comment: { message: 'JSON has no such comments, and kubectl does not read them.' },
  surplus: { message: 'This cannot stand here.' },
  other: { message: 'Another bracket is open here, and it is not this one that closes it.' },
};

function unescaped(inside: string, quote: '"' | "'"): string {
  if (quote === "'") return inside.replaceAll("''", "'");
  if (!inside.includes('\\')) return inside;
  try {
    return String(JSON.parse(`"${inside}"`));
  } catch {
    return inside;
  }
}
