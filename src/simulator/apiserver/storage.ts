// Between the registry and etcd: keys, resource versions, Events' leases. Models k8s.io/apiserver/pkg/storage/etcd3.
import { SECOND } from '../../kernel/kernel.ts';
import type { KubeObject } from '../../model/object.ts';
import type { ResourceInfo } from '../../model/resources.ts';
import { schemaForKind } from '../../model/schema.ts';
import type { KeyValue, Store } from '../store/index.ts';
import type { Context } from './context.ts';
import { asRead, storedVersion, toVersion } from './convert.ts';
import { isCustom } from './crd/types.ts';
import { tellWhatIsInert } from './inert.ts';
import { inGoOrder } from './machinery/go-order.ts';

/** Seconds that an Event is kept (`--event-ttl`). */
const EVENT_TTL = 3600;
/** One lease serves many keys. Models storage/etcd3/lease_manager.go. */
const LEASE_REUSE = 60;
const LEASE_MAX_KEYS = 1000;

export function prefixOf(r: ResourceInfo): string {
  return `${r.etcdPrefix}/`;
}

export function keyFor(r: ResourceInfo, namespace: string, name: string): string {
  return r.namespaced ? `${r.etcdPrefix}/${namespace}/${name}` : `${r.etcdPrefix}/${name}`;
}

/** The stored object in the version of the request. */
export function find(ctx: Context, r: ResourceInfo, namespace: string, name: string): KubeObject | undefined {
  const stored = ctx.core.store.get(keyFor(r, namespace, name))?.value;
  return stored === undefined ? undefined : asRead(r, stored);
}

/** Everything of a resource as it is stored, in one namespace or ("") in all, in the order of the keys. */
export function rangeOf(store: Store, r: ResourceInfo, namespace: string): IterableIterator<KeyValue> {
  return store.range(namespace === '' || !r.namespaced ? prefixOf(r) : `${prefixOf(r)}${namespace}/`);
}

/** Objects of a resource. */
export function* objectsOf<T extends KubeObject>(store: Store, r: ResourceInfo, namespace = ''): Generator<T, void> {
  for (const kv of rangeOf(store, r, namespace)) yield kv.value as T;
}

export function withVersion<T extends KubeObject>(o: T, revision: number): T {
  return { ...o, metadata: { ...o.metadata, resourceVersion: String(revision) } };
}

/** Shares leases among Events written within a minute. */
class LeaseManager {
  private id = 0;
  private until = -1;
  private keys = 0;

  leaseFor(store: Store, now: number): number {
    if (now < this.until && this.keys < LEASE_MAX_KEYS) {
      this.keys++;
      return this.id;
    }
    this.id = store.grantLease(EVENT_TTL + LEASE_REUSE);
    this.until = now + LEASE_REUSE * SECOND;
    this.keys = 1;
    return this.id;
  }
}

const leases = new WeakMap<Store, LeaseManager>();

function eventLease(store: Store, now: number): number {
  let manager = leases.get(store);
  if (manager === undefined) {
    manager = new LeaseManager();
    leases.set(store, manager);
  }
  return manager.leaseFor(store, now);
}

/** Writes the object and returns it as stored; in a dry run, as it would be. */
export function write<T extends KubeObject>(ctx: Context, r: ResourceInfo, o: T): T {
  const { store, kernel } = ctx.core;
  tellWhatIsInert(ctx, r, o);
  const { namespace = '', name = '' } = o.metadata;
  const key = keyFor(r, namespace, name);
  const version = storedVersion(r);
  const type = isCustom(r) ? undefined : schemaForKind(version, r.kind);
  const before = store.get(key)?.value;
  if (ctx.dryRun) return version === o.apiVersion ? inGoOrder(o, type, before) : o;
  const versioned = withVersion(o, store.revision + 1);
  const stored = inGoOrder(toVersion(versioned, version), type, before);
  const written = version === o.apiVersion ? (stored as T) : versioned;
  const lease = r.kind === 'Event' && r.etcdPrefix === '/registry/events' ? eventLease(store, kernel.now) : 0;
  ctx.changes.push(store.put(prefixOf(r), key, stored, lease));
  return written;
}

/** Removes the object; `last` is its last state, returned with the revision of the deletion. */
export function remove<T extends KubeObject>(ctx: Context, r: ResourceInfo, last: T): T {
  const { store } = ctx.core;
  if (ctx.dryRun) return last;
  const { namespace = '', name = '' } = last.metadata;
  const tombstone = withVersion(last, store.revision + 1);
  const stored = toVersion(tombstone, storedVersion(r));
  const change = store.delete(prefixOf(r), keyFor(r, namespace, name), stored);
  if (change !== undefined) ctx.changes.push(change);
  return tombstone;
}
