// The drawing of a real cluster, as far as its objects tell what runs where: static pods of a control plane, the pods of
// kube-proxy, Leases. What nothing tells is not drawn as if it were known.
import { componentOfPod, isControlPlane } from '../cluster/tree/node.ts';
import type { Lease } from '../model/generated/coordination.v1.ts';
import type { Node, Pod } from '../model/generated/core.v1.ts';
import type { FlowLeader } from './flow.ts';
import type { FlowMachine } from './flow-topology.ts';

/** The name of the machine that stands for a control plane which no pod tells of: a managed one, or one process as in k3s. */
export const OUT_OF_SIGHT = 'control plane, not visible through the API';

/** They hold a Lease of their name in kube-system while they lead. Models component-base/config, LeaderElection. */
export const LED_BY_LEASE = ['kube-controller-manager', 'kube-scheduler'] as const;

/** The machines of a cluster, control-plane nodes first, with the components that are seen on each. */
export function machinesOf(nodes: readonly Node[], pods: readonly Pod[]): FlowMachine[] {
  const on = new Map<string, { readonly components: Set<string>; others: number }>();
  for (const pod of pods) {
    const name = pod.spec?.nodeName;
    if (name === undefined || name === '') continue;
    const here = on.get(name) ?? { components: new Set(), others: 0 };
    on.set(name, here);
    const component = componentOfPod(pod);
    if (component !== undefined) here.components.add(component);
    else here.others++;
    if (isKubeProxy(pod)) here.components.add('kube-proxy');
  }
  const machines = nodes.map((node): FlowMachine => {
    const name = node.metadata.name ?? '';
    const here = on.get(name);
    const seen = [...(here?.components ?? [])].filter((component) => component !== 'kube-proxy');
    const controlPlane = seen.length > 0;
    const proxy = here?.components.has('kube-proxy') ? ['kube-proxy'] : [];
    const components = [...seen.toSorted(), 'kubelet', ...proxy];
    const hosts = controlPlane && ((here?.others ?? 0) > 0 || !isTainted(node));
    return { name, controlPlane, components, ...(hosts ? { hosts: true as const } : {}) };
  });
  const planes = machines.filter(({ controlPlane }) => controlPlane);
  const others = machines.filter(({ controlPlane }) => !controlPlane);
  if (planes.length === 0) return [{ name: OUT_OF_SIGHT, controlPlane: true }, ...others];
  const labelled = new Set(nodes.filter(isControlPlane).map(({ metadata }) => metadata.name));
  return [...planes.toSorted((a, b) => Number(labelled.has(b.name)) - Number(labelled.has(a.name))), ...others];
}

function isKubeProxy({ metadata: { namespace, labels } }: Pod): boolean {
  return namespace === 'kube-system' && (labels?.['k8s-app'] === 'kube-proxy' || labels?.component === 'kube-proxy');
}

function isTainted({ spec }: Node): boolean {
  return (spec?.taints ?? []).some(
    ({ key, effect }) => key.startsWith('node-role.kubernetes.io/') && effect !== 'PreferNoSchedule',
  );
}

/**
 * Who leads by these Leases, from `from` (µs) on. A holder is called after its host (`cp-1_4c1f…`), which is the node's name
 * unless somebody named the node otherwise; who fits no node is not told of.
 */
export function leadersOf(leases: readonly Lease[], nodes: readonly string[], from: number): FlowLeader[] {
  return leases.flatMap(({ metadata, spec }) => {
    const component = LED_BY_LEASE.find((id) => id === metadata.name);
    const holder = spec?.holderIdentity;
    if (component === undefined || metadata.namespace !== 'kube-system' || typeof holder !== 'string') return [];
    const node = nodeOfHolder(holder, nodes);
    return node === undefined ? [] : [{ component, node, from }];
  });
}

function nodeOfHolder(holder: string, nodes: readonly string[]): string | undefined {
  const host = holder.slice(0, Math.max(0, holder.lastIndexOf('_')));
  return nodes.find((name) => name === host) ?? nodes.find((name) => name.split('.')[0] === host.split('.')[0]);
}
