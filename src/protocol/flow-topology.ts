// What a drawing needs to know of a cluster's parts, from the knowledge data: the webviews do not carry that data.
import { components } from '../knowledge/components.ts';
import type { FlowComponent, FlowPlacement, Topology } from './flow.ts';

/** Every component of the knowledge data, in the form that the flow panel takes. */
export function flowComponents(): FlowComponent[] {
  return components.map(({ id, name, role, group, colour, process }) => ({
    id,
    name,
    role,
    group,
    colour,
    ...(process === undefined ? {} : { process }),
  }));
}

export interface FlowMachine {
  readonly name: string;
  readonly controlPlane: boolean;
  /** A control-plane node that has other pods too. */
  readonly hosts?: true;
  /** Ids of the components that run on it; absent: those that kubeadm puts there. */
  readonly components?: readonly string[];
  /** Those of them that can be stopped by themselves. */
  readonly stoppable?: readonly string[];
}

const CONTROL_PLANE = ['kube-apiserver', 'etcd', 'kube-controller-manager', 'kube-scheduler'];
const WORKER = ['kubelet', 'container-runtime', 'cni', 'kube-proxy'];
/** A kubelet is never without them. */
const WITH_KUBELET = ['container-runtime', 'cni'];

/** The drawing of these machines, in this order, with the user outside. */
export function topologyOf(machines: readonly FlowMachine[]): Topology {
  const on = machines.flatMap((machine) =>
    componentsOn(machine).map((component): FlowPlacement => {
      const stoppable = machine.stoppable?.includes(component) ? { stoppable: true as const } : {};
      return { component, node: machine.name, ...stoppable };
    }),
  );
  return {
    nodes: machines.map(({ name, controlPlane, hosts }) => ({ name, controlPlane, ...(hosts ? { hosts } : {}) })),
    placements: [{ component: 'user' }, ...on],
    components: flowComponents(),
  };
}

function componentsOn({ controlPlane, components: own }: FlowMachine): readonly string[] {
  if (own === undefined) return controlPlane ? CONTROL_PLANE : WORKER;
  const at = own.indexOf('kubelet');
  return at < 0 ? own : [...new Set([...own.slice(0, at + 1), ...WITH_KUBELET, ...own.slice(at + 1)])];
}
