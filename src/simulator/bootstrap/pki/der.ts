// DER, as far as X.509 needs it: small functions that each return one encoded element. Source: ITU-T X.690.
import { encodeBase64, utf8 } from '../../../model/base64.ts';

export type Bytes = Uint8Array;

export function concat(...parts: readonly Bytes[]): Bytes {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

export function element(tag: number, ...content: readonly Bytes[]): Bytes {
  const body = concat(...content);
  return concat(Uint8Array.of(tag), lengthOf(body.length), body);
}

function lengthOf(n: number): Bytes {
  if (n < 0x80) return Uint8Array.of(n);
  const bytes: number[] = [];
  for (let rest = n; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
}

export const sequence = (...items: readonly Bytes[]): Bytes => element(0x30, ...items);
export const set = (...items: readonly Bytes[]): Bytes => element(0x31, ...items);
export const octets = (content: Bytes): Bytes => element(0x04, content);
export const bits = (content: Bytes, unused = 0): Bytes => element(0x03, Uint8Array.of(unused), content);
export const boolean = (value: boolean): Bytes => element(0x01, Uint8Array.of(value ? 0xff : 0));
export const explicit = (n: number, ...content: readonly Bytes[]): Bytes => element(0xa0 | n, ...content);
export const implicit = (n: number, content: Bytes): Bytes => element(0x80 | n, content);

/** A non-negative integer from its big-endian bytes. */
export function integer(value: Bytes): Bytes {
  let start = 0;
  while (start < value.length - 1 && value[start] === 0) start++;
  const digits = value.subarray(start);
  return (digits[0] ?? 0) & 0x80 ? element(0x02, Uint8Array.of(0), digits) : element(0x02, digits);
}

export function oid(dotted: string): Bytes {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const out = [first * 40 + second];
  for (const n of rest) {
    const groups = [n & 0x7f];
    for (let left = n >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    out.push(...groups);
  }
  return element(0x06, Uint8Array.from(out));
}

export const utf8String = (text: string): Bytes => element(0x0c, utf8(text));

/** UTCTime until 2049, GeneralizedTime after, as RFC 5280 wants it. */
export function time(ms: number): Bytes {
  const t = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return Number(t.slice(0, 4)) < 2050 ? element(0x17, utf8(`${t.slice(2)}Z`)) : element(0x18, utf8(`${t}Z`));
}

export function pem(label: string, der: Bytes): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
