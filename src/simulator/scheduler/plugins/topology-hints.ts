// Whether another pod or a node can help a pod that PodTopologySpread refused. Models the QueueingHintFns of
// pkg/scheduler/framework/plugins/podtopologyspread/plugin.go, v1.36.
import type { Node, Pod } from '../../../model/generated/core.v1.ts';
import { equal } from '../../../model/paths.ts';
import type { Hint } from '../framework/events.ts';
import { PodInfo } from '../framework/pod-info.ts';
import { NO_LABELS } from '../framework/selectors.ts';
import { constraintsOf } from './topology-constraints.ts';

/** A pod that a constraint counts came or went, or is counted now and was not before. */
export function podHint(pod: Pod, previous: unknown, current: unknown): Hint {
  const either = (current ?? previous) as Pod;
  if (either.metadata.namespace !== pod.metadata.namespace) return 'Skip';
  const changes = constraintsOf(new PodInfo(pod), 'DoNotSchedule').some(({ selector }) => {
    const counted = (o: unknown): boolean =>
      o !== undefined && selector.matches((o as Pod).metadata.labels ?? NO_LABELS);
    return counted(previous) !== counted(current);
  });
  return changes ? 'Queue' : 'Skip';
}

/** A node that has all the keys of the constraints came or went, moved between domains, or has other taints. */
export function nodeHint(pod: Pod, previous: unknown, current: unknown): Hint {
  const keys = constraintsOf(new PodInfo(pod), 'DoNotSchedule').map((c) => c.topologyKey);
  const at = (n: unknown, key: string): string | undefined => (n as Node | undefined)?.metadata.labels?.[key];
  const has = (n: unknown): boolean => n !== undefined && keys.every((k) => at(n, k) !== undefined);
  if (has(previous) !== has(current)) return 'Queue';
  if (!has(current)) return 'Skip';
  const taints = (n: unknown): unknown => (n as Node).spec?.taints ?? [];
  const moved = keys.some((k) => at(previous, k) !== at(current, k)) || !equal(taints(previous), taints(current));
  return moved ? 'Queue' : 'Skip';
}
