// What a program in a simulated container has around it.
import type { FileSystem } from '../files.ts';
import { bytesOf, type Output, type Part } from '../program.ts';

/** What a process has. The shell's own variables are its environment. */
export interface Surrounds extends Output {
  readonly files: FileSystem;
  readonly env: Map<string, string>;
  /** Its programs are busybox’s, which word some errors in their own way. */
  readonly busybox?: boolean;
  readonly hostname: string;
  /** A terminal stands before it: a shell shows its prompt. */
  readonly tty: boolean;
  /** Milliseconds since 1970. */
  now(): number;
  cwd: string;
  /** $0, $1 … */
  readonly args: readonly string[];
  /** Bytes of standard input, undefined at its end. */
  read(): Part<string | undefined>;
}

export function* readAll(io: Surrounds): Part<string> {
  let all = '';
  for (let s = yield* io.read(); s !== undefined; s = yield* io.read()) all += s;
  return all;
}

export function readerOf(text: string): Surrounds['read'] {
  let left: string | undefined = text;
  // biome-ignore lint/correctness/useYield: it has all it needs.
  return function* () {
    const now = left === '' ? undefined : left;
    left = undefined;
    return now;
  };
}

export function fail(io: Output, message: string, code: number): number {
  io.err(bytesOf(`${message}\n`));
  return code;
}
