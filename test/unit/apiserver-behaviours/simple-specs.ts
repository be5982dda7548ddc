// Kinds that are only data: created, read, changed, found by label, deleted by label.
import { expect } from 'vitest';
import { container } from './pods.ts';
import { type Loose, type Resource, refused, type Spec, type Trial } from './trial.ts';

interface Life {
  readonly apiVersion: string;
  readonly plural: string;
  readonly make: (t: Trial, name: string) => Loose;
  readonly name?: (t: Trial, n: number) => string;
}

/** Create, get, list, patch, update, delete; then another one, deleted by its label. */
async function life(t: Trial, { apiVersion, plural, make, name: nameOf }: Life): Promise<void> {
  const r = t.of(apiVersion, plural);
  const everywhere = t.of(apiVersion, plural, '');
  const names = [1, 2].map((n) => nameOf?.(t, n) ?? `${t.ns}-${n}`);
  const [name = '', other = ''] = names;
  t.cleanup(() => r.remove(name));
  t.cleanup(() => r.remove(other));
  const { metadata, ...rest } = make(t, name);
  const first = await r.create({ metadata: { ...metadata, name }, ...rest });
  expect((await r.get(name)).metadata.uid).toBe(first.metadata.uid);
  const patched = await r.patch(name, 'strategic', { metadata: { labels: { [t.ns]: 'patched' } } });
  expect(patched.metadata.labels).toMatchObject({ [t.ns]: 'patched' });
  expect(await everywhere.items({ labelSelector: `${t.ns}=patched` })).toHaveLength(1);
  await r.remove(name);
  await r.gone(name);
  const again = make(t, other);
  await r.create({ ...again, metadata: { ...again.metadata, name: other } });
  const updated = await r.change(other, (o) => {
    o.metadata.labels = { ...o.metadata.labels, [t.ns]: 'updated' };
  });
  expect(updated.metadata.labels).toMatchObject({ [t.ns]: 'updated' });
  const labelSelector = `${t.ns}=updated`;
  expect(await everywhere.items({ labelSelector })).toHaveLength(1);
  await r.removeAll({ labelSelector });
  await t.until('the collection to be gone', async () => (await r.items({ labelSelector })).length === 0);
}

const lives = (title: string, of: Life): Spec => ({ title, run: (t) => life(t, of) });

async function emptyKey(t: Trial, plural: string, value: string): Promise<void> {
  const asked = t.of('v1', plural).create({ metadata: { name: 'emptykey' }, data: { '': value } });
  await refused(asked, 422, 'Invalid');
}

async function mapLifecycle(t: Trial): Promise<void> {
  const maps = t.of('v1', 'configmaps');
  const labels = { 'test-configmap-static': t.ns };
  const labelSelector = `test-configmap-static=${t.ns}`;
  await maps.create({ metadata: { name: 'test-configmap', labels }, data: { valueName: 'value' } });
  expect((await maps.get('test-configmap')).data.valueName).toBe('value');
  const patch = { metadata: { labels: { 'test-configmap': 'patched' } }, data: { valueName: 'value1' } };
  await maps.patch('test-configmap', 'strategic', patch);
  const items = await t.of('v1', 'configmaps', '').items({ labelSelector });
  expect(items[0]).toMatchObject({
    data: { valueName: 'value1' },
    metadata: { labels: { 'test-configmap': 'patched' } },
  });
  await maps.removeAll({ labelSelector });
  await t.until('the collection to be gone', async () => (await maps.items({ labelSelector })).length === 0);
}

async function mapUpdate(t: Trial): Promise<void> {
  const maps = t.of('v1', 'configmaps');
  await maps.create({ metadata: { name: 'configmap-test' }, data: { 'data-1': 'value-1' } });
  await maps.change('configmap-test', (m) => {
    m.data['data-2'] = 'value-2';
  });
  expect((await maps.get('configmap-test')).data).toEqual({ 'data-1': 'value-1', 'data-2': 'value-2' });
}

async function secretPatch(t: Trial): Promise<void> {
  const secrets = t.of('v1', 'secrets');
  const labels = { testsecret: 'true' };
  await secrets.create({ metadata: { name: 'test-secret', labels }, data: { key: 'dmFsdWU=' }, type: 'Opaque' });
  expect(await t.of('v1', 'secrets', '').items({ labelSelector: 'testsecret=true' })).toHaveLength(1);
  const patch = { metadata: { labels: { 'testsecret-constant': 'true' } }, data: { key: 'dmFsdWUx' } };
  const patched = await secrets.patch('test-secret', 'strategic', patch);
  expect(patched).toMatchObject({ data: { key: 'dmFsdWUx' }, metadata: { labels: { 'testsecret-constant': 'true' } } });
  await secrets.removeAll({ labelSelector: 'testsecret=true' });
  expect(await t.of('v1', 'secrets', '').items({ labelSelector: 'testsecret=true' })).toEqual([]);
}

/** What is immutable refuses every change but to its metadata, and never becomes mutable again. */
async function immutable(t: Trial, plural: string, value: string, other: string): Promise<void> {
  const r = t.of('v1', plural);
  await r.create({ metadata: { name: 'immutable' }, data: { 'data-1': value } });
  const set = (change: (o: Loose) => void): Promise<Loose> => r.change('immutable', change);
  await set((o) => {
    o.data['data-1'] = other;
  });
  await set((o) => {
    o.immutable = true;
  });
  const changes: readonly ((o: Loose) => void)[] = [
    (o) => {
      o.data['data-1'] = value;
    },
    (o) => {
      o.data['data-2'] = value;
    },
    (o) => {
      o.immutable = false;
    },
  ];
  for (const change of changes) await refused(set(change), 422, 'Invalid');
  await set((o) => {
    o.metadata.labels = { label1: 'value1' };
  });
  await r.remove('immutable');
}

async function lease(t: Trial): Promise<void> {
  const leases = t.of('coordination.k8s.io/v1', 'leases');
  const spec = {
    holderIdentity: 'holder',
    leaseDurationSeconds: 30,
    acquireTime: '2026-01-01T00:00:00.123456Z',
    renewTime: '2026-01-01T00:00:01.000000Z',
    leaseTransitions: 0,
  };
  await leases.create({ metadata: { name: 'lease' }, spec });
  expect((await leases.get('lease')).spec).toEqual(spec);
  const next = { ...spec, holderIdentity: 'holder2', leaseDurationSeconds: 60, leaseTransitions: 1 };
  const updated = await leases.change('lease', (l) => {
    l.spec = next;
  });
  expect(updated.spec).toEqual(next);
  const patched = await leases.patch('lease', 'strategic', { spec: { leaseDurationSeconds: 40 } });
  expect(patched.spec.leaseDurationSeconds).toBe(40);
  await leases.create({ metadata: { name: 'lease2', labels: { deletecollection: 'true' } }, spec });
  expect(await leases.items()).toHaveLength(2);
  await leases.removeAll({ labelSelector: 'deletecollection=true' });
  await t.until('one to be left', async () => (await leases.items()).length === 1);
  await leases.remove('lease');
  await refused(leases.get('lease'), 404, 'NotFound');
}

const templates = (t: Trial): Resource => t.of('v1', 'podtemplates');
const makeTemplate = (labels: object): Loose => ({
  metadata: { labels },
  template: { metadata: { labels }, spec: { containers: [container()] } },
});

async function templateLifecycle(t: Trial): Promise<void> {
  const made = makeTemplate({ 'podtemplate-static': 'true' });
  await templates(t).create({ ...made, metadata: { ...made.metadata, name: 'nginx' } });
  const items = await t.of('v1', 'podtemplates', '').items({ labelSelector: 'podtemplate-static=true' });
  expect(items).toHaveLength(1);
  const patch = { metadata: { labels: { podtemplate: 'patched' } } };
  expect((await templates(t).patch('nginx', 'strategic', patch)).metadata.labels.podtemplate).toBe('patched');
  await templates(t).remove('nginx');
  expect(await t.of('v1', 'podtemplates', '').items({ labelSelector: 'podtemplate=patched' })).toEqual([]);
}

async function templateCollection(t: Trial): Promise<void> {
  const labels = { 'podtemplate-set': t.ns };
  const labelSelector = `podtemplate-set=${t.ns}`;
  for (let i = 1; i <= 3; i++) {
    const made = makeTemplate(labels);
    await templates(t).create({ ...made, metadata: { ...made.metadata, name: `test-podtemplate-${i}` } });
  }
  expect(await templates(t).items({ labelSelector })).toHaveLength(3);
  await templates(t).removeAll({ labelSelector });
  await t.until('none to be left', async () => (await templates(t).items({ labelSelector })).length === 0);
}

async function templateReplace(t: Trial): Promise<void> {
  const made = makeTemplate({ podtemplate: 'e2e' });
  await templates(t).create({ ...made, metadata: { ...made.metadata, name: 'e2e' } });
  const updated = await templates(t).change('e2e', (p) => {
    p.metadata.annotations = { updated: 'true' };
  });
  expect(updated.metadata.annotations).toEqual({ updated: 'true' });
}

async function node(t: Trial): Promise<void> {
  const nodes = t.of('v1', 'nodes');
  const name = `e2e-fake-node-${t.ns}`;
  t.cleanup(() => nodes.remove(name));
  const ready = { type: 'Ready', status: 'True', reason: 'E2E', message: 'Set from e2e test' };
  const made = await nodes.create({
    metadata: { name },
    spec: { unschedulable: true },
    status: { phase: 'Running', conditions: [ready] },
  });
  expect(made.metadata.name).toBe(name);
  expect((await nodes.get(name)).metadata.name).toBe(name);
  const patched = await nodes.patch(name, 'strategic', { metadata: { labels: { [name]: 'patched' } } });
  expect(patched.metadata.labels[name]).toBe('patched');
  expect(await nodes.items({ labelSelector: `${name}=patched` })).toHaveLength(1);
  const updated = await nodes.change(name, (n) => {
    n.metadata.labels[name] = 'updated';
  });
  expect(updated.metadata.labels[name]).toBe('updated');
  await nodes.remove(name);
  await nodes.gone(name, 180);
}

export const SIMPLE: readonly Spec[] = [
  {
    title: '[sig-node] ConfigMap should fail to create ConfigMap with empty key [Conformance]',
    run: (t) => emptyKey(t, 'configmaps', 'value-1'),
  },
  { title: '[sig-node] ConfigMap should run through a ConfigMap lifecycle [Conformance]', run: mapLifecycle },
  {
    title: '[sig-node] ConfigMap should update ConfigMap successfully [NodeConformance] [Conformance]',
    run: mapUpdate,
  },
  {
    title: '[sig-node] Secrets should fail to create secret due to empty secret key [Conformance]',
    run: (t) => emptyKey(t, 'secrets', 'dmFsdWU='),
  },
  { title: '[sig-node] Secrets should patch a secret [Conformance]', run: secretPatch },
  {
    title: '[sig-storage] ConfigMap should be immutable if `immutable` field is set [Conformance]',
    run: (t) => immutable(t, 'configmaps', 'value-1', 'value-2'),
  },
  {
    title: '[sig-storage] Secrets should be immutable if `immutable` field is set [Conformance]',
    run: (t) => immutable(t, 'secrets', 'dmFsdWUx', 'dmFsdWUy'),
  },
  { title: '[sig-node] Lease lease API should be available [Conformance]', run: lease },
  { title: '[sig-node] PodTemplates should run the lifecycle of PodTemplates [Conformance]', run: templateLifecycle },
  {
    title: '[sig-node] PodTemplates should delete a collection of pod templates [Conformance]',
    run: templateCollection,
  },
  { title: '[sig-node] PodTemplates should replace a pod template [Conformance]', run: templateReplace },
  { title: '[sig-node] Node Lifecycle should run through the lifecycle of a node [Conformance]', run: node },
  lives(
    '[sig-storage] StorageClasses CSI Conformance should run through the lifecycle of a StorageClass [Conformance]',
    {
      apiVersion: 'storage.k8s.io/v1',
      plural: 'storageclasses',
      make: () => ({ provisioner: 'e2e-fake-provisioner', reclaimPolicy: 'Delete', metadata: {} }),
    },
  ),
  lives('[sig-storage] CSINodes CSI Conformance should run through the lifecycle of a csinode [Conformance]', {
    apiVersion: 'storage.k8s.io/v1',
    plural: 'csinodes',
    make: () => ({
      metadata: {},
      spec: {
        drivers: [{ name: 'io.kubernetes.storage.csi1', nodeID: 'e2e-node', topologyKeys: ['company.com/zone1'] }],
      },
    }),
  }),
  lives(
    '[sig-storage] VolumeAttachment Conformance should run through the lifecycle of a VolumeAttachment [Conformance]',
    {
      apiVersion: 'storage.k8s.io/v1',
      plural: 'volumeattachments',
      make: () => ({
        metadata: {},
        spec: { attacher: 'e2e-test.storage.k8s.io', nodeName: 'node-1', source: { persistentVolumeName: 'pv-e2e' } },
      }),
    },
  ),
  lives(
    '[sig-storage] VolumeAttributesClass [FeatureGate:VolumeAttributesClass] should run through the lifecycle of a VolumeAttributesClass [Conformance]',
    {
      apiVersion: 'storage.k8s.io/v1',
      plural: 'volumeattributesclasses',
      make: () => ({ metadata: {}, driverName: 'e2e-fake-csi-driver', parameters: { iops: '1000' } }),
    },
  ),
  lives('[sig-storage] CSIInlineVolumes should run through the lifecycle of a CSIDriver [Conformance]', {
    apiVersion: 'storage.k8s.io/v1',
    plural: 'csidrivers',
    make: () => ({
      metadata: {},
      spec: { volumeLifecycleModes: ['Ephemeral'], attachRequired: false, fsGroupPolicy: 'File' },
    }),
  }),
];
