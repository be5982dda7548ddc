// Optional values. Models cel-go cel/library.go, optionalLib.
import { type Declared, declare } from '../signature.ts';
import { ArrayList, CelError, Dict, Duration, List, NONE, Optional, Timestamp, Uint, type Value } from '../values.ts';

/** Whether a value is what its type begins with: 0, "", an empty list. */
function isZero(v: Value): boolean {
  if (v === null || v === false || v === '' || v === 0 || v === 0n) return true;
  if (v instanceof Uint) return v.value === 0n;
  if (v instanceof List || v instanceof Dict) return v.size === 0;
  if (v instanceof Uint8Array) return v.length === 0;
  if (v instanceof Duration || v instanceof Timestamp) return v.nanos === 0n;
  return v instanceof Optional && v.value === undefined;
}

export function held(o: Optional): Value {
  if (o.value === undefined) throw new CelError('optional.none() dereference');
  return o.value;
}

function unwrap(list: List): List {
  const out: Value[] = [];
  for (const v of list) {
    if (!(v instanceof Optional)) throw new CelError('no such overload');
    if (v.value !== undefined) out.push(v.value);
  }
  return new ArrayList(out);
}

const end = (list: List, i: number): Optional => (list.size === 0 ? NONE : new Optional(list.at(i)));

export const OPTIONALS: readonly Declared[] = [
  declare('optional.of(A): optional(A)', (v: Value) => new Optional(v)),
  declare('optional.ofNonZeroValue(A): optional(A)', (v: Value) => (isZero(v) ? NONE : new Optional(v))),
  declare('optional.none(): optional(A)', () => NONE),
  declare('optional.unwrap(list(optional(A))): list(A)', unwrap),
  declare('list(optional(A)).unwrapOpt(): list(A)', unwrap),
  declare('optional(A).hasValue(): bool', (o: Optional) => o.value !== undefined),
  declare('optional(A).value(): A', held),
  declare('optional(A).or(optional(A)): optional(A)', (o: Optional, other: Optional) =>
    o.value === undefined ? other : o,
  ),
  declare('optional(A).orValue(A): A', (o: Optional, other: Value) => (o.value === undefined ? other : o.value)),
  declare('list(A).first(): optional(A)', (list: List) => end(list, 0)),
  declare('list(A).last(): optional(A)', (list: List) => end(list, list.size - 1)),
  declare('_[_](optional(list(A)), int): optional(A)', held),
  declare('_[_](optional(map(A, B)), A): optional(B)', held),
  declare('_[?_](list(A), int): optional(A)', held),
  declare('_[?_](map(A, B), A): optional(B)', held),
  declare('_[?_](optional(list(A)), int): optional(A)', held),
  declare('_[?_](optional(map(A, B)), A): optional(B)', held),
];
