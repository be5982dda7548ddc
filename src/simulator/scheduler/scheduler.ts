// kube-scheduler: takes one pod at a time from its queue, decides, and lets each binding run beside the next decision.
// Models pkg/scheduler/schedule_one.go and scheduler.go, v1.36.
import { SECOND, type Timer } from '../../kernel/kernel.ts';
import { type Process, type Scope, sleep, spawn, wait } from '../../kernel/process.ts';
import { rfc3339 } from '../../kernel/time.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { Identity } from '../runtime/client.ts';
import { ComponentContext, type Surroundings } from '../runtime/component.ts';
import type { Informer } from '../runtime/informer.ts';
import { NODES, PODS } from '../runtime/kinds.ts';
import { EventV1Recorder } from '../runtime/recorder.ts';
import { Algorithm, feasibleNodesToFind, type NotPlaced, type Placed } from './algorithm.ts';
import { claimWriter } from './bind-claims.ts';
import { bindVolumes } from './bind-volumes.ts';
import { ClaimBook } from './devices/claims.ts';
import { Cache } from './framework/cache.ts';
import { Events } from './framework/events.ts';
import { Framework } from './framework/framework.ts';
import type { PodInfo } from './framework/pod-info.ts';
import { Recorder } from './framework/recorder.ts';
import { messageOf } from './framework/status.ts';
import { nodeHandler, podHandler, SCHEDULER_NAME, watchStorage } from './handlers.ts';
import { informersOf, lookupFrom, makeInformers, type SchedulerInformers } from './lookup.ts';
import { attemptStep, gatedStep } from './narrate.ts';
import { defaultProfile } from './plugins/default-profile.ts';
import { statusPatch } from './pod-status.ts';
import { Evictor } from './preempt.ts';
import type { QueuedPod } from './queue/queued-pod.ts';
import { SchedulingQueue } from './queue/scheduling-queue.ts';

/** What an attempt takes, µs: of the order that scheduler_scheduling_algorithm_duration_seconds shows. */
const ATTEMPT_COST = 300;
const NODE_COST = 2;
/** Source: flushUnschedulablePodsLeftover runs every 30 s. */
const FLUSH_INTERVAL = 30 * SECOND;
/** Longer notes are cut. Source: NoteLengthLimit of events.k8s.io. */
const NOTE_LIMIT = 1024;
/** Rows that the table of one decision shows at the most. */
const KEEP = 32;

export interface SchedulerOptions {
  /** The machine it runs on. */
  readonly node: string;
}

/** Starts kube-scheduler; closing the scope stops it. */
/** `client`: what the user agent ends with; each of its clients has a limit of its own. */
export function schedulerIdentity(node: string, client: string): Identity {
  return {
    actor: { component: 'kube-scheduler', node },
    userAgent: `kube-scheduler/v1.36.2 (linux/amd64) kubernetes/${client}`,
    credential: { type: 'certificate', commonName: 'system:kube-scheduler', organizations: [] },
    // Source: clientConnection of KubeSchedulerConfiguration. Events go through a client of their own.
    qps: 50,
    burst: 100,
  };
}

export function startScheduler(around: Surroundings, scope: Scope, { node }: SchedulerOptions): Scheduler {
  const identity = schedulerIdentity(node, 'scheduler');
  const ctx = new ComponentContext(around, identity, scope);
  return new Scheduler(ctx, new EventV1Recorder(ctx.as(identity), SCHEDULER_NAME, `${SCHEDULER_NAME}-${node}`));
}

export class Scheduler {
  readonly cache = new Cache();
  readonly queue: SchedulingQueue;
  private readonly ctx: ComponentContext;
  private readonly events: EventV1Recorder;
  private readonly framework: Framework;
  private readonly algorithm: Algorithm;
  private readonly evictor: Evictor;
  private readonly pods: Informer<Pod>;
  private readonly informers: SchedulerInformers;
  /** The attempt that each pod being bound goes back to. */
  private readonly attempts = new Map<string, StepId>();
  /** The last attempt, whatever came of it. */
  private latest: { readonly uid: string; readonly step: StepId } = { uid: '', step: 0 };
  private wake: (() => void) | undefined;
  private flush: { readonly at: number; readonly timer: Timer } | undefined;

  constructor(ctx: ComponentContext, events: EventV1Recorder) {
    this.ctx = ctx;
    this.events = events;
    this.informers = makeInformers(ctx.informers);
    // Finished pods hold no resources: upstream's informer leaves them out in the same way.
    this.pods = ctx.informers.of(PODS, { fieldSelector: ['status.phase!=Succeeded,status.phase!=Failed'] });
    const recorder = new Recorder();
    const cluster = lookupFrom(this.informers);
    const claimBook = new ClaimBook(cluster);
    const plugins = recorder.wrap(
      defaultProfile({
        cache: this.cache,
        cluster,
        random: ctx.random,
        claimBook,
        claimWriter: claimWriter({
          ctx,
          book: claimBook,
          causeOf: (pod) => this.attempts.get(pod.uid) ?? (this.latest.uid === pod.uid ? this.latest.step : 0),
          onWaiting: (pod, node) => this.reportWaiting(pod, node),
        }),
        nowMs: () => ctx.kernel.wallMs,
        framework: () => this.framework,
        evicting: (uid) => this.evictor.evicting(uid),
        bindPod: (pod, node) => this.postBinding(pod, node),
        bindVolumes: (pod, node, volumes) => {
          const claim = (ns: string, name: string) => this.informers.claims.get(`${ns}/${name}`);
          const wanted = (): boolean => this.find(pod) !== undefined;
          return bindVolumes({ ctx, claim, wanted }, pod, node, volumes, this.attempts.get(pod.uid) ?? 0);
        },
      }),
    );
    this.framework = new Framework(plugins, { nominatedFor: (node) => this.queue.nominated.nominatedFor(node) });
    this.queue = new SchedulingQueue({
      plugins,
      less: this.framework.sorter().less,
      preEnqueue: (pod) => this.framework.preEnqueue(pod),
      epochMs: ctx.kernel.epochMs,
      onReady: () => this.wake?.(),
      onGated: (p, plugin, why) => ctx.record(gatedStep(p.info, plugin, why, p.causes)),
    });
    this.algorithm = new Algorithm(this.framework, this.cache, ctx.random, recorder, KEEP);
    this.evictor = new Evictor({
      ctx,
      events,
      nominated: this.queue.nominated,
      find: (info) => this.find(info),
      onFailure: (uid) => this.queue.activate([uid], ctx.kernel.now),
    });
    this.listen();
    spawn(ctx.scope, this.run());
    this.keepFlushing();
  }

  private listen(): void {
    const now = (): number => this.ctx.kernel.now;
    const parts = { cache: this.cache, queue: this.queue, now };
    this.pods.onChange(podHandler(parts));
    this.ctx.informers.of(NODES).onChange(nodeHandler(parts));
    watchStorage(this.informers, this.queue, now);
  }

  private find(info: PodInfo): Pod | undefined {
    const pod = this.pods.get(info.key);
    return pod?.metadata.uid === info.pod.metadata.uid ? pod : undefined;
  }

  /** Sets the alarm for the next pod whose back-off ends, or takes it off. */
  private armFlush(): void {
    const at = this.queue.nextFlush();
    if (at === this.flush?.at) return;
    this.flush?.timer.cancel();
    this.flush = undefined;
    if (at === undefined) return;
    const run = (): void => {
      this.flush = undefined;
      if (!this.ctx.scope.alive) return;
      this.queue.flushBackoff(this.ctx.kernel.now);
      this.armFlush();
    };
    // Without nodes pods are tried again for ever, which is not work that anything could finish.
    const background = this.cache.nodes().length === 0;
    this.flush = { at, timer: this.ctx.kernel.schedule(at - this.ctx.kernel.now, run, background) };
  }

  private keepFlushing(): void {
    this.ctx.kernel.schedule(
      FLUSH_INTERVAL,
      () => {
        if (!this.ctx.scope.alive) return;
        this.queue.flushUnschedulable(this.ctx.kernel.now);
        this.keepFlushing();
      },
      true,
    );
  }

  private *run(): Process<void> {
    for (const i of [this.pods, this.ctx.informers.of(NODES), ...informersOf(this.informers)]) {
      yield* wait<void>((resume) => i.onSynced(() => resume()));
    }
    for (;;) {
      const p = this.queue.pop();
      this.armFlush();
      if (p === undefined) yield* this.untilReady();
      else yield* this.scheduleOne(p);
    }
  }

  private *untilReady(): Process<void> {
    yield* wait<void>((resume) => {
      this.wake = () => {
        this.wake = undefined;
        this.ctx.kernel.schedule(0, () => resume());
      };
    });
  }

  private *scheduleOne(p: QueuedPod): Process<void> {
    const causes = p.takeCauses();
    if (this.skip(p, causes)) {
      this.queue.done(p.key);
      return;
    }
    yield* sleep(this.ctx.kernel, ATTEMPT_COST + NODE_COST * feasibleNodesToFind(this.cache.nodes().length));
    const result = this.algorithm.attempt(p.info);
    const step = this.ctx.record(attemptStep(p.info, result, causes));
    this.latest = { uid: p.key, step };
    if (result.node === undefined) this.refuse(p, result, step);
    else this.place(p, result, step);
  }

  private skip(p: QueuedPod, causes: readonly StepId[]): boolean {
    const { info } = p;
    if (info.pod.metadata.deletionTimestamp !== undefined) {
      this.report(info, 'Warning', 'FailedScheduling', 'Scheduling', `skip schedule deleting pod: ${info.key}`, causes);
      return true;
    }
    return this.cache.podNode(info.uid) !== undefined;
  }

  private report(
    info: PodInfo,
    type: 'Normal' | 'Warning',
    reason: string,
    action: string,
    note: string,
    causes: readonly StepId[],
  ): void {
    const text = note.length <= NOTE_LIMIT ? note : `${note.slice(0, NOTE_LIMIT - 4)} ...`;
    const regarding = { apiVersion: 'v1', kind: 'Pod', object: info.pod };
    this.events.event({ regarding, type, reason, action, note: text, causes });
  }

  private reportWaiting(pod: PodInfo, node: string): void {
    const note = `waiting for binding conditions for device on node ${node}`;
    this.report(pod, 'Normal', 'BindingConditionsPending', 'Scheduling', note, [this.attempts.get(pod.uid) ?? 0]);
  }

  /** Counts the pod as running on its node from now on, and binds it beside what comes next. */
  private place(p: QueuedPod, placed: Placed, step: StepId): void {
    const { info } = p;
    if (this.cache.podNode(info.uid) !== undefined) {
      this.queue.done(p.key);
      return;
    }
    this.cache.assume(info, placed.node);
    this.queue.nominated.delete(info.uid);
    const status =
      this.framework.reserve(placed.state, info, placed.node) ?? this.framework.permit(placed.state, info, placed.node);
    if (status !== undefined) {
      this.undo(p, placed, messageOf(status), step);
      return;
    }
    this.attempts.set(info.uid, step);
    spawn(this.ctx.scope, this.bind(p, placed, step));
  }

  private *bind(p: QueuedPod, placed: Placed, step: StepId): Process<void> {
    const { info } = p;
    this.queue.done(p.key);
    if (this.framework.willPreBind(placed.state, info, placed.node)) yield* this.announce(info, placed.node, step);
    const error = yield* this.framework.bind(placed.state, info, placed.node);
    const bound = this.attempts.get(info.uid) ?? step;
    this.attempts.delete(info.uid);
    if (error !== undefined) {
      this.undo(p, placed, error, step);
      return;
    }
    const note = `Successfully assigned ${info.key} to ${placed.node}`;
    this.report(info, 'Normal', 'Scheduled', 'Binding', note, [bound]);
  }

  /** Says where the pod is going to be while that takes time. Source: NominatedNodeNameForExpectation, on since v1.35. */
  private *announce(info: PodInfo, node: string, step: StepId): Process<void> {
    const patch = statusPatch(info.pod, { nominatedNodeName: node }, rfc3339(this.ctx.kernel.wallMs));
    if (patch !== undefined) yield* this.patchStatus(info, patch, step);
  }

  private *patchStatus({ namespace, name }: PodInfo, patch: object, step: StepId): Process<void> {
    const options = { causes: [step], subresource: 'status' };
    yield* this.ctx.client.patch(PODS, namespace, name, 'strategic', patch, options);
  }

  private *postBinding(info: PodInfo, node: string): Process<string | undefined> {
    const { namespace, name } = info;
    const binding = {
      kind: 'Binding',
      apiVersion: 'v1',
      metadata: { name, namespace, uid: info.pod.metadata.uid },
      target: { kind: 'Node', name: node },
    };
    const causes = [this.attempts.get(info.uid) ?? 0];
    const result = yield* this.ctx.client.create(PODS, binding, { causes, subresource: 'binding' });
    if (!result.ok) return result.status.message ?? `the API server answered ${result.code}`;
    this.attempts.set(info.uid, result.step);
    return undefined;
  }

  /** The pod cannot be bound after all: what it held in the cache is free again, and it is tried later. */
  private undo(p: QueuedPod, placed: Placed, message: string, step: StepId): void {
    const { info } = p;
    this.framework.unreserve(placed.state, info, placed.node);
    this.cache.forget(info.uid);
    this.queue.happened({ event: Events.assignedPodDelete, previous: info.pod }, this.ctx.kernel.now, [step]);
    const { record } = placed;
    this.refuse(p, { record, message, refused: false, nominate: '', victims: [] }, step);
  }

  private refuse(p: QueuedPod, result: NotPlaced, step: StepId): void {
    const { info } = p;
    p.unschedulablePlugins = result.diagnosis?.unschedulablePlugins ?? new Set();
    p.pendingPlugins = result.diagnosis?.pendingPlugins ?? new Set();
    if (result.victims.length > 0 && result.nominate) {
      const preemption = { preemptor: info, node: result.nominate, victims: result.victims, cause: step };
      spawn(this.ctx.scope, this.evictor.run(preemption));
    }
    const current = this.find(info);
    if (current === undefined || current.spec?.nodeName) this.queue.done(p.key);
    else {
      p.update(current);
      this.queue.addUnschedulable(p, this.ctx.kernel.now);
      this.queue.nominated.set(p.info, result.nominate);
    }
    this.report(info, 'Warning', 'FailedScheduling', 'Scheduling', result.message, [step]);
    // What it says is compared with the pod as it is now.
    spawn(this.ctx.scope, this.writeRefusal(p.info, result, step));
  }

  private *writeRefusal(info: PodInfo, result: NotPlaced, step: StepId): Process<void> {
    const reason = result.refused ? 'Unschedulable' : 'SchedulerError';
    const condition = { type: 'PodScheduled', status: 'False', reason, message: result.message };
    const change = { condition, ...(result.nominate === undefined ? {} : { nominatedNodeName: result.nominate }) };
    const patch = statusPatch(info.pod, change, rfc3339(this.ctx.kernel.wallMs));
    if (patch !== undefined) yield* this.patchStatus(info, patch, step);
  }
}
