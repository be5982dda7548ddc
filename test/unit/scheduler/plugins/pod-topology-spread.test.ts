import { describe, expect, it, test } from 'vitest';
import type { Node, Pod, TopologySpreadConstraint } from '../../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../../src/model/object.ts';
import { CycleState } from '../../../../src/simulator/scheduler/framework/cycle-state.ts';
import { PodInfo } from '../../../../src/simulator/scheduler/framework/pod-info.ts';
import { podTopologySpread } from '../../../../src/simulator/scheduler/plugins/pod-topology-spread.ts';
import { lookupIn } from '../../../../src/simulator/scheduler/schedule-pods.ts';
import { cacheOf, consult, node, pod } from '../support.ts';

const ZONE = 'topology.kubernetes.io/zone';
const zoned = (name: string, zone: string): Node => node(name, { labels: { [ZONE]: zone } });
const nodes = [zoned('a1', 'a'), zoned('a2', 'a'), zoned('b1', 'b')];
const skewed = ["node(s) didn't match pod topology spread constraints"];
const unlabelled = ["node(s) didn't match pod topology spread constraints (missing required label)"];

const web = (name: string, on: string, more = {}): Pod => pod(name, { nodeName: on, labels: { app: 'web' }, ...more });
const constraint = (more: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint => ({
  maxSkew: 1,
  topologyKey: ZONE,
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: { app: 'web' } },
  ...more,
});
const spread = (...topologySpreadConstraints: TopologySpreadConstraint[]): Pod =>
  pod('p', { labels: { app: 'web' }, topologySpreadConstraints });

describe('PodTopologySpread leaves out', () => {
  test.each<[string, Pod[], TopologySpreadConstraint, string[]]>([
    ['nothing while zones are even', [], constraint(), []],
    ['the zone that is ahead by maxSkew', [web('r', 'a1')], constraint(), ['a1', 'a2']],
    ['nothing within maxSkew 2', [web('r', 'a1')], constraint({ maxSkew: 2 }), []],
    ['hosts one by one', [web('r', 'a1')], constraint({ topologyKey: 'kubernetes.io/hostname' }), ['a1']],
    ['nothing for pods of another namespace', [web('r', 'a1', { namespace: 'other' })], constraint(), []],
    [
      'nothing for pods that are going',
      [web('r', 'a1', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })],
      constraint(),
      [],
    ],
    [
      'all zones when there are fewer than minDomains',
      [web('r', 'a1'), web('s', 'b1')],
      constraint({ minDomains: 3 }),
      ['a1', 'a2', 'b1'],
    ],
  ])('%s', (_what, running, c, expected) => {
    const { reasons } = consult(podTopologySpread, { nodes, running }, spread(c));
    expect(
      Object.keys(reasons)
        .filter((n) => reasons[n] !== undefined)
        .sort(),
    ).toEqual(expected);
    for (const n of expected) expect(reasons[n]).toEqual(skewed);
  });

  it('nodes without the label, for good', () => {
    const answer = consult(podTopologySpread, { nodes: [...nodes, node('bare')] }, spread(constraint()));
    expect(answer.reasons.bare).toEqual(unlabelled);
    expect(answer.code.bare).toBe('UnschedulableAndUnresolvable');
  });

  it('counts nodes that the pod cannot use only where a policy says so', () => {
    const c = constraint();
    const picky = { ...spread(c), spec: { ...spread(c).spec, nodeSelector: { [ZONE]: 'a' } } } as Pod;
    // Only zone a counts, so its one pod is no skew.
    expect(consult(podTopologySpread, { nodes, running: [web('r', 'a1')] }, picky).reasons.a2).toBeUndefined();
    const ignoring = constraint({ nodeAffinityPolicy: 'Ignore' });
    const picky2 = { ...picky, spec: { ...picky.spec, topologySpreadConstraints: [ignoring] } } as Pod;
    expect(consult(podTopologySpread, { nodes, running: [web('r', 'a1')] }, picky2).reasons.a2).toEqual(skewed);
  });

  it('follows pods that preemption takes away or puts back, on a copy', () => {
    const cache = cacheOf({ nodes, running: [web('r', 'a1')] });
    const plugin = podTopologySpread(cache, lookupIn([]));
    const state = new CycleState();
    const info = new PodInfo(spread(constraint()));
    const a1 = cache.node('a1');
    if (a1 === undefined) throw new Error('no a1');
    plugin.preFilter?.(state, info, cache.nodes());
    const copy = state.clone();
    plugin.removePod?.(copy, info, new PodInfo(web('r', 'a1')), a1);
    expect(plugin.filter?.(copy, info, a1)).toBeUndefined();
    expect(plugin.filter?.(state, info, a1)?.reasons).toEqual(skewed);
  });
});

describe('PodTopologySpread scores', () => {
  it('ScheduleAnyway, the emptiest domain best', () => {
    const running = [web('r', 'a1'), web('s', 'a1'), web('t', 'b1')];
    const answer = consult(
      podTopologySpread,
      { nodes, running },
      spread(constraint({ whenUnsatisfiable: 'ScheduleAnyway' })),
    );
    // Two zones weigh ln 4: raw 3 (a) and 1 (b); 100·(3 + 1 − raw)/3.
    expect(answer.scores).toEqual({ a1: 33, a2: 33, b1: 100 });
    expect(answer.reasons).toEqual({ a1: undefined, a2: undefined, b1: undefined });
  });

  const replicaSet: KubeObject & { spec: object } = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web-1', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } } },
  };
  const owned = pod('p', {
    labels: { app: 'web' },
    metadata: {
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'r', controller: true }],
    },
  });

  it('pods of a ReplicaSet over hosts and zones by default', () => {
    const answer = consult(podTopologySpread, { nodes, running: [web('r', 'a1')], objects: [replicaSet] }, owned);
    // hosts: ln 5, maxSkew 3; zones: ln 4, maxSkew 5. a1 2+1.61+4+1.39=9, a2 2+4+1.39=7, b1 6.
    expect(answer.scores).toEqual({ a1: 66, a2: 88, b1: 100 });
  });

  it('hosts by default also where zones are not labelled', () => {
    const answer = consult(
      podTopologySpread,
      { nodes: [node('x'), node('y')], running: [web('r', 'x')], objects: [replicaSet] },
      owned,
    );
    expect(answer.scores).toEqual({ x: 66, y: 100 });
  });

  it('nothing for a pod that no Service and no workload selects', () => {
    expect(consult(podTopologySpread, { nodes }, pod('p', { labels: { app: 'web' } })).scores).toBeUndefined();
  });
});
