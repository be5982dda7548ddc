// ResourceQuota: usage follows what comes and goes, and what goes beyond is refused.
import { expect } from 'vitest';
import { pod, template, workload } from './pods.ts';
import { type Loose, type Resource, refused, type Spec, type Trial } from './trial.ts';

const QUOTA = '[sig-api-machinery] ResourceQuota should';
const NAME = 'test-quota';

const HARD = {
  pods: '5',
  services: '10',
  'services.nodeports': '1',
  'services.loadbalancers': '1',
  replicationcontrollers: '10',
  resourcequotas: '1',
  cpu: '1',
  memory: '500Mi',
  configmaps: '10',
  secrets: '10',
  persistentvolumeclaims: '10',
  'requests.storage': '10Gi',
  'requests.ephemeral-storage': '50Gi',
  'requests.example.com/dongle': '3',
  'count/replicasets.apps': '5',
};

const quotas = (t: Trial): Resource => t.of('v1', 'resourcequotas');

/** Until the quota has counted what there is. */
function used(t: Trial, name: string, expected: Record<string, string>): Promise<Loose> {
  return quotas(t).until(name, `to count ${JSON.stringify(expected)}`, ({ status }) =>
    Object.entries(expected).every(([k, v]) => status?.used?.[k] === v && status?.hard?.[k] !== undefined),
  );
}

/** The quota of every spec, counted: the root certificate is one ConfigMap. */
async function start(t: Trial): Promise<void> {
  await quotas(t).create({ metadata: { name: NAME }, spec: { hard: HARD } });
  await used(t, NAME, { resourcequotas: '1', pods: '0', configmaps: '1', 'requests.storage': '0' });
}

async function prompt(t: Trial): Promise<void> {
  await start(t);
  const { status } = await quotas(t).get(NAME);
  expect(status.hard).toEqual(HARD);
}

async function services(t: Trial): Promise<void> {
  await start(t);
  const all = t.of('v1', 'services');
  const make = (name: string, type: string): Loose => ({ metadata: { name }, spec: { type, ports: [{ port: 80 }] } });
  await all.create(make('cluster', 'ClusterIP'));
  await all.create({ ...make('node', 'NodePort') });
  await refused(all.create({ ...make('balanced', 'LoadBalancer') }), 403, 'Forbidden');
  await used(t, NAME, { services: '2', 'services.nodeports': '1', 'services.loadbalancers': '0' });
  await all.remove('cluster');
  await all.remove('node');
  await used(t, NAME, { services: '0', 'services.nodeports': '0', 'services.loadbalancers': '0' });
}

async function secrets(t: Trial): Promise<void> {
  await start(t);
  const all = t.of('v1', 'secrets');
  await all.create({ metadata: { name: 'test-secret' }, data: { 'data-1': 'dmFsdWUtMQ==' } });
  await used(t, NAME, { secrets: '1' });
  await all.remove('test-secret');
  await used(t, NAME, { secrets: '0' });
}

async function configMaps(t: Trial): Promise<void> {
  await start(t);
  const all = t.of('v1', 'configmaps');
  await all.create({ metadata: { name: 'test-configmap' }, data: { 'data-1': 'value-1' } });
  await used(t, NAME, { configmaps: '2' });
  await all.remove('test-configmap');
  await used(t, NAME, { configmaps: '1' });
}

async function pods(t: Trial): Promise<void> {
  await start(t);
  const all = t.of('v1', 'pods');
  const ask = (cpu: string, memory: string, more: object = {}): Loose => ({
    requests: { cpu, memory, 'ephemeral-storage': '30Gi', ...more },
    limits: { ...more },
  });
  const dongle = { 'example.com/dongle': '2' };
  await all.create(pod('test-pod', { resources: ask('500m', '252Mi', dongle) }));
  const taken = { pods: '1', cpu: '500m', memory: '252Mi', 'requests.ephemeral-storage': '30Gi' };
  await used(t, NAME, { ...taken, 'requests.example.com/dongle': '2' });
  await refused(all.create(pod('too-much', { resources: ask('600m', '100Mi') })), 403, 'Forbidden');
  const extended = { requests: { cpu: '500m', memory: '100Mi', ...dongle }, limits: dongle };
  await refused(all.create(pod('too-many-dongles', { resources: extended })), 403, 'Forbidden');
  // Requirements of a pod cannot be taken back by an update.
  const change = all.change('test-pod', (p) => {
    p.spec.containers[0].resources.requests.cpu = '100m';
  });
  await refused(change, 422, 'Invalid');
  await used(t, NAME, taken);
  await all.remove('test-pod', { gracePeriodSeconds: 0 });
  await used(t, NAME, { pods: '0', cpu: '0', memory: '0', 'requests.ephemeral-storage': '0' });
}

async function replicationControllers(t: Trial): Promise<void> {
  await start(t);
  const all = t.of('v1', 'replicationcontrollers');
  const labels = { name: 'test-rc' };
  await all.create({
    metadata: { name: 'test-rc' },
    spec: { replicas: 0, selector: labels, template: template(labels) },
  });
  await used(t, NAME, { replicationcontrollers: '1' });
  await all.remove('test-rc', { propagationPolicy: 'Background' });
  await used(t, NAME, { replicationcontrollers: '0' });
}

async function replicaSets(t: Trial): Promise<void> {
  await start(t);
  const all = t.of('apps/v1', 'replicasets');
  await all.create({ metadata: { name: 'test-rs' }, spec: workload({ name: 'test-rs' }, { replicas: 0 }) });
  await used(t, NAME, { 'count/replicasets.apps': '1' });
  await all.remove('test-rs');
  await used(t, NAME, { 'count/replicasets.apps': '0' });
}

async function updateAndDelete(t: Trial): Promise<void> {
  const all = quotas(t);
  await all.create({ metadata: { name: 'quota' }, spec: { hard: { cpu: '1', memory: '500Mi' } } });
  expect((await all.get('quota')).spec.hard).toEqual({ cpu: '1', memory: '500Mi' });
  const changed = await all.change('quota', (q) => {
    q.spec.hard = { cpu: '2', memory: '1Gi' };
  });
  expect(changed.spec.hard).toEqual({ cpu: '2', memory: '1Gi' });
  expect((await all.get('quota')).spec.hard).toEqual({ cpu: '2', memory: '1Gi' });
  await all.remove('quota');
  await refused(all.get('quota'), 404, 'NotFound');
}

async function lifecycle(t: Trial): Promise<void> {
  const all = quotas(t);
  const labels = { 'e2e-rq': t.ns };
  const labelSelector = `e2e-rq=${t.ns}`;
  await all.create({ metadata: { name: 'e2e-quota', labels }, spec: { hard: { cpu: '1', memory: '500Mi' } } });
  expect((await all.get('e2e-quota')).spec.hard).toEqual({ cpu: '1', memory: '500Mi' });
  expect(await t.of('v1', 'resourcequotas', '').items({ labelSelector })).toHaveLength(1);
  const patch = { metadata: { labels: { 'e2e-quota': 'patched' } }, spec: { hard: { memory: '750Mi' } } };
  const patched = await all.patch('e2e-quota', 'strategic', patch);
  expect(patched.metadata.labels).toMatchObject({ 'e2e-quota': 'patched' });
  expect(patched.spec.hard.memory).toBe('750Mi');
  await all.removeAll({ labelSelector });
  await t.until('the collection to be gone', async () => (await all.items({ labelSelector })).length === 0);
}

async function status(t: Trial): Promise<void> {
  const all = quotas(t);
  const hard = { cpu: '500m', memory: '500Mi' };
  const labels = { 'e2e-rq': t.ns };
  await all.create({ metadata: { name: 'e2e', labels }, spec: { hard } });
  await all.until('e2e', 'to have its status', (q) => q.status?.hard?.cpu === '500m');
  const from = await all.get('e2e');
  const { resourceVersion } = from.metadata;
  const watch = await all.watch({ labelSelector: `e2e-rq=${t.ns}`, resourceVersion });
  const wanted = { cpu: '250m', memory: '250Mi' };
  await all.change(
    'e2e',
    (q) => {
      q.status.hard = { ...wanted };
    },
    'status',
  );
  await t.event(watch, 'MODIFIED', (q) => q.status.hard.cpu === '250m' && q.status.hard.memory === '250Mi');
  // The controller puts back what spec says.
  await all.until('e2e', 'to be put right', (q) => q.status.hard.cpu === '500m', 310);
  await all.patch('e2e', 'merge', { status: { hard: wanted } }, 'status');
  await t.until('two writes seen', () => watch.events.filter((e) => e.object.status.hard.cpu === '250m').length >= 2);
  await all.until(
    'e2e',
    'to be put right',
    (q) => q.status.hard.cpu === '500m' && q.status.hard.memory === '500Mi',
    310,
  );
}

async function bestEffort(t: Trial): Promise<void> {
  const all = quotas(t);
  for (const [name, scope] of [
    ['quota-besteffort', 'BestEffort'],
    ['quota-not-besteffort', 'NotBestEffort'],
  ] as const) {
    await all.create({ metadata: { name }, spec: { hard: { pods: '5' }, scopes: [scope] } });
    await used(t, name, { pods: '0' });
  }
  await t.of('v1', 'pods').create(pod('best-effort'));
  await used(t, 'quota-besteffort', { pods: '1' });
  await used(t, 'quota-not-besteffort', { pods: '0' });
  await t.of('v1', 'pods').remove('best-effort', { gracePeriodSeconds: 0 });
  await used(t, 'quota-besteffort', { pods: '0' });
  const resources = { requests: { cpu: '500m', memory: '200Mi' }, limits: { cpu: '1', memory: '400Mi' } };
  await t.of('v1', 'pods').create(pod('burstable', { resources }));
  await used(t, 'quota-not-besteffort', { pods: '1' });
  await used(t, 'quota-besteffort', { pods: '0' });
  await t.of('v1', 'pods').remove('burstable', { gracePeriodSeconds: 0 });
  await used(t, 'quota-not-besteffort', { pods: '0' });
}

async function terminating(t: Trial): Promise<void> {
  const all = quotas(t);
  for (const [name, scope] of [
    ['quota-terminating', 'Terminating'],
    ['quota-not-terminating', 'NotTerminating'],
  ] as const) {
    await all.create({ metadata: { name }, spec: { hard: { pods: '5' }, scopes: [scope] } });
    await used(t, name, { pods: '0' });
  }
  const resources = { requests: { cpu: '500m', memory: '200Mi' }, limits: { cpu: '1', memory: '400Mi' } };
  await t.of('v1', 'pods').create(pod('test-pod', { resources }));
  await used(t, 'quota-not-terminating', { pods: '1' });
  await used(t, 'quota-terminating', { pods: '0' });
  await t.of('v1', 'pods').remove('test-pod', { gracePeriodSeconds: 0 });
  await used(t, 'quota-not-terminating', { pods: '0' });
  await t.of('v1', 'pods').create(pod('terminating-pod', { resources, spec: { activeDeadlineSeconds: 3600 } }));
  await used(t, 'quota-terminating', { pods: '1' });
  await used(t, 'quota-not-terminating', { pods: '0' });
  await t.of('v1', 'pods').remove('terminating-pod', { gracePeriodSeconds: 0 });
  await used(t, 'quota-terminating', { pods: '0' });
}

export const QUOTAS: readonly Spec[] = [
  { title: `${QUOTA} create a ResourceQuota and ensure its status is promptly calculated. [Conformance]`, run: prompt },
  { title: `${QUOTA} create a ResourceQuota and capture the life of a service. [Conformance]`, run: services },
  { title: `${QUOTA} create a ResourceQuota and capture the life of a secret. [Conformance]`, run: secrets },
  { title: `${QUOTA} create a ResourceQuota and capture the life of a pod. [Conformance]`, run: pods },
  { title: `${QUOTA} create a ResourceQuota and capture the life of a configMap. [Conformance]`, run: configMaps },
  {
    title: `${QUOTA} create a ResourceQuota and capture the life of a replication controller. [Conformance]`,
    run: replicationControllers,
  },
  { title: `${QUOTA} create a ResourceQuota and capture the life of a replica set. [Conformance]`, run: replicaSets },
  { title: `${QUOTA} be able to update and delete ResourceQuota. [Conformance]`, run: updateAndDelete },
  { title: `${QUOTA} manage the lifecycle of a ResourceQuota [Conformance]`, run: lifecycle },
  { title: `${QUOTA} apply changes to a resourcequota status [Conformance]`, run: status },
  { title: `${QUOTA} verify ResourceQuota with best effort scope. [Conformance]`, run: bestEffort },
  { title: `${QUOTA} verify ResourceQuota with terminating scopes. [Conformance]`, run: terminating },
];
