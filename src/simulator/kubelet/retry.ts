// When a pod is synced, and when that is tried again. Models checkAndUpdatePod in pkg/kubelet/config and completeWork in
// pkg/kubelet/pod_workers.go, v1.36.
import { SECOND } from '../../kernel/kernel.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import { equal } from '../../model/paths.ts';
import type { ComponentContext } from '../runtime/component.ts';

/** Between two tries of a pod's sync that failed. Source: backOffPeriod in pkg/kubelet/kubelet.go. */
const SYNC_RETRY = 10 * SECOND;
/** Source: syncFrequency, 1 m: nothing is waited for longer. */
const RESYNC = 60 * SECOND;
/** Once a second the kubelet looks which pods are due; its looks at the runtime fall between. */
const TICK = 0.3 * SECOND;

/** What a pod worker waits in place of `us`. Source: workerBackOffPeriodJitterFactor, 0.5. */
function jitter(ctx: ComponentContext, us: number): number {
  return Math.round(us * (1 + 0.5 * ctx.random.float()));
}

/** From now until the sync after one that failed; `at`: when the first thing that waits may be tried again. */
export function retryIn(ctx: ComponentContext, at: number | undefined): number {
  const { now } = ctx.kernel;
  const wish = at === undefined ? SYNC_RETRY : Math.min(Math.max(at - now, 0), RESYNC);
  const due = now + jitter(ctx, wish);
  return due + SECOND - ((due - TICK + SECOND) % SECOND) - now;
}

/** Until the kubelet's next look at what runs. Source: genericPlegRelistPeriod in pkg/kubelet/kubelet.go, v1.36. */
export function untilSeen(at: number): number {
  return SECOND - (at % SECOND);
}

/** What has a pod synced, beside what others write into its status. */
export function asksForMore({ metadata: before }: Pod, { metadata: now }: Pod): boolean {
  if (before.generation !== now.generation) return true;
  return !equal(before.labels, now.labels) || !equal(before.annotations, now.annotations);
}
