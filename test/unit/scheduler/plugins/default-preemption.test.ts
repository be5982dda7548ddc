import { describe, expect, it, test } from 'vitest';
import type { Pod } from '../../../../src/model/generated/core.v1.ts';
import type { PodDisruptionBudget } from '../../../../src/model/generated/policy.v1.ts';
import type { KubeObject } from '../../../../src/model/object.ts';
import { type Explained, schedulePods } from '../../../../src/simulator/scheduler/schedule-pods.ts';
import { node, pod, requests } from '../support.ts';

const size = { cpu: '1', memory: '4Gi', pods: '110' };
const nodes = [node('a', { allocatable: size }), node('b', { allocatable: size })];

function low(
  name: string,
  on: string,
  cpu: string,
  more: { priority?: number; startTime?: string; app?: string } = {},
): Pod {
  const { priority = 10, startTime = '2026-01-01T00:00:00Z', app = 'low' } = more;
  return pod(name, {
    nodeName: on,
    priority,
    labels: { app },
    ...requests(cpu),
    status: { phase: 'Running', startTime },
  });
}

function budget(app: string, disruptionsAllowed: number): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: app, namespace: 'default' },
    spec: { selector: { matchLabels: { app } } },
    status: { currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed, expectedPods: 1 },
  };
}

function decide(running: readonly KubeObject[], subject: Pod, seed = 's'): Explained {
  const [decision] = schedulePods(nodes, [subject], { seed, otherObjects: running.map((o) => ({ ...o })) });
  if (decision === undefined) throw new Error('no decision');
  return decision;
}

const high = pod('high', { priority: 1000, ...requests('700m') });

describe('DefaultPreemption picks', () => {
  test.each<[string, KubeObject[], string, string[]]>([
    [
      'the node whose victim has the lower priority',
      [low('x', 'a', '700m', { priority: 20 }), low('y', 'b', '700m', { priority: 10 })],
      'b',
      ['default/y'],
    ],
    [
      'fewer victims among equals',
      [low('x', 'a', '400m'), low('x2', 'a', '400m'), low('y', 'b', '700m')],
      'b',
      ['default/y'],
    ],
    [
      'the victim that started last',
      [
        low('x', 'a', '700m', { startTime: '2026-01-01T00:00:01Z' }),
        low('y', 'b', '700m', { startTime: '2026-01-01T00:00:02Z' }),
      ],
      'b',
      ['default/y'],
    ],
    [
      'no victim that a budget protects, even at a higher priority',
      [low('x', 'a', '700m', { priority: 20 }), low('y', 'b', '700m', { app: 'kept' }), budget('kept', 0)],
      'a',
      ['default/x'],
    ],
    [
      'only as many as needed, the least important',
      [low('keep', 'a', '200m', { priority: 30 }), low('go', 'a', '700m'), low('top', 'b', '900m', { priority: 2000 })],
      'a',
      ['default/go'],
    ],
  ])('%s', (_what, running, nominated, victims) => {
    for (const seed of ['1', '2', '3']) {
      const d = decide(running, high, seed);
      expect({ nominated: d.nominated, victims: d.victims }).toEqual({ nominated, victims });
      // A pod that will find room by preemption shows the filters' reasons only.
      expect(d.message).toBe('0/2 nodes are available: 2 Insufficient cpu.');
    }
  });
});

describe('DefaultPreemption is no help', () => {
  const tail = 'no new claims to deallocate, preemption:';
  test.each<[string, KubeObject[], Pod, string]>([
    [
      'pods of equal priority',
      [low('x', 'a', '700m', { priority: 1000 }), low('y', 'b', '700m', { priority: 1000 })],
      high,
      `${tail} 0/2 nodes are available: 2 No preemption victims found for incoming pod.`,
    ],
    [
      'a pod larger than any node',
      [low('x', 'a', '700m'), low('y', 'b', '700m')],
      pod('huge', { priority: 1000, ...requests('2') }),
      `${tail} 0/2 nodes are available: 2 Preemption is not helpful for scheduling.`,
    ],
    [
      'a pod that may not preempt',
      [low('x', 'a', '700m'), low('y', 'b', '700m')],
      pod('meek', { priority: 1000, preemptionPolicy: 'Never', ...requests('700m') }),
      `${tail} not eligible due to preemptionPolicy=Never.`,
    ],
  ])('%s', (_what, running, subject, expected) => {
    const d = decide(running, subject);
    expect(d.message).toBe(`0/2 nodes are available: 2 Insufficient cpu. ${expected}`);
    expect(d.victims).toEqual([]);
  });

  it('while earlier victims are still going', () => {
    const going = low('x', 'a', '700m');
    const leaving: Pod = {
      ...going,
      metadata: { ...going.metadata, deletionTimestamp: '2026-01-01T00:01:00Z' },
      status: {
        ...going.status,
        conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }],
      },
    };
    const waiting: Pod = { ...high, status: { nominatedNodeName: 'a' } };
    expect(decide([leaving, low('y', 'b', '700m')], waiting).message).toBe(
      `0/2 nodes are available: 2 Insufficient cpu. ${tail} not eligible due to a terminating pod on the nominated node.`,
    );
  });
});
