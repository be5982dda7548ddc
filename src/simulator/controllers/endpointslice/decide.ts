// The EndpointSlices that a Service should have: pure. Models staging/src/k8s.io/endpointslice/reconciler.go, v1.36.
import type { Node, Pod, Service } from '../../../model/generated/core.v1.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../../model/generated/discovery.v1.ts';
import { addressesOf, belongsInEndpoints, HEADLESS, hostnameOf, isHeadless, targetPort } from '../common/endpoints.ts';
import { sameMap } from '../common/maps.ts';
import { controllerRef } from '../common/podcontrol.ts';
import { isPodReady } from '../common/pods.ts';

export const CONTROLLER = 'endpointslice-controller.k8s.io';
export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const ZONE = 'topology.kubernetes.io/zone';
const RESERVED = new Set([SERVICE_NAME, MANAGED_BY, HEADLESS]);
/** Source: --max-endpoints-per-slice, v1.36. */
const MAX_ENDPOINTS = 100;

export interface SlicePlan {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

export function toEndpoint(pod: Pod, node: Node | undefined, service: Service, addresses: readonly string[]): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const zone = node?.metadata.labels?.[ZONE];
  const hostname = hostnameOf(pod, service);
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname ? { hostname } : {}),
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(zone ? { zone } : {}),
  };
}

export function portsOf(pod: Pod, service: Service): EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap((p): EndpointPort[] => {
    const port = targetPort(pod, p);
    if (port === undefined) return [];
    const { appProtocol, protocol = 'TCP' } = p;
    return [{ name: p.name ?? '', port, protocol, ...(appProtocol ? { appProtocol } : {}) }];
  });
}

const portKey = (ports: readonly EndpointPort[] | undefined): string =>
  (ports ?? [])
    .map((p) => `${p.name ?? ''}/${p.port ?? ''}/${p.protocol ?? ''}/${p.appProtocol ?? ''}`)
    .sort()
    .join();
const endpointKey = (e: Endpoint): string => `${e.targetRef?.uid ?? ''}/${e.addresses.join()}`;

export function labelsFor(service: Service): { readonly [key: string]: string } {
  const own = Object.entries(service.metadata.labels ?? {}).filter(([k]) => !RESERVED.has(k));
  return {
    ...Object.fromEntries(own),
    ...(isHeadless(service) ? { [HEADLESS]: '' } : {}),
    [SERVICE_NAME]: service.metadata.name ?? '',
    [MANAGED_BY]: CONTROLLER,
  };
}

function newSlice(
  service: Service,
  addressType: 'IPv4' | 'IPv6',
  ports: readonly EndpointPort[],
  endpoints: readonly Endpoint[],
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace ?? '',
      labels: labelsFor(service),
      ownerReferences: [controllerRef(service, 'v1', 'Service')],
    },
    addressType,
    endpoints,
    ports,
  };
}

interface Wanted {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Map<string, Endpoint>;
}

function familiesOf(service: Service): ('IPv4' | 'IPv6')[] {
  const known = (service.spec?.ipFamilies ?? []).flatMap((f) => (f === '' ? [] : [f]));
  return known.length > 0 ? known : ['IPv4'];
}

/** `existing`: the slices of this Service and this controller. Families a Service no longer has lose theirs. */
export function planSlices(
  service: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[],
  nodeOf: (name: string) => Node | undefined,
): SlicePlan {
  const families = familiesOf(service);
  const plan = { create: [] as EndpointSlice[], update: [] as EndpointSlice[], remove: [] as EndpointSlice[] };
  plan.remove.push(...existing.filter((s) => !families.includes(s.addressType as 'IPv4')));
  for (const family of families) {
    const wanted = new Map<string, Wanted>();
    for (const pod of pods) {
      const addresses = addressesOf(pod, family);
      if (!belongsInEndpoints(pod, true) || addresses.length === 0) continue;
      const ports = portsOf(pod, service);
      const key = portKey(ports);
      const group = wanted.get(key) ?? { ports, endpoints: new Map<string, Endpoint>() };
      const endpoint = toEndpoint(pod, nodeOf(pod.spec?.nodeName ?? ''), service, addresses);
      group.endpoints.set(endpointKey(endpoint), endpoint);
      wanted.set(key, group);
    }
    const own = existing.filter((s) => s.addressType === family);
    planFamily(service, family, wanted, own, plan);
  }
  return plan;
}

interface Draft {
  readonly create: EndpointSlice[];
  readonly update: EndpointSlice[];
  readonly remove: EndpointSlice[];
}

function planFamily(
  service: Service,
  family: 'IPv4' | 'IPv6',
  wanted: ReadonlyMap<string, Wanted>,
  existing: readonly EndpointSlice[],
  plan: Draft,
): void {
  const create: EndpointSlice[] = [];
  const update: EndpointSlice[] = [];
  const byPorts = new Map<string, EndpointSlice[]>();
  for (const s of existing) byPorts.set(portKey(s.ports), [...(byPorts.get(portKey(s.ports)) ?? []), s]);
  const remove = existing.filter((s) => !wanted.has(portKey(s.ports)));
  for (const [key, group] of wanted) {
    const part = planPorts(service, family, group, byPorts.get(key) ?? []);
    create.push(...part.create);
    update.push(...part.update);
    remove.push(...part.remove);
  }
  // A Service without endpoints keeps one empty slice.
  if (create.length + update.length === 0 && remove.length === existing.length)
    create.push(newSlice(service, family, [], []));
  // A slice that would go and one that would come are one slice that changes.
  while (remove.length > 0 && create.length > 0) {
    const old = remove.shift();
    const next = create.shift();
    if (old === undefined || next === undefined) break;
    const same =
      (old.endpoints ?? []).length + (next.endpoints ?? []).length === 0 && portKey(old.ports) === portKey(next.ports);
    if (same && sameMap(old.metadata.labels, next.metadata.labels)) continue;
    update.push({
      ...old,
      metadata: { ...old.metadata, labels: labelsFor(service) },
      ports: next.ports ?? [],
      endpoints: next.endpoints ?? [],
    });
  }
  plan.create.push(...create);
  plan.update.push(...update);
  plan.remove.push(...remove);
}

function planPorts(
  service: Service,
  family: 'IPv4' | 'IPv6',
  wanted: Wanted,
  existing: readonly EndpointSlice[],
): Draft {
  const left = new Map(wanted.endpoints);
  const draft: Draft = { create: [], update: [], remove: [] };
  const kept = new Map<EndpointSlice, Endpoint[]>();
  const changed = new Set<EndpointSlice>();
  for (const slice of existing) {
    const next: Endpoint[] = [];
    for (const e of slice.endpoints ?? []) {
      const found = left.get(endpointKey(e));
      if (found === undefined) {
        changed.add(slice);
        continue;
      }
      left.delete(endpointKey(e));
      next.push(found);
      if (!sameEndpoint(e, found)) changed.add(slice);
    }
    if (next.length === 0 && (slice.endpoints ?? []).length > 0 && left.size === 0) draft.remove.push(slice);
    else kept.set(slice, next);
    if (!sameMap(slice.metadata.labels, labelsFor(service))) changed.add(slice);
  }
  const rest = [...left.values()];
  // First into slices that are written anyway, then into the fullest that still holds the rest, then into new ones.
  for (const [slice, endpoints] of kept)
    if (changed.has(slice)) endpoints.push(...rest.splice(0, MAX_ENDPOINTS - endpoints.length));
  const fullestFirst = [...kept].sort((a, b) => b[1].length - a[1].length);
  const fits = fullestFirst.find(([s, e]) => !changed.has(s) && e.length + rest.length <= MAX_ENDPOINTS);
  if (rest.length > 0 && rest.length < MAX_ENDPOINTS && fits !== undefined) {
    fits[1].push(...rest.splice(0));
    changed.add(fits[0]);
  }
  while (rest.length > 0) draft.create.push(newSlice(service, family, wanted.ports, rest.splice(0, MAX_ENDPOINTS)));
  for (const [slice, endpoints] of kept) {
    if (!changed.has(slice)) continue;
    if (endpoints.length === 0) draft.remove.push(slice);
    else draft.update.push({ ...slice, metadata: { ...slice.metadata, labels: labelsFor(service) }, endpoints });
  }
  return draft;
}

function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    a.conditions?.ready === b.conditions?.ready &&
    a.conditions?.serving === b.conditions?.serving &&
    a.conditions?.terminating === b.conditions?.terminating &&
    a.hostname === b.hostname &&
    a.nodeName === b.nodeName &&
    a.zone === b.zone &&
    a.targetRef?.uid === b.targetRef?.uid
  );
}
