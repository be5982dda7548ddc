// Keeps a pod out of the active queue while it has scheduling gates.
// Models pkg/scheduler/framework/plugins/schedulinggates.
import { Action } from '../framework/events.ts';
import type { Plugin } from '../framework/plugin.ts';
import { unresolvable } from '../framework/status.ts';
import { SCHEDULING_GATES } from './names.ts';

export function schedulingGates(): Plugin {
  return {
    name: SCHEDULING_GATES,
    events: [{ resource: 'UnscheduledPod', actions: Action.updatePodSchedulingGatesEliminated }],
    preEnqueue(pod) {
      const gates = pod.pod.spec?.schedulingGates ?? [];
      if (gates.length === 0) return undefined;
      const names = gates.map((g) => g.name).join(' ');
      return unresolvable(SCHEDULING_GATES, `waiting for scheduling gates: [${names}]`);
    },
  };
}
