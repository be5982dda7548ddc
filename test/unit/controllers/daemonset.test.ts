import { describe, expect, it } from 'vitest';
import type { DaemonSet } from '../../../src/model/generated/apps.v1.ts';
import type { Node, Pod } from '../../../src/model/generated/core.v1.ts';
import * as decide from '../../../src/simulator/controllers/daemonset/decide.ts';
import { NOW, names, node, pod } from './objects.ts';

function set(o: Partial<NonNullable<DaemonSet['spec']>> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', generation: 1 },
    spec: { selector: {}, template: { spec: { containers: [] } }, ...o },
  };
}

const NODES = [node('n1'), node('n2'), node('n3')];

function sight(
  ds: DaemonSet,
  pods: readonly Pod[],
  nodes: readonly Node[] = NODES,
): Parameters<typeof decide.manage>[0] {
  const byNode = new Map<string, Pod[]>();
  for (const p of pods) byNode.set(decide.nodeOf(p), [...(byNode.get(decide.nodeOf(p)) ?? []), p]);
  return { ds, nodes, pods: byNode, hash: 'new', nowMs: NOW };
}

const on = (n: string, o: Parameters<typeof pod>[1] = {}, hash = 'new'): Pod =>
  pod(`agent-${n}-${hash}`, { node: n, labels: { 'controller-revision-hash': hash }, ...o });

describe('where a DaemonSet runs', () => {
  const taint = (key: string, effect: 'NoSchedule' | 'NoExecute' | 'PreferNoSchedule'): Node =>
    node('n', { taints: [{ key, effect }] });
  it.each<[string, DaemonSet, Node, boolean, boolean]>([
    ['on a plain node', set(), node('n'), true, true],
    ['not on a tainted one, though it may stay', set(), taint('a', 'NoSchedule'), false, true],
    ['nor on one that takes nobody', set(), taint('a', 'NoExecute'), false, false],
    ['on one that only prefers others', set(), taint('a', 'PreferNoSchedule'), true, true],
    ['on a cordoned one', set(), taint('node.kubernetes.io/unschedulable', 'NoSchedule'), true, true],
    ['on one that is not ready', set(), taint('node.kubernetes.io/not-ready', 'NoExecute'), true, true],
    [
      'not where nodeSelector does not match',
      set({ template: { spec: { containers: [], nodeSelector: { disk: 'ssd' } } } }),
      node('n'),
      false,
      false,
    ],
    [
      'where it does',
      set({ template: { spec: { containers: [], nodeSelector: { disk: 'ssd' } } } }),
      node('n', { labels: { disk: 'ssd' } }),
      true,
      true,
    ],
  ])('%s', (_, ds, n, shouldRun, mayStay) => expect(decide.nodeVerdict(ds, n)).toEqual({ shouldRun, mayStay }));

  it('without a network only for pods that use the node’s own', () => {
    const lost = taint('node.kubernetes.io/network-unavailable', 'NoSchedule');
    expect(decide.nodeVerdict(set(), lost).shouldRun).toBe(false);
    const hostNetwork = set({ template: { spec: { containers: [], hostNetwork: true } } });
    expect(decide.nodeVerdict(hostNetwork, lost).shouldRun).toBe(true);
  });
});

describe('what a DaemonSet does', () => {
  it('makes a pod for each node without one', () => {
    const work = decide.manage(sight(set(), [on('n2')]));
    expect(work.create).toEqual(['n1', 'n3']);
    expect(work.remove).toEqual([]);
  });
  it('removes pods from nodes that no longer fit', () => {
    const ds = set({ template: { spec: { containers: [], nodeSelector: { disk: 'ssd' } } } });
    expect(names(decide.manage(sight(ds, [on('n1'), on('n2')])).remove)).toEqual(['agent-n1-new', 'agent-n2-new']);
  });
  it('keeps the oldest of two on a node', () => {
    const young = on('n1', { since: '2026-01-01T00:30:00Z' }, 'young');
    expect(names(decide.manage(sight(set(), [young, on('n1')])).remove)).toEqual(['agent-n1-young']);
  });
  it('removes one that has failed, to make it anew', () => {
    const work = decide.manage(sight(set(), [on('n1', { phase: 'Failed' }), on('n2'), on('n3')]));
    expect(names(work.ended)).toEqual(['agent-n1-new']);
    expect(work.create).toEqual([]);
  });
});

describe('a rolling update of a DaemonSet', () => {
  const old = ['n1', 'n2', 'n3'].map((n) => on(n, {}, 'old'));
  it('takes maxUnavailable nodes at a time', () => expect(decide.roll(sight(set(), old)).remove.length).toBe(1));
  it('waits for the new pod', () =>
    expect(decide.roll(sight(set(), [on('n1', { ready: false }), ...old.slice(1)])).remove).toEqual([]));
  it('replaces broken old pods at once', () => {
    const broken = old.map((p) =>
      pod(p.metadata.name ?? '', { node: decide.nodeOf(p), ready: false, labels: p.metadata.labels ?? {} }),
    );
    expect(decide.roll(sight(set(), broken)).remove.length).toBe(3);
  });
  it('with maxSurge makes the new pod first, and removes the old when it is available', () => {
    const ds = set({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } });
    const first = decide.roll(sight(ds, old));
    expect(first).toMatchObject({ create: ['n1'], remove: [] });
    expect(names(decide.roll(sight(ds, [on('n1'), ...old])).remove)).toEqual(['agent-n1-old']);
  });
  it.each([
    [1, 0, 10, { surge: 0, unavailable: 1 }],
    ['25%', 0, 10, { surge: 0, unavailable: 3 }],
    [0, 0, 10, { surge: 0, unavailable: 1 }],
  ])('maxUnavailable %s, maxSurge %s of %i nodes', (maxUnavailable, maxSurge, desired, wanted) => {
    const ds = set({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge } } });
    expect(decide.limits(ds, desired)).toEqual(wanted);
  });
});

describe('the status of a DaemonSet', () => {
  it('tells wanted, present, wrong and ready apart', () => {
    const nodes = [node('n1'), node('n2'), node('n3', { taints: [{ key: 'a', effect: 'NoSchedule' }] })];
    const status = decide.nextStatus(sight(set(), [on('n1'), on('n3')], nodes), true);
    expect(status).toMatchObject({
      desiredNumberScheduled: 2,
      currentNumberScheduled: 1,
      numberMisscheduled: 1,
      numberReady: 1,
      numberUnavailable: 1,
    });
  });
});
