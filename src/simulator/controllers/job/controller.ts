// The Job controller: runs pods to completion and counts each exactly once. Models pkg/controller/job, v1.36.

import { SECOND } from '../../../kernel/kernel.ts';
import { all, type Process } from '../../../kernel/process.ts';
import { rfc3339 } from '../../../kernel/time.ts';
import type { Job, JobStatus } from '../../../model/generated/batch.v1.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import { controllerOf, keyOf } from '../../../model/object.ts';
import { selects } from '../../../model/selectors.ts';
import type { StepId } from '../../../trace/step.ts';
import type { Result } from '../../runtime/client.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { JOBS, PODS } from '../../runtime/kinds.ts';
import { EventRecorder, type Subject } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { claim } from '../common/claim.ts';
import { Expectations } from '../common/expectations.ts';
import { byOwner, orphansIn } from '../common/indices.ts';
import { controllerRef, namespaceTerminating, PodControl } from '../common/podcontrol.ts';
import { slowStartBatches } from '../replicaset/decide.ts';
import * as decide from './decide.ts';
import { OrphanedPods, RELEASE } from './orphans.ts';
import { jobPod } from './pod.ts';
import { type Backoff, backoffLeft, countFailures } from './policy.ts';
import { count, finish, newCondition, note, readyCount, tidy, withCondition } from './status.ts';

const API = 'batch/v1';
const KIND = 'Job';
/** Source: --concurrent-job-syncs and syncJobBatchPeriod in job_controller.go, v1.36. */
const WORKERS = 5;
const BATCH = SECOND;

const TOO_MANY = 'Too many succeeded pods running after completion count reached';

function isManagedElsewhere(job: Job): boolean {
  return job.spec?.managedBy !== undefined && job.spec.managedBy !== 'kubernetes.io/job-controller';
}

/** ms until the Job's next pod may be made; undefined: now. With backoffLimitPerIndex each index waits by itself. */
function backoffOf(job: Job, backoff: Backoff, nowMs: number): number | undefined {
  return job.spec?.backoffLimitPerIndex === undefined ? backoffLeft(backoff, nowMs) || undefined : undefined;
}

function gonePods(pods: readonly Pod[], results: readonly Result<unknown>[]): readonly Pod[] {
  return pods.filter((_, i) => results[i]?.ok || results[i]?.code === 404);
}

export class JobController {
  private readonly ctx: ComponentContext;
  private readonly queue: WorkQueue;
  private readonly expectations: Expectations;
  private readonly jobs: Informer<Job>;
  private readonly pods: Informer<Pod>;
  private readonly events: EventRecorder;
  private readonly control: PodControl;
  private readonly backoffs = new Map<string, Backoff>();
  /** Pods whose finalizer is gone and whose change the cache may not show yet. */
  private readonly released = new Set<string>();
  private readonly orphans: OrphanedPods;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.queue = new WorkQueue(ctx.kernel);
    this.expectations = new Expectations(ctx.kernel);
    this.events = new EventRecorder(ctx, 'job-controller');
    this.control = new PodControl(ctx.client, this.events);
    this.jobs = ctx.informers.of(JOBS);
    this.pods = ctx.informers.of(PODS);
    this.pods.addIndex(byOwner);
    this.orphans = new OrphanedPods(ctx, this.pods, (pod) => this.isCounted(pod));
    this.watch();
    const start = (): void => {
      startWorkers(ctx.kernel, ctx.scope, this.queue, WORKERS, (k, c) => this.sync(k, c));
      this.orphans.start();
    };
    this.jobs.onSynced(() => this.pods.onSynced(start));
  }

  private watch(): void {
    const ended = (job: Job, cause: StepId): void => {
      if (!decide.isFinished(job)) return;
      for (const pod of this.pods.byIndex(byOwner, job.metadata.uid ?? '')) this.orphans.add(pod, cause);
    };
    this.jobs.onChange({
      add: (job, cause) => {
        this.queue.add(keyOf(job), [cause]);
        ended(job, cause);
      },
      update: (job, old, cause) => {
        if (job.metadata.generation === old.metadata.generation) this.queue.addAfter(keyOf(job), BATCH, [cause]);
        else this.queue.add(keyOf(job), [cause]);
        ended(job, cause);
      },
      remove: (job, cause) => {
        this.expectations.forget(keyOf(job));
        this.backoffs.delete(keyOf(job));
        this.queue.add(keyOf(job), [cause]);
        for (const pod of this.pods.byIndex(byOwner, job.metadata.uid ?? '')) this.orphans.add(pod, cause);
      },
    });
    this.watchPods();
  }

  private watchPods(): void {
    const batched = (pod: Pod, cause: StepId): void => {
      const job = this.ownerOf(pod);
      if (job !== undefined) this.queue.addAfter(keyOf(job), BATCH, [cause]);
      else this.orphans.add(pod, cause);
    };
    const gone = (pod: Pod, cause: StepId): void => {
      const job = this.ownerOf(pod);
      if (job !== undefined) this.expectations.deletionObserved(keyOf(job), pod.metadata.uid ?? '');
      batched(pod, cause);
    };
    this.pods.onChange({
      add: (pod, cause) => {
        if (pod.metadata.deletionTimestamp !== undefined) return gone(pod, cause);
        const job = this.ownerOf(pod);
        if (job !== undefined) this.expectations.creationObserved(keyOf(job));
        batched(pod, cause);
      },
      update: (pod, old, cause) => {
        if (!decide.hasFinalizer(pod)) this.released.delete(pod.metadata.uid ?? '');
        const before = this.ownerOf(old);
        const moved = before !== undefined && before !== this.ownerOf(pod);
        if (moved) this.queue.addAfter(keyOf(before), BATCH, [cause]);
        if (pod.metadata.deletionTimestamp !== undefined) {
          gone(pod, cause);
          return;
        }
        batched(pod, cause);
        if (controllerOf(pod) === undefined && (moved || pod.metadata.labels !== old.metadata.labels))
          for (const job of this.matching(pod)) this.queue.addAfter(keyOf(job), BATCH, [cause]);
      },
      remove: (pod, cause) => {
        this.released.delete(pod.metadata.uid ?? '');
        gone(pod, cause);
      },
    });
  }

  private ownerOf(pod: Pod): Job | undefined {
    const ref = controllerOf(pod);
    if (ref?.kind !== KIND) return undefined;
    const job = this.jobs.get(`${pod.metadata.namespace}/${ref.name}`);
    return job?.metadata.uid === ref.uid ? job : undefined;
  }

  /** Whether a Job still waits for the pod, to count it. */
  private isCounted(pod: Pod): boolean {
    const job = this.ownerOf(pod);
    return job !== undefined && (!decide.isFinished(job) || isManagedElsewhere(job));
  }

  /** Jobs that would adopt the pod. */
  private matching(pod: Pod): Job[] {
    const { namespace, labels } = pod.metadata;
    return [...this.jobs.all()].filter((j) => j.metadata.namespace === namespace && selects(j.spec?.selector, labels));
  }

  private get now(): string {
    return rfc3339(this.ctx.kernel.wallMs);
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const job = this.jobs.get(key);
    if (job === undefined || decide.isFinished(job)) return undefined;
    if (isManagedElsewhere(job)) return undefined;
    const mine = yield* claim(
      this.ctx.client,
      {
        kind: PODS,
        owner: job,
        ref: controllerRef(job, API, KIND),
        matches: (p) => selects(job.spec?.selector, p.metadata.labels),
        causes,
        finalizer: decide.FINALIZER,
      },
      [...this.pods.byIndex(byOwner, job.metadata.uid ?? ''), ...this.pods.byIndex(byOwner, orphansIn(job))],
    );
    if (mine.error !== undefined) return { error: mine.error };
    return yield* this.proceed(key, job, mine.claimed, causes);
  }

  private *proceed(key: string, job: Job, pods: readonly Pod[], causes: readonly StepId[]): Process<SyncResult> {
    const nowMs = this.ctx.kernel.wallMs;
    const t = decide.tally(job, pods, this.released);
    const backoff = countFailures(this.backoffs.get(key), t.newSucceeded, t.newFailed);
    const starting = job.status?.startTime === undefined && !job.spec?.suspend;
    let status: JobStatus = { ...job.status, ...(starting ? { startTime: this.now } : {}) };
    let verdict = decide.failure(job, pods, t, nowMs) ?? decide.early(job, t);
    const settled = this.expectations.satisfied(key);
    let gone: readonly Pod[] = [];
    let active = t.active.length;
    let step = causes;
    let error: string | undefined;
    let suspended = false;
    if (verdict !== undefined) {
      step = [this.explainVerdict(job, t, verdict, causes)];
      gone = yield* this.stop(job, t.active, step);
      // Not over yet: a pod is left, or one may come that the cache does not show.
      if (gone.length !== active || !settled) verdict = undefined;
      active -= gone.length;
    } else {
      const managed = settled && job.metadata.deletionTimestamp === undefined;
      if (managed) {
        const done = yield* this.manage(key, job, t, backoff, causes);
        ({ active, step, gone } = done);
        error = done.error;
      }
      verdict = decide.success(job, t, active);
      if (verdict !== undefined) step = [this.explainVerdict(job, t, verdict, step)];
      else if (managed) {
        const next = this.suspension(job, status, step);
        suspended = next !== status;
        status = next;
      }
    }
    const left = decide.deadlineLeft({ ...job, status }, nowMs);
    if (left !== undefined && left > 0) this.queue.addAfter(key, left * 1000, causes);
    const wrote = yield* this.track(key, job, status, {
      pods,
      t,
      verdict,
      active,
      gone,
      step,
      changed: starting || suspended,
    });
    if (wrote === undefined) this.backoffs.set(key, backoff);
    const failed = error ?? wrote;
    return failed === undefined ? undefined : { error: failed };
  }

  private suspension(job: Job, status: JobStatus, causes: readonly StepId[]): JobStatus {
    const known = job.status?.conditions?.find((c) => c.type === 'Suspended');
    const subject: Subject = { apiVersion: API, kind: KIND, object: job };
    if (job.spec?.suspend) {
      if (known?.status === 'True') return status;
      this.events.event(subject, 'Normal', 'Suspended', 'Job suspended', causes);
      const { startTime: _, ...rest } = status;
      const suspended = newCondition('Suspended', 'True', 'JobSuspended', 'Job suspended', this.now);
      return { ...rest, conditions: withCondition(status.conditions, suspended) };
    }
    if (known?.status !== 'True') return status;
    this.events.event(subject, 'Normal', 'Resumed', 'Job resumed', causes);
    const resumed = newCondition('Suspended', 'False', 'JobResumed', 'Job resumed', this.now);
    return { ...status, startTime: this.now, conditions: withCondition(status.conditions, resumed) };
  }

  private *manage(
    key: string,
    job: Job,
    t: decide.Tally,
    backoff: Backoff,
    causes: readonly StepId[],
  ): Process<{ active: number; gone: readonly Pod[]; step: readonly StepId[]; error?: string }> {
    const nowMs = this.ctx.kernel.wallMs;
    const active = t.active.length;
    const plan = decide.plan(job, t, nowMs);
    if (plan.type === 'delete') {
      const step = [this.explain(job, t, `deletes ${plan.pods.length}`, plan.wanted, causes)];
      const gone = yield* this.remove(key, job, plan.pods, step);
      return { active: active - gone.length, gone, step };
    }
    const waits = plan.type === 'nothing' ? plan.retryIn : backoffOf(job, backoff, nowMs);
    if (waits !== undefined) {
      this.queue.addAfter(key, waits * 1000, causes);
      // As in v1.36.2: no pod counts as active while the next one has to wait. Source: kubernetes/kubernetes#139428.
      return { active: 0, gone: [], step: causes };
    }
    if (plan.type === 'nothing') return { active, gone: [], step: causes };
    const step = [this.explain(job, t, `creates ${plan.count}`, plan.wanted, causes)];
    const made = yield* this.create(key, job, t, plan.count, plan.indexes, step);
    return { active: active + made.count, gone: [], step, ...(made.error === undefined ? {} : { error: made.error }) };
  }

  private explain(job: Job, t: decide.Tally, does: string, wanted: number, causes: readonly StepId[]): StepId {
    const of = job.spec?.completions === undefined ? '' : ` of ${job.spec.completions}`;
    const text = `${t.succeeded}${of} completed, ${t.failed} failed; wants ${wanted} active, sees ${t.active.length} → ${does}.`;
    return this.say(job, text, t, causes);
  }

  private explainVerdict(job: Job, t: decide.Tally, v: decide.Verdict, causes: readonly StepId[]): StepId {
    if (decide.conditionOf(job, v.type) !== undefined) return causes[0] ?? 0;
    const end = v.type === 'FailureTarget' ? 'the Job fails; its pods are stopped' : 'the Job is complete';
    return this.say(job, `${v.reason}: ${v.message} → ${end}.`, t, causes);
  }

  private say(job: Job, text: string, t: decide.Tally, causes: readonly StepId[]): StepId {
    const { namespace = '', name = '', uid = '' } = job.metadata;
    return this.ctx.record({
      kind: 'decide',
      action: 'SyncJob',
      object: { group: 'batch', resource: 'jobs', kind: KIND, namespace, name, uid },
      causes,
      text,
      detail: { type: 'decide', inputs: { succeeded: t.succeeded, failed: t.failed, active: t.active.length } },
    });
  }

  private *create(
    key: string,
    job: Job,
    t: decide.Tally,
    total: number,
    indexes: readonly number[],
    causes: readonly StepId[],
  ): Process<{ count: number; error?: string }> {
    this.expectations.expectCreations(key, total);
    const owner: Subject = { apiVersion: API, kind: KIND, object: job };
    let made = 0;
    let at = 0;
    for (const size of slowStartBatches(total)) {
      const batch = Array.from({ length: size }, () => {
        const index = indexes[at++];
        return this.control.create(jobPod(job, index, decide.failuresBefore(job, t, index)), owner, causes);
      });
      const results = yield* all(this.ctx.scope, batch);
      let error: string | undefined;
      for (const r of results) {
        if (r.ok) made++;
        else {
          this.expectations.creationObserved(key);
          if (!namespaceTerminating(r.status)) error = r.status.message ?? 'create failed';
        }
      }
      if (results.every((r) => r.ok)) continue;
      this.expectations.creationObserved(key, total - at);
      return error === undefined ? { count: made } : { count: made, error };
    }
    return { count: made };
  }

  /**
   * Removes pods that the Job has too many of, or may not have while it is suspended: their finalizer goes first, so that
   * they count as nothing. Answers those that are gone. Models deleteJobPods.
   */
  private *remove(key: string, job: Job, pods: readonly Pod[], causes: readonly StepId[]): Process<readonly Pod[]> {
    if (pods.length === 0) return [];
    const uids = pods.map((p) => p.metadata.uid ?? '');
    this.expectations.expectDeletions(key, uids);
    const owner: Subject = { apiVersion: API, kind: KIND, object: job };
    const { client, scope } = this.ctx;
    const control = this.control;
    const removeOne = function* (pod: Pod): Process<Result<unknown>> {
      const { namespace = '', name = '' } = pod.metadata;
      if (decide.hasFinalizer(pod)) {
        const freed = yield* client.patch(PODS, namespace, name, 'strategic', { metadata: RELEASE }, { causes });
        if (!freed.ok) return freed;
      }
      return yield* control.delete(pod, owner, causes);
    };
    const results = yield* all(scope, pods.map(removeOne));
    results.forEach((r, i) => {
      if (!r.ok) this.expectations.deletionObserved(key, uids[i] ?? '');
    });
    return gonePods(pods, results);
  }

  /** Ends the pods of a Job that is over; with their finalizers they are still counted. Models deleteActivePods. */
  private *stop(job: Job, pods: readonly Pod[], causes: readonly StepId[]): Process<readonly Pod[]> {
    const owner: Subject = { apiVersion: API, kind: KIND, object: job };
    const results = yield* all(
      this.ctx.scope,
      pods.map((p) => this.control.delete(p, owner, causes)),
    );
    return gonePods(pods, results);
  }

  private *track(
    key: string,
    job: Job,
    base: JobStatus,
    seen: {
      readonly pods: readonly Pod[];
      readonly t: decide.Tally;
      readonly verdict: decide.Verdict | undefined;
      readonly active: number;
      /** Deleted in this sync: they are on their way out already. */
      readonly gone: readonly Pod[];
      readonly step: readonly StepId[];
      readonly changed: boolean;
    },
  ): Process<string | undefined> {
    const { pods, t, verdict, gone, step } = seen;
    const ready = readyCount(t.active) - readyCount(gone);
    const terminating = t.terminating.length + gone.length;
    const numbers = { active: seen.active, ready, terminating };
    const { active: oldActive = 0, ready: oldReady, terminating: oldTerminating } = job.status ?? {};
    let dirty = seen.changed || oldActive !== seen.active || oldReady !== ready || oldTerminating !== terminating;
    const held = new Set(
      pods
        .filter((p) => decide.hasFinalizer(p) && !this.released.has(p.metadata.uid ?? ''))
        .map((p) => p.metadata.uid ?? ''),
    );
    const start = tidy({ ...base, ...numbers });
    const cleaned = count(job, start, held);
    dirty ||= cleaned !== start;
    const noted = note({ ...job, status: cleaned }, cleaned, pods, this.released, t, verdict, this.now);
    let latest: Job = { ...job, status: noted.status };
    if (noted.flush || (dirty && noted.release.length > 0)) {
      const done = yield* this.write(latest, step);
      if (typeof done === 'string') return done;
      latest = done;
      dirty = false;
    }
    const failed = yield* this.release(noted.release, step);
    for (const pod of noted.release) if (!failed.has(pod)) held.delete(pod.metadata.uid ?? '');
    const before = latest.status ?? {};
    let next = count(job, before, held);
    dirty ||= next !== before;
    const end = verdict === undefined ? undefined : finish(next, verdict, this.now);
    if (end !== undefined) next = end;
    if (dirty || end !== undefined) {
      const done = yield* this.write({ ...latest, status: next }, step);
      if (typeof done === 'string') return done;
    }
    if (failed.size > 0) this.queue.addAfter(key, BATCH, step);
    if (end !== undefined && verdict !== undefined) this.sayFinished({ ...job, status: end }, verdict, step);
    return undefined;
  }

  private sayFinished(job: Job, v: decide.Verdict, causes: readonly StepId[]): void {
    const subject: Subject = { apiVersion: API, kind: KIND, object: job };
    if (v.type !== 'SuccessCriteriaMet') {
      this.events.event(subject, 'Warning', v.reason, v.message, causes);
      return;
    }
    if ((job.status?.succeeded ?? 0) > (job.spec?.completions ?? Number.POSITIVE_INFINITY))
      this.events.event(subject, 'Warning', 'TooManySucceededPods', TOO_MANY, causes);
    this.events.event(subject, 'Normal', 'Completed', 'Job completed', causes);
  }

  private *write(job: Job, causes: readonly StepId[]): Process<Job | string> {
    const body: Job = { ...job, apiVersion: API, kind: KIND };
    const done = yield* this.ctx.client.update<Job>(JOBS, body, { causes, subresource: 'status' });
    return done.ok ? done.value : (done.status.message ?? 'status update failed');
  }

  /** Takes the finalizer from the pods; answers those where that failed. */
  private *release(pods: readonly Pod[], causes: readonly StepId[]): Process<Set<Pod>> {
    const failed = new Set<Pod>();
    const patch = { metadata: RELEASE };
    for (const pod of pods) this.released.add(pod.metadata.uid ?? '');
    const results = yield* all(
      this.ctx.scope,
      pods.map((p) =>
        this.ctx.client.patch(PODS, p.metadata.namespace ?? '', p.metadata.name ?? '', 'strategic', patch, { causes }),
      ),
    );
    results.forEach((r, i) => {
      const pod = pods[i];
      if (r.ok || r.code === 404 || pod === undefined) return;
      failed.add(pod);
      this.released.delete(pod.metadata.uid ?? '');
    });
    return failed;
  }
}
