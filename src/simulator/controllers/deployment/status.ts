// A Deployment's status and conditions from its ReplicaSets: pure. Models progress.go and sync.go (calculateStatus) in
// pkg/controller/deployment, v1.36.
import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
} from '../../../model/generated/apps.v1.ts';
import { maxUnavailable, replicasOf, sumReplicas, sumStatus } from './decide.ts';

type Conditions = readonly DeploymentCondition[];

export function condition(
  type: 'Available' | 'Progressing' | 'ReplicaFailure',
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  now: string,
): DeploymentCondition {
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

export function find(conditions: Conditions | undefined, type: string): DeploymentCondition | undefined {
  return conditions?.find((c) => c.type === type);
}

/** A condition with the same status and reason is left as it is. */
export function setCondition(conditions: Conditions, next: DeploymentCondition): Conditions {
  const known = find(conditions, next.type);
  if (known?.status === next.status && known.reason === next.reason) return conditions;
  const kept = known?.status === next.status ? { ...next, lastTransitionTime: known.lastTransitionTime } : next;
  return [...conditions.filter((c) => c.type !== next.type), kept as DeploymentCondition];
}

const without = (conditions: Conditions, type: string): Conditions =>
  find(conditions, type) === undefined ? conditions : conditions.filter((c) => c.type !== type);

export function hasDeadline(d: Deployment): boolean {
  const s = d.spec?.progressDeadlineSeconds;
  return s !== undefined && s !== 2 ** 31 - 1;
}

export function isComplete(d: Deployment, s: DeploymentStatus): boolean {
  const wanted = replicasOf(d);
  return (
    (s.updatedReplicas ?? 0) === wanted &&
    (s.replicas ?? 0) === wanted &&
    (s.availableReplicas ?? 0) === wanted &&
    (s.observedGeneration ?? 0) >= (d.metadata.generation ?? 0)
  );
}

function isProgressing(d: Deployment, s: DeploymentStatus): boolean {
  const old = d.status ?? {};
  const n = (x: number | undefined): number => x ?? 0;
  return (
    n(s.updatedReplicas) > n(old.updatedReplicas) ||
    n(s.replicas) - n(s.updatedReplicas) < n(old.replicas) - n(old.updatedReplicas) ||
    n(s.readyReplicas) > n(old.readyReplicas) ||
    n(s.availableReplicas) > n(old.availableReplicas)
  );
}

export function isTimedOut(d: Deployment, s: DeploymentStatus, nowMs: number): boolean {
  const c = find(s.conditions, 'Progressing');
  if (!hasDeadline(d) || c === undefined || c.reason === 'NewReplicaSetAvailable') return false;
  if (c.reason === 'ProgressDeadlineExceeded') return true;
  return Date.parse(c.lastUpdateTime ?? '') + (d.spec?.progressDeadlineSeconds ?? 0) * 1000 < nowMs;
}

export function baseStatus(
  d: Deployment,
  sets: readonly ReplicaSet[],
  newest: ReplicaSet | undefined,
  now: string,
): DeploymentStatus {
  const available = sumStatus(sets, 'availableReplicas');
  const enough = available >= replicasOf(d) - maxUnavailable(d);
  const conditions = setCondition(
    d.status?.conditions ?? [],
    enough
      ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
      : condition(
          'Available',
          'False',
          'MinimumReplicasUnavailable',
          'Deployment does not have minimum availability.',
          now,
        ),
  );
  const counts = {
    replicas: sumStatus(sets, 'replicas'),
    updatedReplicas: newest?.status?.replicas ?? 0,
    readyReplicas: sumStatus(sets, 'readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sumReplicas(sets) - available),
  };
  return {
    observedGeneration: d.metadata.generation ?? 0,
    ...Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0)),
    terminatingReplicas: sumStatus(sets, 'terminatingReplicas'),
    conditions,
    ...(d.status?.collisionCount === undefined ? {} : { collisionCount: d.status.collisionCount }),
  };
}

/** The status with its Progressing and ReplicaFailure conditions. */
export function rolloutStatus(
  d: Deployment,
  sets: readonly ReplicaSet[],
  newest: ReplicaSet | undefined,
  nowMs: number,
  now: string,
): DeploymentStatus {
  const status = baseStatus(d, sets, newest, now);
  let conditions: Conditions = hasDeadline(d)
    ? (status.conditions ?? [])
    : without(status.conditions ?? [], 'Progressing');
  const current = find(d.status?.conditions, 'Progressing');
  const done = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
  const what = newest === undefined ? `Deployment "${d.metadata.name}"` : `ReplicaSet "${newest.metadata.name}"`;
  if (hasDeadline(d) && !done) {
    if (isComplete(d, status)) {
      conditions = setCondition(
        conditions,
        condition('Progressing', 'True', 'NewReplicaSetAvailable', `${what} has successfully progressed.`, now),
      );
    } else if (isProgressing(d, status)) {
      const next = condition('Progressing', 'True', 'ReplicaSetUpdated', `${what} is progressing.`, now);
      const kept = current?.status === 'True' ? { ...next, lastTransitionTime: current.lastTransitionTime } : next;
      conditions = [...without(conditions, 'Progressing'), kept as DeploymentCondition];
    } else if (isTimedOut(d, status, nowMs)) {
      conditions = setCondition(
        conditions,
        condition('Progressing', 'False', 'ProgressDeadlineExceeded', `${what} has timed out progressing.`, now),
      );
    }
  }
  const failure = (newest ? [newest, ...sets] : sets).flatMap(
    (rs) => find(rs.status?.conditions as Conditions | undefined, 'ReplicaFailure') ?? [],
  )[0];
  conditions =
    failure === undefined
      ? without(conditions, 'ReplicaFailure')
      : setCondition(conditions, { ...failure, lastUpdateTime: failure.lastTransitionTime ?? now });
  return { ...status, conditions };
}

export function sameStatus(a: DeploymentStatus, b: DeploymentStatus): boolean {
  const { conditions: ca = [], ...ra } = a;
  const { conditions: cb = [], ...rb } = b;
  const keys = new Set([...Object.keys(ra), ...Object.keys(rb)]) as Set<keyof typeof ra>;
  return [...keys].every((k) => ra[k] === rb[k]) && ca.length === cb.length && ca.every((c, i) => c === cb[i]);
}
