// Defaults of pods and pod templates. Models pkg/apis/core/v1/defaults.go and conversion.go.
import type {
  Container,
  EnvVar,
  EphemeralContainer,
  HTTPGetAction,
  LifecycleHandler,
  Pod,
  PodSpec,
  PodStatus,
  PodTemplateSpec,
  Probe,
  ResourceRequirements,
} from '../../../../model/generated/core.v1.ts';
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  type Quantity,
  quantity,
} from '../../../../model/quantity.ts';
import { fill, mapList, once, type ResourceList, roundUp, update } from './fill.ts';
import { pullPolicyOf } from './image.ts';
import { volume } from './volume.ts';

function httpGet(a: HTTPGetAction): HTTPGetAction {
  return fill(a, { path: '/', scheme: 'HTTP' });
}

function probe(p: Probe): Probe {
  const filled = fill(p, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  return update(filled, { httpGet: p.httpGet && httpGet(p.httpGet), grpc: p.grpc && fill(p.grpc, { service: '' }) });
}

function handler(h: LifecycleHandler): LifecycleHandler {
  return update(h, { httpGet: h.httpGet && httpGet(h.httpGet) });
}

function env(e: EnvVar): EnvVar {
  const { fieldRef, fileKeyRef } = e.valueFrom ?? {};
  if (!e.valueFrom || (!fieldRef && !fileKeyRef)) return e;
  const valueFrom = update(e.valueFrom, {
    fieldRef: fieldRef && fill(fieldRef, { apiVersion: 'v1' }),
    fileKeyRef: fileKeyRef && fill(fileKeyRef, { optional: false }),
  });
  return update(e, { valueFrom });
}

function resources(r: ResourceRequirements): ResourceRequirements {
  return update(r, { limits: roundUp(r.limits), requests: roundUp(r.requests) });
}

function anyContainer<T extends Container | EphemeralContainer>(c: T): T {
  const filled = fill<Container | EphemeralContainer>(c, {
    imagePullPolicy: pullPolicyOf(c.image ?? ''),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  const { lifecycle } = c;
  return update<Container | EphemeralContainer>(filled, {
    ports: mapList(c.ports, (p) => fill(p, { protocol: 'TCP' })),
    env: mapList(c.env, env),
    resources: c.resources && resources(c.resources),
    livenessProbe: c.livenessProbe && probe(c.livenessProbe),
    readinessProbe: c.readinessProbe && probe(c.readinessProbe),
    startupProbe: c.startupProbe && probe(c.startupProbe),
    lifecycle:
      lifecycle &&
      update(lifecycle, {
        postStart: lifecycle.postStart && handler(lifecycle.postStart),
        preStop: lifecycle.preStop && handler(lifecycle.preStop),
      }),
  }) as T;
}

const container = once<Container>(anyContainer);
const ephemeral = once<EphemeralContainer>(anyContainer);

function spec(s: PodSpec): PodSpec {
  const filled = fill(s, {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
  });
  // The deprecated name is an alias of the other, in both directions.
  const account = s.serviceAccountName ?? s.serviceAccount;
  return update(filled, {
    ...(account ? { serviceAccountName: account, serviceAccount: account } : {}),
    containers: mapList(s.containers ?? [], container),
    initContainers: mapList(s.initContainers, container),
    ephemeralContainers: mapList(s.ephemeralContainers, ephemeral),
    volumes: mapList(s.volumes, volume),
    overhead: roundUp(s.overhead),
    resources: s.resources && resources(s.resources),
  });
}

export const podSpec = once<PodSpec>(spec);

export function podTemplate(t: PodTemplateSpec): PodTemplateSpec {
  return update(t, { spec: t.spec && podSpec(t.spec) });
}

/** Limits without requests become requests too; in pods, not in templates. */
function requestsFromLimits(c: Container): Container {
  const { limits, requests } = c.resources ?? {};
  if (!limits) return c;
  const all = fill<ResourceList>(requests ?? {}, limits);
  return all === requests || Object.keys(all).length === 0 ? c : { ...c, resources: { ...c.resources, requests: all } };
}

function hostPorts(c: Container): Container {
  return update(c, { ports: mapList(c.ports, (p) => fill(p, { hostPort: p.containerPort })) });
}

type Amounts = Map<string, Quantity>;

function addAll(to: Amounts, list: ResourceList | undefined): Amounts {
  for (const [name, amount] of Object.entries(list ?? {})) {
    const known = to.get(name);
    to.set(name, known ? addQuantities(known, quantity(amount)) : quantity(amount));
  }
  return to;
}

/** What all containers together request: sums for those that run at once, the largest of the init phase. */
function aggregateRequests(s: PodSpec): Amounts {
  const total: Amounts = new Map();
  for (const c of s.containers) addAll(total, c.resources?.requests);
  const sidecars: Amounts = new Map();
  const init: Amounts = new Map();
  for (const c of s.initContainers ?? []) {
    if (c.restartPolicy === 'Always') addAll(sidecars, c.resources?.requests);
    const now = c.restartPolicy === 'Always' ? new Map(sidecars) : addAll(new Map(sidecars), c.resources?.requests);
    for (const [name, q] of now) {
      const known = init.get(name);
      if (!known || compareQuantities(q, known) > 0) init.set(name, q);
    }
  }
  for (const [name, q] of sidecars) addAll(total, { [name]: formatQuantity(q) });
  for (const [name, q] of init) {
    const known = total.get(name);
    if (!known || compareQuantities(q, known) > 0) total.set(name, q);
  }
  return total;
}

/** Pod-level requests where pod-level limits are given. Models defaultPodRequests; huge pages are left out. */
function podLevelRequests(s: PodSpec): PodSpec {
  const { limits, requests } = s.resources ?? {};
  if (!limits || Object.keys(limits).length === 0) return s;
  const wanted: Record<string, string | number> = {};
  for (const [name, q] of aggregateRequests(s))
    if (name === 'cpu' || name === 'memory') wanted[name] = formatQuantity(q);
  const all = fill<ResourceList>(fill<ResourceList>(requests ?? {}, wanted), limits);
  return all === requests ? s : { ...s, resources: { ...s.resources, requests: all } };
}

const podOnly = once<PodSpec>((s) => {
  const filled = fill(s, { enableServiceLinks: true });
  const each = (c: Container) => (s.hostNetwork ? hostPorts(requestsFromLimits(c)) : requestsFromLimits(c));
  return podLevelRequests(
    update(filled, { containers: mapList(s.containers, each), initContainers: mapList(s.initContainers, each) }),
  );
});

/** podIP is the first of podIPs, in both directions. */
function status(s: PodStatus): PodStatus {
  if (s.podIP && !s.podIPs?.length) return { ...s, podIPs: [{ ip: s.podIP }] };
  const [first] = s.podIPs ?? [];
  return first?.ip ? update(s, { podIP: first.ip }) : s;
}

/** @param stored the pod that was changed: a spec that it shares has its defaults. */
export function pod(p: Pod, stored?: Pod): Pod {
  const spec = p.spec === stored?.spec ? p.spec : p.spec && podOnly(podSpec(p.spec));
  return update(p, { spec, status: p.status && status(p.status) });
}
