import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeList } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import * as zones from '../../../src/simulator/controllers/nodelifecycle/zones.ts';
import { node } from './objects.ts';
import { Played } from './played.ts';

const MINUTE = 60_000_000;
const SECOND = 1_000_000;
const health = (ready: number, notReady: number): zones.ZoneHealth => ({ ready, notReady });

describe('the state of a zone', () => {
  it.each<[number, number, zones.ZoneState, number]>([
    [3, 0, 'Normal', 0.1],
    [1, 2, 'Normal', 0.1],
    [2, 3, 'PartialDisruption', 0],
    [3, 3, 'Normal', 0.1],
    [20, 40, 'PartialDisruption', 0.01],
    [0, 1, 'FullDisruption', 0.1],
  ])('%d ready, %d not: %s, %d nodes a second', (ready, notReady, state, rate) => {
    expect(zones.stateOf(health(ready, notReady))).toBe(state);
    expect(zones.rateOf(state, health(ready, notReady))).toBe(rate);
  });
  it('counts nodes by region and zone, but for those that are excluded', () => {
    const at = (zone: string): { labels: Record<string, string> } => ({
      labels: { 'topology.kubernetes.io/zone': zone },
    });
    const nodes = [
      node('a', at('x')),
      node('b', at('x')),
      node('c', at('y')),
      node('d', { labels: { 'node.kubernetes.io/exclude-disruption': '' } }),
    ];
    expect([...zones.healthOf(nodes)]).toEqual([
      [':x', health(2, 0)],
      [':y', health(1, 0)],
    ]);
  });
  it('stops everything when all zones are down, and starts afresh when one is back', () => {
    const down = zones.disruption(
      new Map([
        ['x', health(0, 2)],
        ['y', health(0, 1)],
      ]),
      new Map([
        ['x', 'Normal'],
        ['y', 'Normal'],
      ]),
    );
    expect(down).toMatchObject({ stops: true, resumes: false });
    expect(down.changes.map((c) => c.rate)).toEqual([0, 0]);
    const full = new Map<string, zones.ZoneState>([
      ['x', 'FullDisruption'],
      ['y', 'FullDisruption'],
    ]);
    expect(
      zones.disruption(
        new Map([
          ['x', health(0, 2)],
          ['y', health(0, 1)],
        ]),
        full,
      ).changes,
    ).toEqual([]);
    const back = zones.disruption(
      new Map([
        ['x', health(1, 1)],
        ['y', health(0, 1)],
      ]),
      full,
    );
    expect(back).toMatchObject({ stops: false, resumes: true });
    expect(back.changes.map((c) => [c.zone, c.state, c.rate])).toEqual([
      ['x', 'Normal', 0.1],
      ['y', 'FullDisruption', 0.1],
    ]);
  });
});

function broken(nodes: number, lost: number): Cluster {
  const cluster = new Cluster({ nodes, registerControlPlane: false, runtime: 'fake' });
  cluster.settle(MINUTE);
  for (let i = 1; i <= lost; i++) cluster.fault('stop', { node: `worker-${i}` });
  return cluster;
}

const list = (c: Cluster): readonly Node[] =>
  (c.request({ method: 'GET', path: '/api/v1/nodes', observer: true }).body as KubeList<Node>).items;
const evicted = (c: Cluster): number =>
  list(c).filter((n) => n.spec?.taints?.some((t) => t.effect === 'NoExecute')).length;
const unknown = (c: Cluster): number =>
  list(c).filter((n) => n.status?.conditions?.some((x) => x.type === 'Ready' && x.status === 'Unknown')).length;
const states = (c: Cluster): string[] =>
  c
    .stepsAfter(0)
    .filter((s) => s.action === 'HandleDisruption')
    .map((s) => s.text);

describe('nodes that go silent', () => {
  it('two of five: tainted for eviction ten seconds apart', () => {
    const cluster = broken(5, 2);
    const silentAt = cluster.now;
    while (evicted(cluster) === 0 && cluster.now < silentAt + 70 * SECOND) cluster.runUntil(cluster.now + SECOND);
    // The grace period counts from the last sign of life that was seen, at most ten seconds before; then one pass in five.
    expect(cluster.now - silentAt).toBeGreaterThan(40 * SECOND);
    expect(unknown(cluster)).toBe(2);
    cluster.runUntil(cluster.now + 8 * SECOND);
    expect(evicted(cluster)).toBe(1);
    cluster.runUntil(cluster.now + 3 * SECOND);
    expect(evicted(cluster)).toBe(2);
    expect(states(cluster)).toEqual([]);
  });
  it('three of five: evictions stop in so small a zone', () => {
    const cluster = broken(5, 3);
    cluster.runUntil(cluster.now + 5 * MINUTE);
    expect(unknown(cluster)).toBe(3);
    expect(evicted(cluster)).toBeLessThan(3);
    expect(states(cluster).at(-1)).toBe(
      'in the cluster 3 of 5 nodes are not ready → PartialDisruption: no node is tainted for eviction.',
    );
  });
  it('all: nobody is evicted, what was tainted is forgiven, and it goes on when one is back', () => {
    const cluster = broken(2, 2);
    cluster.runUntil(cluster.now + 3 * MINUTE);
    expect(unknown(cluster)).toBe(2);
    expect(evicted(cluster)).toBe(0);
    expect(states(cluster).at(-1)).toContain('FullDisruption: no node is tainted for eviction');
    cluster.fault('start', { node: 'worker-1' });
    cluster.runUntil(cluster.now + 2 * MINUTE);
    expect(evicted(cluster)).toBe(1);
  });
  it('one out of service: its pods and their volumes are let go at once', () => {
    const cluster = broken(3, 0);
    const metadata = { name: 'p' };
    const spec = { nodeName: 'worker-1', containers: [{ name: 'c', image: 'nginx:1.27' }] };
    cluster.request({
      method: 'POST',
      path: '/api/v1/namespaces/default/pods',
      body: { apiVersion: 'v1', kind: 'Pod', metadata, spec },
    });
    cluster.settle(MINUTE);
    cluster.fault('stop', { node: 'worker-1' });
    cluster.runUntil(cluster.now + MINUTE);
    const body = {
      spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }] },
    };
    cluster.request({
      method: 'PATCH',
      path: '/api/v1/nodes/worker-1',
      contentType: 'application/strategic-merge-patch+json',
      body,
    });
    cluster.runUntil(cluster.now + MINUTE);
    const pods = cluster.request({ method: 'GET', path: '/api/v1/namespaces/default/pods', observer: true })
      .body as KubeList<Pod>;
    expect(pods.items).toEqual([]);
  });
});

describe('a Node that somebody writes by hand', () => {
  it('is greeted, gets a range of its own, is given up, and is missed', () => {
    const played = new Played({ runtime: 'modelled', nodes: 1 });
    played.create('apiVersion: v1\nkind: Node\nmetadata: {name: guest}\n');
    played.run(10);
    const guest = (): Node | undefined => played.get('/api/v1/nodes/guest');
    const ranges = played.list<Node>('/api/v1/nodes').map((n) => n.spec?.podCIDR);
    expect(new Set(ranges).size).toBe(3);
    expect(ranges).not.toContain(undefined);
    // --node-startup-grace-period: a minute for one that never said anything.
    played.run(60);
    expect(guest()?.status?.conditions?.find((c) => c.type === 'Ready')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
    });
    played.delete('/api/v1/nodes/guest');
    played.run(10);
    expect(played.events('node-controller').filter((e) => e.includes('guest'))).toEqual([
      'Normal RegisteredNode: Node guest event: Registered Node guest in Controller',
      'Normal RemovingNode: Node guest event: Removing Node guest from Controller',
    ]);
  });
});
