// For whom an endpoint is meant: the hints that kube-proxy goes by. They follow a Service's trafficDistribution, or its
// annotation topology-mode. Models staging/src/k8s.io/endpointslice/{trafficdist,topologycache}, v1.36.
import type { Service } from '../../../model/generated/core.v1.ts';
import type { Endpoint, EndpointHints, EndpointSlice } from '../../../model/generated/discovery.v1.ts';
import { keyOf } from '../../../model/object.ts';
import type { Allocation, TopologyCache } from './topology.ts';

export interface SliceEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface Slices {
  readonly create: EndpointSlice[];
  readonly update: EndpointSlice[];
  readonly unchanged: readonly EndpointSlice[];
}

export interface Hinted {
  readonly create: EndpointSlice[];
  readonly update: EndpointSlice[];
  readonly events: readonly SliceEvent[];
}

const DISTRIBUTIONS = new Set(['PreferClose', 'PreferSameZone', 'PreferSameNode']);
const ENABLED = 'TopologyAwareHintsEnabled';
const DISABLED = 'TopologyAwareHintsDisabled';

/** The older annotation goes first. Source: hintsEnabled in utils.go. */
function wantsTopology(service: Service): boolean {
  const { annotations = {} } = service.metadata;
  const mode =
    annotations['service.kubernetes.io/topology-aware-hints'] ?? annotations['service.kubernetes.io/topology-mode'];
  return mode === 'Auto' || mode === 'auto';
}

const isReady = (e: Endpoint): boolean => e.conditions?.ready === true;
const mapped = (slice: EndpointSlice, of: (e: Endpoint) => Endpoint): EndpointSlice => ({
  ...slice,
  endpoints: (slice.endpoints ?? []).map(of),
});
function withHints(e: Endpoint, hints?: EndpointHints): Endpoint {
  if (e.hints === hints) return e;
  const { hints: _, ...rest } = e;
  return hints === undefined ? rest : { ...rest, hints };
}

export function reconcileHints(service: Service, family: string, slices: Slices, cache: TopologyCache): Hinted {
  const key = keyOf(service);
  if (wantsTopology(service)) return topologyHints(key, family, slices, cache);
  const events: SliceEvent[] = [];
  if (cache.isPopulated(key)) {
    const message = `Topology Aware Hints has been disabled, addressType: ${family}`;
    events.push({ type: 'Warning', reason: DISABLED, message });
  }
  cache.removeHints(key, family);
  const distribution = service.spec?.trafficDistribution ?? '';
  const close = DISTRIBUTIONS.has(distribution);
  const of = (e: Endpoint): Endpoint => {
    if (!close) return withHints(e);
    return isReady(e) ? withHints(e, hintsFor(e, distribution === 'PreferSameNode')) : e;
  };
  return { ...rewritten(slices, of), events };
}

function hintsFor({ zone, nodeName }: Endpoint, nodes: boolean): EndpointHints | undefined {
  const hints = {
    ...(zone ? { forZones: [{ name: zone }] } : {}),
    ...(nodes && nodeName ? { forNodes: [{ name: nodeName }] } : {}),
  };
  return Object.keys(hints).length > 0 ? hints : undefined;
}

/** Slices that would stay as they are are written where their hints are others. */
function rewritten({ create, update, unchanged }: Slices, of: (e: Endpoint) => Endpoint): Omit<Hinted, 'events'> {
  const wrong = unchanged.filter((s) => (s.endpoints ?? []).some((e) => !sameHints(e.hints, of(e).hints)));
  return { create: create.map((s) => mapped(s, of)), update: [...update, ...wrong].map((s) => mapped(s, of)) };
}

function sameHints(a: EndpointHints | undefined, b: EndpointHints | undefined): boolean {
  if (a === b) return true;
  const text = (h: EndpointHints | undefined): string =>
    [h?.forZones ?? [], h?.forNodes ?? []].map((names) => names.map((n) => n.name).join()).join('/');
  return (a === undefined) === (b === undefined) && text(a) === text(b);
}

type ByZone = Map<string, number>;
const add = (to: ByZone, zone: string, n: number): void => {
  to.set(zone, (to.get(zone) ?? 0) + n);
};

function topologyHints(key: string, family: string, slices: Slices, cache: TopologyCache): Hinted {
  const off = (why: string): Hinted => {
    cache.removeHints(key, family);
    const event = { type: 'Warning', reason: DISABLED, message: `${why}, addressType: ${family}` } as const;
    return { ...rewritten(slices, withoutHints), events: [event] };
  };
  const { create, update, unchanged } = slices;
  const all = [...create, ...update, ...unchanged];
  const total = all.reduce((n, s) => n + (s.endpoints ?? []).filter(isReady).length, 0);
  const allocations = cache.allocate(total);
  if (typeof allocations === 'string') return off(allocations);
  const byZone: ByZone = new Map();
  const wrong = unchanged.filter((s) => !countHints(s, byZone, allocations));
  const writes = [...create, ...update, ...wrong];
  const ready = writes.flatMap((s) => s.endpoints ?? []).filter(isReady);
  if (ready.some((e) => !e.zone)) return off('One or more endpoints do not have a zone specified');
  for (const e of ready) add(byZone, e.zone ?? '', 1);
  const moved = redistributed(ready, allocations, byZone);
  if (byZone.size === 0) return off('No hints allocated for zones');
  const before = cache.isPopulated(key);
  cache.setHints(key, family, byZone);
  const of = (e: Endpoint): Endpoint =>
    isReady(e) ? withHints(e, { forZones: [{ name: moved.get(e) ?? e.zone ?? '' }] }) : e;
  const message = `Topology Aware Hints has been enabled, addressType: ${family}`;
  return {
    create: create.map((s) => mapped(s, of)),
    update: [...update, ...wrong].map((s) => mapped(s, of)),
    events: before ? [] : [{ type: 'Normal', reason: ENABLED, message }],
  };
}

function withoutHints(e: Endpoint): Endpoint {
  return withHints(e);
}

/** Adds the hints that a slice has; false where it has to be written anew, since some are missing or too many for a zone. */
function countHints(slice: EndpointSlice, into: ByZone, allocations: ReadonlyMap<string, Allocation>): boolean {
  const own: ByZone = new Map();
  for (const e of (slice.endpoints ?? []).filter(isReady)) {
    const zones = e.hints?.forZones ?? [];
    if (zones.length === 0 || zones.some((z) => !allocations.has(z.name))) return false;
    for (const z of zones) add(own, z.name, 1);
  }
  for (const [zone, n] of own) if (n + (into.get(zone) ?? 0) > (allocations.get(zone)?.maximum ?? 0)) return false;
  for (const [zone, n] of own) add(into, zone, n);
  return true;
}

/** Endpoints that serve another zone than their own; `byZone` is brought up to date. */
function redistributed(
  ready: readonly Endpoint[],
  allocations: ReadonlyMap<string, Allocation>,
  byZone: ByZone,
): Map<Endpoint, string> {
  const { giving, receiving } = balance(allocations, byZone);
  const moved = new Map<Endpoint, string>();
  for (const e of ready) {
    const from = e.zone ?? '';
    const [to] = [...receiving].find(([, n]) => n > 0) ?? [];
    if (to === undefined) break;
    if ((giving.get(from) ?? 0) <= 0) continue;
    moved.set(e, to);
    add(giving, from, -1);
    add(receiving, to, -1);
    add(byZone, to, 1);
    add(byZone, from, -1);
  }
  return moved;
}

function balance(allocations: ReadonlyMap<string, Allocation>, byZone: ByZone): { giving: ByZone; receiving: ByZone } {
  const over: ByZone = new Map();
  const under: ByZone = new Map();
  for (const [zone, { desired }] of allocations) {
    const has = byZone.get(zone) ?? 0;
    if (has > desired) over.set(zone, has - desired);
    else if (has < desired) under.set(zone, desired - has);
  }
  const giving: ByZone = new Map();
  const receiving: ByZone = new Map();
  for (;;) {
    const [from, give] = most(over);
    const [to, receive] = most(under);
    if (from === '' || to === '' || (give < 1 && receive < 1) || give < 0.5 || receive < 0.5) break;
    add(giving, from, 1);
    add(over, from, -1);
    add(receiving, to, 1);
    add(under, to, -1);
  }
  return { giving, receiving };
}

function most(zones: ByZone): [zone: string, n: number] {
  let best: [string, number] = ['', 0];
  for (const [zone, n] of zones) if (n > best[1]) best = [zone, n];
  return best;
}
