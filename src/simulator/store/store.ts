// etcd as Kubernetes uses it: one revision for the whole store, a history until compaction, leases, subscribers.
// Values are immutable objects; the store never copies them.
import { type Kernel, SECOND, type Timer } from '../../kernel/kernel.ts';
import type { KubeObject } from '../../model/object.ts';
import type { StepId } from '../../trace/step.ts';
import { Keyspace } from './keyspace.ts';
import { type Change, ChangeLog, type KeyValue } from './log.ts';

/** Asked for a revision that compaction has removed. */
export class CompactedError extends Error {
  readonly compactRevision: number;
  constructor(compactRevision: number) {
    super('etcdserver: mvcc: required revision has been compacted');
    this.compactRevision = compactRevision;
  }
}

interface Lease {
  readonly id: number;
  readonly ttl: number;
  readonly expiresAt: number;
  readonly keys: Set<string>;
  timer: Timer | undefined;
}

/** A state that a store can be made from again: cheap, shares everything with the store it was taken from. */
export interface StoreSnapshot {
  readonly revision: number;
  readonly compactRevision: number;
  readonly keyspace: Keyspace;
  readonly log: ChangeLog;
  readonly leases: readonly { id: number; ttl: number; expiresAt: number; keys: readonly string[] }[];
}

export type Subscriber = (change: Change) => void;

export class Store {
  private readonly kernel: Kernel;
  private keyspace = new Keyspace();
  private log: ChangeLog;
  private rev: number;
  private compactRev: number;
  private readonly leases = new Map<number, Lease>();
  private readonly subscribers = new Set<Subscriber>();
  private readonly queue: Change[] = [];
  private publishing = false;
  private leaseSeq = 0;

  /** etcd's first revision is 1; the first write gets 2. */
  constructor(kernel: Kernel, snapshot?: StoreSnapshot) {
    this.kernel = kernel;
    this.rev = snapshot?.revision ?? 1;
    this.compactRev = snapshot?.compactRevision ?? 0;
    this.log = snapshot?.log.clone() ?? new ChangeLog(1);
    if (snapshot === undefined) return;
    this.keyspace = snapshot.keyspace.clone();
    for (const l of snapshot.leases) {
      this.arm({ ...l, keys: new Set(l.keys), timer: undefined });
      this.leaseSeq = Math.max(this.leaseSeq, l.id);
    }
  }

  /** False while etcd does not answer; who asks it then must refuse in its words. */
  available = true;

  get revision(): number {
    return this.rev;
  }

  get compactRevision(): number {
    return this.compactRev;
  }

  get size(): number {
    return this.keyspace.size;
  }

  get(key: string): KeyValue | undefined {
    return this.keyspace.get(key);
  }

  /** Everything below `prefix` in the order of keys, now. */
  range(prefix: string): IterableIterator<KeyValue> {
    return this.keyspace.range(prefix);
  }

  count(prefix: string): number {
    return this.keyspace.countBelow(prefix);
  }

  /**
   * Everything below `prefix` as it was at `revision`.
   * @throws CompactedError
   */
  rangeAt(prefix: string, revision: number): KeyValue[] {
    if (revision < this.compactRev) throw new CompactedError(this.compactRev);
    const at = new Map<string, KeyValue>();
    for (const kv of this.keyspace.range(prefix)) at.set(kv.key, kv);
    let undone = false;
    for (const change of this.log.backTo(revision)) {
      if (!change.key.startsWith(prefix)) continue;
      undone = true;
      if (change.previous) at.set(change.key, change.previous);
      else at.delete(change.key);
    }
    const all = [...at.values()];
    return undone ? all.sort((a, b) => (a.key < b.key ? -1 : 1)) : all;
  }

  /** Writes `value`, which must carry `nextRevision` as its resourceVersion. Subscribers hear of it at `publish`. */
  put(prefix: string, path: string, value: KubeObject, lease = 0): Change {
    const previous = this.keyspace.get(path);
    // One string for all revisions of a key.
    const key = previous?.key ?? path;
    const revision = this.rev + 1;
    const current: KeyValue = {
      key,
      value,
      createRevision: previous?.createRevision ?? revision,
      modRevision: revision,
      version: (previous?.version ?? 0) + 1,
      lease,
    };
    this.keyspace.set(current);
    if (previous !== undefined && previous.lease !== 0) this.leases.get(previous.lease)?.keys.delete(key);
    if (lease !== 0) this.leases.get(lease)?.keys.add(key);
    return this.append({ revision, key, prefix, current, previous, object: value, at: this.kernel.now, cause: 0 });
  }

  /** Removes the key. `last` is the last state with the deletion's revision. Undefined where there is no such key. */
  delete(prefix: string, key: string, last: KubeObject): Change | undefined {
    const previous = this.keyspace.get(key);
    if (previous === undefined) return undefined;
    this.keyspace.delete(key);
    if (previous.lease !== 0) this.leases.get(previous.lease)?.keys.delete(key);
    const revision = this.rev + 1;
    return this.append({
      revision,
      key,
      prefix,
      current: undefined,
      previous,
      object: last,
      at: this.kernel.now,
      cause: 0,
    });
  }

  /** Tells subscribers of everything written since the last call. `cause` is the step that recorded the writes. */
  publish(cause: StepId): void {
    for (const change of this.queue) if (change.cause === 0) change.cause = cause;
    // A subscriber may write in turn; what it writes is told after this, so that everybody sees one order.
    if (this.publishing) return;
    this.publishing = true;
    try {
      for (let change = this.queue.shift(); change !== undefined; change = this.queue.shift()) {
        for (const tell of this.subscribers) tell(change);
      }
    } finally {
      this.publishing = false;
    }
  }

  subscribe(subscriber: Subscriber): () => void {
    this.subscribers.add(subscriber);
    return () => this.subscribers.delete(subscriber);
  }

  /**
   * Changes below `prefix` after `revision`, oldest first.
   * @throws CompactedError
   */
  changesSince(prefix: string, revision: number): Change[] {
    if (revision < this.compactRev) throw new CompactedError(this.compactRev);
    const out: Change[] = [];
    for (const change of this.log.after(revision)) {
      if (change.key.startsWith(prefix)) out.push(change);
    }
    return out;
  }

  /** The changes of one key that compaction has left, oldest first. */
  history(key: string): Change[] {
    const out: Change[] = [];
    for (const change of this.log.after(0)) if (change.key === key) out.push(change);
    return out;
  }

  /** Forgets what was replaced or deleted up to `revision`. What is current stays. */
  compact(revision: number): void {
    if (revision <= this.compactRev) return;
    this.compactRev = Math.min(revision, this.rev);
    this.log.compact(this.compactRev);
  }

  /** @param ttl seconds. */
  grantLease(ttl: number): number {
    const id = ++this.leaseSeq;
    this.arm({ id, ttl, expiresAt: this.kernel.now + ttl * SECOND, keys: new Set(), timer: undefined });
    return id;
  }

  snapshot(): StoreSnapshot {
    return {
      revision: this.rev,
      compactRevision: this.compactRev,
      keyspace: this.keyspace.clone(),
      log: this.log.clone(),
      leases: [...this.leases.values()].map((l) => ({
        id: l.id,
        ttl: l.ttl,
        expiresAt: l.expiresAt,
        keys: [...l.keys],
      })),
    };
  }

  private append(change: Change): Change {
    this.rev = change.revision;
    this.log.append(change);
    this.queue.push(change);
    return change;
  }

  private arm(lease: Lease): void {
    this.leases.set(lease.id, lease);
    lease.timer = this.kernel.schedule(lease.expiresAt - this.kernel.now, () => this.expire(lease), true);
  }

  private expire(lease: Lease): void {
    if (!this.available) {
      lease.timer = this.kernel.schedule(SECOND, () => this.expire(lease), true);
      return;
    }
    this.leases.delete(lease.id);
    for (const key of [...lease.keys]) {
      const kv = this.keyspace.get(key);
      const last = kv?.value;
      if (last === undefined) continue;
      const metadata = { ...last.metadata, resourceVersion: String(this.rev + 1) };
      this.delete(prefixOf(key), key, { ...last, metadata });
    }
    this.publish(0);
  }
}

/** `/registry/events/demo/x` → `/registry/events/`. Only leased keys (Events) are removed without a caller that knows. */
function prefixOf(key: string): string {
  return key.slice(0, key.indexOf('/', '/registry/'.length) + 1);
}
