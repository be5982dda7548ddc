// A custom resource as the values that its schema says it holds. Models k8s.io/apiserver/pkg/cel/common/values.go: lists may be
// sets or have keys, and are then equal in any order.
import { type Adapt, fromJson, JsonDict, JsonList, toJson } from '../../../../cel/json.ts';
import { parseDuration, parseTimestamp } from '../../../../cel/time.ts';
import { ArrayList, CelError, Dict, type Equal, List, type Value } from '../../../../cel/values.ts';
import { decodeBase64 } from '../../../../model/base64.ts';
import type { JSONSchemaProps } from '../../../../model/generated/apiextensions.v1.ts';
import { isRecord } from '../../../../model/object.ts';
import { propsOf } from '../schema.ts';
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

/** A list whose items are known by keys. Lists that an expression makes of such items are compared and joined by key, too. */
class KeyedList extends List {
  private readonly items: List;
  private readonly names: readonly string[];

  constructor(items: List, names: readonly string[]) {
    super();
    this.items = items;
    this.names = names;
  }

  get size(): number {
    return this.items.size;
  }

  at(i: number): Value {
    return this.items.at(i);
  }

  private byKey(list: List): Map<string, Value> {
    const keyOf = (v: Value): unknown =>
      v instanceof Dict ? this.names.map((name) => toJson(v.find(name) ?? null)) : toJson(v);
    return new Map([...list].map((v) => [JSON.stringify(keyOf(v)), v]));
  }

  override same(other: List, _: unknown, equal: Equal): boolean {
    if (this.size !== other.size) return false;
    const index = this.byKey(other);
    return [...this.byKey(this)].every(([key, v]) => {
      const theirs = index.get(key);
      return theirs !== undefined && equal(v, theirs);
    });
  }

  /** Items of the other list replace those with their keys. */
  override concat(other: List): List {
    const merged = new Map([...this.byKey(this), ...this.byKey(other)]);
    return new KeyedList(new ArrayList([...merged.values()]), this.names);
  }
}

/** An object with declared fields; names are escaped in expressions. */
class ObjectDict extends JsonDict {
  private readonly escaped: ReadonlyMap<string, string>;

  constructor(
    raw: { readonly [key: string]: unknown },
    of: (key: string) => Adapt,
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
  if (type === 'map') return new KeyedList(new JsonList(json, adapt), s['x-kubernetes-list-map-keys'] ?? []);
  return new JsonList(json, adapt);
}

/** A field of an object that is null is none; entries of maps and items may be null. */
function withoutNulls(json: { readonly [key: string]: unknown }): { readonly [key: string]: unknown } {
  if (!Object.values(json).includes(null)) return json;
  return Object.fromEntries(Object.entries(json).filter(([, v]) => v !== null));
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
  // What no schema describes cannot be selected, but makes objects different.
  const of = (key: string): Adapt => {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    return property ? adapter(property) : fromJson;
  };
  return new ObjectDict(withoutNulls(json), of, names);
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
