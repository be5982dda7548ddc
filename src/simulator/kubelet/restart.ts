// When a container that has ended is started again. Models doBackOff in pkg/kubelet/kuberuntime, v1.36.
import { MINUTE, SECOND } from '../../kernel/kernel.ts';
import type { Process } from '../../kernel/process.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import type { Voice } from './images.ts';
import { jitter } from './retry.ts';
import type { ContainerRecord } from './status.ts';

/** Source: MaxContainerBackOff and containerBackOffPeriod, pkg/kubelet/kubelet.go. */
const MIN = 10 * SECOND;
const MAX = 300 * SECOND;
/** After so long without a restart the count starts anew. */
const FORGET = 2 * MAX;

/** How long each container of a pod waits before it is started again: not at all, then 10 s, 20 s … 300 s. */
export class RestartDelays {
  private readonly last = new Map<ContainerRecord, { readonly delay: number; readonly at: number }>();

  /** µs to wait now, at the time `now`. */
  next(c: ContainerRecord, now: number): number {
    const had = this.last.get(c);
    const fresh = had === undefined || now - had.at > FORGET + had.delay;
    const delay = fresh ? 0 : had.delay === 0 ? MIN : Math.min(had.delay * 2, MAX);
    this.last.set(c, { delay, at: now });
    return delay;
  }

  /**
   * Comes back when the container may be started again. That it waits is told at once as an Event, and in the pod's status
   * only with the sync that starts it, as recorded: until then the status shows how it ended.
   */
  *wait(pod: Pod, c: ContainerRecord, ctx: ComponentContext, voice: Voice, cause: StepId): Process<void> {
    const { name = '', namespace = '', uid = '' } = pod.metadata;
    const delay = this.next(c, ctx.kernel.now);
    if (delay > 0) {
      const failed = `${name}_${namespace}(${uid})`;
      const { name: container } = c.container;
      const text = `Back-off restarting failed container ${container} in pod ${failed}`;
      voice.event(c, 'Warning', 'BackOff', text, cause);
      // Upkeep: a pod that crashes for ever does not keep the cluster from being called idle.
      yield (resume) => {
        ctx.kernel.schedule(jitter(ctx, delay), () => resume(undefined), true);
      };
      if (c.state.terminated !== undefined) c.lastState = { terminated: c.state.terminated };
      const why = `back-off ${printSeconds(delay)} restarting failed container=${container} pod=${failed}`;
      voice.waiting(c, 'CrashLoopBackOff', why, cause);
    } else if (c.state.terminated !== undefined) c.lastState = { terminated: c.state.terminated };
    c.restartCount++;
  }
}

/** As Go prints a duration of whole seconds: `10s`, `1m20s`, `5m0s`. */
export function printSeconds(us: number): string {
  const minutes = Math.floor(us / MINUTE);
  const seconds = Math.round((us % MINUTE) / SECOND);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}
