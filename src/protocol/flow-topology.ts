// What a drawing needs to know of a cluster's parts, from the knowledge data: the webviews do not carry that data.
import { components } from '../knowledge/components.ts';
import type { FlowComponent, FlowNode, FlowPlacement, Topology } from './flow.ts';

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

const CONTROL_PLANE = ['kube-apiserver', 'etcd', 'kube-controller-manager', 'kube-scheduler'];
const WORKER = ['kubelet', 'container-runtime', 'cni', 'kube-proxy'];

/**
 * The topology of a cluster as kubeadm lays it out: the four control-plane processes on each control-plane node, kubelet,
 * container runtime, CNI plugin and kube-proxy on each worker. A host that knows better passes `placements`.
 */
export function topologyOf(nodes: readonly FlowNode[], placements: readonly FlowPlacement[] = usual(nodes)): Topology {
  return { nodes, placements, components: flowComponents() };
}

function usual(nodes: readonly FlowNode[]): FlowPlacement[] {
  const on = nodes.flatMap((node) =>
    (node.controlPlane ? CONTROL_PLANE : WORKER).map((component) => ({ component, node: node.name })),
  );
  return [{ component: 'user' }, ...on];
}
