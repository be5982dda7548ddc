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
  | { readonly type: 'claims'; readonly pod: Pod }
  /** Its claims belong to whom the retention policy says, and where `identity` is set it has the labels of its ordinal. */
  | { readonly type: 'keep'; readonly pod: Pod; readonly identity: boolean };

export interface Plan {
  /** One after the other. In each, what is done for one pod after the other; in order, or by slow start (Parallel). */
  readonly phases: readonly (readonly (readonly Action[])[])[];
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
  if (set.metadata.deletionTimestamp !== undefined) return { phases: [], monotonic };
  const byOrdinal = new Map(pods.map((p) => [id.ordinalOf(set, p), p]));
  const first = id.startOrdinal(set);
  const ordinals = Array.from({ length: id.replicasOf(set) }, (_, i) => first + i);
  const condemned = [...byOrdinal.entries()]
    .filter(([n]) => n >= 0 && !id.inRange(set, n))
    .sort(([a], [b]) => b - a)
    .map(([, p]) => p);
  const replicas: Action[][] = [];
  for (const n of ordinals) {
    const { actions, waitsFor } = forReplica(set, byOrdinal.get(n), n, revisions, monotonic, nowMs);
    replicas.push(actions);
    if (waitsFor !== undefined && monotonic) return { phases: [replicas], waitsFor, monotonic };
  }
  const kept = condemned.map((pod): Action[] => [{ type: 'keep', pod, identity: false }]);
  const living = ordinals.map((n) => byOrdinal.get(n));
  const sick = [...living, ...[...condemned].reverse()].find((p) => p !== undefined && unavailable(set, p, nowMs));
  const gone: Action[][] = [];
  for (const pod of condemned) {
    const name = pod.metadata.name ?? '';
    const phases = [replicas, kept, gone];
    if (monotonic && terminating(pod)) return { phases, waitsFor: `${name} to end`, monotonic };
    if (monotonic && !available(set, pod, nowMs) && pod !== sick)
      return { phases, waitsFor: `${sick?.metadata.name} to be ready`, monotonic };
    gone.push(terminating(pod) ? [] : [{ type: 'delete', pod, why: 'scale down' }]);
    if (monotonic) return { phases, waitsFor: `${name} to end`, monotonic };
  }
  return { phases: [replicas, kept, gone, [outdated(set, ordinals, byOrdinal, revisions, nowMs)]], monotonic };
}

/** What has to be done for one ordinal, and what an ordered set has to wait for. Models processReplica. */
function forReplica(
  set: StatefulSet,
  pod: Pod | undefined,
  ordinal: number,
  revisions: Revisions,
  monotonic: boolean,
  nowMs: number,
): { readonly actions: Action[]; readonly waitsFor?: string } {
  const name = id.podName(set, ordinal);
  if (pod === undefined)
    return {
      actions: [{ type: 'create', pod: fresh(set, revisions, ordinal), ordinal }],
      waitsFor: `${name} to be ready`,
    };
  if (isPodTerminal(pod)) {
    const actions: Action[] = terminating(pod) ? [] : [{ type: 'delete', pod, why: 'it has ended' }];
    return { actions, waitsFor: `${name} to end` };
  }
  const actions: Action[] = pod.status?.phase === 'Pending' ? [{ type: 'claims', pod }] : [];
  if (monotonic && terminating(pod)) return { actions, waitsFor: `${name} to end` };
  if (monotonic && !running(pod)) return { actions, waitsFor: `${name} to be ready` };
  if (monotonic && !available(set, pod, nowMs)) return { actions, waitsFor: `${name} to be available` };
  return { actions: [...actions, { type: 'keep', pod, identity: !id.identityMatches(set, pod) }] };
}

/**
 * The pod to delete so that it comes back with the new template: from the highest ordinal down, past those that have it and
 * are available. maxUnavailable is behind a gate that v1.36 leaves off: the API server does not store it.
 */
function outdated(
  set: StatefulSet,
  ordinals: readonly number[],
  pods: ReadonlyMap<number, Pod>,
  { update }: Revisions,
  nowMs: number,
): Action[] {
  const strategy = set.spec?.updateStrategy;
  if (strategy?.type === 'OnDelete') return [];
  const partition = id.startOrdinal(set) + (strategy?.rollingUpdate?.partition ?? 0);
  for (const n of [...ordinals].reverse()) {
    const pod = pods.get(n);
    // One that is made in this very sync is not available either.
    if (n < partition || pod === undefined) return [];
    if (id.revisionOf(pod) !== update.metadata.name && !terminating(pod))
      return [{ type: 'delete', pod, why: 'update' }];
    if (unavailable(set, pod, nowMs)) return [];
  }
  return [];
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
