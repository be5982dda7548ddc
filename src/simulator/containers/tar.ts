// Archives as `kubectl cp` sends and asks for them. Source of the format: POSIX.1-2001, ustar.
const BLOCK = 512;

export interface TarEntry {
  readonly name: string;
  /** Null for a directory. */
  readonly bytes: string | null;
}

const octal = (n: number, width: number): string => `${n.toString(8).padStart(width - 1, '0')}\0`;
const text = (s: string, width: number): string => s.slice(0, width).padEnd(width, '\0');

function header(e: TarEntry): string {
  const name = e.bytes === null && !e.name.endsWith('/') ? `${e.name}/` : e.name;
  const head = text(name, 100) + octal(e.bytes === null ? 0o755 : 0o644, 8) + octal(0, 8) + octal(0, 8);
  const size = octal(e.bytes?.length ?? 0, 12) + octal(0, 12);
  const rest = `${e.bytes === null ? '5' : '0'}${text('', 100)}ustar\0${'00'}${text('root', 32)}${text('root', 32)}`;
  const full = (sum: string): string => text(head + size + sum + rest, BLOCK);
  let sum = 0;
  for (const c of full(' '.repeat(8))) sum += c.charCodeAt(0);
  return full(`${sum.toString(8).padStart(6, '0')}\0 `);
}

export function packTar(entries: readonly TarEntry[]): string {
  const parts = entries.map((e) => {
    const bytes = e.bytes ?? '';
    return header(e) + bytes.padEnd(Math.ceil(bytes.length / BLOCK) * BLOCK, '\0');
  });
  return parts.join('') + '\0'.repeat(2 * BLOCK);
}

const field = (block: string, from: number, width: number): string =>
  (block.slice(from, from + width).split('\0')[0] ?? '').trim();

/** Files and directories of an archive; other kinds of entries are passed over. */
export function unpackTar(archive: string): TarEntry[] {
  const out: TarEntry[] = [];
  let long = '';
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const block = archive.slice(at, at + BLOCK);
    if (block[0] === '\0') break;
    const size = Number.parseInt(field(block, 124, 12) || '0', 8) || 0;
    const type = block[156] ?? '0';
    const bytes = archive.slice(at + BLOCK, at + BLOCK + size);
    const prefix = field(block, 345, 155);
    const name = long || (prefix ? `${prefix}/` : '') + field(block, 0, 100);
    long = type === 'x' ? (/ path=([^\n]*)\n/.exec(bytes)?.[1] ?? '') : type === 'L' ? field(bytes, 0, size) : '';
    if (type === '5') out.push({ name: name.replace(/\/$/, ''), bytes: null });
    else if (type === '0' || type === '\0') out.push({ name, bytes });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return out;
}
