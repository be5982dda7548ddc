// What changed between two objects, as a list of fields addressed the way structured-merge-diff prints them. Objects share what
// they have in common, so parts that are the same reference are skipped at once.
import { isRecord, type Json } from './object.ts';
import type { FieldSchema, TypeSchema, ValueSchema } from './schema.ts';

export interface FieldChange {
  /**
   * As structured-merge-diff prints it, without the leading dot: `status.conditions[type="Ready"].status`; annotations and
   * labels with their key as it is.
   */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Equality of JSON values; the same reference is equal at once. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!equal(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const x = a as Json;
  const y = b as Json;
  let count = 0;
  for (const key in x) {
    if (!Object.hasOwn(y, key) || !equal(x[key], y[key])) return false;
    count++;
  }
  for (const _ in y) count--;
  return count === 0;
}

/** `[containerPort=80,protocol="TCP"]`: how an item of a list is addressed. */
export function formatKey(names: readonly string[], item: Json): string {
  return `[${names.map((n) => `${n}=${JSON.stringify(item[n])}`).join(',')}]`;
}

/** The keys that tell the items apart, or undefined where the list can only be replaced as a whole. */
function keysOf(
  schema: ValueSchema | undefined,
  before: readonly unknown[],
  after: readonly unknown[],
): readonly string[] | undefined {
  if (schema?.listType === 'map' && schema.keys) return schema.keys;
  if (schema) return undefined;
  // Without a schema, a name or type that every item has will do.
  const items = [...before, ...after];
  return ['name', 'type', 'key'].filter((k) => items.every((i) => isRecord(i) && typeof i[k] === 'string')).slice(0, 1);
}

const NOTHING: Json = {};

class Walk {
  readonly out: FieldChange[] = [];

  value(path: string, before: unknown, after: unknown, schema: ValueSchema | undefined): void {
    if (before === after) return;
    const b = isRecord(before) ? before : before === undefined ? NOTHING : undefined;
    const a = isRecord(after) ? after : after === undefined ? NOTHING : undefined;
    if (b && a && (b !== NOTHING || a !== NOTHING)) this.record(path, b, a, schema, before, after);
    else if (Array.isArray(before ?? []) && Array.isArray(after ?? [])) this.list(path, before, after, schema);
    else this.leaf(path, before, after);
  }

  private leaf(path: string, before: unknown, after: unknown): void {
    if (equal(before, after)) return;
    this.out.push({ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
  }

  private record(
    path: string,
    b: Json,
    a: Json,
    schema: ValueSchema | undefined,
    before: unknown,
    after: unknown,
  ): void {
    const size = this.out.length;
    const at = path === '' ? '' : `${path}.`;
    const type = schema?.object;
    for (const key in b) {
      const now = Object.hasOwn(a, key) ? a[key] : undefined;
      if (b[key] !== now) this.value(at + key, b[key], now, childOf(type, schema, key));
    }
    for (const key in a)
      if (!Object.hasOwn(b, key)) this.value(at + key, undefined, a[key], childOf(type, schema, key));
    // An empty object that comes or goes is a change too.
    if (this.out.length === size && (before === undefined || after === undefined)) this.leaf(path, before, after);
  }

  private list(path: string, before: unknown, after: unknown, schema: ValueSchema | undefined): void {
    const b = (before ?? []) as readonly unknown[];
    const a = (after ?? []) as readonly unknown[];
    const keys = keysOf(schema, b, a);
    if (!keys?.length || ![...b, ...a].every(isRecord)) {
      this.leaf(path, before, after);
      return;
    }
    const size = this.out.length;
    const old = new Map(b.map((item) => [formatKey(keys, item as Json), item]));
    const seen = new Set<string>();
    for (const item of a) {
      const key = formatKey(keys, item as Json);
      seen.add(key);
      this.value(path + key, old.get(key), item, schema?.items);
    }
    for (const [key, item] of old) if (!seen.has(key)) this.value(path + key, item, undefined, schema?.items);
    if (this.out.length === size) this.leaf(path, before, after);
  }
}

function childOf(
  type: TypeSchema | undefined,
  schema: ValueSchema | undefined,
  key: string,
): FieldSchema | ValueSchema | undefined {
  return type ? type.fields.get(key) : schema?.items;
}

/**
 * The leaf fields that differ, in the order of `before` and then what is new in `after`. With the type, list items are addressed
 * by their keys and lists without keys change as a whole; without it, by `name`, `type` or `key` where every item has one.
 */
export function diff(before: unknown, after: unknown, type?: TypeSchema): FieldChange[] {
  const walk = new Walk();
  walk.value('', before, after, type ? { kind: 'object', object: type } : undefined);
  return walk.out;
}
