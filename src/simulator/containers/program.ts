// What runs in a simulated container: a generator that waits for time to pass or for its standard input. Bytes are strings with
// one character a byte, so that files and streams need no platform.

/** What a program waits for: µs of virtual time, or bytes on its standard input (the reply; undefined at its end). */
export type Effect = { readonly sleep: number } | { readonly read: true };

/** A part of a program, with what it comes to. */
export type Part<T> = Generator<Effect, T, string | undefined>;

/** Runs until it returns its exit code. */
export type Program = Part<number>;

/** An endless wait, as `sleep infinity` is one. */
export const FOREVER = Number.MAX_SAFE_INTEGER;

export interface Output {
  out(bytes: string): void;
  err(bytes: string): void;
}

/** UTF-8 of a text, one character a byte. */
export function bytesOf(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is its own UTF-8.
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  const clean = text.replace(/[\ud800-\udfff]/gu, '\ufffd');
  return encodeURIComponent(clean).replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The text that bytes stand for; bytes that are no UTF-8 are shown one by one. */
export function textOf(bytes: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is its own UTF-8.
  if (/^[\x00-\x7f]*$/.test(bytes)) return bytes;
  try {
    const escaped = [...bytes].map((c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
    return decodeURIComponent(escaped.join(''));
  } catch {
    return bytes;
  }
}
