import { describe, expect, test } from 'vitest';
import type { FieldChange } from '../../../src/trace/step.ts';
import { layoutOf } from '../../../webview/scene/layout.ts';
import { podState } from '../../../webview/scene/looks.ts';
import { sceneOf } from '../../../webview/scene/scene.ts';
import { Story } from '../../../webview/scene/story.ts';
import { actors, deploymentSteps, Recorder, ref, topology } from './recording.ts';

const gone: FieldChange[] = [
  { path: 'metadata.name', before: 'a' },
  { path: 'status.phase', before: 'Running' },
];
const on = (node: string): FieldChange[] => [
  { path: 'spec.nodeName', after: node },
  { path: 'status.phase', after: 'Running' },
];

describe('pods', () => {
  test('go through their phases', () => {
    const story = new Story(topology(1), [], deploymentSteps(1, 1));
    const looks = story.steps.map((_, i) => story.podsAt(i + 1)[0]?.look);
    expect([...new Set(looks)]).toEqual([undefined, 'pending', 'creating', 'ready']);
  });

  test('any point in time gives the same state whichever way it was reached', () => {
    const steps = deploymentSteps(5, 3);
    const whole = new Story(topology(3), [], steps);
    for (const count of [0, 7, 20, steps.length]) {
      expect(whole.podsAt(count)).toEqual(new Story(topology(3), [], steps.slice(0, count)).podsAt(count));
    }
  });

  test('a deletion that waits for the grace period marks the pod, the final one removes it', () => {
    const r = new Recorder();
    const pod = ref('Pod', 'pods', '', 'a');
    r.request(1, actors.user, 'create', pod, { causes: [], text: '', changed: on('node-1') });
    r.request(2, actors.user, 'delete', pod, {
      causes: [],
      text: '',
      changed: [{ path: 'metadata.deletionTimestamp', after: '2026-01-01T00:00:00Z' }],
    });
    r.request(3, actors.user, 'delete', pod, { causes: [], text: '' });
    r.request(4, actors.kubelet('node-1'), 'delete', pod, { causes: [], text: '', changed: gone });
    const story = new Story(topology(1), [], r.steps);
    expect([1, 2, 3, 4].map((n) => story.podsAt(n)[0]?.look)).toEqual([
      'running',
      'terminating',
      'terminating',
      undefined,
    ]);
  });

  test('a place that got free is taken by the next pod; the others stay', () => {
    const r = new Recorder();
    for (const name of ['a', 'b', 'c'])
      r.request(1, actors.user, 'create', ref('Pod', 'pods', '', name), {
        causes: [],
        text: '',
        changed: on('node-1'),
      });
    r.request(2, actors.user, 'delete', ref('Pod', 'pods', '', 'a'), { causes: [], text: '', changed: gone });
    r.request(3, actors.user, 'create', ref('Pod', 'pods', '', 'd'), { causes: [], text: '', changed: on('node-1') });
    const story = new Story(topology(1), [], r.steps);
    const slots = (n: number): Record<string, number> =>
      Object.fromEntries(story.podsAt(n).map((p) => [p.ref.name, p.slot]));
    expect(slots(3)).toEqual({ a: 0, b: 1, c: 2 });
    expect(slots(4)).toEqual({ b: 1, c: 2 });
    expect(slots(5)).toEqual({ b: 1, c: 2, d: 0 });
  });

  test('those that were there before the trace are shown from the start', () => {
    const value = { metadata: { name: 'old' }, spec: { nodeName: 'node-1' }, status: { phase: 'Running' } };
    const story = new Story(topology(1), [{ ref: ref('Pod', 'pods', '', 'old'), value }], []);
    expect(story.podsAt(0).map((p) => [p.ref.name, p.node, p.look])).toEqual([['old', 'node-1', 'running']]);
  });

  test('a refused request changes nothing', () => {
    const r = new Recorder();
    r.request(1, actors.user, 'create', ref('Pod', 'pods', '', 'a'), {
      causes: [],
      text: '',
      code: 403,
      changed: on('node-1'),
    });
    expect(new Story(topology(1), [], r.steps).podsAt(1)).toEqual([]);
  });
});

test.each([
  [{ status: { phase: 'Pending' } }, 'pending', 'Pending'],
  [{ spec: { nodeName: 'n' }, status: { phase: 'Pending' } }, 'creating', 'Pending'],
  [
    {
      spec: { nodeName: 'n' },
      status: { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] },
    },
    'creating',
    'creating',
  ],
  [
    {
      spec: { nodeName: 'n' },
      status: { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }] },
    },
    'failing',
    'ImagePullBackOff',
  ],
  [
    { spec: { nodeName: 'n' }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] } },
    'running',
    'not ready',
  ],
  [
    {
      spec: { nodeName: 'n' },
      status: { phase: 'Running', containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] },
    },
    'failing',
    'CrashLoopBackOff',
  ],
  [{ status: { phase: 'Succeeded' } }, 'succeeded', 'Completed'],
  [{ status: { phase: 'Failed', reason: 'Evicted' } }, 'failed', 'Evicted'],
  [{ metadata: { deletionTimestamp: 'x' }, status: { phase: 'Running' } }, 'terminating', 'Terminating'],
  [{}, 'pending', 'Pending'],
  [{ status: 'nonsense', spec: 7 }, 'pending', 'Pending'],
])('%j looks %s', (pod, look, word) => {
  expect(podState(pod)).toMatchObject({ look, word });
});

test('what was stopped is drawn stopped until it is started: a component, its control loops, a machine', () => {
  const r = new Recorder();
  const fault = (change: 'stop' | 'start', target: { node?: string; component?: string }): void => {
    r.add({
      at: 1,
      actor: actors.user,
      kind: 'fault',
      action: change,
      causes: [],
      text: '',
      detail: { type: 'fault', change, ...target },
    });
  };
  fault('stop', { component: 'kube-controller-manager' });
  fault('start', { component: 'kube-controller-manager', node: 'control-plane-1' });
  fault('stop', { node: 'node-2' });
  const story = new Story(topology(3), [], r.steps);
  const stopped = (n: number): string[] =>
    sceneOf(story, layoutOf(story), n)
      .boxes.filter((box) => box.stopped)
      .map((box) => box.name);
  expect(story.isStopped('deployment-controller', 'control-plane-1', 1)).toBe(true);
  expect(stopped(1)).toEqual(['kube-controller-manager']);
  expect(stopped(2)).toEqual([]);
  expect(stopped(3)).toEqual(['node-2', 'kubelet', 'runtime', 'CNI', 'kube-proxy']);
});

test('actors that the drawing has no place for still have one', () => {
  const r = new Recorder();
  r.request(1, { component: 'somebody-new' }, 'create', ref('Pod', 'pods', '', 'a'), { causes: [], text: '' });
  r.request(2, { component: 'csi-driver', node: 'node-1' }, 'create', ref('Pod', 'pods', '', 'b'), {
    causes: [],
    text: '',
  });
  const story = new Story(topology(1), [], r.steps);
  const from = (n: number): string | undefined => sceneOf(story, layoutOf(story), n).hops[0]?.from;
  expect(from(1)).toBe('others@');
  expect(from(2)).toBe('node:node-1');
});
