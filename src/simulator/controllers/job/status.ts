// A Job's status while it counts its pods: first who has ended is noted, then the pods' finalizers go, then they are counted,
// so that none is counted twice or lost. Models trackJobStatusAndRemoveFinalizers, v1.36.
import type { Job, JobCondition, JobStatus } from '../../../model/generated/batch.v1.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import { isPodReady } from '../common/pods.ts';
import { conditionOf, hasFinalizer, type Tally, type Verdict } from './decide.ts';
import { formatIndexes, hasPlace, indexOf, isIndexed } from './indexes.ts';
import { isFailed, judgeFailure } from './policy.ts';

export interface Noted {
  readonly status: JobStatus;
  /** Pods that are to lose their finalizer. */
  readonly release: readonly Pod[];
  /** Whether the note has to be written first. */
  readonly flush: boolean;
}

export function newCondition(
  type: string,
  status: 'True' | 'False',
  reason: string,
  message: string,
  now: string,
): JobCondition {
  return { type, status, lastProbeTime: now, lastTransitionTime: now, reason, message };
}

/** In the place of the one of its type, or after all others. */
export function withCondition(list: readonly JobCondition[] | undefined, c: JobCondition): readonly JobCondition[] {
  const at = (list ?? []).findIndex((known) => known.type === c.type);
  return at < 0 ? [...(list ?? []), c] : (list ?? []).map((known, i) => (i === at ? c : known));
}

export function note(
  job: Job,
  status: JobStatus,
  pods: readonly Pod[],
  released: ReadonlySet<string>,
  t: Tally,
  verdict: Verdict | undefined,
  now: string,
): Noted {
  const old = job.status?.uncountedTerminatedPods;
  const succeeded = [...(old?.succeeded ?? [])];
  const failed = [...(old?.failed ?? [])];
  const release: Pod[] = [];
  let ignored = false;
  const over = verdict?.type === 'FailureTarget';
  for (const pod of pods) {
    const uid = pod.metadata.uid ?? '';
    if (!hasFinalizer(pod) || released.has(uid)) continue;
    // It has to stay until the next pod of its index carries its count on. Models canRemoveFinalizer.
    const kept = verdict === undefined && job.metadata.deletionTimestamp === undefined;
    if (kept && t.delayed.get(indexOf(pod)) === pod) continue;
    const done = pod.status?.phase === 'Succeeded';
    const lost = isFailed(job, pod);
    if (done || lost || verdict !== undefined || job.metadata.deletionTimestamp !== undefined) release.push(pod);
    if (done && !failed.includes(uid)) {
      if (!isIndexed(job) && !succeeded.includes(uid)) succeeded.push(uid);
    } else if ((lost || over) && hasPlace(job, pod) && !failed.includes(uid) && !succeeded.includes(uid)) {
      if (judgeFailure(job, pod).action === 'Ignore') ignored = true;
      else failed.push(uid);
    }
  }
  const interim = verdict !== undefined && conditionOf(job, verdict.type) === undefined;
  const conditions = interim
    ? [...(status.conditions ?? []), newCondition(verdict.type, 'True', verdict.reason, verdict.message, now)]
    : status.conditions;
  const indexed = isIndexed(job)
    ? {
        succeeded: t.doneIndexes.size,
        completedIndexes: formatIndexes(t.doneIndexes),
        ...(job.spec?.backoffLimitPerIndex === undefined ? {} : { failedIndexes: formatIndexes(t.failedIndexes) }),
      }
    : {};
  const grown = succeeded.length !== (old?.succeeded ?? []).length || failed.length !== (old?.failed ?? []).length;
  const next = tidy({
    ...status,
    ...indexed,
    ...(conditions ? { conditions } : {}),
    uncountedTerminatedPods: lists(succeeded, failed),
  });
  const indexesGrown = isIndexed(job) && next.completedIndexes !== job.status?.completedIndexes;
  return { status: next, release, flush: interim || grown || ignored || indexesGrown };
}

function lists(
  succeeded: readonly string[],
  failed: readonly string[],
): NonNullable<JobStatus['uncountedTerminatedPods']> {
  return { ...(succeeded.length > 0 ? { succeeded } : {}), ...(failed.length > 0 ? { failed } : {}) };
}

/** Zeros and empty texts are not written. */
export function tidy(s: JobStatus): JobStatus {
  const { active, succeeded, failed, completedIndexes, failedIndexes, ...rest } = s;
  return {
    ...rest,
    ...(active ? { active } : {}),
    ...(succeeded ? { succeeded } : {}),
    ...(failed ? { failed } : {}),
    ...(completedIndexes ? { completedIndexes } : {}),
    ...(failedIndexes === undefined ? {} : { failedIndexes }),
  };
}

/** `held`: uids of pods that still have their finalizer. The same object where nothing is counted. */
export function count(job: Job, status: JobStatus, held: ReadonlySet<string>): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const stay = { succeeded: succeeded.filter((u) => held.has(u)), failed: failed.filter((u) => held.has(u)) };
  if (stay.succeeded.length === succeeded.length && stay.failed.length === failed.length) return status;
  const counted = isIndexed(job)
    ? (status.succeeded ?? 0)
    : (status.succeeded ?? 0) + succeeded.length - stay.succeeded.length;
  return tidy({
    ...status,
    succeeded: counted,
    failed: (status.failed ?? 0) + failed.length - stay.failed.length,
    uncountedTerminatedPods: lists(stay.succeeded, stay.failed),
  });
}

/** The end, once all are counted and gone. */
export function finish(status: JobStatus, verdict: Verdict, now: string): JobStatus | undefined {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (succeeded.length + failed.length > 0 || (status.terminating ?? 0) > 0 || (status.active ?? 0) > 0)
    return undefined;
  const type = verdict.type === 'SuccessCriteriaMet' ? 'Complete' : 'Failed';
  const conditions = [...(status.conditions ?? []), newCondition(type, 'True', verdict.reason, verdict.message, now)];
  return { ...status, conditions, ...(type === 'Complete' ? { completionTime: now } : {}) };
}

export function readyCount(active: readonly Pod[]): number {
  return active.filter(isPodReady).length;
}
