// Strings, version 2. Models cel-go ext/strings.go; positions count code points.
import { ESCAPES } from '../../model/quote.ts';
import { format } from '../format.ts';
import { type Declared, declare } from '../signature.ts';
import { ArrayList, CelError, CostExceeded, type List, type Value } from '../values.ts';

const outside = (i: bigint): CelError => new CelError(`index out of range: ${i}`);
const text = (points: readonly string[]): string => points.join('');

function charAt(s: string, i: bigint): string {
  const points = [...s];
  if (i < 0n || i > points.length) throw outside(i);
  return points[Number(i)] ?? '';
}

function indexOf(s: string, part: string, from = 0n): bigint {
  const points = [...s];
  const wanted = [...part];
  if (from < 0n || from > points.length) throw outside(from);
  for (let i = Number(from); i + wanted.length <= points.length; i++)
    if (wanted.every((c, k) => points[i + k] === c)) return BigInt(i);
  return -1n;
}

function lastIndexOf(s: string, part: string, from?: bigint): bigint {
  const points = [...s];
  const wanted = [...part];
  if (from !== undefined && (from < 0n || from > points.length)) throw outside(from);
  const last = points.length - wanted.length;
  for (let i = from === undefined ? last : Math.min(last, Number(from)); i >= 0; i--)
    if (wanted.every((c, k) => points[i + k] === c)) return BigInt(i);
  return -1n;
}

/** Longer texts than an expression could afford to make are not made. */
const MAX_TEXT = 20_000_000;

function bounded(length: number): void {
  if (length > MAX_TEXT) throw new CostExceeded();
}

function replace(s: string, from: string, to: string, limit = -1n): string {
  bounded((s.length / Math.max(1, from.length) + 1) * to.length);
  if (limit < 0n) return s.split(from).length > 0 && from !== '' ? s.replaceAll(from, () => to) : between(s, to, -1);
  if (from === '') return between(s, to, Number(limit));
  const parts = s.split(from);
  const n = Math.min(Number(limit), parts.length - 1);
  return [...parts.slice(0, n), parts.slice(n).join(from)].join(to);
}

/** Go puts a replacement for nothing before each code point, and after the last. */
function between(s: string, to: string, limit: number): string {
  const points = [...s];
  let out = '';
  let left = limit < 0 ? points.length + 1 : limit;
  for (const p of points) {
    if (left-- > 0) out += to;
    out += p;
  }
  return left > 0 ? out + to : out;
}

function split(s: string, by: string, limit = -1n): List {
  const n = Number(limit);
  if (n === 0) return new ArrayList([]);
  const parts = by === '' ? [...s] : s.split(by);
  if (n < 0 || parts.length <= n) return new ArrayList(parts);
  return new ArrayList([...parts.slice(0, n - 1), parts.slice(n - 1).join(by)]);
}

function substring(s: string, start: bigint, end?: bigint): string {
  const points = [...s];
  const to = end ?? BigInt(points.length);
  if (end !== undefined && start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  if (start < 0n || start > points.length) throw outside(start);
  if (to < 0n || to > points.length) throw outside(to);
  return text(points.slice(Number(start), Number(to)));
}

/** Unicode's White_Space, as Go has it. */
const SPACE = '[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const TRIM = new RegExp(`^${SPACE}|${SPACE}$`, 'gu');

function join(list: List, by = ''): string {
  const parts: string[] = [];
  for (const v of list) {
    if (typeof v !== 'string') throw new CelError('no such overload');
    parts.push(v);
  }
  bounded(parts.reduce((n, p) => n + p.length + by.length, 0));
  return parts.join(by);
}

function quote(s: string): string {
  const inner = [...s].map((c) => (/^[\ud800-\udfff]$/.test(c) ? '\ufffd' : (ESCAPES[c] ?? c)));
  return `"${inner.join('')}"`;
}

export const STRINGS: readonly Declared[] = [
  declare('string.charAt(int): string', charAt),
  declare('string.indexOf(string): int', indexOf),
  declare('string.indexOf(string, int): int', indexOf),
  declare('string.lastIndexOf(string): int', lastIndexOf),
  declare('string.lastIndexOf(string, int): int', lastIndexOf),
  declare('string.lowerAscii(): string', (s: string) => s.replace(/[A-Z]/g, (c) => c.toLowerCase())),
  declare('string.upperAscii(): string', (s: string) => s.replace(/[a-z]/g, (c) => c.toUpperCase())),
  declare('string.replace(string, string): string', replace),
  declare('string.replace(string, string, int): string', replace),
  declare('string.split(string): list(string)', split),
  declare('string.split(string, int): list(string)', split),
  declare('string.substring(int): string', substring),
  declare('string.substring(int, int): string', substring),
  declare('string.trim(): string', (s: string) => s.replace(TRIM, '')),
  declare('list(string).join(): string', join),
  declare('list(string).join(string): string', join),
  declare('strings.quote(string): string', quote),
  declare('string.format(list(dyn)): string', (s: string, args: List): Value => format(s, [...args])),
];
