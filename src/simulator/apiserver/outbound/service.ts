// A Service as the API server dials it: it goes to the cluster IP, where kube-proxy would send it on. No program of the
// simulation listens behind it, so nothing ever answers. Models ResolveCluster in
// staging/src/k8s.io/apiserver/pkg/util/proxy/proxy.go.
import type { Service } from '../../../model/generated/core.v1.ts';
import type { OutboundResult } from '../../../model/outbound.ts';
import type { Store } from '../../store/index.ts';

export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** What dialing the Service says. */
export function dialService(store: Store, { namespace, name, port }: ServicePort): OutboundResult & { ok: false } {
  const found = store.get(`/registry/services/specs/${namespace}/${name}`)?.value as Service | undefined;
  return { ok: false, error: problemOf(found, name, port) };
}

function problemOf(service: Service | undefined, name: string, port: number): string {
  if (service === undefined) return `service ${JSON.stringify(name)} not found`;
  const { type = 'ClusterIP', clusterIP = '', ports = [], externalName = '' } = service.spec ?? {};
  if (type === 'ExternalName') return `dial tcp: lookup ${externalName}: no such host`;
  if (type === 'ClusterIP' && clusterIP === 'None') return 'cannot route to service with ClusterIP "None"';
  if (!ports.some((p) => p.port === port)) return `no service port ${port} found for service ${JSON.stringify(name)}`;
  const address = clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP;
  return `dial tcp ${address}:${port}: connect: connection refused`;
}
