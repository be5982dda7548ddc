// Leaves out cordoned nodes, unless the pod tolerates the taint that cordoning stands for.
// Models pkg/scheduler/framework/plugins/nodeunschedulable.
import { Action } from '../framework/events.ts';
import type { Plugin } from '../framework/plugin.ts';
import { tolerated } from '../framework/selectors.ts';
import { unresolvable } from '../framework/status.ts';
import { NODE_UNSCHEDULABLE } from './names.ts';

const UNSCHEDULABLE = unresolvable(NODE_UNSCHEDULABLE, 'node(s) were unschedulable');
const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;

export function nodeUnschedulable(): Plugin {
  return {
    name: NODE_UNSCHEDULABLE,
    events: [
      {
        resource: 'Node',
        actions: Action.add | Action.updateNodeTaint,
        hint: (_pod, _previous, current) =>
          (current as { spec?: { unschedulable?: boolean } } | undefined)?.spec?.unschedulable ? 'Skip' : 'Queue',
      },
      { resource: 'UnscheduledPod', actions: Action.updatePodToleration },
    ],
    filter(_state, pod, node) {
      if (!node.unschedulable || tolerated(pod.tolerations, TAINT)) return undefined;
      return UNSCHEDULABLE;
    },
  };
}
