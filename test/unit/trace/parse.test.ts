import { expect, test } from 'vitest';
import { parseSteps, unknownKinds } from '../../../src/trace/parse.ts';
import { deploymentSteps } from '../scene/recording.ts';

test('good steps pass untouched', () => {
  const steps = deploymentSteps();
  expect(parseSteps(steps)).toEqual({ steps, problems: [] });
});

test('a step that cannot be used is left out and named, the rest stays', () => {
  const [a, b, c] = deploymentSteps();
  const { steps, problems } = parseSteps([a, { ...b, actor: 'me' }, null, { ...c, causes: undefined }, c]);
  expect(steps).toEqual([a, c]);
  expect(problems).toEqual([
    'Step 2 of the batch has an unusable actor.',
    'Step 3 of the batch is not an object.',
    'Step 4 of the batch has no causes.',
  ]);
});

test('numbers must grow, also beyond what is known already', () => {
  const steps = deploymentSteps().slice(0, 2);
  expect(parseSteps([...steps, ...steps]).steps).toHaveLength(2);
  expect(parseSteps(steps, 1).steps.map((s) => s.id)).toEqual([2]);
});

test('kinds and details of steps that are not known yet pass', () => {
  const [step] = deploymentSteps();
  const { steps, problems } = parseSteps([{ ...step, kind: 'quantum', detail: { type: 'new', x: 1 } }]);
  expect([steps.length, problems]).toEqual([1, []]);
});

test('kinds that only a newer version knows are counted, and their steps stay', () => {
  const step = { id: 1, at: 0, actor: { component: 'a' }, action: 'b', causes: [], fidelity: 'simulated', text: '' };
  const { steps, problems } = parseSteps(
    ['request', 'network', 'network'].map((kind, i) => ({ ...step, id: i + 1, kind })),
  );
  expect([steps.length, problems, [...unknownKinds(steps)]]).toEqual([3, [], [['network', 2]]]);
});
