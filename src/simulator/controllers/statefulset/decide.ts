// What a StatefulSet's controller does next: pure. One pod at a time and in order (OrderedReady), or all at once (Parallel).
// Models updateStatefulSet in pkg/controller/statefulset/stateful_set_control.go, v1.36.
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '../../../model/generated/apps.v1.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import { templateOf } from '../common/history.ts';
import { isPodAvailable, isPodReady, isPodTerminal } from '../common/pods.ts';
import * as id from './identity.ts';

export type Action =
  | { readonly type: 'create'; readonly pod: Pod; readonly ordinal: number }
  | { readonly type: 'delete'; readonly pod: Pod; readonly why: 'it has ended' | 'scale down' | 'update' }
  /** Its claims may be missing. */
  | { readonly type: 'claims'; readonly ordinal: number }
  | { readonly type: 'repair'; readonly pod: Pod };

export interface Plan {
  readonly actions: readonly Action[];
  /** What an ordered set waits for before it goes on. */
  readonly waitsFor?: string;
  readonly monotonic: boolean;
}

export interface Revisions {
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
}

const created = (pod: Pod): boolean => Boolean(pod.status?.phase);
const terminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;
const running = (pod: Pod): boolean => pod.status?.phase === 'Running' && isPodReady(pod);

function available(set: StatefulSet, pod: Pod, nowMs: number): boolean {
  return running(pod) && isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs);
}

function unavailable(set: StatefulSet, pod: Pod, nowMs: number): boolean {
  return terminating(pod) || !available(set, pod, nowMs);
}

/** A pod that is made anew gets the old template where the update has not reached its ordinal. */
function fresh(set: StatefulSet, { current, update }: Revisions, ordinal: number): Pod {
  const strategy = set.spec?.updateStrategy;
  const rolling = (strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
  const below =
    strategy?.rollingUpdate === undefined
      ? (set.status?.currentReplicas ?? 0)
      : (strategy.rollingUpdate.partition ?? 0);
  const revision = rolling && ordinal < id.startOrdinal(set) + below ? current : update;
  return id.podFor(set, templateOf(revision), revision.metadata.name ?? '', ordinal);
}

export function decideStatefulSet(set: StatefulSet, pods: readonly Pod[], revisions: Revisions, nowMs: number): Plan {
  const monotonic = set.spec?.podManagementPolicy !== 'Parallel';
  if (set.metadata.deletionTimestamp !== undefined) return { actions: [], monotonic };
  const byOrdinal = new Map(pods.map((p) => [id.ordinalOf(set, p), p]));
  const first = id.startOrdinal(set);
  const ordinals = Array.from({ length: id.replicasOf(set) }, (_, i) => first + i);
  const condemned = [...byOrdinal.entries()]
    .filter(([n]) => n >= 0 && !id.inRange(set, n))
    .sort(([a], [b]) => b - a)
    .map(([, p]) => p);
  const actions: Action[] = [];
  for (const n of ordinals) {
    const waitsFor = forReplica(set, byOrdinal.get(n), n, revisions, monotonic, nowMs, actions);
    if (waitsFor !== undefined && monotonic) return { actions, waitsFor, monotonic };
  }
  if (!monotonic && actions.some((a) => a.type === 'create' || a.type === 'delete')) return { actions, monotonic };
  const living = ordinals.flatMap((n) => byOrdinal.get(n) ?? []);
  const firstUnhealthy = [...living, ...[...condemned].reverse()].find((p) => unavailable(set, p, nowMs));
  for (const pod of condemned) {
    const name = pod.metadata.name ?? '';
    if (terminating(pod)) {
      if (monotonic) return { actions, waitsFor: `${name} to end`, monotonic };
      continue;
    }
    if (monotonic && !available(set, pod, nowMs) && pod !== firstUnhealthy)
      return { actions, waitsFor: `${firstUnhealthy?.metadata.name} to be ready`, monotonic };
    actions.push({ type: 'delete', pod, why: 'scale down' });
    if (monotonic) return { actions, waitsFor: `${name} to end`, monotonic };
  }
  return { actions: [...actions, ...outdated(set, living, revisions, nowMs)], monotonic };
}

/** Appends what has to be done for one ordinal; tells what an ordered set has to wait for. */
function forReplica(
  set: StatefulSet,
  pod: Pod | undefined,
  ordinal: number,
  revisions: Revisions,
  monotonic: boolean,
  nowMs: number,
  actions: Action[],
): string | undefined {
  const name = id.podName(set, ordinal);
  if (pod === undefined) {
    actions.push({ type: 'create', pod: fresh(set, revisions, ordinal), ordinal });
    return `${name} to be ready`;
  }
  if (isPodTerminal(pod)) {
    if (!terminating(pod)) actions.push({ type: 'delete', pod, why: 'it has ended' });
    return `${name} to end`;
  }
  if (pod.status?.phase === 'Pending') actions.push({ type: 'claims', ordinal });
  if (monotonic && terminating(pod)) return `${name} to end`;
  if (monotonic && !running(pod)) return `${name} to be ready`;
  if (monotonic && !available(set, pod, nowMs)) return `${name} to be available`;
  if (!id.identityMatches(set, pod)) actions.push({ type: 'repair', pod });
  return undefined;
}

/** The pods to delete so that they come back with the new template: the highest ordinals first, maxUnavailable at a time. */
function outdated(set: StatefulSet, living: readonly Pod[], { update }: Revisions, nowMs: number): Action[] {
  const strategy = set.spec?.updateStrategy;
  if (strategy?.type === 'OnDelete') return [];
  const partition = id.startOrdinal(set) + (strategy?.rollingUpdate?.partition ?? 0);
  const max = maxUnavailable(strategy?.rollingUpdate?.maxUnavailable, id.replicasOf(set));
  const room = max - living.filter((p) => unavailable(set, p, nowMs)).length;
  return [...living]
    .reverse()
    .filter((p) => id.ordinalOf(set, p) >= partition && id.revisionOf(p) !== update.metadata.name && !terminating(p))
    .slice(0, Math.max(0, room))
    .map((pod) => ({ type: 'delete', pod, why: 'update' }));
}

/** A share is rounded down, yet at least one may be unavailable. */
export function maxUnavailable(value: string | number | undefined, replicas: number): number {
  if (typeof value === 'string' && value.endsWith('%'))
    return Math.max(1, Math.floor((Number.parseInt(value, 10) * replicas) / 100));
  return Math.max(1, Number(value ?? 1));
}

/** `deletedForUpdate`: pods of the current revision that this sync has deleted. */
export function nextStatus(
  set: StatefulSet,
  pods: readonly Pod[],
  { current, update }: Revisions,
  collisionCount: number,
  deletedForUpdate: number,
  nowMs: number,
): StatefulSetStatus {
  const alive = pods.filter((p) => created(p) && !terminating(p));
  const count = (list: readonly Pod[], revision: ControllerRevision): number =>
    list.filter((p) => id.revisionOf(p) === revision.metadata.name).length;
  const replicas = pods.filter(created).length;
  const readyReplicas = pods.filter(running).length;
  const availableReplicas = pods.filter((p) => available(set, p, nowMs)).length;
  const updatedReplicas = count(alive, update);
  const wanted = id.replicasOf(set);
  const complete =
    (set.spec?.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate' &&
    updatedReplicas === wanted &&
    readyReplicas === wanted &&
    replicas === wanted;
  const currentReplicas = complete ? updatedReplicas : Math.max(0, count(alive, current) - deletedForUpdate);
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas,
    ...(readyReplicas > 0 ? { readyReplicas } : {}),
    ...(currentReplicas > 0 ? { currentReplicas } : {}),
    ...(updatedReplicas > 0 ? { updatedReplicas } : {}),
    currentRevision: (complete ? update : current).metadata.name ?? '',
    updateRevision: update.metadata.name ?? '',
    collisionCount,
    availableReplicas,
  };
}

const COUNTED = [
  'observedGeneration',
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
] as const;

export function sameStatus(a: StatefulSetStatus | undefined, b: StatefulSetStatus): boolean {
  return (
    a !== undefined &&
    COUNTED.every((k) => (a[k] ?? 0) === (b[k] ?? 0)) &&
    a.currentRevision === b.currentRevision &&
    a.updateRevision === b.updateRevision &&
    a.collisionCount === b.collisionCount
  );
}
