// What a ReplicaSet wants, from what its controller sees: pure. Models pkg/controller/replicaset/replica_set.go and
// replica_set_utils.go, v1.36.
import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../../model/generated/apps.v1.ts';
import type { Pod, ReplicationController } from '../../../model/generated/core.v1.ts';
import { deletedFirst, isPodAvailable, isPodReady } from '../common/pods.ts';

/** A ReplicationController is a ReplicaSet of the first days: only its selector is simpler. */
export type Replicated = ReplicaSet | ReplicationController;

/** The most pods one sync creates or deletes. */
export const BURST_REPLICAS = 500;

export type Plan =
  | { readonly type: 'nothing' }
  | { readonly type: 'create'; readonly count: number }
  | { readonly type: 'delete'; readonly pods: readonly Pod[] };

/** `active`: the pods it owns that are neither finished nor terminating. `related`: pods of ReplicaSets with the same owner. */
export function decideReplicas(rs: Replicated, active: readonly Pod[], related: readonly Pod[], nowMs: number): Plan {
  const wanted = rs.spec?.replicas ?? 1;
  const diff = active.length - wanted;
  if (diff < 0) return { type: 'create', count: Math.min(-diff, BURST_REPLICAS) };
  if (diff === 0) return { type: 'nothing' };
  return { type: 'delete', pods: victims(active, related, Math.min(diff, BURST_REPLICAS), nowMs) };
}

function victims(active: readonly Pod[], related: readonly Pod[], count: number, nowMs: number): Pod[] {
  if (count >= active.length) return [...active];
  const onNode = new Map<string, number>();
  for (const p of related) {
    const node = p.spec?.nodeName;
    if (node) onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const ranked = active.map((pod) => ({ pod, rank: onNode.get(pod.spec?.nodeName ?? '') ?? 0 }));
  ranked.sort((a, b) => deletedFirst(a, b, nowMs));
  return ranked.slice(0, count).map((r) => r.pod);
}

/** The batches of a slow start: 1, 2, 4 … so that a template that the server refuses is not sent 500 times. */
export function slowStartBatches(count: number): number[] {
  const out: number[] = [];
  for (let left = count, size = 1; left > 0; left -= size, size = Math.min(2 * size, left))
    out.push(Math.min(size, left));
  return out;
}

export interface Observed {
  readonly active: readonly Pod[];
  /** Undefined where they are not counted. */
  readonly terminating: number | undefined;
  /** The error of this sync's creations or deletions. */
  readonly failure?: { readonly reason: 'FailedCreate' | 'FailedDelete'; readonly message: string };
  readonly nowMs: number;
  /** `nowMs` as metav1.Time. */
  readonly now: string;
}

export function nextStatus(rs: Replicated, seen: Observed): ReplicaSetStatus {
  const labels = Object.entries(rs.spec?.template?.metadata?.labels ?? {});
  const min = rs.spec?.minReadySeconds ?? 0;
  let fullyLabeled = 0;
  let ready = 0;
  let available = 0;
  for (const pod of seen.active) {
    if (labels.every(([k, v]) => pod.metadata.labels?.[k] === v)) fullyLabeled++;
    if (!isPodReady(pod)) continue;
    ready++;
    if (isPodAvailable(pod, min, seen.nowMs)) available++;
  }
  const conditions = nextConditions(rs, seen);
  return {
    replicas: seen.active.length,
    ...(fullyLabeled > 0 ? { fullyLabeledReplicas: fullyLabeled } : {}),
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    ...(available > 0 ? { availableReplicas: available } : {}),
    ...(seen.terminating === undefined ? {} : { terminatingReplicas: seen.terminating }),
    observedGeneration: rs.metadata.generation ?? 0,
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

function nextConditions(rs: Replicated, seen: Observed): readonly ReplicaSetCondition[] {
  const known = rs.status?.conditions ?? [];
  const failed = known.find((c) => c.type === 'ReplicaFailure');
  if (seen.failure !== undefined && failed === undefined) {
    const { reason, message } = seen.failure;
    return [...known, { type: 'ReplicaFailure', status: 'True', reason, message, lastTransitionTime: seen.now }];
  }
  if (seen.failure === undefined && failed !== undefined) return known.filter((c) => c !== failed);
  return known;
}

/** Equal statuses are not written. */
export function sameStatus(a: ReplicaSetStatus | undefined, b: ReplicaSetStatus): boolean {
  return (
    a !== undefined &&
    a.replicas === b.replicas &&
    (a.fullyLabeledReplicas ?? 0) === (b.fullyLabeledReplicas ?? 0) &&
    (a.readyReplicas ?? 0) === (b.readyReplicas ?? 0) &&
    (a.availableReplicas ?? 0) === (b.availableReplicas ?? 0) &&
    a.terminatingReplicas === b.terminatingReplicas &&
    a.observedGeneration === b.observedGeneration &&
    (a.conditions ?? []).length === (b.conditions ?? []).length &&
    (a.conditions ?? []).every((c, i) => c === b.conditions?.[i])
  );
}
