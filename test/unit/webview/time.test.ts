// Going through time otherwise than step by step: by cause, by object, by ranges, in groups, and fast.
import { describe, expect, test } from 'vitest';
import { isWrite, objectKey } from '../../../src/trace/fold.ts';
import type { Step } from '../../../src/trace/step.ts';
import { Player } from '../../../webview/panels/flow/player.ts';
import { NO_FILTER } from '../../../webview/scene/filter.ts';
import { goingTo } from '../../../webview/scene/going.ts';
import { grouped } from '../../../webview/scene/groups.ts';
import { Cast } from '../../../webview/scene/lifelines.ts';
import { Replay } from '../../../webview/scene/replay.ts';
import { Story } from '../../../webview/scene/story.ts';
import { timeAt, timelineOf } from '../../../webview/scene/timeline.ts';
import { deploymentSteps, topology } from '../scene/recording.ts';
import { playedWeb } from './forked.ts';

const steps = deploymentSteps(3, 3);
const story = new Story(topology(3), [], steps);
const at = (pick: (step: Step) => boolean): number => steps.findIndex(pick);

describe('going', () => {
  test('to the newest cause, and from there back to an effect', () => {
    const binding = at((s) => s.request?.subresource === 'binding');
    const cause = goingTo(story, binding, 'cause') ?? -1;
    expect(steps[binding]?.causes).toContain(steps[cause]?.id);
    const effect = goingTo(story, cause, 'effect') ?? -1;
    expect(steps[effect]?.causes).toContain(steps[cause]?.id);
    expect(goingTo(story, 0, 'cause')).toBeUndefined();
  });

  test('along one object, over what changed it', () => {
    const binding = at((s) => s.request?.subresource === 'binding');
    const key = (i: number): string => objectKey(steps[i]?.object ?? ({} as never));
    const way: number[] = [];
    for (let i: number | undefined = binding; i !== undefined; i = goingTo(story, i, 'object-after')) way.push(i);
    expect(way.length).toBeGreaterThan(2);
    expect(new Set(way.map(key)).size).toBe(1);
    const after = way.slice(1).flatMap((i) => steps[i] ?? []);
    expect(after.every((s) => !s.routine && (s.request === undefined || isWrite(s)))).toBe(true);
    expect(goingTo(story, way[1] ?? -1, 'object-before')).toBe(binding);
  });
});

describe('what is shown', () => {
  const replay = new Replay(new Story(topology(3), [], steps));
  const shown = (): Step[] => replay.shownSteps();

  test('an object with its owners and dependants, and not what is beside it', async () => {
    const played = await playedWeb();
    const replay = new Replay(new Story(played.topology, [], played.steps));
    const shown = (): Step[] => replay.shownSteps();
    const { steps } = played;
    const pods = [...new Set(steps.flatMap(({ object }) => (object?.kind === 'Pod' ? [objectKey(object)] : [])))];
    const [pod = ''] = pods;
    replay.setFilter({ ...NO_FILTER, object: pod, family: true });
    expect(new Set(shown().map((s) => s.object?.kind))).toEqual(new Set(['Deployment', 'ReplicaSet', 'Pod']));
    expect(shown().some((s) => s.object?.kind === 'Pod' && objectKey(s.object) !== pod)).toBe(false);
    const deployment = steps.find(({ object }) => object?.kind === 'Deployment')?.object;
    if (!deployment) throw new Error('no Deployment');
    replay.setFilter({ ...NO_FILTER, object: objectKey(deployment), family: true });
    const keys = new Set(shown().flatMap(({ object }) => (object ? [objectKey(object)] : [])));
    expect(pods.every((one) => keys.has(one))).toBe(true);
  });

  test('a component, a kind of step, a range of time, with its ends', () => {
    replay.setFilter({ ...NO_FILTER, component: 'kube-scheduler', kind: 'schedule' });
    expect(shown().length).toBe(3);
    const [from, to] = [steps[10]?.at ?? 0, steps[20]?.at ?? 0];
    replay.setFilter({ ...NO_FILTER, range: { from, to } });
    expect(shown()).toEqual(steps.filter((s) => !s.routine && s.at >= from && s.at <= to));
  });
});

describe('groups', () => {
  const visible = new Replay(story).visible;

  test('every step stands in one group, groups come as they begin, and time goes on in each', () => {
    for (const by of ['object', 'cause'] as const) {
      const rows = grouped(story, visible, by);
      const indexes = rows.flatMap((row) => ('index' in row ? [row.index] : []));
      expect(indexes.toSorted((a, b) => a - b)).toEqual(visible.map((_, i) => i));
      const parts: number[][] = [];
      for (const row of rows) {
        if ('title' in row) parts.push([]);
        else parts.at(-1)?.push(row.index);
      }
      expect(parts.every((part) => part.every((n, i) => i === 0 || n > (part[i - 1] ?? 0)))).toBe(true);
      const starts = parts.map(([first]) => first ?? -1);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
      const counts = rows.flatMap((row) => ('title' in row ? [row.count] : []));
      expect(counts).toEqual(parts.map((part) => part.length));
    }
  });

  test('by cause, all that came of what the user did stands under it', () => {
    const titles = grouped(story, visible, 'cause').flatMap((row) => ('title' in row ? [row] : []));
    expect(titles[0]?.title).toBe('Because of you: POST deployments/web');
    expect(titles[0]?.count).toBeGreaterThan(visible.length / 2);
  });
});

test('to scale, a place in the timeline is as far along as its time; a stroke over all of it holds every step', () => {
  const { visible } = new Replay(story);
  for (const axis of ['cut', 'scale'] as const) {
    const { xs, bursts } = timelineOf(story, new Cast(story), visible, 100, 800, axis);
    visible.forEach((position, i) => {
      expect(timeAt(bursts, xs[i] ?? 0)).toBeCloseTo(steps[position]?.at ?? 0, 0);
    });
    expect(timeAt(bursts, 0)).toBe(steps[visible[0] ?? 0]?.at);
    expect(timeAt(bursts, 5_000)).toBe(steps[visible.at(-1) ?? 0]?.at);
  }
  const { xs } = timelineOf(story, new Cast(story), visible, 100, 800, 'scale');
  const times = visible.map((position) => steps[position]?.at ?? 0);
  const part = (list: readonly number[], i: number): number =>
    ((list[i] ?? 0) - (list[0] ?? 0)) / ((list.at(-1) ?? 0) - (list[0] ?? 0));
  expect(part(xs, 9)).toBeCloseTo(part(times, 9), 5);
  expect(timeAt([], 5)).toBeUndefined();
});

test('at a thousand times the speed several steps are taken at once, and the last is reached', async () => {
  const replay = new Replay(new Story(topology(3), [], steps));
  const seen: number[] = [];
  const player = new Player({
    show: () => seen.push(replay.cursor),
    tell: () => {},
    update: () => {},
    animate: async () => {},
    wait: async () => {},
    speed: () => 1000,
    running: () => false,
  });
  player.setReplay(replay);
  player.play();
  for (let i = 0; i < 1_000 && player.playing; i++) await Promise.resolve();
  expect(replay.atEnd).toBe(true);
  expect(seen.length).toBeLessThan(replay.visible.length / 5);
});
