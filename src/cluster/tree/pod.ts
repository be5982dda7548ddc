// A pod's row says what a person asks first: how it is, where, how much of it is ready, since when.
import type { ContainerStatus, Pod } from '../../model/generated/core.v1.ts';
import { age, join, md, type Row, type Tone } from './row.ts';

export interface PodSummary {
  /** As `kubectl get pods` prints STATUS. */
  readonly status: string;
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  readonly tone: Tone;
}

/** Models printPod of pkg/printers/internalversion/printers.go (v1.36). */
export function summarizePod(pod: Pod): PodSummary {
  const { total, ready, restarts } = countContainers(pod);
  const init = initStatus(pod);
  let status = init ?? mainStatus(pod);
  if (pod.metadata.deletionTimestamp) {
    if (pod.status?.reason === 'NodeLost') status = 'Unknown';
    else if (!isTerminal(pod)) status = 'Terminating';
  }
  return { status, ready, total, restarts, tone: toneOf(pod, status, ready, total) };
}

function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Init containers that go on running beside the others count as containers. */
function sidecars(pod: Pod): Set<string> {
  return new Set((pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
}

function countContainers(pod: Pod): { total: number; ready: number; restarts: number } {
  const side = sidecars(pod);
  const counted = [
    ...(pod.status?.initContainerStatuses ?? []).filter((s) => side.has(s.name)),
    ...(pod.status?.containerStatuses ?? []),
  ];
  return {
    total: (pod.spec?.containers.length ?? 0) + side.size,
    ready: counted.filter((s) => s.ready && (s.state?.running || side.has(s.name))).length,
    restarts: counted.reduce((sum, s) => sum + s.restartCount, 0),
  };
}

function initStatus(pod: Pod): string | undefined {
  const side = sidecars(pod);
  const statuses = pod.status?.initContainerStatuses ?? [];
  const total = pod.spec?.initContainers?.length ?? 0;
  for (const [i, s] of statuses.entries()) {
    const { terminated, waiting } = s.state ?? {};
    if (terminated?.exitCode === 0 || (side.has(s.name) && s.started)) continue;
    if (terminated) return `Init:${terminated.reason || exitText(terminated)}`;
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
    return `Init:${i}/${total}`;
  }
  return undefined;
}

function exitText(t: { readonly signal?: number; readonly exitCode: number }): string {
  return t.signal ? `Signal:${t.signal}` : `ExitCode:${t.exitCode}`;
}

function mainStatus(pod: Pod): string {
  let status = pod.status?.reason || pod.status?.phase || 'Pending';
  const scheduled = pod.status?.conditions?.find((c) => c.type === 'PodScheduled');
  if (scheduled?.reason === 'SchedulingGated') status = 'SchedulingGated';
  let hasRunning = false;
  for (const s of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    const { waiting, terminated, running } = s.state ?? {};
    if (waiting?.reason) status = waiting.reason;
    else if (terminated) status = terminated.reason || exitText(terminated);
    else if (s.ready && running) hasRunning = true;
  }
  if (status === 'Completed' && hasRunning) {
    const ready = pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
    status = ready ? 'Running' : 'NotReady';
  }
  return status;
}

const BUSY = new Set(['Pending', 'ContainerCreating', 'PodInitializing', 'Terminating', 'SchedulingGated']);

function toneOf(pod: Pod, status: string, ready: number, total: number): Tone {
  if (status === 'Running') return ready === total ? 'ok' : 'warning';
  if (status === 'Succeeded' || status === 'Completed') return 'off';
  if (unschedulable(pod)) return 'warning';
  if (BUSY.has(status) || /^Init:\d/.test(status)) return 'busy';
  return 'error';
}

function unschedulable(pod: Pod): string | undefined {
  if (pod.spec?.nodeName) return undefined;
  const c = pod.status?.conditions?.find((x) => x.type === 'PodScheduled' && x.status === 'False');
  return c?.reason === 'Unschedulable' ? (c.message ?? 'no node fits') : undefined;
}

/** Beginnings of the scheduler plugins' reasons, each with the word that fits a row. Source: pkg/scheduler/framework/plugins. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^Insufficient (\S+)/, '$1'],
  [/^Too many pods/, 'pods'],
  [/untolerated taint/, 'taint'],
  [/were unschedulable/, 'cordoned'],
  [/didn't match Pod's node affinity\/selector/, 'selector'],
  [/didn't match pod affinity rules/, 'pod affinity'],
  [/didn't match pod anti-affinity rules/, 'anti-affinity'],
  [/didn't satisfy existing pods anti-affinity/, 'anti-affinity'],
  [/topology spread constraints/, 'spread'],
  [/free ports/, 'port'],
  [/volume node affinity/, 'volume'],
  [/requested node name/, 'name'],
];

/** `0/3 nodes: 2 taint, 1 cpu` from FailedScheduling's message; a message of another form is kept, shortened. */
export function shortReason(message: string): string {
  const match = /^(\d+\/\d+) nodes are available: (.*?)\.(?: |$)/.exec(message);
  if (!match) return message.length > 60 ? `${message.slice(0, 59)}…` : message;
  const counts = new Map<string, number>();
  for (const part of (match[2] ?? '').split(', ')) {
    const [, n = '', what = part] = /^(\d+) (?:node\(s\) )?(.*)$/.exec(part) ?? [];
    const word = REASONS.flatMap(([re, short]) =>
      re.test(what) ? (short === '$1' ? (re.exec(what)?.[1] ?? '') : short) : [],
    )[0];
    const key = word ?? what;
    counts.set(key, (counts.get(key) ?? 0) + Number(n || 1));
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return `${match[1]} nodes: ${sorted.map(([word, n]) => `${n} ${word}`).join(', ')}`;
}

export interface PodPlace {
  readonly id: string;
  readonly nowMs: number;
  /** The row stands under the pod's node, so that its name would be said twice. */
  readonly underNode?: boolean;
  /** The row stands where the namespace is not plain from what is above it. */
  readonly withNamespace?: boolean;
}

const ICONS: { readonly [T in Tone]: string } = {
  ok: 'pass-filled',
  busy: 'sync',
  warning: 'warning',
  error: 'error',
  off: 'circle-outline',
  plain: 'circle-outline',
};

export function podRow(pod: Pod, place: PodPlace): Row {
  const s = summarizePod(pod);
  const { name = '', namespace = '', uid } = pod.metadata;
  const why = unschedulable(pod);
  const where = place.underNode ? undefined : pod.spec?.nodeName;
  const description =
    why !== undefined
      ? join(s.status, shortReason(why))
      : join(
          place.withNamespace && namespace,
          s.status,
          where,
          `${s.ready}/${s.total}`,
          s.restarts > 0 && `${s.restarts} restart${s.restarts === 1 ? '' : 's'}`,
          age(pod, place.nowMs),
        );
  return {
    id: place.id,
    label: shortName(pod),
    description,
    icon: ICONS[s.tone],
    tone: s.tone,
    tooltip: tooltip(pod, s, why),
    context: 'pod',
    expand: 'no',
    object: { group: '', resource: 'pods', kind: 'Pod', namespace, name, ...(uid ? { uid } : {}) },
  };
}

/** `web-56c…-2wtlz`: what tells pods apart is at the end, and the row has more to say. The tooltip has the whole name. */
export function shortName(pod: Pod): string {
  const { name = '', ownerReferences } = pod.metadata;
  const owner = ownerReferences?.find((r) => r.controller)?.name;
  if (owner === undefined || owner.length < 12 || !name.startsWith(`${owner}-`)) return name;
  return `${owner.slice(0, 7)}…${name.slice(owner.length)}`;
}

function tooltip(pod: Pod, s: PodSummary, why: string | undefined): string {
  const { name = '', namespace = '' } = pod.metadata;
  const lines = [`**Pod** ${md(`${namespace}/${name}`)}`, `${md(s.status)}, ${s.ready} of ${s.total} containers ready`];
  if (pod.spec?.nodeName)
    lines.push(`on ${md(pod.spec.nodeName)}${pod.status?.podIP ? `, IP ${md(pod.status.podIP)}` : ''}`);
  else if (!why) lines.push('not bound to a node yet');
  if (why) lines.push(`kube\\-scheduler: ${md(why)}`);
  if (pod.status?.message) lines.push(md(pod.status.message));
  const containers = (pod.status?.containerStatuses ?? []).map((c) => `- ${md(c.name)}: ${md(containerState(c))}`);
  return `${lines.join('  \n')}${containers.length > 0 ? `\n\n${containers.join('\n')}` : ''}`;
}

function containerState({ state, restartCount, image }: ContainerStatus): string {
  const restarts = restartCount > 0 ? `, restarted ${restartCount}×` : '';
  if (state?.running) return `running ${image}${restarts}`;
  if (state?.terminated)
    return `ended with ${state.terminated.exitCode} (${state.terminated.reason ?? 'no reason'})${restarts}`;
  const { reason = 'waiting', message } = state?.waiting ?? {};
  return `${reason}${message ? `: ${message}` : ''}${restarts}`;
}
