// The fields of an object in the order in which Go writes them: those of a struct as they are declared, those of a map sorted.
// What is in order is returned as it is, so that objects go on sharing structure.
import { isRecord } from '../../../model/object.ts';
import type { TypeSchema, ValueSchema } from '../../../model/schema.ts';
import { put } from './json.ts';

type Members = Readonly<Record<string, unknown>>;

interface Place {
  readonly rank: number;
  /** Absent for what is as it is: scalars, raw bytes, and the sets of fields, whose order nobody sees. */
  readonly schema: ValueSchema | undefined;
}

interface Order {
  readonly places: ReadonlyMap<string, Place>;
  readonly names: readonly string[];
}

const orders = new WeakMap<TypeSchema, Order>();

function orderOf(type: TypeSchema): Order {
  const known = orders.get(type);
  if (known !== undefined) return known;
  const places = new Map(
    [...type.fields].map(([name, schema], rank): [string, Place] => {
      const deep = schema.kind === 'object' || schema.kind === 'list' || schema.kind === 'map';
      return [name, { rank, schema: deep && name !== 'fieldsV1' ? schema : undefined }];
    }),
  );
  const made = { places, names: [...places.keys()] };
  orders.set(type, made);
  return made;
}

const UNTYPED: ValueSchema = { kind: 'map' };

/** The named members in this order, with those of `children` in place of the old ones. */
function rebuilt(o: Members, names: readonly string[], children: Members | undefined): Members {
  const out: Record<string, unknown> = {};
  for (const key of names)
    if (Object.hasOwn(o, key))
      put(out, key, children !== undefined && Object.hasOwn(children, key) ? children[key] : o[key]);
  return out;
}

/** The fields that the type has not, which come last. */
function strangers(o: Members, known: ReadonlyMap<string, Place>): string[] {
  const out: string[] = [];
  for (const key in o) if (!known.has(key)) out.push(key);
  return out.sort();
}

function struct(o: Members, type: TypeSchema, was: Members | undefined): Members {
  const { places: known, names } = orderOf(type);
  let children: Record<string, unknown> | undefined;
  let inOrder = true;
  let strange = false;
  let last = -1;
  for (const key in o) {
    const place = known.get(key);
    const rank = place?.rank ?? Number.POSITIVE_INFINITY;
    strange ||= place === undefined;
    if (rank < last) inOrder = false;
    last = rank;
    const value = o[key];
    if (place?.schema === undefined || typeof value !== 'object' || value === null) continue;
    const next = ordered(value, place.schema, was?.[key]);
    if (next === value) continue;
    children ??= {};
    put(children, key, next);
  }
  if (inOrder) return children === undefined ? o : rebuilt(o, Object.keys(o), children);
  return strange ? rebuilt(o, [...names, ...strangers(o, known)], children) : rebuilt(o, names, children);
}

function map(o: Members, items: ValueSchema | undefined, was: Members | undefined): Members {
  let children: Record<string, unknown> | undefined;
  let inOrder = true;
  let last = '';
  for (const key in o) {
    if (key < last) inOrder = false;
    last = key;
    const value = o[key];
    if (typeof value !== 'object' || value === null) continue;
    const next = ordered(value, items, was?.[key]);
    if (next === value) continue;
    children ??= {};
    put(children, key, next);
  }
  if (inOrder && children === undefined) return o;
  return rebuilt(o, inOrder ? Object.keys(o) : Object.keys(o).sort(), children);
}

function list(o: readonly unknown[], items: ValueSchema | undefined, was: readonly unknown[]): readonly unknown[] {
  let out: unknown[] | undefined;
  for (let i = 0; i < o.length; i++) {
    const next = ordered(o[i], items, was[i]);
    if (next === o[i]) continue;
    out ??= o.slice();
    out[i] = next;
  }
  return out ?? o;
}

/**
 * @param schema absent for what has no Go type: all of it is maps.
 * @param was a value that is in order: what it shares needs no look.
 */
export function ordered(value: unknown, schema: ValueSchema | undefined, was: unknown): unknown {
  if (value === was || typeof value !== 'object' || value === null) return value;
  // Raw bytes in Go: written as they came.
  if (schema?.kind === 'any') return value;
  if (Array.isArray(value)) return list(value, schema?.items ?? schema, Array.isArray(was) ? was : []);
  if (!isRecord(value)) return value;
  const had = isRecord(was) ? was : undefined;
  if (schema?.object !== undefined) return struct(value, schema.object, had);
  return map(value, schema === undefined || schema === UNTYPED ? UNTYPED : schema.items, had);
}

/** An object as Go writes it. @param type absent for custom resources. */
export function inGoOrder<T extends object>(o: T, type: TypeSchema | undefined, was: object | undefined): T {
  return ordered(o, type === undefined ? UNTYPED : { kind: 'object', object: type }, was) as T;
}
