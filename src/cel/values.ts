// Values at run time. int is a bigint, double a number; the other types that JavaScript does not tell apart are classes.
// Models cel-go common/types.
import type { Bytes } from './bytes.ts';

/** Something went wrong while an expression was evaluated; `&&`, `||` and macros may absorb it. */
export class CelError extends Error {}

/** The expression has used up its budget; nothing absorbs it. */
export class CostExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}

export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** An instant, in nanoseconds since 1970. */
export class Timestamp {
  readonly nanos: bigint;
  /** Minutes east of UTC, as in the text that it was read from. */
  readonly offset: number;
  constructor(nanos: bigint, offset = 0) {
    if (nanos < MIN_TIME || nanos > MAX_TIME) throw new CelError('timestamp overflow');
    this.nanos = nanos;
    this.offset = offset;
  }
}

/** Nanoseconds in 64 bits. */
export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    if (nanos < MIN_INT || nanos > MAX_INT) throw new CelError('duration overflow');
    this.nanos = nanos;
  }
}

export const MIN_INT = -(2n ** 63n);
export const MAX_INT = 2n ** 63n - 1n;
export const MAX_UINT = 2n ** 64n - 1n;
export const SECOND = 1_000_000_000n;
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z. */
const MIN_TIME = -62135596800n * SECOND;
const MAX_TIME = 253402300800n * SECOND - 1n;

/** A type as a value: `type(1) == int`. */
export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class Optional {
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}

export const NONE = new Optional(undefined);

export abstract class List {
  abstract readonly size: number;
  /** Within bounds. */
  abstract at(i: number): Value;

  *[Symbol.iterator](): Generator<Value> {
    for (let i = 0; i < this.size; i++) yield this.at(i);
  }

  /** Lists with another idea of equality (sets, lists with keys) have their own. */
  same(other: List, inOrder: (a: List, b: List) => boolean, _equal: Equal): boolean {
    return inOrder(this, other);
  }

  concat(other: List, _equal: Equal): List {
    return new ArrayList([...this, ...other]);
  }
}

export type Equal = (a: Value, b: Value) => boolean;

export class ArrayList extends List {
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }
  get size(): number {
    return this.items.length;
  }
  at(i: number): Value {
    return this.items[i] ?? null;
  }
}

export type Key = string | bigint | boolean | Uint | number;

/** Maps, and objects with declared fields: both are read by key. */
export abstract class Dict {
  abstract readonly size: number;
  abstract find(key: Value): Value | undefined;
  /** Whether `key in map` is true; a map that has a default for every key still says which are its own. */
  has(key: Value): boolean {
    return this.find(key) !== undefined;
  }
  abstract keys(): readonly Key[];
}

/** Numbers that are equal are one key, whatever their type. */
export function keyText(key: Value): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (typeof key === 'bigint') return `i${key}`;
  if (key instanceof Uint) return `i${key.value}`;
  if (typeof key === 'number' && Number.isInteger(key)) return `i${BigInt(key)}`;
  return undefined;
}

export class MapDict extends Dict {
  private readonly entries: ReadonlyMap<string, readonly [Key, Value]>;
  constructor(entries: ReadonlyMap<string, readonly [Key, Value]>) {
    super();
    this.entries = entries;
  }
  get size(): number {
    return this.entries.size;
  }
  find(key: Value): Value | undefined {
    const text = keyText(key);
    return text === undefined ? undefined : this.entries.get(text)?.[1];
  }
  keys(): readonly Key[] {
    return [...this.entries.values()].map(([k]) => k);
  }
}

/** `Object{…}` and the like. */
export class Struct extends Dict {
  readonly type: string;
  readonly fields: ReadonlyMap<string, Value>;
  constructor(type: string, fields: ReadonlyMap<string, Value>) {
    super();
    this.type = type;
    this.fields = fields;
  }
  get size(): number {
    return this.fields.size;
  }
  find(key: Value): Value | undefined {
    return typeof key === 'string' ? this.fields.get(key) : undefined;
  }
  keys(): readonly Key[] {
    return [...this.fields.keys()];
  }
}

/** A value of a library: a quantity, an address, an authorizer. */
export abstract class Opaque {
  abstract readonly type: string;
  abstract equals(other: Opaque): boolean;
  /** What size-based costs count. */
  get size(): number {
    return 1;
  }
  /** Length of the pattern that a format checks with, for the cost of checking. */
  get pattern(): number {
    return 0;
  }
}

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint
  | Bytes
  | Timestamp
  | Duration
  | TypeValue
  | Optional
  | List
  | Dict
  | Opaque;

/** The name of a value's type, as `type()` and messages have it. */
export function typeName(v: Value): string {
  if (v === null) return 'null_type';
  switch (typeof v) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
  }
  if (v instanceof Uint) return 'uint';
  if (v instanceof Uint8Array) return 'bytes';
  if (v instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (v instanceof Duration) return 'google.protobuf.Duration';
  if (v instanceof TypeValue) return 'type';
  if (v instanceof Optional) return 'optional_type';
  if (v instanceof List) return 'list';
  if (v instanceof Struct) return v.type;
  if (v instanceof Dict) return 'map';
  return v.type;
}

export const noSuchOverload = (): CelError => new CelError('no such overload');
