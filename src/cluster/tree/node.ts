// Rows of machines and of the components on them.
import { findComponent } from '../../knowledge/components.ts';
import type { Node, Pod } from '../../model/generated/core.v1.ts';
import { summarizePod } from './pod.ts';
import { age, join, md, type Row, type Tone } from './row.ts';

export function isControlPlane(node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  return 'node-role.kubernetes.io/control-plane' in labels || 'node-role.kubernetes.io/master' in labels;
}

function readiness(node: Node): { text: string; tone: Tone; message?: string } {
  const ready = node.status?.conditions?.find((c) => c.type === 'Ready');
  const cordoned = node.spec?.unschedulable ? ', SchedulingDisabled' : '';
  if (ready?.status === 'True') {
    const pressure = node.status?.conditions?.find((c) => c.type.endsWith('Pressure') && c.status === 'True');
    if (pressure)
      return { text: `Ready, ${pressure.type}${cordoned}`, tone: 'warning', message: pressure.message ?? '' };
    return { text: `Ready${cordoned}`, tone: cordoned ? 'warning' : 'ok' };
  }
  const text = `${ready === undefined ? 'Unknown' : 'NotReady'}${cordoned}`;
  return { text, tone: 'error', message: ready?.message ?? 'The kubelet has not reported yet.' };
}

export function nodeRow(
  node: Node,
  at: {
    readonly id: string;
    readonly nowMs: number;
    readonly pods: number;
    readonly stopped: boolean;
    readonly stoppable: boolean;
  },
): Row {
  const name = node.metadata.name ?? '';
  const { text, tone, message } = readiness(node);
  const { cpu, memory, pods } = node.status?.allocatable ?? {};
  const info = node.status?.nodeInfo;
  const taints = (node.spec?.taints ?? []).map((t) => `${t.key}${t.value ? `=${t.value}` : ''}:${t.effect}`);
  const tooltip = [
    `**Node** ${md(name)}  \n${md(text)}${message ? `: ${md(message)}` : ''}`,
    cpu && `room for ${md(`${cpu} CPU, ${memory} memory, ${pods} pods`)}`,
    taints.length > 0 && `taints: ${md(taints.join(', '))}`,
    info && `kubelet ${md(info.kubeletVersion)}, ${md(info.containerRuntimeVersion)}, ${md(info.osImage)}`,
    at.stopped &&
      'The machine is switched off\\. The control plane notices it about 50 s after the kubelet last renewed its Lease\\.',
  ];
  return {
    id: at.id,
    label: name,
    description: join(at.stopped && 'stopped', text, `${at.pods} pod${at.pods === 1 ? '' : 's'}`, age(node, at.nowMs)),
    icon: at.stopped ? 'debug-stop' : 'vm',
    tone: at.stopped ? 'error' : tone,
    tooltip: tooltip.filter((t) => typeof t === 'string').join('\n\n'),
    context: at.stoppable ? (at.stopped ? 'node.stopped' : 'node.running') : 'node',
    expand: 'collapsed',
    object: { group: '', resource: 'nodes', kind: 'Node', name },
    machine: name,
  };
}

export interface ComponentAt {
  readonly id: string;
  readonly component: string;
  readonly node: string;
  readonly running: boolean;
  readonly stoppable: boolean;
  readonly detail?: string | undefined;
}

export function componentRow({ id, component, node, running, stoppable, detail }: ComponentAt): Row {
  const known = findComponent(component);
  const port = known?.listens?.[0];
  return {
    id,
    label: known?.name ?? component,
    description: running ? join(detail, port !== undefined && `port ${port}`) : 'stopped',
    icon: running ? (known?.icon ?? 'gear') : 'debug-stop',
    tone: running ? 'ok' : 'error',
    tooltip: known
      ? `**${md(known.name)}** on ${md(node)}  \n${md(known.role)}\n\nRuns as ${md(known.runs)}\\. [Documentation](${known.docs})`
      : md(component),
    context: stoppable ? (running ? 'component.running' : 'component.stopped') : 'component',
    expand: 'no',
    component: { id: component, node },
  };
}

/** The control plane of a cluster whose components are static pods: what kubeadm labels so. */
export function componentOfPod(pod: Pod): string | undefined {
  if (pod.metadata.namespace !== 'kube-system' || pod.metadata.labels?.tier !== 'control-plane') return undefined;
  const component = pod.metadata.labels.component;
  return component !== undefined && findComponent(component) ? component : undefined;
}

/** `several`: it runs on other nodes, too, so the row names its own. */
export function componentPodRow(pod: Pod, id: string, several = false): Row {
  const component = componentOfPod(pod) ?? '';
  const { status, tone } = summarizePod(pod);
  const version = /:(v?\d[^@]*)/.exec(pod.spec?.containers[0]?.image ?? '')?.[1];
  const row = componentRow({
    id,
    component,
    node: pod.spec?.nodeName ?? '',
    running: true,
    stoppable: false,
    detail: join(several && pod.spec?.nodeName, tone !== 'ok' && status, version),
  });
  const { name = '', namespace = '', uid } = pod.metadata;
  return {
    ...row,
    tone,
    context: 'pod',
    object: { group: '', resource: 'pods', kind: 'Pod', namespace, name, ...(uid ? { uid } : {}) },
  };
}
