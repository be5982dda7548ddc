// Defaults of the core group's other kinds. Models pkg/apis/core/v1/defaults.go and conversion.go.
import { encodeBase64, utf8 } from '../../../../model/base64.ts';
import type {
  Endpoints,
  LimitRange,
  LimitRangeItem,
  Namespace,
  Node,
  PodTemplate,
  ReplicationController,
  ResourceQuota,
  Secret,
  Service,
  ServicePort,
  ServiceSpec,
} from '../../../../model/generated/core.v1.ts';
import { fill, mapList, type ResourceList, roundUp, update, without } from './fill.ts';
import { podTemplate } from './pod.ts';

function servicePort(p: ServicePort): ServicePort {
  const filled = fill(p, { protocol: 'TCP' });
  return p.targetPort === undefined || p.targetPort === 0 || p.targetPort === ''
    ? { ...filled, targetPort: p.port }
    : filled;
}

const INTERNAL = new Set(['NodePort', 'LoadBalancer', 'ClusterIP']);

function affinity(s: ServiceSpec): ServiceSpec {
  if (s.sessionAffinity === 'None') return without(s, 'sessionAffinityConfig');
  const seconds = s.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (s.sessionAffinity !== 'ClientIP' || seconds !== undefined) return s;
  return { ...s, sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } };
}

export function service(s: Service): Service {
  if (!s.spec) return s;
  const spec = affinity(fill(s.spec, { sessionAffinity: 'None', type: 'ClusterIP' }));
  const type = spec.type ?? '';
  const external =
    type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);
  const filled = fill(spec, {
    ...(external ? { externalTrafficPolicy: 'Cluster' as const } : {}),
    ...(INTERNAL.has(type) ? { internalTrafficPolicy: 'Cluster' as const } : {}),
    ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
  });
  return update(s, {
    spec: update(filled, { ports: mapList(spec.ports, servicePort) }),
    status: type === 'LoadBalancer' ? balancer(s) : undefined,
  });
}

function balancer(s: Service): Service['status'] {
  const ingress = mapList(s.status?.loadBalancer?.ingress, (i) => (i.ip ? fill(i, { ipMode: 'VIP' }) : i));
  if (!s.status?.loadBalancer || !ingress) return undefined;
  return update(s.status, { loadBalancer: update(s.status.loadBalancer, { ingress }) });
}

export function secret(s: Secret): Secret {
  const filled = fill(s, { type: 'Opaque' });
  if (!s.stringData) return filled;
  const text = Object.fromEntries(Object.entries(s.stringData).map(([k, v]) => [k, encodeBase64(utf8(v))]));
  return without({ ...filled, data: { ...s.data, ...text } }, 'stringData');
}

export function namespace(n: Namespace): Namespace {
  const { metadata } = n;
  const name = metadata.name ?? '';
  const labels = name
    ? update<{ [key: string]: string }>(metadata.labels ?? {}, { 'kubernetes.io/metadata.name': name })
    : undefined;
  return update(n, { metadata: update(metadata, { labels }), status: fill(n.status ?? {}, { phase: 'Active' }) });
}

export function node(n: Node): Node {
  const { spec, status } = n;
  const [first] = spec?.podCIDRs ?? [];
  // Where both are given and differ, the older field counts, as in Convert_v1_NodeSpec_To_core_NodeSpec.
  const given = spec?.podCIDR;
  const cidrs = given && given !== first ? { podCIDRs: [given] } : first ? { podCIDR: first } : {};
  const capacity = roundUp(status?.capacity);
  return update(n, {
    spec: spec && update(spec, cidrs),
    status: status && update(status, { capacity, allocatable: roundUp(status.allocatable) ?? capacity }),
  });
}

function limit(item: LimitRangeItem): LimitRangeItem {
  const max = roundUp(item.max);
  const min = roundUp(item.min);
  const rounded = update(item, { max, min, maxLimitRequestRatio: roundUp(item.maxLimitRequestRatio) });
  if (item.type !== 'Container') return rounded;
  const limits = fill<ResourceList>(roundUp(item.default) ?? {}, max ?? {});
  const requests = fill<ResourceList>(fill<ResourceList>(roundUp(item.defaultRequest) ?? {}, limits), min ?? {});
  const given = (list: ResourceList) => (Object.keys(list).length ? list : undefined);
  return update(rounded, { default: given(limits), defaultRequest: given(requests) });
}

export function limitRange(l: LimitRange): LimitRange {
  return update(l, { spec: l.spec && update(l.spec, { limits: mapList(l.spec.limits, limit) }) });
}

export function resourceQuota(q: ResourceQuota): ResourceQuota {
  return update(q, {
    spec: q.spec && update(q.spec, { hard: roundUp(q.spec.hard) }),
    status: q.status && update(q.status, { hard: roundUp(q.status.hard), used: roundUp(q.status.used) }),
  });
}

export function endpoints(e: Endpoints): Endpoints {
  return update(e, {
    subsets: mapList(e.subsets, (s) => update(s, { ports: mapList(s.ports, (p) => fill(p, { protocol: 'TCP' })) })),
  });
}

export function replicationController(rc: ReplicationController): ReplicationController {
  if (!rc.spec) return rc;
  const template = rc.spec.template && podTemplate(rc.spec.template);
  const labels = template?.metadata?.labels;
  const spec = update(fill(rc.spec, { replicas: 1, ...(labels ? { selector: labels } : {}) }), { template });
  return update(rc, { metadata: labels ? fill(rc.metadata, { labels }) : rc.metadata, spec });
}

export function podTemplateObject(t: PodTemplate): PodTemplate {
  return update(t, { template: t.template && podTemplate(t.template) });
}
