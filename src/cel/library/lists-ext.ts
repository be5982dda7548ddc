// Lists, version 3. Models cel-go ext/lists.go.
import { SORT_BY } from '../macros.ts';
import * as op from '../operators.ts';
import { type Declared, declare } from '../signature.ts';
import { ArrayList, CelError, CostExceeded, List, type Value } from '../values.ts';

const ORDERED = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'];
/** Longer ranges than an expression could afford to look at are not made. */
const MAX_RANGE = 1_000_000n;

function slice(list: List, start: bigint, end: bigint): List {
  const what = `cannot slice(${start}, ${end})`;
  if (start < 0n || end < 0n) throw new CelError(`${what}, negative indexes not supported`);
  if (start > end) throw new CelError(`${what}, start index must be less than or equal to end index`);
  if (list.size < end) throw new CelError(`${what}, list is length ${list.size}`);
  return new ArrayList([...list].slice(Number(start), Number(end)));
}

function flatten(list: List, depth = 1n): List {
  if (depth < 0n) throw new CelError('level must be non-negative');
  const out: Value[] = [];
  for (const v of list) {
    if (v instanceof List && depth > 0n) out.push(...flatten(v, depth - 1n));
    else out.push(v);
  }
  return new ArrayList(out);
}

function ordered(a: Value, b: Value): number {
  if (typeof a !== typeof b) throw new CelError('list elements must have the same type');
  return op.compare(a, b);
}

const sort = (list: List): List => new ArrayList([...list].sort(ordered));

function sortByKeys(list: List, keys: List): List {
  const order = [...keys].map((key, i) => ({ key, i }));
  order.sort((a, b) => ordered(a.key, b.key) || a.i - b.i);
  return new ArrayList(order.map(({ i }) => list.at(i)));
}

function distinct(list: List): List {
  const out: Value[] = [];
  for (const v of list) if (!out.some((o) => op.equals(o, v))) out.push(v);
  return new ArrayList(out);
}

function range(n: bigint): List {
  if (n > MAX_RANGE) throw new CostExceeded();
  return new ArrayList(Array.from({ length: Math.max(0, Number(n)) }, (_, i) => BigInt(i)));
}

export const LISTS_EXT: readonly Declared[] = [
  declare('list(A).slice(int, int): list(A)', slice),
  declare('list(list(A)).flatten(): list(A)', flatten),
  declare('list(dyn).flatten(int): list(dyn)', flatten),
  ...ORDERED.map((t) => declare(`list(${t}).sort(): list(${t})`, sort)),
  ...ORDERED.map((t) => {
    const { overload } = declare(`list(A).keyed(list(${t})): list(A)`, sortByKeys);
    return { name: SORT_BY, overload };
  }),
  declare('list(A).distinct(): list(A)', distinct),
  declare('list(A).reverse(): list(A)', (list: List) => new ArrayList([...list].reverse())),
  declare('lists.range(int): list(int)', range),
];
