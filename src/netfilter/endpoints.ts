// The endpoints of a Service's port, out of its EndpointSlices, and which of them a node uses. Models
// pkg/proxy/endpointslicecache.go and pkg/proxy/topology.go, v1.36.
import type { EndpointSlice } from '../model/generated/discovery.v1.ts';
import { withPort } from './address.ts';
import { type ServicePort, usesCluster, usesLocal } from './services.ts';
import type { Endpoint, Family, NodeFacts } from './types.ts';

export interface ServiceEndpoint extends Endpoint {
  /** `10.244.1.5:80`. */
  readonly name: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly node: string;
  readonly zones: readonly string[];
  readonly nodes: readonly string[];
  readonly slice: string;
  /** Name of the pod behind it; "" where the slice does not say. */
  readonly pod: string;
}

/** Headless Services' slices have it: kube-proxy does not watch them. */
const HEADLESS = 'service.kubernetes.io/headless';
const SERVICE_NAME = 'kubernetes.io/service-name';

/** `namespace/name` of the slice's Service; undefined where kube-proxy does not watch the slice, or it belongs to none. */
export function serviceOfSlice({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.[SERVICE_NAME];
  if (!name || metadata.labels?.[HEADLESS] !== undefined) return undefined;
  return `${metadata.namespace ?? ''}/${name}`;
}

/** In the order of their addresses as text, which is upstream's. */
export function endpointsOf(slices: readonly EndpointSlice[], port: ServicePort, family: Family): ServiceEndpoint[] {
  const found = new Map<string, ServiceEndpoint>();
  for (const slice of slices) {
    if (slice.addressType !== family) continue;
    const number = (slice.ports ?? []).find(
      (p) => (p.name ?? '') === port.port && (p.protocol ?? 'TCP').toLowerCase() === port.protocol,
    )?.port;
    if (!number) continue;
    for (const one of slice.endpoints ?? []) {
      const ip = one.addresses[0];
      if (ip === undefined) continue;
      const name = withPort({ ip, port: number });
      if (found.has(name)) continue;
      const { ready = true, serving, terminating = false } = one.conditions ?? {};
      found.set(name, {
        ip,
        port: number,
        name,
        ready,
        serving: serving ?? ready,
        terminating,
        node: one.nodeName ?? '',
        zones: (one.hints?.forZones ?? []).map((zone) => zone.name),
        nodes: (one.hints?.forNodes ?? []).map((node) => node.name),
        slice: slice.metadata.name ?? '',
        pod: one.targetRef?.kind === 'Pod' ? (one.targetRef.name ?? '') : '',
      });
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** How hints narrow the choice on a node. */
export type Topology = '' | 'PreferSameNode' | 'PreferSameZone';

export interface Reachable {
  /** For policy Cluster. */
  readonly cluster: readonly ServiceEndpoint[];
  /** For policy Local. */
  readonly local: readonly ServiceEndpoint[];
  /** Both, each once. */
  readonly all: readonly ServiceEndpoint[];
  /** Whether any node could reach one. */
  readonly any: boolean;
  readonly topology: Topology;
}

const lastResort = (e: ServiceEndpoint): boolean => e.serving && e.terminating;

/** Those that are ready, and where there is none, those that end and still serve. */
function usable(list: readonly ServiceEndpoint[], near: (e: ServiceEndpoint) => boolean): ServiceEndpoint[] {
  const ready = list.filter((e) => e.ready && near(e));
  return ready.length > 0 ? ready : list.filter(lastResort);
}

export function reachable(endpoints: readonly ServiceEndpoint[], port: ServicePort, node: NodeFacts): Reachable {
  const topology = usesCluster(port) ? topologyOf(endpoints, node) : '';
  const near = (e: ServiceEndpoint): boolean =>
    topology === '' || (topology === 'PreferSameNode' ? e.nodes.includes(node.name) : e.zones.includes(node.zone));
  const cluster = usesCluster(port) ? usable(endpoints, near) : [];
  const isLocal = (e: ServiceEndpoint): boolean => e.node !== '' && e.node === node.name;
  const local = usesLocal(port) ? usable(endpoints.filter(isLocal), () => true) : [];
  const any = cluster.length > 0 || (usesLocal(port) && endpoints.some((e) => e.ready || lastResort(e)));
  const all = [...new Set([...cluster, ...local])].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { cluster, local, all, any, topology };
}

/** Hints count only when every endpoint that is ready has them, and one of them is for here. */
function topologyOf(endpoints: readonly ServiceEndpoint[], { name, zone }: NodeFacts): Topology {
  const ready = endpoints.filter((e) => e.ready);
  if (ready.length === 0) return '';
  if (ready.every((e) => e.nodes.length > 0) && ready.some((e) => e.nodes.includes(name))) return 'PreferSameNode';
  if (ready.every((e) => e.zones.length > 0) && ready.some((e) => e.zones.includes(zone))) return 'PreferSameZone';
  return '';
}
