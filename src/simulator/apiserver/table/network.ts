// The rows of Services and their kin. Models pkg/printers/internalversion/printers.go.
import type { Endpoints, LoadBalancerStatus, Service, ServicePort } from '../../../model/generated/core.v1.ts';
import type { EndpointSlice } from '../../../model/generated/discovery.v1.ts';
import type {
  Ingress,
  IngressClass,
  IPAddress,
  NetworkPolicy,
  ServiceCIDR,
} from '../../../model/generated/networking.v1.ts';
import { type Cell, cut, labels, NONE, selectorOrNone, UNSET } from './format.ts';
import { age, type Printers } from './printer.ts';

const SHOWN = 3;

function port(p: ServicePort): string {
  const protocol = p.protocol ?? 'TCP';
  return p.nodePort ? `${p.port}:${p.nodePort}/${protocol}` : `${p.port}/${protocol}`;
}

function balancers(status: LoadBalancerStatus | undefined): string[] {
  return [...new Set((status?.ingress ?? []).map((i) => i.ip || i.hostname || '').filter((t) => t !== ''))].sort();
}

function externalAddress(s: Service): string {
  const { type = 'ClusterIP', externalIPs = [], externalName = '' } = s.spec ?? {};
  if (type === 'ExternalName') return externalName;
  if (type !== 'LoadBalancer') return externalIPs.join(',') || NONE;
  return [...balancers(s.status?.loadBalancer), ...externalIPs].join(',') || '<pending>';
}

function service(s: Service, now: number): Cell[] {
  const ip = s.spec?.clusterIPs?.[0] ?? NONE;
  const ports = (s.spec?.ports ?? []).map(port).join(',') || NONE;
  return [s.spec?.type ?? '', ip, externalAddress(s), ports, age(s, now), labels(s.spec?.selector)];
}

const hostPort = (ip: string, p: number): string => (ip.includes(':') ? `[${ip}]:${p}` : `${ip}:${p}`);

function endpoints(e: Endpoints, now: number): Cell[] {
  const all = (e.subsets ?? []).flatMap((s) => {
    const ips = (s.addresses ?? []).map((a) => a.ip);
    const ports = s.ports ?? [];
    return ports.length === 0 ? ips : ports.flatMap((p) => ips.map((ip) => hostPort(ip, p.port)));
  });
  return [cut(all, SHOWN, NONE), age(e, now)];
}

function endpointSlice(e: EndpointSlice, now: number): Cell[] {
  const ports = (e.ports ?? []).map((p) => (p.port === undefined ? p.name || '*' : String(p.port)));
  const addresses = (e.endpoints ?? []).flatMap((x) => x.addresses ?? []);
  return [e.addressType, cut(ports, SHOWN, UNSET), cut(addresses, SHOWN, UNSET), age(e, now)];
}

function ingress(i: Ingress, now: number): Cell[] {
  const hosts = (i.spec?.rules ?? []).map((r) => r.host ?? '').filter((h) => h !== '');
  const address = [...new Set((i.status?.loadBalancer?.ingress ?? []).map((x) => x.ip || x.hostname || ''))];
  const ports = (i.spec?.tls ?? []).length > 0 ? '80, 443' : '80';
  return [
    i.spec?.ingressClassName ?? NONE,
    cut(hosts, SHOWN, '*'),
    address
      .filter((a) => a !== '')
      .sort()
      .join(','),
    ports,
    age(i, now),
  ];
}

function ingressClass(c: IngressClass, now: number): Cell[] {
  const p = c.spec?.parameters;
  const group = p?.apiGroup ? `.${p.apiGroup}` : '';
  return [c.spec?.controller ?? '', p === undefined ? NONE : `${p.kind}${group}/${p.name}`, age(c, now)];
}

function address(a: IPAddress): Cell[] {
  const ref = a.spec?.parentRef;
  if (ref === undefined) return [NONE];
  const resource = ref.group ? `${ref.resource ?? ''}.${ref.group}` : (ref.resource ?? '');
  return [[resource.toLowerCase(), ref.namespace ?? '', ref.name ?? ''].filter((t) => t !== '').join('/')];
}

export const NETWORK: Printers = {
  '/services': service,
  '/endpoints': endpoints,
  'discovery.k8s.io/endpointslices': endpointSlice,
  'networking.k8s.io/ingresses': ingress,
  'networking.k8s.io/ingressclasses': ingressClass,
  'networking.k8s.io/networkpolicies': (n: NetworkPolicy, now) => [selectorOrNone(n.spec?.podSelector), age(n, now)],
  'networking.k8s.io/ipaddresses': address,
  'networking.k8s.io/servicecidrs': (s: ServiceCIDR, now) => [(s.spec?.cidrs ?? []).join(','), age(s, now)],
};
