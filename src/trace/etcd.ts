// What people see of the simulated etcd: keys as directories, and what is left of each key's history. Plain JSON.
import type { FieldChange } from '../model/paths.ts';
import type { Actor, StepId } from './step.ts';

export interface EtcdKey {
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

/** One level below a path that ends in `/`. */
export interface EtcdDirectory {
  readonly path: string;
  /** Of the whole store. */
  readonly revision: number;
  /** Up to this revision, what was replaced or deleted is forgotten. */
  readonly compacted: number;
  readonly directories: readonly { readonly path: string; readonly keys: number }[];
  readonly keys: readonly EtcdKey[];
  /** Keys that are gone, of which history is left. */
  readonly deleted: readonly { readonly key: string; readonly revision: number }[];
  /** Keys that are there and not listed. */
  readonly more: number;
}

export interface EtcdRevision {
  readonly revision: number;
  readonly type: 'created' | 'changed' | 'deleted';
  /** µs of virtual time. */
  readonly at: number;
  /** The key's revision before; absent where there is none, or it is compacted. */
  readonly previous?: number;
  /** Values of Secrets are hidden. */
  readonly changed: readonly FieldChange[];
  /** Absent for what was there from the start, and where the step is no longer kept. */
  readonly writer?: {
    readonly step: StepId;
    readonly actor: Actor;
    readonly user: string;
    /** `PUT /api/v1/… → 200`. */
    readonly request: string;
  };
}

export interface EtcdHistory {
  readonly key: string;
  /** Absent for a key that is gone. */
  readonly current?: EtcdKey;
  /** Oldest first. */
  readonly revisions: readonly EtcdRevision[];
  readonly compacted: number;
}
