// Near to, or away from, other pods: required terms leave nodes out, preferred terms score, and the terms of pods that
// already run count too. Models pkg/scheduler/framework/plugins/interpodaffinity.
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { Cache } from '../framework/cache.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import { Action, type Hint } from '../framework/events.ts';
import type { Plugin } from '../framework/plugin.ts';
import { PodInfo, termMatches } from '../framework/pod-info.ts';
import { affinityFilter } from './affinity-filter.ts';
import { affinityScore } from './affinity-score.ts';
import { INTER_POD_AFFINITY } from './names.ts';

export function interPodAffinity(cache: Cache, cluster: ClusterLookup): Plugin {
  /** Another pod came, went or got other labels: does a term of either speak of the other? */
  const hint = (pod: Pod, previous: unknown, current: unknown): Hint => {
    const own = new PodInfo(pod);
    for (const object of [previous, current]) {
      if (object === undefined) continue;
      const other = new PodInfo(object as Pod);
      if ([...own.requiredAffinity, ...own.requiredAntiAffinity].some((t) => termMatches(t, other, cluster)))
        return 'Queue';
      if (other.requiredAntiAffinity.some((t) => termMatches(t, own, cluster))) return 'Queue';
    }
    return 'Skip';
  };
  return {
    name: INTER_POD_AFFINITY,
    events: [
      { resource: 'AssignedPod', actions: Action.add | Action.delete | Action.updatePodLabel, hint },
      { resource: 'UnscheduledPod', actions: Action.updatePodLabel },
      { resource: 'Node', actions: Action.add | Action.updateNodeLabel },
    ],
    ...affinityFilter(cache, cluster),
    ...affinityScore(cache, cluster),
  };
}
