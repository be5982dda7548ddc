// What the trace says of an attempt.
import type { StepDraft } from '../../trace/log.ts';
import type { ObjectRef, StepId } from '../../trace/step.ts';
import type { NotPlaced, Placed } from './algorithm.ts';
import type { PodInfo } from './framework/pod-info.ts';
import type { DecisionRecord } from './framework/record.ts';

export type AttemptDraft = Omit<StepDraft, 'at' | 'actor' | 'fidelity'> &
  Pick<StepDraft, 'fidelity' | 'simplification'>;

export function podRef(info: PodInfo): ObjectRef {
  return { group: '', resource: 'pods', kind: 'Pod', namespace: info.namespace, name: info.name, uid: info.uid };
}

function placedText(node: string, record: DecisionRecord): string {
  const passed = `${record.feasible} of ${record.allNodes} nodes pass the ${record.filters.length} filters`;
  if (record.columns.length === 0) return `${passed}; ${node} is the only one.`;
  if (record.tied > 1)
    return `${passed}; ${record.tied} share the best score of ${record.best}, and the draw takes ${node}.`;
  const scores = record.scored.map((_, row) => record.totalOf(row)).sort((a, b) => b - a);
  return `${passed}; ${node} wins ${scores.slice(0, 4).join(' : ')}${scores.length > 4 ? ' …' : ''}.`;
}

function notPlacedText(message: string, record: DecisionRecord): string {
  if (record.nominated === undefined) return `no node fits: ${message}`;
  const n = record.victims.length;
  return `no node fits: ${message} Evicting ${n === 1 ? record.victims[0] : `${n} pods of lower priority`} would make room on ${record.nominated}.`;
}

/** The step of one attempt; its table is made when it is read. */
export function attemptStep(info: PodInfo, result: Placed | NotPlaced, causes: readonly StepId[]): AttemptDraft {
  // What is kept for the text is the record: the attempt's state would hold on to much more.
  const { record, node } = result;
  const message = result.node === undefined ? result.message : '';
  const { name } = info;
  return {
    kind: 'schedule',
    action: 'ScheduleOne',
    object: podRef(info),
    causes,
    text: () => `${name}: ${node === undefined ? notPlacedText(message, record) : placedText(node, record)}`,
    detail: () => record.detail(),
    fidelity: 'simulated',
  };
}

/** The step of a pod that may not enter the queue yet. */
export function gatedStep(info: PodInfo, plugin: string, why: string, causes: readonly StepId[]): AttemptDraft {
  return {
    kind: 'decide',
    action: 'PreEnqueue',
    object: podRef(info),
    causes,
    text: `${info.name} is not tried yet: ${why}.`,
    detail: { type: 'decide', inputs: { plugin } },
    fidelity: 'simulated',
  };
}
