// Devices that pods claim (DRA). Models pkg/scheduler/framework/plugins/dynamicresources as far as pods without
// resourceClaims see it; pods with claims are kept pending, since allocating devices is not simulated.
import { Action } from '../framework/events.ts';
import { defaultNormalize } from '../framework/normalize.ts';
import type { Plugin, PreFilterOutcome } from '../framework/plugin.ts';
import { skip, unresolvable, unschedulable } from '../framework/status.ts';
import { DYNAMIC_RESOURCES } from './names.ts';

const SKIP: PreFilterOutcome = { status: skip(DYNAMIC_RESOURCES) };
const NOT_SIMULATED = 'Kube Anatomy does not allocate devices for resourceClaims';
const NOTHING_TO_FREE = unschedulable(DYNAMIC_RESOURCES, 'no new claims to deallocate');

export function dynamicResources(): Plugin {
  return {
    name: DYNAMIC_RESOURCES,
    events: [
      { resource: 'ResourceClaim', actions: Action.add | Action.update },
      { resource: 'UnscheduledPod', actions: Action.updatePodGeneratedResourceClaim },
    ],
    preFilter(_state, pod) {
      if ((pod.pod.spec?.resourceClaims?.length ?? 0) === 0) return SKIP;
      return { status: unresolvable(DYNAMIC_RESOURCES, NOT_SIMULATED) };
    },
    postFilter: () => ({ status: NOTHING_TO_FREE }),
    // Scores only alternatives within claims; without claims every node gets 0.
    score: (_state, _pod, _nodes, scores) => void scores.fill(0),
    normalizeScore: (_state, _pod, scores) => defaultNormalize(scores, false),
  };
}
