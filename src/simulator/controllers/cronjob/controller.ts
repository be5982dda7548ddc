// The CronJob controller: starts Jobs on a schedule. Models pkg/controller/cronjob/cronjob_controllerv2.go, v1.36.

import { MS } from '../../../kernel/kernel.ts';
import type { Process } from '../../../kernel/process.ts';
import { rfc3339 } from '../../../kernel/time.ts';
import type { CronJob, CronJobStatus, Job } from '../../../model/generated/batch.v1.ts';
import type { ObjectReference } from '../../../model/generated/core.v1.ts';
import { controllerOf, keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { CRON_JOBS, JOBS } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { goJson } from '../common/history.ts';
import { byOwner } from '../common/indices.ts';
import { namespaceTerminating } from '../common/podcontrol.ts';
import { finishedAs, jobFor, mostRecent, outOfHistory } from './decide.ts';
import { isZone, nextTime, parseSchedule, type Schedule, ScheduleError } from './schedule.ts';

/** Source: --concurrent-cron-job-syncs and nextScheduleDelta, v1.36. */
const WORKERS = 5;
const DELTA = 100 * MS;

export class CronJobController {
  private readonly ctx: ComponentContext;
  private readonly queue: WorkQueue;
  private readonly cronJobs: Informer<CronJob>;
  private readonly jobs: Informer<Job>;
  private readonly events: EventRecorder;
  /** Jobs just made, which the cache may not show yet. */
  private readonly fresh = new Set<string>();

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.queue = new WorkQueue(ctx.kernel);
    this.events = new EventRecorder(ctx, 'cronjob-controller');
    this.cronJobs = ctx.informers.of(CRON_JOBS);
    this.jobs = ctx.informers.of(JOBS);
    this.jobs.addIndex(byOwner);
    const seen = (cj: CronJob, cause: StepId): void => this.queue.add(keyOf(cj), [cause]);
    this.cronJobs.onChange({ add: seen, update: (cj, _, cause) => seen(cj, cause) });
    const ofJob = (job: Job, cause: StepId): void => {
      const ref = controllerOf(job);
      if (ref?.kind === 'CronJob') this.queue.add(`${job.metadata.namespace}/${ref.name}`, [cause]);
    };
    this.jobs.onChange({ add: ofJob, update: (j, _, cause) => ofJob(j, cause), remove: ofJob });
    const start = (): void => startWorkers(ctx.kernel, ctx.scope, this.queue, WORKERS, (k, c) => this.sync(k, c));
    this.cronJobs.onSynced(() => this.jobs.onSynced(start));
  }

  private say(
    cj: CronJob,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    cause: readonly StepId[],
  ): void {
    this.events.event({ apiVersion: 'batch/v1', kind: 'CronJob', object: cj }, type, reason, message, cause);
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const cj = this.cronJobs.get(key);
    if (cj === undefined) return undefined;
    const jobs = this.jobs.byIndex(byOwner, cj.metadata.uid ?? '');
    let status = this.followJobs(cj, jobs, causes);
    for (const job of outOfHistory(cj, jobs)) yield* this.remove(cj, job, causes);
    if (cj.metadata.deletionTimestamp === undefined && !cj.spec?.suspend) {
      const schedule = this.scheduleOf(cj, causes);
      if (schedule !== undefined) {
        const next = yield* this.maybeStart(cj, status, schedule, causes);
        if ('error' in next) return next;
        status = next;
        this.requeue(key, cj, schedule, causes);
      }
    }
    if (goJson(status) === goJson(cj.status ?? {})) return undefined;
    return yield* this.write(cj, status, causes);
  }

  private *write(cj: CronJob, status: CronJobStatus, causes: readonly StepId[]): Process<SyncResult> {
    const body: CronJob = { ...cj, apiVersion: 'batch/v1', kind: 'CronJob', status };
    const done = yield* this.ctx.client.update<CronJob>(CRON_JOBS, body, { causes, subresource: 'status' });
    return done.ok || done.code === 404 ? undefined : { error: done.status.message ?? 'status update failed' };
  }

  private scheduleOf(cj: CronJob, causes: readonly StepId[]): Schedule | undefined {
    const { timeZone, schedule: text = '' } = cj.spec ?? {};
    if (timeZone !== undefined && !isZone(timeZone)) {
      const message = `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`;
      this.say(cj, 'Warning', 'UnknownTimeZone', message, causes);
      return undefined;
    }
    try {
      return parseSchedule(text);
    } catch (e) {
      if (!(e instanceof ScheduleError)) throw e;
      this.say(cj, 'Warning', 'UnparseableSchedule', `unparseable schedule: "${text}" : ${e.message}`, causes);
      return undefined;
    }
  }

  /** Which of its Jobs are still active, and when one last succeeded. */
  private followJobs(cj: CronJob, jobs: readonly Job[], causes: readonly StepId[]): CronJobStatus {
    const known = new Map((cj.status?.active ?? []).map((r) => [r.uid ?? '', r]));
    let { lastSuccessfulTime } = cj.status ?? {};
    for (const job of jobs) {
      const uid = job.metadata.uid ?? '';
      const ended = finishedAs(job);
      if (!known.has(uid) && ended === undefined) {
        const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`;
        this.say(cj, 'Warning', 'UnexpectedJob', message, causes);
      } else if (known.has(uid) && ended !== undefined) {
        known.delete(uid);
        const message = `Saw completed job: ${job.metadata.name}, condition: ${ended}`;
        this.say(cj, 'Normal', 'SawCompletedJob', message, causes);
      }
      const { completionTime } = job.status ?? {};
      if (ended === 'Complete' && completionTime !== undefined && completionTime > (lastSuccessfulTime ?? ''))
        lastSuccessfulTime = completionTime;
    }
    const there = new Set(jobs.map((j) => j.metadata.uid));
    for (const [uid, ref] of known) {
      // One that was just made is not in the cache yet.
      if (there.has(uid) || this.jobs.get(`${ref.namespace}/${ref.name}`) !== undefined || this.fresh.delete(uid))
        continue;
      known.delete(uid);
      this.say(cj, 'Normal', 'MissingJob', `Active job went missing: ${ref.name}`, causes);
    }
    const { active: _, ...rest } = cj.status ?? {};
    return {
      ...rest,
      ...(known.size > 0 ? { active: [...known.values()] } : {}),
      ...(lastSuccessfulTime ? { lastSuccessfulTime } : {}),
    };
  }

  private *remove(cj: CronJob, job: Job, causes: readonly StepId[]): Process<string | undefined> {
    const { namespace = '', name = '' } = job.metadata;
    const body = { propagationPolicy: 'Background' };
    const gone = yield* this.ctx.client.delete(JOBS, namespace, name, body, { causes });
    if (gone.ok) this.say(cj, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`, [gone.step]);
    else if (gone.code !== 404) {
      this.say(cj, 'Warning', 'FailedDelete', `Deleted job: ${gone.status.message}`, [gone.step]);
      return gone.status.message;
    }
    return undefined;
  }

  private *maybeStart(
    cj: CronJob,
    status: CronJobStatus,
    schedule: Schedule,
    causes: readonly StepId[],
  ): Process<CronJobStatus | { readonly error: string }> {
    const now = this.ctx.kernel.wallMs;
    const due = mostRecent(cj, schedule, now);
    if (due.never) {
      const why = 'time difference between two schedules is less than 1 second';
      this.say(cj, 'Warning', 'InvalidSchedule', `invalid schedule: ${cj.spec?.schedule} : ${why}`, causes);
    }
    if (due.tooMany) {
      const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      this.say(cj, 'Warning', 'TooManyMissedTimes', message, causes);
    }
    const { at } = due;
    if (at === undefined || cj.status?.lastScheduleTime === rfc3339(at)) return status;
    const deadline = cj.spec?.startingDeadlineSeconds;
    if (deadline !== undefined && at + deadline * 1000 < now) {
      const message = `Missed scheduled time to start a job: ${rfc1123(at)}`;
      this.say(cj, 'Warning', 'MissSchedule', message, causes);
      return status;
    }
    const active = status.active ?? [];
    const wanted = jobFor(cj, at);
    if (active.some((r) => r.name === wanted.metadata.name)) return status;
    const policy = cj.spec?.concurrencyPolicy ?? 'Allow';
    if (policy === 'Forbid' && active.length > 0) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      this.say(cj, 'Normal', 'JobAlreadyActive', message, causes);
      return status;
    }
    const step = this.explain(cj, at, active.length, policy, causes);
    let left: readonly ObjectReference[] = active;
    if (policy === 'Replace') {
      for (const ref of active) {
        const job = this.jobs.get(`${ref.namespace}/${ref.name}`);
        const error = job === undefined ? undefined : yield* this.remove(cj, job, [step]);
        if (error !== undefined) return { error };
      }
      left = [];
    }
    return yield* this.start(cj, { ...status, active: left }, wanted, at, step);
  }

  private explain(cj: CronJob, at: number, active: number, policy: string, causes: readonly StepId[]): StepId {
    const { namespace = '', name = '', uid = '' } = cj.metadata;
    return this.ctx.record({
      kind: 'decide',
      action: 'SyncCronJob',
      object: { group: 'batch', resource: 'cronjobs', kind: 'CronJob', namespace, name, uid },
      causes,
      text: `"${cj.spec?.schedule}" was due at ${rfc3339(at)}; ${active} active, policy ${policy} → ${
        policy === 'Replace' && active > 0 ? 'replaces them by a new Job' : 'creates a Job'
      }.`,
      detail: { type: 'decide', inputs: { due: rfc3339(at), active, concurrencyPolicy: policy } },
    });
  }

  private *start(
    cj: CronJob,
    status: CronJobStatus,
    wanted: Job,
    at: number,
    step: StepId,
  ): Process<CronJobStatus | { readonly error: string }> {
    const made = yield* this.ctx.client.create<Job>(JOBS, wanted, { causes: [step] });
    if (!made.ok) {
      if (made.status.reason === 'AlreadyExists' || namespaceTerminating(made.status)) return status;
      this.say(cj, 'Warning', 'FailedCreate', `Error creating job: ${made.status.message}`, [made.step]);
      return { error: made.status.message ?? 'create failed' };
    }
    const { namespace = '', name = '', uid = '', resourceVersion = '' } = made.value.metadata;
    this.say(cj, 'Normal', 'SuccessfulCreate', `Created job ${name}`, [made.step]);
    this.fresh.add(uid);
    const ref: ObjectReference = { kind: 'Job', apiVersion: 'batch/v1', namespace, name, uid, resourceVersion };
    return { ...status, active: [...(status.active ?? []), ref], lastScheduleTime: rfc3339(at) };
  }

  private requeue(key: string, cj: CronJob, schedule: Schedule, causes: readonly StepId[]): void {
    const now = this.ctx.kernel.wallMs;
    const next = nextTime(schedule, now, cj.spec?.timeZone ?? 'UTC');
    if (next !== undefined) this.queue.addAfter(key, (next - now) * 1000 + DELTA, causes);
  }
}

/** `Thu, 01 Jan 2026 00:00:00 +0000` */
function rfc1123(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', '+0000');
}
