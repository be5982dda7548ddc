// The insides of the control plane: the API server's gates, what etcd was last given, the scheduler's queue and table, a
// control loop's decisions.
import { etcdKey } from '../../../src/model/resources.ts';
import { isWrite, objectKey } from '../../../src/trace/fold.ts';
import type { ObjectRef, ScheduleDetail, Step } from '../../../src/trace/step.ts';
import { atGate, isRefusal, STAGES, stagesOf } from '../gates.ts';
import { type At, type Cell, cell, lastSteps, type Part, type Row, type StageView } from './parts.ts';

const MOST_ROWS = 12;

const nameOf = ({ resource, namespace, name }: ObjectRef): string =>
  namespace === undefined ? `${resource}/${name}` : `${resource}/${namespace}/${name}`;

export function apiServer(at: At): Part[] {
  const { story, current } = at;
  const requests = lastSteps(at, MOST_ROWS, ({ request, routine }) => request !== undefined && !routine);
  const shown = current?.request ? current : requests[0];
  const passed = shown ? stagesOf(shown) : [];
  const reached = STAGES.map((stage) => passed.some((one) => one.stage === stage)).lastIndexOf(true);
  const stages = STAGES.map((stage, i): StageView => {
    const { verdict = i < reached ? 'skipped' : 'idle', text = i < reached ? 'nothing to do' : '' } =
      atGate(passed, stage) ?? {};
    return { name: stage.replaceAll('-', ' '), verdict, text };
  });
  const note = shown?.request
    ? `${shown.request.method} ${shown.request.path} → ${shown.request.code}, as ${shown.request.user}`
    : 'No request has come yet.';
  const rows = requests.map((step): Row => {
    const { request, actor } = step;
    if (!request) return { cells: [] };
    return {
      current: step.id === current?.id,
      cells: [
        cell(story.component(actor.component)?.name ?? actor.component),
        cell(`${request.method} ${step.object ? nameOf(step.object) : request.path}`, { step: step.id }),
        cell(request.subresource),
        cell(request.code, isRefusal(request) ? { tone: 'bad' } : {}),
      ],
    };
  });
  return [
    { type: 'stages', title: current?.request ? 'This request' : 'The last request', note, stages },
    {
      type: 'table',
      title: 'The last requests',
      columns: ['From', 'Request', 'Subresource', 'Answer'],
      rows,
      empty: 'No request has come yet.',
    },
  ];
}

export function etcd(at: At): Part[] {
  const { story, current } = at;
  const writes = lastSteps(
    at,
    MOST_ROWS,
    (step) => isWrite(step) && step.resourceVersion !== undefined && !step.routine,
  );
  const rows = writes.map((step): Row => {
    const { object, actor, request } = step;
    const gone = request?.verb === 'delete' && story.objectAt(object ? objectKey(object) : '', at.count) === undefined;
    return {
      current: step.id === current?.id,
      cells: [
        cell(step.resourceVersion, { step: step.id }),
        cell(object && etcdKey(object.group, object.resource, object.namespace ?? '', object.name)),
        cell(gone ? 'deleted' : request?.verb === 'create' && !request.subresource ? 'created' : 'changed'),
        cell(story.component(actor.component)?.name ?? actor.component),
      ],
    };
  });
  return [
    {
      type: 'table',
      title: 'The last revisions',
      columns: ['Revision', 'Key', 'Was', 'On behalf of'],
      rows,
      empty: 'Nothing has been written yet.',
    },
  ];
}

export function scheduler(at: At): Part[] {
  const { story, count, current } = at;
  const waiting = story.podsAt(count).filter((pod) => pod.node === undefined && pod.look === 'pending');
  const tries = new Map<string, Step>();
  const keys = new Set(waiting.map((pod) => pod.key));
  // Newest first, so the first try found for a pod is its last.
  for (const step of lastSteps(at, 2_000, (one) => one.detail?.type === 'schedule')) {
    const key = step.object ? objectKey(step.object) : '';
    if (keys.has(key) && !tries.has(key)) tries.set(key, step);
  }
  const rows = waiting.slice(0, MOST_ROWS).map((pod): Row => {
    const last = tries.get(pod.key);
    const decision = last?.detail?.type === 'schedule' ? last.detail : undefined;
    const why = decision?.why ?? '';
    return {
      current: current?.object !== undefined && objectKey(current.object) === pod.key,
      cells: [
        cell(pod.ref.name, { to: { type: 'pod', key: pod.key }, look: pod.look }),
        standing(decision),
        cell(why, last ? { step: last.id } : {}),
      ],
    };
  });
  const decided =
    current?.detail?.type === 'schedule' ? current : lastSteps(at, 1, (s) => s.detail?.type === 'schedule')[0];
  const table: Part[] =
    decided?.detail?.type === 'schedule'
      ? [
          {
            type: 'schedule',
            title: `${decided === current ? 'This decision' : 'The last decision'}: ${decided.object?.name ?? ''}`,
            detail: decided.detail,
          },
        ]
      : [];
  return [
    {
      type: 'table',
      title: 'Pods that wait for a node',
      columns: ['Pod', 'Where it stands', 'Why'],
      rows,
      empty: 'None: every pod has a node.',
      more: Math.max(0, waiting.length - rows.length),
    },
    ...table,
  ];
}

function standing(decision: ScheduleDetail | undefined): Cell {
  if (!decision) return cell('waits for its first try');
  if (decision.chosen === undefined) return cell('tried, fits nowhere', { tone: 'bad' });
  return cell(`goes to ${decision.chosen}, not bound yet`, { tone: 'good' });
}

/** What a control loop compared and what it did about it. */
export function controlLoop(at: At, component: string): Part[] {
  const { current } = at;
  const decisions = lastSteps(at, MOST_ROWS, (s) => s.actor.component === component && s.detail?.type === 'decide');
  const rows = decisions.map((step): Row => {
    const inputs = step.detail?.type === 'decide' ? step.detail.inputs : {};
    const found = Object.entries(inputs).map(([name, value]) => `${name} ${value}`);
    return {
      current: step.id === current?.id,
      cells: [cell(step.object && nameOf(step.object), { step: step.id }), cell(found.join(' · ')), did(at, step)],
    };
  });
  const queue = queued(at, component);
  return [
    {
      type: 'table',
      title: 'Seen, not worked on yet',
      columns: ['Object', 'Because of'],
      rows: queue,
      empty: 'Its queue is empty, as far as this trace tells.',
    },
    {
      type: 'table',
      title: 'Compared: wanted with seen',
      columns: ['Object', 'Found', 'Did'],
      rows,
      empty: 'It has decided nothing yet.',
    },
  ];
}

function did({ story, count }: At, step: Step): Cell {
  const before = story.steps[count - 1]?.id ?? 0;
  const writes = story.index.effectsOf(step.id).filter((one) => one.request !== undefined && one.id <= before);
  if (writes.length === 0) return cell('nothing to write', { tone: 'dim' });
  const [first] = writes;
  const name = first?.object ? ` ${first.object.resource}/${first.object.name}` : '';
  const verb = `${first?.request?.verb ?? ''}${name}`;
  return cell(writes.length === 1 ? verb : `${verb} and ${writes.length - 1} more`, first ? { step: first.id } : {});
}

/** What the trace knows will make the loop act, and has not yet: writes that a later decision of it names as its cause. */
function queued({ story, count }: At, component: string): Row[] {
  const rows: Row[] = [];
  for (const step of lastSteps({ story, count, current: undefined }, 400, (one) => isWrite(one))) {
    const next = story.index.effectsOf(step.id).filter((effect) => effect.actor.component === component);
    const pending = next.filter(
      (effect) => (story.positionOf(effect.id) ?? 0) >= count && effect.detail?.type === 'decide',
    );
    for (const effect of pending) {
      rows.push({
        cells: [
          cell(effect.object && nameOf(effect.object)),
          cell(step.object && nameOf(step.object), { step: step.id }),
        ],
      });
    }
    if (rows.length >= MOST_ROWS) break;
  }
  return rows;
}
