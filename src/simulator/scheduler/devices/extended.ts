// Extended resources that a DeviceClass stands for: on a node without a device plugin for them they are allocated through a
// claim of the pod's own, which the scheduler makes. Models extendeddynamicresources.go and extended/ of
// pkg/scheduler/framework/plugins/dynamicresources, v1.36 (DRAExtendedResource).
import type { Container, ContainerExtendedResourceRequest, Pod } from '../../../model/generated/core.v1.ts';
import type { DeviceClass, DeviceRequest, ResourceClaim } from '../../../model/generated/resource.v1.ts';
import { controllerOf, namespaceOf } from '../../../model/object.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { wholeValue } from '../framework/quantity.ts';
import { podRequests } from '../framework/resources.ts';
import type { ClaimBook } from './claims.ts';

export const EXTENDED_CLAIM = 'resource.kubernetes.io/extended-resource-claim';
/** What the claim is called before the API server has given it a name. */
const UNMADE = '<extended-resources>';
/** Every class can be asked for by its name. */
const BY_NAME = 'deviceclass.resource.kubernetes.io/';

type Classes = Pick<ClusterLookup, 'deviceClass' | 'deviceClasses'>;

/** Native resources are no devices. */
function isExtended(resource: string): boolean {
  return resource.startsWith(BY_NAME) || (resource.includes('/') && !resource.includes('kubernetes.io/'));
}

/** Whether the class can be asked for as this resource. */
export function standsFor({ metadata, spec }: DeviceClass, resource: string): boolean {
  return spec.extendedResourceName === resource || resource === `${BY_NAME}${metadata.name}`;
}

/** Of several classes for a resource the youngest, and of those the first by name. */
function before(a: DeviceClass, b: DeviceClass): boolean {
  const [x, y] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return x === y ? (a.metadata.name ?? '') < (b.metadata.name ?? '') : x > y;
}

export function classFor(resource: string, classes: Classes): DeviceClass | undefined {
  if (!isExtended(resource)) return undefined;
  if (resource.startsWith(BY_NAME)) return classes.deviceClass(resource.slice(BY_NAME.length));
  let found: DeviceClass | undefined;
  for (const c of classes.deviceClasses()) {
    if (c.spec.extendedResourceName === resource && (found === undefined || before(c, found))) found = c;
  }
  return found;
}

/** Whether the resource comes from claims there: a class stands for it, and no device plugin offers it. */
export function isClaimed(resource: string, node: NodeInfo, classes: Classes): boolean {
  return (node.allocatable.scalar?.get(resource) ?? 0) === 0 && classFor(resource, classes) !== undefined;
}

export interface Extended {
  /** What the pod wants of resources that may be devices. */
  readonly wanted: readonly string[];
  /** Before it is known for which node. */
  readonly draft: ResourceClaim;
  /** Left over from an attempt that failed while it was being bound. */
  readonly stale?: ResourceClaim;
}

/** Nothing for pods that ask for no resource of a class. */
export function extendedOf(pod: Pod, classes: Classes, book: ClaimBook, uid: () => string): Extended | undefined {
  const scalars = podRequests(pod).scalar;
  if (scalars === undefined) return undefined;
  const wanted = [...scalars].flatMap(([name, n]) => (n > 0 && isExtended(name) ? [name] : []));
  if (!wanted.some((name) => classFor(name, classes) !== undefined)) return undefined;
  const { name = '', uid: owner = '' } = pod.metadata;
  const draft: ResourceClaim = {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      name: UNMADE,
      generateName: `${name}-extended-resources-`,
      namespace: namespaceOf(pod),
      uid: uid(),
      annotations: { [EXTENDED_CLAIM]: 'true' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid: owner, controller: true }],
    },
    spec: {},
  };
  for (const c of book.all()) {
    const own = c.metadata.annotations?.[EXTENDED_CLAIM] === 'true' && controllerOf(c)?.uid === owner;
    if (own) return { wanted, draft, stale: c };
  }
  return { wanted, draft };
}

export interface Variant {
  readonly claim: ResourceClaim;
  readonly mappings: readonly ContainerExtendedResourceRequest[];
}

/** The claim as the node needs it: nothing where device plugins offer all, a reason where nobody offers a resource. */
export function variantFor(
  { wanted, draft }: Extended,
  pod: Pod,
  node: NodeInfo,
  classes: Classes,
): Variant | undefined | string {
  const claimed = wanted.filter((r) => isClaimed(r, node, classes)).sort();
  const offered = (r: string): boolean => node.allocatable.scalar?.has(r) ?? false;
  if (wanted.some((r) => !claimed.includes(r) && !offered(r))) return 'cannot fit resource';
  if (claimed.length === 0) return undefined;
  const parts = claimed.map((r) => requestsFor(r, classFor(r, classes)?.metadata.name ?? '', pod));
  const requests = parts.flatMap((p) => p.requests).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { claim: { ...draft, spec: { devices: { requests } } }, mappings: parts.flatMap((p) => p.mappings) };
}

interface Asked {
  readonly request?: DeviceRequest;
  readonly mappings: readonly ContainerExtendedResourceRequest[];
}

const countOf = (r: DeviceRequest): number => r.exactly?.count ?? 1;

/** What one container asks for, beyond what it may use of `reusable`. */
function askedBy(
  c: Container,
  index: number,
  resourceName: string,
  deviceClassName: string,
  reusable: readonly DeviceRequest[],
): Asked {
  const requests = c.resources?.requests ?? {};
  const wanted = wholeValue(requests[resourceName] ?? 0);
  if (wanted === 0) return { mappings: [] };
  const mappings: ContainerExtendedResourceRequest[] = [];
  const map = (requestName: string): void => void mappings.push({ containerName: c.name, resourceName, requestName });
  let sum = 0;
  for (const r of reusable) {
    sum += countOf(r);
    map(r.name);
    if (sum >= wanted) return { mappings };
  }
  const name = `container-${index}-request-${Object.keys(requests).sort().indexOf(resourceName)}`;
  map(name);
  const exactly = { deviceClassName, allocationMode: 'ExactCount' as const, count: wanted - sum };
  return { request: { name, exactly }, mappings };
}

/** Init containers run before the others and use what those are going to have; of what they need beyond, the most counts. */
function requestsFor(
  resource: string,
  className: string,
  { spec }: Pod,
): { readonly requests: readonly DeviceRequest[]; readonly mappings: readonly ContainerExtendedResourceRequest[] } {
  const inits = spec?.initContainers ?? [];
  const containers = [...inits, ...(spec?.containers ?? [])];
  const isShort = (i: number): boolean => i < inits.length && containers[i]?.restartPolicy !== 'Always';
  const long = containers.map((c, i) => (isShort(i) ? undefined : askedBy(c, i, resource, className, [])));
  const requestOf = (a: Asked | undefined): readonly DeviceRequest[] => (a?.request === undefined ? [] : [a.request]);
  const short = containers.flatMap((c, i) =>
    isShort(i) ? [askedBy(c, i, resource, className, long.slice(i).flatMap(requestOf))] : [],
  );
  const own = short.flatMap(requestOf);
  const most = own.reduce<DeviceRequest | undefined>(
    (best, r) => (best === undefined || countOf(best) < countOf(r) ? r : best),
    undefined,
  );
  const names = new Set(own.map((r) => r.name));
  const shared = short
    .flatMap((a) => a.mappings)
    .map((m) => (most !== undefined && names.has(m.requestName) ? { ...m, requestName: most.name } : m));
  return {
    requests: [...(most === undefined ? [] : [most]), ...long.flatMap(requestOf)],
    mappings: [...long.flatMap((a) => a?.mappings ?? []), ...shared],
  };
}
