// What PodTopologySpread works with: a pod's constraints, or those every pod of a Service or workload gets by default.
// Models pkg/scheduler/framework/plugins/podtopologyspread/common.go and helper/spread.go.
import type { TopologySpreadConstraint } from '../../../model/generated/core.v1.ts';
import type { LabelSelector } from '../../../model/generated/meta.v1.ts';
import { controllerOf } from '../../../model/object.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import { internKey, type NodeInfo } from '../framework/node-info.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { compileAll, compileSelector, firstUntolerated, type Labels, type Matcher } from '../framework/selectors.ts';
import { matchesNodeAffinity } from './node-affinity.ts';

export const HOSTNAME = 'kubernetes.io/hostname';

export interface Constraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: Matcher;
  readonly minDomains: number;
  readonly honorAffinity: boolean;
  readonly honorTaints: boolean;
  /** Under which counts of pods are remembered. */
  readonly countKey: number;
}

/** Source: systemDefaultConstraints in plugin.go. They only score. */
const SYSTEM_DEFAULTS: readonly Pick<Constraint, 'maxSkew' | 'topologyKey'>[] = [
  { topologyKey: HOSTNAME, maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 },
];

function selectorOf(c: TopologySpreadConstraint, labels: Labels): Matcher {
  const keys = c.matchLabelKeys ?? [];
  if (keys.length === 0) return compileSelector(c.labelSelector);
  const own: { [key: string]: string } = {};
  for (const k of keys) if (labels[k] !== undefined) own[k] = labels[k];
  return compileAll(own, c.labelSelector === undefined ? [] : [c.labelSelector]);
}

export function constraintsOf(pod: PodInfo, action: TopologySpreadConstraint['whenUnsatisfiable']): Constraint[] {
  const all = pod.pod.spec?.topologySpreadConstraints ?? [];
  return all
    .filter((c) => c.whenUnsatisfiable === action)
    .map((c) => {
      const selector = selectorOf(c, pod.labels);
      return {
        maxSkew: c.maxSkew,
        topologyKey: c.topologyKey,
        selector,
        minDomains: c.minDomains ?? 1,
        honorAffinity: (c.nodeAffinityPolicy ?? 'Honor') === 'Honor',
        honorTaints: (c.nodeTaintsPolicy ?? 'Ignore') === 'Honor',
        countKey: internKey(`${pod.namespace}\n${selector.key}`),
      };
    });
}

/** The selectors of the Services that send traffic to the pod, and that of the controller that owns it. Models DefaultSelector. */
function defaultSelector(pod: PodInfo, cluster: ClusterLookup): Matcher {
  const merged: { [key: string]: string } = {};
  for (const s of cluster.services(pod.namespace)) {
    const selector = s.spec?.selector;
    if (selector === undefined || Object.keys(selector).length === 0) continue;
    if (Object.entries(selector).every(([k, v]) => pod.labels[k] === v)) Object.assign(merged, selector);
  }
  const owner = controllerOf(pod.pod);
  const [group] = (owner?.apiVersion ?? '').split('/');
  let own: LabelSelector | undefined;
  if (owner !== undefined && group === 'apps') {
    if (owner.kind === 'ReplicaSet') own = cluster.replicaSet(pod.namespace, owner.name)?.spec?.selector;
    if (owner.kind === 'StatefulSet') own = cluster.statefulSet(pod.namespace, owner.name)?.spec?.selector;
  }
  if (owner?.kind === 'ReplicationController')
    Object.assign(merged, cluster.replicationController(pod.namespace, owner.name)?.spec?.selector);
  return compileAll(merged, own === undefined ? [] : [own]);
}

export function defaultConstraints(pod: PodInfo, cluster: ClusterLookup): Constraint[] {
  const selector = defaultSelector(pod, cluster);
  if (selector.empty) return [];
  const countKey = internKey(`${pod.namespace}\n${selector.key}`);
  return SYSTEM_DEFAULTS.map((c) => ({
    ...c,
    selector,
    minDomains: 1,
    honorAffinity: true,
    honorTaints: false,
    countKey,
  }));
}

export function hasAllKeys(constraints: readonly Constraint[], labels: Labels): boolean {
  for (const c of constraints) if (labels[c.topologyKey] === undefined) return false;
  return true;
}

/** Whether the node counts as part of the topology for this pod. */
export function included(c: Constraint, pod: PodInfo, node: NodeInfo): boolean {
  if (c.honorAffinity && !matchesNodeAffinity(pod.pod, node.labels, node.name)) return false;
  if (!c.honorTaints || node.hardTaints.length === 0) return true;
  return firstUntolerated(node.hardTaints, pod.tolerations) === undefined;
}

/** Pods on the node that the constraint counts: those of the pod's namespace that it selects and that are not being deleted. */
export function matching(c: Constraint, pod: PodInfo, node: NodeInfo): number {
  if (c.selector.empty) return 0;
  return node.knownCount(c.countKey) ?? counted(c, pod, node);
}

/** Apart from what asks for it: asking happens for every node and pod, and what holds a closure costs at every call. */
function counted(c: Constraint, pod: PodInfo, node: NodeInfo): number {
  const { namespace } = pod;
  return node.countWhere(
    c.countKey,
    (p) => p.namespace === namespace && p.pod.metadata.deletionTimestamp === undefined && c.selector.matches(p.labels),
  );
}
