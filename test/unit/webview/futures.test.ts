// Two futures as the panel tells them: what is alike stands in one row, the first difference and its reason are right.
import { expect, test } from 'vitest';
import { parseToFlow } from '../../../src/protocol/flow-parse.ts';
import type { ObjectRef } from '../../../src/trace/step.ts';
import { doneLater, editable, forkChoices } from '../../../webview/scene/fork-choices.ts';
import { cueOf, futuresView } from '../../../webview/scene/futures.ts';
import { futuresMarkdown } from '../../../webview/scene/futures-text.ts';
import { Story } from '../../../webview/scene/story.ts';
import { playedWeb } from './forked.ts';

const { steps, topology, forks, fork } = await playedWeb();
const story = new Story(topology, [], steps);
const WEB: ObjectRef = {
  group: 'apps',
  resource: 'deployments',
  kind: 'Deployment',
  namespace: 'default',
  name: 'web',
};

test('without a difference every row is alike, but for the change', async () => {
  const view = futuresView(story, await fork({ type: 'uncordon', node: 'worker-1' }));
  expect(view.rows.length).toBeGreaterThan(20);
  expect(view.rows.filter(({ kind }) => kind !== 'same').map(({ kind }) => kind)).toEqual(['change']);
  expect(view.first).toBe(-1);
  expect(view.sentences).toContain('In that time the change made no difference to what the components did.');
});

test('every step stands in exactly one row, in the order of its future', async () => {
  const comparison = await fork({ type: 'cordon', node: 'worker-3' });
  const { rows } = futuresView(story, comparison);
  for (const future of ['without', 'with'] as const) {
    const shown = rows.flatMap((row) => row[future]?.id ?? []);
    expect(shown).toEqual(comparison[future].steps.filter((s) => !s.routine).map(({ id }) => id));
  }
});

test('the scheduler is stopped: the first step that differs is its own, and cannot happen', async () => {
  const comparison = await fork({ type: 'stop', target: { component: 'kube-scheduler' } });
  const { rows, first, sentences } = futuresView(story, comparison);
  expect(rows[first]).toMatchObject({ kind: 'only-without', without: { kind: 'schedule' } });
  expect(rows.slice(0, first).every(({ kind }) => kind === 'same' || kind === 'change')).toBe(true);
  expect(sentences).toContain('With the change it cannot happen: kube-scheduler is stopped there.');
});

test('a controller cannot act where its process is stopped', async () => {
  const comparison = await fork({ type: 'stop', target: { component: 'kube-controller-manager' } });
  const { rows, first, sentences } = futuresView(story, comparison);
  expect(rows[first]?.without?.actor.component).toBe('deployment-controller');
  expect(sentences.some((s) => /cannot happen: kube-controller-manager is stopped/.test(s))).toBe(true);
});

test('scaled: what comes of it goes back to the change over causes', async () => {
  const comparison = await fork({ type: 'scale', object: WEB, replicas: 3 });
  const { rows, first, sentences } = futuresView(story, comparison);
  expect(['only-with', 'differs']).toContain(rows[first]?.kind);
  expect(sentences.some((s) => / go(es)? back to the change: .*because .*you/.test(s))).toBe(true);
  const extra = comparison.objects.find(({ where, ref }) => where === 'with' && ref.kind === 'Pod');
  const cue = extra && cueOf(comparison, extra);
  expect(cue).toMatchObject({ in: 'with', step: { object: { name: extra?.ref.name } } });
});

test('it crosses to the panel as it is, and as Markdown it says the same', async () => {
  const comparison = await fork({ type: 'scale', object: WEB, replicas: 3 });
  expect(parseToFlow(JSON.parse(JSON.stringify({ type: 'forked', comparison }))).ok).toBe(true);
  expect(parseToFlow({ type: 'forked', comparison: { ...comparison, change: { type: 'eat' } } }).ok).toBe(false);
  const view = futuresView(story, comparison);
  const text = futuresMarkdown(story, comparison, view, comparison.at);
  expect(text).toMatch(/^# What if: scale Deployment default\/web to 3\n/);
  expect(text).toContain('## Objects that differ at the end');
  expect(text.split('\n').filter((l) => /^- \S+ \S+ _/.test(l))).toHaveLength(view.rows.length);
  expect(text.match(/← the first difference/g)).toHaveLength(1);
});

test('what can be chosen is what is there at the step', () => {
  const created = steps.findIndex((s) => s.request?.verb === 'create' && s.object?.name === 'web');
  const labels = (kind: Parameters<typeof forkChoices>[2], count: number): string[] =>
    forkChoices(story, count, kind).map(({ label }) => label);
  expect(labels('delete', created)).not.toContain('Deployment default/web');
  expect(labels('delete', created + 1)).toContain('Deployment default/web');
  expect(labels('delete', steps.length).filter((l) => l.startsWith('Pod default/web-'))).toHaveLength(2);
  expect(labels('stop', steps.length)).toEqual(
    expect.arrayContaining(['kube-scheduler on control-plane-1', 'worker-2 (the whole machine)']),
  );
  expect(labels('stop', steps.length).some((l) => /runtime|CNI/.test(l))).toBe(false);
  expect(labels('start', steps.length)).toEqual([]);
  expect(forkChoices(story, steps.length, 'scale')[0]?.change).toMatchObject({ type: 'scale', replicas: 2 });
  expect(editable(story, steps.length)[0]).toMatchObject({ name: 'web' });
  expect([doneLater(story, created), doneLater(story, created + 1)]).toEqual([1, 0]);
});

test('a fork that is given up says so; what it brought can be put away', async () => {
  const running = fork({ type: 'cordon', node: 'worker-1' });
  forks.end();
  await expect(running).rejects.toThrow('given up');
  await fork({ type: 'cordon', node: 'worker-1' });
  expect(forks.last?.change).toEqual({ type: 'cordon', node: 'worker-1' });
  forks.end();
  expect(forks.last).toBeUndefined();
});
