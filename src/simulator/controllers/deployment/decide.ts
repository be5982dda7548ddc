// How many replicas each ReplicaSet of a Deployment gets: pure arithmetic. Models pkg/controller/deployment/util and the
// deciding halves of rolling.go and sync.go, v1.36.
import type { Deployment, ReplicaSet } from '../../../model/generated/apps.v1.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS } from './annotations.ts';

export function replicasOf(o: Deployment | ReplicaSet): number {
  return o.spec?.replicas ?? 1;
}

export function sumReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((n, rs) => n + replicasOf(rs), 0);
}

export function sumStatus(
  sets: readonly ReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'terminatingReplicas',
): number {
  return sets.reduce((n, rs) => n + (rs.status?.[field] ?? 0), 0);
}

export const isActive = (rs: ReplicaSet): boolean => replicasOf(rs) > 0;

function resolve(value: string | number | undefined, total: number, roundUp: boolean): number {
  if (typeof value === 'string' && value.endsWith('%')) {
    const share = (Number.parseInt(value, 10) * total) / 100;
    return roundUp ? Math.ceil(share) : Math.floor(share);
  }
  return Number(value ?? 0);
}

/** maxSurge and maxUnavailable as numbers of pods. Both 0 would never progress, so then one may be unavailable. */
export function fenceposts(d: Deployment): { surge: number; unavailable: number } {
  if (d.spec?.strategy?.type !== 'RollingUpdate') return { surge: 0, unavailable: 0 };
  const { maxSurge, maxUnavailable } = d.spec.strategy.rollingUpdate ?? {};
  const surge = resolve(maxSurge, replicasOf(d), true);
  const unavailable = resolve(maxUnavailable, replicasOf(d), false);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

export function maxSurge(d: Deployment): number {
  return fenceposts(d).surge;
}

export function maxUnavailable(d: Deployment): number {
  return replicasOf(d) === 0 ? 0 : Math.min(fenceposts(d).unavailable, replicasOf(d));
}

/** What the newest ReplicaSet should be scaled to now. */
export function newReplicas(d: Deployment, sets: readonly ReplicaSet[], newest: ReplicaSet): number {
  if (d.spec?.strategy?.type !== 'RollingUpdate') return replicasOf(d);
  const room = replicasOf(d) + maxSurge(d) - sumReplicas(sets);
  if (room <= 0) return replicasOf(newest);
  return replicasOf(newest) + Math.min(room, replicasOf(d) - replicasOf(newest));
}

const oldestFirst = (a: ReplicaSet, b: ReplicaSet): number => {
  const [s, t] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (s !== t) return s < t ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
};

export function byAge(sets: readonly ReplicaSet[]): ReplicaSet[] {
  return [...sets].sort(oldestFirst);
}

export interface Scale {
  readonly set: ReplicaSet;
  readonly to: number;
}

/**
 * First the old pods that are not available anyway, then available ones as far as minAvailable allows: a ReplicaSet that is
 * in both rounds is scaled twice. Models reconcileOldReplicaSets, v1.36.
 */
export function scaleDownOld(d: Deployment, newest: ReplicaSet, old: readonly ReplicaSet[]): Scale[] {
  const all = [...old, newest];
  const minAvailable = replicasOf(d) - maxUnavailable(d);
  const newUnavailable = replicasOf(newest) - (newest.status?.availableReplicas ?? 0);
  const room = sumReplicas(all) - minAvailable - newUnavailable;
  if (sumReplicas(old) === 0 || room <= 0) return [];
  const size = new Map(byAge(old).map((rs) => [rs, replicasOf(rs)]));
  const steps: Scale[] = [];
  const shrink = (set: ReplicaSet, by: number): number => {
    const to = (size.get(set) ?? 0) - by;
    size.set(set, to);
    steps.push({ set, to });
    return by;
  };
  let cleaned = 0;
  for (const [rs, n] of [...size]) {
    const unavailable = n - (rs.status?.availableReplicas ?? 0);
    if (n > 0 && unavailable > 0 && cleaned < room) cleaned += shrink(rs, Math.min(room - cleaned, unavailable));
  }
  let spare = sumStatus(all, 'availableReplicas') - minAvailable;
  for (const [rs, n] of [...size]) if (n > 0 && spare > 0) spare -= shrink(rs, Math.min(n, spare));
  return steps;
}

/** The only active ReplicaSet, or the newest where none is; undefined while a rollout has several. */
export function activeOrLatest(newest: ReplicaSet | undefined, old: readonly ReplicaSet[]): ReplicaSet | undefined {
  const active = [...old, ...(newest ? [newest] : [])].filter(isActive);
  if (active.length > 1) return undefined;
  return active[0] ?? newest ?? byAge(old).at(-1);
}

export function isSaturated(d: Deployment, rs: ReplicaSet | undefined): boolean {
  if (rs === undefined) return false;
  const wanted = replicasOf(d);
  return (
    replicasOf(rs) === wanted &&
    Number(rs.metadata.annotations?.[DESIRED_REPLICAS]) === wanted &&
    rs.status?.availableReplicas === wanted
  );
}

/** A Deployment scaled in the middle of a rollout: each ReplicaSet gets its share, the largest what is left over. */
export function proportional(d: Deployment, sets: readonly ReplicaSet[]): Scale[] {
  const active = sets.filter(isActive);
  const allowed = replicasOf(d) > 0 ? replicasOf(d) + maxSurge(d) : 0;
  const toAdd = allowed - sumReplicas(active);
  const sign = toAdd > 0 ? -1 : 1;
  active.sort((a, b) => replicasOf(b) - replicasOf(a) || sign * oldestFirst(a, b));
  let added = 0;
  const sizes = active.map((rs) => {
    const share = toAdd === 0 ? 0 : proportion(d, rs, toAdd, added);
    added += share;
    return replicasOf(rs) + share;
  });
  return active.map((set, i) => ({ set, to: Math.max(0, (sizes[i] ?? 0) + (i === 0 ? toAdd - added : 0)) }));
}

function proportion(d: Deployment, rs: ReplicaSet, toAdd: number, added: number): number {
  if (toAdd === added) return 0;
  const fraction = fractionOf(d, rs);
  const allowed = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
}

function fractionOf(d: Deployment, rs: ReplicaSet): number {
  if (replicasOf(d) === 0) return -replicasOf(rs);
  const annotated = Number(rs.metadata.annotations?.[MAX_REPLICAS] ?? d.status?.replicas ?? 0);
  if (!(annotated > 0)) return 0;
  const size = (replicasOf(rs) * (replicasOf(d) + maxSurge(d))) / annotated;
  return Math.sign(size) * Math.round(Math.abs(size)) - replicasOf(rs);
}

/** True when an active ReplicaSet was sized for another number of replicas than the Deployment has now. */
export function isScalingEvent(d: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((rs) => {
    const desired = rs.metadata.annotations?.[DESIRED_REPLICAS];
    return isActive(rs) && desired !== undefined && Number(desired) !== replicasOf(d);
  });
}
