// Volumes made by the simulated cloud's CSI driver: provisioned, attached, mounted, moved, made larger, deleted.
import { describe, expect, it } from 'vitest';
import type {
  Event,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../../src/model/generated/core.v1.ts';
import type { VolumeAttachment } from '../../../src/model/generated/storage.v1.ts';
import type { KubeList } from '../../../src/model/object.ts';
import { DRIVER } from '../../../src/simulator/cloud/cloud.ts';
import { shouldDelete, shouldProvision } from '../../../src/simulator/cloud/provisioner.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import * as decide from '../../../src/simulator/controllers/attachdetach/decide.ts';
import { claimFor } from '../../../src/simulator/controllers/ephemeral/controller.ts';
import { asksForMore } from '../../../src/simulator/controllers/expand/controller.ts';
import { node, pod } from './objects.ts';

const MINUTE = 60_000_000;
const NS = '/api/v1/namespaces/default';

function disk(name: string, accessModes = ['ReadWriteOnce']): PersistentVolume {
  const spec = { accessModes, csi: { driver: DRIVER, volumeHandle: `disk-${name}` } } as PersistentVolume['spec'];
  return { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, ...(spec ? { spec } : {}) };
}

function user(name: string, claimName: string, o: Parameters<typeof pod>[1] = {}): Pod {
  return pod(name, { ...o, spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] } });
}

describe('what has to be attached', () => {
  const claims: Record<string, string> = { 'demo/a': 'va', 'demo/b': 'vb' };
  const lookup: decide.Lookup = {
    claim: (key) =>
      claims[key] === undefined
        ? undefined
        : ({ metadata: {}, spec: { volumeName: claims[key] } } as unknown as PersistentVolumeClaim),
    volume: disk,
    attaches: () => true,
  };
  it('is what pods on nodes use and have not ended', () => {
    const pods = [
      user('p', 'a'),
      user('q', 'a'),
      user('r', 'b', { node: 'n2' }),
      user('s', 'b', { node: '' }),
      user('t', 'b', { phase: 'Succeeded' }),
    ];
    const found = decide.wanted(pods, lookup);
    expect([...found].map(([k, w]) => `${k} ${w.pods.length}`)).toEqual(['va/n1 2', 'vb/n2 1']);
    expect(decide.wanted(pods, { ...lookup, attaches: () => false }).size).toBe(0);
  });
  it('goes when the kubelet has unmounted it, after six minutes, or at once from a node out of service', () => {
    const name = decide.uniqueName(disk('v'));
    const busy: Node = { ...node('n'), status: { volumesInUse: [name] } };
    expect(decide.mayDetach(busy, name, 0)).toBe(false);
    expect(decide.mayDetach(busy, name, 360_001)).toBe(true);
    const lost = {
      ...busy,
      spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' as const }] },
    };
    expect(decide.mayDetach(lost, name, 0)).toBe(true);
    expect(decide.mayDetach({ ...busy, status: {} }, name, 0)).toBe(true);
  });
  it.each<[Pod[], string]>([
    [[], `exclusively attached to one node and can't be attached to another`],
    [[pod('p1'), pod('p2')], 'used by pod(s) p1, p2'],
  ])('another node’s volume: %#', (others, text) =>
    expect(decide.multiAttachMessage('v', pod('me'), others)).toBe(
      `Multi-Attach error for volume "v" Volume is already ${text}`,
    ),
  );
});

describe('what the sidecars take on', () => {
  const claim = (annotations: Record<string, string>): PersistentVolumeClaim => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c', namespace: 'demo', annotations },
    spec: {},
  });
  const mine = { 'volume.kubernetes.io/storage-provisioner': DRIVER };
  const cls = (
    mode: 'Immediate' | 'WaitForFirstConsumer',
    provisioner = DRIVER,
  ): Parameters<typeof shouldProvision>[1] => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 's' },
    provisioner,
    volumeBindingMode: mode,
  });
  it('claims of their class, once a node is chosen where the class waits for one', () => {
    expect(shouldProvision(claim(mine), cls('Immediate'))).toBe(true);
    expect(shouldProvision(claim({}), cls('Immediate'))).toBe(false);
    expect(shouldProvision(claim(mine), cls('WaitForFirstConsumer'))).toBe(false);
    expect(
      shouldProvision(claim({ ...mine, 'volume.kubernetes.io/selected-node': 'n' }), cls('WaitForFirstConsumer')),
    ).toBe(true);
    expect(shouldProvision(claim(mine), cls('Immediate', 'other'))).toBe(false);
  });
  it('no released volume of another, or that is to be kept', () => {
    const metadata = {
      name: 'v',
      annotations: { 'pv.kubernetes.io/provisioned-by': DRIVER },
      finalizers: ['external-provisioner.volume.kubernetes.io/finalizer'],
    };
    const released: PersistentVolume = {
      ...disk('v'),
      metadata,
      spec: { persistentVolumeReclaimPolicy: 'Delete' },
      status: { phase: 'Released' },
    };
    expect(shouldDelete(released)).toBe(true);
    expect(shouldDelete({ ...released, spec: { persistentVolumeReclaimPolicy: 'Retain' } })).toBe(false);
    expect(shouldDelete({ ...released, metadata: { name: 'v' } })).toBe(false);
  });
  it('sizes that grow', () => {
    const of = (asked: string): PersistentVolumeClaim => ({
      ...claim({}),
      spec: { resources: { requests: { storage: asked } } },
      status: { phase: 'Bound', capacity: { storage: '1Gi' } },
    });
    expect(asksForMore(of('2Gi'), of('1Gi'))).toBe(true);
    expect(asksForMore(of('2Gi'), of('2Gi'))).toBe(false);
  });
  it('an ephemeral volume’s claim belongs to its pod', () => {
    const spec = { accessModes: ['ReadWriteOnce' as const] };
    expect(claimFor(pod('p'), { name: 'tmp', ephemeral: { volumeClaimTemplate: { spec } } })?.metadata).toMatchObject({
      name: 'p-tmp',
      namespace: 'demo',
      ownerReferences: [{ kind: 'Pod', name: 'p', uid: 'uid-p', controller: true, blockOwnerDeletion: true }],
    });
  });
});

function cloudy(): Cluster {
  const cluster = new Cluster({ nodes: 2, cloud: true });
  cluster.settle(MINUTE);
  post(cluster, `${NS}/persistentvolumeclaims`, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  cluster.runUntil(cluster.now + MINUTE / 6);
  return cluster;
}

function post(cluster: Cluster, path: string, body: object): void {
  expect(cluster.request({ method: 'POST', path, body }).code).toBe(201);
}

function run(cluster: Cluster, name: string, more: object = {}): void {
  const container = { name: 'web', image: 'nginx:1.27', volumeMounts: [{ name: 'data', mountPath: '/data' }] };
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
  post(cluster, `${NS}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [container], volumes, terminationGracePeriodSeconds: 1, ...more },
  });
}

const get = <T>(c: Cluster, path: string): T => c.request({ method: 'GET', path, observer: true }).body as T;
const phase = (c: Cluster, name: string): string | undefined => get<Pod>(c, `${NS}/pods/${name}`).status?.phase;
const claimOf = (c: Cluster): PersistentVolumeClaim => get(c, `${NS}/persistentvolumeclaims/data`);
const attachments = (c: Cluster): readonly VolumeAttachment[] =>
  get<KubeList<VolumeAttachment>>(c, '/apis/storage.k8s.io/v1/volumeattachments').items;
const events = (c: Cluster, kind: string): string[] =>
  get<KubeList<Event>>(c, `${NS}/events`)
    .items.filter((e) => e.involvedObject.kind === kind)
    .map((e) => `${e.reason}: ${e.message}`);

describe('a class of attributes', () => {
  it('stays until no claim has it any more', () => {
    const cluster = new Cluster({ nodes: 1, registerControlPlane: false });
    cluster.settle(MINUTE);
    const classes = '/apis/storage.k8s.io/v1/volumeattributesclasses';
    const parameters = { iops: '3000' };
    post(cluster, classes, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttributesClass',
      metadata: { name: 'gold' },
      driverName: DRIVER,
      parameters,
    });
    const spec = {
      accessModes: ['ReadWriteOnce'],
      volumeAttributesClassName: 'gold',
      resources: { requests: { storage: '1Gi' } },
    };
    post(cluster, `${NS}/persistentvolumeclaims`, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec,
    });
    cluster.runUntil(cluster.now + MINUTE / 6);
    cluster.request({ method: 'DELETE', path: `${classes}/gold` });
    cluster.runUntil(cluster.now + MINUTE / 6);
    expect(cluster.request({ method: 'GET', path: `${classes}/gold`, observer: true }).code).toBe(200);
    cluster.request({ method: 'DELETE', path: `${NS}/persistentvolumeclaims/data` });
    cluster.runUntil(cluster.now + MINUTE / 6);
    expect(cluster.request({ method: 'GET', path: `${classes}/gold`, observer: true }).code).toBe(404);
  });
});

describe('a pod whose claim nobody binds', () => {
  it('is told why, and does not keep the cluster busy', () => {
    const cluster = new Cluster({ nodes: 1, registerControlPlane: false });
    cluster.settle(MINUTE);
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    post(cluster, `${NS}/persistentvolumeclaims`, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec,
    });
    run(cluster, 'stuck', { nodeName: 'worker-1' });
    expect(cluster.settle(MINUTE)).toBe(true);
    cluster.runUntil(cluster.now + 3 * MINUTE);
    expect(phase(cluster, 'stuck')).toBe('Pending');
    expect(events(cluster, 'Pod').find((e) => e.startsWith('FailedMount'))).toContain(
      'failed to process volumes=[data]: error processing PVC default/data: PVC is not bound',
    );
  });
});

describe('a disk in a cluster with a simulated cloud', () => {
  const cluster = cloudy();

  it('is not made before a pod wants it', () => {
    expect(claimOf(cluster).spec?.storageClassName).toBe('standard');
    expect(claimOf(cluster).status?.phase).toBe('Pending');
    expect(events(cluster, 'PersistentVolumeClaim')).toEqual([
      'WaitForFirstConsumer: waiting for first consumer to be created before binding',
    ]);
  });
  it('is made for the node that the scheduler chose, attached there, and mounted', () => {
    run(cluster, 'web');
    cluster.runUntil(cluster.now + MINUTE);
    expect(phase(cluster, 'web')).toBe('Running');
    const claim = claimOf(cluster);
    expect(claim.metadata.annotations?.['volume.kubernetes.io/selected-node']).toBe(
      get<Pod>(cluster, `${NS}/pods/web`).spec?.nodeName,
    );
    const volume = get<PersistentVolume>(cluster, `/api/v1/persistentvolumes/${claim.spec?.volumeName}`);
    expect(volume.metadata.name).toBe(`pvc-${claim.metadata.uid}`);
    expect(volume.status?.phase).toBe('Bound');
    expect(attachments(cluster).map((a) => a.status?.attached)).toEqual([true]);
    const on = get<Node>(cluster, `/api/v1/nodes/${attachments(cluster)[0]?.spec.nodeName}`);
    expect(on.status?.volumesAttached?.map((v) => v.name)).toEqual([decide.uniqueName(volume)]);
    expect(on.status?.volumesInUse).toEqual([decide.uniqueName(volume)]);
    const said = [
      'Provisioning: External provisioner is provisioning volume for claim "default/data"',
      `ProvisioningSucceeded: Successfully provisioned volume ${volume.metadata.name}`,
    ];
    expect(events(cluster, 'PersistentVolumeClaim')).toEqual(expect.arrayContaining(said));
    expect(events(cluster, 'Pod')).toContain(
      `SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "${volume.metadata.name}" `,
    );
  });
  it('is on one node only: a second pod elsewhere waits until the first has gone', () => {
    const first = get<Pod>(cluster, `${NS}/pods/web`).spec?.nodeName;
    run(cluster, 'other', { nodeName: first === 'worker-1' ? 'worker-2' : 'worker-1' });
    cluster.runUntil(cluster.now + MINUTE);
    expect(phase(cluster, 'other')).toBe('Pending');
    expect(events(cluster, 'Pod').find((e) => e.startsWith('FailedAttachVolume'))).toContain(
      'Volume is already used by pod(s) web',
    );
    cluster.request({ method: 'DELETE', path: `${NS}/pods/web` });
    cluster.runUntil(cluster.now + MINUTE);
    expect(phase(cluster, 'other')).toBe('Running');
    expect(attachments(cluster).map((a) => a.spec.nodeName === first)).toEqual([false]);
  });
  it('grows with its claim', () => {
    const body = { spec: { resources: { requests: { storage: '2Gi' } } } };
    const path = `${NS}/persistentvolumeclaims/data`;
    expect(cluster.request({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body }).code).toBe(
      200,
    );
    cluster.runUntil(cluster.now + MINUTE / 2);
    expect(claimOf(cluster).status?.capacity?.storage).toBe('2Gi');
    expect(events(cluster, 'PersistentVolumeClaim').map((e) => e.split(':')[0])).toEqual(
      expect.arrayContaining(['ExternalExpanding', 'Resizing', 'VolumeResizeSuccessful']),
    );
  });
  it('waits while the driver is stopped, and goes with its claim when that may go', () => {
    cluster.request({ method: 'DELETE', path: `${NS}/persistentvolumeclaims/data` });
    cluster.runUntil(cluster.now + MINUTE / 6);
    expect(claimOf(cluster).metadata.deletionTimestamp).toBeDefined();
    cluster.fault('stop', { component: 'csi-driver' });
    cluster.request({ method: 'DELETE', path: `${NS}/pods/other` });
    cluster.runUntil(cluster.now + MINUTE);
    expect(attachments(cluster)[0]?.metadata.deletionTimestamp).toBeDefined();
    cluster.fault('start', { component: 'csi-driver' });
    cluster.runUntil(cluster.now + MINUTE);
    expect(attachments(cluster)).toEqual([]);
    expect(get<KubeList<PersistentVolume>>(cluster, '/api/v1/persistentvolumes').items).toEqual([]);
  });
});
