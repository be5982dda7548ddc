// Whether a claim, or the pod's own status, has changed so that a pod without its devices may get them.
// Models the QueueingHintFns of pkg/scheduler/framework/plugins/dynamicresources, v1.36.
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { ResourceClaim } from '../../../model/generated/resource.v1.ts';
import { equal } from '../../../model/paths.ts';
import { type ClaimBook, claimsOf } from '../devices/claims.ts';
import { Action, type EventRegistration, type Hint } from '../framework/events.ts';

function claimHint(book: ClaimBook, pod: Pod, previous: unknown, current: unknown): Hint {
  const [before, now] = [previous as ResourceClaim | undefined, current as ResourceClaim];
  const claims = claimsOf(pod, book);
  if ('error' in claims) return 'Skip';
  // Its devices may be what this pod needs.
  if (before?.status?.allocation !== undefined && now.status?.allocation === undefined) return 'Queue';
  if (!claims.some((c) => c.metadata.uid === now.metadata.uid)) return 'Skip';
  return before !== undefined && equal(before.status ?? {}, now.status ?? {}) ? 'Skip' : 'Queue';
}

export function deviceEvents(book: ClaimBook): readonly EventRegistration[] {
  return [
    { resource: 'Node', actions: Action.add | Action.updateNodeLabel | Action.updateNodeAllocatable },
    {
      resource: 'ResourceClaim',
      actions: Action.add | Action.update,
      hint: (pod, previous, current) => claimHint(book, pod, previous, current),
    },
    {
      resource: 'UnscheduledPod',
      actions: Action.updatePodGeneratedResourceClaim,
      hint: (pod, _previous, current) =>
        pod.metadata.uid === (current as Pod).metadata.uid && !('error' in claimsOf(current as Pod, book))
          ? 'Queue'
          : 'Skip',
    },
    { resource: 'DeviceClass', actions: Action.add | Action.update },
    { resource: 'ResourceSlice', actions: Action.add | Action.update },
  ];
}
