// What is served, told to clients: legacy and aggregated discovery. Models k8s.io/apiserver/pkg/endpoints/discovery.
import { apiVersionOf, type ResourceInfo, type SubresourceInfo } from '../../../model/resources.ts';

interface Version {
  readonly version: string;
  readonly resources: readonly ResourceInfo[];
  /** Another server has it, and does not tell what is there. */
  readonly stale?: true;
}

export interface Group {
  readonly name: string;
  readonly versions: readonly Version[];
}

/** Resources by group and version, in the order in which they come. */
export function groupsOf(resources: readonly ResourceInfo[]): Group[] {
  const groups = new Map<string, Map<string, ResourceInfo[]>>();
  for (const r of resources) {
    const versions = groups.get(r.group) ?? new Map<string, ResourceInfo[]>();
    groups.set(r.group, versions);
    const list = versions.get(r.version);
    if (list) list.push(r);
    else versions.set(r.version, [r]);
  }
  return [...groups].map(([name, versions]) => ({
    name,
    versions: [...versions].map(([version, list]) => ({ version, resources: list })),
  }));
}

/** With the versions that servers behind APIServices have. */
export function withRemote(
  groups: readonly Group[],
  remote: readonly { readonly group: string; readonly version: string }[],
): Group[] {
  const all = new Map(groups.map((g) => [g.name, g]));
  for (const { group: name, version } of remote) {
    const versions = all.get(name)?.versions ?? [];
    if (versions.some((v) => v.version === version)) continue;
    all.set(name, { name, versions: [...versions, { version, resources: [], stale: true }] });
  }
  return [...all.values()];
}

const own = (r: ResourceInfo, s: SubresourceInfo): boolean => s.group === r.group && s.version === r.version;

function aggregatedResource(r: ResourceInfo): object {
  return {
    resource: r.plural,
    responseKind: { group: '', version: '', kind: r.kind },
    scope: r.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: r.singular,
    verbs: r.verbs,
    ...(r.shortNames.length > 0 ? { shortNames: r.shortNames } : {}),
    ...(r.categories.length > 0 ? { categories: r.categories } : {}),
    ...(r.subresources.length > 0
      ? {
          subresources: r.subresources.map((s) => ({
            subresource: s.name,
            responseKind: own(r, s)
              ? { group: '', version: '', kind: s.kind }
              : { group: s.group, version: s.version, kind: s.kind },
            verbs: s.verbs,
          })),
        }
      : {}),
  };
}

/** `/api` and `/apis` as apidiscovery.k8s.io/v2. */
export function aggregated(groups: readonly Group[]): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((g) => ({
      metadata: g.name === '' ? {} : { name: g.name },
      versions: g.versions.map((v) => ({
        version: v.version,
        resources: v.resources.map(aggregatedResource),
        freshness: v.stale ? 'Stale' : 'Current',
      })),
    })),
  };
}

export function apiVersions(address: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

function groupBody(g: Group): object {
  const versions = g.versions.map((v) => ({ groupVersion: `${g.name}/${v.version}`, version: v.version }));
  return { name: g.name, versions, preferredVersion: versions[0] };
}

export function groupList(groups: readonly Group[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupBody) };
}

export function group(g: Group): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(g) };
}

function legacyResource(r: ResourceInfo): { name: string }[] {
  const main = {
    name: r.plural,
    singularName: r.singular,
    namespaced: r.namespaced,
    kind: r.kind,
    verbs: r.verbs,
    ...(r.shortNames.length > 0 ? { shortNames: r.shortNames } : {}),
    ...(r.categories.length > 0 ? { categories: r.categories } : {}),
  };
  const subs = r.subresources.map((s) => ({
    name: `${r.plural}/${s.name}`,
    singularName: '',
    namespaced: r.namespaced,
    ...(own(r, s) ? {} : { group: s.group, version: s.version }),
    kind: s.kind,
    verbs: s.verbs,
  }));
  return [main, ...subs];
}

export function resourceList(v: Version): object {
  const [any] = v.resources;
  const resources = v.resources.flatMap(legacyResource).sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    kind: 'APIResourceList',
    ...(any?.group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: any === undefined ? '' : apiVersionOf(any),
    resources,
  };
}
