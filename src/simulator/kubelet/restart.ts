// Whether and when a container that has ended is started again. Models doBackOff in pkg/kubelet/kuberuntime and
// ShouldContainerBeRestarted in pkg/kubelet/container/helpers.go, v1.36.
import { MINUTE, SECOND } from '../../kernel/kernel.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import { type ContainerRecord, isSidecar, type PodRecord } from './status.ts';

/** Source: MaxContainerBackOff and containerBackOffPeriod, pkg/kubelet/kubelet.go. */
const MIN = 10 * SECOND;
const MAX = 300 * SECOND;
/** After so long without a restart the count starts anew. */
const FORGET = 2 * MAX;

export function restarts(pod: Pod, record: PodRecord, c: ContainerRecord): boolean {
  const sidecar = record.init.includes(c) && isSidecar(c.container);
  const policy = sidecar ? 'Always' : (pod.spec?.restartPolicy ?? 'Always');
  const code = c.state.terminated?.exitCode ?? 0;
  if (record.init.includes(c) && !sidecar) return code !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && code !== 0);
}

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
}

/** As Go prints a duration of whole seconds: `10s`, `1m20s`, `5m0s`. */
export function printSeconds(us: number): string {
  const minutes = Math.floor(us / MINUTE);
  const seconds = Math.round((us % MINUTE) / SECOND);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}
