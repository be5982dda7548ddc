// Each port of each Service, with what kube-proxy reads of the Service. Models pkg/proxy/servicechangetracker.go and
// pkg/proxy/serviceport.go, v1.36.
import type { Service } from '../model/generated/core.v1.ts';
import { familyOf } from './address.ts';
import type { Family } from './types.ts';

export interface ServicePort {
  /** As comments have it: `shop/web:http`, `shop/web` for a port without a name. */
  readonly name: string;
  /** `shop/web`. */
  readonly service: string;
  /** Name of the port, "" where it has none. */
  readonly port: string;
  /** Lower case. */
  readonly protocol: string;
  readonly number: number;
  readonly clusterIP: string;
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  readonly loadBalancerIPs: readonly string[];
  readonly sourceRanges: readonly string[];
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  /** 0: no such port is open. */
  readonly healthCheckNodePort: number;
  /** Seconds for which a client stays with its endpoint; undefined: without affinity. */
  readonly sticky: number | undefined;
}

/** Services with this label are another proxy's. */
const OTHER_PROXY = 'service.kubernetes.io/service-proxy-name';
/** Of clientIP.timeoutSeconds, where it is not said. */
const STICKY = 10_800;

export const keyOfService = ({ metadata }: Service): string => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;

/** Whether kube-proxy leaves this Service alone, and why; undefined: it makes rules for it. */
export function skipped({ metadata, spec }: Service): string | undefined {
  if (metadata.labels?.[OTHER_PROXY] !== undefined)
    return `its label ${OTHER_PROXY} gives it to another proxy, so kube-proxy does not watch it`;
  if (spec?.type === 'ExternalName')
    return 'it is an ExternalName: DNS answers with another name, no address of its own';
  if (spec?.clusterIP === 'None')
    return 'it is headless: DNS answers with its pods, and there is no address to translate';
  if (!spec?.clusterIP) return 'it has no cluster IP';
  return undefined;
}

/** The ports of a Service in one family; none where kube-proxy leaves it alone. */
export function portsOf(service: Service, family: Family): ServicePort[] {
  const { spec, status } = service;
  if (spec === undefined || skipped(service) !== undefined) return [];
  const ours = (address: string): boolean => familyOf(address) === family;
  const clusterIP = [...(spec.clusterIPs ?? []), spec.clusterIP ?? ''].find((ip) => ip !== '' && ours(ip));
  if (clusterIP === undefined) return [];
  const key = keyOfService(service);
  const { type = 'ClusterIP' } = spec;
  const externalIPs = (spec.externalIPs ?? []).filter(ours);
  const outside = type === 'LoadBalancer' || type === 'NodePort' || (spec.externalIPs ?? []).length > 0;
  const externalLocal = outside && spec.externalTrafficPolicy === 'Local';
  const loadBalancerIPs = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip = '', ipMode }) =>
    ip !== '' && ipMode !== 'Proxy' && ours(ip) ? [ip] : [],
  );
  const common = {
    service: key,
    clusterIP,
    externalIPs,
    loadBalancerIPs,
    sourceRanges: (spec.loadBalancerSourceRanges ?? []).map((range) => range.trim()).filter(ours),
    internalLocal: spec.internalTrafficPolicy === 'Local',
    externalLocal,
    healthCheckNodePort: type === 'LoadBalancer' && externalLocal ? (spec.healthCheckNodePort ?? 0) : 0,
    sticky:
      spec.sessionAffinity === 'ClientIP'
        ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? STICKY)
        : undefined,
  };
  return (spec.ports ?? []).map(({ name = '', protocol = 'TCP', port, nodePort = 0 }) => ({
    ...common,
    name: name === '' ? key : `${key}:${name}`,
    port: name,
    protocol: protocol.toLowerCase(),
    number: port,
    nodePort,
  }));
}

/** Whether it is reached in other ways than by its cluster IP. */
export const isExternal = (p: ServicePort): boolean =>
  p.nodePort !== 0 || p.loadBalancerIPs.length > 0 || p.externalIPs.length > 0;

/** Even with external policy Local: what comes from this cluster's pods and nodes goes by policy Cluster. */
export const usesCluster = (p: ServicePort): boolean => !p.internalLocal || isExternal(p);
export const usesLocal = (p: ServicePort): boolean => p.internalLocal || (p.externalLocal && isExternal(p));
