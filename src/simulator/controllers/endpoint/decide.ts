// The Endpoints object of a Service: pure. Models pkg/controller/endpoint/endpoints_controller.go and
// pkg/api/v1/endpoints/util.go (RepackSubsets), v1.36.
import type { EndpointAddress, EndpointPort, EndpointSubset, Pod, Service } from '../../../model/generated/core.v1.ts';
import { byObject } from '../../../model/remember.ts';
import { addressesOf, belongsInEndpoints, HEADLESS, hostnameOf, isHeadless, targetPort } from '../common/endpoints.ts';
import { isPodReady } from '../common/pods.ts';

export const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
export const CONTROLLER = 'endpoint-controller';
/** Endpoints hold no more than this; the annotation says so. Source: maxCapacity in endpoints_controller.go. */
const MAX_ADDRESSES = 1000;

export function endpointsLabels(service: Service): { readonly [key: string]: string } {
  const { [HEADLESS]: _, ...own } = service.metadata.labels ?? {};
  return { ...own, ...(isHeadless(service) ? { [HEADLESS]: '' } : {}), [MANAGED_BY]: CONTROLLER };
}

interface Entry {
  readonly address: EndpointAddress;
  readonly ready: boolean;
  readonly ports: EndpointPort[];
  /** Of the ports. */
  readonly key: string;
}

function addressOf(pod: Pod, service: Service): EndpointAddress | undefined {
  const family = service.spec?.ipFamilies?.[0] === 'IPv6' ? 'IPv6' : 'IPv4';
  const ip = addressesOf(pod, family)[0];
  if (ip === undefined) return undefined;
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  const hostname = hostnameOf(pod, service);
  return {
    ...(hostname ? { hostname } : {}),
    ip,
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

/** What each pod is to a Service, null for nothing. All its pods are looked at again with every change of one. */
const entriesOf = byObject((service: Service) => byObject((pod: Pod) => entryOf(service, pod)));

function entryOf(service: Service, pod: Pod): Entry | null {
  const notReadyToo = service.spec?.publishNotReadyAddresses === true;
  const address = belongsInEndpoints(pod, notReadyToo) ? addressOf(pod, service) : undefined;
  if (address === undefined) return null;
  const ports = (service.spec?.ports ?? []).flatMap((p): EndpointPort[] => {
    const port = targetPort(pod, p);
    if (port === undefined) return [];
    const { name, protocol = 'TCP', appProtocol } = p;
    return [{ ...(name ? { name } : {}), port, protocol, ...(appProtocol ? { appProtocol } : {}) }];
  });
  const headlessWithoutPorts = (service.spec?.ports ?? []).length === 0 && isHeadless(service);
  if (ports.length === 0 && !headlessWithoutPorts) return null;
  return { address, ready: notReadyToo || isPodReady(pod), ports, key: JSON.stringify(ports) };
}

const byIp = (a: EndpointAddress, b: EndpointAddress): number => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0);

/** Addresses with the same ports stand in one subset, sorted. */
export function subsetsOf(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const groups = new Map<string, { ports: EndpointPort[]; ready: EndpointAddress[]; notReady: EndpointAddress[] }>();
  const entryIn = entriesOf(service);
  for (const pod of pods) {
    const entry = entryIn(pod);
    if (entry === null) continue;
    let group = groups.get(entry.key);
    if (group === undefined) {
      group = { ports: entry.ports, ready: [], notReady: [] };
      groups.set(entry.key, group);
    }
    (entry.ready ? group.ready : group.notReady).push(entry.address);
  }
  const all = [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, g]) => ({
      ...(g.ready.length > 0 ? { addresses: g.ready.sort(byIp) } : {}),
      ...(g.notReady.length > 0 ? { notReadyAddresses: g.notReady.sort(byIp) } : {}),
      ...(g.ports.length > 0 ? { ports: g.ports } : {}),
    }));
  return truncated(all);
}

const sum = (subsets: readonly EndpointSubset[], of: 'addresses' | 'notReadyAddresses'): number =>
  subsets.reduce((n, s) => n + (s[of] ?? []).length, 0);

/** Beyond what fits, ready addresses stay rather than others, from each subset its share. Models truncateEndpoints. */
function truncated(subsets: EndpointSubset[]): EndpointSubset[] {
  const ready = sum(subsets, 'addresses');
  if (ready + sum(subsets, 'notReadyAddresses') <= MAX_ADDRESSES) return subsets;
  const cut = ready > MAX_ADDRESSES ? 'addresses' : 'notReadyAddresses';
  const room = cut === 'addresses' ? MAX_ADDRESSES : MAX_ADDRESSES - ready;
  const total = sum(subsets, cut);
  let left = room;
  return subsets.map(({ addresses, notReadyAddresses, ...rest }) => {
    const own = (cut === 'addresses' ? addresses : notReadyAddresses) ?? [];
    const kept = own.slice(0, Math.min(left, Math.ceil((own.length / total) * room)));
    left -= kept.length;
    const has = kept.length > 0 ? { [cut]: kept } : {};
    return { ...(cut === 'notReadyAddresses' && addresses ? { addresses } : {}), ...has, ...rest };
  });
}

export const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/** Whether addresses had to be left out. */
export function isFull(subsets: readonly EndpointSubset[], pods: readonly Pod[]): boolean {
  const held = sum(subsets, 'addresses') + sum(subsets, 'notReadyAddresses');
  return held === MAX_ADDRESSES && pods.length > MAX_ADDRESSES;
}

export function sameSubsets(a: readonly EndpointSubset[] = [], b: readonly EndpointSubset[]): boolean {
  return sameLists(a, b, sameSubset);
}

const sameSubset = (a: EndpointSubset, b: EndpointSubset): boolean =>
  sameLists(a.addresses, b.addresses, sameAddress) &&
  sameLists(a.notReadyAddresses, b.notReadyAddresses, sameAddress) &&
  sameLists(a.ports, b.ports, samePort);
const sameAddress = (a: EndpointAddress, b: EndpointAddress): boolean =>
  a.ip === b.ip && a.hostname === b.hostname && a.nodeName === b.nodeName && a.targetRef?.uid === b.targetRef?.uid;
const samePort = (a: EndpointPort, b: EndpointPort): boolean =>
  a.name === b.name && a.port === b.port && a.protocol === b.protocol && a.appProtocol === b.appProtocol;

function sameLists<T>(a: readonly T[] = [], b: readonly T[] = [], same: (a: T, b: T) => boolean): boolean {
  return a.length === b.length && a.every((x, i) => same(x, b[i] as T));
}
