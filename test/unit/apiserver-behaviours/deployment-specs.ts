// Deployments.
import { expect } from 'vitest';
import { scales, showsStatus } from './lifecycle.ts';
import { condition, container, PAUSE, readyPods, selectorOf, template, workload } from './pods.ts';
import type { Loose, Resource, Spec, Trial } from './trial.ts';

const DEPLOYMENT = '[sig-apps] Deployment';
const REVISION = 'deployment.kubernetes.io/revision';
const NEW_IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.59';

const deployments = (t: Trial): Resource => t.of('apps/v1', 'deployments');

function complete(t: Trial, name: string, seconds = 120): Promise<Loose> {
  return deployments(t).until(
    name,
    'to be complete',
    ({ metadata, spec, status }) =>
      status?.updatedReplicas === spec.replicas &&
      status.replicas === spec.replicas &&
      status.availableReplicas === spec.replicas &&
      status.observedGeneration >= metadata.generation,
    seconds,
  );
}

const sets = (t: Trial, labels: Record<string, string>): Promise<Loose[]> =>
  t.of('apps/v1', 'replicasets').items({ labelSelector: selectorOf(labels) });

const replicaSet = (t: Trial, name: string, labels: object, more: object = {}): Promise<Loose> =>
  t
    .of('apps/v1', 'replicasets')
    .create({ metadata: { name, labels, ...more }, spec: workload(labels, { replicas: 1 }) });

async function rollingUpdate(t: Trial): Promise<void> {
  const labels = { name: 'sample-pod' };
  const annotations = { [REVISION]: '3546343826724305832' };
  const old = await replicaSet(t, 'test-rolling-update-controller', { ...labels, pod: 'httpd' }, { annotations });
  await readyPods(t, labels, 1);
  const spec = { replicas: 1, selector: { matchLabels: labels }, template: template(labels) };
  spec.template.spec.containers = [container({ name: 'agnhost', image: NEW_IMAGE })];
  await deployments(t).create({ metadata: { name: 'test-rolling-update-deployment' }, spec });
  const done = await deployments(t).until(
    'test-rolling-update-deployment',
    'to have the next revision',
    (d) => d.metadata.annotations?.[REVISION] === '3546343826724305833',
  );
  expect(done.metadata.generation).toBeGreaterThanOrEqual(1);
  await complete(t, 'test-rolling-update-deployment');
  const all = await t.of('apps/v1', 'replicasets').items();
  expect(all).toHaveLength(2);
  const adopted = all.find((s) => s.metadata.uid === old.metadata.uid);
  expect(adopted.metadata.ownerReferences[0].uid).toBe(done.metadata.uid);
  expect(adopted.spec.replicas).toBe(0);
}

async function recreate(t: Trial): Promise<void> {
  const labels = { name: 'sample-pod-3' };
  const name = 'test-recreate-deployment';
  const spec = workload(labels, { replicas: 1, strategy: { type: 'Recreate' } });
  const { metadata } = await deployments(t).create({ metadata: { name }, spec });
  await complete(t, name);
  const watch = await t.of('v1', 'pods').watch({ resourceVersion: metadata.resourceVersion });
  await deployments(t).patch(name, 'strategic', {
    spec: { template: { spec: { containers: [{ name: 'c', image: NEW_IMAGE }] } } },
  });
  await t.until('the new revision', async () => (await sets(t, labels)).length === 2);
  await complete(t, name);
  // No new pod ran beside an old one.
  const running = new Set<string>();
  for (const { type, object } of watch.events) {
    const { image } = object.spec.containers[0];
    if (type !== 'DELETED' && object.status.phase === 'Running') running.add(image);
    else if (type === 'DELETED') running.delete(image);
    expect(running.size).toBeLessThanOrEqual(1);
  }
}

async function cleansUp(t: Trial): Promise<void> {
  const labels = { name: 'cleanup-pod' };
  await replicaSet(t, 'test-cleanup-controller', { ...labels, pod: 'httpd' });
  await readyPods(t, labels, 1);
  const name = 'test-cleanup-deployment';
  const watch = await t.of('v1', 'pods').watch({ labelSelector: selectorOf(labels) });
  const spec = { replicas: 1, selector: { matchLabels: labels }, revisionHistoryLimit: 0, template: template(labels) };
  await deployments(t).create({ metadata: { name, labels }, spec });
  await t.until('the new pod', () => watch.events.filter((e) => e.type === 'ADDED').length === 2);
  await t.until('one ReplicaSet to be left', async () => (await sets(t, labels)).length === 1, 120);
  await t.pause(5);
  expect(watch.events.filter((e) => e.type === 'ADDED')).toHaveLength(2);
}

async function rollover(t: Trial): Promise<void> {
  const labels = { name: 'rollover-pod' };
  await replicaSet(t, 'test-rollover-controller', { ...labels, pod: 'httpd' });
  await readyPods(t, labels, 1);
  const name = 'test-rollover-deployment';
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
  const spec = {
    replicas: 1,
    minReadySeconds: 10,
    strategy,
    selector: { matchLabels: labels },
    template: template(labels),
  };
  spec.template.spec.containers = [
    container({ name: 'redis-slave', image: 'gcr.io/google_samples/gb-redisslave:nonexistent' }),
  ];
  await deployments(t).create({ metadata: { name }, spec });
  await deployments(t).until(name, 'to be seen', (d) => d.status?.observedGeneration >= 1);
  await deployments(t).change(name, (d) => {
    d.spec.template.spec.containers = [container({ name: 'agnhost', image: NEW_IMAGE })];
  });
  await deployments(t).until(name, 'to make its new ReplicaSet', (d) => d.metadata.annotations?.[REVISION] === '2');
  await complete(t, name, 180);
  const old = (await t.of('apps/v1', 'replicasets').items()).filter(
    (s) => s.spec.template.spec.containers[0].image !== NEW_IMAGE,
  );
  expect(old.map((s) => s.spec.replicas)).toEqual([0, 0]);
}

async function scale(t: Trial): Promise<void> {
  const labels = { name: 'sample-pod' };
  await deployments(t).create({ metadata: { name: 'test-new-deployment' }, spec: workload(labels, { replicas: 1 }) });
  await complete(t, 'test-new-deployment');
  await scales(deployments(t), 'test-new-deployment');
}

async function status(t: Trial): Promise<void> {
  const labels = { name: 'e2e', e2e: 'testing' };
  const metadata = { name: 'test-deployment', labels };
  await deployments(t).create({ metadata, spec: workload(labels, { replicas: 1 }) });
  await complete(t, 'test-deployment');
  await showsStatus(t, deployments(t), 'test-deployment', 'e2e=testing');
}

async function lifecycle(t: Trial): Promise<void> {
  const all = deployments(t);
  const labels = { 'test-deployment-static': 'true' };
  const labelSelector = selectorOf(labels);
  const name = 'test-deployment';
  const watch = await all.watch({ labelSelector });
  await all.create({ metadata: { name, labels }, spec: workload(labels, { replicas: 2 }) });
  await t.event(watch, 'ADDED');
  await t.event(watch, 'MODIFIED', (d) => condition(d, 'Available')?.status === 'True' && d.status.readyReplicas === 2);
  const patch = {
    metadata: { labels: { 'test-deployment': 'patched' } },
    spec: {
      replicas: 1,
      template: { spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: NEW_IMAGE }] } },
    },
  };
  await all.patch(name, 'strategic', patch);
  await t.event(watch, 'MODIFIED', (d) => d.metadata.labels['test-deployment'] === 'patched');
  await t.event(watch, 'MODIFIED', (d) => d.status.readyReplicas === 1 && d.status.updatedReplicas === 1);
  expect(await t.of('apps/v1', 'deployments', '').items({ labelSelector })).toHaveLength(1);
  await all.change(name, (d) => {
    d.metadata.labels['test-deployment'] = 'updated';
    d.spec.replicas = 2;
    d.spec.template.spec.containers[0].image = PAUSE;
  });
  await t.event(watch, 'MODIFIED', (d) => d.metadata.labels['test-deployment'] === 'updated');
  await t.event(watch, 'MODIFIED', (d) => d.spec.replicas === 2 && d.status.readyReplicas === 2);
  // A later part of the status that was patched is there until the controller writes.
  const patched = await all.patch(name, 'strategic', { status: { readyReplicas: 0, availableReplicas: 0 } }, 'status');
  expect(patched.status.readyReplicas ?? 0).toBe(0);
  await all.until(name, 'to be put right', (d) => d.status.readyReplicas === 2);
  await all.removeAll({ labelSelector });
  await t.event(watch, 'DELETED');
}

export const DEPLOYMENTS: readonly Spec[] = [
  {
    title: `${DEPLOYMENT} RollingUpdateDeployment should delete old pods and create new ones [Conformance]`,
    run: rollingUpdate,
  },
  { title: `${DEPLOYMENT} RecreateDeployment should delete old pods and create new ones [Conformance]`, run: recreate },
  { title: `${DEPLOYMENT} deployment should delete old replica sets [Conformance]`, run: cleansUp },
  { title: `${DEPLOYMENT} deployment should support rollover [Conformance]`, run: rollover },
  { title: `${DEPLOYMENT} Deployment should have a working scale subresource [Conformance]`, run: scale },
  { title: `${DEPLOYMENT} should validate Deployment Status endpoints [Conformance]`, run: status },
  { title: `${DEPLOYMENT} should run the lifecycle of a Deployment [Conformance]`, run: lifecycle },
];
