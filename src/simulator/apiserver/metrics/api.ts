// metrics.k8s.io/v1beta1: what `kubectl top` and autoscalers read. On a real cluster metrics-server serves it behind an
// APIService; here the API server answers itself. Models sigs.k8s.io/metrics-server/pkg/api.
import { rfc3339 } from '../../../kernel/time.ts';
import type { Node, Pod } from '../../../model/generated/core.v1.ts';
import { controllerOf, type KubeObject } from '../../../model/object.ts';
import { apiVersionOf, type ResourceInfo, resourceForKind } from '../../../model/resources.ts';
import { notFound } from '../../../model/status.ts';
import { type Answer, type Context, refuse } from '../context.ts';
import { selection } from '../handlers/read.ts';
import { find, objectsOf } from '../storage.ts';
import { isRunning, type Load, loadOf, nodeUsage, podUsage, RESOLUTION, usageOf } from './usage.ts';

export const METRICS_GROUP = 'metrics.k8s.io';

const shared = {
  group: METRICS_GROUP,
  version: 'v1beta1',
  preferred: true,
  singular: '',
  verbs: ['get', 'list'],
  shortNames: [],
  categories: [],
  subresources: [],
  // Nothing is stored; the prefix only tells the resources apart.
  etcdPrefix: '',
};

export const METRICS_RESOURCES: readonly ResourceInfo[] = [
  { ...shared, plural: 'nodes', kind: 'NodeMetrics', namespaced: false },
  { ...shared, plural: 'pods', kind: 'PodMetrics', namespaced: true },
];

export function metricsResource(group: string, plural: string, version = ''): ResourceInfo | undefined {
  if (group !== METRICS_GROUP || (version !== '' && version !== shared.version)) return undefined;
  return METRICS_RESOURCES.find((r) => r.plural === plural);
}

function stored<T extends KubeObject>(ctx: Context, plural: string, namespace: string): T[] {
  const r = ctx.core.resource('', plural, 'v1');
  return r === undefined ? [] : [...objectsOf<T>(ctx.core.store, r, namespace)];
}

function head(ctx: Context, r: ResourceInfo, o: KubeObject): KubeObject & { timestamp: string; window: string } {
  const { name = '', namespace, labels } = o.metadata;
  const wall = ctx.core.kernel.wallMs;
  const timestamp = rfc3339(Math.floor(wall / (RESOLUTION * 1000)) * RESOLUTION * 1000);
  return {
    kind: r.kind,
    apiVersion: apiVersionOf(r),
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      creationTimestamp: ctx.now,
      ...(labels ? { labels } : {}),
    },
    timestamp,
    window: `${RESOLUTION}s`,
  };
}

/** The workload a pod belongs to: its controller, or the controller of that (a Deployment, a CronJob). */
function workloadOf(ctx: Context, o: KubeObject): KubeObject | undefined {
  const ref = controllerOf(o);
  if (ref === undefined) return undefined;
  const [group = '', version] = ref.apiVersion.includes('/') ? ref.apiVersion.split('/') : ['', ref.apiVersion];
  const r = resourceForKind(ref.apiVersion, ref.kind);
  const known = r && ctx.core.resource(group, r.plural, version ?? '');
  const owner = known && find(ctx, known, o.metadata.namespace ?? '', ref.name);
  return owner && (workloadOf(ctx, owner) ?? owner);
}

/** What the annotations of a workload make each of its running pods use. */
function shares(ctx: Context, pods: readonly Pod[]): (pod: Pod) => Load {
  const workloads = new Map<Pod, KubeObject>();
  const sharers = new Map<string, number>();
  for (const pod of pods) {
    const workload = isRunning(pod) ? workloadOf(ctx, pod) : undefined;
    if (workload === undefined) continue;
    const { uid = '' } = workload.metadata;
    workloads.set(pod, workload);
    sharers.set(uid, (sharers.get(uid) ?? 0) + 1);
  }
  return (pod) => {
    const workload = workloads.get(pod);
    return loadOf(workload, sharers.get(workload?.metadata.uid ?? '') ?? 1);
  };
}

/** A pod without a container that has run for a reading is not measured. */
function podMetrics(ctx: Context, r: ResourceInfo, pod: Pod, load: Load): KubeObject[] {
  const containers = podUsage(pod, ctx.core.kernel.wallMs / 1000, load);
  if (containers.length === 0) return [];
  const measured = containers.map(({ name, usage }) => ({ name, usage: usageOf(usage) }));
  return [{ ...head(ctx, r, pod as KubeObject), containers: measured } as KubeObject];
}

function nodeMetrics(
  ctx: Context,
  r: ResourceInfo,
  node: Node,
  byNode: ReadonlyMap<string, Pod[]>,
  load: (pod: Pod) => Load,
): KubeObject[] {
  const ready = node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
  if (!ready) return [];
  const name = node.metadata?.name ?? '';
  const usage = nodeUsage(name, byNode.get(name) ?? [], ctx.core.kernel.wallMs / 1000, load);
  return [{ ...head(ctx, r, node as KubeObject), usage: usageOf(usage) } as KubeObject];
}

function everything(ctx: Context, r: ResourceInfo): { readonly of: KubeObject; readonly metrics: KubeObject[] }[] {
  const { namespace } = ctx.info;
  if (r.plural === 'pods') {
    const pods = stored<Pod & KubeObject>(ctx, 'pods', namespace);
    const load = shares(ctx, pods);
    return pods.map((of) => ({ of, metrics: podMetrics(ctx, r, of, load(of)) }));
  }
  const byNode = new Map<string, Pod[]>();
  const pods = stored<Pod & KubeObject>(ctx, 'pods', '');
  const load = shares(ctx, pods);
  for (const pod of pods) {
    const node = pod.spec?.nodeName ?? '';
    byNode.set(node, [...(byNode.get(node) ?? []), pod]);
  }
  return stored<Node & KubeObject>(ctx, 'nodes', '').map((of) => ({
    of,
    metrics: nodeMetrics(ctx, r, of, byNode, load),
  }));
}

export function metrics(ctx: Context, r: ResourceInfo): Answer {
  ctx.simplification =
    'usage is made up from what the containers request, or what annotations say: nothing runs that could be measured';
  ctx.skip('storage', 'usage is not stored in etcd');
  const { name, verb } = ctx.info;
  if (verb === 'get') {
    const [found] = everything(ctx, r).flatMap((e) => (e.of.metadata.name === name ? e.metrics : []));
    return { code: 200, body: found ?? refuse(notFound(ctx.groupResource, name)) };
  }
  const chosen = selection(ctx, r);
  const items = everything(ctx, r)
    .filter((e) => chosen.matches?.(e.of) ?? true)
    .flatMap((e) => e.metrics);
  return { code: 200, body: { kind: `${r.kind}List`, apiVersion: apiVersionOf(r), metadata: {}, items } };
}
