// Leaves out nodes that have too little left of what the pod requests, and prefers those with the most left
// (LeastAllocated, cpu and memory alike). Models pkg/scheduler/framework/plugins/noderesources/fit.go.
import type { Node, Pod } from '../../../model/generated/core.v1.ts';
import { Action } from '../framework/events.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { MAX_SCORE, type Plugin } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { podRequests, type Resources, resourcesOf } from '../framework/resources.ts';
import type { Status } from '../framework/status.ts';
import { NODE_RESOURCES_FIT } from './names.ts';

/** Statuses are few and asked for millions of times. */
const statuses = new Map<string, Status>();

function status(reasons: readonly string[], unresolvable: boolean): Status {
  const key = `${unresolvable}${reasons.join()}`;
  let known = statuses.get(key);
  if (known === undefined) {
    const code = unresolvable ? 'UnschedulableAndUnresolvable' : 'Unschedulable';
    known = { code, reasons, plugin: NODE_RESOURCES_FIT };
    statuses.set(key, known);
  }
  return known;
}

function enough(pod: PodInfo, node: NodeInfo): boolean {
  const want = pod.requests;
  const have = node.allocatable;
  const used = node.requested;
  return (
    node.pods.length < node.allowedPods &&
    (want.milliCPU === 0 || want.milliCPU <= have.milliCPU - used.milliCPU) &&
    (want.memory === 0 || want.memory <= have.memory - used.memory) &&
    (want.ephemeralStorage === 0 || want.ephemeralStorage <= have.ephemeralStorage - used.ephemeralStorage)
  );
}

/** Every resource that is short. Beyond what the node has in all, no eviction helps. */
function shortages(pod: PodInfo, node: NodeInfo): Status | undefined {
  const want = pod.requests;
  const have = node.allocatable;
  const used = node.requested;
  const rows: [wanted: number, all: number, taken: number, name: string][] = [
    [want.milliCPU, have.milliCPU, used.milliCPU, 'cpu'],
    [want.memory, have.memory, used.memory, 'memory'],
    [want.ephemeralStorage, have.ephemeralStorage, used.ephemeralStorage, 'ephemeral-storage'],
  ];
  for (const [name, n] of want.scalar ?? []) {
    rows.push([n, have.scalar?.get(name) ?? 0, used.scalar?.get(name) ?? 0, name]);
  }
  const short = rows.filter(([wanted, all, taken]) => wanted > 0 && wanted > all - taken);
  const reasons = short.map(([, , , name]) => `Insufficient ${name}`);
  if (node.pods.length + 1 > node.allowedPods) reasons.unshift('Too many pods');
  if (reasons.length === 0) return undefined;
  return status(
    reasons,
    short.some(([wanted, all]) => wanted > all),
  );
}

function leftOver(requested: number, allocatable: number): number {
  if (allocatable === 0 || requested > allocatable) return 0;
  return Math.trunc(((allocatable - requested) * MAX_SCORE) / allocatable);
}

function fitsEmpty(pod: Pod, all: Resources): boolean {
  const want = podRequests(pod);
  if (want.milliCPU > all.milliCPU || want.memory > all.memory) return false;
  if (want.ephemeralStorage > all.ephemeralStorage) return false;
  for (const [name, n] of want.scalar ?? []) if (n > (all.scalar?.get(name) ?? 0)) return false;
  return true;
}

export function nodeResourcesFit(): Plugin {
  return {
    name: NODE_RESOURCES_FIT,
    events: [
      { resource: 'AssignedPod', actions: Action.delete | Action.updatePodScaleDown },
      { resource: 'UnscheduledPod', actions: Action.updatePodScaleDown },
      {
        resource: 'Node',
        actions: Action.add | Action.updateNodeAllocatable,
        hint: (pod, _previous, current) =>
          fitsEmpty(pod, resourcesOf((current as Node | undefined)?.status?.allocatable)) ? 'Queue' : 'Skip',
      },
    ],
    filter: (_state, pod, node) =>
      pod.requests.scalar === undefined && enough(pod, node) ? undefined : shortages(pod, node),
    score(_state, pod, node) {
      const { milliCPU, memory } = node.nonZeroRequested;
      const cpu = leftOver(milliCPU + pod.nonZero.milliCPU, node.allocatable.milliCPU);
      const mem = leftOver(memory + pod.nonZero.memory, node.allocatable.memory);
      // A resource that the node does not offer takes no part in the mean.
      const parts = (node.allocatable.milliCPU > 0 ? 1 : 0) + (node.allocatable.memory > 0 ? 1 : 0);
      return parts === 0 ? 0 : Math.trunc((cpu + mem) / parts);
    },
  };
}
