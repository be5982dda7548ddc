// A custom resource as the values that its schema says it holds. Models k8s.io/apiserver/pkg/cel/common/values.go: lists may be
// sets or have keys, and are then equal in any order.
import { type Adapt, fromJson, JsonDict, JsonList } from '../../../../cel/json.ts';
import { parseDuration, parseTimestamp } from '../../../../cel/time.ts';
import { ArrayList, CelError, type Equal, type List, type Value } from '../../../../cel/values.ts';
import { decodeBase64 } from '../../../../model/base64.ts';
import type { JSONSchemaProps } from '../../../../model/generated/apiextensions.v1.ts';
import { isRecord } from '../../../../model/object.ts';
import { propsOf } from '../schema.ts';
import { keyOf } from '../validate.ts';
import { escapeName, withEnvelope } from './declared.ts';

class SetList extends JsonList {
  override same(other: List, _: unknown, equal: Equal): boolean {
    return this.size === other.size && [...this].every((v) => [...other].some((o) => equal(v, o)));
  }

  override concat(other: List, equal: Equal): List {
    const mine = [...this];
    return new ArrayList([...mine, ...[...other].filter((o) => !mine.some((v) => equal(v, o)))]);
  }
}

class KeyedList extends JsonList {
  private readonly names: readonly string[];
  private readonly make: Adapt;

  constructor(raw: readonly unknown[], adapt: Adapt, keys: readonly string[]) {
    super(raw, adapt);
    this.names = keys;
    this.make = adapt;
  }

  override same(other: List, inOrder: (a: List, b: List) => boolean, equal: Equal): boolean {
    if (!(other instanceof KeyedList)) return inOrder(this, other);
    if (this.size !== other.size) return false;
    const index = new Map(other.raw.map((item, i) => [keyOf(item, this.names), i]));
    return this.raw.every((item, i) => {
      const at = index.get(keyOf(item, this.names));
      return at !== undefined && equal(this.at(i), other.at(at));
    });
  }

  /** Items of the other list replace those with their keys. */
  override concat(other: List, equal: Equal): List {
    if (!(other instanceof KeyedList)) return super.concat(other, equal);
    const merged = new Map(this.raw.map((item) => [keyOf(item, this.names), item]));
    for (const item of other.raw) merged.set(keyOf(item, this.names), item);
    return new KeyedList([...merged.values()], this.make, this.names);
  }
}

/** An object with declared fields; names are escaped in expressions. */
class ObjectDict extends JsonDict {
  private readonly escaped: ReadonlyMap<string, string>;

  constructor(
    raw: { readonly [key: string]: unknown },
    of: (key: string) => Adapt | undefined,
    names: ReadonlyMap<string, string>,
  ) {
    super(raw, of);
    this.escaped = names;
  }

  protected override named(key: string): string {
    return this.escaped.get(key) ?? key;
  }
}

function text(s: JSONSchemaProps, json: string): Value {
  if (s.format === 'byte') {
    const bytes = decodeBase64(json);
    if (bytes === undefined) throw new CelError(`Invalid base64 data ${json}`);
    return Uint8Array.from(bytes);
  }
  if (s.format === 'duration') return found(parseDuration(json), `Invalid duration ${json}, caused by an error`);
  if (s.format === 'date-time') return found(parseTimestamp(json), `Invalid date-time formatted string ${json}`);
  if (s.format === 'date') return found(parseTimestamp(`${json}T00:00:00Z`), `Invalid date formatted string ${json}`);
  return json;
}

function found<T>(v: T | undefined, why: string): T {
  if (v === undefined) throw new CelError(why);
  return v;
}

function listOf(s: JSONSchemaProps, json: readonly unknown[]): Value {
  const adapt = adapter(propsOf(s.items) ?? {});
  const type = s['x-kubernetes-list-type'];
  if (type === 'set') return new SetList(json, adapt);
  if (type === 'map') return new KeyedList(json, adapt, s['x-kubernetes-list-map-keys'] ?? []);
  return new JsonList(json, adapt);
}

function objectOf(s: JSONSchemaProps, json: { readonly [key: string]: unknown }, whole: boolean): Value {
  const more = propsOf(s.additionalProperties);
  if (more !== undefined) return new JsonDict(json, () => adapter(more));
  const properties = (whole ? withEnvelope(s) : s).properties ?? {};
  const names = new Map<string, string>();
  for (const name of Object.keys(properties)) {
    const escaped = escapeName(name);
    if (escaped !== undefined && escaped !== name) names.set(escaped, name);
  }
  const of = (key: string): Adapt | undefined => {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    return property && adapter(property);
  };
  return new ObjectDict(json, of, names);
}

const known = new WeakMap<JSONSchemaProps, Adapt>();

/** How JSON of a schema is read. `whole`: the object is a resource of its own. */
export function adapter(s: JSONSchemaProps, whole = s['x-kubernetes-embedded-resource'] === true): Adapt {
  const cached = whole ? undefined : known.get(s);
  if (cached !== undefined) return cached;
  const adapt: Adapt = (json) => {
    if (json === null || s['x-kubernetes-int-or-string']) return fromJson(json);
    if (s.type === 'array' && Array.isArray(json)) return listOf(s, json);
    if (s.type === 'object' && isRecord(json)) return objectOf(s, json, whole);
    if (s.type === 'string' && typeof json === 'string') return text(s, json);
    if (s.type === 'number' && typeof json === 'number') return json;
    return fromJson(json);
  };
  if (!whole) known.set(s, adapt);
  return adapt;
}
