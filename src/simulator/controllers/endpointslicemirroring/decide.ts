// The EndpointSlices that mirror an Endpoints object which a user keeps: pure. Models pkg/controller/endpointslicemirroring, v1.36.
import type { EndpointAddress, EndpointSubset, Endpoints, Service } from '../../../model/generated/core.v1.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../../model/generated/discovery.v1.ts';
import { TRIGGER_TIME } from '../common/endpoints.ts';
import { goJson } from '../common/history.ts';
import { sameMap } from '../common/maps.ts';
import { controllerRef } from '../common/podcontrol.ts';
import { MANAGED_BY, SERVICE_NAME } from '../endpointslice/endpoint.ts';

export const CONTROLLER = 'endpointslicemirroring-controller.k8s.io';
const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Source: --mirroring-max-endpoints-per-subset, v1.36. */
export const MAX_ADDRESSES = 1000;

/** Only Endpoints of a Service without a selector are mirrored: the others have slices of their own. */
export function shouldMirror(endpoints: Endpoints | undefined, service: Service | undefined): endpoints is Endpoints {
  if (endpoints === undefined || service === undefined || service.spec?.selector !== undefined) return false;
  const { labels, annotations } = endpoints.metadata;
  return labels?.[SKIP] !== 'true' && annotations?.[LEADER] === undefined;
}

const isV6 = (a: EndpointAddress): boolean => a.ip.includes(':');

function mirrored(a: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [a.ip],
    conditions: { ready },
    ...(a.hostname ? { hostname: a.hostname } : {}),
    ...(a.nodeName ? { nodeName: a.nodeName } : {}),
    ...(a.targetRef ? { targetRef: a.targetRef } : {}),
  };
}

function portsOf(subset: EndpointSubset): EndpointPort[] {
  return (subset.ports ?? []).map((p): EndpointPort => {
    const { name = '', port, protocol = 'TCP', appProtocol } = p;
    return { name, port, protocol, ...(appProtocol ? { appProtocol } : {}) };
  });
}

function sliceFor(
  endpoints: Endpoints,
  family: 'IPv4' | 'IPv6',
  ports: readonly EndpointPort[],
  list: readonly Endpoint[],
): EndpointSlice {
  const { name = '', namespace = '', labels, annotations = {} } = endpoints.metadata;
  const { [TRIGGER_TIME]: _, [LAST_APPLIED]: __, ...kept } = annotations;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: { ...labels, [SERVICE_NAME]: name, [MANAGED_BY]: CONTROLLER },
      ...(Object.keys(kept).length > 0 ? { annotations: kept } : {}),
      ownerReferences: [controllerRef(endpoints, 'v1', 'Endpoints')],
    },
    addressType: family,
    endpoints: list,
    ports,
  };
}

/** One slice for each subset and address family. */
export function mirror(endpoints: Endpoints): EndpointSlice[] {
  const out = new Map<string, EndpointSlice>();
  for (const subset of endpoints.subsets ?? []) {
    const all = [
      ...(subset.addresses ?? []).map((a) => ({ a, ready: true })),
      ...(subset.notReadyAddresses ?? []).map((a) => ({ a, ready: false })),
    ].slice(0, MAX_ADDRESSES);
    for (const family of ['IPv4', 'IPv6'] as const) {
      const list = all.filter((e) => isV6(e.a) === (family === 'IPv6')).map((e) => mirrored(e.a, e.ready));
      if (list.length === 0) continue;
      const ports = portsOf(subset);
      const key = keyOf(family, ports);
      const known = out.get(key)?.endpoints ?? [];
      out.set(key, sliceFor(endpoints, family, ports, [...known, ...list]));
    }
  }
  return [...out.values()];
}

function keyOf(family: string, ports: readonly EndpointPort[] | undefined): string {
  return `${family}/${goJson(ports ?? [])}`;
}

export interface MirrorPlan {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

/** What is there of each set of ports is one slice. */
export function planMirror(wanted: readonly EndpointSlice[], existing: readonly EndpointSlice[]): MirrorPlan {
  const create: EndpointSlice[] = [];
  const update: EndpointSlice[] = [];
  const left = new Set(existing);
  for (const w of wanted) {
    const key = keyOf(w.addressType, w.ports);
    const known = [...left].find((e) => keyOf(e.addressType, e.ports) === key);
    if (known === undefined) create.push(w);
    else {
      left.delete(known);
      if (!isMirror(known, w)) update.push(named(w, known));
    }
  }
  // A slice that would go and one that would come are one slice that is written over.
  const remove: EndpointSlice[] = [];
  for (const old of left) {
    const at = create.findLastIndex((c) => c.addressType === old.addressType);
    const [next] = at < 0 ? [] : create.splice(at, 1);
    if (next === undefined) remove.push(old);
    else update.push(named(next, old));
  }
  return { create, update, remove };
}

function named({ metadata, ...slice }: EndpointSlice, { metadata: { name = '' } }: EndpointSlice): EndpointSlice {
  const { generateName: _, ...rest } = metadata;
  return { ...slice, metadata: { ...rest, name } };
}

function isMirror(slice: EndpointSlice, wanted: EndpointSlice): boolean {
  const set = (s: EndpointSlice): string => (s.endpoints ?? []).map(goJson).sort().join();
  return (
    set(slice) === set(wanted) &&
    sameMap(slice.metadata.labels, wanted.metadata.labels) &&
    sameMap(slice.metadata.annotations, wanted.metadata.annotations)
  );
}

/** Addresses beyond what one slice can hold. */
export function skipped(endpoints: Endpoints): number {
  const over = (endpoints.subsets ?? []).map(
    (s) => (s.addresses ?? []).length + (s.notReadyAddresses ?? []).length - MAX_ADDRESSES,
  );
  return over.reduce((sum, n) => sum + Math.max(0, n), 0);
}
