import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReplicaSet } from '../../../src/model/generated/apps.v1.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import { decideReplicas, nextStatus, slowStartBatches } from '../../../src/simulator/controllers/replicaset/decide.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');

function pod(
  name: string,
  o: { node?: string; ready?: boolean; phase?: string; cost?: number; since?: string } = {},
): Pod {
  const { node = 'n1', ready = true, phase = 'Running', cost, since = '2026-01-01T00:00:00Z' } = o;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: since,
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': String(cost) } }),
    },
    spec: { containers: [], ...(node ? { nodeName: node } : {}) },
    status: {
      phase: phase as 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since }],
    },
  };
}

function set(replicas: number): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', generation: 1 },
    spec: { replicas, selector: {} },
  };
}

function victim(...pods: Pod[]): string | undefined {
  const plan = decideReplicas(set(pods.length - 1), pods, pods, NOW);
  return plan.type === 'delete' ? plan.pods[0]?.metadata.name : undefined;
}

describe('which pod a ReplicaSet deletes first', () => {
  it('one that is not scheduled', () =>
    expect(victim(pod('a'), pod('b', { node: '', phase: 'Pending', ready: false }))).toBe('b'));
  it('then one that is pending', () =>
    expect(victim(pod('a'), pod('b', { phase: 'Pending', ready: false }))).toBe('b'));
  it('then one that is not ready', () => expect(victim(pod('a', { ready: false }), pod('b', { cost: -5 }))).toBe('a'));
  it('then the cheapest by its annotation', () =>
    expect(victim(pod('a', { cost: 1 }), pod('b', { cost: -5 }))).toBe('b'));
  it('then one on the node with most of its siblings', () => {
    expect(victim(pod('a', { node: 'n1' }), pod('b', { node: 'n2' }), pod('c', { node: 'n2' }))).not.toBe('a');
  });
  it('then the one that became ready last', () => {
    expect(victim(pod('a', { since: '2026-01-01T00:00:00Z' }), pod('b', { since: '2026-01-01T00:59:00Z' }))).toBe('b');
  });
  // maxContainerRestarts in controller_utils.go takes the container that restarted most, not their sum.
  it('then the one with the container that restarted most', () => {
    const restarted = (name: string, ...counts: number[]): Pod => {
      const p = pod(name);
      const containerStatuses = counts.map((restartCount, i) => ({
        name: `c${i}`,
        restartCount,
        ready: true,
        image: '',
        imageID: '',
      }));
      return { ...p, status: { ...p.status, containerStatuses } };
    };
    expect(victim(restarted('a', 2, 2), restarted('b', 3, 0))).toBe('b');
  });
});

it('creates in batches of 1, 2, 4 … that add up', () => {
  expect(slowStartBatches(10)).toEqual([1, 2, 4, 3]);
  fc.assert(fc.property(fc.nat(500), (n) => slowStartBatches(n).reduce((a, b) => a + b, 0) === n));
});

it('asks for at most 500 pods at once', () => {
  expect(decideReplicas(set(800), [], [], NOW)).toEqual({ type: 'create', count: 500 });
});

it('counts a ready pod as available only after minReadySeconds', () => {
  const rs = { ...set(1), spec: { ...set(1).spec, selector: {}, minReadySeconds: 60 } };
  const at = (since: string) =>
    nextStatus(rs, { active: [pod('a', { since })], terminating: 0, nowMs: NOW, now: '' }).availableReplicas ?? 0;
  expect(at('2026-01-01T00:59:30Z')).toBe(0);
  expect(at('2026-01-01T00:58:00Z')).toBe(1);
});
