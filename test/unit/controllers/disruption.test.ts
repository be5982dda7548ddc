import { describe, expect, it } from 'vitest';
import type { PodDisruptionBudget } from '../../../src/model/generated/policy.v1.ts';
import * as decide from '../../../src/simulator/controllers/disruption/decide.ts';
import { garbage } from '../../../src/simulator/controllers/podgc/decide.ts';
import { NOW, node, pod } from './objects.ts';

const budget = (
  spec: NonNullable<PodDisruptionBudget['spec']>,
  disruptedPods: { readonly [pod: string]: string } = {},
): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', generation: 2 },
  spec,
  status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0, disruptedPods },
});

describe('a PodDisruptionBudget', () => {
  it.each<[NonNullable<PodDisruptionBudget['spec']>, number, number, number, number]>([
    [{ minAvailable: 2 }, 3, 0, 3, 2],
    [{ minAvailable: '50%' }, 3, 5, 5, 3],
    [{ maxUnavailable: 1 }, 2, 5, 5, 4],
    [{ maxUnavailable: '30%' }, 2, 10, 10, 7],
    [{ maxUnavailable: 9 }, 2, 5, 5, 0],
    [{}, 3, 0, 0, 0],
  ])('%j with %i pods of %i wanted expects %i, %i of them healthy', (spec, pods, scale, expected, desiredHealthy) =>
    expect(decide.expectation(budget(spec), pods, scale)).toEqual({ expected, desiredHealthy }),
  );

  const counts = (currentHealthy: number, expected = 3): Parameters<typeof decide.nextStatus>[1] => ({
    expected,
    desiredHealthy: 2,
    currentHealthy,
  });
  it.each([
    [3, 3, 1, 'True', 'SufficientPods'],
    [2, 3, 0, 'False', 'InsufficientPods'],
    [1, 3, 0, 'False', 'InsufficientPods'],
    [3, 0, 0, 'False', 'InsufficientPods'],
  ])('with %i of %i healthy allows %i', (healthy, expected, allowed, status, reason) => {
    const next = decide.nextStatus(budget({ minAvailable: 2 }), counts(healthy, expected), {}, 'now');
    expect(next.disruptionsAllowed).toBe(allowed);
    expect(next.conditions?.[0]).toMatchObject({ type: 'DisruptionAllowed', status, reason, observedGeneration: 2 });
  });

  it('does not count a pod whose eviction was granted, until it proves to stay', () => {
    const pods = [pod('a'), pod('b')];
    const fresh = decide.disruptedPods(budget({ minAvailable: 1 }, { a: '2026-01-01T00:59:00Z' }), pods, NOW);
    expect(fresh.pods).toEqual({ a: '2026-01-01T00:59:00Z' });
    expect(fresh.recheck).toBe(NOW + 60_000);
    expect(decide.healthy(pods, fresh.pods)).toBe(1);
    const stale = decide.disruptedPods(budget({ minAvailable: 1 }, { a: '2026-01-01T00:57:00Z' }), pods, NOW);
    expect([stale.pods, stale.notDeleted.map((p) => p.metadata.name)]).toEqual([{}, ['a']]);
  });
  it('does not count pods that are going or not ready', () =>
    expect(decide.healthy([pod('a'), pod('b', { deleting: true }), pod('c', { ready: false })], {})).toBe(1));
});

describe('pods that nobody else removes', () => {
  const down = {
    ...node('n1', { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' as const }] }),
    status: {},
  };
  const nodes = (name: string): typeof down | undefined => (name === 'n1' ? down : undefined);
  it.each<[string, Parameters<typeof pod>[1], ReadonlySet<string>, string | undefined]>([
    ['going, on a node out of service', { deleting: true }, new Set(), 'its node is out of service'],
    ['there, on a node out of service', {}, new Set(), undefined],
    ['on a node that is gone', { node: 'n9' }, new Set(['n9']), 'its node is gone'],
    ['going, never scheduled', { node: '', deleting: true }, new Set(), 'it was never scheduled'],
    ['waiting to be scheduled', { node: '' }, new Set(), undefined],
  ])('%s', (_, o, gone, reason) => expect(garbage([pod('a', o)], nodes, gone, 12_500)[0]?.reason).toBe(reason));

  it('the oldest ended ones above the threshold, evicted ones first', () => {
    const ended = ['a', 'b', 'c'].map((n, i) => pod(n, { phase: 'Succeeded', since: `2026-01-01T00:0${i}:00Z` }));
    const evicted = pod('e', {
      phase: 'Failed',
      since: '2026-01-01T00:30:00Z',
      status: { phase: 'Failed', reason: 'Evicted' },
    });
    const found = garbage([...ended, evicted], nodes, new Set(), 2);
    expect(found.map((g) => g.pod.metadata.name)).toEqual(['e', 'a']);
  });
});
