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

/** By Go's name: what stands where the field is absent, and how it is printed where it is not plain. */
export interface StructTable {
  readonly [go: string]: string | number | boolean | null | Print;
}

/** A table whose JSON names follow from Go's. Fields that are printed by a function are null where they are absent. */
export function fieldsOf(table: StructTable): readonly StructField[] {
  return Object.entries(table).map(([go, value]) =>
    typeof value === 'function' ? [go, jsonName(go), null, value] : [go, jsonName(go), value],
  );
}

const ODD_NAMES: { readonly [go: string]: string } = { CephFS: 'cephfs', StorageOS: 'storageos' };

/** `HTTPGet` is `httpGet`, `TTY` is `tty`. */
function jsonName(go: string): string {
  return ODD_NAMES[go] ?? go.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (head) => head.toLowerCase());
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

/** A struct without a table: the fields that are there, in the order of the JSON. */
export function goNamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(goNamed);
  if (!isRecord(value)) return value;
  const there = Object.entries(value).filter(([, v]) => v !== undefined);
  return new Ordered(
    there.map(([name, v]) => [GO_NAMES[name] ?? name.charAt(0).toUpperCase() + name.slice(1), goNamed(v)]),
  );
}

/** Names whose Go spelling is not the JSON name with a capital. */
const GO_NAMES: { readonly [name: string]: string } = {
  apiGroup: 'APIGroup',
  apiVersion: 'APIVersion',
  cel: 'CEL',
  csi: 'CSI',
  fsType: 'FSType',
  ip: 'IP',
  nfs: 'NFS',
  uid: 'UID',
};
