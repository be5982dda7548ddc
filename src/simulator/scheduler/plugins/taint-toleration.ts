// Leaves out nodes with a NoSchedule or NoExecute taint that the pod does not tolerate; scores by PreferNoSchedule taints.
// Models pkg/scheduler/framework/plugins/tainttoleration.
import type { Node } from '../../../model/generated/core.v1.ts';
import { stateKey } from '../framework/cycle-state.ts';
import { Action } from '../framework/events.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { defaultNormalize } from '../framework/normalize.ts';
import type { Plugin } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { firstUntolerated, tolerated } from '../framework/selectors.ts';
import { unresolvable } from '../framework/status.ts';
import { TAINT_TOLERATION } from './names.ts';

const UNTOLERATED = unresolvable(TAINT_TOLERATION, 'node(s) had untolerated taint(s)');
const SOFT = stateKey<PodInfo['tolerations']>();

export function taintToleration(): Plugin {
  return {
    name: TAINT_TOLERATION,
    events: [
      {
        resource: 'Node',
        actions: Action.add | Action.updateNodeTaint,
        hint(pod, previous, current) {
          const keepsOut = (node: unknown): boolean => {
            const taints = ((node as Node).spec?.taints ?? []).filter((t) => t.effect !== 'PreferNoSchedule');
            return firstUntolerated(taints, pod.spec?.tolerations ?? []) !== undefined;
          };
          return (previous === undefined || keepsOut(previous)) && !keepsOut(current) ? 'Queue' : 'Skip';
        },
      },
      { resource: 'UnscheduledPod', actions: Action.updatePodToleration },
    ],
    filter(_state, pod, node) {
      if (node.hardTaints.length === 0) return undefined;
      return firstUntolerated(node.hardTaints, pod.tolerations) === undefined ? undefined : UNTOLERATED;
    },
    preScore(state, pod) {
      state.write(
        SOFT,
        pod.tolerations.filter((t) => !t.effect || t.effect === 'PreferNoSchedule'),
      );
      return undefined;
    },
    /** How many PreferNoSchedule taints are not tolerated. */
    score(state, _pod, nodes, scores) {
      const tolerations = state.read(SOFT) ?? [];
      for (let i = 0; i < nodes.length; i++) {
        let n = 0;
        for (const taint of (nodes[i] as NodeInfo).softTaints) if (!tolerated(tolerations, taint)) n++;
        scores[i] = n;
      }
    },
    normalizeScore: (_state, _pod, scores) => defaultNormalize(scores, true),
  };
}
