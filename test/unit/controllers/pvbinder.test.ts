// Facts: pkg/controller/volume/persistentvolume/pv_controller.go, v1.36.
import { describe, expect, it } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../src/model/generated/core.v1.ts';
import { unboundVolume } from '../../../src/simulator/controllers/pvbinder/decide.ts';
import { Played } from './played.ts';

const claim = (name: string, more: string): string =>
  `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: ${name}}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}${more}}\n`;
const volume = (name: string, more: string): string =>
  `apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: ${name}}\nspec: {capacity: {storage: 5Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /tmp/x}${more}}\n`;
const storage = (name: string, provisioner: string, isDefault = false): string =>
  `apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: ${name}${isDefault ? ', annotations: {storageclass.kubernetes.io/is-default-class: "true"}' : ''}}\nprovisioner: ${provisioner}\n`;
const SOURCE = 'persistentvolume-controller';
const claimOf = (p: Played, name: string): PersistentVolumeClaim | undefined =>
  p.get(`/api/v1/namespaces/default/persistentvolumeclaims/${name}`);

describe('a claim that cannot be bound', () => {
  it.each([
    [
      'a class that is not there',
      [claim('c', ', storageClassName: nope')],
      'Warning ProvisioningFailed: storageclass.storage.k8s.io "nope" not found',
    ],
    [
      'no class at all',
      [claim('c', '')],
      'Normal FailedBinding: no persistent volumes available for this claim and no storage class is set',
    ],
    [
      'a class that makes no volumes',
      [storage('local', 'kubernetes.io/no-provisioner'), claim('c', ', storageClassName: local')],
      'Warning ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner',
    ],
    [
      'a volume that another claim has',
      [
        volume('v', ', storageClassName: m, claimRef: {namespace: default, name: other}'),
        claim('c', ', storageClassName: m, volumeName: v'),
      ],
      'Warning FailedBinding: volume "v" already bound to a different claim.',
    ],
    [
      'a volume that is too small',
      [volume('v', ', storageClassName: m').replace('5Gi', '5Mi'), claim('c', ', storageClassName: m, volumeName: v')],
      'Warning VolumeMismatch: Cannot bind to requested volume "v": requested PV is too small',
    ],
  ])('says why: %s', (_, manifests, event) => {
    const played = new Played();
    for (const text of manifests) played.create(text);
    played.run(2);
    // The resync every 15 s says it again.
    expect(played.events(SOURCE).map((e) => e.replace(/ x\d+$/, ''))).toEqual([event]);
    expect(claimOf(played, 'c')?.status?.phase).toBe('Pending');
  });
  it('waits for the driver that has taken over from a plugin', () => {
    const played = new Played();
    played.create(storage('ebs', 'kubernetes.io/aws-ebs'));
    played.create(claim('c', ', storageClassName: ebs'));
    played.run(2);
    expect(claimOf(played, 'c')?.metadata.annotations?.['volume.kubernetes.io/storage-provisioner']).toBe(
      'ebs.csi.aws.com',
    );
    expect(played.events(SOURCE)[0]).toMatch(/external provisioner 'ebs\.csi\.aws\.com'/);
  });
  it('gets the default class that comes later', () => {
    const played = new Played();
    played.create(claim('c', ''));
    played.create(claim('none', ', storageClassName: ""'));
    played.run(2);
    played.create(storage('standard', 'x.example/y', true));
    played.run(20);
    expect(claimOf(played, 'c')?.spec?.storageClassName).toBe('standard');
    expect(claimOf(played, 'none')?.spec?.storageClassName).toBe('');
  });
});

describe('a volume whose claim is bound elsewhere', () => {
  const bound = (annotations: Record<string, string>): PersistentVolume => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'v', annotations },
    spec: { claimRef: { kind: 'PersistentVolumeClaim', namespace: 'n', name: 'c', uid: 'u' } },
  });
  it('is free again if the controller bound it', () => {
    const { metadata, spec } = unboundVolume(bound({ 'pv.kubernetes.io/bound-by-controller': 'yes' }));
    expect([spec, metadata]).toEqual([{}, { name: 'v' }]);
  });
  it('stays reserved if a person reserved it', () => {
    expect(unboundVolume(bound({})).spec?.claimRef).toEqual({
      kind: 'PersistentVolumeClaim',
      namespace: 'n',
      name: 'c',
    });
  });
});

describe('a volume whose claim is gone', () => {
  const source = (path: string): string => `hostPath: {path: ${path}}`;
  const nobody = 'csi: {driver: csi.example.com, volumeHandle: h}';
  // Upstream: reclaimVolume, recycleVolumeOperation, deleteVolumeOperation; host_path.go.
  it.each([
    ['Retain', source('/data'), 'Released', undefined],
    ['Delete', source('/tmp/x'), undefined, undefined],
    [
      'Delete',
      source('/data'),
      'Failed',
      'Warning VolumeFailedDelete: host_path deleter only supports /tmp/.+ but received provided /data',
    ],
    ['Recycle', nobody, 'Failed', 'Warning VolumeFailedRecycle: No recycler plugin found for the volume!'],
    ['Recycle', source('/data'), 'Released', undefined],
  ])('%s, %s: %s', (policy, where, phase, said) => {
    const p = new Played();
    const made = volume('v', `, persistentVolumeReclaimPolicy: ${policy}, storageClassName: m`);
    p.create(`${made.replace(source('/tmp/x'), where)}---\n${claim('c', ', storageClassName: m, volumeName: v')}`);
    p.run(20);
    expect(claimOf(p, 'c')?.status?.phase).toBe('Bound');
    p.delete('/api/v1/namespaces/default/persistentvolumeclaims/c');
    p.run(40);
    expect(p.get<PersistentVolume>('/api/v1/persistentvolumes/v')?.status?.phase).toBe(phase);
    expect(p.events(SOURCE).filter((e) => e.includes('Volume'))).toEqual(said === undefined ? [] : [said]);
  });
});
