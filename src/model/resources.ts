// Which resources the API server of v1.36 serves, and where etcd keeps them.
import { RESOURCES } from './generated/resources.ts';

export interface SubresourceInfo {
  readonly name: string;
  /** Group, version and kind of the object that a request to the subresource carries. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

export interface ResourceInfo {
  readonly group: string;
  readonly version: string;
  /** The version that its group prefers. */
  readonly preferred: boolean;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly SubresourceInfo[];
  /** `/registry/minions`; the key of an object follows as `/name` or `/namespace/name`. */
  readonly etcdPrefix: string;
}

const byPlural = new Map<string, ResourceInfo>();
const byKind = new Map<string, ResourceInfo>();
for (const r of RESOURCES) {
  byPlural.set(`${r.group}/${r.version}/${r.plural}`, r);
  if (r.preferred) byPlural.set(`${r.group}//${r.plural}`, r);
  byKind.set(`${apiVersionOf(r)} ${r.kind}`, r);
}

/** `v1`, `apps/v1`. */
export function apiVersionOf(r: { readonly group: string; readonly version: string }): string {
  return r.group ? `${r.group}/${r.version}` : r.version;
}

/** Group and version of an apiVersion; the core group is "". */
export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** A resource by group ("" is core) and plural, in the version that the group prefers unless one is given. */
export function resourceOf(group: string, plural: string, version = ''): ResourceInfo | undefined {
  return byPlural.get(`${group}/${version}/${plural}`);
}

export function resourceForKind(apiVersion: string, kind: string): ResourceInfo | undefined {
  return byKind.get(`${apiVersion} ${kind}`);
}

/** Every resource that is served. */
export function allResources(): readonly ResourceInfo[] {
  return RESOURCES;
}

/** `pods`, `deployments.apps`: how messages name a resource. */
export function qualifiedResource(group: string, plural: string): string {
  return group ? `${plural}.${group}` : plural;
}

/** Where etcd keeps one object; custom resources lie under `/registry/GROUP/PLURAL`. */
export function etcdKey(group: string, plural: string, namespace: string, name: string): string {
  const prefix = etcdPrefix(group, plural);
  return namespace ? `${prefix}/${namespace}/${name}` : `${prefix}/${name}`;
}

export function etcdPrefix(group: string, plural: string): string {
  // events.k8s.io serves the Events of the core group, which is where they are stored.
  return resourceOf(group, plural)?.etcdPrefix ?? `/registry/${group ? `${group}/` : ''}${plural}`;
}
