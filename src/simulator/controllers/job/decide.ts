// What a Job wants now: how many pods to make or remove, and whether it is over. Pure. Models syncJob and manageJob in
// pkg/controller/job/job_controller.go, v1.36.
import type { Job, JobCondition } from '../../../model/generated/batch.v1.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import { isPodActive, isPodTerminating, newestFirst } from '../common/pods.ts';
import {
  hasPlace,
  indexOf,
  isIndexed,
  metSuccessRule,
  parseIndexes,
  pendingIndexes,
  succeededIndexes,
} from './indexes.ts';
import { backoffLeft, endedAt, isFailed, judgeFailure, replacesOnlyFailed, restartsExceedLimit } from './policy.ts';

export const FINALIZER = 'batch.kubernetes.io/job-tracking';
/** Source: MaxPodCreateDeletePerSync. */
const MAX_PER_SYNC = 500;

export interface Verdict {
  readonly type: 'SuccessCriteriaMet' | 'FailureTarget';
  readonly reason: string;
  readonly message: string;
}

export interface Tally {
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  /** Ended since the status was last counted. */
  readonly newSucceeded: readonly Pod[];
  readonly newFailed: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
  readonly doneIndexes: ReadonlySet<number>;
  readonly failedIndexes: ReadonlySet<number>;
  /** With backoffLimitPerIndex: by index the last pod that failed, kept until the next one carries its count on. */
  readonly delayed: ReadonlyMap<number, Pod>;
}

export function hasFinalizer(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(FINALIZER) ?? false;
}

export function conditionOf(job: Job, type: string): JobCondition | undefined {
  return job.status?.conditions?.find((c) => c.type === type && c.status === 'True');
}

export function isFinished(job: Job): boolean {
  return conditionOf(job, 'Complete') !== undefined || conditionOf(job, 'Failed') !== undefined;
}

/** `released`: pods whose finalizer has just been taken away, which the cache may still show. */
export function tally(job: Job, pods: readonly Pod[], released: ReadonlySet<string>): Tally {
  const uncounted = job.status?.uncountedTerminatedPods;
  const known = new Set([...(uncounted?.succeeded ?? []), ...(uncounted?.failed ?? [])]);
  const fresh = pods.filter((p) => {
    const uid = p.metadata.uid ?? '';
    return hasFinalizer(p) && !released.has(uid) && !known.has(uid) && hasPlace(job, p);
  });
  const newSucceeded = fresh.filter((p) => p.status?.phase === 'Succeeded');
  const newFailed = fresh.filter((p) => isFailed(job, p));
  const counted = newFailed.filter((p) => judgeFailure(job, p).action !== 'Ignore').length;
  const doneIndexes = isIndexed(job) ? succeededIndexes(job, pods) : new Set<number>();
  const lostIndexes = isIndexed(job) ? failedIndexes(job, pods) : new Set<number>();
  const { succeeded = 0, failed = 0 } = job.status ?? {};
  return {
    active: pods.filter(isPodActive),
    terminating: pods.filter(isPodTerminating),
    newSucceeded,
    newFailed,
    succeeded: isIndexed(job)
      ? doneIndexes.size
      : succeeded + newSucceeded.length + (uncounted?.succeeded ?? []).length,
    failed: failed + counted + (uncounted?.failed ?? []).length,
    doneIndexes,
    failedIndexes: lostIndexes,
    delayed: delayedPods(job, pods, new Set([...doneIndexes, ...lostIndexes])),
  };
}

/** Models getPodsWithDelayedDeletionPerIndex in pkg/controller/job/indexed_job_utils.go, v1.36. */
function delayedPods(job: Job, pods: readonly Pod[], over: ReadonlySet<number>): ReadonlyMap<number, Pod> {
  const out = new Map<number, Pod>();
  if (job.spec?.backoffLimitPerIndex === undefined) return out;
  const active = new Set(pods.filter(isPodActive).map(indexOf));
  for (const pod of pods) {
    const i = indexOf(pod);
    const counts = hasFinalizer(pod) && isFailed(job, pod) && i >= 0 && !over.has(i) && !active.has(i);
    const known = out.get(i);
    if (counts && (known === undefined || failuresOf(pod) > failuresOf(known))) out.set(i, pod);
  }
  return out;
}

function failuresOf(pod: Pod): number {
  return Number(pod.metadata.annotations?.[INDEX_FAILURES] ?? 0);
}

/** How often the pods of an index have failed before the one that is made now. */
export function failuresBefore(job: Job, t: Tally, index: number | undefined): number {
  const last = index === undefined ? undefined : t.delayed.get(index);
  if (last === undefined) return 0;
  return failuresOf(last) + (judgeFailure(job, last).action === 'Ignore' ? 0 : 1);
}

/** With backoffLimitPerIndex an index fails on its own, once its pods have failed often enough. */
function failedIndexes(job: Job, pods: readonly Pod[]): Set<number> {
  const completions = job.spec?.completions ?? 0;
  const limit = job.spec?.backoffLimitPerIndex;
  const out = parseIndexes(job.status?.failedIndexes, completions);
  if (limit === undefined) return out;
  for (const pod of pods) {
    if (!isFailed(job, pod)) continue;
    const { action } = judgeFailure(job, pod);
    if (action === 'FailIndex' || (action === 'Count' && failuresOf(pod) >= limit)) out.add(indexOf(pod));
  }
  out.delete(-1);
  return out;
}

export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';

const COMPLETED = 'Reached expected number of succeeded pods';

/** Why the Job is to fail; undefined: it is not. */
export function failure(job: Job, pods: readonly Pod[], t: Tally, nowMs: number): Verdict | undefined {
  const fail = (reason: string, message: string): Verdict => ({ type: 'FailureTarget', reason, message });
  const decided = conditionOf(job, 'FailureTarget');
  if (decided !== undefined) return fail(decided.reason ?? '', decided.message ?? '');
  for (const pod of pods) {
    const verdict = pod.status?.phase === 'Failed' ? judgeFailure(job, pod) : undefined;
    if (verdict?.action === 'FailJob') return fail('PodFailurePolicy', verdict.message ?? '');
  }
  const limit = job.spec?.backoffLimit ?? 6;
  if (t.failed > limit || restartsExceedLimit(job, pods))
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  const deadline = deadlineLeft(job, nowMs);
  if (deadline !== undefined && deadline <= 0)
    return fail('DeadlineExceeded', 'Job was active longer than specified deadline');
  const max = job.spec?.maxFailedIndexes;
  if (max !== undefined && t.failedIndexes.size > max)
    return fail('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  const { completions = 0 } = job.spec ?? {};
  if (t.failedIndexes.size > 0 && isIndexed(job) && t.doneIndexes.size + t.failedIndexes.size >= completions)
    return fail('FailedIndexes', 'Job has failed indexes');
  return undefined;
}

/** ms until activeDeadlineSeconds is over; undefined without one. */
export function deadlineLeft(job: Job, nowMs: number): number | undefined {
  const { activeDeadlineSeconds, suspend } = job.spec ?? {};
  const { startTime } = job.status ?? {};
  if (activeDeadlineSeconds === undefined || suspend || startTime === undefined) return undefined;
  return Date.parse(startTime) + activeDeadlineSeconds * 1000 - nowMs;
}

const met = (reason: string, message: string): Verdict => ({ type: 'SuccessCriteriaMet', reason, message });

/** Why the Job has succeeded whatever else runs: its remaining pods are deleted. */
export function early(job: Job, t: Tally): Verdict | undefined {
  const decided = conditionOf(job, 'SuccessCriteriaMet');
  if (decided !== undefined) return met(decided.reason ?? '', decided.message ?? '');
  const rule = isIndexed(job) ? metSuccessRule(job, t.doneIndexes) : undefined;
  return rule === undefined ? undefined : met('SuccessPolicy', `Matched rules at index ${rule}`);
}

/** `active`: pods that run after this sync's creations and deletions. */
export function success(job: Job, t: Tally, active: number): Verdict | undefined {
  const complete = active === 0 && t.succeeded >= (job.spec?.completions ?? 1);
  return complete ? met('CompletionsReached', COMPLETED) : undefined;
}

export type Plan =
  /** `retryIn`: ms until an index may have its next pod. */
  | { readonly type: 'nothing'; readonly wanted: number; readonly retryIn?: number }
  | { readonly type: 'create'; readonly count: number; readonly indexes: readonly number[]; readonly wanted: number }
  | { readonly type: 'delete'; readonly pods: readonly Pod[]; readonly wanted: number };

export function plan(job: Job, t: Tally, nowMs = 0): Plan {
  const { completions, parallelism = 1, suspend } = job.spec ?? {};
  const active = t.active.length;
  let wanted: number;
  if (suspend) wanted = 0;
  else if (completions === undefined) wanted = t.succeeded > 0 ? active : parallelism;
  else wanted = Math.max(0, Math.min(completions - t.succeeded - t.failedIndexes.size, parallelism));
  const surplus = forRemoval(job, t, Math.max(0, active - wanted)).slice(0, MAX_PER_SYNC);
  if (surplus.length > 0) return { type: 'delete', pods: surplus, wanted };
  const waiting = replacesOnlyFailed(job) ? t.terminating.length : 0;
  const count = Math.min(wanted - active - waiting, MAX_PER_SYNC);
  if (count <= 0) return { type: 'nothing', wanted };
  if (!isIndexed(job)) return { type: 'create', count, indexes: [], wanted };
  const pending = pendingIndexes(job, t.active, t.doneIndexes, t.failedIndexes, count);
  const waits = pending.map((i) => waitOf(job, t, i, nowMs));
  const indexes = pending.filter((_, n) => waits[n] === 0);
  if (pending.length > 0 && indexes.length === 0) return { type: 'nothing', wanted, retryIn: Math.min(...waits) };
  return { type: 'create', count: indexes.length, indexes, wanted };
}

/** With backoffLimitPerIndex each index backs off by itself: ms. */
function waitOf(job: Job, t: Tally, index: number, nowMs: number): number {
  const last = t.delayed.get(index);
  if (last === undefined) return 0;
  return backoffLeft({ failures: failuresBefore(job, t, index), lastFailure: endedAt(last) }, nowMs);
}

/** Pods of one index twice, or of none that is wanted, go first; then the newest. */
function forRemoval(job: Job, t: Tally, atLeast: number): Pod[] {
  const ranked = [...t.active].sort(newestFirst);
  if (!isIndexed(job)) return ranked.slice(0, atLeast);
  const seen = new Set<number>();
  const first: Pod[] = [];
  for (const pod of [...ranked].reverse()) {
    const i = indexOf(pod);
    const over = i < 0 || i >= (job.spec?.completions ?? 0) || seen.has(i);
    if (over) first.push(pod);
    seen.add(i);
  }
  return [...first, ...ranked.filter((p) => !first.includes(p))].slice(0, Math.max(atLeast, first.length));
}
