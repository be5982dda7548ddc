// Looking at what crossed a boundary before it is believed: small checks that are put together, and the sentence that says
// which field of a message cannot be used.
import { isRecord, type Json } from '../model/object.ts';

export type Parsed<T> = { readonly ok: true; readonly message: T } | { readonly ok: false; readonly problem: string };

export type Check = (value: unknown) => boolean;
export type Shape = { readonly [field: string]: Check };

export const isString: Check = (v) => typeof v === 'string';
export const isFlag: Check = (v) => typeof v === 'boolean';
export const isNumber: Check = (v) => typeof v === 'number' && Number.isFinite(v);
export const isCount: Check = (v) => Number.isSafeInteger(v) && (v as number) >= 0;
export const isList: Check = (v) => Array.isArray(v);
export const listOf =
  (check: Check): Check =>
  (v) =>
    Array.isArray(v) && v.every(check);
export const record =
  (shape: Shape): Check =>
  (v) =>
    isRecord(v) && Object.entries(shape).every(([field, check]) => check(v[field]));
export const maybe =
  (check: Check): Check =>
  (v) =>
    v === undefined || check(v);
export const oneOf =
  (...values: readonly string[]): Check =>
  (v) =>
    typeof v === 'string' && values.includes(v);

export const isRef = record({
  group: isString,
  resource: isString,
  kind: isString,
  name: isString,
  namespace: maybe(isString),
});

/** The message, or a sentence that says what is wrong with it. */
export function parseMessage<T>(value: unknown, shapes: { readonly [type: string]: Shape }): Parsed<T> {
  if (!isRecord(value) || typeof value.type !== 'string') return { ok: false, problem: 'The message has no type.' };
  const shape = Object.hasOwn(shapes, value.type) ? shapes[value.type] : undefined;
  if (shape === undefined) return { ok: false, problem: `Messages of type “${value.type}” are unknown.` };
  const bad = badField(value, shape);
  if (bad !== undefined) return { ok: false, problem: `The message “${value.type}” has no usable “${bad}”.` };
  return { ok: true, message: value as unknown as T };
}

function badField(value: Json, shape: Shape): string | undefined {
  return Object.entries(shape).find(([field, check]) => !check(value[field]))?.[0];
}
