// Leaves out nodes that have too little left of what the pod requests, and prefers those with the most left
// (LeastAllocated, cpu and memory alike). Models pkg/scheduler/framework/plugins/noderesources/fit.go.
import type { Node, Pod } from '../../../model/generated/core.v1.ts';
import type { DeviceClass } from '../../../model/generated/resource.v1.ts';
import { classFor, isClaimed, standsFor } from '../devices/extended.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import { Action } from '../framework/events.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { MAX_SCORE, type Plugin } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { wholeValue } from '../framework/quantity.ts';
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
function shortages(pod: PodInfo, node: NodeInfo, cluster: ClusterLookup | undefined): Status | undefined {
  const want = pod.requests;
  const have = node.allocatable;
  const used = node.requested;
  const rows: [wanted: number, all: number, taken: number, name: string][] = [
    [want.milliCPU, have.milliCPU, used.milliCPU, 'cpu'],
    [want.memory, have.memory, used.memory, 'memory'],
    [want.ephemeralStorage, have.ephemeralStorage, used.ephemeralStorage, 'ephemeral-storage'],
  ];
  for (const [name, n] of want.scalar ?? []) {
    // Devices are found, or not, by DynamicResources.
    if (cluster !== undefined && isClaimed(name, node, cluster)) continue;
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

/** Beyond this a hundredfold is no exact number any more. */
const EXACT = Number.MAX_SAFE_INTEGER / MAX_SCORE;

function leftOver(requested: number, allocatable: number): number {
  if (allocatable === 0 || requested > allocatable) return 0;
  const free = allocatable - requested;
  if (free <= EXACT) return Math.trunc((free * MAX_SCORE) / allocatable);
  // Upstream counts in 64 bits, which wrap.
  return Number(BigInt.asIntN(64, BigInt(free) * BigInt(MAX_SCORE)) / BigInt(allocatable));
}

/** What the pod asks for, with how much of it there is in each of the others. */
function wishes(pod: Pod, ...of: readonly Resources[]): (readonly number[])[] {
  const want = podRequests(pod);
  const rows = (['milliCPU', 'memory', 'ephemeralStorage'] as const).map((r) => [want[r], ...of.map((o) => o[r])]);
  for (const [name, n] of want.scalar ?? []) rows.push([n, ...of.map((o) => o.scalar?.get(name) ?? 0)]);
  return rows.filter(([n = 0]) => n > 0);
}

/** Another pod has been scaled down in what this one asks for. */
function givesBack(pod: Pod, before: Pod, now: Pod): boolean {
  return wishes(pod, podRequests(before), podRequests(now)).some(([, had = 0, has = 0]) => has < had);
}

const podsOn = (node: Node): number => wholeValue(node.status?.allocatable?.pods ?? 0);

function fitsEmpty(pod: Pod, node: Node, cluster: ClusterLookup | undefined): boolean {
  const all = resourcesOf(node.status?.allocatable);
  // Devices are for DynamicResources to find.
  for (const [name] of podRequests(pod).scalar ?? []) {
    if (cluster !== undefined && !all.scalar?.get(name) && classFor(name, cluster) !== undefined) {
      all.scalar ??= new Map();
      all.scalar.set(name, Number.POSITIVE_INFINITY);
    }
  }
  return podsOn(node) > 0 && wishes(pod, all).every(([want = 0, has = 0]) => want <= has);
}

/** The empty node has room, and did not have it before, or has more now of what the pod asks for. */
function fitsNow(pod: Pod, before: Node | undefined, now: Node, cluster: ClusterLookup | undefined): boolean {
  if (!fitsEmpty(pod, now, cluster)) return false;
  if (before === undefined || !fitsEmpty(pod, before, cluster) || podsOn(now) > podsOn(before)) return true;
  const [had, has] = [resourcesOf(before.status?.allocatable), resourcesOf(now.status?.allocatable)];
  return wishes(pod, had, has).some(([, a = 0, b = 0]) => b > a);
}

/** `cluster`: where classes are looked up that stand for extended resources; without it none does. */
export function nodeResourcesFit(cluster?: ClusterLookup): Plugin {
  return {
    name: NODE_RESOURCES_FIT,
    events: [
      {
        resource: 'AssignedPod',
        actions: Action.delete | Action.updatePodScaleDown,
        hint: (pod, previous, current) =>
          current === undefined || givesBack(pod, previous as Pod, current as Pod) ? 'Queue' : 'Skip',
      },
      { resource: 'UnscheduledPod', actions: Action.updatePodScaleDown },
      {
        resource: 'Node',
        actions: Action.add | Action.updateNodeAllocatable,
        hint: (pod, previous, current) =>
          fitsNow(pod, previous as Node | undefined, current as Node, cluster) ? 'Queue' : 'Skip',
      },
      {
        resource: 'DeviceClass',
        actions: Action.add | Action.update,
        hint: (pod, _previous, current) =>
          [...(podRequests(pod).scalar?.keys() ?? [])].some((name) => standsFor(current as DeviceClass, name))
            ? 'Queue'
            : 'Skip',
      },
    ],
    filter: (_state, pod, node) =>
      pod.requests.scalar === undefined && enough(pod, node) ? undefined : shortages(pod, node, cluster),
    score(_state, { nonZero }, nodes, scores) {
      for (let i = 0; i < nodes.length; i++) {
        const { nonZeroRequested, allocatable } = nodes[i] as NodeInfo;
        const cpu = leftOver(nonZeroRequested.milliCPU + nonZero.milliCPU, allocatable.milliCPU);
        const memory = leftOver(nonZeroRequested.memory + nonZero.memory, allocatable.memory);
        // A resource that the node does not offer takes no part in the mean.
        const parts = (allocatable.milliCPU > 0 ? 1 : 0) + (allocatable.memory > 0 ? 1 : 0);
        scores[i] = parts === 0 ? 0 : Math.trunc((cpu + memory) / parts);
      }
    },
  };
}
