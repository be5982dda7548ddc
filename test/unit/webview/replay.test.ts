import { describe, expect, test } from 'vitest';
import { objectKey } from '../../../src/trace/fold.ts';
import { FRESH, recall } from '../../../webview/panels/flow/memory.ts';
import { Player, type PlayerFace } from '../../../webview/panels/flow/player.ts';
import { NO_FILTER } from '../../../webview/scene/filter.ts';
import { Replay } from '../../../webview/scene/replay.ts';
import { Story } from '../../../webview/scene/story.ts';
import { deploymentSteps, topology } from '../scene/recording.ts';

const steps = deploymentSteps(3, 3);
const make = (list = steps): Replay => new Replay(new Story(topology(3), [], list));
const routine = steps.filter((step) => step.routine).length;

describe('what is shown', () => {
  test('routine is hidden at first', () => {
    expect(routine).toBeGreaterThan(0);
    expect(make().visible).toHaveLength(steps.length - routine);
  });

  test('a filter keeps the reader where he was, or at the last step before it that is shown', () => {
    const replay = make();
    const scheduled = steps.findIndex((step) => step.kind === 'schedule');
    const next = steps.findIndex((step, i) => i > scheduled && step.kind === 'schedule');
    replay.seekPosition(next - 1);
    replay.setFilter({ ...NO_FILTER, query: 'nodes pass the filters' });
    expect(replay.position).toBe(scheduled);
    expect(replay.visible.every((i) => steps[i]?.kind === 'schedule')).toBe(true);
  });

  test('one object can be followed, and words must all be there', () => {
    const replay = make();
    const pod = steps.find((step) => step.object?.kind === 'Pod')?.object;
    if (!pod) throw new Error('no pod');
    replay.setFilter({ ...NO_FILTER, object: objectKey(pod) });
    expect(new Set(replay.visible.map((i) => steps[i]?.object?.name))).toEqual(new Set([pod.name]));
    replay.setFilter({ ...NO_FILTER, query: 'no such words' });
    expect([replay.visible.length, replay.cursor, replay.position]).toEqual([0, -1, -1]);
  });

  test('what comes later is appended in order', () => {
    const replay = make(steps.slice(0, 5));
    replay.story.append(steps.slice(5));
    replay.grow();
    expect(replay.visible).toEqual(make().visible);
  });

  test('seeking stops at both ends', () => {
    const replay = make();
    replay.seek(Number.POSITIVE_INFINITY);
    expect(replay.atEnd).toBe(true);
    replay.seek(-7);
    expect(replay.position).toBe(-1);
  });
});

/** A face whose time passes when the test says so. */
class Face implements PlayerFace {
  readonly seen: number[] = [];
  readonly replay: Replay;
  live = false;
  private waiting: (() => void)[] = [];

  constructor(replay: Replay) {
    this.replay = replay;
  }

  show(): void {}
  update(): void {}
  tell(): void {
    this.seen.push(this.replay.cursor);
  }
  animate(): Promise<void> {
    return this.wait();
  }
  wait(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
  speed(): number {
    return 1;
  }
  running(): boolean {
    return this.live;
  }

  async pass(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      for (const resolve of this.waiting.splice(0)) resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
  }
}

describe('playing', () => {
  const start = (list = steps): { player: Player; face: Face; replay: Replay } => {
    const replay = make(list);
    const face = new Face(replay);
    const player = new Player(face);
    player.setReplay(replay);
    return { player, face, replay };
  };

  test('goes through every visible step once and stops', async () => {
    const { player, face, replay } = start();
    player.play();
    await face.pass(500);
    expect(face.seen).toEqual(replay.visible.map((_, i) => i));
    expect(player.playing).toBe(false);
  });

  test('pause stops at once, also in the middle of a message', async () => {
    const { player, face, replay } = start();
    player.play();
    await face.pass(5);
    player.pause();
    const at = replay.cursor;
    await face.pass(50);
    expect([replay.cursor, player.playing]).toEqual([at, false]);
  });

  test('a jump while playing goes on from there, with one clock only', async () => {
    const { player, face, replay } = start();
    player.play();
    await face.pass(4);
    player.seek(20);
    face.seen.length = 0;
    await face.pass(500);
    expect(face.seen).toEqual(replay.visible.map((_, i) => i).filter((i) => i > 20));
  });

  test('at the end it waits for more as long as the source runs', async () => {
    const { player, face, replay } = start(steps.slice(0, 5));
    face.live = true;
    player.play();
    await face.pass(100);
    expect([player.playing, replay.atEnd]).toEqual([true, true]);
    replay.story.append(steps.slice(5, 8));
    replay.grow();
    await face.pass(100);
    expect(replay.atEnd).toBe(true);
    face.live = false;
    await face.pass(10);
    expect(player.playing).toBe(false);
  });

  test('stepping pauses and moves by one; play after the end begins anew', async () => {
    const { player, face, replay } = start();
    player.play();
    await face.pass(3);
    player.step(1);
    const at = replay.cursor;
    player.step(-1);
    expect([replay.cursor, player.playing]).toEqual([at - 1, false]);
    player.seek(Number.POSITIVE_INFINITY);
    player.play();
    await face.pass(1);
    expect(replay.cursor).toBeLessThan(3);
  });
});

test('memory that cannot be used is forgotten, what can be is kept', () => {
  expect(recall(undefined)).toEqual(FRESH);
  expect(recall({ source: 5, stepId: 'x', tab: 'moon', speed: -1, filter: 'f' })).toEqual(FRESH);
  const kept = {
    source: 's',
    stepId: 4,
    shown: 'with',
    file: 'file:///a.trace.json',
    grouping: 'cause',
    axis: 'clock',
    opened: [3, 7],
    tab: 'transcript',
    speed: 4,
    filter: { hideRoutine: false, namespace: 'a', query: 'b', object: 'c' },
  };
  expect(recall(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
});
