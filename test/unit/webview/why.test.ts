import { expect, test } from 'vitest';
import type { NodeVerdict, Step } from '../../../src/trace/step.ts';
import { Story } from '../../../webview/scene/story.ts';
import { whyOf } from '../../../webview/scene/why.ts';
import { deploymentSteps, topology } from '../scene/recording.ts';

const steps = deploymentSteps(2, 3);
const story = new Story(topology(3), [], steps);

function last(pick: (step: Step) => boolean): Step {
  const step = steps.findLast(pick);
  if (!step) throw new Error('no such step');
  return step;
}

const running = last((s) => s.actor.component === 'kubelet' && s.request?.subresource === 'status' && !s.routine);

test('why a pod runs: from what the kubelet wrote back to what the user did', () => {
  const why = whyOf(story, running);
  expect(why.state).toBe(`${running.object?.name} is Running on ${running.actor.node}`);
  expect(why.whole).toBe(true);
  expect(why.lines[0]).toEqual({ step: running, link: '', text: running.text });
  expect(why.lines.slice(1, -1).every(({ link }) => link === 'because')).toBe(true);
  expect(why.lines.at(-1)).toMatchObject({ link: 'It began with', step: { actor: { component: 'user' } } });
  why.lines.forEach(({ step }, i) => {
    const cause = why.lines[i + 1]?.step;
    if (cause) expect(step.causes).toContain(cause.id);
  });
});

test('the graph holds the told way in its first column; every edge goes down, and no two columns are taken at once', () => {
  const { graph, lines } = whyOf(story, running);
  const told = new Set(lines.map(({ step }) => step));
  expect(graph.rows.filter(({ column }) => column === 0).map(({ step }) => step)).toEqual(
    [...told].toSorted((a, b) => a.id - b.id),
  );
  graph.rows.forEach((row, i) => {
    expect(row.leadsTo.every((goal) => goal > i && graph.rows[goal]?.step.causes.includes(row.step.id))).toBe(true);
    const end = Math.max(i, ...row.leadsTo);
    const beside = graph.rows.slice(i + 1, end).filter(({ column }) => column === row.column && column > 0);
    expect(beside).toEqual([]);
  });
});

test('why a pod waits: refusals are counted', () => {
  const schedule = last((s) => s.kind === 'schedule');
  const refuse = (node: string, rejectedBy: string, reason: string): NodeVerdict => ({
    node,
    rejectedBy,
    reasons: [reason],
  });
  const nodes = [
    refuse('node-1', 'TaintToleration', 'untolerated taint'),
    refuse('node-2', 'TaintToleration', 'untolerated taint'),
    refuse('node-3', 'NodeResourcesFit', 'Insufficient cpu'),
  ];
  const failed: Step = {
    ...schedule,
    detail: { type: 'schedule', nodes, why: 'none', filters: ['TaintToleration', 'NodeResourcesFit'] },
  };
  const before = steps.slice(0, steps.indexOf(schedule));
  const why = whyOf(new Story(topology(3), [], [...before, failed]), failed);
  expect(why.state).toBe(`${schedule.object?.name} is Pending, on no node`);
  expect(why.lines[0]?.text).toBe(
    'No node passed the filters: 2 × TaintToleration (untolerated taint), 1 × NodeResourcesFit (Insufficient cpu).',
  );
});

test('a trace that does not reach back says so, and tells what it knows; a long way is drawn in part', () => {
  const cut = steps.filter((s) => s.actor.component !== 'user');
  const partial = whyOf(new Story(topology(3), [], cut), running);
  expect([partial.whole, partial.lines.length > 3]).toEqual([false, true]);
  expect(partial.lines.some(({ link }) => link === 'It began with')).toBe(false);

  const [first] = steps;
  if (!first) throw new Error('no steps');
  const long = Array.from({ length: 200 }, (_, i) => ({ ...first, id: i + 1, causes: i === 0 ? [] : [i] }));
  const end = long.at(-1);
  if (!end) throw new Error('no steps');
  const { graph, lines } = whyOf(new Story(topology(3), [], long), end);
  expect([lines.length, graph.rows.length, graph.left]).toEqual([200, 14, 186]);
});
