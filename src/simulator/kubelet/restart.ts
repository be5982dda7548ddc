// When a container that has ended is started again. Models doBackOff in pkg/kubelet/kuberuntime, v1.36.
import { type Kernel, MINUTE, SECOND } from '../../kernel/kernel.ts';
import type { Process } from '../../kernel/process.ts';
import { sleep } from '../../kernel/process.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { Voice } from './images.ts';
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

  /** Comes back when the container may be started again, and says so while it waits. */
  *wait(pod: Pod, c: ContainerRecord, kernel: Kernel, voice: Voice, cause: StepId): Process<void> {
    const { name = '', namespace = '', uid = '' } = pod.metadata;
    const delay = this.next(c, kernel.now);
    yield* sleep(kernel, SECOND);
    if (c.state.terminated !== undefined) c.lastState = { terminated: c.state.terminated };
    if (delay > 0) {
      const failed = `${name}_${namespace}(${uid})`;
      const { name: container } = c.container;
      const text = `Back-off restarting failed container ${container} in pod ${failed}`;
      voice.event(c, 'Warning', 'BackOff', text, cause);
      const why = `back-off ${printSeconds(delay)} restarting failed container=${container} pod=${failed}`;
      voice.waiting(c, 'CrashLoopBackOff', why, cause);
      // Upkeep: a pod that crashes for ever does not keep the cluster from being called idle.
      yield (resume) => {
        kernel.schedule(delay - SECOND, () => resume(undefined), true);
      };
    }
    c.restartCount++;
  }
}

/** As Go prints a duration of whole seconds: `10s`, `1m20s`, `5m0s`. */
export function printSeconds(us: number): string {
  const minutes = Math.floor(us / MINUTE);
  const seconds = Math.round((us % MINUTE) / SECOND);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}
