// Whether a CronJob starts a Job now: pure. Models pkg/controller/cronjob/utils.go and cronjob_controllerv2.go, v1.36.
import { rfc3339 } from '../../../kernel/time.ts';
import type { CronJob, Job } from '../../../model/generated/batch.v1.ts';
import { controllerRef } from '../common/podcontrol.ts';
import { nextTime, type Schedule } from './schedule.ts';

export const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
/** More missed starts than this point at a skewed clock. */
const MANY = 100;

export interface Due {
  /** ms since 1970; undefined: nothing is due. */
  readonly at: number | undefined;
  readonly missed: number;
  readonly tooMany: boolean;
  /** The schedule names a day that no month has. */
  readonly never?: true;
}

/** The latest start that has come since the last one. */
export function mostRecent(cj: CronJob, schedule: Schedule, nowMs: number): Due {
  const none = { at: undefined, missed: 0, tooMany: false };
  const zone = cj.spec?.timeZone ?? 'UTC';
  const since = cj.status?.lastScheduleTime ?? cj.metadata.creationTimestamp ?? '';
  let earliest = Date.parse(since);
  const deadline = cj.spec?.startingDeadlineSeconds;
  if (deadline !== undefined) earliest = Math.max(earliest, nowMs - deadline * 1000);
  const first = nextTime(schedule, earliest, zone);
  if (first === undefined) return { ...none, never: true };
  if (nowMs < first) return none;
  const second = nextTime(schedule, first, zone);
  if (second === undefined || nowMs < second) return { at: first, missed: 1, tooMany: false };
  const between = second - first;
  const missed = Math.floor((nowMs - first) / between) + 1;
  let at = first + Math.max(0, missed - 2) * between;
  for (let t = nextTime(schedule, at - 1, zone); t !== undefined && t <= nowMs; t = nextTime(schedule, t, zone)) at = t;
  return { at, missed, tooMany: missed > MANY };
}

export function jobFor(cj: CronJob, atMs: number): Job {
  const { labels, annotations } = cj.spec?.jobTemplate?.metadata ?? {};
  const { namespace = '', name = '' } = cj.metadata;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${name}-${Math.floor(atMs / 60_000)}`,
      namespace,
      ...(labels ? { labels } : {}),
      annotations: { ...annotations, [SCHEDULED_AT]: rfc3339(atMs) },
      ownerReferences: [controllerRef(cj, 'batch/v1', 'CronJob')],
    },
    ...(cj.spec?.jobTemplate?.spec ? { spec: cj.spec.jobTemplate.spec } : {}),
  };
}

export function finishedAs(job: Job): 'Complete' | 'Failed' | undefined {
  const c = job.status?.conditions?.find((x) => (x.type === 'Complete' || x.type === 'Failed') && x.status === 'True');
  return c === undefined ? undefined : (c.type as 'Complete' | 'Failed');
}

/** Finished Jobs beyond the history limits, oldest first. */
export function outOfHistory(cj: CronJob, jobs: readonly Job[]): Job[] {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cj.spec ?? {};
  const oldest = (a: Job, b: Job): number => {
    const [s, t] = [a.status?.startTime ?? '', b.status?.startTime ?? ''];
    return s === t ? ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1) : s < t ? -1 : 1;
  };
  const surplus = (as: string, limit: number): Job[] => {
    const all = jobs.filter((j) => finishedAs(j) === as).sort(oldest);
    return all.slice(0, Math.max(0, all.length - limit));
  };
  return [...surplus('Complete', successfulJobsHistoryLimit), ...surplus('Failed', failedJobsHistoryLimit)];
}
