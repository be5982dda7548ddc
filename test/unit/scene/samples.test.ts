// The samples that people begin with, run in the simulator: at every step no two words of the drawing meet.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { applyManifest } from '../../../src/cluster/apply/apply.ts';
import { flowTopology } from '../../../src/host/simulator/flow-steps.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import { DEFAULT_WIDTH, layoutOf } from '../../../webview/scene/layout.ts';
import { sceneOf } from '../../../webview/scene/scene.ts';
import { Story } from '../../../webview/scene/story.ts';
import { collisions } from './words.ts';

const SAMPLES = path.resolve(import.meta.dirname, '..', '..', '..', 'media', 'samples');
const MINUTE = 60_000_000;

function played(file: string): Story {
  const cluster = new Cluster({ seed: '1', nodes: 3 });
  cluster.settle(MINUTE);
  const last = cluster.lastStep;
  applyManifest(readFileSync(path.join(SAMPLES, file), 'utf8'), 'default', {
    request: ({ discovery, ...r }) => cluster.request({ ...r, observer: discovery ?? false }),
  });
  cluster.settle(MINUTE);
  cluster.fault('stop', { node: 'worker-2' });
  cluster.runUntil(cluster.now + 6 * MINUTE);
  return new Story(flowTopology(cluster.topology()), [], cluster.stepsAfter(last));
}

const files = readdirSync(SAMPLES).filter((file) => file.endsWith('.yaml'));

test.each(files)('%s, then a machine that stops', (file) => {
  const story = played(file);
  const layout = layoutOf(story, DEFAULT_WIDTH);
  const shown = story.steps.flatMap(({ routine }, i) => (routine ? [] : i + 1));
  expect(shown.length).toBeGreaterThan(2);
  expect(shown.flatMap((count) => collisions(sceneOf(story, layout, count)))).toEqual([]);
  expect(sceneOf(story, layout, story.length).cuts.map(({ id }) => id)).toEqual(['cut worker-2']);
});
