// Volumes, claims and attachments as an API; what binds them is tried elsewhere.
import { expect } from 'vitest';
import { container, pod } from './pods.ts';
import type { Loose, Resource, Spec, Trial } from './trial.ts';

const volumes = (t: Trial): Resource => t.of('v1', 'persistentvolumes');
const claims = (t: Trial): Resource => t.of('v1', 'persistentvolumeclaims');

interface Pair {
  readonly volume: Loose;
  readonly claim: Loose;
}

async function pair(t: Trial): Promise<Pair> {
  const labelSelector = `e2e-pv-pool=${t.ns}`;
  t.cleanup(() => volumes(t).removeAll({ labelSelector }));
  const capacity = { storage: '2Gi' };
  const volume = await volumes(t).create({
    metadata: { generateName: `${t.ns}-`, labels: { 'e2e-pv-pool': t.ns } },
    spec: {
      capacity,
      accessModes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: t.ns,
      csi: { driver: 'inline-driver.example.com', volumeHandle: 'e2e-conformance' },
    },
  });
  const claim = await claims(t).create({
    metadata: { generateName: 'pvc-' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: t.ns, resources: { requests: capacity } },
  });
  return { volume, claim };
}

async function lifecycle(t: Trial): Promise<void> {
  const labelSelector = `e2e-pv-pool=${t.ns}`;
  const { volume, claim } = await pair(t);
  const [pv, pvc] = [volume.metadata.name, claim.metadata.name];
  expect(await volumes(t).items({ labelSelector })).toHaveLength(1);
  expect(await claims(t).items()).toHaveLength(1);
  for (const [r, name] of [
    [volumes(t), pv],
    [claims(t), pvc],
  ] as const) {
    const patched = await r.patch(name, 'strategic', { metadata: { labels: { [name]: 'patched' } } });
    expect(patched.metadata.labels[name]).toBe('patched');
    expect((await r.get(name)).metadata.uid).toBe(patched.metadata.uid);
  }
  await claims(t).remove(pvc);
  await t.until('no claims', async () => (await claims(t).items()).length === 0, 30);
  await volumes(t).remove(pv);
  await t.until('no volumes', async () => (await volumes(t).items({ labelSelector })).length === 0, 30);
  const again = await pair(t);
  for (const [r, name] of [
    [volumes(t), again.volume.metadata.name],
    [claims(t), again.claim.metadata.name],
  ] as const) {
    const updated = await r.change(name, (o) => {
      o.metadata.labels = { ...o.metadata.labels, [name]: 'updated' };
    });
    expect(updated.metadata.labels[name]).toBe('updated');
  }
  const selector = { labelSelector: `${again.claim.metadata.name}=updated` };
  expect(await t.of('v1', 'persistentvolumeclaims', '').items(selector)).toHaveLength(1);
  await claims(t).removeAll(selector);
  await t.until('no claims', async () => (await claims(t).items(selector)).length === 0, 30);
  const updated = { labelSelector: `${again.volume.metadata.name}=updated` };
  await volumes(t).removeAll(updated);
  await t.until('no volumes', async () => (await volumes(t).items(updated)).length === 0, 30);
}

async function status(t: Trial): Promise<void> {
  const { volume, claim } = await pair(t);
  const [pv, pvc] = [volume.metadata.name, claim.metadata.name];
  expect(['Pending', 'Bound']).toContain((await claims(t).get(pvc, 'status')).status.phase);
  expect(['Available', 'Bound', 'Pending']).toContain((await volumes(t).get(pv, 'status')).status.phase);
  const condition = {
    type: 'StatusPatched',
    status: 'True',
    reason: 'E2E patchedStatus',
    message: 'Set from e2e test',
  };
  const patched = await claims(t).patch(pvc, 'merge', { status: { conditions: [condition] } }, 'status');
  expect(patched.status.conditions).toMatchObject([condition]);
  const words = { message: 'StatusPatched', reason: 'E2E patchStatus' };
  expect((await volumes(t).patch(pv, 'merge', { status: words }, 'status')).status).toMatchObject(words);
  const more = { ...condition, type: 'StatusUpdated', reason: 'E2E updateStatus' };
  const updated = await claims(t).change(pvc, (c) => void c.status.conditions.push(more), 'status');
  expect(updated.status.conditions.at(-1)).toMatchObject(more);
  const changed = { message: 'StatusUpdated', reason: 'E2E updateStatus' };
  const written = await volumes(t).change(pv, (v) => void Object.assign(v.status, changed), 'status');
  expect(written.status).toMatchObject(changed);
}

async function attachment(t: Trial): Promise<void> {
  const all = t.of('storage.k8s.io/v1', 'volumeattachments');
  const name = `va-${t.ns}`;
  t.cleanup(() => all.remove(name));
  const spec = { attacher: 'e2e-test.storage.k8s.io', nodeName: 'node-1', source: { persistentVolumeName: 'pv-e2e' } };
  await all.create({ metadata: { name }, spec, status: { attached: false } });
  const labelled = await all.patch(name, 'strategic', { metadata: { labels: { [name]: 'patched' } } });
  expect(labelled.metadata.labels[name]).toBe('patched');
  expect((await all.get(name, 'status')).status.attached).toBe(false);
  expect((await all.patch(name, 'merge', { status: { attached: true } }, 'status')).status.attached).toBe(true);
  const updated = await all.change(
    name,
    (a) => {
      a.status.attached = false;
    },
    'status',
  );
  expect(updated.status.attached).toBe(false);
  await all.remove(name);
  await all.gone(name);
}

/** A pod with a volume of a driver that is in no cluster is stored, listed, patched and deleted. */
async function inline(t: Trial): Promise<void> {
  const pods = t.of('v1', 'pods');
  const drivers = t.of('storage.k8s.io/v1', 'csidrivers');
  const driver = `inline-driver-${t.ns}`;
  t.cleanup(() => drivers.remove(driver));
  await drivers.create({
    metadata: { name: driver },
    spec: { volumeLifecycleModes: ['Ephemeral'], attachRequired: false },
  });
  const csi = { driver, volumeAttributes: { a: 'b' } };
  const containers = [container({ volumeMounts: [{ name: 'test', mountPath: '/test' }] })];
  await pods.create(pod('inline', { spec: { containers, volumes: [{ name: 'test', csi }] } }));
  expect((await pods.get('inline')).spec.volumes[0].csi).toMatchObject(csi);
  const patched = await pods.patch('inline', 'strategic', { metadata: { labels: { e2e: 'patched' } } });
  expect(patched.metadata.labels.e2e).toBe('patched');
  expect(await pods.items({ labelSelector: 'e2e=patched' })).toHaveLength(1);
  await pods.remove('inline', { gracePeriodSeconds: 0 });
  await pods.gone('inline');
}

const PV = '[sig-storage] PersistentVolumes CSI Conformance should';

export const VOLUMES: readonly Spec[] = [
  { title: `${PV} run through the lifecycle of a PV and a PVC [Conformance]`, run: lifecycle },
  { title: `${PV} apply changes to a pv/pvc status [Conformance]`, run: status },
  {
    title: '[sig-storage] VolumeAttachment Conformance should apply changes to a volumeattachment status [Conformance]',
    run: attachment,
  },
  {
    title: '[sig-storage] CSIInlineVolumes should support CSIVolumeSource in Pod API [Conformance]',
    run: inline,
    level: 'baseline',
  },
];
