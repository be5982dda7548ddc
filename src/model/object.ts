// The shape that every Kubernetes object shares. Objects are plain JSON, and immutable once they are in the store.
import type { ListMeta, ObjectMeta, OwnerReference } from './generated/meta.v1.ts';

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

export interface KubeList<T = KubeObject> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ListMeta;
  readonly items: readonly T[];
}

/** Any JSON object: an object whose kind is not known at compile time. */
export type Json = { readonly [key: string]: unknown };

export function isRecord(x: unknown): x is Json {
  return typeof x === 'object' && x !== null && !Array.isArray(x);
}

/** `namespace/name`, or `name` for an object without a namespace: the key of informers and work queues. */
export function keyOf(o: KubeObject): string {
  const { namespace, name } = o.metadata;
  return namespace ? `${namespace}/${name}` : (name ?? '');
}

export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

export function controllerOf(o: KubeObject): OwnerReference | undefined {
  return o.metadata.ownerReferences?.find((r) => r.controller === true);
}

export function nameOf(o: KubeObject): string {
  return o.metadata.name ?? '';
}

export function namespaceOf(o: KubeObject): string {
  return o.metadata.namespace ?? '';
}
