// Base64 and UTF-8 by hand: Buffer, btoa and TextEncoder are not part of ECMAScript.

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = `${STANDARD.slice(0, 62)}-_`;

export function utf8(text: string): Uint8Array {
  const out: number[] = [];
  for (const c of text) {
    const p = c.codePointAt(0) ?? 0;
    // A lone surrogate has no encoding; Go writes the replacement character.
    const code = p >= 0xd800 && p <= 0xdfff ? 0xfffd : p;
    if (code < 0x80) out.push(code);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return Uint8Array.from(out);
}

/** Undefined where the bytes are no UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  let escaped = '';
  for (const b of bytes) escaped += `%${b.toString(16).padStart(2, '0')}`;
  try {
    return decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}

function encode(bytes: Uint8Array, alphabet: string, pad: boolean): string {
  // Joined at once: a text that grows piece by piece keeps its pieces for as long as it lives.
  const chars: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const n = (a << 16) | (b << 8) | c;
    for (let sextet = 0; sextet <= Math.min(bytes.length - i, 3); sextet++)
      chars.push(alphabet[(n >> (18 - 6 * sextet)) & 63] ?? '');
  }
  const out = chars.join('');
  return pad ? out.padEnd(Math.ceil(out.length / 4) * 4, '=') : out;
}

export const encodeBase64 = (bytes: Uint8Array): string => encode(bytes, STANDARD, true);
export const encodeBase64UrlBytes = (bytes: Uint8Array): string => encode(bytes, URL_SAFE, false);
export const encodeBase64Url = (text: string): string => encodeBase64UrlBytes(utf8(text));

/** Bytes of a base64 text in either alphabet; undefined where it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const clean = text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  if (clean.length % 4 === 1) return undefined;
  const out = new Uint8Array(Math.floor((clean.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const c of clean) {
    const v = STANDARD.indexOf(c);
    if (v < 0) return undefined;
    held = (held << 6) | v;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out[at++] = (held >> bits) & 0xff;
  }
  return out;
}

export function decodeBase64Url(text: string): string | undefined {
  const bytes = decodeBase64(text);
  return bytes === undefined ? undefined : fromUtf8(bytes);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Go's words on why a text is no base64; undefined where it is. Line breaks do not count. */
export function base64Error(text: string): string | undefined {
  if (BASE64.test(text) || BASE64.test(text.replace(/[\r\n]/g, ''))) return undefined;
  return `illegal base64 data at input byte ${firstBadByte(text)}`;
}

/** Where Go's base64 decoder gives up. Models encoding/base64.(*Encoding).decodeQuantum. */
function firstBadByte(text: string): number {
  let inQuantum = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (c === '\n' || c === '\r') continue;
    if (c === '=') return badPadding(text, i, inQuantum);
    if (!/[A-Za-z0-9+/]/.test(c)) return i;
    inQuantum = (inQuantum + 1) % 4;
  }
  return text.length - inQuantum;
}

function badPadding(text: string, at: number, inQuantum: number): number {
  if (inQuantum < 2) return at;
  const skip = (i: number) => {
    let j = i;
    while (text[j] === '\n' || text[j] === '\r') j++;
    return j;
  };
  let next = skip(at + 1);
  if (inQuantum === 2) {
    if (next >= text.length) return text.length;
    if (text[next] !== '=') return next;
    next = skip(next + 1);
  }
  return next;
}
