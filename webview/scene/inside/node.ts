// The insides of a machine: its pods and conditions, how far the kubelet is with each pod, a pod's containers, a container.
import { isRecord, type Json, objectKey } from '../../../src/trace/fold.ts';
import type { Step } from '../../../src/trace/step.ts';
import type { PodView } from '../story.ts';
import { type At, type Cell, cell, lastSteps, type Part, type Row, text } from './parts.ts';

const MOST_PODS = 120;
const MOST_STEPS = 14;

export function machine(at: At, node: string): Part[] {
  const { story, count } = at;
  const here = story.topology.placements.filter((p) => p.node === node);
  const parts = here.map(({ component }): Row => {
    const known = story.component(component);
    const stopped = story.isStopped(component, node, count);
    return {
      cells: [
        cell(known?.name ?? component, { to: { type: 'component', component, node } }),
        cell(stopped ? 'stopped' : 'runs', { tone: stopped ? 'bad' : 'good' }),
        cell(known?.role),
      ],
    };
  });
  return [
    {
      type: 'table',
      title: 'What runs here',
      columns: ['Component', 'State', 'For'],
      rows: parts,
      empty: 'Nothing is known.',
    },
    podTable(at, node),
    conditions(
      story.objectAt(nodeKey(node), count),
      'What the kubelet last reported',
      'This trace tells of no report.',
    ),
  ];
}

const nodeKey = (name: string): string => objectKey({ group: '', resource: 'nodes', kind: 'Node', name });

function podTable({ story, count, current }: At, node: string): Part {
  const pods = story.podsAt(count).filter((pod) => pod.node === node);
  const rows = pods.slice(0, MOST_PODS).map((pod): Row => {
    const status = statusOf(story.objectAt(pod.key, count));
    return {
      current: isAbout(current, pod),
      cells: [podCell(pod), cell(pod.status), cell(status.podIP), cell(`${readyOf(status)}`)],
    };
  });
  return {
    type: 'table',
    title: 'Pods',
    columns: ['Pod', 'State', 'IP', 'Containers ready'],
    rows,
    empty: 'No pod is bound to this node.',
    more: Math.max(0, pods.length - rows.length),
  };
}

const podCell = (pod: PodView): Cell => cell(pod.ref.name, { to: { type: 'pod', key: pod.key }, look: pod.look });
const isAbout = (step: Step | undefined, pod: PodView): boolean =>
  step?.object !== undefined && objectKey(step.object) === pod.key;
const statusOf = (object: Json | undefined): Json => (isRecord(object?.status) ? object.status : {});

function containers(status: Json): Json[] {
  const lists = [status.initContainerStatuses, status.containerStatuses, status.ephemeralContainerStatuses];
  return lists.flatMap((list) => (Array.isArray(list) ? list.filter(isRecord) : []));
}

function readyOf(status: Json): string {
  const all = Array.isArray(status.containerStatuses) ? status.containerStatuses.filter(isRecord) : [];
  return all.length === 0 ? '' : `${all.filter((one) => one.ready === true).length}/${all.length}`;
}

/** The calls that take a pod from bound to running, in their order (pkg/kubelet, CRI v1, CNI). */
const WAY: readonly (readonly [string, (step: Step) => boolean])[] = [
  ['Sync', (step) => step.action === 'SyncPod'],
  ['Volumes', (step) => step.action === 'MountVolumes'],
  ['Sandbox', (step) => step.action === 'RunPodSandbox'],
  ['Network', (step) => step.actor.component === 'cni' && step.action === 'ADD'],
  ['Image', (step) => step.action === 'PullImage'],
  ['Created', (step) => step.action === 'CreateContainer'],
  ['Started', (step) => step.action === 'StartContainer'],
  ['Stopped', (step) => step.action === 'StopContainer' || step.action === 'StopPodSandbox'],
];

/** How far the kubelet is with each pod: the last of each call. */
export function kubelet(at: At, node: string): Part[] {
  const { story, count, current } = at;
  const pods = story.podsAt(count).filter((pod) => pod.node === node);
  const done = new Map<string, Map<string, Step>>();
  for (const step of lastSteps(at, 4_000, (one) => one.actor.node === node && one.kind === 'node')) {
    const way = WAY.find(([, is]) => is(step))?.[0];
    if (way === undefined || !step.object) continue;
    const key = objectKey(step.object);
    const calls = done.get(key) ?? new Map<string, Step>();
    done.set(key, calls);
    if (!calls.has(way)) calls.set(way, step);
  }
  const used = WAY.map(([name]) => name).filter((name) => [...done.values()].some((calls) => calls.has(name)));
  const rows = pods.slice(0, MOST_PODS).map((pod): Row => {
    const calls = done.get(pod.key);
    const marks = used.map((name): Cell => {
      const step = calls?.get(name);
      return step ? cell('✓', { step: step.id, tone: 'good' }) : cell('');
    });
    return { current: isAbout(current, pod), cells: [podCell(pod), ...marks, cell(pod.status)] };
  });
  return [
    {
      type: 'table',
      title: 'How far each pod is',
      columns: ['Pod', ...used, 'Reported'],
      rows,
      empty: 'No pod is bound to this node.',
      more: Math.max(0, pods.length - rows.length),
    },
    didLast(at, (step) => step.actor.node === node && step.kind === 'node'),
  ];
}

export function pod(at: At, key: string): Part[] {
  const { story, count } = at;
  const object = story.objectAt(key, count);
  const status = statusOf(object);
  const rows = containers(status).map((one): Row => {
    const name = text(one.name);
    const { word, tone } = stateOf(one);
    return {
      cells: [
        cell(name, { to: { type: 'container', key, name } }),
        cell(word, { tone }),
        cell(one.ready === true ? 'ready' : 'not ready', { tone: one.ready === true ? 'good' : 'dim' }),
        cell(one.restartCount),
        cell(one.image),
      ],
    };
  });
  return [
    {
      type: 'table',
      title: 'Containers',
      columns: ['Container', 'State', 'Ready', 'Restarts', 'Image'],
      rows,
      empty: 'The kubelet has reported no container yet.',
    },
    conditions(object, 'Conditions', 'It has no conditions yet.'),
    didLast(at, (step) => step.object !== undefined && objectKey(step.object) === key),
  ];
}

export function container(at: At, key: string, name: string): Part[] {
  const one = containers(statusOf(at.story.objectAt(key, at.count))).find((status) => status.name === name) ?? {};
  const last = isRecord(one.lastState) && isRecord(one.lastState.terminated) ? one.lastState.terminated : undefined;
  const { word, since } = stateOf(one);
  const facts: (readonly [string, unknown])[] = [
    ['State', word],
    ['Since', since],
    ['Ready', one.ready],
    ['Restarts', one.restartCount],
    ['Image', one.image],
    ['ID', one.containerID],
    ['Ended before', last && `${text(last.reason)}, exit code ${text(last.exitCode)}`],
  ];
  const known = facts.filter(([, value]) => value !== undefined && value !== '');
  return [
    {
      type: 'table',
      title: 'What the kubelet reports',
      columns: ['', ''],
      rows: known.map(([what, value]) => ({ cells: [cell(what, { tone: 'dim' }), cell(value)] })),
      empty: 'The kubelet has not reported it yet.',
    },
    didLast(
      at,
      (step) =>
        step.kind === 'node' &&
        step.object !== undefined &&
        objectKey(step.object) === key &&
        (step.detail?.type !== 'node' ||
          step.detail.data?.container === undefined ||
          step.detail.data.container === name),
    ),
  ];
}

function stateOf(status: Json): { word: string; tone: 'good' | 'bad' | 'dim'; since?: string } {
  const state = isRecord(status.state) ? status.state : {};
  if (isRecord(state.running)) return { word: 'running', tone: 'good', since: text(state.running.startedAt) };
  if (isRecord(state.terminated)) {
    const { reason, exitCode, finishedAt } = state.terminated;
    const word = `${text(reason)}, exit code ${text(exitCode)}`;
    return { word, tone: exitCode === 0 ? 'dim' : 'bad', since: text(finishedAt) };
  }
  const waits = isRecord(state.waiting) ? text(state.waiting.reason) : '';
  return { word: waits === '' ? 'not started' : waits, tone: 'dim' };
}

function conditions(object: Json | undefined, title: string, empty: string): Part {
  const { conditions: list } = statusOf(object);
  const all = Array.isArray(list) ? list.filter(isRecord) : [];
  return {
    type: 'table',
    title,
    columns: ['Condition', 'Status', 'Reason', 'Since'],
    rows: all.map((one) => ({
      cells: [cell(one.type), cell(one.status), cell(one.reason), cell(one.lastTransitionTime, { tone: 'dim' })],
    })),
    empty,
  };
}

/** For anything that has nothing of its own to show. */
export function didLast(at: At, match: (step: Step) => boolean): Part {
  const steps = lastSteps(at, MOST_STEPS, (step) => !step.routine && match(step));
  return { type: 'steps', title: 'What happened last', steps, empty: 'Nothing yet.' };
}
