// What a node's conditions mean for its taints, and when a silent node is given up: pure.
// Models pkg/controller/nodelifecycle/node_lifecycle_controller.go, v1.36.
import type { Node, NodeCondition, Taint } from '../../../model/generated/core.v1.ts';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Condition type → status → key of the NoSchedule taint. */
const BY_CONDITION: { readonly [type: string]: { readonly [status: string]: string } } = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};
const OWN_KEYS = new Set([
  UNSCHEDULABLE,
  ...Object.values(BY_CONDITION).flatMap((byStatus) => Object.values(byStatus)),
]);

export function conditionOf(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((c) => c.type === type);
}

/** The NoSchedule taints that the conditions ask for; what others have put there stays. Undefined: nothing to do. */
export function noScheduleTaints(node: Node, now: string): readonly Taint[] | undefined {
  const wanted = new Set<string>();
  for (const c of node.status?.conditions ?? []) {
    const key = BY_CONDITION[c.type]?.[c.status];
    if (key !== undefined) wanted.add(key);
  }
  if (node.spec?.unschedulable) wanted.add(UNSCHEDULABLE);
  const taints = node.spec?.taints ?? [];
  const mine = taints.filter((t) => t.effect === 'NoSchedule' && OWN_KEYS.has(t.key));
  if (mine.length === wanted.size && mine.every((t) => wanted.has(t.key))) return undefined;
  const kept = taints.filter((t) => !mine.includes(t) || wanted.has(t.key));
  const added = [...wanted].filter((k) => !mine.some((t) => t.key === k));
  return [...kept, ...added.map((key): Taint => ({ key, effect: 'NoSchedule', timeAdded: now }))];
}

/** The NoExecute taints that a node's readiness asks for. Undefined: nothing to do. */
export function noExecuteTaints(node: Node, now: string): readonly Taint[] | undefined {
  const status = conditionOf(node, 'Ready')?.status;
  const wanted = status === 'False' ? NOT_READY : status === 'Unknown' ? UNREACHABLE : undefined;
  const taints = node.spec?.taints ?? [];
  const mine = taints.filter((t) => t.effect === 'NoExecute' && isEvictionTaint(t.key));
  if (mine.length === (wanted === undefined ? 0 : 1) && mine.every((t) => t.key === wanted)) return undefined;
  const kept = taints.filter((t) => !mine.includes(t) || t.key === wanted);
  if (wanted === undefined || mine.some((t) => t.key === wanted)) return kept;
  return [...kept, { key: wanted, effect: 'NoExecute', timeAdded: now }];
}

export function isEvictionTaint(key: string): boolean {
  return key === NOT_READY || key === UNREACHABLE;
}

/** Its pods have to leave already, only the reason is another: that waits for no rate. */
export function swapsTaint(node: Node): boolean {
  return node.spec?.taints?.some((t) => t.effect === 'NoExecute' && isEvictionTaint(t.key)) ?? false;
}

const GIVEN_UP = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** The conditions of a node whose kubelet has gone silent. */
export function silentConditions(node: Node, now: string): NodeCondition[] {
  const known = node.status?.conditions ?? [];
  const next = known.map((c): NodeCondition => {
    if (!GIVEN_UP.includes(c.type) || c.status === 'Unknown') return c;
    return {
      ...c,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastTransitionTime: now,
    };
  });
  const missing = GIVEN_UP.filter((type) => !known.some((c) => c.type === type));
  const created = node.metadata.creationTimestamp ?? now;
  return [
    ...next,
    ...missing.map(
      (type): NodeCondition => ({
        type,
        status: 'Unknown',
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
        lastHeartbeatTime: created,
        lastTransitionTime: now,
      }),
    ),
  ];
}
