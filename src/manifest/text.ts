// A long block of text (`key: |`), as ConfigMaps have. Nobody needs its value to know what is at a place, so it is read when it
// is asked for.
import { type Pair, Scalar } from 'yaml';
import { opensText } from './heads.ts';
import { type Leaf, readLeaf } from './leaf.ts';
import { contentOf, type Rows } from './rows.ts';

const NEWLINE = 10;
const RETURN = 13;
const MAP = { kind: 'map', flow: false } as const;

/** @param entry rows of an entry, `content` the offset of its key; undefined where it is no block of text, or not a plain one. */
export function longText(
  rows: Rows,
  entry: { readonly from: number; readonly to: number },
  content: number,
): Leaf | undefined {
  const { text, starts, columns } = rows;
  const start = starts[entry.from] ?? 0;
  const head = text.slice(content, starts[entry.from + 1]);
  const below = entry.from + 1;
  const indent = columns[below] ?? 0;
  if (!opensText(head) || isBlank(rows, below) || indent <= content - start) return undefined;
  let last = below;
  for (let row = below; row < entry.to; row++) {
    if (isBlank(rows, row)) continue;
    if ((columns[row] ?? 0) < indent) return undefined;
    last = row;
  }
  // Read with its first and its last line alone, the key is the same, and the block ends where it ends.
  const lead = ' '.repeat(content - start);
  const rest = Math.max(last, below + 1);
  const skipped = (starts[rest] ?? 0) - (starts[below + 1] ?? 0);
  const to = starts[entry.to];
  const sample = `${lead}${head}${text.slice(starts[below], starts[below + 1])}${text.slice(starts[rest], to)}`;
  const short = readLeaf(sample, MAP, []);
  const [pair] = short.items as Pair[];
  const value = pair?.value;
  if (short.problems.length > 0 || short.count !== 1 || !(value instanceof Scalar) || !value.range) return undefined;
  const [from, valueEnd, end] = value.range;
  value.range = [from, valueEnd + skipped, end + skipped];
  const whole = `${lead}${text.slice(content, to)}`;
  readLate(value, whole);
  return { ...short, length: whole.length, end: short.end + skipped };
}

function isBlank(rows: Rows, row: number): boolean {
  const at = contentOf(rows, row);
  const code = rows.text.charCodeAt(at);
  return Number.isNaN(code) || code === NEWLINE || (code === RETURN && rows.text.charCodeAt(at + 1) === NEWLINE);
}

function readLate(scalar: Scalar, text: string): void {
  let known: string | undefined;
  const get = (): string => {
    known ??= String((readLeaf(text, MAP, []).items as Pair<unknown, Scalar>[])[0]?.value?.value ?? '');
    return known;
  };
  Object.defineProperty(scalar, 'value', { get });
  Object.defineProperty(scalar, 'source', { get });
}
