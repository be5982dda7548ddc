// Ten thousand pods drawn as counts: each count in its machine's place, none over another, what fails never left out.
import { describe, expect, test } from 'vitest';
import type { FlowObject } from '../../../src/protocol/flow.ts';
import { inside } from '../../../webview/scene/geometry.ts';
import { layoutOf } from '../../../webview/scene/layout.ts';
import { sceneOf } from '../../../webview/scene/scene.ts';
import { Story } from '../../../webview/scene/story.ts';
import { topology } from './recording.ts';
import { collisions } from './words.ts';

const STATES: readonly (readonly [phase: string, more: object])[] = [
  ['Running', { conditions: [{ type: 'Ready', status: 'True' }] }],
  ['Running', { conditions: [{ type: 'Ready', status: 'False' }], containerStatuses: [{ state: { running: {} } }] }],
  ['Pending', {}],
  ['Pending', { containerStatuses: [{ name: 'c', state: { waiting: { reason: 'ImagePullBackOff' } } }] }],
  ['Succeeded', {}],
  ['Failed', {}],
];

/** `looks`: how many different states there are on each node. */
function crowd(pods: number, nodes: number, looks: number): Story {
  const objects = Array.from({ length: pods }, (_, i): FlowObject => {
    const name = `load-${i}`;
    // Most are ready.
    const [phase, more] = STATES[Math.floor(i / nodes) % 20 < looks ? Math.floor(i / nodes) % 20 : 0] ?? [
      'Running',
      {},
    ];
    return {
      ref: { group: '', resource: 'pods', kind: 'Pod', namespace: 'load', name, uid: name },
      value: {
        metadata: { name, namespace: 'load', uid: name },
        spec: { nodeName: `node-${(i % nodes) + 1}` },
        status: { phase, ...more },
      },
    };
  });
  return new Story(topology(nodes), objects, []);
}

describe.each([700, 1000, 1600])('%d px wide', (width) => {
  test.each([
    [10_000, 100, 6],
    [10_000, 100, 3],
    [3_000, 30, 4],
    [1_000, 12, 6],
    [400, 3, 6],
  ])('%d pods on %d nodes in %d states', (pods, nodes, looks) => {
    const story = crowd(pods, nodes, looks);
    const layout = layoutOf(story, width);
    expect(layout.density).toBe('counts');
    const scene = sceneOf(story, layout, 0);
    expect(collisions(scene)).toEqual([]);
    const frames = new Map(
      scene.boxes.flatMap((box) => (box.kind === 'node' ? [[box.node ?? '', box.rect] as const] : [])),
    );
    for (const { id, at, count, title } of scene.tallies) {
      const frame = frames.get(id.split(' ')[0] ?? '') ?? layout.more;
      expect(frame && inside({ ...at, w: 19 + String(count).length * 6.4, h: 16 }, frame), id).toBe(true);
      expect(title).toMatch(new RegExp(`^${count} pods? `));
    }
    const failed = scene.tallies.filter(({ look }) => look === 'failed');
    expect(failed.length > 0).toBe(looks === 6);
    if (looks <= 4) expect(scene.tallies.reduce((sum, { count }) => sum + count, 0)).toBe(pods);
  });
});
