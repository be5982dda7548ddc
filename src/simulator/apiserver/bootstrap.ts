// What a fresh cluster holds before anybody asks for anything: system namespaces, RBAC defaults, priority classes, flow
// schemas, the `kubernetes` Service. Models the post-start hooks in pkg/controlplane and pkg/registry/rbac/rest.
import { rfc3339 } from '../../kernel/time.ts';
import { isRecord, type KubeObject } from '../../model/object.ts';
import { type ResourceInfo, resourceForKind } from '../../model/resources.ts';
import { LOCAL } from './aggregation/controller.ts';
import { BOOTSTRAP_JSON } from './generated/bootstrap.ts';
import { trackingMap } from './legacy-tokens.ts';
import type { ApiServer } from './server.ts';
import { keyFor, prefixOf, withVersion } from './storage.ts';

export interface BootstrapOptions {
  /** Address and port at which nodes reach the API server. */
  readonly address: string;
  readonly port: number;
  /** `10.96.0.0/16`; its first address becomes that of the `kubernetes` Service. */
  readonly serviceCidr: string;
}

const MANAGER = 'kube-apiserver';

function firstAddress(cidr: string): string {
  const parts = (cidr.split('/')[0] ?? '').split('.').map(Number);
  const last = parts.length - 1;
  return parts.map((p, i) => (i === last ? p + 1 : p)).join('.');
}

const NETWORKING = 'networking.k8s.io/v1';
const HTTPS = { name: 'https', protocol: 'TCP' };
const HOME = { namespace: 'default', name: 'kubernetes' };

/** The range of service addresses, and its first address, which is taken. */
function serviceRange(cidr: string, ip: string): object[] {
  const condition = {
    type: 'Ready',
    status: 'True',
    lastTransitionTime: 'now',
    reason: '',
    message: 'Kubernetes Service CIDR is ready',
  };
  const labels = {
    'ipaddress.kubernetes.io/ip-family': 'IPv4',
    'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
  };
  return [
    {
      apiVersion: NETWORKING,
      kind: 'ServiceCIDR',
      metadata: { name: 'kubernetes', finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
      spec: { cidrs: [cidr] },
      status: { conditions: [condition] },
    },
    {
      apiVersion: NETWORKING,
      kind: 'IPAddress',
      metadata: { name: ip, labels },
      spec: { parentRef: { resource: 'services', ...HOME } },
    },
  ];
}

function kubernetesService({ address, port, serviceCidr }: BootstrapOptions): KubeObject[] {
  const ip = firstAddress(serviceCidr);
  const objects: unknown[] = [
    ...serviceRange(serviceCidr, ip),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...HOME, labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: {
        ports: [{ ...HTTPS, port: 443, targetPort: port }],
        clusterIP: ip,
        clusterIPs: [ip],
        type: 'ClusterIP',
        sessionAffinity: 'None',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        internalTrafficPolicy: 'Cluster',
      },
      status: { loadBalancer: {} },
    },
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { ...HOME, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: [{ ip: address }], ports: [{ ...HTTPS, port }] }],
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...HOME, generation: 1, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [{ ...HTTPS, port }],
    },
  ];
  return objects as KubeObject[];
}

/** Conditions in the generated data carry the time of their recording. */
function retimed<T>(value: T, now: string): T {
  if (Array.isArray(value)) return value.map((v) => retimed(v, now)) as T;
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [k, k === 'lastTransitionTime' ? now : retimed(v, now)]),
  ) as T;
}

const WITH_GENERATION = new Set(['FlowSchema', 'PriorityLevelConfiguration', 'PriorityClass']);

function put(server: ApiServer, r: ResourceInfo, o: KubeObject): void {
  const { store, random, kernel } = server.core;
  const { namespace = '', name = '' } = o.metadata;
  const now = rfc3339(kernel.wallMs);
  const generation = WITH_GENERATION.has(r.kind) ? { generation: 1 } : {};
  const metadata = { ...o.metadata, uid: random.uuid(), ...generation, creationTimestamp: now };
  const owned = server.registry.machine.ownAs({ ...retimed(o, now), metadata }, MANAGER, now);
  store.put(prefixOf(r), keyFor(r, namespace, name), withVersion(owned, store.revision + 1));
}

/** Fills an empty store. No steps are recorded: this is how the cluster is found. */
export function bootstrap(server: ApiServer, options: BootstrapOptions): void {
  const tracking = trackingMap(server.core.kernel.wallMs);
  const objects = [...(JSON.parse(BOOTSTRAP_JSON) as KubeObject[]), ...kubernetesService(options), tracking];
  const local = { conditions: [{ ...LOCAL, lastTransitionTime: rfc3339(server.core.kernel.wallMs) }] };
  for (const plain of objects) {
    const o = plain.kind === 'APIService' ? ({ ...plain, status: local } as KubeObject) : plain;
    const r = resourceForKind(o.apiVersion ?? '', o.kind ?? '');
    if (r !== undefined) put(server, r, o);
  }
  server.core.store.publish(0);
}
