// Writes to a pod's status as kube-scheduler makes them: a strategic merge patch of what differs.
// Models util.PatchPodStatus in pkg/scheduler/util/utils.go and UpdatePodCondition in pkg/api/v1/pod.
import type { Pod, PodCondition } from '../../model/generated/core.v1.ts';

export type ConditionUpdate = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;

export interface StatusChange {
  readonly condition?: ConditionUpdate;
  /** A node, or empty to clear the field; absent to leave it. */
  readonly nominatedNodeName?: string;
}

type Fields = { [field: string]: unknown };

/** The fields of the condition that differ from the one that is there; nothing when it is there already. */
function conditionPatch(pod: Pod, c: ConditionUpdate, now: string): Fields | undefined {
  const before = pod.status?.conditions?.find((x) => x.type === c.type);
  const observedGeneration = pod.metadata.generation;
  if (before === undefined) {
    return {
      lastProbeTime: null,
      lastTransitionTime: now,
      message: c.message,
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
      reason: c.reason,
      status: c.status,
      type: c.type,
    };
  }
  const changed: Fields = {};
  if (before.status !== c.status) {
    changed.lastTransitionTime = now;
    changed.status = c.status;
  }
  if (before.message !== c.message) changed.message = c.message;
  if (before.reason !== c.reason) changed.reason = c.reason;
  if (Object.keys(changed).length === 0) return undefined;
  if (before.observedGeneration !== observedGeneration) changed.observedGeneration = observedGeneration;
  return { ...changed, type: c.type };
}

/** The patch for the status subresource, or nothing when nothing changes. `now`: RFC 3339. */
export function statusPatch(pod: Pod, change: StatusChange, now: string): object | undefined {
  const status: Fields = {};
  const patch = change.condition === undefined ? undefined : conditionPatch(pod, change.condition, now);
  if (patch !== undefined) {
    const types = (pod.status?.conditions ?? []).map((c) => c.type);
    const type = String(patch.type);
    const order = types.includes(type) ? types : [...types, type];
    status['$setElementOrder/conditions'] = order.map((t) => ({ type: t }));
    status.conditions = [patch];
  }
  const nominated = change.nominatedNodeName;
  if (nominated !== undefined && nominated !== (pod.status?.nominatedNodeName ?? '')) {
    status.nominatedNodeName = nominated === '' ? null : nominated;
  }
  return Object.keys(status).length === 0 ? undefined : { status };
}
