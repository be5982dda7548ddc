// The entries of metadata.managedFields: who is who, in which order they are kept, and how many. Models
// k8s.io/apimachinery/pkg/util/managedfields/internal (managedfields.go, capmanagers.go).
import type { ManagedFieldsEntry } from '../../../../model/generated/meta.v1.ts';
import { isRecord } from '../../../../model/object.ts';
import { type FieldSet, isEmpty, union } from './set.ts';

export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  /** RFC 3339; "" where it is not known. */
  readonly time: string;
  readonly fields: FieldSet;
  /** The entry it was read from, which is written again where nothing changed. */
  readonly entry?: ManagedFieldsEntry;
}

/** Appliers are one over all versions, updaters one for each. */
export function sameManager(
  a: Manager,
  b: Pick<Manager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>,
): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

/** Do the entries hold sets of fields? Clients may write them, so they may hold anything. */
export function areReadable(entries: readonly ManagedFieldsEntry[]): boolean {
  return entries.every((e) => (e.operation === 'Apply' || e.operation === 'Update') && isFieldSet(e.fieldsV1 ?? {}));
}

function isFieldSet(x: unknown): boolean {
  return isRecord(x) && Object.keys(x).every((e) => /^(\.$|[fkvi]:)/.test(e) && isElement(e) && isFieldSet(x[e]));
}

function isElement(e: string): boolean {
  if (e === '.' || e.startsWith('f:')) return true;
  if (e.startsWith('i:')) return /^i:\d+$/.test(e);
  try {
    const value: unknown = JSON.parse(e.slice(2));
    return e.startsWith('v:') || isRecord(value);
  } catch {
    return false;
  }
}

/** Entries of unknown operations are dropped. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Manager[] {
  const out: Manager[] = [];
  for (const e of entries ?? []) {
    if (e.operation !== 'Apply' && e.operation !== 'Update') continue;
    const { manager = '', apiVersion = '', subresource = '', time = '' } = e;
    const fields = (e.fieldsV1 ?? {}) as FieldSet;
    out.push({ manager, operation: e.operation, apiVersion, subresource, time, fields, entry: e });
  }
  return out;
}

function encode(m: Manager): ManagedFieldsEntry {
  return {
    manager: m.manager,
    operation: m.operation,
    apiVersion: m.apiVersion,
    ...(m.time ? { time: m.time } : {}),
    fieldsType: 'FieldsV1',
    fieldsV1: m.fields as NonNullable<ManagedFieldsEntry['fieldsV1']>,
    ...(m.subresource ? { subresource: m.subresource } : {}),
  };
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Appliers first, then by time, name, version, subresource. */
function compareManagers(a: Manager, b: Manager): number {
  return (
    order(a.operation, b.operation) ||
    order(a.time, b.time) ||
    order(a.manager, b.manager) ||
    order(a.apiVersion, b.apiVersion) ||
    order(a.subresource, b.subresource)
  );
}

export function encodeManagers(managers: readonly Manager[]): ManagedFieldsEntry[] {
  const inOrder = managers.every((m, i) => i === 0 || compareManagers(managers[i - 1] as Manager, m) <= 0);
  const sorted = inOrder ? managers : [...managers].sort(compareManagers);
  return sorted.map((m) => (m.entry?.fieldsV1 === m.fields ? m.entry : encode(m)));
}

/** More updaters than this are merged, the oldest first. */
export const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

export function capUpdaters(managers: readonly Manager[]): readonly Manager[] {
  if (managers.length <= MAX_UPDATERS) return managers;
  const updaters = managers
    .filter((m) => m.operation === 'Update')
    .sort((a, b) => order(a.time, b.time) || order(a.manager, b.manager));
  let count = updaters.length;
  if (count <= MAX_UPDATERS) return managers;
  let out = [...managers];
  const firstOf = new Map<string, Manager>();
  for (const m of updaters) {
    if (count <= MAX_UPDATERS) break;
    const first = firstOf.get(m.apiVersion);
    if (!first) {
      firstOf.set(m.apiVersion, m);
      continue;
    }
    const { operation, apiVersion } = first;
    const fields = union(m.fields, first.fields);
    const bucket: Manager = { manager: ANCIENT, operation, apiVersion, subresource: '', time: m.time, fields };
    out = [...out.filter((x) => x !== first && x !== m), bucket];
    firstOf.set(m.apiVersion, bucket);
    count--;
  }
  return out;
}

/** Undefined where no field is left. */
export function withFields(m: Manager, fields: FieldSet): Manager | undefined {
  if (fields === m.fields) return m;
  return isEmpty(fields) ? undefined : { ...m, fields };
}
