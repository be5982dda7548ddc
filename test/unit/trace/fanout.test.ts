import { expect, test } from 'vitest';
import { broughtBy, FanOuts } from '../../../src/trace/fanout.ts';
import { TraceIndex } from '../../../src/trace/query.ts';
import type { Step } from '../../../src/trace/step.ts';
import { transcriptMarkdown, watchersText } from '../../../src/trace/words.ts';
import { fanOutSteps } from '../scene/recording.ts';

const steps = fanOutSteps(3);
const index = new TraceIndex(steps);
const [write] = steps;
if (!write) throw new Error('no steps');
const names = { component: () => undefined };

test('who acted on a write because a watch told them: each once, upkeep and the writer himself left out', () => {
  expect(new FanOuts(index).watchersOf(write).map(({ actor, id }) => `${actor.component} ${id}`)).toEqual([
    'watcher-1 2',
    'watcher-2 3',
    'watcher-3 4',
  ]);
  expect(index.effectsOf(write.id)).toHaveLength(6);
});

test('one watcher is a delivery, more are a fan-out', () => {
  const one = fanOutSteps(1);
  const fans = new FanOuts(new TraceIndex(one));
  expect([fans.watchersOf(one[0] as Step).length, fans.of(one[0] as Step).length]).toEqual([1, 0]);
});

test('a refused write was delivered to nobody', () => {
  const refused = steps.map((step) =>
    step.id === 1 && step.request ? { ...step, request: { ...step.request, code: 409 } } : step,
  );
  expect(new FanOuts(new TraceIndex(refused)).watchersOf(refused[0] as Step)).toEqual([]);
});

test('steps that come later are told of', () => {
  const growing = new TraceIndex(steps.slice(0, 2));
  const fans = new FanOuts(growing);
  expect(fans.of(write)).toHaveLength(0);
  for (const step of steps.slice(2)) growing.add(step);
  expect(fans.of(write)).toHaveLength(3);
});

test('what brought a step: the writes of others', () => {
  expect(broughtBy(index, steps[1] as Step)).toEqual([write]);
  expect(broughtBy(index, write)).toEqual([]);
});

test('the transcript says it with the write, and with nothing else', () => {
  const text = transcriptMarkdown(names, steps, 0, 't', new FanOuts(index));
  expect(text.match(/→ 3 watchers: watcher-1, watcher-2, watcher-3/g)).toHaveLength(1);
  expect(text.split('\n')[2]).toContain('→ 3 watchers');
});

test('of many, the first are named', () => {
  const many = fanOutSteps(9);
  const told = new FanOuts(new TraceIndex(many)).of(many[0] as Step);
  expect(watchersText(names, told)).toMatch(/^→ 9 watchers: (watcher-\d, ){5}watcher-6 and 3 more$/);
});
