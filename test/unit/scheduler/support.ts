// A small cluster to ask one plugin about.
import type { Node, NodeStatus, Pod, PodSpec, Taint } from '../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { Cache } from '../../../src/simulator/scheduler/framework/cache.ts';
import type { ClusterLookup } from '../../../src/simulator/scheduler/framework/cluster.ts';
import { CycleState } from '../../../src/simulator/scheduler/framework/cycle-state.ts';
import type { Plugin } from '../../../src/simulator/scheduler/framework/plugin.ts';
import { PodInfo } from '../../../src/simulator/scheduler/framework/pod-info.ts';
import { lookupIn } from '../../../src/simulator/scheduler/schedule-pods.ts';

interface NodeShape {
  readonly labels?: { readonly [key: string]: string };
  readonly taints?: readonly Taint[];
  readonly unschedulable?: boolean;
  readonly allocatable?: NodeStatus['allocatable'];
  readonly images?: NodeStatus['images'];
}

export function node(name: string, shape: NodeShape = {}): Node {
  const { labels, taints, unschedulable, allocatable = { cpu: '4', memory: '8Gi', pods: '110' }, images } = shape;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { ...(taints ? { taints } : {}), ...(unschedulable ? { unschedulable } : {}) },
    status: { allocatable, ...(images ? { images } : {}) },
  };
}

type PodShape = Partial<PodSpec> & {
  readonly labels?: { readonly [key: string]: string };
  readonly namespace?: string;
  readonly metadata?: Partial<Pod['metadata']>;
  readonly status?: Pod['status'];
};

export function pod(name: string, shape: PodShape = {}): Pod {
  const { labels, namespace = 'default', metadata, status, ...spec } = shape;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid: `uid-${name}`, ...(labels ? { labels } : {}), ...metadata },
    spec: { containers: [{ name: 'main', image: 'nginx' }], ...spec },
    ...(status ? { status } : {}),
  };
}

export function requests(cpu?: string, memory?: string, more: { readonly [r: string]: string } = {}): PodSpec {
  const list = { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}), ...more };
  return { containers: [{ name: 'main', image: 'nginx', resources: { requests: list } }] };
}

export interface World {
  readonly nodes: readonly Node[];
  /** Pods with a node. */
  readonly running?: readonly Pod[];
  readonly objects?: readonly KubeObject[];
}

export interface Answer {
  /** Why the pod was refused for all nodes at once. */
  readonly refused?: readonly string[];
  /** What the plugin has against each node; nothing for a node that fits. */
  readonly reasons: { readonly [node: string]: readonly string[] | undefined };
  readonly code: { readonly [node: string]: string | undefined };
  /** Normalised; nothing when the plugin does not score this pod. */
  readonly scores?: { readonly [node: string]: number };
}

export function cacheOf(world: World): Cache {
  const cache = new Cache();
  for (const n of world.nodes) cache.setNode(n);
  for (const p of world.running ?? []) cache.setPod(p);
  return cache;
}

/** What the plugin says of the pod in this cluster. */
export function consult(make: (cache: Cache, cluster: ClusterLookup) => Plugin, world: World, subject: Pod): Answer {
  const cache = cacheOf(world);
  const plugin = make(cache, lookupIn(world.objects ?? []));
  const state = new CycleState();
  const info = new PodInfo(subject);
  const nodes = cache.nodes();
  const pre = plugin.preFilter?.(state, info, nodes);
  const skipped = pre?.status?.code === 'Skip';
  if (pre?.status !== undefined && !skipped) return { refused: pre.status.reasons, reasons: {}, code: {} };
  const reasons: { [n: string]: readonly string[] | undefined } = {};
  const code: { [n: string]: string | undefined } = {};
  for (const n of nodes) {
    const status = skipped ? undefined : plugin.filter?.(state, info, n);
    if (pre?.nodeNames !== undefined && !pre.nodeNames.has(n.name)) reasons[n.name] = ['not among the nodes named'];
    else reasons[n.name] = status?.reasons;
    code[n.name] = status?.code;
  }
  if (plugin.score === undefined || plugin.preScore?.(state, info, nodes)?.code === 'Skip') return { reasons, code };
  const scores = new Float64Array(nodes.length);
  plugin.score(state, info, nodes, scores);
  plugin.normalizeScore?.(state, info, scores, nodes);
  return { reasons, code, scores: Object.fromEntries(nodes.map((n, i) => [n.name, scores[i] as number])) };
}
