// The history of a store: one change for each revision, oldest first, in chunks that copies of the log share.
import type { KubeObject } from '../../model/object.ts';
import type { StepId } from '../../trace/step.ts';

/** What etcd keeps for a key (mvccpb.KeyValue), with the object in place of its bytes. */
export interface KeyValue {
  readonly key: string;
  readonly value: KubeObject;
  readonly createRevision: number;
  readonly modRevision: number;
  /** How many times the key was written since it was created. */
  readonly version: number;
  /** Id of the lease that the key goes with; 0 for none. */
  readonly lease: number;
}

/** One write. `cause` is set once, when the request that wrote has been recorded. */
export interface Change {
  readonly revision: number;
  readonly key: string;
  /** The directory of a resource, such as `/registry/pods/`. */
  readonly prefix: string;
  /** Undefined after a deletion. */
  readonly current: KeyValue | undefined;
  /** Undefined for a creation. */
  readonly previous: KeyValue | undefined;
  /** What watchers are shown: the object written, or the last state of the one deleted with the deletion's revision. */
  readonly object: KubeObject;
  /** µs of virtual time. */
  readonly at: number;
  cause: StepId;
}

const CHUNK = 1024;

/** Revisions are contiguous, so a change is found by counting. */
export class ChangeLog {
  private chunks: Change[][];
  /** Revision of the first entry of the first chunk. */
  private base: number;
  private compacted: number;
  private last: number;

  constructor(revision: number) {
    this.chunks = [];
    this.base = revision + 1;
    this.compacted = revision;
    this.last = revision;
  }

  /** A log of its own with the same past. Full chunks are shared, the last one is copied. */
  clone(): ChangeLog {
    const copy = new ChangeLog(this.last);
    copy.chunks = this.chunks.slice();
    const open = copy.chunks.at(-1);
    if (open !== undefined && open.length < CHUNK) copy.chunks[copy.chunks.length - 1] = open.slice();
    copy.base = this.base;
    copy.compacted = this.compacted;
    return copy;
  }

  append(change: Change): void {
    if (change.revision !== this.last + 1) throw new Error(`revision ${change.revision} after ${this.last}`);
    const open = this.chunks.at(-1);
    if (open === undefined || open.length === CHUNK) this.chunks.push([change]);
    else open.push(change);
    this.last = change.revision;
  }

  /** Changes after `revision`, oldest first. */
  *after(revision: number): Generator<Change, void> {
    for (let r = Math.max(revision, this.compacted) + 1; r <= this.last; r++) yield this.at(r);
  }

  /** Changes after `revision`, newest first. */
  *backTo(revision: number): Generator<Change, void> {
    for (let r = this.last; r > Math.max(revision, this.compacted); r--) yield this.at(r);
  }

  /** Forgets changes up to and including `revision`. Whole chunks are freed. */
  compact(revision: number): void {
    this.compacted = Math.max(this.compacted, Math.min(revision, this.last));
    const drop = Math.floor((this.compacted - this.base + 1) / CHUNK);
    if (drop <= 0) return;
    this.chunks.splice(0, drop);
    this.base += drop * CHUNK;
  }

  private at(revision: number): Change {
    const i = revision - this.base;
    const change = this.chunks[Math.floor(i / CHUNK)]?.[i % CHUNK];
    if (change === undefined) throw new Error(`no change with revision ${revision}`);
    return change;
  }
}
