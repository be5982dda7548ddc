// A small POSIX shell, first half: text to a tree. What is not in it is refused with a message, never guessed.

export type Part =
  | { readonly text: string; readonly quoted: boolean }
  | { readonly variable: string; readonly fallback?: string; readonly quoted: boolean }
  | { readonly command: List; readonly quoted: boolean }
  | { readonly sum: string };

export type Word = readonly Part[];

export interface Redirect {
  readonly from: '1' | '2' | '0';
  readonly append: boolean;
  /** `2>&1` and `>&2`. */
  readonly to: Word | '&1' | '&2';
}

export type Node =
  | {
      readonly type: 'simple';
      readonly assign: readonly (readonly [string, Word])[];
      readonly words: readonly Word[];
      readonly redirects: readonly Redirect[];
    }
  | { readonly type: 'loop'; readonly until: boolean; readonly test: List; readonly body: List }
  | { readonly type: 'for'; readonly name: string; readonly words: readonly Word[]; readonly body: List }
  | { readonly type: 'if'; readonly branches: readonly (readonly [List, List])[]; readonly other: List | undefined }
  /** Parentheses make a shell of its own, which `exit` ends. */
  | { readonly type: 'group'; readonly body: List; readonly own: boolean };

export interface Pipeline {
  readonly not: boolean;
  readonly stages: readonly Node[];
  /** How it hangs on the one before it. */
  readonly after: '&&' | '||' | ';';
  readonly background: boolean;
}

export type List = readonly Pipeline[];

export class ShellError extends Error {}

type Token = { readonly op: string } | { readonly word: Word; readonly raw: string };

const OPERATORS = [
  '&&',
  '||',
  ';;',
  '>>',
  '2>&1',
  '>&2',
  '1>&2',
  '2>>',
  '2>',
  '1>',
  ';',
  '&',
  '|',
  '>',
  '<',
  '(',
  ')',
  '\n',
];
const CLOSERS = new Set(['then', 'do', 'done', 'fi', 'else', 'elif', '}']);
const MAX_DEPTH = 50;

class Lexer {
  private readonly s: string;
  private at = 0;
  private readonly depth: number;

  constructor(s: string, depth: number) {
    this.s = s;
    this.depth = depth;
  }

  tokens(): Token[] {
    const out: Token[] = [];
    while (this.at < this.s.length) {
      const c = this.s[this.at] ?? '';
      if (c === ' ' || c === '\t' || c === '\r') this.at++;
      else if (c === '\\' && this.s[this.at + 1] === '\n') this.at += 2;
      else if (c === '#') while (this.at < this.s.length && this.s[this.at] !== '\n') this.at++;
      else out.push(this.operator() ?? this.word());
    }
    return out;
  }

  private operator(): Token | undefined {
    if (this.s.startsWith('<<', this.at)) throw new ShellError('here-documents are not simulated');
    const op = OPERATORS.find((o) => this.s.startsWith(o, this.at));
    if (op === undefined) return undefined;
    this.at += op.length;
    return { op };
  }

  private word(): Token {
    const from = this.at;
    const parts: Part[] = [];
    while (this.at < this.s.length && !' \t\r\n;&|<>()'.includes(this.s[this.at] ?? '')) {
      const c = this.s[this.at];
      if (c === "'") parts.push({ text: this.until("'"), quoted: true });
      else if (c === '"') this.double(parts);
      else if (c === '\\') {
        parts.push({ text: this.s[this.at + 1] ?? '', quoted: true });
        this.at += 2;
      } else if (c === '$' || c === '`') parts.push(this.dollar(false));
      else {
        parts.push({ text: c ?? '', quoted: false });
        this.at++;
      }
    }
    return { word: parts, raw: this.s.slice(from, this.at) };
  }

  /** From the opening character at the current place to the closing one. */
  private until(close: string): string {
    const end = this.s.indexOf(close, this.at + 1);
    if (end < 0) throw new ShellError('syntax error: unterminated quoted string');
    const text = this.s.slice(this.at + 1, end);
    this.at = end + 1;
    return text;
  }

  private double(parts: Part[]): void {
    this.at++;
    parts.push({ text: '', quoted: true });
    while (this.s[this.at] !== '"') {
      const c = this.s[this.at];
      if (c === undefined) throw new ShellError('syntax error: unterminated quoted string');
      if (c === '$' || c === '`') parts.push(this.dollar(true));
      else if (c === '\\' && '$`"\\\n'.includes(this.s[this.at + 1] ?? ' ')) {
        if (this.s[this.at + 1] !== '\n') parts.push({ text: this.s[this.at + 1] ?? '', quoted: true });
        this.at += 2;
      } else {
        parts.push({ text: c, quoted: true });
        this.at++;
      }
    }
    this.at++;
  }

  private dollar(quoted: boolean): Part {
    if (this.s[this.at] === '`') return { command: parseShell(this.until('`'), this.depth + 1), quoted };
    if (this.s.startsWith('$((', this.at)) {
      const inner = this.balanced();
      if (!inner.endsWith(')')) throw new ShellError('syntax error: missing ))');
      return { sum: inner.slice(1, -1) };
    }
    if (this.s[this.at + 1] === '(') return { command: parseShell(this.balanced(), this.depth + 1), quoted };
    const braced = /^\$\{([A-Za-z_]\w*|[0-9@#*?$])(?::?-([^}]*))?\}/.exec(this.s.slice(this.at));
    const plain = braced ?? /^\$([A-Za-z_]\w*|[0-9@#*?$!])/.exec(this.s.slice(this.at));
    if (plain === null) {
      if (this.s[this.at + 1] === '{') throw new ShellError('this form of a parameter expansion is not simulated');
      this.at++;
      return { text: '$', quoted };
    }
    this.at += plain[0].length;
    return { variable: plain[1] ?? '', ...(plain[2] === undefined ? {} : { fallback: plain[2] }), quoted };
  }

  private balanced(): string {
    const from = this.at + 2;
    let depth = 0;
    for (let i = this.at + 1; i < this.s.length; i++) {
      if (this.s[i] === '(') depth++;
      if (this.s[i] === ')' && --depth === 0) {
        this.at = i + 1;
        return this.s.slice(from, i);
      }
    }
    throw new ShellError('syntax error: missing )');
  }
}

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth: number;

  constructor(tokens: readonly Token[], depth: number) {
    this.tokens = tokens;
    this.depth = depth;
  }

  all(): List {
    const list = this.list();
    if (this.at < this.tokens.length) throw new ShellError(`syntax error: unexpected ${this.shown()}`);
    return list;
  }

  private shown(): string {
    const t = this.tokens[this.at];
    return t === undefined ? 'end of file' : JSON.stringify('op' in t ? t.op : t.raw);
  }

  private isOp(...ops: string[]): boolean {
    const t = this.tokens[this.at];
    return t !== undefined && 'op' in t && ops.includes(t.op);
  }

  private keyword(): string {
    const t = this.tokens[this.at];
    return t !== undefined && 'raw' in t ? t.raw : '';
  }

  private expect(word: string): void {
    if (this.keyword() !== word && !this.isOp(word))
      throw new ShellError(`syntax error: unexpected ${this.shown()} (expecting "${word}")`);
    this.at++;
  }

  private list(): List {
    if (++this.depth > MAX_DEPTH) throw new ShellError('nested too deeply');
    const out: Pipeline[] = [];
    let after: Pipeline['after'] = ';';
    for (;;) {
      while (this.isOp('\n')) this.at++;
      if (this.at >= this.tokens.length || this.isOp(')') || CLOSERS.has(this.keyword())) break;
      const not = this.keyword() === '!';
      if (not) this.at++;
      const stages = [this.command()];
      while (this.isOp('|')) {
        this.at++;
        stages.push(this.command());
      }
      const background = this.isOp('&');
      out.push({ not, stages, after, background });
      if (this.isOp('&&')) after = '&&';
      else if (this.isOp('||')) after = '||';
      else if (this.isOp(';', '&', '\n')) after = ';';
      else break;
      this.at++;
    }
    this.depth--;
    return out;
  }

  private command(): Node {
    if (this.isOp('(')) return this.group(')');
    const word = this.keyword();
    if (word === '{') return this.group('}');
    if (word === 'while' || word === 'until') {
      this.at++;
      const test = this.list();
      return { type: 'loop', until: word === 'until', test, body: this.body() };
    }
    if (word === 'for') return this.forLoop();
    if (word === 'if') return this.branch();
    if (word === 'case' || word === 'function') throw new ShellError(`"${word}" is not simulated`);
    return this.simple();
  }

  private group(close: string): Node {
    this.at++;
    const body = this.list();
    this.expect(close);
    return { type: 'group', body, own: close === ')' };
  }

  private body(): List {
    this.expect('do');
    const body = this.list();
    this.expect('done');
    return body;
  }

  private forLoop(): Node {
    this.at++;
    const name = this.keyword();
    this.at++;
    this.expect('in');
    const words: Word[] = [];
    for (let t = this.tokens[this.at]; t !== undefined && 'word' in t; t = this.tokens[this.at]) {
      words.push(t.word);
      this.at++;
    }
    while (this.isOp(';', '\n')) this.at++;
    return { type: 'for', name, words, body: this.body() };
  }

  private branch(): Node {
    const branches: [List, List][] = [];
    let other: List | undefined;
    do {
      this.at++;
      const test = this.list();
      this.expect('then');
      branches.push([test, this.list()]);
    } while (this.keyword() === 'elif');
    if (this.keyword() === 'else') {
      this.at++;
      other = this.list();
    }
    this.expect('fi');
    return { type: 'if', branches, other };
  }

  private simple(): Node {
    const assign: [string, Word][] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    for (let t = this.tokens[this.at]; t !== undefined; t = this.tokens[this.at]) {
      if ('op' in t) {
        const redirect = this.redirect(t.op);
        if (redirect === undefined) break;
        redirects.push(redirect);
        continue;
      }
      const m = words.length === 0 ? /^([A-Za-z_]\w*)=/.exec(t.raw) : null;
      if (m) assign.push([m[1] ?? '', dropText(t.word, m[0].length)]);
      else words.push(t.word);
      this.at++;
    }
    if (words.length + assign.length + redirects.length === 0)
      throw new ShellError(`syntax error: unexpected ${this.shown()}`);
    return { type: 'simple', assign, words, redirects };
  }

  private redirect(op: string): Redirect | undefined {
    if (op === '2>&1') return this.done({ from: '2', append: false, to: '&1' });
    if (op === '>&2' || op === '1>&2') return this.done({ from: '1', append: false, to: '&2' });
    if (!/^[12]?>>?$|^<$/.test(op)) return undefined;
    this.at++;
    const t = this.tokens[this.at];
    if (t === undefined || !('word' in t)) throw new ShellError(`syntax error: unexpected ${this.shown()}`);
    const from = op === '<' ? '0' : op.startsWith('2') ? '2' : '1';
    return this.done({ from, append: op.endsWith('>>'), to: t.word });
  }

  private done(r: Redirect): Redirect {
    this.at++;
    return r;
  }
}

/** A word without its first characters, which are plain text: the name of an assignment. */
function dropText(word: Word, count: number): Word {
  return word.slice(count);
}

/** Throws ShellError. */
export function parseShell(script: string, depth = 0): List {
  if (depth > MAX_DEPTH) throw new ShellError('nested too deeply');
  return new Parser(new Lexer(script, depth).tokens(), depth).all();
}
