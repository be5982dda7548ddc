import { expect, test } from 'vitest';
import { layoutOf } from '../../../webview/scene/layout.ts';
import { sceneOf } from '../../../webview/scene/scene.ts';
import { Story } from '../../../webview/scene/story.ts';
import { deploymentSteps, topology } from './recording.ts';

test('in a hurry words stay as they were, and everything else is as it is', () => {
  const story = new Story(topology(3), [], deploymentSteps(3, 3));
  const layout = layoutOf(story);
  const before = sceneOf(story, layout, 4);
  const after = sceneOf(story, layout, 12, before.labels);
  expect(after.labels).toBe(before.labels);
  expect({ ...after, labels: [] }).toEqual({ ...sceneOf(story, layout, 12), labels: [] });
});

test('what the scheduler says keeps its places: the words there change, the marks do not', () => {
  const story = new Story(topology(3), [], deploymentSteps(3, 3));
  const layout = layoutOf(story);
  const idsAt = (count: number): string[] =>
    sceneOf(story, layout, count).labels.flatMap(({ id }) => (/^(verdict|total) /.test(id) ? id : []));
  const scheduled = story.steps.findLastIndex(({ request }) => request?.subresource === 'binding') + 1;
  expect(idsAt(scheduled)).toEqual(['verdict 0', 'total 0', 'verdict 1', 'total 1', 'verdict 2', 'total 2']);
});
