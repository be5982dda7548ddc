// What a source knows of its cluster now: the objects by resource, and indexes that the tree asks for, kept as they change.
import type { ManagedFieldsEntry } from '../model/generated/meta.v1.ts';
import type { KubeObject } from '../model/object.ts';
import { keyOf } from '../model/object.ts';
import type { ResourceName, Watched } from './resources.ts';

export interface Change {
  readonly resource: ResourceName;
  readonly key: string;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  /** Of `after`, with the sets of fields that the cache does not keep; undefined where it came of a list. */
  readonly managers?: readonly ManagedFieldsEntry[];
}

/** What a watch brought. */
export interface Brought {
  readonly object: KubeObject;
  readonly deleted: boolean;
  readonly managers?: readonly ManagedFieldsEntry[];
}

interface Table {
  readonly objects: Map<string, KubeObject>;
  /** Index value → keys; see `indexValues`. */
  readonly index: Map<string, Set<string>>;
}

/** The values under which an object can be found: its namespace, its controller's UID, the node it runs on. */
function indexValues(object: KubeObject): string[] {
  const values = [`namespace:${object.metadata.namespace ?? ''}`];
  for (const owner of object.metadata.ownerReferences ?? []) {
    if (owner.controller) values.push(`owner:${owner.uid}`);
  }
  const node = (object as { spec?: { nodeName?: string } }).spec?.nodeName;
  if (node) values.push(`node:${node}`);
  return values;
}

export class ObjectCache {
  private readonly tables = new Map<ResourceName, Table>();
  private readonly listeners = new Set<(changes: readonly Change[]) => void>();

  onChange(listener: (changes: readonly Change[]) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  get<R extends ResourceName>(resource: R, key: string): Watched[R] | undefined {
    return this.tables.get(resource)?.objects.get(key) as Watched[R] | undefined;
  }

  list<R extends ResourceName>(resource: R): Watched[R][] {
    return [...(this.tables.get(resource)?.objects.values() ?? [])] as unknown as Watched[R][];
  }

  size(resource: ResourceName): number {
    return this.tables.get(resource)?.objects.size ?? 0;
  }

  inNamespace<R extends ResourceName>(resource: R, namespace: string): Watched[R][] {
    return this.indexed(resource, `namespace:${namespace}`);
  }

  ownedBy<R extends ResourceName>(resource: R, uid: string): Watched[R][] {
    return this.indexed(resource, `owner:${uid}`);
  }

  countIn(resource: ResourceName, namespace: string): number {
    return this.count(resource, `namespace:${namespace}`);
  }

  countOwned(resource: ResourceName, uid: string): number {
    return this.count(resource, `owner:${uid}`);
  }

  onNode(node: string): Watched['pods'][] {
    return this.indexed('pods', `node:${node}`);
  }

  countOnNode(node: string): number {
    return this.count('pods', `node:${node}`);
  }

  private count(resource: ResourceName, value: string): number {
    return this.tables.get(resource)?.index.get(value)?.size ?? 0;
  }

  /** Replaces all objects of a resource: the answer of a list. */
  replace(resource: ResourceName, objects: readonly KubeObject[]): void {
    const before = this.tables.get(resource)?.objects ?? new Map<string, KubeObject>();
    this.tables.set(resource, { objects: new Map(), index: new Map() });
    const changes: Change[] = [];
    for (const object of objects) {
      const key = keyOf(object);
      const old = before.get(key);
      this.put(resource, key, object);
      if (old?.metadata.resourceVersion !== object.metadata.resourceVersion || old === undefined) {
        changes.push({ resource, key, before: old, after: object });
      }
    }
    const now = this.tables.get(resource)?.objects;
    for (const [key, old] of before) if (!now?.has(key)) changes.push({ resource, key, before: old, after: undefined });
    this.emit(changes);
  }

  /** Applies watch events in order; `undefined` for `after` deletes. */
  apply(resource: ResourceName, events: readonly Brought[]): void {
    const changes: Change[] = [];
    for (const { object, deleted, managers } of events) {
      const key = keyOf(object);
      const before = this.tables.get(resource)?.objects.get(key);
      if (deleted) this.remove(resource, key);
      else this.put(resource, key, object);
      if (before || !deleted)
        changes.push({ resource, key, before, after: deleted ? undefined : object, ...(managers && { managers }) });
    }
    this.emit(changes);
  }

  clear(): void {
    const changes: Change[] = [];
    for (const [resource, table] of this.tables) {
      for (const [key, before] of table.objects) changes.push({ resource, key, before, after: undefined });
    }
    this.tables.clear();
    this.emit(changes);
  }

  private indexed<R extends ResourceName>(resource: R, value: string): Watched[R][] {
    const table = this.tables.get(resource);
    const out: KubeObject[] = [];
    for (const key of table?.index.get(value) ?? []) {
      const object = table?.objects.get(key);
      if (object) out.push(object);
    }
    return out as unknown as Watched[R][];
  }

  private put(resource: ResourceName, key: string, object: KubeObject): void {
    this.remove(resource, key);
    let table = this.tables.get(resource);
    if (!table) {
      table = { objects: new Map(), index: new Map() };
      this.tables.set(resource, table);
    }
    table.objects.set(key, object);
    for (const value of indexValues(object)) {
      const keys = table.index.get(value);
      if (keys) keys.add(key);
      else table.index.set(value, new Set([key]));
    }
  }

  private remove(resource: ResourceName, key: string): void {
    const table = this.tables.get(resource);
    const old = table?.objects.get(key);
    if (!table || !old) return;
    table.objects.delete(key);
    for (const value of indexValues(old)) {
      const keys = table.index.get(value);
      keys?.delete(key);
      if (keys?.size === 0) table.index.delete(value);
    }
  }

  private emit(changes: readonly Change[]): void {
    if (changes.length > 0) for (const listener of [...this.listeners]) listener(changes);
  }
}
