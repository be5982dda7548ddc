// Some pods need something of the kubelet that not every version has; nodes say what they have in status.declaredFeatures.
// Models pkg/scheduler/framework/plugins/nodedeclaredfeatures and component-helpers/nodedeclaredfeatures, beta and on in v1.36.
import type { Node, Pod } from '../../../model/generated/core.v1.ts';
import { stateKey } from '../framework/cycle-state.ts';
import { Action } from '../framework/events.ts';
import type { Plugin, PreFilterOutcome } from '../framework/plugin.ts';
import { skip, unresolvable } from '../framework/status.ts';
import { NODE_DECLARED_FEATURES } from './names.ts';

const SKIP: PreFilterOutcome = { status: skip(NODE_DECLARED_FEATURES) };
const WANTED = stateKey<readonly string[]>();

/** The features of v1.36 that a pod can need when it is scheduled; others matter for updates only. */
function requirements({ spec }: Pod): string[] {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const restartsAll = containers.some((c) => c.restartPolicyRules?.some((r) => r.action === 'RestartAllContainers'));
  return [
    ...(restartsAll ? ['RestartAllContainersOnContainerExits'] : []),
    ...(spec?.hostNetwork && spec.hostUsers === false ? ['UserNamespacesHostNetworkSupport'] : []),
  ];
}

export function nodeDeclaredFeatures(): Plugin {
  return {
    name: NODE_DECLARED_FEATURES,
    events: [
      {
        resource: 'Node',
        actions: Action.add | Action.updateNodeDeclaredFeature,
        hint(_pod, previous, current) {
          const of = (n: unknown) => ((n as Node | undefined)?.status?.declaredFeatures ?? []).join();
          return previous !== undefined && of(previous) === of(current) ? 'Skip' : 'Queue';
        },
      },
    ],
    preFilter(state, pod) {
      const wanted = requirements(pod.pod);
      if (wanted.length === 0) return SKIP;
      state.write(WANTED, wanted);
      return undefined;
    },
    filter(state, _pod, node) {
      const declared = node.node?.status?.declaredFeatures ?? [];
      const missing = (state.read(WANTED) ?? []).filter((f) => !declared.includes(f));
      if (missing.length === 0) return undefined;
      const reason = `node declared features check failed - unsatisfied requirements: ${missing.join(', ')}`;
      return unresolvable(NODE_DECLARED_FEATURES, reason);
    },
  };
}
