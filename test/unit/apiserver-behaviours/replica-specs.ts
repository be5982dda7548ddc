// ReplicaSets, ReplicationControllers and StatefulSets.
import { expect } from 'vitest';
import { adopts, collected, releases, scales, showsStatus } from './lifecycle.ts';
import { condition, container, pod, readyPods, running, selectorOf, template, workload } from './pods.ts';
import type { Loose, Resource, Spec, Trial } from './trial.ts';

const LABELS = { app: 'test-rs', pod: 'httpd' };
const replicaSets = (t: Trial): Resource => t.of('apps/v1', 'replicasets');
const controllers = (t: Trial): Resource => t.of('v1', 'replicationcontrollers');
const statefulSets = (t: Trial): Resource => t.of('apps/v1', 'statefulsets');

const replicaSet = (t: Trial, name: string, replicas = 1, labels: Record<string, string> = LABELS): Promise<Loose> =>
  replicaSets(t).create({ metadata: { name, labels }, spec: workload(labels, { replicas }) });

async function replaceAndPatch(t: Trial): Promise<void> {
  await replicaSet(t, 'test-rs', 1);
  await readyPods(t, LABELS, 1);
  const watch = await replicaSets(t).watch({ labelSelector: selectorOf(LABELS) });
  await replicaSets(t).change('test-rs', (s) => {
    s.spec.replicas = 2;
  });
  await t.event(watch, 'MODIFIED', (s) => s.status.replicas === 2 && s.status.readyReplicas === 2);
  const spec = { replicas: 3, template: { spec: { containers: [{ name: 'c', image: 'agnhost' }] } } };
  await replicaSets(t).patch('test-rs', 'strategic', { metadata: { labels: { 'test-rs': 'patched' } }, spec });
  await t.event(watch, 'MODIFIED', (s) => s.metadata.labels['test-rs'] === 'patched' && s.status.readyReplicas === 3);
}

async function replicaSetScale(t: Trial): Promise<void> {
  await replicaSet(t, 'test-rs');
  await readyPods(t, LABELS, 1);
  await replicaSets(t).until('test-rs', 'to count its pod', (s) => s.status.replicas === 1);
  await scales(replicaSets(t), 'test-rs');
}

async function replicaSetStatus(t: Trial): Promise<void> {
  const labels = { name: 'sample-pod', e2e: 'testing' };
  await replicaSet(t, 'test-rs', 1, labels);
  await readyPods(t, labels, 1);
  await replicaSets(t).until('test-rs', 'to be ready', (s) => s.status.readyReplicas === 1);
  await showsStatus(t, replicaSets(t), 'test-rs', 'e2e=testing');
}

async function replicaSetAdopts(t: Trial): Promise<void> {
  const owner = await adopts(t, (labels) => replicaSet(t, 'pod-adoption-release', 1, labels));
  await releases(t, owner);
}

const controller = (t: Trial, name: string, replicas: number, labels: Record<string, string>): Promise<Loose> =>
  controllers(t).create({
    metadata: { name, labels },
    spec: { replicas, selector: labels, template: template(labels) },
  });

async function controllerReleases(t: Trial): Promise<void> {
  const owner = await controller(t, 'pod-release', 1, { name: 'pod-adoption' });
  await releases(t, owner);
}

async function controllerScale(t: Trial): Promise<void> {
  const labels = { name: 'e2e-rc' };
  await controller(t, 'e2e-rc', 1, labels);
  await controllers(t).until('e2e-rc', 'to have its pod', (c) => c.status.readyReplicas === 1);
  const scale = await controllers(t).get('e2e-rc', 'scale');
  expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 1 } });
  await controllers(t).update({ ...scale, spec: { replicas: 2 } }, 'scale');
  await controllers(t).until('e2e-rc', 'to have two pods', (c) => c.status.readyReplicas === 2);
}

async function exceededQuota(t: Trial): Promise<void> {
  const quotas = t.of('v1', 'resourcequotas');
  await quotas.create({ metadata: { name: 'condition-test' }, spec: { hard: { pods: '2' } } });
  await quotas.until('condition-test', 'to be counted', (q) => q.status?.hard?.pods === '2');
  const labels = { name: 'condition-test' };
  await controller(t, 'condition-test', 3, labels);
  const failed = (c: Loose): boolean => condition(c, 'ReplicaFailure') !== undefined;
  await controllers(t).until(
    'condition-test',
    'to say that it failed',
    (c) => failed(c) && c.status.observedGeneration >= 1,
  );
  await controllers(t).change('condition-test', (c) => {
    c.spec.replicas = 2;
  });
  await controllers(t).until('condition-test', 'to be well', (c) => !failed(c) && c.status.observedGeneration >= 2);
}

async function controllerLifecycle(t: Trial): Promise<void> {
  const all = controllers(t);
  const labels = { 'test-rc-static': 'true' };
  const labelSelector = selectorOf(labels);
  const watch = await all.watch({ labelSelector });
  await controller(t, 'rc-test', 1, labels);
  await t.event(watch, 'ADDED');
  await t.event(watch, 'MODIFIED', (c) => c.status.readyReplicas === 1);
  await all.patch('rc-test', 'strategic', { metadata: { labels: { 'test-rc': 'patched' } }, spec: { replicas: 2 } });
  await t.event(watch, 'MODIFIED', (c) => c.metadata.labels['test-rc'] === 'patched');
  const patched = await all.patch(
    'rc-test',
    'strategic',
    { status: { readyReplicas: 0, availableReplicas: 0 } },
    'status',
  );
  expect(patched.status.readyReplicas ?? 0).toBe(0);
  await t.event(watch, 'MODIFIED', (c) => (c.status.readyReplicas ?? 0) === 0 && c.spec.replicas === 2);
  expect((await all.get('rc-test', 'status')).metadata.name).toBe('rc-test');
  await t.event(watch, 'MODIFIED', (c) => c.status.readyReplicas === 2);
  const scaled = await all.patch('rc-test', 'strategic', { spec: { replicas: 1 } }, 'scale');
  expect(scaled.spec.replicas).toBe(1);
  await t.event(watch, 'MODIFIED', (c) => c.spec.replicas === 1 && c.status.readyReplicas === 1);
  expect(await t.of('v1', 'replicationcontrollers', '').items({ labelSelector })).toHaveLength(1);
  await all.change('rc-test', (c) => {
    c.spec.replicas = 3;
    c.metadata.labels['test-rc'] = 'updated';
  });
  await t.event(watch, 'MODIFIED', (c) => c.spec.replicas === 3 && c.status.readyReplicas === 3);
  await all.removeAll({ labelSelector });
  await t.event(watch, 'DELETED');
}

async function statefulSet(t: Trial, name: string, replicas: number, more: object = {}): Promise<Loose> {
  const labels = { foo: 'bar', baz: 'blah' };
  await t.of('v1', 'services').create({
    metadata: { name: 'test', labels },
    spec: { clusterIP: 'None', selector: labels, ports: [{ port: 80, name: 'http', protocol: 'TCP' }] },
  });
  const spec = workload(labels, { serviceName: 'test', replicas, template: template(labels, more) });
  return statefulSets(t).create({ metadata: { name, labels }, spec });
}

async function statefulSetScale(t: Trial): Promise<void> {
  await statefulSet(t, 'ss', 1);
  await statefulSets(t).until('ss', 'to be ready', (s) => s.status.readyReplicas === 1);
  await scales(statefulSets(t), 'ss');
}

async function statefulSetCollection(t: Trial): Promise<void> {
  await statefulSet(t, 'test-ss', 1);
  const all = statefulSets(t);
  await all.until('test-ss', 'to be ready', (s) => s.status.readyReplicas === 1);
  const spec = { replicas: 2, template: { spec: { containers: [{ name: 'c', image: 'agnhost' }] } } };
  await all.patch('test-ss', 'strategic', { metadata: { labels: { 'test-ss': 'patched' } }, spec });
  await all.until(
    'test-ss',
    'to have two',
    (s) => s.metadata.labels['test-ss'] === 'patched' && s.status.readyReplicas === 2,
  );
  const labelSelector = 'test-ss=patched';
  expect(await t.of('apps/v1', 'statefulsets', '').items({ labelSelector })).toHaveLength(1);
  await all.removeAll({ labelSelector });
  await all.gone('test-ss');
}

async function statefulSetStatus(t: Trial): Promise<void> {
  await statefulSet(t, 'ss', 1);
  await statefulSets(t).until('ss', 'to be ready', (s) => s.status.readyReplicas === 1);
  await showsStatus(t, statefulSets(t), 'ss', 'foo=bar');
}

/** A pod that cannot have its port is refused by the kubelet, made again, and runs when the port is free. */
async function evicted(t: Trial): Promise<void> {
  const pods = t.of('v1', 'pods');
  const ports = [{ containerPort: 21017, hostPort: 21017, name: 'conflict' }];
  const spec = { nodeName: 'node-1', containers: [container({ ports })] };
  await pods.create(pod('test-pod', { spec }));
  await running(pods, 'test-pod');
  const watch = await pods.watch({ fieldSelector: 'metadata.name=ss-0' });
  await statefulSet(t, 'ss', 1, spec);
  const failed = await t.event(watch, 'MODIFIED', (p) => p.status.phase === 'Failed');
  await t.event(watch, 'DELETED', (p) => p.metadata.uid === failed.metadata.uid);
  await pods.remove('test-pod', { gracePeriodSeconds: 0 });
  const good = await t.until('ss-0 to run', async () => {
    const { body } = await t.reply({ method: 'GET', path: `${pods.path}/ss-0` });
    return body.status?.phase === 'Running' && body;
  });
  expect(good.metadata.uid).not.toBe(failed.metadata.uid);
}

const BASIC = '[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic]';

export const REPLICAS: readonly Spec[] = [
  { title: '[sig-apps] ReplicaSet Replace and Patch tests [Conformance]', run: replaceAndPatch },
  {
    title: '[sig-apps] ReplicaSet Replicaset should have a working scale subresource [Conformance]',
    run: replicaSetScale,
  },
  {
    title:
      '[sig-apps] ReplicaSet should adopt matching pods on creation and release no longer matching pods [Conformance]',
    run: replicaSetAdopts,
  },
  {
    title: '[sig-apps] ReplicaSet should list and delete a collection of ReplicaSets [Conformance]',
    run: (t) => collected(t, 'apps/v1', 'replicasets', workload(LABELS, { replicas: 3 })),
  },
  { title: '[sig-apps] ReplicaSet should validate Replicaset Status endpoints [Conformance]', run: replicaSetStatus },
  {
    title: '[sig-apps] ReplicationController should adopt matching pods on creation [Conformance]',
    run: async (t) => void (await adopts(t, (labels) => controller(t, 'pod-adoption', 1, labels))),
  },
  {
    title: '[sig-apps] ReplicationController should release no longer matching pods [Conformance]',
    run: controllerReleases,
  },
  {
    title: '[sig-apps] ReplicationController should get and update a ReplicationController scale [Conformance]',
    run: controllerScale,
  },
  {
    title:
      '[sig-apps] ReplicationController should surface a failure condition on a common issue like exceeded quota [Conformance]',
    run: exceededQuota,
  },
  {
    title: '[sig-apps] ReplicationController should test the lifecycle of a ReplicationController [Conformance]',
    run: controllerLifecycle,
  },
  { title: `${BASIC} Should recreate evicted statefulset [Conformance]`, run: evicted },
  { title: `${BASIC} should have a working scale subresource [Conformance]`, run: statefulSetScale },
  {
    title: `${BASIC} should list, patch and delete a collection of StatefulSets [Conformance]`,
    run: statefulSetCollection,
  },
  { title: `${BASIC} should validate Statefulset Status endpoints [Conformance]`, run: statefulSetStatus },
];
