// Equality, order and arithmetic at run time. Models cel-go common/types: int.go, uint.go, double.go, list.go, map.go.
import { compareBytes, compareText } from './bytes.ts';
import {
  CelError,
  Dict,
  Duration,
  List,
  MAX_INT,
  MAX_UINT,
  MIN_INT,
  noSuchOverload,
  Opaque,
  Optional,
  Struct,
  Timestamp,
  TypeValue,
  typeName,
  Uint,
  type Value,
} from './values.ts';

function numeric(v: Value): bigint | number | undefined {
  if (typeof v === 'bigint' || typeof v === 'number') return v;
  return v instanceof Uint ? v.value : undefined;
}

function sameLists(a: List, b: List): boolean {
  if (a.size !== b.size) return false;
  for (let i = 0; i < a.size; i++) if (!equals(a.at(i), b.at(i))) return false;
  return true;
}

function sameDicts(a: Dict, b: Dict): boolean {
  if (a.size !== b.size) return false;
  if (a instanceof Struct && b instanceof Struct && a.type !== b.type) return false;
  return a.keys().every((k) => {
    const x = a.find(k);
    const y = b.find(k);
    return x !== undefined && y !== undefined && equals(x, y);
  });
}

/** Values of different types are not equal, but for numbers. */
export function equals(a: Value, b: Value): boolean {
  const x = numeric(a);
  if (x !== undefined) {
    const y = numeric(b);
    // biome-ignore lint/suspicious/noDoubleEquals: an int and a double with the same value are equal in CEL, as in JavaScript
    return y !== undefined && x == y;
  }
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (a instanceof List) return b instanceof List && a.same(b, sameLists, equals);
  if (a instanceof Dict) return b instanceof Dict && sameDicts(a, b);
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Opaque) return b instanceof Opaque && a.type === b.type && a.equals(b);
  if (a instanceof Optional && b instanceof Optional) {
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return equals(a.value, b.value);
  }
  return false;
}

const order = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** Negative, zero or positive; NaN where one is not a number. */
export function compare(a: Value, b: Value): number {
  const x = numeric(a);
  const y = numeric(b);
  if (x !== undefined && y !== undefined) {
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
    // With a double both are compared as doubles, which have fewer digits than an int.
    if (typeof x !== typeof y) return order(Number(x), Number(y));
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return order(a, b);
  if (a instanceof Timestamp && b instanceof Timestamp) return order(a.nanos, b.nanos);
  if (a instanceof Duration && b instanceof Duration) return order(a.nanos, b.nanos);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  throw noSuchOverload();
}

export function int(v: bigint): bigint {
  if (v > MAX_INT || v < MIN_INT) throw new CelError('integer overflow');
  return v;
}

export function uint(v: bigint): Uint {
  if (v > MAX_UINT || v < 0n) throw new CelError('unsigned integer overflow');
  return new Uint(v);
}

function concatBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

export function add(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(a + b);
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (a instanceof Uint && b instanceof Uint) return uint(a.value + b.value);
  if (a instanceof List && b instanceof List) return a.concat(b, equals);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return concatBytes(a, b);
  if (a instanceof Duration && b instanceof Duration) return new Duration(a.nanos + b.nanos);
  if (a instanceof Timestamp && b instanceof Duration) return new Timestamp(a.nanos + b.nanos, a.offset);
  if (a instanceof Duration && b instanceof Timestamp) return new Timestamp(a.nanos + b.nanos, b.offset);
  throw noSuchOverload();
}

export function subtract(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(a - b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (a instanceof Uint && b instanceof Uint) return uint(a.value - b.value);
  if (a instanceof Duration && b instanceof Duration) return new Duration(a.nanos - b.nanos);
  if (a instanceof Timestamp && b instanceof Duration) return new Timestamp(a.nanos - b.nanos, a.offset);
  if (a instanceof Timestamp && b instanceof Timestamp) return new Duration(a.nanos - b.nanos);
  throw noSuchOverload();
}

export function multiply(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(a * b);
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (a instanceof Uint && b instanceof Uint) return uint(a.value * b.value);
  throw noSuchOverload();
}

function divisor(v: bigint, what: string): bigint {
  if (v === 0n) throw new CelError(`${what} by zero`);
  return v;
}

export function divide(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(a / divisor(b, 'division'));
  if (typeof a === 'number' && typeof b === 'number') return a / b;
  if (a instanceof Uint && b instanceof Uint) return uint(a.value / divisor(b.value, 'division'));
  throw noSuchOverload();
}

export function modulo(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (a === MIN_INT && b === -1n) throw new CelError('integer overflow');
    return a % divisor(b, 'modulus');
  }
  if (a instanceof Uint && b instanceof Uint) return uint(a.value % divisor(b.value, 'modulus'));
  throw noSuchOverload();
}

export function negate(a: Value): Value {
  if (typeof a === 'bigint') return int(-a);
  if (typeof a === 'number') return -a;
  if (a instanceof Duration) return new Duration(-a.nanos);
  throw noSuchOverload();
}

export function contains(item: Value, container: Value): boolean {
  if (container instanceof Dict) return container.has(item);
  if (!(container instanceof List)) throw noSuchOverload();
  for (let i = 0; i < container.size; i++) if (equals(container.at(i), item)) return true;
  return false;
}

function position(list: List, key: Value): number {
  const n = numeric(key);
  if (n === undefined) throw new CelError(`unsupported index type '${typeName(key)}' in list`);
  if (typeof n === 'number' && !Number.isInteger(n)) throw new CelError(`unsupported index value ${n} in list`);
  return n < 0 || n >= list.size ? -1 : Number(n);
}

/** The element or entry; undefined where there is none. */
export function lookup(container: Value, key: Value): Value | undefined {
  if (container instanceof Dict) return container.find(key);
  if (!(container instanceof List)) return undefined;
  const i = position(container, key);
  return i < 0 ? undefined : container.at(i);
}

export function index(container: Value, key: Value): Value {
  const found = lookup(container, key);
  if (found !== undefined) return found;
  if (container instanceof List) throw new CelError(`index out of bounds: ${numeric(key)}`);
  throw new CelError(`no such key: ${keyShown(key)}`);
}

function keyShown(key: Value): string {
  if (key instanceof Uint) return String(key.value);
  return typeof key === 'object' ? typeName(key) : String(key);
}
