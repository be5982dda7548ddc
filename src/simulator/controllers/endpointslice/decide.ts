// The EndpointSlices that a Service should have: pure. Models staging/src/k8s.io/endpointslice/reconciler.go, v1.36.
import type { Node, Pod, Service } from '../../../model/generated/core.v1.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../../model/generated/discovery.v1.ts';
import { byObject } from '../../../model/remember.ts';
import { belongsInEndpoints } from '../common/endpoints.ts';
import { sameMap } from '../common/maps.ts';
import { familiesOf, newLabels, newSlice, ownedBy, portsOf, toEndpoint } from './endpoint.ts';
import { reconcileHints, type SliceEvent } from './hints.ts';
import { type TopologyCache, ZONE } from './topology.ts';

/** Source: --max-endpoints-per-slice, v1.36. */
const MAX_ENDPOINTS = 100;

export type Family = 'IPv4' | 'IPv6';

/** What is written for one family of addresses, in this order. */
export interface SlicePlan {
  readonly create: EndpointSlice[];
  readonly update: EndpointSlice[];
  readonly remove: EndpointSlice[];
  readonly events?: readonly SliceEvent[];
}

export interface Plans {
  readonly plans: readonly SlicePlan[];
  /** Pods that were left out, since the node that they name is not known. */
  readonly lost: readonly Pod[];
}

/** What is known besides the Service, its pods and its slices. */
export interface Surroundings {
  readonly nodeOf: (name: string) => Node | undefined;
  readonly topology: TopologyCache;
}

const portKey = (ports: readonly EndpointPort[] | undefined): string =>
  (ports ?? [])
    .map((p) => `${p.name ?? ''}/${p.port ?? ''}/${p.protocol ?? ''}/${p.appProtocol ?? ''}`)
    .sort()
    .join();
const endpointKey = byObject(
  (e: Endpoint): string =>
    `${e.targetRef?.namespace ?? ''}/${e.targetRef?.name ?? ''}/${e.hostname ?? ''}/${e.addresses.join()}`,
);

interface Row {
  readonly ports: readonly EndpointPort[];
  readonly key: string;
  /** What was made of it, by family and zone of its node. */
  readonly made: { readonly family: Family; readonly zone: string | undefined; readonly endpoint: Endpoint }[];
}

/** What each pod is to a Service, null for nothing. All its pods are looked at again with every change of one. */
const rowsOf = byObject((service: Service) =>
  byObject((pod: Pod): Row | null => {
    if (!belongsInEndpoints(pod, true)) return null;
    const ports = portsOf(pod, service);
    return { ports, key: portKey(ports), made: [] };
  }),
);

function endpointIn({ made }: Row, pod: Pod, service: Service, family: Family, zone: string | undefined): Endpoint {
  for (const one of made) if (one.family === family && one.zone === zone) return one.endpoint;
  const endpoint = toEndpoint(pod, zone, service, family);
  made.push({ family, zone, endpoint });
  return endpoint;
}

interface Group {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Map<string, Endpoint>;
}

/** `existing`: the slices that carry the names of this Service and of this controller. */
export function planSlices(
  service: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[],
  around: Surroundings,
): Plans {
  const families = familiesOf(service);
  const lost = new Set<Pod>();
  const plans = families.map((family): SlicePlan => {
    const wanted = groupsOf(service, family, pods, around.nodeOf, lost);
    const own = existing.filter((s) => s.addressType === family);
    const plan = planFamily(service, family, wanted, own);
    const changed = new Set([...plan.update, ...plan.remove].map((s) => s.metadata.name));
    const unchanged = own.filter((s) => !changed.has(s.metadata.name));
    return recycled(service, { ...plan, ...reconcileHints(service, family, { ...plan, unchanged }, around.topology) });
  });
  // A family that the Service no longer has loses its slices, after all else.
  const remove = existing.filter((s) => !families.includes(s.addressType as Family));
  return { plans: remove.length > 0 ? [...plans, { create: [], update: [], remove }] : plans, lost: [...lost] };
}

function groupsOf(
  service: Service,
  family: Family,
  pods: readonly Pod[],
  nodeOf: (name: string) => Node | undefined,
  lost: Set<Pod>,
): Map<string, Group> {
  const groups = new Map<string, Group>();
  const rowOf = rowsOf(service);
  for (const pod of pods) {
    const row = rowOf(pod);
    if (row === null) continue;
    let group = groups.get(row.key);
    if (group === undefined) {
      group = { ports: row.ports, endpoints: new Map<string, Endpoint>() };
      groups.set(row.key, group);
    }
    const node = nodeOf(pod.spec?.nodeName ?? '');
    if (node === undefined && service.spec?.publishNotReadyAddresses !== true) {
      lost.add(pod);
      continue;
    }
    const endpoint = endpointIn(row, pod, service, family, node?.metadata.labels?.[ZONE]);
    if (endpoint.addresses.length > 0) group.endpoints.set(endpointKey(endpoint), endpoint);
  }
  return groups;
}

function planFamily(
  service: Service,
  family: Family,
  wanted: ReadonlyMap<string, Group>,
  existing: readonly EndpointSlice[],
): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], remove: existing.filter((s) => !ownedBy(s, service)) };
  const byPorts = new Map<string, EndpointSlice[]>();
  for (const s of existing.filter((one) => ownedBy(one, service)))
    byPorts.set(portKey(s.ports), [...(byPorts.get(portKey(s.ports)) ?? []), s]);
  for (const [key, group] of wanted) {
    const part = planPorts(service, family, group, byPorts.get(key) ?? []);
    plan.create.push(...part.create);
    plan.update.push(...part.update);
    plan.remove.push(...part.remove);
  }
  for (const [key, slices] of byPorts) if (!wanted.has(key)) plan.remove.push(...slices);
  if (plan.create.length > 0 || plan.remove.length < existing.length) return plan;
  // A Service without endpoints keeps one empty slice.
  const empty = newSlice(service, family, [], []);
  const [only] = plan.remove;
  if (plan.remove.length === 1 && only !== undefined && isEmptySlice(only, empty) && ownedBy(only, service))
    return { ...plan, remove: [] };
  return { ...plan, create: [empty] };
}

function isEmptySlice(slice: EndpointSlice, empty: EndpointSlice): boolean {
  const nothing = (slice.endpoints ?? []).length + (slice.ports ?? []).length === 0;
  return nothing && sameMap(slice.metadata.labels, empty.metadata.labels);
}

/** A slice that would go and one that would come are one slice that is written over. */
function recycled(service: Service, { create, update, remove, events = [] }: SlicePlan): SlicePlan {
  const comes = [...create];
  const changes = [...update];
  const goes: EndpointSlice[] = [];
  for (const old of remove) {
    const next = comes.at(-1);
    if (next !== undefined && old.addressType === next.addressType && ownedBy(old, service)) {
      comes.pop();
      changes.push({ ...next, metadata: { ...next.metadata, name: old.metadata.name ?? '' } });
    } else goes.push(old);
  }
  return { create: comes, update: changes, remove: goes, ...(events.length > 0 ? { events } : {}) };
}

function planPorts(service: Service, family: Family, wanted: Group, existing: readonly EndpointSlice[]): SlicePlan {
  const left = new Map(wanted.endpoints);
  const remove: EndpointSlice[] = [];
  const changed: EndpointSlice[] = [];
  const unchanged: EndpointSlice[] = [];
  for (const slice of existing) {
    const { kept, same } = keep(slice, left);
    const labels = newLabels(slice, service);
    const metadata = { ...slice.metadata, labels: labels ?? slice.metadata.labels ?? {} };
    if (same && labels === undefined) unchanged.push(slice);
    else if (!same && kept.length === 0) remove.push(slice);
    else changed.push({ ...slice, metadata, endpoints: kept });
  }
  const rest = [...left.values()];
  // First into slices that are written anyway, the fullest first.
  const bySize = (a: EndpointSlice, b: EndpointSlice): number => sizeOf(b) - sizeOf(a);
  const update = changed.sort(bySize).map((s) => filled(s, rest));
  const create: EndpointSlice[] = [];
  while (rest.length > 0) {
    const room = rest.length < MAX_ENDPOINTS ? fullestWithRoom(unchanged, rest.length) : undefined;
    if (room === undefined) create.push(filled(newSlice(service, family, wanted.ports, []), rest));
    else {
      unchanged.splice(unchanged.indexOf(room), 1);
      update.push(filled(room, rest));
    }
  }
  return { create, update, remove };
}

/** The endpoints of a slice that are still wanted, as they are now; they are taken from `left`. */
function keep(slice: EndpointSlice, left: Map<string, Endpoint>): { kept: Endpoint[]; same: boolean } {
  const kept: Endpoint[] = [];
  let same = true;
  for (const e of slice.endpoints ?? []) {
    const found = left.get(endpointKey(e));
    if (found === undefined || !sameEndpoint(e, found)) same = false;
    if (found === undefined) continue;
    left.delete(endpointKey(e));
    kept.push(found);
  }
  return { kept, same };
}

const sizeOf = (s: EndpointSlice): number => (s.endpoints ?? []).length;

function filled(slice: EndpointSlice, rest: Endpoint[]): EndpointSlice {
  const endpoints = [...(slice.endpoints ?? []), ...rest.splice(0, MAX_ENDPOINTS - sizeOf(slice))];
  return { ...slice, metadata: slice.metadata, endpoints };
}

function fullestWithRoom(slices: readonly EndpointSlice[], count: number): EndpointSlice | undefined {
  let best: EndpointSlice | undefined;
  for (const s of slices) {
    if (sizeOf(s) + count > MAX_ENDPOINTS) continue;
    if (best === undefined || sizeOf(s) > sizeOf(best)) best = s;
  }
  return best;
}

function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    a.conditions?.ready === b.conditions?.ready &&
    a.conditions?.serving === b.conditions?.serving &&
    a.conditions?.terminating === b.conditions?.terminating &&
    a.nodeName === b.nodeName &&
    a.zone === b.zone &&
    a.targetRef?.uid === b.targetRef?.uid
  );
}
