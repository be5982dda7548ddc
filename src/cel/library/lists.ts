// Lists and sets. Models k8s.io/apiserver/pkg/cel/library/lists.go and cel-go ext/sets.go.
import * as op from '../operators.ts';
import { type Declared, declare } from '../signature.ts';
import { CelError, Duration, type List, Uint, type Value } from '../values.ts';

const ORDERED = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'];
const ZERO: Readonly<Record<string, Value>> = { int: 0n, uint: new Uint(0n), double: 0, duration: new Duration(0n) };

function isSorted(list: List): boolean {
  for (let i = 1; i < list.size; i++) if (op.compare(list.at(i - 1), list.at(i)) > 0) return false;
  return true;
}

function extreme(name: string, sign: number): (list: List) => Value {
  return (list) => {
    if (list.size === 0) throw new CelError(`${name} called on empty list`);
    let best = list.at(0);
    for (const v of list) if (op.compare(v, best) * sign > 0) best = v;
    return best;
  };
}

const sum =
  (zero: Value) =>
  (list: List): Value => {
    let total: Value | undefined;
    for (const v of list) total = total === undefined ? v : op.add(total, v);
    return total ?? zero;
  };

function indexOf(list: List, item: Value): bigint {
  for (let i = 0; i < list.size; i++) if (op.equals(list.at(i), item)) return BigInt(i);
  return -1n;
}

function lastIndexOf(list: List, item: Value): bigint {
  for (let i = list.size - 1; i >= 0; i--) if (op.equals(list.at(i), item)) return BigInt(i);
  return -1n;
}

const holdsAll = (list: List, items: List): boolean => [...items].every((v) => op.contains(v, list));

export const LISTS: readonly Declared[] = [
  ...ORDERED.flatMap((t) => [
    declare(`list(${t}).isSorted(): bool`, isSorted),
    declare(`list(${t}).min(): ${t}`, extreme('min', -1)),
    declare(`list(${t}).max(): ${t}`, extreme('max', 1)),
  ]),
  ...Object.entries(ZERO).map(([t, zero]) => declare(`list(${t}).sum(): ${t}`, sum(zero))),
  declare('list(A).indexOf(A): int', indexOf),
  declare('list(A).lastIndexOf(A): int', lastIndexOf),
  declare('sets.contains(list(A), list(A)): bool', holdsAll),
  declare('sets.equivalent(list(A), list(A)): bool', (a: List, b: List) => holdsAll(a, b) && holdsAll(b, a)),
  declare('sets.intersects(list(A), list(A)): bool', (a: List, b: List) => [...b].some((v) => op.contains(v, a))),
];
