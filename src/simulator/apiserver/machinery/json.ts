// A JSON reader that tells what JSON.parse does not: fields given twice, numbers as they were written, and syntax errors in the
// words of Go. Models encoding/json/scanner.go as forked in sigs.k8s.io/json.

/** What was lost on the way from text to value, by the object or list it happened in. */
export interface JsonNotes {
  /** Fields that came more than once; the last one counts. */
  readonly duplicates?: readonly string[];
  /** Numbers whose literal is not what JavaScript would print: `1.0`, `1e3`, or too long for a double. */
  readonly literals?: ReadonlyMap<string, string>;
}

export interface JsonText {
  readonly value: unknown;
  readonly notes: ReadonlyMap<object, JsonNotes>;
}

/** The text is no JSON; `message` is Go's. */
export class JsonSyntaxError extends Error {}

const MAX_DEPTH = 10_000;
const SPACE = new Set([' ', '\t', '\n', '\r']);
const ESCAPES: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Sets a property even when it is called `__proto__`. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

/**
 * A copy of the members that come before `key`, to go on with: an object that was copied whole and then lost a member is slow
 * to read ever after.
 */
export function membersBefore(from: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const k in from) {
    if (k === key) break;
    if (from[k] !== undefined) put(out, k, from[k]);
  }
  return out;
}

/** A character as Go's scanner quotes it. */
function quoteChar(c: string): string {
  if (c === "'") return "'\\''";
  if (c === '"') return "'\"'";
  return `'${JSON.stringify(c).slice(1, -1)}'`;
}

class Reader {
  readonly notes = new Map<object, { duplicates?: string[]; literals?: Map<string, string> }>();
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): unknown {
    const value = this.value('');
    this.space();
    if (this.at < this.text.length) throw this.unexpected('after top-level value');
    return value;
  }

  private notesOf(holder: object): { duplicates?: string[]; literals?: Map<string, string> } {
    const known = this.notes.get(holder) ?? {};
    this.notes.set(holder, known);
    return known;
  }

  private unexpected(context: string): JsonSyntaxError {
    const code = this.text.codePointAt(this.at);
    if (code === undefined) return new JsonSyntaxError('unexpected end of JSON input');
    return new JsonSyntaxError(`invalid character ${quoteChar(String.fromCodePoint(code))} ${context}`);
  }

  private space(): void {
    while (SPACE.has(this.text[this.at] ?? '')) this.at++;
  }

  private value(key: string, holder?: object): unknown {
    this.space();
    const c = this.text[this.at];
    switch (c) {
      case '{':
        return this.nested(() => this.object());
      case '[':
        return this.nested(() => this.list());
      case '"':
        return this.string();
      case 't':
        return this.word('true', true);
      case 'f':
        return this.word('false', false);
      case 'n':
        return this.word('null', null);
      default:
        if (c === '-' || (c !== undefined && c >= '0' && c <= '9')) return this.number(key, holder);
        throw this.unexpected('looking for beginning of value');
    }
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) throw new JsonSyntaxError('exceeded max depth');
    this.at++;
    const value = read();
    this.depth--;
    return value;
  }

  private object(): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    this.space();
    if (this.text[this.at] === '}') {
      this.at++;
      return out;
    }
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') throw this.unexpected('looking for beginning of object key string');
      const key = this.string();
      this.space();
      if (this.text[this.at] !== ':') throw this.unexpected('after object key');
      this.at++;
      if (Object.hasOwn(out, key)) {
        const notes = this.notesOf(out);
        notes.duplicates = [...(notes.duplicates ?? []), key];
      }
      put(out, key, this.value(key, out));
      this.space();
      const c = this.text[this.at];
      if (c !== ',' && c !== '}') throw this.unexpected('after object key:value pair');
      this.at++;
      if (c === '}') return out;
    }
  }

  private list(): unknown[] {
    const out: unknown[] = [];
    this.space();
    if (this.text[this.at] === ']') {
      this.at++;
      return out;
    }
    for (;;) {
      out.push(this.value(String(out.length), out));
      this.space();
      const c = this.text[this.at];
      if (c !== ',' && c !== ']') throw this.unexpected('after array element');
      this.at++;
      if (c === ']') return out;
    }
  }

  private word<T>(word: string, value: T): T {
    for (let i = 0; i < word.length; i++, this.at++) {
      if (this.text[this.at] !== word[i])
        throw this.unexpected(`in literal ${word} (expecting ${quoteChar(word[i] ?? '')})`);
    }
    return value;
  }

  private string(): string {
    this.at++;
    let out = '';
    let from = this.at;
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined) throw this.unexpected('in string literal');
      if (c === '"') {
        out += this.text.slice(from, this.at++);
        return out;
      }
      if (c < ' ') throw this.unexpected('in string literal');
      if (c === '\\') {
        out += this.text.slice(from, this.at) + this.escape();
        from = this.at;
      } else this.at++;
    }
  }

  private escape(): string {
    this.at++;
    const c = this.text[this.at] ?? '';
    const plain = ESCAPES[c];
    if (plain !== undefined) {
      this.at++;
      return plain;
    }
    if (c !== 'u') throw this.unexpected('in string escape code');
    this.at++;
    const start = this.at;
    for (; this.at < start + 4; this.at++) {
      if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? '')) throw this.unexpected('in \\u hexadecimal character escape');
    }
    return String.fromCharCode(Number.parseInt(this.text.slice(start, this.at), 16));
  }

  private digits(context: string): void {
    const start = this.at;
    while (/[0-9]/.test(this.text[this.at] ?? '')) this.at++;
    if (this.at === start) throw this.unexpected(context);
  }

  private number(key: string, holder: object | undefined): number {
    const start = this.at;
    if (this.text[this.at] === '-') this.at++;
    if (this.text[this.at] === '0') this.at++;
    else this.digits('in numeric literal');
    if (this.text[this.at] === '.') {
      this.at++;
      this.digits('after decimal point in numeric literal');
    }
    if (/[eE]/.test(this.text[this.at] ?? '')) {
      this.at++;
      if (/[-+]/.test(this.text[this.at] ?? '')) this.at++;
      this.digits('in exponent of numeric literal');
    }
    const literal = this.text.slice(start, this.at);
    const value = Number(literal);
    if (holder && String(value) !== literal) {
      const notes = this.notesOf(holder);
      notes.literals ??= new Map();
      notes.literals.set(key, literal);
    }
    return value;
  }
}

/** Throws JsonSyntaxError. */
export function parseJson(text: string): JsonText {
  const reader = new Reader(text);
  try {
    return { value: reader.document(), notes: reader.notes };
  } catch (e) {
    // A stack that runs out is a document nested deeper than anything meant well.
    if (e instanceof RangeError) throw new JsonSyntaxError('exceeded max depth');
    throw e;
  }
}
