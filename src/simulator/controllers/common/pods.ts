// Questions that many controllers ask of a pod. Models pkg/api/v1/pod and pkg/controller/controller_utils.go.
import type { ContainerStatus, Pod, PodCondition } from '../../../model/generated/core.v1.ts';

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((c) => c.type === type);
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

export function isPodTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function isPodTerminating(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;
}

/** Ready for at least `minReadySeconds` at `nowMs` (milliseconds since 1970). */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True') return false;
  if (minReadySeconds === 0) return true;
  const since = ready.lastTransitionTime === undefined ? Number.NaN : Date.parse(ready.lastTransitionTime);
  return since + minReadySeconds * 1000 <= nowMs;
}

/** The most restarts of any container, and of any sidecar. Models maxContainerRestarts, v1.36. */
function maxRestarts(pod: Pod): readonly [containers: number, sidecars: number] {
  const most = (all: readonly ContainerStatus[]): number => Math.max(0, ...all.map((c) => c.restartCount));
  const sidecars = new Set(pod.spec?.initContainers?.filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  return [
    most(pod.status?.containerStatuses ?? []),
    most((pod.status?.initContainerStatuses ?? []).filter((c) => sidecars.has(c.name))),
  ];
}

function restartedFirst(p: Pod, q: Pod): number {
  const [a, b] = [maxRestarts(p), maxRestarts(q)];
  return b[0] - a[0] || b[1] - a[1];
}

const COST = 'controller.kubernetes.io/pod-deletion-cost';
const PHASES: { readonly [phase: string]: number } = { Pending: 0, Unknown: 1, Running: 2 };

/** `ranks`: how many pods of the same owner share the pod's node. */
export interface Ranked {
  readonly pod: Pod;
  readonly rank: number;
}

function logBucket(ms: number, nowMs: number): number {
  const age = nowMs - ms;
  return age <= 0 ? -1 : Math.floor(Math.log2(age * 1e6));
}

/** Newer first, in steps that double with age, so that scaling down spreads over equals (LogarithmicScaleDown). */
function newerFirst(a: number, b: number, nowMs: number, uidA: string, uidB: string): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) === Number.isNaN(b) ? 0 : Number.isNaN(a) ? -1 : 1;
  const [ra, rb] = [logBucket(a, nowMs), logBucket(b, nowMs)];
  if (ra === rb) return uidA < uidB ? -1 : 1;
  return ra - rb;
}

function readySince(pod: Pod): number {
  const c = podCondition(pod, 'Ready');
  return c?.status === 'True' && c.lastTransitionTime !== undefined ? Date.parse(c.lastTransitionTime) : Number.NaN;
}

/** Without a node, not running, not ready. */
function lessAliveFirst(p: Pod, q: Pod): number {
  const [unassignedP, unassignedQ] = [!p.spec?.nodeName, !q.spec?.nodeName];
  if (unassignedP !== unassignedQ) return unassignedP ? -1 : 1;
  const phases = (PHASES[p.status?.phase ?? ''] ?? 0) - (PHASES[q.status?.phase ?? ''] ?? 0);
  if (phases !== 0) return phases;
  return Number(isPodReady(p)) - Number(isPodReady(q));
}

/** Which of two pods a Job deletes first: it asks for no cost. Models ActivePods in pkg/controller/controller_utils.go, v1.36. */
export function newestFirst(p: Pod, q: Pod): number {
  const lesser = lessAliveFirst(p, q);
  if (lesser !== 0) return lesser;
  const since = [readySince(p), readySince(q)] as const;
  if (!since.some(Number.isNaN) && since[0] !== since[1]) return since[1] - since[0];
  const restarts = restartedFirst(p, q);
  if (restarts !== 0) return restarts;
  return Date.parse(q.metadata.creationTimestamp ?? '') - Date.parse(p.metadata.creationTimestamp ?? '') || 0;
}

/** Which of two pods a ReplicaSet deletes first. Models ActivePodsWithRanks in pkg/controller/controller_utils.go, v1.36. */
export function deletedFirst(a: Ranked, b: Ranked, nowMs: number): number {
  const [p, q] = [a.pod, b.pod];
  const lesser = lessAliveFirst(p, q);
  if (lesser !== 0) return lesser;
  const cost = Number(p.metadata.annotations?.[COST] ?? 0) - Number(q.metadata.annotations?.[COST] ?? 0);
  if (cost !== 0) return cost;
  if (a.rank !== b.rank) return b.rank - a.rank;
  const [uidP, uidQ] = [p.metadata.uid ?? '', q.metadata.uid ?? ''];
  if (isPodReady(p) && isPodReady(q) && readySince(p) !== readySince(q)) {
    return newerFirst(readySince(p), readySince(q), nowMs, uidP, uidQ);
  }
  const restarts = restartedFirst(p, q);
  if (restarts !== 0) return restarts;
  const [born, bornQ] = [
    Date.parse(p.metadata.creationTimestamp ?? ''),
    Date.parse(q.metadata.creationTimestamp ?? ''),
  ];
  return born === bornQ ? 0 : newerFirst(born, bornQ, nowMs, uidP, uidQ);
}
