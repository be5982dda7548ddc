// Starting one container: image, configuration, creation, start, postStart hook. Models startContainer and doBackOff in
// pkg/kubelet/kuberuntime, v1.36. What fails is told, and left to a later sync of the pod.
import type { Process } from '../../kernel/process.ts';
import { rfc3339 } from '../../kernel/time.ts';
import type { Container, Pod } from '../../model/generated/core.v1.ts';
import { equal } from '../../model/paths.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { specOf } from './actions.ts';
import { Configuration } from './config.ts';
import type { Hooks } from './hooks.ts';
import { type Attempt, ImagePuller, type Say } from './images.ts';
import { podName } from './names.ts';
import { type ContainerRecord, endOf, finish, isSidecar, type PodRecord } from './record.ts';
import { Backoff, printSeconds } from './restart.ts';
import type { ContainerRuntime } from './runtime/runtime.ts';

export interface StarterDeps {
  readonly ctx: ComponentContext;
  readonly runtime: ContainerRuntime;
  readonly record: PodRecord;
  readonly hooks: Hooks;
  readonly say: Say;
  /** The container runs. */
  readonly started: (c: ContainerRecord, step: StepId) => void;
  /** A container has ended before it began. */
  readonly ended: (step: StepId) => void;
  /** Its postStart hook has failed. */
  readonly kill: (c: ContainerRecord, message: string, cause: StepId) => Process<StepId>;
}

/** A container keeps what it was given, until it is given something else. */
function given(c: ContainerRecord, spec: Container): Container {
  const { resources } = c.container;
  if (equal(resources, spec.resources)) return spec;
  return { ...spec, ...(resources === undefined ? {} : { resources }) };
}

export class Starter {
  private readonly deps: StarterDeps;
  private readonly images: ImagePuller;
  private readonly configuration: Configuration;
  /** By what makes another container of it: its name and image. */
  private readonly backoff = new Backoff<string>();

  constructor(deps: StarterDeps) {
    this.deps = deps;
    this.images = new ImagePuller(deps.ctx, deps.runtime, deps.say);
    this.configuration = new Configuration(deps.ctx);
  }

  /**
   * Why a container could not be started is kept in its record, for the pod's status, until it is. `endedAt`: when its last
   * run ended, as far as the kubelet knows, µs of virtual time.
   */
  *start(pod: Pod, c: ContainerRecord, endedAt: number | undefined, cause: StepId): Process<Attempt> {
    const attempt = yield* this.attempt(pod, c, endedAt, cause);
    if (attempt.ok) delete c.held;
    else c.held = { reason: attempt.reason, message: attempt.message };
    return attempt;
  }

  private *attempt(pod: Pod, c: ContainerRecord, endedAt: number | undefined, cause: StepId): Process<Attempt> {
    const { say } = this.deps;
    const spec = specOf(pod, c);
    const waits = endedAt === undefined ? undefined : this.inBackOff(pod, spec, endedAt, cause, c);
    if (waits !== undefined) return waits;
    c.container = given(c, spec);
    const image = yield* this.images.ensure(pod, c, cause);
    if (!image.ok) {
      say(c, 'Warning', 'Failed', `Error: ${image.reason}`, image.step);
      return image;
    }
    const why = yield* this.configuration.missingFor(pod, c.container, image.step);
    if (why !== undefined) {
      say(c, 'Warning', 'Failed', `Error: ${why}`, image.step);
      return { ok: false, reason: 'CreateContainerConfigError', message: why, step: image.step };
    }
    return yield* this.run(pod, c, image.step);
  }

  /** Counted from when it last ended, however it did. */
  private inBackOff(pod: Pod, spec: Container, since: number, cause: StepId, c: ContainerRecord): Attempt | undefined {
    const { now } = this.deps.ctx.kernel;
    const key = `${spec.name}/${spec.image}`;
    const wait = this.backoff.until(key, since, now);
    if (wait === undefined) {
      this.backoff.next(key, since, now);
      return undefined;
    }
    const text = `Back-off restarting failed container ${spec.name} in pod ${podName(pod)}`;
    this.deps.say(c, 'Warning', 'BackOff', text, cause);
    const message = `back-off ${printSeconds(wait.delay)} restarting failed container=${spec.name} pod=${podName(pod)}`;
    return { ok: false, reason: 'CrashLoopBackOff', message, step: cause, at: wait.at };
  }

  private *run(pod: Pod, c: ContainerRecord, cause: StepId): Process<Attempt> {
    const { runtime, ctx, say, record } = this.deps;
    const created = yield* runtime.createContainer(pod, c.container, cause);
    say(c, 'Normal', 'Created', 'Container created', created.step);
    if (c.containerID !== undefined) c.restartCount++;
    if (c.state.terminated !== undefined) c.lastState = { terminated: c.state.terminated };
    c.containerID = `${runtime.scheme}${created.id}`;
    c.imageID = `${c.container.image ?? ''}`;
    const started = yield* runtime.startContainer(pod, c.container, created.id, created.step);
    if (!started.ok) return this.notStarted(c, started.error, started.step);
    say(c, 'Normal', 'Started', 'Container started', started.step);
    c.state = { running: { startedAt: rfc3339(ctx.kernel.wallMs) } };
    delete c.unhealthy;
    delete c.actuated;
    // Nobody asks whether an ephemeral container is ready or has started.
    const counts = record.ephemeral?.includes(c) !== true;
    const plain = record.init.includes(c) && !isSidecar(c.container);
    c.started = counts ? c.container.startupProbe === undefined : undefined;
    c.ready = counts && !plain && c.started === true && c.container.readinessProbe === undefined;
    this.deps.started(c, started.step);
    const why = yield* this.deps.hooks.postStart(pod, c, started.step);
    if (why === undefined) return { ok: true, step: started.step };
    const step = yield* this.deps.kill(c, 'FailedPostStartHook', started.step);
    return { ok: false, reason: 'PostStartHookError', message: why, step };
  }

  /** As containerd tells of a container whose program could not be run: it ended before it began. */
  private notStarted(c: ContainerRecord, error: string, step: StepId): Attempt {
    const { ctx, record, say } = this.deps;
    say(c, 'Warning', 'Failed', `Error: ${error}`, step);
    const end = endOf(c, 128, rfc3339(ctx.kernel.wallMs), { reason: 'StartError', message: error });
    const terminated = end.terminated && { ...end.terminated, startedAt: '1970-01-01T00:00:00Z' };
    finish(record, c, terminated ? { terminated } : {}, ctx.kernel.now);
    this.deps.ended(step);
    return { ok: false, reason: 'RunContainerError', message: error, step };
  }
}
