// When a pod's worker tries again. Models pkg/kubelet/pod_workers.go, v1.36.
import { SECOND } from '../../kernel/kernel.ts';
import { type Process, type Scope, spawn, wait } from '../../kernel/process.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import type { ContainerRecord } from './status.ts';

/** Between two tries of a pod's sync that failed. Source: backOffPeriod in pkg/kubelet/kubelet.go. */
export const SYNC_RETRY = 10 * SECOND;

/** What a pod worker waits in place of `us`. Source: workerBackOffPeriodJitterFactor, 0.5. */
export function jitter(ctx: ComponentContext, us: number): number {
  return Math.round(us * (1 + 0.5 * ctx.random.float()));
}

/** Containers are started one after the other; one that has to wait is passed by, and follows when it can. */
export class Turns {
  private readonly passing = new Map<ContainerRecord, (cause: StepId) => void>();

  /** Comes back when the container has started, or has to wait; `late` is called when it starts after that. */
  *take(scope: Scope, c: ContainerRecord, start: Process<StepId>, late: (step: StepId) => void): Process<StepId> {
    return yield* wait<StepId>((resume) => {
      let passed = false;
      const go = (cause: StepId): void => {
        if (!passed) resume(cause);
        passed = true;
      };
      this.passing.set(c, go);
      spawn(scope, start, (step) => {
        this.passing.delete(c);
        if (passed) late(step);
        else go(step);
      });
    });
  }

  /** The container has to wait. */
  pass(c: ContainerRecord, cause: StepId): void {
    this.passing.get(c)?.(cause);
  }
}
