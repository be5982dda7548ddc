// Models k8s.io/apimachinery/pkg/util/diff: a unified diff of two specs as indented JSON, which upstream appends when it
// refuses a change as a whole. What it compares are Go structs: callers print them first, as structs.ts does.
import { goJson, Ordered } from './value.ts';

const CONTEXT = 3;

function lines(value: unknown, indent = ''): string[] {
  if (Array.isArray(value) && value.length > 0) {
    const inner = value.map((item, i) => member(lines(item, `${indent} `), '', i === value.length - 1, indent));
    return ['[', ...inner.flat(), `${indent}]`];
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entries = entriesOf(value);
    if (entries.length === 0) return ['{}'];
    const inner = entries.map(([name, v], i) =>
      member(lines(v, `${indent} `), `${goJson(name)}: `, i === entries.length - 1, indent),
    );
    return ['{', ...inner.flat(), `${indent}}`];
  }
  return [goJson(value)];
}

/** Structs keep their order, maps are sorted. */
function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  if (value instanceof Ordered) return value.fields;
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

function member(text: readonly string[], name: string, last: boolean, indent: string): string[] {
  const out = [...text];
  out[0] = `${indent} ${name}${out[0] ?? ''}`;
  if (!last) out[out.length - 1] = `${out.at(-1) ?? ''},`;
  return out;
}

type Edit = readonly [kind: ' ' | '-' | '+', line: string];

/** The shortest edit by the longest common subsequence; specs are some hundred lines. */
function edits(a: readonly string[], b: readonly string[]): readonly Edit[] {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const skip = Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
      table[i * width + j] = a[i] === b[j] ? (table[(i + 1) * width + j + 1] ?? 0) + 1 : skip;
    }
  }
  const out: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const down = table[(i + 1) * width + j] ?? 0;
    const right = table[i * width + j + 1] ?? 0;
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push([' ', a[i++] ?? '']);
      j++;
    } else if (i < a.length && (j === b.length || down >= right)) out.push(['-', a[i++] ?? '']);
    else out.push(['+', b[j++] ?? '']);
  }
  return out;
}

/** Lines `from` and following, as unified diffs count them. */
function range(from: number, count: number): string {
  return count === 1 ? String(from) : `${count === 0 ? from - 1 : from},${count}`;
}

/** Upstream's text of how two specs differ. */
export function specDiff(old: unknown, now: unknown): string {
  const all = edits(lines(old), lines(now));
  const out: string[] = [];
  let [before, after] = [1, 1];
  for (let at = 0; at < all.length; ) {
    const change = all.findIndex(([kind], i) => i >= at && kind !== ' ');
    if (change < 0) break;
    const start = Math.max(at, change - CONTEXT);
    before += start - at;
    after += start - at;
    let end = change;
    for (let i = change; i < all.length && i <= end + 2 * CONTEXT; i++) if (all[i]?.[0] !== ' ') end = i;
    const hunk = all.slice(start, end + 1 + CONTEXT);
    const removed = hunk.filter(([kind]) => kind !== '+').length;
    const added = hunk.filter(([kind]) => kind !== '-').length;
    out.push(`@@ -${range(before, removed)} +${range(after, added)} @@`, ...hunk.map(([kind, line]) => kind + line));
    before += removed;
    after += added;
    at = start + hunk.length;
  }
  return `${out.join('\n')}\n`;
}
