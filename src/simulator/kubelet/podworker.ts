// One pod on one node, from admission to removal: a sync at a time brings it closer to what its spec says. Models pkg/kubelet
// (pod_workers, SyncPod, SyncTerminatingPod, pleg), v1.36: the order of the calls and of the status updates is that of a
// recorded kubelet.
import { MINUTE, MS, SECOND, type Timer } from '../../kernel/kernel.ts';
import { type Process, Scope, sleep, spawn } from '../../kernel/process.ts';
import { rfc3339 } from '../../kernel/time.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import type { EventRecorder } from '../runtime/recorder.ts';
import { computeActions, type Kill } from './actions.ts';
import { ActiveDeadline } from './deadline.ts';
import { type HookDeps, Hooks } from './hooks.ts';
import type { Attempt } from './images.ts';
import { PullSecrets, runtimeHandler } from './lookups.ts';
import type { PodOnMachine } from './machine.ts';
import { podRef } from './names.ts';
import { phaseOf } from './phase.ts';
import type { Uses } from './pressure.ts';
import { Prober, type Ran } from './prober.ts';
import {
  addEphemeral,
  allOf,
  type ContainerRecord,
  type Eviction,
  endOf,
  finish,
  isSidecar,
  newPodRecord,
  type PodRecord,
  restartsAll,
  settleFates,
  takeAway,
} from './record.ts';
import { allocatedPod, Resizing, type Room } from './resize.ts';
import { asksForMore, retryIn, untilSeen } from './retry.ts';
import { memoryUse } from './runtime/memory.ts';
import type { ContainerRuntime, Exit } from './runtime/runtime.ts';
import { Sight } from './sight.ts';
import { Starter, type StarterDeps } from './starter.ts';
import { podStatus } from './status.ts';
import { StatusWriter } from './statuswriter.ts';
import { type StopDeps, Stopper } from './stop.ts';
import { Voice } from './voice.ts';
import { Mounting, type VolumeManager } from './volumes.ts';

export interface WorkerDeps {
  readonly ctx: ComponentContext;
  readonly events: EventRecorder;
  readonly runtime: ContainerRuntime;
  readonly volumes: VolumeManager;
  readonly hostIP: string;
  /** Runs a command in a container of a pod; undefined where it does not run. */
  readonly run: (pod: Pod, container: string, command: readonly string[]) => Ran | undefined;
  readonly room: Room;
}

/** From when a pod is seen until its first status, as recorded. */
const FIRST_STATUS = 13 * MS;
/** From the end of a pod's last container until its sandbox is down, as recorded. */
const WIND_UP = 1.2 * SECOND;
/** From the last word about a pod until the API server is asked to forget it. */
const FORGET = 500 * MS;

export class PodWorker {
  private readonly deps: WorkerDeps;
  private readonly scope = new Scope();
  private readonly record: PodRecord;
  private readonly here: PodOnMachine;
  private readonly voice: Voice;
  private readonly status: StatusWriter;
  private readonly deadline: ActiveDeadline;
  private readonly probes: Prober;
  private readonly starter: Starter;
  private readonly stopper: Stopper;
  private readonly resizing: Resizing;
  private readonly secrets: PullSecrets;
  private pod: Pod;
  /** Why the next sync is due; undefined: none is. */
  private due: StepId | undefined;
  private busy = false;
  private retry: Timer | undefined;
  private readonly sight: Sight;
  private mounted = false;
  private readonly mounting: Mounting;
  /** Why the pod is stopped: once it is, it will not be started again. */
  private end: 'deleted' | 'evicted' | undefined;
  private over = false;
  private gone = false;

  /** `here`: what the machine has of the pod already, when the kubelet was started again. */
  constructor(deps: WorkerDeps, pod: Pod, cause: StepId, here: PodOnMachine | undefined) {
    const { ctx, runtime } = deps;
    this.deps = deps;
    this.pod = pod;
    this.sight = new Sight(ctx.kernel, (step) => this.poke(step));
    this.here = here ?? { record: newPodRecord(pod, deps.hostIP, this.now), exits: new Map(), lost: false };
    this.record = this.here.record;
    this.voice = new Voice(ctx, deps.events, this.record, () => this.pod);
    this.status = new StatusWriter(ctx, pod, this.record, () => !this.busy);
    this.deadline = new ActiveDeadline(ctx.kernel, this.record, (why) => this.evict(why, cause));
    this.deadline.update(pod);
    const { say, tell } = this.voice;
    const run: HookDeps['run'] = (c, command) => this.runIn(c, command);
    const hooks = new Hooks({ ctx, record: this.record, say, run });
    const ended: StopDeps['ended'] = (...how) => this.stopped(...how);
    this.stopper = new Stopper({ ctx, runtime, hooks, say, ended }, this.here);
    const kill: StarterDeps['kill'] = (c, message, by) =>
      this.stopper.stop(this.pod, c, { message, grace: this.grace, cause: by });
    const started: StarterDeps['started'] = (...what) => this.started(...what);
    const seen = (by: StepId): void => this.sight.changed(by);
    this.starter = new Starter({ ctx, runtime, record: this.record, hooks, say, started, ended: seen, kill });
    this.resizing = new Resizing({ ctx, record: this.record, room: deps.room, tell, changed: seen });
    this.secrets = new PullSecrets(ctx, tell);
    this.mounting = new Mounting(deps.volumes, this.scope);
    this.probes = this.prober(cause);
    ctx.scope.onClose(() => this.scope.close());
    this.scope.onClose(() => this.rest());
    this.begin(cause);
  }

  private prober(cause: StepId): Prober {
    return new Prober({
      kernel: this.deps.ctx.kernel,
      scope: this.scope,
      pod: () => this.pod,
      podIP: () => this.record.podIP ?? '',
      stopping: () => this.end !== undefined,
      run: (c, command) => this.runIn(c, command),
      unhealthy: (c, message) => this.voice.say(c, 'Warning', 'Unhealthy', message, cause),
      changed: (c, type, ok) => {
        const text = `${type} probe of container ${c.container.name} ${ok ? 'succeeds' : 'fails'}.`;
        const seen = this.voice.step('Probe', text, cause);
        if (type === 'startup') {
          c.started = true;
          c.ready = c.container.readinessProbe === undefined;
        } else c.ready = ok;
        if (this.end === undefined) this.poke(seen);
        else this.publish(seen);
      },
      failed: (c, type) => {
        if (type === 'readiness') return;
        c.unhealthy = type;
        this.poke(
          this.voice.step('Probe', `${type} probe of container ${c.container.name} has failed too often.`, cause),
        );
      },
    });
  }

  /** In the container as its record says it runs, which the API server may not know yet. */
  private runIn(c: ContainerRecord, command: readonly string[]): Ran | undefined {
    const pod: Pod = { ...this.pod, status: podStatus(this.pod, this.record, this.now) };
    return this.deps.run(pod, c.container.name, command);
  }

  /** What this pod leaves on the machine when its kubelet stops. */
  get onMachine(): PodOnMachine {
    return this.here;
  }

  /** A newer version of the pod from the API server. */
  update(pod: Pod, cause: StepId): void {
    const { deletionTimestamp } = pod.metadata;
    const asked = asksForMore(this.pod, pod);
    // What others say of readiness gates is told at once.
    const gates = (pod.spec?.readinessGates?.length ?? 0) > 0 && !this.status.wrote(pod);
    this.pod = pod;
    this.status.seen(pod, cause);
    this.deadline.update(pod);
    if (deletionTimestamp !== undefined && this.end !== 'deleted') this.stop('deleted', cause);
    else if (asked && this.end === undefined) {
      this.resizing.ask(pod, cause);
      this.poke(cause);
    } else if (gates && this.end === undefined) this.poke(cause);
  }

  /** There may be room now for what it asked for. */
  retryResize(cause: StepId): void {
    if (this.end === undefined && this.resizing.again(this.pod, cause)) this.poke(cause);
  }

  /** What it was given: what it asks for may be more. */
  get allocated(): Pod {
    return allocatedPod(this.pod, this.record);
  }

  /** The API server has forgotten the pod: whatever still runs is stopped, and nothing is told of it any more. */
  removed(cause: StepId): void {
    const stopping = this.end !== undefined;
    this.gone = true;
    this.status.close();
    this.scope.close();
    if (!stopping && !this.over) spawn(this.deps.ctx.scope, this.takeDown(0, cause));
  }

  /** The pod has failed: its containers are stopped, and it stays with nothing running in it. */
  evict(eviction: Eviction, cause: StepId): void {
    if (this.end !== undefined || this.over) return;
    this.record.evicted = eviction;
    this.record.ending = true;
    this.stop('evicted', cause);
  }

  /** What its containers that run are said to use. */
  get uses(): readonly Uses[] {
    const running = this.record.main.filter((c) => c.state.running !== undefined);
    return running.flatMap(({ container: c }) => {
      const use = memoryUse(this.pod, c);
      return use === undefined || use.bytes === Number.POSITIVE_INFINITY
        ? []
        : [{ container: c.name, bytes: use.bytes }];
    });
  }

  private stop(why: 'deleted' | 'evicted', cause: StepId): void {
    const before = this.end;
    this.end = why;
    this.mounting.cancel();
    // Of a pod that is being stopped or has ended, only what is left is done.
    if (before !== undefined || this.over) {
      if (!this.busy) spawn(this.deps.ctx.scope, this.forget(cause));
    } else this.poke(cause);
  }

  private rest(): void {
    this.deadline.cancel();
    this.retry?.cancel();
    this.sight.close();
  }

  private get now(): string {
    return rfc3339(this.deps.ctx.kernel.wallMs);
  }

  private get grace(): number {
    return this.pod.spec?.terminationGracePeriodSeconds ?? 30;
  }

  private begin(cause: StepId): void {
    if (this.here.sandbox === undefined) {
      const volumes = this.pod.spec?.volumes?.length ?? 0;
      const waits = `waits for ${volumes} volume${volumes === 1 ? '' : 's'}, then asks for a sandbox.`;
      const seen = this.voice.step('SyncPod', `saw the pod bound to its node and admitted it: ${waits}`, cause);
      this.deps.ctx.kernel.schedule(FIRST_STATUS, () => this.poke(seen));
    } else if (this.here.lost) this.revive(cause);
    else this.resume(cause);
  }

  /** The containers went on without their kubelet; what has not been begun yet is begun now. */
  private resume(cause: StepId): void {
    const { kernel } = this.deps.ctx;
    const running = this.record.main.filter((c) => c.state.running !== undefined).length;
    const text = `found ${running} of its ${this.record.main.length} containers still running: they did not need their kubelet.`;
    const seen = this.voice.step('SyncPod', text, cause);
    for (const [c, exit] of this.here.exits) {
      const run = c.containerID;
      const left = Math.max(0, exit.at - kernel.now);
      kernel.schedule(left, () => this.ended(c, run, exit, seen), left > MINUTE);
    }
    for (const c of allOf(this.record)) {
      // Why it could not be started, and what its probes found, was known to the process that has gone.
      delete c.held;
      delete c.unhealthy;
      if (c.state.running !== undefined) this.probes.started(c, c.containerID ?? '');
    }
    this.poke(seen);
  }

  /** The machine was off: a new sandbox, and every container starts anew. */
  private revive(cause: StepId): void {
    const seen = this.voice.step('SyncPod', 'found the pod’s sandbox gone: the machine was off.', cause);
    this.here.lost = false;
    const message = 'Pod sandbox changed, it will be killed and re-created.';
    this.voice.tell('Normal', 'SandboxChanged', message, seen);
    delete this.here.sandbox;
    for (const c of this.record.init) takeAway(this.pod, c);
    this.poke(seen);
  }

  /** The pod is to be synced: now, or as soon as the sync that is under way has ended. */
  private poke(cause: StepId): void {
    if (!this.scope.alive || this.over) return;
    this.due = cause;
    if (this.busy) return;
    this.busy = true;
    this.retry?.cancel();
    spawn(this.scope, this.work());
  }

  private *work(): Process<void> {
    while (this.due !== undefined) {
      const cause = this.due;
      this.due = undefined;
      if (this.end !== undefined) return yield* this.terminate(cause);
      const phase = phaseOf(this.pod, this.record);
      if (phase === 'Succeeded' || phase === 'Failed') yield* this.windUp(cause);
      else this.after(yield* this.sync(cause));
    }
    this.busy = false;
  }

  /** What was started is looked at soon; what could not be started is tried again later. */
  private after(attempts: readonly Attempt[] | undefined): void {
    const { kernel } = this.deps.ctx;
    if (attempts === undefined) return;
    const failed = attempts.filter((a) => !a.ok);
    if (failed.length === 0) {
      this.sight.soon();
      return;
    }
    const times = failed.flatMap((a) => a.at ?? []);
    const step = failed.at(-1)?.step ?? 0;
    const wait = retryIn(this.deps.ctx, times.length === 0 ? undefined : Math.min(...times));
    // Upkeep: somebody has to make what is missing, and what crashes for ever keeps no cluster from being called idle.
    this.retry = kernel.schedule(wait, () => this.poke(step), true);
  }

  private *sync(cause: StepId): Process<readonly Attempt[] | undefined> {
    this.record.restarting = restartsAll(this.record);
    this.resizing.look(this.pod, cause);
    this.publish(cause);
    addEphemeral(this.pod, this.record);
    const ready = yield* this.volumes(cause);
    if (ready === undefined) return undefined;
    let last = yield* this.secrets.look(this.pod, ready);
    if (this.record.restarting) return yield* this.startOver(last);
    const { resize, kill, ephemeral, init, main } = computeActions(this.pod, this.record);
    // What is killed to be started again counts from how it ended before.
    const since = new Map(kill.map(({ c }) => [c, c.endedAt]));
    for (const k of kill) last = yield* this.kill(k, last);
    if (resize.length > 0) last = yield* this.resizing.actuate(this.pod, resize, last);
    if (this.here.sandbox === undefined) {
      const made = yield* this.makeSandbox(last);
      if (!made.ok) return [made];
      last = made.step;
    }
    const attempts: Attempt[] = [];
    for (const c of [...ephemeral, ...init, ...main]) {
      const attempt = yield* this.starter.start(this.pod, c, since.has(c) ? since.get(c) : c.endedAt, last);
      attempts.push(attempt);
      last = attempt.step;
      // Whatever follows an init container waits for it.
      if (!attempt.ok && init.includes(c) && c.container.restartPolicy !== 'Always') break;
    }
    return attempts;
  }

  /** Undefined: the pod is to be stopped. */
  private *volumes(cause: StepId): Process<StepId | undefined> {
    if (this.mounted) return cause;
    const { kernel } = this.deps.ctx;
    const some = (this.pod.spec?.volumes?.length ?? 0) > 0;
    const begun = this.here.sandbox !== undefined;
    if (!begun) yield* sleep(kernel, 300 * MS);
    const there = this.end === undefined ? yield* this.mounting.mount(this.pod, cause) : undefined;
    if (there === undefined) return undefined;
    this.mounted = true;
    return some && !begun ? this.voice.step('MountVolumes', 'mounted all volumes of the pod.', there) : there;
  }

  private *makeSandbox(cause: StepId): Process<Attempt> {
    const { runtime, ctx, hostIP } = this.deps;
    const handler = yield* runtimeHandler(ctx, this.pod, cause);
    const made = yield* runtime.runPodSandbox(this.pod, handler, cause);
    if (!made.ok) {
      const message = `Failed to create pod sandbox: ${made.error}`;
      this.voice.tell('Warning', 'FailedCreatePodSandBox', message, made.step);
      return { ok: false, reason: 'CreatePodSandboxError', message, step: made.step };
    }
    const { step, ip } = made.sandbox;
    this.here.sandbox = made.sandbox;
    this.record.sandboxReady = true;
    // That there is a sandbox is told at once; its address when it is next looked at.
    this.publish(step);
    this.record.podIP = this.pod.spec?.hostNetwork ? hostIP : ip;
    this.sight.changed(step);
    return { ok: true, step };
  }

  private *kill({ c, message, by }: Kill, cause: StepId): Process<StepId> {
    const probe = by === 'liveness' ? c.container.livenessProbe : c.container.startupProbe;
    const grace = (by === undefined ? undefined : probe?.terminationGracePeriodSeconds) ?? this.grace;
    return yield* this.stopper.stop(this.pod, c, { message, grace, cause });
  }

  /** Every container is taken away, without a hook or a grace period, and the pod begins anew in its sandbox. */
  private *startOver(cause: StepId): Process<readonly Attempt[]> {
    const text = 'takes all containers of the pod away: one of them has ended as its RestartAllContainers rule says.';
    const step = this.voice.step('RemoveContainers', text, cause);
    yield* sleep(this.deps.ctx.kernel, 100 * MS);
    for (const c of [...this.record.init, ...this.record.main]) {
      if (c.state.running !== undefined) this.stopped(c, 137, step);
      this.here.exits.delete(c);
      takeAway(this.pod, c);
    }
    this.poke(step);
    return [];
  }

  private started(c: ContainerRecord, step: StepId): void {
    const { ctx, runtime } = this.deps;
    const { kernel } = ctx;
    const run = c.containerID;
    this.sight.changed(step);
    if (run !== undefined && this.record.ephemeral?.includes(c) !== true) this.probes.started(c, run);
    const exit = runtime.exitOf(this.pod, c.container, this.record.init.includes(c) && !isSidecar(c.container));
    if (exit.after === undefined) return;
    const at = kernel.now + exit.after;
    this.here.exits.set(c, { ...exit, at });
    // A container that runs for minutes before it ends is not work that is under way.
    kernel.schedule(exit.after + untilSeen(at), () => this.ended(c, run, exit, step), exit.after > MINUTE);
  }

  /** It has ended by itself, and the kubelet sees it. */
  private ended(c: ContainerRecord, run: string | undefined, exit: Exit, cause: StepId): void {
    const { ctx } = this.deps;
    const { kernel } = ctx;
    const planned = this.here.exits.get(c);
    if (!this.scope.alive || planned === undefined || c.state.running === undefined || c.containerID !== run) return;
    this.here.exits.delete(c);
    const { code, reason, simplification } = exit;
    const how = reason === undefined ? `with exit code ${code}` : `with exit code ${code}: ${reason}`;
    const text = `PLEG saw container ${c.container.name} end ${how}.`;
    const base = { kind: 'node', action: 'ContainerDied', object: podRef(this.pod), causes: [cause], text } as const;
    const step = ctx.record(simplification === undefined ? base : { ...base, fidelity: 'simplified', simplification });
    const finishedAt = rfc3339(kernel.wallMs - (kernel.now - planned.at) / MS);
    finish(this.record, c, endOf(c, code, finishedAt, exit), planned.at);
    if (this.end === undefined) this.poke(step);
  }

  private stopped(c: ContainerRecord, code: number, step: StepId): void {
    finish(this.record, c, endOf(c, code, this.now), this.deps.ctx.kernel.now);
    if (this.end === undefined) this.sight.changed(step);
  }

  /** When nothing of the pod will run any more, its sandbox is stopped, and only then its phase is told. */
  private *windUp(cause: StepId): Process<void> {
    this.record.ending = true;
    this.publish(cause);
    yield* sleep(this.deps.ctx.kernel, WIND_UP);
    yield* this.takeDown(this.grace, cause);
    this.over = true;
    this.due = undefined;
    this.record.ending = false;
    this.publish(cause);
    this.rest();
    if (this.end === 'deleted') yield* this.forget(cause);
  }

  private *takeDown(grace: number, cause: StepId): Process<StepId> {
    const { runtime, ctx, volumes } = this.deps;
    let last = yield* this.stopper.stopAll(ctx.scope, this.pod, allOf(this.record), { grace, cause });
    if (this.here.sandbox !== undefined) last = yield* runtime.stopPodSandbox(this.pod, this.here.sandbox, last);
    delete this.here.sandbox;
    this.record.sandboxReady = false;
    yield* volumes.unmount(this.pod, last);
    return last;
  }

  /** Deleted by somebody, or ended by the kubelet. */
  private *terminate(cause: StepId): Process<void> {
    const why = this.record.evicted;
    const grace = why?.grace ?? this.pod.metadata.deletionGracePeriodSeconds ?? this.grace;
    const text =
      why === undefined
        ? `saw the pod marked for deletion: stops its containers, ${grace} s of grace.`
        : `ends the pod. ${why.message.trim().replace(/\.$/, '')}.`;
    const seen = this.voice.step(why === undefined ? 'SyncTerminatingPod' : 'SyncPod', text, cause);
    if (why !== undefined)
      this.voice.tell(why.disruption === undefined ? 'Normal' : 'Warning', why.reason, why.message, seen);
    this.publish(seen);
    const last = yield* this.takeDown(grace, seen);
    this.record.terminated = 'stopped';
    delete this.record.ending;
    this.publish(last);
    this.over = true;
    this.rest();
    settleFates(this.record);
    this.publish(last);
    this.busy = false;
    if (this.end === 'deleted') yield* this.forget(last);
  }

  /** The API server may forget the pod: nothing of it is left here. */
  private *forget(cause: StepId): Process<void> {
    yield* sleep(this.deps.ctx.kernel, FORGET);
    if (!this.gone) yield* this.status.remove(cause);
  }

  private publish(cause: StepId): void {
    const { record } = this;
    if (record.cgroup === 'there') record.cgroup = 'read';
    else if (record.main.some((c) => c.state.running !== undefined)) record.cgroup ??= 'there';
    this.status.publish(cause);
  }
}
