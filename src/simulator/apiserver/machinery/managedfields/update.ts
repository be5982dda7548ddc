// Who owns what after a create, update or patch: the caller gets what it changed, the others lose what was changed or removed under
// them. Models k8s.io/apimachinery/pkg/util/managedfields and structured-merge-diff merge.Updater.Update.
import type { ManagedFieldsEntry } from '../../../../model/generated/meta.v1.ts';
import type { Json, KubeObject } from '../../../../model/object.ts';
import { equal } from '../../../../model/paths.ts';
import { schemaForKind, type TypeSchema } from '../../../../model/schema.ts';
import { conform } from '../conform.ts';
import { compare, UNOWNED_META } from './compare.ts';
import {
  areReadable,
  capUpdaters,
  decodeManagers,
  encodeManagers,
  type Manager,
  sameManager,
  withFields,
} from './managers.ts';
import { resetFieldsOf } from './reset.ts';
import { difference, type FieldSet, isEmpty, MEMBER, recursiveDifference, union } from './set.ts';

export interface UpdateManagedFields<T extends KubeObject = KubeObject> {
  /** The stored object; absent on create. */
  readonly before?: KubeObject | undefined;
  /** The object that was sent, decoded and defaulted, before admission and the resource's strategy touch it: nobody owns what they add. */
  readonly after: T;
  /** The fieldManager of the request, or the part of the User-Agent before the first slash. */
  readonly manager: string;
  /** Version of the request; that of `after` unless given. */
  readonly apiVersion?: string;
  /** `status`, `scale` …; "" or absent for the object itself. */
  readonly subresource?: string;
  /** Now, RFC 3339. */
  readonly time: string;
  /** Fields that the resource's strategy resets, which nobody gets by writing them here; known for built-in kinds. */
  readonly resetFields?: FieldSet | undefined;
  /** Type of a custom resource. */
  readonly type?: TypeSchema | undefined;
}

/** What an applied object has to say but nobody owns. */
export const UNOWNED: FieldSet = Object.fromEntries([
  ['f:apiVersion', MEMBER],
  ['f:kind', MEMBER],
  ['f:metadata', { '.': MEMBER, ...Object.fromEntries([...UNOWNED_META].map((name) => [`f:${name}`, MEMBER])) }],
]);

const empties = new WeakMap<TypeSchema, Json>();

/** What Go's empty struct of a type looks like: what a new object is compared with. */
export function emptyObject(type: TypeSchema): Json {
  const known = empties.get(type) ?? (conform({}, type).value as Json);
  empties.set(type, known);
  return known;
}

export function withManagedFields<T extends KubeObject>(object: T, entries: readonly ManagedFieldsEntry[]): T {
  const { managedFields, ...metadata } = object.metadata;
  if (entries.length === 0) return managedFields ? { ...object, metadata } : object;
  return { ...object, metadata: { ...metadata, managedFields: entries } };
}

/** A list that holds one empty entry asks for all ownership to be forgotten. */
function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  const [first] = entries ?? [];
  return entries?.length === 1 && first !== undefined && Object.keys(first).length === 0;
}

/** The entries to start from: a client may write them itself, but not through a subresource. */
function startFrom(request: UpdateManagedFields): readonly ManagedFieldsEntry[] {
  const live = request.before?.metadata.managedFields ?? [];
  const wanted = request.after.metadata.managedFields;
  if (request.subresource || wanted === undefined || equal(wanted, live)) return live;
  if (isReset(wanted)) return [];
  return wanted.length && areReadable(wanted) ? wanted : live;
}

/**
 * `after` with metadata.managedFields as they are after the write. The entries are the stored ones where nothing changed
 * hands.
 */
export function updateManagedFields<T extends KubeObject>(request: UpdateManagedFields<T>): T {
  const { after } = request;
  const apiVersion = request.apiVersion ?? after.apiVersion ?? '';
  const type = request.type ?? schemaForKind(after.apiVersion ?? '', after.kind ?? '');
  const entries = startFrom(request);
  if (!type) return withManagedFields(after, entries);
  const before = (request.before ?? emptyObject(type)) as Json;
  const change = compare(before, after as unknown as Json, type, request.before === undefined);
  if (!change) return after.metadata.managedFields === entries ? after : withManagedFields(after, entries);
  const reset = request.resetFields ?? resetFieldsOf(apiVersion, after.kind ?? '', request.subresource ?? '');
  const taken = recursiveDifference(union(change.added, change.modified), reset);
  const removed = recursiveDifference(change.removed, reset);
  const self = {
    manager: request.manager || 'unknown',
    operation: 'Update' as const,
    apiVersion,
    subresource: request.subresource ?? '',
  };
  const others = loseFields(decodeManagers(entries), taken, removed);
  return withManagedFields(
    after,
    encodeManagers(capUpdaters(gain(others, { ...self, time: request.time, fields: taken }))),
  );
}

/** Everybody loses the fields that changed or went. */
export function loseFields(managers: readonly Manager[], taken: FieldSet, removed: FieldSet): Manager[] {
  const out: Manager[] = [];
  for (const m of managers) {
    const kept = withFields(m, difference(difference(m.fields, taken), removed));
    if (kept !== undefined) out.push(kept);
  }
  return out;
}

function gain(managers: readonly Manager[], self: Manager): readonly Manager[] {
  if (isEmpty(self.fields)) return managers;
  const known = managers.find((m) => sameManager(m, self));
  if (!known) return [...managers, self];
  return managers.map((m) => (m === known ? { ...self, fields: union(m.fields, self.fields) } : m));
}
