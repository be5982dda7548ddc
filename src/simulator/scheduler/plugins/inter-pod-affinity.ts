// Near to, or away from, other pods: required terms leave nodes out, preferred terms score, and the terms of pods that
// already run count too. Models pkg/scheduler/framework/plugins/interpodaffinity.
import type { Node, Pod } from '../../../model/generated/core.v1.ts';
import type { Cache } from '../framework/cache.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import { Action, type Hint } from '../framework/events.ts';
import type { Plugin } from '../framework/plugin.ts';
import { type AffinityTerm, PodInfo, termMatches } from '../framework/pod-info.ts';
import { affinityFilter } from './affinity-filter.ts';
import { affinityScore } from './affinity-score.ts';
import { INTER_POD_AFFINITY } from './names.ts';

export function interPodAffinity(cache: Cache, cluster: ClusterLookup): Plugin {
  const all = (terms: readonly AffinityTerm[], other: PodInfo | undefined): boolean =>
    other !== undefined && terms.length > 0 && terms.every((t) => termMatches(t, other, cluster));
  /** Another pod came, went or got other labels: is it wanted now, or no longer in the way? */
  const podHint = (pod: Pod, previous: unknown, current: unknown): Hint => {
    const own = new PodInfo(pod);
    const before = previous === undefined ? undefined : new PodInfo(previous as Pod);
    const now = current === undefined ? undefined : new PodInfo(current as Pod);
    if (!all(own.requiredAffinity, before) && all(own.requiredAffinity, now)) return 'Queue';
    if (all(own.requiredAntiAffinity, before) && !all(own.requiredAntiAffinity, now)) return 'Queue';
    // One that would not have this one near it.
    const kept = now === undefined && (before?.requiredAntiAffinity ?? []).some((t) => termMatches(t, own, cluster));
    return kept ? 'Queue' : 'Skip';
  };
  /** A node is new, or is in another domain than before. */
  const nodeHint = (pod: Pod, previous: unknown, current: unknown): Hint => {
    const own = new PodInfo(pod);
    const at = (n: unknown, key: string): string | undefined => (n as Node | undefined)?.metadata.labels?.[key];
    const moved = ({ topologyKey: key }: AffinityTerm): boolean => at(previous, key) !== at(current, key);
    const joined = own.requiredAffinity.some((t) => at(current, t.topologyKey) !== undefined && moved(t));
    const left = own.requiredAntiAffinity.some((t) => previous === undefined || moved(t));
    return joined || left || own.requiredAffinity.length + own.requiredAntiAffinity.length === 0 ? 'Queue' : 'Skip';
  };
  return {
    name: INTER_POD_AFFINITY,
    events: [
      { resource: 'AssignedPod', actions: Action.add | Action.delete | Action.updatePodLabel, hint: podHint },
      { resource: 'UnscheduledPod', actions: Action.updatePodLabel },
      { resource: 'Node', actions: Action.add | Action.updateNodeLabel, hint: nodeHint },
    ],
    ...affinityFilter(cache, cluster),
    ...affinityScore(cache, cluster),
  };
}
