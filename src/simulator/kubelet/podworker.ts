// One pod on one node, from admission to removal. Models pkg/kubelet (syncPod, kuberuntime, pod_workers), v1.36: the order
// of the calls and of the status updates is that of a recorded kubelet.
import { MINUTE, MS, SECOND } from '../../kernel/kernel.ts';
import { type Process, Scope, sleep, spawn, wait } from '../../kernel/process.ts';
import { rfc3339 } from '../../kernel/time.ts';
import type { Container, ContainerStateTerminated, Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import type { EventRecorder } from '../runtime/recorder.ts';
import { ActiveDeadline } from './deadline.ts';
import type { PodOnMachine } from './machine.ts';
import { printSeconds, RestartDelays, restarts } from './restart.ts';
import { podRef } from './runtime/modelled.ts';
import type { ContainerRuntime, Sandbox } from './runtime/runtime.ts';
import { type ContainerRecord, initialized, isSidecar, newRecord, type PodRecord } from './status.ts';
import { StatusWriter } from './statuswriter.ts';
import type { VolumeManager } from './volumes.ts';

export interface WorkerDeps {
  readonly ctx: ComponentContext;
  readonly events: EventRecorder;
  readonly runtime: ContainerRuntime;
  readonly volumes: VolumeManager;
  readonly hostIP: string;
}

/** Back-off of image pulls. Source: pkg/kubelet/kubelet.go (MaxContainerBackOff 300 s), v1.36. */
const BACKOFF_MIN = 10 * SECOND;
const BACKOFF_MAX = 300 * SECOND;

function freshRecord(pod: Pod, deps: WorkerDeps): PodRecord {
  const init = pod.spec?.initContainers ?? [];
  const waiting = init.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  return {
    init: init.map((c) => newRecord(c, 'PodInitializing')),
    main: (pod.spec?.containers ?? []).map((c) => newRecord(c, waiting)),
    hostIP: deps.hostIP,
    startTime: rfc3339(deps.ctx.kernel.wallMs),
    sandboxReady: false,
  };
}

export class PodWorker {
  private readonly deps: WorkerDeps;
  private readonly scope = new Scope();
  private readonly record: PodRecord;
  private pod: Pod;
  private sandbox: Sandbox | undefined;
  private stopping = false;
  private readonly status: StatusWriter;
  private readonly exits = new Map<ContainerRecord, () => void>();
  private readonly here: PodOnMachine;
  private readonly delays = new RestartDelays();
  private readonly deadline: ActiveDeadline;

  /** `here`: what the machine has of the pod already, when the kubelet was started again. */
  constructor(deps: WorkerDeps, pod: Pod, cause: StepId, here: PodOnMachine | undefined) {
    this.deps = deps;
    this.pod = pod;
    this.here = here ?? { record: freshRecord(pod, deps), exits: new Map(), lost: false };
    this.record = this.here.record;
    this.sandbox = this.here.sandbox;
    this.status = new StatusWriter(deps.ctx, pod, this.record);
    this.deadline = new ActiveDeadline(deps.ctx.kernel, this.record, (why) =>
      spawn(deps.ctx.scope, this.fail(why, cause)),
    );
    this.deadline.update(pod);
    deps.ctx.scope.onClose(() => this.scope.close());
    this.scope.onClose(() => this.deadline.cancel());
    const begun = here?.sandbox !== undefined;
    spawn(this.scope, begun ? (this.here.lost ? this.revive(cause) : this.resume(cause)) : this.start(cause));
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
    if (!this.stopping && this.sandbox !== undefined) this.addEphemeral(cause);
    if (pod.metadata.deletionTimestamp !== undefined && !this.stopping) {
      this.stopping = true;
      spawn(this.deps.ctx.scope, this.terminate(cause));
    }
  }

  /** The API server has forgotten the pod: whatever still runs is killed. */
  removed(): void {
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
    for (const [c, exit] of this.here.exits)
      kernel.schedule(Math.max(0, exit.at - kernel.now), () => this.ended(c, exit.code, seen, exit.simplification));
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
    for (const c of [...this.record.init, ...this.record.main]) {
      if (c.state.terminated === undefined) continue;
      c.lastState = { terminated: c.state.terminated };
      c.state = { waiting: { reason: 'ContainerCreating' } };
      c.restartCount++;
    }
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
    yield* sleep(kernel, 4 * MS);
    this.publish(seen);
    yield* sleep(kernel, 300 * MS);
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
      last = yield* this.run(c, last, false);
    }
    this.publish(last);
  }

  private *runInit(c: ContainerRecord, cause: StepId): Process<StepId> {
    for (let last = cause; ; ) {
      last = yield* this.run(c, last, !isSidecar(c.container));
      this.publish(last);
      if (isSidecar(c.container)) return last;
      while (c.state.terminated === undefined) {
        yield* wait<undefined>((resume) => {
          this.exits.set(c, () => resume(undefined));
        });
      }
      if (!restarts(this.pod, this.record, c)) return last;
      yield* this.backOff(c, last);
    }
  }

  /** Pulls, creates and starts one container; retries a failing pull with back-off. */
  private *run(c: ContainerRecord, cause: StepId, init: boolean): Process<StepId> {
    const { runtime, ctx } = this.deps;
    let last = yield* this.ensureImage(c, cause);
    const created = yield* runtime.createContainer(this.pod, c.container, last);
    this.event(c, 'Normal', 'Created', 'Container created', created.step);
    const started = yield* runtime.startContainer(this.pod, c.container, created.id, created.step);
    this.event(c, 'Normal', 'Started', 'Container started', started.step);
    last = started.step;
    // The address is reported with the first container, not with the sandbox.
    this.record.podIP = this.sandbox?.ip || this.deps.hostIP;
    c.containerID = `${runtime.scheme}${created.id}`;
    c.imageID = `${c.container.image ?? ''}`;
    c.state = { running: { startedAt: this.now } };
    const counts = !this.isEphemeral(c);
    c.started = counts || undefined;
    c.ready = counts;
    const exit = runtime.exitOf(this.pod, c.container, init);
    if (exit.after !== undefined) {
      this.here.exits.set(c, { ...exit, at: ctx.kernel.now + exit.after });
      // A container that runs for minutes before it ends is not work that is under way.
      const far = exit.after > MINUTE;
      ctx.kernel.schedule(exit.after, () => this.ended(c, exit.code, last, exit.simplification), far);
    }
    return last;
  }

  private *ensureImage(c: ContainerRecord, cause: StepId): Process<StepId> {
    const { runtime, ctx } = this.deps;
    const image = c.container.image ?? '';
    const policy = c.container.imagePullPolicy ?? 'IfNotPresent';
    let last = cause;
    for (let delay = BACKOFF_MIN; ; delay = Math.min(delay * 2, BACKOFF_MAX)) {
      if (policy !== 'Always' && runtime.imagePresent(image)) {
        this.event(
          c,
          'Normal',
          'Pulled',
          `Container image "${image}" already present on machine and can be accessed by the pod`,
          last,
        );
        return last;
      }
      if (policy === 'Never') {
        this.event(
          c,
          'Warning',
          'ErrImageNeverPull',
          `Container image "${image}" is not present with pull policy of Never`,
          last,
        );
        this.waiting(
          c,
          'ErrImageNeverPull',
          `Container image "${image}" is not present with pull policy of Never`,
          last,
        );
      } else {
        this.event(c, 'Normal', 'Pulling', `Pulling image "${image}"`, last);
        const from = ctx.kernel.now;
        const pulled = yield* runtime.pullImage(this.pod, image, last);
        last = pulled.step;
        if (pulled.ok) {
          const took = `${((ctx.kernel.now - from) / SECOND).toFixed(3)}s`;
          this.event(
            c,
            'Normal',
            'Pulled',
            `Successfully pulled image "${image}" in ${took} (${took} including waiting).`,
            last,
          );
          return last;
        }
        this.event(c, 'Warning', 'Failed', `Failed to pull image "${image}": ${pulled.error}`, last);
        this.event(c, 'Warning', 'Failed', 'Error: ErrImagePull', last);
        this.waiting(c, 'ErrImagePull', pulled.error, last);
        yield* sleep(ctx.kernel, 2 * SECOND);
        this.event(c, 'Normal', 'BackOff', `Back-off pulling image "${image}"`, last);
        this.event(c, 'Warning', 'Failed', 'Error: ImagePullBackOff', last);
        this.waiting(c, 'ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${pulled.error}`, last);
      }
      yield* sleep(ctx.kernel, delay);
    }
  }

  private waiting(c: ContainerRecord, reason: string, message: string, cause: StepId): void {
    c.state = { waiting: { reason, message } };
    this.publish(cause);
  }

  private ended(c: ContainerRecord, code: number, cause: StepId, simplification?: string): void {
    if (!this.scope.alive || this.stopping || c.state.running === undefined) return;
    this.here.exits.delete(c);
    const { ctx } = this.deps;
    const text = `PLEG saw container ${c.container.name} end with exit code ${code}.`;
    const base = { kind: 'node', action: 'ContainerDied', object: podRef(this.pod), causes: [cause], text } as const;
    const step = ctx.record(simplification === undefined ? base : { ...base, fidelity: 'simplified', simplification });
    c.state = { terminated: this.terminated(c, code) };
    // An init container that has ended well stays ready; a main container does not.
    c.ready = this.record.init.includes(c) && code === 0;
    c.started = this.isEphemeral(c) ? undefined : false;
    this.publish(step);
    this.exits.get(c)?.();
    const awaited = this.record.init.includes(c) && !isSidecar(c.container);
    if (!awaited && !this.isEphemeral(c) && restarts(this.pod, this.record, c))
      spawn(this.scope, this.restart(c, step));
  }

  private *restart(c: ContainerRecord, cause: StepId): Process<void> {
    yield* this.backOff(c, cause);
    this.publish(yield* this.run(c, cause, false));
  }

  /** Waits until the container may be started again, and says so while it waits. */
  private *backOff(c: ContainerRecord, cause: StepId): Process<void> {
    const { kernel } = this.deps.ctx;
    const { name = '', namespace = '', uid = '' } = this.pod.metadata;
    const delay = this.delays.next(c, kernel.now);
    yield* sleep(kernel, SECOND);
    if (c.state.terminated !== undefined) c.lastState = { terminated: c.state.terminated };
    if (delay > 0) {
      const failed = `${name}_${namespace}(${uid})`;
      const { name: container } = c.container;
      this.event(c, 'Warning', 'BackOff', `Back-off restarting failed container ${container} in pod ${failed}`, cause);
      const why = `back-off ${printSeconds(delay)} restarting failed container=${container} pod=${failed}`;
      this.waiting(c, 'CrashLoopBackOff', why, cause);
      // Upkeep: a pod that crashes for ever does not keep the cluster from being called idle.
      yield (resume) => {
        kernel.schedule(delay - SECOND, () => resume(undefined), true);
      };
    }
    c.restartCount++;
  }

  private terminated(c: ContainerRecord, exitCode: number): ContainerStateTerminated {
    const startedAt = c.state.running?.startedAt ?? this.now;
    return {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt,
      finishedAt: this.now,
      ...(c.containerID ? { containerID: c.containerID } : {}),
    };
  }

  private *terminate(cause: StepId): Process<void> {
    const { ctx } = this.deps;
    this.scope.close();
    const grace = this.pod.metadata.deletionGracePeriodSeconds ?? this.pod.spec?.terminationGracePeriodSeconds ?? 30;
    const seen = this.say(
      'SyncTerminatingPod',
      `saw the pod marked for deletion: stops its containers, ${grace} s of grace.`,
      cause,
    );
    const last = yield* this.stopAll(grace, seen);
    yield* this.deps.volumes.unmount(this.pod, last);
    this.record.terminated = true;
    this.publish(last);
    yield* sleep(ctx.kernel, 500 * MS);
    yield* this.status.remove(last);
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

  private *stopAll(grace: number, cause: StepId): Process<StepId> {
    const { runtime } = this.deps;
    let last = cause;
    const { main, init, ephemeral = [] } = this.record;
    const running = [...main, ...init, ...ephemeral].filter((c) => c.state.running !== undefined);
    for (const c of running) {
      this.event(c, 'Normal', 'Killing', `Stopping container ${c.container.name}`, last);
      const stopped = yield* runtime.stopContainer(this.pod, c.container, c.containerID ?? '', grace, last);
      c.state = { terminated: this.terminated(c, stopped.code) };
      c.ready = false;
      c.started = this.isEphemeral(c) ? undefined : false;
      last = stopped.step;
    }
    if (this.sandbox !== undefined) last = yield* runtime.stopPodSandbox(this.pod, this.sandbox, last);
    this.sandbox = undefined;
    this.record.sandboxReady = false;
    return last;
  }

  private publish(cause: StepId): void {
    this.status.publish(cause);
  }

  private event(c: ContainerRecord, type: 'Normal' | 'Warning', reason: string, message: string, cause: StepId): void {
    const part = this.isEphemeral(c)
      ? 'ephemeralContainers'
      : this.record.init.includes(c)
        ? 'initContainers'
        : 'containers';
    this.deps.events.event(
      { apiVersion: 'v1', kind: 'Pod', object: this.pod, fieldPath: `spec.${part}{${c.container.name}}` },
      type,
      reason,
      message,
      [cause],
    );
  }
}
