// A host port can be given to one pod of a node only. Models pkg/scheduler/framework/plugins/nodeports.
import type { Pod } from '../../../model/generated/core.v1.ts';
import { Action } from '../framework/events.ts';
import { ANY_ADDRESS } from '../framework/node-info.ts';
import type { Plugin, PreFilterOutcome } from '../framework/plugin.ts';
import { type HostPort, PodInfo } from '../framework/pod-info.ts';
import { skip, unschedulable } from '../framework/status.ts';
import { NODE_PORTS } from './names.ts';

const TAKEN = unschedulable(NODE_PORTS, "node(s) didn't have free ports for the requested pod ports");
const SKIP: PreFilterOutcome = { status: skip(NODE_PORTS) };

/** An address that stands for all clashes with each. */
function clash(a: HostPort, b: HostPort): boolean {
  const same = a.port === b.port && a.protocol === b.protocol;
  return same && (a.ip === b.ip || a.ip === ANY_ADDRESS || b.ip === ANY_ADDRESS);
}

export function nodePorts(): Plugin {
  return {
    name: NODE_PORTS,
    events: [
      {
        resource: 'AssignedPod',
        actions: Action.delete,
        hint(pod, previous) {
          if (!(previous as Pod).spec?.nodeName) return 'Skip';
          const freed = new PodInfo(previous as Pod).hostPorts;
          const wanted = new PodInfo(pod).hostPorts;
          return wanted.some((w) => freed.some((f) => clash(w, f))) ? 'Queue' : 'Skip';
        },
      },
      { resource: 'Node', actions: Action.add },
    ],
    preFilter: (_state, pod) => (pod.hostPorts.length === 0 ? SKIP : undefined),
    filter(_state, pod, node) {
      for (const p of pod.hostPorts) if (node.portTaken(p)) return TAKEN;
      return undefined;
    },
  };
}
