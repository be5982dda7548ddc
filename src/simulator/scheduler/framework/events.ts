// What happens in the cluster, as the queue and the plugins speak of it: which resource changed, and how.
// Models pkg/scheduler/framework/events.go.
import type { Node, Pod } from '../../../model/generated/core.v1.ts';
import { podRequests, type Resources } from './resources.ts';

export type EventResource =
  | 'AssignedPod'
  | 'UnscheduledPod'
  | 'Node'
  | 'PersistentVolume'
  | 'PersistentVolumeClaim'
  | 'StorageClass'
  | 'CSINode'
  | 'CSIDriver'
  | 'CSIStorageCapacity'
  | 'VolumeAttachment'
  | 'ResourceClaim'
  | 'DeviceClass'
  | 'ResourceSlice'
  | '*';

/** Bits, so that one registration names several actions. */
export const Action = {
  add: 1,
  delete: 1 << 1,
  updateNodeAllocatable: 1 << 2,
  updateNodeLabel: 1 << 3,
  updateNodeTaint: 1 << 4,
  updateNodeCondition: 1 << 5,
  updateNodeAnnotation: 1 << 6,
  updatePodLabel: 1 << 7,
  updatePodScaleDown: 1 << 8,
  updatePodToleration: 1 << 9,
  updatePodSchedulingGatesEliminated: 1 << 10,
  updatePodGeneratedResourceClaim: 1 << 11,
  update: 1 << 12,
  updateNodeDeclaredFeature: 1 << 13,
} as const;

const ALL = (1 << 14) - 1;

export interface ClusterEvent {
  readonly resource: EventResource;
  readonly action: number;
  /** As upstream labels it: `NodeAdd`, `AssignedPodDelete`, `UnschedulableTimeout`. */
  readonly label: string;
}

function event(resource: EventResource, action: number, label: string): ClusterEvent {
  return { resource, action, label };
}

export const Events = {
  assignedPodAdd: event('AssignedPod', Action.add, 'AssignedPodAdd'),
  assignedPodDelete: event('AssignedPod', Action.delete, 'AssignedPodDelete'),
  unschedulableTimeout: event('*', ALL, 'UnschedulableTimeout'),
  forceActivate: event('*', ALL, 'ForceActivate'),
  nodeAdd: event('Node', Action.add, 'NodeAdd'),
  nodeDelete: event('Node', Action.delete, 'NodeDelete'),
  storage(resource: EventResource, what: 'Add' | 'Update' | 'Delete'): ClusterEvent {
    const action = what === 'Add' ? Action.add : what === 'Update' ? Action.update : Action.delete;
    return event(resource, action, `${resource}${what}`);
  },
};

export type Hint = 'Queue' | 'Skip';

/** One kind of event that may make a pod schedulable that the plugin refused. */
export interface EventRegistration {
  readonly resource: EventResource;
  readonly actions: number;
  /** Looks closer: can this event help this pod? Absent: it always may. */
  readonly hint?: (pod: Pod, previous: unknown, current: unknown) => Hint;
}

export function concerns(r: EventRegistration, e: ClusterEvent): boolean {
  return (r.resource === e.resource || e.resource === '*' || r.resource === '*') && (r.actions & e.action) !== 0;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

/** Equal whatever the order of the keys. */
export function sameMap(a: { readonly [k: string]: unknown } = {}, b: { readonly [k: string]: unknown } = {}): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => same(a[k], b[k]));
}

function conditions(n: Node): { [type: string]: string } {
  return Object.fromEntries((n.status?.conditions ?? []).map((c) => [c.type, c.status]));
}

/** What changed of a node that scheduling cares for. Empty for a mere heartbeat. */
export function nodeChanges(now: Node, before: Node): ClusterEvent[] {
  const out: ClusterEvent[] = [];
  const had = before.spec?.unschedulable ?? false;
  if (had && !(now.spec?.unschedulable ?? false)) out.push(event('Node', Action.updateNodeTaint, 'NodeTaintChange'));
  if (!sameMap(before.status?.allocatable, now.status?.allocatable)) {
    out.push(event('Node', Action.updateNodeAllocatable, 'NodeAllocatableChange'));
  }
  if (!sameMap(before.metadata.labels, now.metadata.labels)) {
    out.push(event('Node', Action.updateNodeLabel, 'NodeLabelChange'));
  }
  if (!same(before.spec?.taints ?? [], now.spec?.taints ?? [])) {
    out.push(event('Node', Action.updateNodeTaint, 'NodeTaintChange'));
  }
  if (!sameMap(conditions(before), conditions(now))) {
    out.push(event('Node', Action.updateNodeCondition, 'NodeConditionChange'));
  }
  if (!sameMap(before.metadata.annotations, now.metadata.annotations)) {
    out.push(event('Node', Action.updateNodeAnnotation, 'NodeAnnotationChange'));
  }
  if (!same(before.status?.declaredFeatures ?? [], now.status?.declaredFeatures ?? [])) {
    out.push(event('Node', Action.updateNodeDeclaredFeature, 'NodeDeclaredFeatureChange'));
  }
  return out;
}

function scaledDown(now: Resources, before: Resources): boolean {
  if (now.milliCPU < before.milliCPU || now.memory < before.memory) return true;
  if (now.ephemeralStorage < before.ephemeralStorage) return true;
  for (const [name, n] of before.scalar ?? []) if ((now.scalar?.get(name) ?? 0) < n) return true;
  return false;
}

/** What changed of a pod that scheduling cares for; a plain update when nothing in particular did. */
export function podChanges(now: Pod, before: Pod): ClusterEvent[] {
  const resource: EventResource = now.spec?.nodeName ? 'AssignedPod' : 'UnscheduledPod';
  const out: ClusterEvent[] = [];
  if (!sameMap(before.metadata.labels, now.metadata.labels)) {
    out.push(event(resource, Action.updatePodLabel, `${resource}LabelChange`));
  }
  if (now.spec !== before.spec && scaledDown(podRequests(now), podRequests(before))) {
    out.push(event(resource, Action.updatePodScaleDown, `${resource}ScaleDown`));
  }
  if ((now.spec?.schedulingGates?.length ?? 0) === 0 && (before.spec?.schedulingGates?.length ?? 0) > 0) {
    out.push(event(resource, Action.updatePodSchedulingGatesEliminated, `${resource}SchedulingGatesEliminated`));
  }
  if ((now.spec?.tolerations?.length ?? 0) !== (before.spec?.tolerations?.length ?? 0)) {
    out.push(event(resource, Action.updatePodToleration, `${resource}TolerationChange`));
  }
  if (!same(now.status?.resourceClaimStatuses, before.status?.resourceClaimStatuses)) {
    out.push(event(resource, Action.updatePodGeneratedResourceClaim, `${resource}GeneratedResourceClaimChange`));
  }
  return out.length > 0 ? out : [event(resource, Action.update, `${resource}Update`)];
}
