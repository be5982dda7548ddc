import { describe, expect, it } from 'vitest';
import { Cluster } from '../../../src/simulator/cluster.ts';
import type { ClusterOptions } from '../../../src/simulator/options.ts';
import type { Step } from '../../../src/trace/step.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

function started(options: Partial<ClusterOptions> = {}): Cluster {
  const cluster = new Cluster({ nodes: 2, registerControlPlane: false, ...options });
  cluster.settle(MINUTE);
  return cluster;
}

function post(cluster: Cluster, path: string, body: object): void {
  expect(cluster.request({ method: 'POST', path, body }).code).toBe(201);
}

function service(cluster: Cluster, name: string, more: object = {}): void {
  const spec = { selector: { app: 'web' }, ports: [{ port: 80 }], ...more };
  post(cluster, '/api/v1/namespaces/default/services', { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });
}

function deployment(cluster: Cluster, replicas: number): void {
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec };
  post(cluster, '/apis/apps/v1/namespaces/default/deployments', body);
}

const syncs = (cluster: Cluster, node?: string, after = 0): Step[] =>
  cluster
    .stepsAfter(after)
    .filter(({ action, actor }) => action === 'SyncProxyRules' && (node === undefined || actor.node === node));

const dataOf = (step: Step | undefined): { readonly [name: string]: unknown } =>
  (step?.detail?.type === 'node' && step.detail.data) || {};

describe('kube-proxy', () => {
  it('lists and watches what a real one does, as the account that kubeadm makes for it, and writes one Event', () => {
    const cluster = started();
    const sent = cluster
      .stepsAfter(0)
      .filter(({ actor }) => actor.component === 'kube-proxy' && actor.node === 'worker-1');
    const requests = sent.flatMap(({ request }) => request ?? []);
    expect(new Set(requests.map(({ user }) => user))).toEqual(
      new Set(['system:serviceaccount:kube-system:kube-proxy']),
    );
    expect(requests.filter(({ code }) => code >= 400)).toEqual([]);
    const of = (verb: string): string[] =>
      requests.filter((r) => r.verb === verb).map((r) => r.path.split('/').pop() ?? '');
    expect(of('watch').sort()).toEqual(['endpointslices', 'nodes', 'servicecidrs', 'services']);
    expect(of('create')).toEqual(['events']);
    const path = '/apis/events.k8s.io/v1/namespaces/default/events';
    const events = cluster.request({ method: 'GET', path, observer: true }).body as {
      items: Record<string, unknown>[];
    };
    const told = events.items.filter((one) => one.reportingController === 'kube-proxy');
    expect(told.map(({ reason, action, regarding }) => ({ reason, action, regarding }))).toContainEqual({
      reason: 'Starting',
      action: 'StartKubeProxy',
      regarding: { kind: 'Node', name: 'worker-1', uid: 'worker-1' },
    });
  });

  it('writes its rules on every node when it starts, and again when a Service changes them, with the writes as causes', () => {
    const cluster = started();
    expect(syncs(cluster).map((step) => dataOf(step).full)).toEqual([true, true]);
    const before = cluster.lastStep;
    service(cluster, 'web');
    const created = cluster.lastStep;
    cluster.settle(MINUTE);
    const [first] = syncs(cluster, 'worker-1', before);
    expect(first?.causes).toContain(created);
    expect(first?.object).toMatchObject({ kind: 'Service', name: 'web' });
    expect(dataOf(first)).toMatchObject({ mode: 'iptables', added: 1, removed: 0 });
  });

  it('gathers what happens within a second of the last sync', () => {
    const cluster = started();
    cluster.runUntil(cluster.now + 5 * SECOND);
    const before = cluster.lastStep;
    service(cluster, 'a');
    cluster.runUntil(cluster.now + 100_000);
    for (const name of ['b', 'c', 'd']) service(cluster, name);
    cluster.settle(MINUTE);
    const [one, two, ...more] = syncs(cluster, 'worker-1', before);
    expect(more).toEqual([]);
    expect([dataOf(one).added, dataOf(two).added]).toEqual([1, 3]);
    expect((two?.at ?? 0) - (one?.at ?? 0)).toBeGreaterThanOrEqual(SECOND);
    expect((two?.at ?? 0) - (one?.at ?? 0)).toBeLessThan(1.1 * SECOND);
  });

  it('makes no step of a change that changes no rule', () => {
    const cluster = started();
    service(cluster, 'web');
    service(cluster, 'headless', { clusterIP: 'None' });
    cluster.settle(MINUTE);
    const before = cluster.lastStep;
    const path = '/api/v1/namespaces/default/services/web';
    const contentType = 'application/merge-patch+json';
    cluster.request({ method: 'PATCH', path, contentType, body: { metadata: { labels: { team: 'shop' } } } });
    service(cluster, 'other-headless', { clusterIP: 'None' });
    cluster.settle(MINUTE);
    expect(syncs(cluster, undefined, before)).toEqual([]);
  });

  it('leaves the rules as they are while it is stopped on one node, and catches up when it is started', () => {
    const cluster = started();
    cluster.fault('stop', { component: 'kube-proxy', node: 'worker-1' });
    const before = cluster.lastStep;
    service(cluster, 'web');
    deployment(cluster, 3);
    cluster.settle(MINUTE);
    expect(syncs(cluster, 'worker-1', before)).toEqual([]);
    expect(syncs(cluster, 'worker-2', before).length).toBeGreaterThan(0);
    cluster.fault('start', { component: 'kube-proxy', node: 'worker-1' });
    cluster.settle(MINUTE);
    const [again, ...more] = syncs(cluster, 'worker-1', before);
    expect(more).toEqual([]);
    // Mark and dispatch, three of the choice, two for each of three endpoints.
    expect(dataOf(again)).toMatchObject({ full: true, added: 11, removed: 0 });
    expect(again?.text).toContain('anew');
  });

  it('finds an empty kernel after the machine was off', () => {
    const cluster = started();
    const before = dataOf(syncs(cluster, 'worker-1')[0]);
    cluster.fault('stop', { node: 'worker-1' });
    cluster.runUntil(cluster.now + SECOND);
    const from = cluster.lastStep;
    cluster.fault('start', { node: 'worker-1' });
    cluster.settle(MINUTE);
    expect(dataOf(syncs(cluster, 'worker-1', from)[0]).added).toBe(before.added);
  });

  it('hears again of what it missed when the API server comes back', () => {
    const cluster = started();
    cluster.fault('stop', { component: 'kube-apiserver' });
    cluster.runUntil(cluster.now + 2 * SECOND);
    cluster.fault('start', { component: 'kube-apiserver' });
    service(cluster, 'web');
    const before = cluster.lastStep;
    cluster.runUntil(cluster.now + MINUTE);
    const found = syncs(cluster, 'worker-1', before);
    expect(found).toHaveLength(1);
    expect(dataOf(found[0])).toMatchObject({ added: 1 });
  });

  it('writes other rules on a node that has no endpoint of its own, where the policy is Local', () => {
    const cluster = started({ proxy: 'nftables' });
    service(cluster, 'web', { internalTrafficPolicy: 'Local' });
    deployment(cluster, 1);
    cluster.settle(MINUTE);
    const pods = cluster.request({ method: 'GET', path: '/api/v1/namespaces/default/pods', observer: true }).body as {
      items: { spec: { nodeName: string } }[];
    };
    const [home] = pods.items.map(({ spec }) => spec.nodeName);
    const away = home === 'worker-1' ? 'worker-2' : 'worker-1';
    const last = (node: string | undefined): unknown => dataOf(syncs(cluster, node).at(-1)).added;
    expect(last(home)).toBe(3);
    expect(last(away)).toBe(1);
  });

  it('takes a new range of Service addresses in, where its mode has a rule about them', () => {
    for (const [proxy, many] of [
      ['nftables', 1],
      ['iptables', 0],
    ] as const) {
      const cluster = started({ proxy });
      const before = cluster.lastStep;
      const metadata = { name: 'more' };
      const body = {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'ServiceCIDR',
        metadata,
        spec: { cidrs: ['10.97.0.0/16'] },
      };
      post(cluster, '/apis/networking.k8s.io/v1/servicecidrs', body);
      cluster.settle(MINUTE);
      const found = syncs(cluster, 'worker-1', before);
      expect(found).toHaveLength(many);
      for (const step of found) expect(dataOf(step)).toMatchObject({ added: 1, removed: 1 });
    }
  });

  it('is not there where the cluster has none', () => {
    const cluster = started({ proxy: 'none' });
    expect(cluster.stepsAfter(0).filter(({ actor }) => actor.component === 'kube-proxy')).toEqual([]);
    expect(() => cluster.fault('stop', { component: 'kube-proxy' })).toThrow("There is no component 'kube-proxy'");
  });
});
