// Why a step happened: the way back to what someone did, in sentences, and every step that took part as a small graph.
import { objectKey } from '../../src/trace/fold.ts';
import type { ScheduleDetail, Step } from '../../src/trace/step.ts';
import { podState } from './looks.ts';
import type { Story } from './story.ts';

export interface WhyLine {
  readonly step: Step;
  /** `because`, or for the last `it began with`; empty for the step itself. */
  readonly link: string;
  readonly text: string;
}

export interface Why {
  /** `web-x9x2n is Pending on no node`: what the object of the step is after it, where that is known. */
  readonly state: string | undefined;
  /** From the step back to where it began. */
  readonly lines: readonly WhyLine[];
  /** False where the trace does not reach back to something that nothing caused. */
  readonly whole: boolean;
  readonly graph: WhyGraph;
}

export interface WhyNode {
  readonly step: Step;
  /** 0 for those on the way that the sentences tell; the others stand to its right. */
  readonly column: number;
  /** Rows of the steps that this one caused, always below. */
  readonly leadsTo: readonly number[];
}

/** One row a step, oldest first. */
export interface WhyGraph {
  readonly rows: readonly WhyNode[];
  /** Older steps that are not drawn. */
  readonly left: number;
}

const MOST_ROWS = 14;
const MOST_COLUMNS = 5;

export function whyOf(story: Story, step: Step): Why {
  const chain = story.index.chain(step.id);
  const ancestry = story.index.ancestry(step.id);
  const whole = chain.length > 0;
  const told = whole ? chain : nearest(story, step);
  const lines = told.map((one, i): WhyLine => {
    const link = i === 0 ? '' : whole && i === told.length - 1 ? 'It began with' : 'because';
    return { step: one, link, text: gloss(one) };
  });
  return { state: stateAfter(story, step), lines, whole, graph: graphOf(ancestry, told) };
}

/** A way back as far as the trace knows it: each time the newest cause. */
function nearest(story: Story, step: Step): Step[] {
  const way = [step];
  for (let at: Step | undefined = step; at; ) {
    const causes: Step[] = at.causes.flatMap((id) => (id < (at?.id ?? 0) ? (story.index.get(id) ?? []) : []));
    at = causes.toSorted((a, b) => b.id - a.id)[0];
    if (at) way.push(at);
  }
  return way;
}

function stateAfter(story: Story, { object, id }: Step): string | undefined {
  const position = story.positionOf(id);
  if (object?.kind !== 'Pod' || position === undefined) return undefined;
  const value = story.objectAt(objectKey(object), position + 1);
  if (value === undefined) return `${object.name} is gone`;
  const { status, node } = podState(value);
  return `${object.name} is ${status}${node === undefined ? ', on no node' : ` on ${node}`}`;
}

/** A step in a sentence; what the scheduler found is counted rather than listed. */
function gloss(step: Step): string {
  const { detail, text } = step;
  return detail?.type === 'schedule' ? (refusals(detail) ?? text) : text;
}

/** `No node passed the filters: 2 × TaintToleration, 1 × NodeResourcesFit (Insufficient cpu).` Undefined where one passed. */
function refusals({ nodes, chosen }: ScheduleDetail): string | undefined {
  const refused = nodes.filter(({ rejectedBy }) => rejectedBy !== undefined);
  if (chosen !== undefined || nodes.length === 0 || refused.length < nodes.length) return undefined;
  const counts = new Map<string, number>();
  for (const { rejectedBy, reasons = [] } of refused) {
    const reason = `${rejectedBy}${reasons.length === 0 ? '' : ` (${reasons.join('; ')})`}`;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const list = [...counts].toSorted((a, b) => b[1] - a[1]).map(([reason, count]) => `${count} × ${reason}`);
  return `No node passed the filters: ${list.join(', ')}.`;
}

function graphOf(ancestry: readonly Step[], told: readonly Step[]): WhyGraph {
  const main = new Set(told.slice(0, MOST_ROWS));
  const others = ancestry.filter((step) => !main.has(step));
  const newest = others.slice(Math.max(0, others.length - (MOST_ROWS - main.size)));
  const shown = [...main, ...newest].toSorted((a, b) => a.id - b.id);
  const row = new Map(shown.map((step, i) => [step.id, i]));
  const leadsTo: number[][] = shown.map(() => []);
  shown.forEach((step, i) => {
    for (const cause of step.causes) {
      const from = row.get(cause);
      if (from !== undefined && from < i) leadsTo[from]?.push(i);
    }
  });
  /** The row down to which each column is taken. */
  const taken: number[] = [];
  const rows = shown.map((step, i): WhyNode => {
    const goals = leadsTo[i] ?? [];
    if (main.has(step)) return { step, column: 0, leadsTo: goals };
    let column = 1;
    while (column < MOST_COLUMNS && (taken[column] ?? -1) >= i) column++;
    taken[column] = Math.max(i, ...goals);
    return { step, column, leadsTo: goals };
  });
  return { rows, left: ancestry.length - shown.length };
}
