// The upper half of the tree: the control plane, the nodes, and what is on them.
import { type ComponentGroup, components, findComponent } from '../../knowledge/components.ts';
import { type AnatomyInput, byName, collator, note, podId, refused, SYSTEM } from './input.ts';
import { componentOfPod, componentPodRow, componentRow, isControlPlane, nodeRow } from './node.ts';
import { podRow } from './pod.ts';
import { join, type Row } from './row.ts';

/** The knowledge data names what a request meets first, first. */
const ORDER = components.map((c) => c.id);

export function controlPlane(id: string, input: AnatomyInput): Row[] {
  const machines = input.machines?.filter((m) => m.role === 'control-plane');
  if (machines) {
    const [only, ...others] = machines;
    if (only && others.length === 0) return machineRows(id, only.name, 'control plane', input);
    return machines.map((m) => ({
      id: `${id}/machine:${m.name}`,
      label: m.name,
      description: m.running ? '' : 'stopped',
      icon: m.running ? 'server' : 'debug-stop',
      tone: m.running ? 'ok' : 'error',
      context: m.running ? 'machine.running' : 'machine.stopped',
      expand: 'expanded',
      machine: m.name,
    }));
  }
  const pods = input.cache
    .inNamespace('pods', SYSTEM)
    .filter((p) => componentOfPod(p) !== undefined)
    .sort(byName);
  const several = new Set(pods.map((p) => p.spec?.nodeName)).size > 1;
  if (pods.length > 0) return pods.map((p) => componentPodRow(p, `${id}/pod:${SYSTEM}:${p.metadata.name}`, several));
  return [
    note(
      `${id}/note:managed`,
      'Not visible through the API',
      'No static pods of a control plane are in kube\\-system\\. A managed cluster runs its control plane out of sight; k3s and others run it as one process\\.',
    ),
  ];
}

export function machineRows(id: string, name: string, group: ComponentGroup, { machines }: AnatomyInput): Row[] {
  const machine = machines?.find((m) => m.name === name);
  const own = (machine?.components ?? [])
    .filter((c) => findComponent(c.component)?.group === group)
    .sort((a, b) => ORDER.indexOf(a.component) - ORDER.indexOf(b.component));
  return own.map((c) =>
    componentRow({
      ...c,
      id: `${id}/component:${c.component}:${name}`,
      node: name,
      running: c.running && machine?.running === true,
    }),
  );
}

/** What a real node says of itself, where nothing else is known of its components. */
function reportedComponents(id: string, name: string, { cache, machines }: AnatomyInput): Row[] {
  const info = machines ? undefined : cache.get('nodes', name)?.status?.nodeInfo;
  if (!info) return [];
  const ready = cache.get('nodes', name)?.status?.conditions?.find((c) => c.type === 'Ready');
  const at = { node: name, running: true, stoppable: false };
  const silent = ready?.status === 'Unknown' ? 'not heard of' : undefined;
  return [
    componentRow({
      ...at,
      id: `${id}/component:kubelet:${name}`,
      component: 'kubelet',
      detail: join(silent, info.kubeletVersion),
    }),
    componentRow({
      ...at,
      id: `${id}/component:container-runtime:${name}`,
      component: 'container-runtime',
      detail: info.containerRuntimeVersion,
    }),
  ];
}

export function nodes(id: string, input: AnatomyInput): Row[] {
  const { cache, machines, nowMs } = input;
  const list = cache
    .list('nodes')
    .sort((a, b) => Number(isControlPlane(b)) - Number(isControlPlane(a)) || byName(a, b));
  const rows = list.map((n) => {
    const name = n.metadata.name ?? '';
    const machine = machines?.find((m) => m.name === name);
    return nodeRow(n, {
      id: `${id}/node:${name}`,
      nowMs,
      pods: cache.countOnNode(name),
      stopped: machine?.running === false,
      stoppable: machine !== undefined,
    });
  });
  return [...refused(id, 'nodes', input), ...rows];
}

/** What runs on a node: its components, then its pods. */
export function nodeRows(id: string, name: string, input: AnatomyInput): Row[] {
  return [
    ...machineRows(id, name, 'node', input),
    ...reportedComponents(id, name, input),
    ...podsOnNode(id, name, input),
  ];
}

function podsOnNode(id: string, node: string, { cache, nowMs }: AnatomyInput): Row[] {
  return cache
    .onNode(node)
    .sort((a, b) => collator.compare(a.metadata.namespace ?? '', b.metadata.namespace ?? '') || byName(a, b))
    .map((p) => podRow(p, { id: podId(id, p), nowMs, underNode: true, withNamespace: true }));
}
