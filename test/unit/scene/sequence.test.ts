import { describe, expect, test } from 'vitest';
import type { FlowComponent } from '../../../src/protocol/flow.ts';
import { FanOuts } from '../../../src/trace/fanout.ts';
import type { Step } from '../../../src/trace/step.ts';
import { Cast } from '../../../webview/scene/lifelines.ts';
import { Openings } from '../../../webview/scene/openings.ts';
import { Replay } from '../../../webview/scene/replay.ts';
import { memberRow, sequenceRow } from '../../../webview/scene/sequence.ts';
import { SequenceList } from '../../../webview/scene/sequence-list.ts';
import { Story } from '../../../webview/scene/story.ts';
import { fanOutSteps, topology } from './recording.ts';

const loop = (i: number): FlowComponent => ({
  id: `watcher-${i}`,
  name: `Watcher${i} controller`,
  role: '',
  group: 'control plane',
  colour: 'controller',
  process: 'kube-controller-manager',
});

function told(watchers: number, steps = fanOutSteps(watchers)): Story {
  const base = topology(1);
  const loops = Array.from({ length: watchers }, (_, i) => loop(i + 1));
  return new Story({ ...base, components: [...base.components, ...loops] }, [], steps);
}

describe('opened rows', () => {
  const openings = new Openings([
    [4, 2],
    [1, 3],
  ]);

  test('stand under theirs, and all others keep their order', () => {
    expect(Array.from({ length: openings.total(6) }, (_, row) => openings.at(row))).toEqual([
      { base: 0 },
      { base: 1 },
      { base: 1, member: 0 },
      { base: 1, member: 1 },
      { base: 1, member: 2 },
      { base: 2 },
      { base: 3 },
      { base: 4 },
      { base: 4, member: 0 },
      { base: 4, member: 1 },
      { base: 5 },
    ]);
  });

  test('are found again', () => {
    expect([0, 1, 2, 3, 4, 5].map((base) => openings.rowOf(base))).toEqual([0, 1, 5, 6, 7, 10]);
  });
});

describe('one write, many told', () => {
  const story = told(3);
  const cast = new Cast(story);
  const fans = new FanOuts(story.index);
  const rows = story.steps.map((step) => sequenceRow(story, cast, fans, step));
  const names = (lines: readonly number[] | undefined): unknown => lines?.map((line) => cast.lines[line]?.name);

  test('the write shows them together, on their lines', () => {
    expect(rows[0]?.fan?.count).toBe(3);
    expect(names(rows[0]?.fan?.lines)).toEqual(['Watcher1', 'Watcher2', 'Watcher3']);
  });

  test('their own rows do not draw the delivery again', () => {
    expect(rows.slice(1, 4).map(({ watch }) => watch)).toEqual(['bundled', 'bundled', 'bundled']);
  });

  test('opened, each has a row under the write, and nothing else moves', () => {
    const replay = new Replay(story);
    const open = new Set<number>();
    const list = new SequenceList(replay, 'none', open);
    const before = Array.from({ length: list.total }, (_, row) => list.at(row));
    open.add(1);
    list.arrange();
    const after = Array.from({ length: list.total }, (_, row) => list.at(row));
    expect(after.filter((line) => line && !('member' in line))).toEqual(before);
    const members = after.flatMap((line) => (line && 'member' in line ? line.member.id : []));
    expect(members).toEqual([2, 3, 4]);
    expect([list.rowOf(0), list.rowOf(1), list.rowOfStep(2)]).toEqual([0, 4, 4]);
    expect(memberRow(story, cast, story.steps[1] as Step)).toMatchObject({ watch: 'arrow', text: 'then SyncService' });
  });

  test('in groups too', () => {
    const list = new SequenceList(new Replay(story), 'object', new Set([1]));
    const shapes = Array.from({ length: list.total }, (_, row) => Object.keys(list.at(row) ?? {}).join());
    expect(shapes.slice(0, 6)).toEqual([
      'title,count',
      'index',
      'write,member',
      'write,member',
      'write,member',
      'index',
    ]);
  });

  test('who is told later is noticed', () => {
    const steps = fanOutSteps(3);
    const growing = told(3, steps.slice(0, 2));
    const replay = new Replay(growing);
    const list = new SequenceList(replay, 'none', new Set());
    growing.append(steps.slice(2));
    replay.grow();
    expect(list.toldMore().map(({ id }) => id)).toEqual([1]);
    expect(list.toldMore()).toEqual([]);
  });

  test('more loops than have room share a line, and their rows say who acts', () => {
    const crowd = told(11);
    const wide = new Cast(crowd);
    expect(wide.lines.map(({ name }) => name)).toContain('other loops');
    const last = crowd.steps[11] as Step;
    expect(wide.lines[wide.placeOf(last)]?.name).toBe('other loops');
    expect(sequenceRow(crowd, wide, new FanOuts(crowd.index), last).text).toBe('Watcher11 controller: SyncService');
    expect(sequenceRow(crowd, wide, new FanOuts(crowd.index), crowd.steps[1] as Step).text).toBe('SyncService');
  });
});

describe('who has no line of his own', () => {
  const steps = fanOutSteps(1);
  const [write] = steps;
  if (!write) throw new Error('no steps');
  const by = (component: string, node?: string, routine?: true): Step => ({
    ...write,
    id: steps.length + 1,
    actor: { component, ...(node === undefined ? {} : { node }) },
    ...(routine ? { routine } : {}),
  });
  const lineOf = (step: Step, upkeep = false): unknown => {
    const story = told(1, [...steps, step]);
    const cast = new Cast(story, upkeep);
    const row = sequenceRow(story, cast, new FanOuts(story.index), step);
    return [cast.lines[row.at]?.name, row.text];
  };

  test('a caller from elsewhere is not taken for you', () => {
    expect(lineOf(by('system:serviceaccount:a:b'))).toEqual([
      'others',
      'system:serviceaccount:a:b: POST services/web → 201',
    ]);
    expect(lineOf(by('user'))).toEqual(['you', 'POST services/web → 201']);
  });

  test('an unknown part of a machine stands on the machine’s line, and its rows name it', () => {
    expect(lineOf(by('ebpf-agent', 'node-1'))).toEqual(['node-1', 'ebpf-agent: POST services/web → 201']);
    expect(lineOf(by('kubelet', 'node-1'))).toEqual(['node-1', 'POST services/web → 201']);
  });

  test('upkeep has lines when it is shown', () => {
    expect(lineOf(by('kubelet', 'node-1', true), true)).toEqual(['node-1', 'POST services/web → 201']);
  });
});
