// How the entries of a block are recognized by their lines alone, where some of these may be wrong.
import { isKey } from './heads.ts';
import type { FrameStyle } from './parts.ts';
import { CLOSE, EMPTY, ENTRY, ITEM, ODD, OPEN, type Rows } from './rows.ts';

interface Count {
  column: number;
  /** What the first of them is. */
  kind: number;
  entries: number;
  items: number;
}

/**
 * Where the entries of some rows begin, and of what they are: as the first of them, unless more stand further left. Undefined
 * where there is none.
 */
export function outermost(rows: Rows, from: number, to: number): Pick<FrameStyle, 'kind' | 'column'> | undefined {
  const { columns, kinds } = rows;
  let first: Count | undefined;
  let least: Count | undefined;
  for (let row = from; row < to; row++) {
    const kind = kinds[row] ?? 0;
    // What only continues something cannot be the beginning.
    if (!first && (kind === ODD || kind === CLOSE || isProperty(rows, row))) return undefined;
    if (kind !== ENTRY && kind !== ITEM && kind !== OPEN) continue;
    const column = columns[row] ?? 0;
    first ??= { column, kind, entries: 0, items: 0 };
    if (!least || column < least.column)
      least = column === first.column ? first : { column, kind, entries: 0, items: 0 };
    const of = column === least.column ? least : column === first.column ? first : undefined;
    if (!of) continue;
    if (kind === ITEM) of.items++;
    else of.entries++;
  }
  if (!first || !least || first.kind === OPEN) return undefined;
  const best = least === first || sizeOf(first) > sizeOf(least) ? first : least;
  if (isList(best)) return { kind: 'list', column: best.column };
  return isText(rows, from, to) ? undefined : { kind: 'map', column: best.column };
}

/** Whether rows may be one scalar: it begins with a quote and is no key, or nowhere in it is a key. */
function isText({ text, starts, kinds }: Rows, from: number, to: number): boolean {
  for (let row = from; row < to; row++) {
    if (kinds[row] === EMPTY) continue;
    const line = text.slice(starts[row], starts[row + 1]).trim();
    if (isKey(line)) return false;
    if (/^["']/.test(line)) return true;
  }
  return true;
}

/** Whether an anchor or a tag begins a line that is no key: it is one of all that follows. */
function isProperty({ text, starts }: Rows, row: number): boolean {
  const line = text.slice(starts[row], starts[row + 1]).trim();
  const rest = line.replace(/^(?:[&!]\S*(?:\s+|$))+/, '');
  return rest !== line && (!isKey(rest) || /^[[{#]/.test(rest));
}

/** A map may hold a list whose dashes stand where its keys do; a list holds no keys there. */
function isList({ kind, entries, items }: Count): boolean {
  return kind === ITEM && items >= entries;
}

function sizeOf(count: Count): number {
  return isList(count) ? count.items : count.entries;
}

/** A row that stands where it cannot; `dashed` is the column of a first entry that stands behind a dash. */
export function strayIn(
  { columns, kinds }: Rows,
  { from, to }: { readonly from: number; readonly to: number },
  { column, kind }: FrameStyle,
  dashed: number | undefined,
): number | undefined {
  let isAbove = true;
  for (let row = from; row < to; row++) {
    const is = kinds[row];
    if (is !== ENTRY && is !== ITEM && is !== OPEN) continue;
    const at = row === from && dashed !== undefined ? dashed : (columns[row] ?? 0);
    if (at < column || (isAbove && at !== column) || (at === column && kind === 'list' && is !== ITEM)) return row;
    isAbove = false;
  }
  return undefined;
}

/** A row of a flow collection that is not indented further than the block that holds it; the bracket that closes it may be. */
export function shallowIn(
  { starts, columns, kinds }: Rows,
  { head, to }: { readonly head: number; readonly to: number },
  { column, close }: { readonly column: number; readonly close: number },
): number | undefined {
  for (let row = head + 1; row < to; row++) {
    const at = columns[row] ?? 0;
    if (at > column || kinds[row] === EMPTY) continue;
    if (at < column || (starts[row] ?? 0) + at !== close) return row;
  }
  return undefined;
}
