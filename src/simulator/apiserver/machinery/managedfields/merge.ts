// Merging an applied object into the live one, and taking fields out of an object. Models sigs.k8s.io/structured-merge-diff
// typed/merge.go and remove.go.
import { isRecord, type Json } from '../../../../model/object.ts';
import { equal } from '../../../../model/paths.ts';
import type { TypeSchema, ValueSchema } from '../../../../model/schema.ts';
import { put } from '../json.ts';
import { type FieldSet, isMember } from './set.ts';
import { childSchema, elementOf, itemSchema, rootOf, shapeOf } from './typed.ts';

const ANY: ValueSchema = { kind: 'any' };

function mergeValues(live: unknown, applied: unknown, schema: ValueSchema): unknown {
  if (applied === undefined || live === applied) return live;
  if (live === undefined) return applied;
  const shape = shapeOf(schema, applied);
  if (shape === 'leaf' || shape !== shapeOf(schema, live)) return equal(live, applied) ? live : applied;
  if (shape === 'items') return mergeItems(live, applied, schema);
  if (!isRecord(live) || !isRecord(applied)) return isRecord(applied) || live === null ? applied : live;
  return mergeMembers(live, applied, schema);
}

function mergeMembers(live: Json, applied: Json, schema: ValueSchema): Json {
  let out: Record<string, unknown> | undefined;
  for (const key in applied) {
    const was = Object.hasOwn(live, key) ? live[key] : undefined;
    const merged = mergeValues(was, applied[key], childSchema(schema, key) ?? ANY);
    if (merged === was) continue;
    out ??= { ...live };
    put(out, key, merged);
  }
  return out ?? live;
}

interface Items {
  readonly elements: readonly string[];
  readonly byElement: ReadonlyMap<string, unknown>;
}

function indexed(list: readonly unknown[], schema: ValueSchema): Items {
  const elements = list.map((item, i) => {
    const e = elementOf(schema, item);
    return typeof e === 'string' ? e : `i:${i}`;
  });
  return { elements, byElement: new Map(elements.map((e, i) => [e, list[i]])) };
}

/**
 * The order of both sides as far as they agree: what only the live list has keeps its place relative to the shared items, which
 * come in the order of the applied list.
 */
function mergeItems(live: unknown, applied: unknown, schema: ValueSchema): unknown {
  if (!Array.isArray(applied) || applied.length === 0) return Array.isArray(live) ? live : applied;
  if (!Array.isArray(live) || live.length === 0) return applied;
  const left = indexed(live, schema);
  const right = indexed(applied, schema);
  const shared = right.elements.filter((e) => left.byElement.has(e));
  const merged = new Set<string>();
  const out: unknown[] = [];
  const take = (e: string) => {
    merged.add(e);
    out.push(mergeValues(left.byElement.get(e), right.byElement.get(e), itemSchema(schema)));
    if (shared[0] === e) shared.shift();
  };
  for (let l = 0, r = 0; l < left.elements.length || r < right.elements.length; ) {
    const [a, b] = [left.elements[l], right.elements[r]];
    if (a !== undefined && a === b) {
      take(a);
      l++;
      r++;
    } else if (a !== undefined && b !== undefined && right.byElement.has(a) && shared.length > 0 && shared[0] !== a) {
      // Shared, but not the one whose turn it is.
      l++;
    } else if (a !== undefined && !right.byElement.has(a)) {
      out.push(live[l]);
      l++;
    } else if (b !== undefined) {
      if (a !== undefined && merged.has(a)) l++;
      take(b);
      r++;
    } else l++;
  }
  return equal(out, live) ? live : out;
}

/** The live object with everything that is applied set in it. */
export function mergeTyped(live: Json, applied: Json, type: TypeSchema): Json {
  return mergeMembers(live, applied, rootOf(type));
}

/** Undefined where nothing is left of the value. */
function removeFrom(value: unknown, fields: FieldSet, schema: ValueSchema): unknown {
  const shape = shapeOf(schema, value);
  if (shape === 'leaf' || value === null) return value;
  if (shape === 'items') return Array.isArray(value) && value.length ? removeItems(value, fields, schema) : value;
  return isRecord(value) && Object.keys(value).length ? removeMembers(value, fields, schema) : value;
}

function removeItems(list: readonly unknown[], fields: FieldSet, schema: ValueSchema): unknown {
  const out = list.flatMap((item) => {
    const e = elementOf(schema, item);
    const node = typeof e === 'string' ? fields[e] : undefined;
    if (!node) return [item];
    if (isMember(node)) return [];
    return [removeFrom(item, node, itemSchema(schema))];
  });
  return out.length ? out : undefined;
}

function removeMembers(value: Json, fields: FieldSet, schema: ValueSchema): Json | undefined {
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const node = fields[`f:${key}`];
    if (node && isMember(node)) continue;
    const rest = node ? removeFrom(value[key], node, childSchema(schema, key) ?? ANY) : value[key];
    if (rest !== undefined) put(out, key, rest);
  }
  return Object.keys(out).length ? out : undefined;
}

/** The object without these fields. */
export function removeTyped(object: Json, fields: FieldSet, type: TypeSchema): Json {
  return removeMembers(object, fields, rootOf(type)) ?? {};
}
