// What the flow panel is told of the simulator: where a trace begins, what was there before, and deltas after that.
import type { ObjectCache } from '../../cluster/cache.ts';
import { WATCHED } from '../../cluster/resources.ts';
import { isRecord } from '../../model/object.ts';
import type { FlowObject, Topology as FlowTopology } from '../../protocol/flow.ts';
import { topologyOf } from '../../protocol/flow-topology.ts';
import type { Topology } from '../../protocol/worker.ts';
import { shown } from '../../provenance/shown.ts';
import { objectKey } from '../../trace/fold.ts';

/** Everything that is there now, for a trace that begins now. */
export function objectsOf(cache: ObjectCache): FlowObject[] {
  return WATCHED.flatMap(({ name, group, kind }) =>
    cache.list(name).map((object): FlowObject => {
      const { name: own = '', namespace, uid } = object.metadata;
      const ref = {
        group,
        resource: name,
        kind,
        name: own,
        ...(namespace ? { namespace } : {}),
        ...(uid ? { uid } : {}),
      };
      const value: unknown = shown(object);
      return { ref, value: isRecord(value) ? value : {} };
    }),
  );
}

/** Objects that the panel is given, and those that kube-proxies' rules are made from. */
export function withNetwork(objects: readonly FlowObject[] = [], network: readonly FlowObject[]): FlowObject[] {
  const known = new Set(network.map(({ ref }) => objectKey(ref)));
  return [...objects.filter(({ ref }) => !known.has(objectKey(ref))), ...network];
}

/** The machines of the simulator as the drawing places them, the control plane first. */
export function flowTopology(topology: Topology): FlowTopology {
  return topologyOf(
    topology.machines.map(({ name, role, components }) => ({
      name,
      controlPlane: role === 'control-plane',
      components: components.map(({ component }) => component),
      stoppable: components.filter((c) => c.stoppable).map(({ component }) => component),
    })),
  );
}
