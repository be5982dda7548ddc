// What an EndpointSlice says of a pod and of its Service: pure. Models staging/src/k8s.io/endpointslice/utils.go, v1.36.
import type { Pod, Service } from '../../../model/generated/core.v1.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../../model/generated/discovery.v1.ts';
import { addressesOf, HEADLESS, hostnameOf, isHeadless, targetPort } from '../common/endpoints.ts';
import { sameMap } from '../common/maps.ts';
import { controllerRef } from '../common/podcontrol.ts';
import { isPodReady } from '../common/pods.ts';

export const CONTROLLER = 'endpointslice-controller.k8s.io';
export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';

const RESERVED = new Set([SERVICE_NAME, MANAGED_BY, HEADLESS]);

export function toEndpoint(pod: Pod, zone: string | undefined, service: Service, family: 'IPv4' | 'IPv6'): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const hostname = hostnameOf(pod, service);
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  return {
    addresses: addressesOf(pod, family),
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

export function labelsFor(service: Service): { readonly [key: string]: string } {
  const own = Object.entries(service.metadata.labels ?? {}).filter(([k]) => !RESERVED.has(k));
  return {
    ...Object.fromEntries(own),
    ...(isHeadless(service) ? { [HEADLESS]: '' } : {}),
    [SERVICE_NAME]: service.metadata.name ?? '',
    [MANAGED_BY]: CONTROLLER,
  };
}

export function newSlice(
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

export function familiesOf(service: Service): ('IPv4' | 'IPv6')[] {
  const known = (service.spec?.ipFamilies ?? []).flatMap((f) => (f === '' ? [] : [f]));
  return known.length > 0 ? known : ['IPv4'];
}

/** The labels that the slice should have; undefined where it has them. What the controller keeps to itself sets nothing off. */
export function newLabels(slice: EndpointSlice, service: Service): { readonly [key: string]: string } | undefined {
  const own = (labels: { readonly [key: string]: string } = {}): { readonly [key: string]: string } =>
    Object.fromEntries(Object.entries(labels).filter(([key]) => !RESERVED.has(key)));
  return sameMap(own(slice.metadata.labels), own(service.metadata.labels)) ? undefined : labelsFor(service);
}

/** Name and key of the Service that a slice is of. */
export const nameOf = (s: EndpointSlice): string => s.metadata.labels?.[SERVICE_NAME] ?? '';
export const serviceOf = (s: EndpointSlice): string => `${s.metadata.namespace}/${nameOf(s)}`;
export const byService = (s: EndpointSlice): readonly string[] => [serviceOf(s)];

/** A slice may be left of a Service of the same name that is gone. */
export function ownedBy(slice: EndpointSlice, service: Service): boolean {
  return (slice.metadata.ownerReferences ?? []).some((r) => r.uid === service.metadata.uid && r.kind === 'Service');
}
