// On which nodes a DaemonSet wants a pod, and which pods have to go: pure. Models pkg/controller/daemon/daemon_controller.go
// and update.go, v1.36.
import type { DaemonSet, DaemonSetStatus } from '../../../model/generated/apps.v1.ts';
import type { Affinity, Node, Pod, PodSpec, Toleration } from '../../../model/generated/core.v1.ts';
import { NO_LABELS, tolerated } from '../../scheduler/framework/selectors.ts';
import { matchesNodeAffinity } from '../../scheduler/plugins/node-affinity.ts';
import { isPodAvailable, isPodReady } from '../common/pods.ts';

export const HASH_LABEL = 'controller-revision-hash';
export const GENERATION_LABEL = 'pod-template-generation';
export const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';

const TOLERATED: readonly (readonly [key: string, effect: 'NoExecute' | 'NoSchedule'])[] = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
];

/** A daemon's pod stays on a node in trouble, and runs on one that takes no others. */
export function daemonTolerations(spec: PodSpec | undefined): Toleration[] {
  const keys = spec?.hostNetwork
    ? [...TOLERATED, ['node.kubernetes.io/network-unavailable', 'NoSchedule'] as const]
    : TOLERATED;
  const own = spec?.tolerations ?? [];
  const added = keys.map(([key, effect]): Toleration => ({ effect, key, operator: 'Exists' }));
  const same = (a: Toleration, b: Toleration): boolean =>
    a.key === b.key &&
    a.effect === b.effect &&
    (a.operator ?? 'Equal') === b.operator &&
    (a.value ?? '') === (b.value ?? '');
  return [...own.filter((t) => !added.some((a) => same(t, a))), ...added];
}

/** The pod's node affinity with its required terms replaced by "this node". */
export function pinned(affinity: Affinity | undefined, node: string): Affinity {
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: [node] }] }];
  return {
    ...affinity,
    nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  };
}

export interface Verdict {
  readonly shouldRun: boolean;
  /** A pod that runs there already may stay. */
  readonly mayStay: boolean;
}

export function nodeVerdict(ds: DaemonSet, node: Node): Verdict {
  const spec = ds.spec?.template?.spec;
  const name = node.metadata.name ?? '';
  const no: Verdict = { shouldRun: false, mayStay: false };
  if (spec?.nodeName && spec.nodeName !== name) return no;
  const probe: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: {}, ...(spec ? { spec } : {}) };
  if (!matchesNodeAffinity(probe, node.metadata.labels ?? NO_LABELS, name)) return no;
  const tolerations = daemonTolerations(spec);
  const bad = (node.spec?.taints ?? []).filter((t) => !tolerated(tolerations, t));
  if (bad.some((t) => t.effect === 'NoExecute')) return no;
  return bad.some((t) => t.effect === 'NoSchedule')
    ? { shouldRun: false, mayStay: true }
    : { shouldRun: true, mayStay: true };
}

/** The node that a daemon's pod is on, or is meant for. */
export function nodeOf(pod: Pod): string {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const terms =
    pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.flatMap((t) => t.matchFields ?? []).find((f) => f.key === 'metadata.name')?.values?.[0] ?? '';
}

export function isUpdated(ds: DaemonSet, pod: Pod, hash: string): boolean {
  const generation = ds.metadata.annotations?.[GENERATION_ANNOTATION];
  const labels = pod.metadata.labels ?? {};
  return labels[HASH_LABEL] === hash || (generation !== undefined && labels[GENERATION_LABEL] === generation);
}

/** Models podByCreationTimestampAndPhase. */
function oldestFirst(a: Pod, b: Pod): number {
  const [on, no] = [Boolean(a.spec?.nodeName), Boolean(b.spec?.nodeName)];
  if (on !== no) return on ? -1 : 1;
  const [x, y] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (x !== y) return x < y ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

export interface Numbers {
  readonly surge: number;
  readonly unavailable: number;
}

/** maxSurge and maxUnavailable as numbers of nodes; both 0 would never progress. */
export function limits(ds: DaemonSet, desired: number): Numbers {
  const { maxSurge = 0, maxUnavailable = 1 } = ds.spec?.updateStrategy?.rollingUpdate ?? {};
  const resolve = (v: string | number): number =>
    typeof v === 'string' && v.endsWith('%') ? Math.ceil((Number.parseInt(v, 10) * desired) / 100) : Number(v);
  if (ds.spec?.updateStrategy?.type === 'OnDelete') return { surge: 0, unavailable: 0 };
  const surge = desired === 0 ? 0 : resolve(maxSurge);
  const unavailable = desired === 0 ? 0 : resolve(maxUnavailable);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

export interface Work {
  /** Names of nodes that get a pod. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  /** Ended pods among `remove`, for an Event each. */
  readonly ended: readonly Pod[];
}

interface Sight {
  readonly ds: DaemonSet;
  readonly nodes: readonly Node[];
  readonly pods: ReadonlyMap<string, readonly Pod[]>;
  readonly hash: string;
  readonly nowMs: number;
}

function isAvailable(s: Sight, pod: Pod): boolean {
  return isPodAvailable(pod, s.ds.spec?.minReadySeconds ?? 0, s.nowMs);
}

/** Which nodes lack a pod, and which pods are on nodes that should have none, or too many. */
export function manage(s: Sight): Work {
  const create: string[] = [];
  const remove: Pod[] = [];
  const ended: Pod[] = [];
  const surging = limits(s.ds, s.nodes.length).surge > 0;
  for (const node of s.nodes) {
    const name = node.metadata.name ?? '';
    const { shouldRun, mayStay } = nodeVerdict(s.ds, node);
    const here = (s.pods.get(name) ?? []).filter((p) => p.metadata.deletionTimestamp === undefined);
    const known = s.pods.has(name);
    if (shouldRun && !known) create.push(name);
    else if (!mayStay) remove.push(...here);
    else if (known) {
      const over = here.filter((p) => p.status?.phase === 'Failed' || p.status?.phase === 'Succeeded');
      ended.push(...over);
      const running = here.filter((p) => !over.includes(p)).sort(oldestFirst);
      remove.push(...over, ...(surging ? surplus(s, running) : running.slice(1)));
    }
  }
  const known = new Set(s.nodes.map((n) => n.metadata.name));
  for (const [name, pods] of s.pods)
    if (!known.has(name))
      remove.push(...pods.filter((p) => !p.spec?.nodeName && p.metadata.deletionTimestamp === undefined));
  return { create, remove, ended };
}

/** While a node has an old and a new pod side by side, the old one goes when the new one is available. */
function surplus(s: Sight, running: readonly Pod[]): Pod[] {
  const fresh = running.filter((p) => isUpdated(s.ds, p, s.hash));
  const old = running.filter((p) => !fresh.includes(p));
  const out = [...fresh.slice(1), ...old.slice(1)];
  const [first, last] = [fresh[0], old[0]];
  if (first !== undefined && last !== undefined && (!isPodReady(last) || isAvailable(s, first))) out.push(last);
  return out;
}

/** The next step of a rolling update. */
export function roll(s: Sight): Work {
  const desired = s.nodes.filter((n) => nodeVerdict(s.ds, n).shouldRun).length;
  const { surge, unavailable } = limits(s.ds, desired);
  let down = s.nodes.filter((n) => nodeVerdict(s.ds, n).shouldRun && !s.pods.has(n.metadata.name ?? '')).length;
  let surged = 0;
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  const remove: Pod[] = [];
  for (const pods of s.pods.values()) {
    const living = pods.filter((p) => p.metadata.deletionTimestamp === undefined);
    const fresh = living.filter((p) => isUpdated(s.ds, p, s.hash));
    const old = living.filter((p) => !fresh.includes(p));
    const [next, last] = [fresh[0], old[0]];
    if (fresh.length > 1 || old.length > 1 || living.length === 0) {
      down++;
      surged++;
    } else if (next !== undefined && last !== undefined) {
      if (surge === 0) down++;
      else if (isAvailable(s, next)) remove.push(last);
      else surged++;
    } else if (next !== undefined) {
      if (!isAvailable(s, next)) down++;
    } else if (last !== undefined) {
      if (isAvailable(s, last)) candidates.push(last);
      else {
        broken.push(last);
        if (surge === 0) down++;
      }
    }
  }
  if (surge > 0) {
    const room = candidates.slice(0, Math.max(0, surge - surged));
    return { create: [...broken, ...room].map(nodeOf), remove, ended: [] };
  }
  const room = candidates.slice(0, Math.max(0, unavailable - down));
  return { create: [], remove: [...broken, ...room], ended: [] };
}

export function nextStatus(s: Sight, observeGeneration: boolean): DaemonSetStatus {
  let desired = 0;
  let current = 0;
  let wrong = 0;
  let ready = 0;
  let available = 0;
  let updated = 0;
  for (const node of s.nodes) {
    const pod = [...(s.pods.get(node.metadata.name ?? '') ?? [])].sort(oldestFirst)[0];
    if (!nodeVerdict(s.ds, node).shouldRun) {
      if (pod !== undefined) wrong++;
      continue;
    }
    desired++;
    if (pod === undefined) continue;
    current++;
    if (isPodReady(pod)) {
      ready++;
      if (isAvailable(s, pod)) available++;
    }
    if (isUpdated(s.ds, pod, s.hash)) updated++;
  }
  const { collisionCount, conditions, observedGeneration = 0 } = s.ds.status ?? {};
  const generation = observeGeneration ? (s.ds.metadata.generation ?? 0) : observedGeneration;
  return {
    currentNumberScheduled: current,
    numberMisscheduled: wrong,
    desiredNumberScheduled: desired,
    numberReady: ready,
    ...(generation > 0 ? { observedGeneration: generation } : {}),
    ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
    ...(available > 0 ? { numberAvailable: available } : {}),
    ...(desired - available > 0 ? { numberUnavailable: desired - available } : {}),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(conditions ? { conditions } : {}),
  };
}

export const NO_STATUS: DaemonSetStatus = {
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
};

const COUNTED = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
] as const;

export function sameStatus(a: DaemonSetStatus | undefined, b: DaemonSetStatus): boolean {
  return a !== undefined && COUNTED.every((k) => (a[k] ?? 0) === (b[k] ?? 0));
}
