// «Where would it be scheduled?»: the answer is what then happens, and asking leaves no trace.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyManifest } from '../../../src/cluster/apply/apply.ts';
import { readManifest } from '../../../src/cluster/apply/text.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeList, KubeObject } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';

const MINUTE = 60_000_000;
const sample = (name: string): string =>
  readFileSync(path.resolve(import.meta.dirname, '../../../media/samples', name), 'utf8');
const objectOf = (text: string): KubeObject => readManifest(text).objects[0]?.object as unknown as KubeObject;

function settled(): Cluster {
  const cluster = new Cluster();
  cluster.settle(MINUTE);
  return cluster;
}

function apply(cluster: Cluster, text: string): void {
  const { objects } = applyManifest(text, 'default', {
    request: ({ discovery, ...r }) => cluster.request({ ...r, observer: discovery ?? false }),
  });
  expect(objects.map((o) => o.result)).toEqual(objects.map(() => 'created'));
  cluster.settle(MINUTE);
}

function pods(cluster: Cluster): readonly Pod[] {
  const r = cluster.request({ method: 'GET', path: '/api/v1/namespaces/default/pods', observer: true });
  return (r.body as KubeList<Pod>).items;
}

const pod = (name: string, spec: object): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'a', image: 'nginx:1.27' }], ...spec },
  }) as KubeObject;

describe('where an object would be scheduled', () => {
  it('is where its pods then go, as spread and as scored', () => {
    const cluster = settled();
    const asked = cluster.schedule(objectOf(sample('web.yaml')), 'default');
    expect(asked).toMatchObject({ exists: false, wanted: 3 });
    apply(cluster, sample('web.yaml'));
    const went = pods(cluster).map((p) => p.spec?.nodeName);
    expect(asked.pods.map((p) => p.chosen).sort()).toEqual(went.sort());
    const first = cluster.stepsAfter(0).find((s) => s.kind === 'schedule' && s.object?.name?.startsWith('web-'));
    const totals = (d: unknown) =>
      (d as { nodes: { node: string; total?: number; rejectedBy?: string }[] }).nodes
        .map(({ node, total, rejectedBy }) => [node, total, rejectedBy])
        .sort();
    expect(totals(asked.pods[0]?.detail)).toEqual(totals(first?.detail));
  });

  it('is asked without changing what happens', () => {
    const [one, other] = [settled(), settled()];
    const before = one.lastStep;
    const answer = one.schedule(objectOf(sample('rolling-update.yaml')), 'default');
    expect(one.schedule(objectOf(sample('rolling-update.yaml')), 'default')).toEqual(answer);
    expect(one.lastStep).toBe(before);
    for (const cluster of [one, other]) apply(cluster, sample('web.yaml'));
    expect(JSON.stringify(one.stepsAfter(0))).toBe(JSON.stringify(other.stepsAfter(0)));
  });

  it('is nowhere for a label that no node has, in the words of FailedScheduling', () => {
    const cluster = settled();
    const asked = cluster.schedule(objectOf(sample('pending.yaml')), 'default');
    apply(cluster, sample('pending.yaml'));
    const condition = pods(cluster)[0]?.status?.conditions?.find((c) => c.type === 'PodScheduled');
    expect(asked.pods[0]).toMatchObject({ chosen: null, message: condition?.message });
  });

  it('counts limits as requests where there are none, as admission does', () => {
    const limits = { containers: [{ name: 'a', image: 'nginx:1.27', resources: { limits: { cpu: '64' } } }] };
    const asked = settled().schedule(pod('big', limits), 'default');
    expect(asked.pods[0]?.message).toMatch(/Insufficient cpu/);
  });

  it('counts the pods of one that is there already', () => {
    const cluster = settled();
    apply(cluster, sample('web.yaml'));
    expect(cluster.schedule(objectOf(sample('web.yaml')), 'default')).toMatchObject({ exists: true, wanted: 3 });
  });

  it('names the victims of preemption', () => {
    const cluster = settled();
    const fat = { containers: [{ name: 'a', image: 'nginx:1.27', resources: { requests: { cpu: '3' } } }] };
    for (const name of ['a', 'b', 'c']) apply(cluster, JSON.stringify(pod(name, fat)));
    const asked = cluster.schedule(pod('vip', { ...fat, priorityClassName: 'system-cluster-critical' }), 'default');
    expect(asked.pods[0]).toMatchObject({ chosen: null, nominated: expect.stringMatching(/^worker-/) });
    expect(asked.pods[0]?.victims).toEqual([expect.stringMatching(/^default\/[abc]$/)]);
  });

  it.each([
    [pod('a', { nodeName: 'worker-1' }), /spec\.nodeName is set/],
    [pod('a', { schedulerName: 'mine' }), /leaves the pod alone/],
    [pod('a', { containers: [] }), /kube-apiserver would refuse Pod a: .*spec\.containers: Required value/],
    [{ ...pod('a', {}), metadata: { name: 'a', namespace: 'nowhere' } }, /namespaces "nowhere" not found/],
    [{ ...pod('a', {}), kind: 'Widget' }, /knows no Widget/],
  ])('is refused with the reason: %#', (object, reason) => {
    expect(() => settled().schedule(object, 'default')).toThrow(reason);
  });
});

describe('where it would be scheduled on a cluster of which there is a snapshot', () => {
  const KINDS = ['nodes', 'pods', 'namespaces', 'services'];
  const snapshot = (cluster: Cluster): KubeObject[] =>
    KINDS.flatMap((plural) => {
      const { body } = cluster.request({ method: 'GET', path: `/api/v1/${plural}`, observer: true });
      const { items, kind = '' } = body as KubeList<KubeObject>;
      return items.map((item) => ({ ...item, apiVersion: 'v1', kind: kind.replace(/List$/, '') }));
    });

  it('is where that cluster itself would put it', () => {
    const there = settled();
    apply(there, sample('web.yaml'));
    const object = pod('next', {});
    const [own] = there.schedule(object, 'default').pods;
    const [asked] = settled().schedule(object, 'default', { snapshot: snapshot(there) }).pods;
    expect(asked?.chosen).toBe(own?.chosen);
    expect(asked?.detail.nodes.map((n) => n.total)).toEqual(own?.detail.nodes.map((n) => n.total));
  });

  it('counts its nodes, not those of the simulator', () => {
    const other = new Cluster({ nodePrefix: 'theirs', nodes: 2 });
    other.settle(MINUTE);
    const asked = settled().schedule(objectOf(sample('web.yaml')), 'default', { snapshot: snapshot(other) });
    expect(asked).toMatchObject({ exists: false, wanted: 3 });
    expect(asked.pods.every((p) => p.chosen?.startsWith('theirs-'))).toBe(true);
    const big = pod('big', { containers: [{ name: 'a', image: 'x', resources: { requests: { cpu: '900' } } }] });
    expect(settled().schedule(big, 'default', { snapshot: snapshot(other) }).pods[0]?.message).toMatch(
      /^0\/3 nodes are available: /,
    );
  });

  it('refuses what cannot be read, in the server\u2019s words', () => {
    const wrong = pod('wrong', { containers: 'none' });
    expect(() => settled().schedule(wrong, 'default', { snapshot: [] })).toThrow(
      /kube-apiserver would refuse Pod wrong/,
    );
  });
});
