// How the API server prints its internal structs when it refuses one: they have no JSON tags, so their fields keep Go's
// names and Go's order, and all are there, with their zero values where they are absent.
import { isRecord } from '../../../model/object.ts';
import { Ordered } from './value.ts';

export type Print = (value: unknown) => unknown;

/** Go's name, the name in JSON, what stands where it is absent, and how what is there is printed. */
export type StructField = readonly [go: string, json: string, absent: unknown, print?: Print];

export function printStruct(fields: readonly StructField[], value: unknown): Ordered {
  const json = (isRecord(value) ? value : {}) as { readonly [name: string]: unknown };
  return new Ordered(
    fields.map(([go, name, absent, print]) => {
      const there = json[name];
      if (there === undefined) return [go, absent] as const;
      return [go, print ? print(there) : there] as const;
    }),
  );
}

export const structOf =
  (fields: readonly StructField[]): Print =>
  (value) =>
    printStruct(fields, value);

export const listOf =
  (print: Print): Print =>
  (value) =>
    Array.isArray(value) ? value.map(print) : null;

export const mapOf =
  (print: Print): Print =>
  (value) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, v]) => [name, print(v)])) : null;
