import { describe, expect, test } from 'vitest';
import type { Step } from '../../../src/trace/step.ts';
import { inside, overlap } from '../../../webview/scene/geometry.ts';
import { DEFAULT_WIDTH, layoutOf, MIN_WIDTH } from '../../../webview/scene/layout.ts';
import { midway, planBetween } from '../../../webview/scene/plan.ts';
import { type Scene, sceneOf } from '../../../webview/scene/scene.ts';
import { Story } from '../../../webview/scene/story.ts';
import { actors, deploymentSteps, Recorder, ref, topology } from './recording.ts';
import { sketch } from './sketch.ts';
import { collisions, words } from './words.ts';

function scenes(story: Story, width = DEFAULT_WIDTH): Scene[] {
  const layout = layoutOf(story, width);
  return Array.from({ length: story.length + 1 }, (_, count) => sceneOf(story, layout, count));
}

describe.each([
  [3, 3],
  [9, 6],
  [40, 12],
  [200, 30],
])('%i pods on %i workers', (pods, workers) => {
  const story = new Story(topology(workers), [], deploymentSteps(pods, workers));

  test.each([DEFAULT_WIDTH, MIN_WIDTH, 1400])('no two words meet, at any step, %i wide', (width) => {
    const every = pods > 20 ? 7 : 1;
    const found = scenes(story, width)
      .filter((_, i) => i % every === 0)
      .flatMap(collisions);
    expect(found).toEqual([]);
  });

  test('everything is inside the picture and components inside their machine', () => {
    const layout = layoutOf(story);
    const picture = { x: 0, y: 0, w: layout.width, h: layout.height };
    for (const box of layout.boxes) {
      expect(inside(box.rect, picture), box.id).toBe(true);
      const parent = layout.boxes.find(({ id }) => id === box.parent);
      if (parent) expect(inside(box.rect, parent.rect), `${box.id} in ${parent.id}`).toBe(true);
    }
    for (const word of words(sceneOf(story, layout, story.length)))
      expect(inside(word.rect, picture), word.what).toBe(true);
  });
});

test('machines do not overlap each other, nor components', () => {
  const story = new Story(topology(6), [], deploymentSteps(3, 6));
  const { boxes } = layoutOf(story);
  const machines = boxes.filter(({ kind }) => kind === 'node' || kind === 'outside');
  const parts = boxes.filter(({ kind }) => kind === 'component' || kind === 'cell');
  for (const group of [machines, parts]) {
    for (const a of group)
      for (const b of group) if (a !== b) expect(overlap(a.rect, b.rect), `${a.id} ${b.id}`).toBe(false);
  }
});

test('a component never changes its place and a pod only when it gets its node', () => {
  const all = scenes(new Story(topology(3), [], deploymentSteps(6, 3)));
  const first = all[0];
  const nodeOf = (scene: Scene, y: number): string =>
    y > (scene.boxes.find(({ name }) => name === 'node-1')?.rect.y ?? 0) ? 'worker' : 'none';
  const pods = new Map<string, string>();
  for (const scene of all) {
    expect(scene.boxes.map(({ id, rect }) => [id, rect])).toEqual(first?.boxes.map(({ id, rect }) => [id, rect]));
    for (const { key, at } of scene.chips) {
      const where = `${nodeOf(scene, at.y)} ${at.x} ${at.y}`;
      const before = pods.get(key);
      if (before?.startsWith('worker')) expect(where).toBe(before);
      pods.set(key, where);
    }
  }
  expect(pods.size).toBe(6);
});

test('steps that arrive later do not move what is there', () => {
  const steps = deploymentSteps(3, 3);
  const whole = new Story(topology(3), [], steps);
  const grown = new Story(topology(3));
  for (const step of steps) grown.append([step]);
  expect(sceneOf(grown, layoutOf(grown), steps.length)).toEqual(sceneOf(whole, layoutOf(whole), steps.length));
});

test('the story of a Deployment, picture by picture', async () => {
  const story = new Story(topology(3), [], deploymentSteps(3, 3));
  const text = scenes(story)
    .map((scene) => sketch(scene, story))
    .join('\n\n');
  await expect(text).toMatchFileSnapshot('deployment.golden.txt');
});

describe('messages', () => {
  const story = new Story(topology(3), [], deploymentSteps(1, 3));
  const layout = layoutOf(story);
  const hopsOf = (pick: (step: Step) => boolean): string[] => {
    const position = story.steps.findIndex(pick);
    expect(position).toBeGreaterThanOrEqual(0);
    return sceneOf(story, layout, position + 1).hops.map((hop) => hop.id);
  };
  const api = 'kube-apiserver@control-plane-1';

  test('a write goes to the API server and from there to etcd', () => {
    expect(hopsOf((s) => s.actor.component === 'user')).toEqual([
      `request user@ ${api}`,
      `storage ${api} etcd@control-plane-1`,
    ]);
  });

  test('what another component wrote came by watch', () => {
    expect(hopsOf((s) => s.kind === 'schedule')).toEqual([`watch ${api} kube-scheduler@control-plane-1`]);
  });

  test('what a component decided itself needs no delivery', () => {
    expect(hopsOf((s) => s.request?.subresource === 'binding').some((id) => id.startsWith('watch'))).toBe(false);
  });

  test('the kubelet calls the runtime, the runtime the network plugin', () => {
    expect(hopsOf((s) => s.action === 'RunPodSandbox')).toEqual(['call kubelet@node-1 container-runtime@node-1']);
    expect(hopsOf((s) => s.action === 'ADD')).toEqual(['call container-runtime@node-1 cni@node-1']);
  });

  test('a refused request does not reach etcd', () => {
    const r = new Recorder();
    r.request(10, actors.user, 'create', ref('Pod', 'pods', '', 'no'), {
      causes: [],
      code: 403,
      message: 'no',
      text: '',
    });
    const refused = new Story(topology(3), [], r.steps);
    const { hops } = sceneOf(refused, layoutOf(refused), 1);
    expect(hops.map(({ kind, refused: bad }) => [kind, bad])).toEqual([['request', true]]);
  });

  test('their lines begin and end at the boxes that talk, and never leave the picture', () => {
    const many = new Story(topology(6), [], deploymentSteps(6, 6));
    const places = layoutOf(many);
    for (const scene of scenes(many)) {
      for (const { points, id } of scene.hops) {
        for (const { x, y } of points) {
          expect(x >= 0 && x <= places.width && y >= 0 && y <= places.height, id).toBe(true);
        }
      }
    }
  });
});

describe('the way from one picture to the next', () => {
  const story = new Story(topology(3), [], deploymentSteps(3, 3));
  const all = scenes(story);
  const pair = (pick: (step: Step) => boolean): [Scene, Scene] => {
    const i = story.steps.findIndex(pick);
    const [before, after] = [all[i], all[i + 1]];
    if (!before || !after) throw new Error('no such step');
    return [before, after];
  };

  test('messages first, one after the other, then what they changed', () => {
    const [before, after] = pair((s) => s.request?.subresource === 'binding');
    const plan = planBetween(before, after, true);
    expect(plan.beats.map((beat) => (beat.type === 'message' ? beat.hop.kind : beat.moves.map((m) => m.type)))).toEqual(
      ['request', 'storage', ['travel']],
    );
    expect(plan.ms).toBe(plan.beats.reduce((sum, { ms }) => sum + ms, 0));
  });

  test('until it arrives, the cluster holds what it held', () => {
    const [before, after] = pair((s) => s.request?.subresource === 'binding');
    const between = midway(before, after);
    expect(between.chips).toEqual(before.chips);
    expect(between.labels.find(({ id }) => id === 'request')?.text).toMatch(/^POST pods/);
    expect(between.labels.find(({ id }) => id === 'revision')).toEqual(
      before.labels.find(({ id }) => id === 'revision'),
    );
  });

  test('a jump shows no messages, and at most three pods on the move', () => {
    const crowd = new Story(topology(3), [], deploymentSteps(12, 3));
    const layout = layoutOf(crowd);
    const plan = planBetween(sceneOf(crowd, layout, 0), sceneOf(crowd, layout, crowd.length), false);
    expect(plan.beats).toHaveLength(1);
    const [beat] = plan.beats;
    expect(beat?.type === 'settle' && [beat.moves.length, beat.more]).toEqual([3, 9]);
  });

  test('nothing to show is no time', () => {
    const [scene] = all;
    if (!scene) throw new Error('no scene');
    expect(planBetween(scene, scene, false)).toEqual({ beats: [], ms: 0 });
  });
});

test('a caller that is no part of the cluster has a box of his own, not yours', () => {
  const [first, ...rest] = deploymentSteps(1, 1);
  if (!first) throw new Error('no steps');
  const strange = new Story(
    topology(1),
    [],
    [{ ...first, actor: { component: 'system:serviceaccount:a:b' } }, ...rest],
  );
  const { boxes, hops } = sceneOf(strange, layoutOf(strange), 1);
  expect(hops[0]?.from).toBe('others@');
  expect(boxes.filter(({ active }) => active).map(({ name }) => name)).not.toContain('you');
  expect(sceneOf(strange, layoutOf(strange), 1).labels.map(({ text }) => text)).toContain('others');
});
