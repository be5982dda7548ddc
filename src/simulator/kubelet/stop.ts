// Stopping containers: hooks, signals and the order in which they go. Models killContainer and terminationOrdering in
// pkg/kubelet/kuberuntime, v1.36.
import { SECOND } from '../../kernel/kernel.ts';
import { all, type Process, type Scope, wait } from '../../kernel/process.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import type { Hooks } from './hooks.ts';
import type { Say } from './images.ts';
import type { PodOnMachine } from './machine.ts';
import { type ContainerRecord, isSidecar } from './record.ts';
import type { ContainerRuntime } from './runtime/runtime.ts';

/** Seconds. Source: minimumGracePeriodInSeconds in pkg/kubelet/kuberuntime, v1.36. */
const LEAST_GRACE = 2;

/** How one container is stopped. */
export interface Stopping {
  readonly message: string;
  /** Seconds. */
  readonly grace: number;
  readonly cause: StepId;
  /** Comes back when those have gone that are to go before it, at the latest after so many seconds. */
  readonly turn?: (most: number) => Process<void>;
}

export interface StopDeps {
  readonly ctx: ComponentContext;
  readonly runtime: ContainerRuntime;
  readonly hooks: Hooks;
  readonly say: Say;
  /** A container has ended. */
  readonly ended: (c: ContainerRecord, code: number, step: StepId) => void;
}

export class Stopper {
  private readonly deps: StopDeps;
  private readonly here: PodOnMachine;

  constructor(deps: StopDeps, here: PodOnMachine) {
    this.deps = deps;
    this.here = here;
  }

  /** The preStop hook, the wait for others and SIGTERM share the time that is given; SIGTERM is left two seconds at least. */
  *stop(pod: Pod, c: ContainerRecord, how: Stopping): Process<StepId> {
    const { runtime, ctx, hooks, say } = this.deps;
    say(c, 'Normal', 'Killing', how.message, how.cause);
    let { grace: left, cause: step } = how;
    if (c.container.lifecycle?.preStop !== undefined && left > 0) {
      const from = ctx.kernel.now;
      step = yield* hooks.preStop(pod, c, left, step);
      left -= Math.floor((ctx.kernel.now - from) / SECOND);
    }
    if (how.turn !== undefined && left > 0) {
      const from = ctx.kernel.now;
      yield* how.turn(left);
      left -= Math.floor((ctx.kernel.now - from) / SECOND);
    }
    // It may have ended by itself meanwhile.
    if (c.state.running === undefined) return step;
    const grace = Math.max(LEAST_GRACE, left);
    const stopped = yield* runtime.stopContainer(pod, c.container, grace, this.here.exits.get(c), step);
    this.here.exits.delete(c);
    this.deps.ended(c, stopped.code, stopped.step);
    return stopped.step;
  }

  /** All of a pod at once; a sidecar's turn comes when the main containers and the sidecars after it have gone. */
  *stopAll(
    scope: Scope,
    pod: Pod,
    containers: readonly ContainerRecord[],
    how: Omit<Stopping, 'message'>,
  ): Process<StepId> {
    const running = containers.filter((c) => c.state.running !== undefined);
    const sidecars = running.filter((c) => isSidecar(c.container));
    const others = running.filter((c) => !isSidecar(c.container));
    const order = new Order();
    const one = (c: ContainerRecord): Process<StepId> => {
      const after = [...others, ...sidecars.slice(sidecars.indexOf(c) + 1)];
      const turn = isSidecar(c.container) ? (most: number) => order.after(after, most, this.deps.ctx) : undefined;
      const message = `Stopping container ${c.container.name}`;
      return order.noting(c, this.stop(pod, c, { ...how, message, ...(turn ? { turn } : {}) }));
    };
    const steps = yield* all(scope, running.map(one));
    return steps.at(-1) ?? how.cause;
  }
}

/** Which containers of a pod that is being stopped have gone, and who waits for them. */
class Order {
  private readonly gone = new Set<ContainerRecord>();
  private readonly waiting = new Set<() => void>();

  *noting(c: ContainerRecord, stop: Process<StepId>): Process<StepId> {
    const step = yield* stop;
    this.gone.add(c);
    for (const look of [...this.waiting]) look();
    return step;
  }

  *after(those: readonly ContainerRecord[], most: number, ctx: ComponentContext): Process<void> {
    const over = (): boolean => those.every((c) => this.gone.has(c));
    if (over()) return;
    yield* wait<undefined>((resume) => {
      const done = (): void => {
        this.waiting.delete(look);
        timer.cancel();
        resume(undefined);
      };
      const look = (): void => {
        if (over()) done();
      };
      const timer = ctx.kernel.schedule(most * SECOND, done);
      this.waiting.add(look);
    });
  }
}
