// What is known of every API type: its fields, their kinds of value, defaults, list types, merge keys, and how Go writes them.
// The table is made by scripts/generate/schema.ts; this file reads its encoding and gives it names. A CustomResourceDefinition's
// schema can be put in the same shape, so decoding, merging and ownership know one form only.
import { SCHEMA_JSON } from './generated/schema.ts';

export type ValueKind =
  | 'string'
  | 'bytes'
  | 'int32'
  | 'int64'
  | 'double'
  | 'boolean'
  | 'quantity'
  | 'time'
  | 'microTime'
  | 'intOrString'
  | 'any'
  | 'object'
  | 'list'
  | 'map';

export interface ValueSchema {
  readonly kind: ValueKind;
  /** The fields, where kind is `object`. */
  readonly object?: TypeSchema | undefined;
  /** What a list or a map holds. */
  readonly items?: ValueSchema | undefined;
  /** Of a list, for ownership: replaced as a whole, a set of scalars, or items addressed by `keys`. */
  readonly listType?: 'atomic' | 'set' | 'map' | undefined;
  readonly keys?: readonly string[] | undefined;
  /** An object, a map or an open value that has one owner as a whole. */
  readonly atomic?: boolean | undefined;
}

export interface FieldSchema extends ValueSchema {
  readonly name: string;
  /** As metadata.managedFields names it: `f:` and the name. */
  readonly element?: string | undefined;
  readonly required: boolean;
  readonly default?: unknown;
  /** Of the value, or of the items of a list. */
  readonly enum?: readonly string[] | undefined;
  /**
   * When Go writes the field: `always` (an empty struct as `{}`), `nonNil` (a pointer: zero is written),
   * `nonEmpty` (`omitempty`: zero, "", [], {} are left out).
   */
  readonly presence: 'always' | 'nonNil' | 'nonEmpty';
  /** Written as null where it is absent, as a nil pointer, list or map that is always written. */
  readonly nullable: boolean;
  /** Strategic merge patch: the field that tells items apart, and `merge`, `replace`, `retainKeys`. */
  readonly mergeKey?: string | undefined;
  readonly patchStrategy?: readonly string[] | undefined;
  /** Name of a named Go type (`PullPolicy`, `[]Capability`, `types.UID`), as decoding errors print it. */
  readonly goType?: string | undefined;
  /** The Go struct through which the field is embedded, as decoding errors print it. */
  readonly embedded?: string | undefined;
}

export interface TypeSchema {
  /** `core.v1.PodSpec`. */
  readonly id: string;
  /** `PodSpec`. */
  readonly name: string;
  readonly atomic: boolean;
  readonly fields: ReadonlyMap<string, FieldSchema>;
  /** Fields that are not named are kept, as in a custom resource with `x-kubernetes-preserve-unknown-fields`. */
  readonly preserveUnknown?: boolean;
  /** Fields that Go writes even when they are absent, with what it writes: worked out once, for speed. */
  readonly always: readonly FieldSchema[];
}

interface Extra {
  r?: 1;
  d?: unknown;
  e?: string[];
  o?: 'a' | 'n' | 'p';
  l?: 's' | 'm';
  K?: string[];
  M?: 'a' | 'g';
  k?: string;
  p?: string;
  g?: string;
  n?: string;
}

type Encoded = string | [string, Extra];
type EncodedType = [Record<string, Encoded>, 1?];

const SCALARS: Record<string, ValueKind> = {
  s: 'string',
  y: 'bytes',
  i: 'int32',
  l: 'int64',
  d: 'double',
  b: 'boolean',
  q: 'quantity',
  t: 'time',
  u: 'microTime',
  x: 'intOrString',
  '*': 'any',
};
const LIST_TYPES = { s: 'set', m: 'map' } as const;
const PRESENCE = { a: 'always', n: 'always', p: 'nonNil' } as const;

const table = JSON.parse(SCHEMA_JSON) as { types: Record<string, EncodedType>; kinds: Record<string, string> };
const types = new Map<string, TypeSchema>();

/**
 * Every schema of the table, of fields and of values alike, is of one shape: what reads them does nothing else all day, and
 * is faster where it meets only one.
 */
class Schema implements FieldSchema {
  readonly name: string;
  readonly element: string | undefined;
  readonly kind: ValueKind;
  readonly items: ValueSchema | undefined;
  readonly required: boolean;
  readonly default: unknown;
  readonly enum: readonly string[] | undefined;
  readonly presence: FieldSchema['presence'];
  readonly nullable: boolean;
  readonly listType: ValueSchema['listType'];
  readonly keys: readonly string[] | undefined;
  readonly mergeKey: string | undefined;
  readonly patchStrategy: readonly string[] | undefined;
  readonly goType: string | undefined;
  readonly embedded: string | undefined;
  private readonly typeId: string | undefined;
  private readonly isAtomic: boolean | undefined;
  private type: TypeSchema | undefined;

  constructor(name: string | undefined, code: string, x: Extra) {
    const list = code.startsWith('[');
    const map = code.startsWith('{');
    this.typeId = code.startsWith('@') ? code.slice(1) : undefined;
    this.kind = list ? 'list' : map ? 'map' : this.typeId === undefined ? (SCALARS[code] ?? 'any') : 'object';
    this.items = list || map ? new Schema(undefined, code.slice(1), {}) : undefined;
    this.name = name ?? '';
    this.element = name === undefined ? undefined : `f:${name}`;
    this.required = x.r === 1;
    this.default = x.d;
    this.enum = x.e;
    this.presence = x.o ? PRESENCE[x.o] : 'nonEmpty';
    this.nullable = x.o === 'n';
    this.listType = x.l ? LIST_TYPES[x.l] : list ? 'atomic' : undefined;
    this.keys = x.K;
    this.mergeKey = x.k;
    this.patchStrategy = x.p?.split(',');
    this.goType = x.g;
    this.embedded = x.n;
    // What a built-in type leaves open (RawExtension, JSON) has one owner.
    this.isAtomic = x.M ? x.M === 'a' : map ? false : this.kind === 'any' ? true : undefined;
    this.type = undefined;
  }

  /** Types refer to each other in circles, so a reference is followed when it is first used. */
  get object(): TypeSchema | undefined {
    if (this.type === undefined && this.typeId !== undefined) this.type = typeById(this.typeId);
    return this.type;
  }

  get atomic(): boolean | undefined {
    return this.isAtomic ?? this.object?.atomic;
  }
}

function fieldFrom(name: string, encoded: Encoded): FieldSchema {
  const [code, x]: [string, Extra] = typeof encoded === 'string' ? [encoded, {}] : encoded;
  return new Schema(name, code, x);
}

export function typeById(id: string): TypeSchema | undefined {
  const known = types.get(id);
  if (known) return known;
  const encoded = table.types[id];
  if (!encoded) return undefined;
  const fields = new Map(Object.entries(encoded[0]).map(([name, f]) => [name, fieldFrom(name, f)]));
  const always = [...fields.values()].filter((f) => f.presence === 'always');
  const type = { id, name: id.slice(id.lastIndexOf('.') + 1), atomic: encoded[1] === 1, fields, always };
  types.set(id, type);
  return type;
}

/** By apiVersion and kind: asked for many times at every write. */
const rootTypes = new Map<string, Map<string, TypeSchema>>();

/** The root type of a kind: `schemaForKind('apps/v1', 'Deployment')`; undefined for what v1.36 does not serve. */
export function schemaForKind(apiVersion: string, kind: string): TypeSchema | undefined {
  const known = rootTypes.get(apiVersion)?.get(kind);
  if (known !== undefined) return known;
  const id = table.kinds[`${apiVersion}/${kind}`];
  const type = id === undefined ? undefined : typeById(id);
  if (type === undefined) return undefined;
  const kinds = rootTypes.get(apiVersion) ?? new Map<string, TypeSchema>();
  rootTypes.set(apiVersion, kinds.set(kind, type));
  return type;
}

/** A field of a type, or undefined where the type has no such field. */
export function fieldOf(type: TypeSchema | string, name: string): FieldSchema | undefined {
  return (typeof type === 'string' ? typeById(type) : type)?.fields.get(name);
}

/** Every kind as `[apiVersion, kind]`, in the order of their API groups. */
export function allKinds(): [apiVersion: string, kind: string][] {
  return Object.keys(table.kinds).map((k) => [k.slice(0, k.lastIndexOf('/')), k.slice(k.lastIndexOf('/') + 1)]);
}

/** Every type's id. */
export function allTypeIds(): string[] {
  return Object.keys(table.types);
}
