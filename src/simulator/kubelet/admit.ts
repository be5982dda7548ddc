// Whether a kubelet takes a pod that was bound to its node: pure. Models pkg/kubelet/lifecycle/predicate.go, v1.36.
import type { Node, Pod } from '../../model/generated/core.v1.ts';
import { byObject } from '../../model/remember.ts';
import { milliValue, wholeValue } from '../scheduler/framework/quantity.ts';
import { podRequests, type Resources } from '../scheduler/framework/resources.ts';
import { NO_LABELS, tolerated } from '../scheduler/framework/selectors.ts';
import { matchesNodeAffinity } from '../scheduler/plugins/node-affinity.ts';
import type { Refused } from './resize.ts';

export interface Refusal {
  /** As in `status.reason` and the Event: `OutOfcpu`, `NodeAffinity`. */
  readonly reason: string;
  readonly message: string;
}

type Amount = readonly [resource: string, requested: number, used: number, capacity: number];

function outOf([resource, requested, used, capacity]: Amount): Refusal {
  const message = `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  return { reason: `OutOf${resource}`, message };
}

function predicate(name: string, why: string): Refusal {
  return { reason: name, message: `Predicate ${name} failed: ${why}` };
}

/** `others`: the pods that this node has taken and that have not ended. */
export function refusal(pod: Pod, node: Node, others: readonly Pod[]): Refusal | undefined {
  return shortage(pod, node, others) ?? mismatch(pod, node, others) ?? otherSystem(pod, node);
}

/** Models PodOSNotSupported and rejectPodAdmissionBasedOnOSSelector in pkg/kubelet/lifecycle/handlers.go, v1.36. */
function otherSystem(pod: Pod, node: Node): Refusal | undefined {
  const os = pod.spec?.os?.name;
  const own = node.status?.nodeInfo?.operatingSystem ?? 'linux';
  if (os === undefined || os === own) return undefined;
  return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
}

/** Why a pod that runs here does not get the resources that it asks for now. Models canResizePod in pkg/kubelet/allocation. */
export function resizeRefusal(pod: Pod, node: Node, others: readonly Pod[]): Refused | undefined {
  const { allocatable = {} } = node.status ?? {};
  const { memory, milliCPU } = requestsOf(pod);
  const infeasible = (what: string, requested: number, capacity: number): Refused => ({
    reason: 'Infeasible',
    message: `Node didn't have enough capacity: ${what}, requested: ${requested}, capacity: ${capacity}`,
  });
  const bytes = wholeValue(allocatable.memory ?? 0);
  const millis = milliValue(allocatable.cpu ?? 0);
  if (memory > bytes) return infeasible('memory', memory, bytes);
  if (milliCPU > millis) return infeasible('cpu', milliCPU, millis);
  const short = shortage(pod, node, others);
  return short === undefined ? undefined : { reason: 'Deferred', message: short.message };
}

/** Asked of every pod on the node whenever another comes. */
const requestsOf = byObject((pod: Pod): Resources => podRequests(pod));

function shortage(pod: Pod, node: Node, others: readonly Pod[]): Refusal | undefined {
  const allocatable = node.status?.allocatable ?? {};
  const wants = requestsOf(pod);
  const used = others.map(requestsOf);
  const sum = (of: (r: Resources) => number): number => used.reduce((n, r) => n + of(r), 0);
  const amounts: Amount[] = [
    ['pods', 1, others.length, wholeValue(allocatable.pods ?? 0)],
    ['cpu', wants.milliCPU, sum((r) => r.milliCPU), milliValue(allocatable.cpu ?? 0)],
    ['memory', wants.memory, sum((r) => r.memory), wholeValue(allocatable.memory ?? 0)],
    [
      'ephemeral-storage',
      wants.ephemeralStorage,
      sum((r) => r.ephemeralStorage),
      wholeValue(allocatable['ephemeral-storage'] ?? 0),
    ],
    // Extended resources that the node does not know may be the cluster's or a claim's. Source: removeMissingExtendedResources.
    ...[...(wants.scalar ?? [])]
      .filter(([name]) => !name.includes('/') || allocatable[name] !== undefined)
      .map(([name, n]): Amount => [name, n, sum((r) => r.scalar?.get(name) ?? 0), wholeValue(allocatable[name] ?? 0)]),
  ];
  const short = amounts.find(([, requested, taken, capacity]) => requested > 0 && requested + taken > capacity);
  return short === undefined ? undefined : outOf(short);
}

function mismatch(pod: Pod, node: Node, others: readonly Pod[]): Refusal | undefined {
  if (!matchesNodeAffinity(pod, node.metadata.labels ?? NO_LABELS, node.metadata.name ?? ''))
    return predicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  const ports = hostPorts(pod);
  const taken = new Set(others.flatMap(hostPorts));
  if (ports.some((p) => taken.has(p)))
    return predicate('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  const taints = (node.spec?.taints ?? []).filter((t) => t.effect === 'NoExecute');
  return taints.every((t) => tolerated(pod.spec?.tolerations ?? [], t))
    ? undefined
    : predicate('TaintToleration', "node(s) had taints that the pod didn't tolerate");
}

function hostPorts(pod: Pod): string[] {
  return (pod.spec?.containers ?? []).flatMap((c) =>
    (c.ports ?? []).flatMap((p) => (p.hostPort ? [`${p.protocol ?? 'TCP'}/${p.hostPort}`] : [])),
  );
}
