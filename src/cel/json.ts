// Between JSON and values. Reading is lazy: an expression that looks at one field of an object pays for that field.
import { fromUtf8 } from './bytes.ts';
import { durationText, timestampText } from './time.ts';
import {
  CelError,
  Dict,
  Duration,
  type Key,
  List,
  MAX_INT,
  MIN_INT,
  Optional,
  Timestamp,
  typeName,
  Uint,
  type Value,
} from './values.ts';

/** Makes a value of JSON. */
export type Adapt = (json: unknown) => Value;

export class JsonList extends List {
  readonly raw: readonly unknown[];
  private readonly adapt: Adapt;
  constructor(raw: readonly unknown[], adapt: Adapt = fromJson) {
    super();
    this.raw = raw;
    this.adapt = adapt;
  }
  get size(): number {
    return this.raw.length;
  }
  at(i: number): Value {
    return this.adapt(this.raw[i] ?? null);
  }
}

type Fields = { readonly [key: string]: unknown };

export class JsonDict extends Dict {
  readonly raw: Fields;
  private readonly of: (key: string) => Adapt;
  private names: readonly string[] | undefined;
  /** `of` says how a field is read. */
  constructor(raw: Fields, of: (key: string) => Adapt = () => fromJson) {
    super();
    this.raw = raw;
    this.of = of;
  }
  /** The name of a field in JSON. */
  protected named(key: string): string {
    return key;
  }
  keys(): readonly Key[] {
    this.names ??= Object.keys(this.raw).filter((k) => this.raw[k] !== undefined);
    return this.names;
  }
  get size(): number {
    return this.keys().length;
  }
  find(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined;
    const name = this.named(key);
    const json = Object.hasOwn(this.raw, name) ? this.raw[name] : undefined;
    return json === undefined ? undefined : this.of(name)(json);
  }
}

/** JSON without a schema: whole numbers are ints, as Go reads them. */
export function fromJson(json: unknown): Value {
  switch (typeof json) {
    case 'string':
    case 'boolean':
      return json;
    case 'number': {
      if (!Number.isInteger(json)) return json;
      const whole = BigInt(json);
      return whole > MAX_INT || whole < MIN_INT ? json : whole;
    }
    case 'object':
      if (json === null) return null;
      return Array.isArray(json) ? new JsonList(json) : new JsonDict(json as Fields);
    default:
      return null;
  }
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** The value as JSON; fails for what JSON cannot hold. */
export function toJson(v: Value): unknown {
  if (v === null || typeof v === 'boolean' || typeof v === 'string' || typeof v === 'number') return v;
  if (typeof v === 'bigint') return v > SAFE || v < -SAFE ? String(v) : Number(v);
  if (v instanceof Uint) return toJson(v.value);
  if (v instanceof List) return [...v].map(toJson);
  if (v instanceof Dict) return Object.fromEntries(v.keys().map((k) => [keyName(k), toJson(v.find(k) ?? null)]));
  if (v instanceof Timestamp) return timestampText(new Timestamp(v.nanos));
  if (v instanceof Duration) return durationText(v);
  if (v instanceof Uint8Array) return fromUtf8(v) ?? '';
  if (v instanceof Optional && v.value !== undefined) return toJson(v.value);
  throw new CelError(`unsupported conversion from '${typeName(v)}' to JSON`);
}

function keyName(k: Key): string {
  return k instanceof Uint ? String(k.value) : String(k);
}
