// Whether the server behind an APIService can be reached. Models sync in
// kube-aggregator/pkg/controllers/status/remote/remote_available_controller.go.
import type { APIService, APIServiceCondition } from '../../../model/generated/apiregistration.v1.ts';
import type { Service } from '../../../model/generated/core.v1.ts';
import type { EndpointSlice } from '../../../model/generated/discovery.v1.ts';
import type { Store } from '../../store/index.ts';
import { dialService } from '../outbound/service.ts';

const PASSED: APIServiceCondition = {
  type: 'Available',
  status: 'True',
  reason: 'Passed',
  message: 'all checks passed',
};

const no = (reason: string, message: string): APIServiceCondition => ({
  type: 'Available',
  status: 'False',
  reason,
  message,
});

function slicesOf(store: Store, namespace: string, name: string): EndpointSlice[] {
  return [...store.range(`/registry/endpointslices/${namespace}/`)]
    .map((kv) => kv.value as EndpointSlice)
    .filter((s) => s.metadata?.labels?.['kubernetes.io/service-name'] === name);
}

function hasEndpoint(slice: EndpointSlice, port: string): boolean {
  const ready = (slice.endpoints ?? []).some((e) => e.conditions?.ready ?? true);
  return ready && (slice.ports ?? []).some((p) => (p.name ?? '') === port && p.port !== undefined);
}

/** @param answers whether the simulator answers for a group's server. */
export function remoteCondition(
  store: Store,
  { spec }: APIService,
  answers: (group: string) => boolean,
): APIServiceCondition {
  const { group = '', version = '', service = {} } = spec ?? {};
  const { namespace = '', name = '', port = 443 } = service;
  const which = `service/${name} in ${JSON.stringify(namespace)}`;
  const found = store.get(`/registry/services/specs/${namespace}/${name}`)?.value as Service | undefined;
  if (found === undefined) return no('ServiceNotFound', `${which} is not present`);
  if ((found.spec?.type ?? 'ClusterIP') === 'ClusterIP') {
    const servicePort = (found.spec?.ports ?? []).find((p) => p.port === port);
    if (servicePort === undefined) return no('ServicePortError', `${which} is not listening on port ${port}`);
    const slices = slicesOf(store, namespace, name);
    if (slices.length === 0) return no('EndpointsNotFound', `cannot find endpointslices for ${which}`);
    const portName = servicePort.name ?? '';
    if (!slices.some((s) => hasEndpoint(s, portName))) {
      const why = `endpointslices for ${which} have no addresses with port name ${JSON.stringify(portName)}`;
      return no('MissingEndpoints', why);
    }
  }
  if (answers(group)) return PASSED;
  const { error } = dialService(store, { namespace, name, port });
  if (!error.startsWith('dial')) return no('FailedDiscoveryCheck', error);
  const url = `https://${found.spec?.clusterIP}:${port}/apis/${group}/${version}`;
  return no('FailedDiscoveryCheck', `failing or missing response from ${url}: Get ${JSON.stringify(url)}: ${error}`);
}
