// A look into etcd for people: keys, and what each revision changed. Values of Secrets stay hidden.
import type { KubeObject } from '../../model/object.ts';
import { diff, type FieldChange } from '../../model/paths.ts';
import { redact } from '../../model/redact.ts';
import { schemaForKind } from '../../model/schema.ts';
import type { StepId } from '../../trace/step.ts';
import type { Store } from './store.ts';

export interface KeyRow {
  readonly key: string;
  readonly createRevision: number;
  readonly modRevision: number;
  /** How many times the key was written since it was created. */
  readonly version: number;
  /** Id of the lease that the key goes with; absent for none. */
  readonly lease?: number;
  /** Length of the JSON, which is more than etcd's protobuf takes. */
  readonly bytes: number;
}

export interface KeyRevision {
  readonly revision: number;
  readonly type: 'created' | 'changed' | 'deleted';
  /** µs of virtual time. */
  readonly at: number;
  /** The step of the request that wrote; 0 for what was there from the start. */
  readonly step: StepId;
  readonly changed: readonly FieldChange[];
}

/** Keys below `prefix` in order, `limit` at the most. */
export function listKeys(store: Store, prefix = '/registry/', limit = Number.POSITIVE_INFINITY): KeyRow[] {
  const rows: KeyRow[] = [];
  for (const kv of store.range(prefix)) {
    if (rows.length >= limit) break;
    const { key, createRevision, modRevision, version, lease } = kv;
    const bytes = JSON.stringify(kv.value).length;
    rows.push({ key, createRevision, modRevision, version, ...(lease === 0 ? {} : { lease }), bytes });
  }
  return rows;
}

/** The stored object, or undefined where there is no such key. */
export function readKey(store: Store, key: string): KubeObject | undefined {
  const kv = store.get(key);
  return kv === undefined ? undefined : redact(kv.value);
}

/** What compaction has left of a key's history, oldest first. */
export function keyHistory(store: Store, key: string): KeyRevision[] {
  return store.history(key).map((change) => {
    const before = change.previous === undefined ? undefined : redact(change.previous.value);
    const after = change.current === undefined ? undefined : redact(change.current.value);
    const { apiVersion = '', kind = '' } = change.object;
    const type = before === undefined ? 'created' : after === undefined ? 'deleted' : 'changed';
    const { revision, at, cause } = change;
    return { revision, type, at, step: cause, changed: diff(before, after, schemaForKind(apiVersion, kind)) };
  });
}
