import { describe, expect, test } from 'vitest';
import { FanOuts } from '../../../src/trace/fanout.ts';
import type { Step } from '../../../src/trace/step.ts';
import { textWidth } from '../../../webview/scene/geometry.ts';
import { Cast } from '../../../webview/scene/lifelines.ts';
import { placeWords, sequenceColumns, sequenceRow } from '../../../webview/scene/sequence.ts';
import { Story } from '../../../webview/scene/story.ts';
import { nearest, ticksOf, timelineOf } from '../../../webview/scene/timeline.ts';
import { deploymentSteps, topology } from './recording.ts';

const story = new Story(topology(3), [], deploymentSteps(3, 3));
const cast = new Cast(story);
const find = (pick: (step: Step) => boolean): Step => {
  const step = story.steps.find(pick);
  if (!step) throw new Error('no such step');
  return step;
};

test('the cast: you, the control loops, the scheduler, the API server, the machines that did something', () => {
  expect(cast.lines.map(({ name }) => name)).toEqual([
    'you',
    'Deployment',
    'ReplicaSet',
    'scheduler',
    'apiserver',
    'node-1',
    'node-2',
    'node-3',
  ]);
});

describe('the sequence', () => {
  const row = (pick: (step: Step) => boolean): unknown => {
    const { at, to, watch = 'none', text } = sequenceRow(story, cast, new FanOuts(story.index), find(pick));
    return [cast.lines[at]?.name, to === undefined ? undefined : cast.lines[to]?.name, watch, text];
  };

  test('a request is an arrow to the API server', () => {
    expect(row((s) => s.actor.component === 'user')).toEqual([
      'you',
      'apiserver',
      'none',
      'POST deployments/web → 201',
    ]);
  });

  test('what came by watch says so', () => {
    expect(row((s) => s.kind === 'schedule')).toEqual(['scheduler', undefined, 'arrow', 'Schedule']);
  });

  test('what happens on a machine says which part did it', () => {
    expect(row((s) => s.action === 'ADD')).toEqual(['node-1', undefined, 'none', 'container-runtime: CNI ADD']);
  });

  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `worker-${i + 1}`);

  test('columns share the room, and ask for more when it is too small', () => {
    expect(sequenceColumns(names(4), 480).width).toBe(480);
    const { xs, width } = sequenceColumns(names(20), 480);
    expect(width).toBeGreaterThan(480);
    expect(xs.every((x, i) => i === 0 || x - (xs[i - 1] ?? 0) >= 22)).toBe(true);
  });

  test.each([320, 345, 485, 600, 985, 1600])(
    'the lines of a rollout fit into %d px, each under its whole name',
    (room) => {
      const cast = ['you', 'Deployment', 'ReplicaSet', 'EndpointSlice', 'scheduler', 'apiserver', ...names(3)];
      const { xs, width, heads, slanted, headHeight } = sequenceColumns(cast, room);
      expect(width).toBe(room);
      expect(heads.map(({ lines }) => lines.join(''))).toEqual(cast);
      const step = (xs[1] ?? 0) - (xs[0] ?? 0);
      for (const [i, { lines }] of heads.entries()) {
        const long = Math.max(...lines.map((line) => textWidth(line, 11) * 1.07));
        // Aslant, a name rises over its neighbours and ends within the picture.
        if (!slanted) expect(long).toBeLessThan(step);
        else {
          expect(step * Math.SQRT1_2).toBeGreaterThan(12);
          expect((xs[i] ?? 0) + long * Math.SQRT1_2).toBeLessThanOrEqual(room);
          expect(long * Math.SQRT1_2).toBeLessThan(headHeight - 20);
        }
      }
    },
  );

  test('words stand beside their arrow, else where they can be read whole, else shortened and within the picture', () => {
    const room = { left: 66, right: 340 };
    const short = 'POST pods/web → 201';
    expect(placeWords(short, { ...room, from: 100 })).toEqual({ x: 100, text: short });
    const moved = placeWords(short, { ...room, from: 300 });
    expect(moved.text).toBe(short);
    expect(moved.x + textWidth(short, 11)).toBeCloseTo(340, 5);
    expect(placeWords(short, { ...room, from: 300, before: 282 }).x + textWidth(short, 11)).toBeCloseTo(282, 5);
    const long = `PATCH pods/${'very-'.repeat(12)}long/status → 200`;
    const cut = placeWords(long, { ...room, from: 300 });
    expect(cut).toMatchObject({ x: 66, text: expect.stringMatching(/^PATCH pods.*….*200$/) });
    expect(66 + textWidth(cut.text, 11)).toBeLessThanOrEqual(340);
  });
});

describe('the timeline', () => {
  const later = deploymentSteps(3, 3).map((step) => ({
    ...step,
    id: step.id + story.length,
    at: step.at + 600_000_000,
    causes: step.causes.map((c) => c + story.length),
  }));
  const long = new Story(topology(3), [], [...story.steps, ...later]);
  const visible = long.steps.map((_, i) => i);
  const picture = timelineOf(long, new Cast(long), visible, 100, 600);

  test('a silence of ten minutes does not push the bursts together', () => {
    expect(picture.bursts).toHaveLength(2);
    const [first, second] = picture.bursts;
    expect(first?.w).toBeCloseTo(second?.w ?? 0, 5);
    expect(first?.w).toBeGreaterThan(200);
  });

  test('within half a second too, what happens is seen apart, and what is silent is cut', () => {
    const { bursts, xs } = timelineOf(story, cast, [...story.steps.keys()], 100, 600);
    expect(bursts.length).toBeGreaterThan(2);
    const [first] = bursts;
    const early = story.steps.filter(({ at }) => at <= (first?.to ?? 0)).length;
    // The quarter of the steps that come at once have more than the hundredth of the room that is their part of the time.
    expect((xs[early - 1] ?? 0) - (xs[0] ?? 0)).toBeGreaterThan(60);
  });

  test('times are said at round places and where a burst begins, and none over another', () => {
    const wide = (): number => 50;
    const ticks = ticksOf(picture.bursts, 0, wide, 690, false);
    expect(ticks.map(({ at }) => at)).toEqual(expect.arrayContaining(picture.bursts.map(({ from }) => from)));
    expect(ticks.length).toBeGreaterThan(picture.bursts.length);
    expect(ticks.every(({ x }, i) => x + 50 <= (ticks[i + 1]?.x ?? 690))).toBe(true);
    const [whole] = timelineOf(long, new Cast(long), visible, 100, 600, 'scale').bursts;
    const minutes = ticksOf(whole ? [whole] : [], 0, wide, 690, true).map(({ at }) => at / 60_000_000);
    expect(minutes).toEqual([2, 4, 6, 8]);
  });

  test('time never runs backwards and stays inside', () => {
    expect(picture.xs).toHaveLength(visible.length);
    expect(picture.xs.every((x, i) => x >= (picture.xs[i - 1] ?? 100) && x <= 700)).toBe(true);
  });

  test('only those who did something have a lane, and every mark is on one', () => {
    expect(picture.lines.map(({ name }) => name)).not.toContain('apiserver');
    expect(picture.marks.every(({ lane }) => lane >= 0 && lane < picture.lines.length)).toBe(true);
    expect(picture.marks.length).toBeLessThanOrEqual(visible.length);
  });

  test('a click finds the nearest step', () => {
    expect([nearest([10, 20, 30], 14), nearest([10, 20, 30], 16), nearest([10, 20, 30], 99), nearest([], 5)]).toEqual([
      0, 1, 2, -1,
    ]);
  });

  test('one moment and no moment are pictures too', () => {
    expect(timelineOf(story, cast, [0], 0, 500).marks).toHaveLength(1);
    expect(timelineOf(story, cast, [], 0, 500)).toMatchObject({ bursts: [], marks: [], xs: [] });
  });
});
