// What the text of a literal stands for: numbers, strings and bytes. Models cel-go parser/unescape.go.
import type { Constant } from './ast.ts';
import { type Bytes, utf8 } from './bytes.ts';
import { MAX_INT, MAX_UINT, MIN_INT, Uint } from './values.ts';

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '`': 96,
  '?': 63,
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, X: 2, u: 4, U: 8 };

interface Escape {
  readonly code: number;
  readonly length: number;
  /** \x and octal escapes in bytes stand for a byte, not for a code point. */
  readonly byte: boolean;
}

function escapeAt(body: string, i: number, bytes: boolean): Escape | string {
  const c = body[i + 1] ?? '';
  const simple = SIMPLE[c];
  if (simple !== undefined) return { code: simple, length: 2, byte: false };
  const digits = HEX_DIGITS[c];
  if (digits !== undefined) {
    const hex = body.slice(i + 2, i + 2 + digits);
    const byte = digits === 2;
    if (bytes && !byte) return 'unable to unescape string';
    if (hex.length < digits || !/^[0-9a-fA-F]+$/.test(hex)) return 'unable to unescape string';
    const code = Number.parseInt(hex, 16);
    if (!byte && (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))) return 'invalid unicode code point';
    return { code, length: 2 + digits, byte: bytes && byte };
  }
  const octal = /^[0-3][0-7][0-7]/.exec(body.slice(i + 1, i + 4))?.[0];
  if (octal === undefined) return 'unable to unescape string';
  return { code: Number.parseInt(octal, 8), length: 4, byte: bytes };
}

/** The quotes and the prefix are still there. Returns the value, or what is wrong with it. */
export function unquote(token: string, bytes: boolean): { value: string | Bytes } | string {
  const [, prefix = '', quote = '', inner = ''] = /^([bBrR]*)("""|'''|"|')([\s\S]*)$/.exec(token) ?? [];
  const body = inner.slice(0, inner.length - quote.length).replace(/\r\n?/g, '\n');
  if (/[rR]/.test(prefix)) return { value: bytes ? utf8(body) : body };
  let text = '';
  const out: number[] = [];
  const flush = (): void => {
    out.push(...utf8(text));
    text = '';
  };
  for (let i = 0; i < body.length; ) {
    if (body[i] !== '\\') {
      text += body[i++];
      continue;
    }
    const found = escapeAt(body, i, bytes);
    if (typeof found === 'string') return found;
    if (found.byte) {
      flush();
      out.push(found.code);
    } else text += String.fromCodePoint(found.code);
    i += found.length;
  }
  if (!bytes) return { value: text };
  flush();
  return { value: Uint8Array.from(out) };
}

/** `negative` where a minus stands right before. */
export function number(token: string, negative: boolean): { value: Constant } | string {
  if (/^0x/i.test(token) ? false : /[.eE]/.test(token)) {
    const value = Number(token);
    if (!Number.isFinite(value)) return 'invalid double literal';
    return { value: negative ? -value : value };
  }
  if (/[uU]$/.test(token)) {
    const value = BigInt(token.slice(0, -1));
    return value > MAX_UINT ? 'invalid uint literal' : { value: new Uint(value) };
  }
  const value = negative ? -BigInt(token) : BigInt(token);
  return value > MAX_INT || value < MIN_INT ? 'invalid int literal' : { value };
}
