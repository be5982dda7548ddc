// What a pod's failure means for its Job. Models pkg/controller/job/pod_failure_policy.go and backoff_utils.go, v1.36.
import type { Job, PodFailurePolicyRule } from '../../../model/generated/batch.v1.ts';
import type { ContainerStatus, Pod } from '../../../model/generated/core.v1.ts';

export type FailureAction = 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';

export interface Judgement {
  readonly action: FailureAction;
  /** For FailJob, as the Job's condition says it. */
  readonly message?: string;
}

function exitCodeMatch(pod: Pod, rule: PodFailurePolicyRule): ContainerStatus | undefined {
  const wanted = rule.onExitCodes;
  if (wanted === undefined) return undefined;
  const all = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return all.find((c) => {
    const code = c.state?.terminated?.exitCode ?? 0;
    if (code === 0 || (wanted.containerName !== undefined && wanted.containerName !== c.name)) return false;
    return wanted.operator === 'In' ? wanted.values.includes(code) : !wanted.values.includes(code);
  });
}

/** The first rule that matches decides; without one a failure counts towards backoffLimit. */
export function judgeFailure(job: Job, pod: Pod): Judgement {
  const rules = job.spec?.podFailurePolicy?.rules ?? [];
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
  for (const [i, rule] of rules.entries()) {
    const action = rule.action as FailureAction;
    const container = exitCodeMatch(pod, rule);
    if (container !== undefined) {
      const code = container.state?.terminated?.exitCode;
      const message = `Container ${container.name} for pod ${name} failed with exit code ${code} matching ${action} rule at index ${i}`;
      return { action, message };
    }
    const condition = (rule.onPodConditions ?? []).find((p) =>
      pod.status?.conditions?.some((c) => c.type === p.type && c.status === (p.status ?? 'True')),
    );
    if (condition !== undefined)
      return { action, message: `Pod ${name} has condition ${condition.type} matching ${action} rule at index ${i}` };
  }
  return { action: 'Count' };
}

/** With such a policy a pod counts as failed when it has ended, not already while it is being removed. */
export function replacesOnlyFailed(job: Job): boolean {
  return job.spec?.podReplacementPolicy === 'Failed' || job.spec?.podFailurePolicy !== undefined;
}

export function isFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true;
  if (replacesOnlyFailed(job)) return false;
  return pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded';
}

/** With restartPolicy OnFailure it is the containers' restarts that use up the limit. */
export function restartsExceedLimit(job: Job, pods: readonly Pod[]): boolean {
  if (job.spec?.template?.spec?.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const pod of pods) {
    if (pod.status?.phase !== 'Running' && pod.status?.phase !== 'Pending') continue;
    for (const c of [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])])
      restarts += c.restartCount;
  }
  const limit = job.spec?.backoffLimit ?? 6;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Source: DefaultJobPodFailureBackOff and MaxJobPodFailureBackOff in job_controller.go, v1.36; ms. */
const BACKOFF_MIN = 10_000;
const BACKOFF_MAX = 600_000;

export function endedAt(pod: Pod): number {
  const all = pod.status?.containerStatuses ?? [];
  const times = all.map((c) => Date.parse(c.state?.terminated?.finishedAt ?? '')).filter((t) => !Number.isNaN(t));
  if (times.length > 0) return Math.max(...times);
  const ready = pod.status?.conditions?.find((c) => c.type === 'Ready')?.lastTransitionTime;
  return Date.parse(pod.metadata.deletionTimestamp ?? ready ?? pod.metadata.creationTimestamp ?? '');
}

export interface Backoff {
  readonly failures: number;
  readonly lastFailure: number;
}

/** Failures in a row: a pod that succeeded since then starts the count anew. */
export function countFailures(known: Backoff | undefined, succeeded: readonly Pod[], failed: readonly Pod[]): Backoff {
  const all = [
    ...succeeded.map((p) => ({ at: endedAt(p), ok: true })),
    ...failed.map((p) => ({ at: endedAt(p), ok: false })),
  ];
  all.sort((a, b) => a.at - b.at);
  let { failures, lastFailure } = known ?? { failures: 0, lastFailure: 0 };
  for (const e of all) {
    failures = e.ok ? 0 : failures + 1;
    lastFailure = e.ok ? 0 : e.at;
  }
  return { failures, lastFailure };
}

/** ms until the next pod may be made. */
export function backoffLeft(b: Backoff, nowMs: number): number {
  if (b.failures === 0) return 0;
  const delay = Math.min(BACKOFF_MIN * 2 ** (b.failures - 1), BACKOFF_MAX);
  return Math.max(0, b.lastFailure + delay - nowMs);
}
