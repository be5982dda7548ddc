// One pod on one node, from admission to removal. Models pkg/kubelet (syncPod, kuberuntime, pod_workers), v1.36: the order
// of the calls and of the status updates is that of a recorded kubelet.
import { MINUTE, MS, SECOND } from '../../kernel/kernel.ts';
import { all, type Process, Scope, sleep, spawn, wait } from '../../kernel/process.ts';
import { rfc3339 } from '../../kernel/time.ts';
import type { Container, Pod, Probe } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import { isPodTerminal } from '../controllers/common/pods.ts';
import type { ComponentContext } from '../runtime/component.ts';
import type { EventRecorder } from '../runtime/recorder.ts';
import { Configuration } from './config.ts';
import { ActiveDeadline } from './deadline.ts';
import { ImagePuller, type Voice } from './images.ts';
import type { PodOnMachine } from './machine.ts';
import { Prober, type ProbeType, type Ran } from './prober.ts';
import { RestartDelays } from './restart.ts';
import { Turns } from './retry.ts';
import { podRef } from './runtime/modelled.ts';
import type { ContainerRuntime, Exit, Sandbox } from './runtime/runtime.ts';
import {
  type ContainerRecord,
  endOf,
  fieldPathOf,
  initialized,
  isSidecar,
  newPodRecord,
  newRecord,
  type PodRecord,
  phaseOf,
  podStatus,
  restartPolicyOf,
  restarts,
  startOver,
} from './status.ts';
import { StatusWriter } from './statuswriter.ts';
import { stopGently } from './stop.ts';
import type { VolumeManager } from './volumes.ts';

export interface WorkerDeps {
  readonly ctx: ComponentContext;
  readonly events: EventRecorder;
  readonly runtime: ContainerRuntime;
  readonly volumes: VolumeManager;
  readonly hostIP: string;
  /** Runs a command in a container of a pod; undefined where it does not run. */
  readonly run: (pod: Pod, container: string, command: readonly string[]) => Ran | undefined;
}

/** Containers are looked at every second. Source: genericPlegRelistPeriod in pkg/kubelet/kubelet.go, v1.36. */
const untilSeen = (at: number): number => SECOND - (at % SECOND);
/** From the end of a pod's last container until its sandbox is down, as recorded. */
const WIND_UP = 1.2 * SECOND;

export class PodWorker {
  private readonly deps: WorkerDeps;
  private readonly scope = new Scope();
  private readonly record: PodRecord;
  private pod: Pod;
  private sandbox: Sandbox | undefined;
  private stopping = false;
  private gone = false;
  private readonly status: StatusWriter;
  private readonly exits = new Map<ContainerRecord, () => void>();
  private readonly turns = new Turns();
  private readonly here: PodOnMachine;
  private readonly delays = new RestartDelays();
  private readonly deadline: ActiveDeadline;
  private readonly voice: Voice = {
    event: (...said) => this.event(...said),
    waiting: (...said) => this.waiting(...said),
  };
  private readonly images: ImagePuller;
  private readonly configuration: Configuration;
  private readonly probes: Prober;
  /** Containers that are being killed to be started again. */
  private readonly dying = new Set<ContainerRecord>();

  /** `here`: what the machine has of the pod already, when the kubelet was started again. */
  constructor(deps: WorkerDeps, pod: Pod, cause: StepId, here: PodOnMachine | undefined) {
    this.deps = deps;
    this.pod = pod;
    this.here = here ?? { record: newPodRecord(pod, deps.hostIP, this.now), exits: new Map(), lost: false };
    this.record = this.here.record;
    this.sandbox = this.here.sandbox;
    this.status = new StatusWriter(deps.ctx, pod, this.record);
    this.deadline = new ActiveDeadline(deps.ctx.kernel, this.record, (why) =>
      spawn(deps.ctx.scope, this.fail(why, cause)),
    );
    this.deadline.update(pod);
    this.images = new ImagePuller(deps.ctx, deps.runtime, this.voice);
    this.configuration = new Configuration(deps.ctx);
    this.probes = this.prober(cause);
    deps.ctx.scope.onClose(() => this.scope.close());
    this.scope.onClose(() => this.deadline.cancel());
    const begun = here?.sandbox !== undefined;
    spawn(this.scope, begun ? (this.here.lost ? this.revive(cause) : this.resume(cause)) : this.start(cause));
  }

  private prober(cause: StepId): Prober {
    return new Prober({
      kernel: this.deps.ctx.kernel,
      scope: this.scope,
      pod: () => this.pod,
      podIP: () => this.record.podIP ?? '',
      run: (c, command) => this.runIn(c, command),
      unhealthy: (c, message) => this.event(c, 'Warning', 'Unhealthy', message, cause),
      changed: (c, type, ok) => {
        const text = `${type} probe of container ${c.container.name} ${ok ? 'succeeds' : 'fails'}.`;
        const seen = this.say('Probe', text, cause);
        if (type === 'startup') {
          c.started = true;
          c.ready = c.container.readinessProbe === undefined;
          this.exits.get(c)?.();
        } else c.ready = ok;
        this.publish(seen);
      },
      failed: (c, type, probe) => spawn(this.scope, this.killUnhealthy(c, type, probe, cause)),
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
    this.pod = pod;
    this.status.seen(pod, cause);
    this.deadline.update(pod);
    if (!this.stopping && this.sandbox !== undefined) {
      this.addEphemeral(cause);
      this.changeImages(cause);
    }
    if (pod.metadata.deletionTimestamp !== undefined && !this.stopping) {
      this.stopping = true;
      spawn(this.deps.ctx.scope, this.terminate(cause));
    }
  }

  /** The API server has forgotten the pod: whatever still runs is killed. */
  removed(): void {
    this.gone = true;
    this.scope.close();
  }

  private get now(): string {
    return rfc3339(this.deps.ctx.kernel.wallMs);
  }

  private say(action: string, text: string, cause: StepId): StepId {
    return this.deps.ctx.record({
      kind: 'node',
      action,
      object: podRef(this.pod),
      causes: [cause],
      text,
      detail: { type: 'node', call: action },
    });
  }

  /** The containers went on without their kubelet; what has not been begun yet is begun now. */
  private *resume(cause: StepId): Process<void> {
    const { kernel } = this.deps.ctx;
    const running = this.record.main.filter((c) => c.state.running !== undefined).length;
    const text = `found ${running} of its ${this.record.main.length} containers still running: they did not need their kubelet.`;
    const seen = this.say('SyncPod', text, cause);
    for (const [c, exit] of this.here.exits) {
      const run = c.containerID;
      const end = (): void => this.ended(c, run, exit, seen);
      kernel.schedule(Math.max(0, exit.at - kernel.now), end);
    }
    for (const c of [...this.record.init, ...this.record.main])
      if (c.state.running !== undefined) this.probes.started(c, c.containerID ?? '');
    this.publish(seen);
    spawn(this.scope, this.deps.volumes.found(this.pod, seen));
    yield* this.runAll(seen);
  }

  /** The machine was off: a new sandbox, and every container starts anew. */
  private *revive(cause: StepId): Process<void> {
    const seen = this.say('SyncPod', 'found the pod’s sandbox gone: the machine was off.', cause);
    this.here.lost = false;
    const message = 'Pod sandbox changed, it will be killed and re-created.';
    this.deps.events.event({ apiVersion: 'v1', kind: 'Pod', object: this.pod }, 'Normal', 'SandboxChanged', message, [
      seen,
    ]);
    this.publish(seen);
    startOver(this.record);
    yield* this.begin(yield* this.deps.volumes.mount(this.pod, seen));
  }

  private *start(cause: StepId): Process<void> {
    const { kernel } = this.deps.ctx;
    const volumes = this.pod.spec?.volumes?.length ?? 0;
    const seen = this.say(
      'SyncPod',
      `saw the pod bound to its node and admitted it: waits for ${volumes} volume${volumes === 1 ? '' : 's'}, then asks for a sandbox.`,
      cause,
    );
    // Recorded: 10 to 40 ms from the binding to the first status.
    yield* sleep(kernel, 12 * MS);
    this.publish(seen);
    yield* sleep(kernel, 292 * MS);
    const there = yield* this.deps.volumes.mount(this.pod, seen);
    const mounted = volumes > 0 ? this.say('MountVolumes', 'mounted all volumes of the pod.', there) : there;
    yield* this.begin(mounted);
  }

  private *begin(cause: StepId): Process<void> {
    const sandbox = yield* this.deps.runtime.runPodSandbox(this.pod, cause);
    this.sandbox = sandbox;
    this.here.sandbox = sandbox;
    this.record.sandboxReady = true;
    this.publish(sandbox.step);
    this.addEphemeral(sandbox.step);
    yield* this.runAll(sandbox.step);
  }

  /** Containers that were added to a pod with a sandbox start at once, whatever the others do. */
  private addEphemeral(cause: StepId): void {
    const known = this.record.ephemeral ?? [];
    for (const c of this.pod.spec?.ephemeralContainers ?? []) {
      if (known.some((k) => k.container.name === c.name)) continue;
      // Nobody asks whether they are ready or have started.
      const made = { ...newRecord(c as Container, 'ContainerCreating'), started: undefined };
      this.record.ephemeral = [...(this.record.ephemeral ?? []), made];
      spawn(this.scope, this.runEphemeral(made, cause));
    }
  }

  private *runEphemeral(c: ContainerRecord, cause: StepId): Process<void> {
    this.publish(cause);
    this.publish(yield* this.run(c, cause, false));
  }

  private isEphemeral(c: ContainerRecord): boolean {
    return this.record.ephemeral?.includes(c) ?? false;
  }

  /** Init containers in order, then the others: those that do not run yet. */
  private *runAll(cause: StepId): Process<void> {
    let last = cause;
    for (const c of this.record.init) if (c.state.waiting !== undefined) last = yield* this.runInit(c, last);
    // A pod whose initialization has failed for good starts nothing more.
    if (!initialized(this.record)) {
      this.publish(last);
      return;
    }
    for (const c of this.record.main) {
      if (c.state.waiting === undefined) continue;
      if (c.state.waiting.reason === 'PodInitializing') c.state = { waiting: { reason: 'ContainerCreating' } };
      last = yield* this.turns.take(this.scope, c, this.run(c, last, false), (step) => this.publish(step));
    }
    this.publish(last);
  }

  private *runInit(c: ContainerRecord, cause: StepId): Process<StepId> {
    for (let last = cause; ; ) {
      last = yield* this.run(c, last, !isSidecar(c.container));
      this.publish(last);
      if (isSidecar(c.container)) {
        while (c.started !== true) yield* this.next(c);
        return last;
      }
      while (c.state.terminated === undefined) {
        yield* this.next(c);
      }
      if (!restarts(this.pod, this.record, c)) return last;
      yield* this.backOff(c, last);
    }
  }

  /** Until the container ends, or its startup probe succeeds. */
  private *next(c: ContainerRecord): Process<void> {
    yield* wait<undefined>((resume) => {
      this.exits.set(c, () => resume(undefined));
    });
  }

  /** Pulls, creates and starts one container; retries a failing pull with back-off. */
  private *run(c: ContainerRecord, cause: StepId, init: boolean): Process<StepId> {
    const { runtime, ctx } = this.deps;
    let last = yield* this.images.ensure(this.pod, c, cause);
    last = yield* this.configuration.ready(this.pod, c, this.voice, last, (by) => this.images.ensure(this.pod, c, by));
    const created = yield* runtime.createContainer(this.pod, c.container, last);
    this.event(c, 'Normal', 'Created', 'Container created', created.step);
    const started = yield* runtime.startContainer(this.pod, c.container, created.id, created.step);
    this.event(c, 'Normal', 'Started', 'Container started', started.step);
    last = started.step;
    // The address is reported with the first container, not with the sandbox.
    this.record.podIP = this.sandbox?.ip || this.deps.hostIP;
    const run = `${runtime.scheme}${created.id}`;
    c.containerID = run;
    c.imageID = `${c.container.image ?? ''}`;
    c.state = { running: { startedAt: this.now } };
    const counts = !this.isEphemeral(c);
    c.started = counts ? c.container.startupProbe === undefined : undefined;
    c.ready = counts && c.started === true && c.container.readinessProbe === undefined;
    if (counts) this.probes.started(c, run);
    const exit = runtime.exitOf(this.pod, c.container, init);
    if (exit.after !== undefined) {
      this.here.exits.set(c, { ...exit, at: ctx.kernel.now + exit.after });
      // A container that runs for minutes before it ends is not work that is under way.
      const far = exit.after > MINUTE;
      ctx.kernel.schedule(
        exit.after + untilSeen(ctx.kernel.now + exit.after),
        () => this.ended(c, run, exit, last),
        far,
      );
    }
    const { postStart } = c.container.lifecycle ?? {};
    if (postStart?.exec !== undefined) this.runIn(c, postStart.exec.command ?? []);
    return last;
  }

  /** The image of a container may be changed while its pod runs. */
  private changeImages(cause: StepId): void {
    for (const c of this.record.main) {
      const next = this.pod.spec?.containers.find((o) => o.name === c.container.name);
      if (next === undefined || next.image === c.container.image) continue;
      c.container = next;
      if (c.state.running === undefined) continue;
      const why = `Container ${next.name} definition changed`;
      spawn(this.scope, this.kill(c, why, this.grace, cause, true));
    }
  }

  private get grace(): number {
    return this.pod.spec?.terminationGracePeriodSeconds ?? 30;
  }

  private *killUnhealthy(c: ContainerRecord, type: ProbeType, probe: Probe, cause: StepId): Process<void> {
    const grace = probe.terminationGracePeriodSeconds ?? this.grace;
    yield* this.kill(c, `Container ${c.container.name} failed ${type} probe`, grace, cause, false);
  }

  /** Stops one container so that it starts anew, where its pod's policy lets it. */
  private *kill(c: ContainerRecord, why: string, grace: number, cause: StepId, always: boolean): Process<void> {
    if (this.dying.has(c) || this.stopping) return;
    this.dying.add(c);
    const again = always || restartPolicyOf(this.pod, c.container) !== 'Never';
    this.event(c, 'Normal', 'Killing', again ? `${why}, will be restarted` : why, cause);
    this.publish(cause);
    const { code, step } = yield* this.stop(c, grace, cause);
    this.dying.delete(c);
    this.here.exits.delete(c);
    c.state = endOf(c, code, this.now);
    c.ready = false;
    c.started = false;
    if (again) yield* this.restart(c, step);
    else this.afterEnd(step);
  }

  private waiting(c: ContainerRecord, reason: string, message: string, cause: StepId): void {
    c.state = { waiting: { reason, message } };
    this.record.podIP ??= this.sandbox?.ip || this.deps.hostIP;
    this.publish(cause);
    this.turns.pass(c, cause);
  }

  private ended(c: ContainerRecord, run: string | undefined, { code, simplification }: Exit, cause: StepId): void {
    const over = c.state.running === undefined || c.containerID !== run || this.dying.has(c);
    if (!this.scope.alive || this.stopping || over) return;
    const { at = this.deps.ctx.kernel.now } = this.here.exits.get(c) ?? {};
    const finishedAt = rfc3339(this.deps.ctx.kernel.wallMs - (this.deps.ctx.kernel.now - at) / MS);
    this.here.exits.delete(c);
    const { ctx } = this.deps;
    const text = `PLEG saw container ${c.container.name} end with exit code ${code}.`;
    const base = { kind: 'node', action: 'ContainerDied', object: podRef(this.pod), causes: [cause], text } as const;
    const step = ctx.record(simplification === undefined ? base : { ...base, fidelity: 'simplified', simplification });
    c.state = endOf(c, code, finishedAt);
    // An init container that has ended well stays ready; a main container does not.
    c.ready = this.record.init.includes(c) && code === 0;
    c.started = this.isEphemeral(c) ? undefined : false;
    const awaited = this.record.init.includes(c) && !isSidecar(c.container);
    const again = !awaited && !this.isEphemeral(c) && restarts(this.pod, this.record, c);
    if (again) this.publish(step);
    else this.afterEnd(step);
    this.exits.get(c)?.();
    if (again) spawn(this.scope, this.restart(c, step));
  }

  /** When nothing of the pod will run any more, its sandbox is stopped, and only then its phase is told. */
  private afterEnd(cause: StepId): void {
    const phase = phaseOf(this.pod, this.record);
    const over = phase === 'Succeeded' || phase === 'Failed';
    if (over) this.record.ending = true;
    this.publish(cause);
    if (over) spawn(this.scope, this.windUp(cause));
  }

  private *windUp(cause: StepId): Process<void> {
    const { kernel } = this.deps.ctx;
    const sidecars = this.record.init.filter((c) => c.state.running !== undefined);
    for (const c of sidecars.reverse()) yield* this.stopOne(c, this.grace, cause);
    yield* sleep(kernel, WIND_UP);
    if (this.sandbox !== undefined) yield* this.deps.runtime.stopPodSandbox(this.pod, this.sandbox, cause);
    this.sandbox = undefined;
    delete this.here.sandbox;
    yield* this.deps.volumes.unmount(this.pod, cause);
    this.record.sandboxReady = false;
    this.record.ending = false;
    this.publish(cause);
  }

  private *restart(c: ContainerRecord, cause: StepId): Process<void> {
    yield* this.backOff(c, cause);
    this.publish(yield* this.run(c, cause, false));
  }

  private *backOff(c: ContainerRecord, cause: StepId): Process<void> {
    yield* this.delays.wait(this.pod, c, this.deps.ctx, this.voice, cause);
  }

  private *terminate(cause: StepId): Process<void> {
    this.scope.close();
    const grace = this.pod.metadata.deletionGracePeriodSeconds ?? this.grace;
    // Of a pod that has ended nothing is left to stop or to tell.
    const over = isPodTerminal(this.pod) && this.sandbox === undefined;
    const what = over ? 'has nothing to stop' : `stops its containers, ${grace} s of grace`;
    let last = this.say('SyncTerminatingPod', `saw the pod marked for deletion: ${what}.`, cause);
    if (!over) {
      this.publish(last);
      last = yield* this.stopAll(grace, last);
      yield* this.deps.volumes.unmount(this.pod, last);
      this.record.terminated = true;
      this.publish(last);
    }
    yield* sleep(this.deps.ctx.kernel, 500 * MS);
    if (!this.gone) yield* this.status.remove(last);
  }

  /** The deadline has passed: the pod stays, with nothing running in it. */
  private *fail(why: string, cause: StepId): Process<void> {
    this.scope.close();
    const seen = this.say('SyncPod', `ends the pod. ${why}.`, cause);
    const object = { apiVersion: 'v1', kind: 'Pod', object: this.pod };
    this.deps.events.event(object, 'Normal', 'DeadlineExceeded', why, [seen]);
    this.publish(seen);
    this.publish(yield* this.stopAll(this.pod.spec?.terminationGracePeriodSeconds ?? 30, seen));
  }

  /** All at once; sidecars one after the other when the others are gone, the last first, in what is left of the time. */
  private *stopAll(grace: number, cause: StepId): Process<StepId> {
    const { runtime, ctx } = this.deps;
    const { main, init, ephemeral = [] } = this.record;
    const from = ctx.kernel.now;
    const running = (c: ContainerRecord): boolean => c.state.running !== undefined;
    const plain = [...main, ...init.filter((c) => !isSidecar(c.container)), ...ephemeral].filter(running);
    let [last = cause] = yield* all(
      ctx.scope,
      plain.map((c) => this.stopOne(c, grace, cause)),
    );
    for (const c of init.filter((x) => isSidecar(x.container) && running(x)).reverse())
      last = yield* this.stopOne(c, grace - (ctx.kernel.now - from) / SECOND, last);
    if (this.sandbox !== undefined) last = yield* runtime.stopPodSandbox(this.pod, this.sandbox, last);
    this.sandbox = undefined;
    this.record.sandboxReady = false;
    return last;
  }

  private *stopOne(c: ContainerRecord, grace: number, cause: StepId): Process<StepId> {
    this.event(c, 'Normal', 'Killing', `Stopping container ${c.container.name}`, cause);
    const { code, step } = yield* this.stop(c, grace, cause);
    c.state = endOf(c, code, this.now);
    c.ready = false;
    c.started = this.isEphemeral(c) ? undefined : false;
    return step;
  }

  private *stop(c: ContainerRecord, grace: number, cause: StepId): Process<{ code: number; step: StepId }> {
    const { runtime, ctx } = this.deps;
    const { preStop } = c.container.lifecycle ?? {};
    const step =
      preStop === undefined ? cause : this.say('PreStop', `runs the preStop hook of ${c.container.name}.`, cause);
    const hook = preStop?.exec === undefined ? undefined : this.runIn(c, preStop.exec.command ?? []);
    const failed = (): void => this.event(c, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', step);
    const least = yield* stopGently(ctx.kernel, c.container, hook, grace, failed);
    return yield* runtime.stopContainer(this.pod, c.container, c.containerID ?? '', least, step);
  }

  private publish(cause: StepId): void {
    const { record } = this;
    if (record.cgroup === 'there') record.cgroup = 'read';
    else if (record.main.some((c) => c.state.running !== undefined)) record.cgroup ??= 'there';
    this.status.publish(cause);
  }

  private event(c: ContainerRecord, type: 'Normal' | 'Warning', reason: string, message: string, cause: StepId): void {
    const fieldPath = fieldPathOf(this.record, c);
    const about = { apiVersion: 'v1', kind: 'Pod', object: this.pod, fieldPath };
    this.deps.events.event(about, type, reason, message, [cause]);
  }
}
