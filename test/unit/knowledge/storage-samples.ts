// Volumes, claims, classes and attachments with every field in them, for tests that change one after the other.
import { type Sample, sampleOf } from './sample.ts';

const secret = { name: 's', namespace: 'n' };
const STORAGE = 'storage.k8s.io/v1';
const affinity = {
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }] }] },
};

const volume = (name: string, fields: object): Sample =>
  sampleOf(
    'v1',
    'PersistentVolume',
    'persistentvolumes',
    { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...fields } },
    name,
  );

/** By the name of the source, as a volume has only one. */
const SOURCES: Readonly<Record<string, object>> = {
  awsElasticBlockStore: { volumeID: 'v', fsType: 'ext4', partition: 1, readOnly: true },
  azureDisk: { diskName: 'd', diskURI: '/subscriptions/x', cachingMode: 'None', fsType: 'ext4', kind: 'Managed' },
  azureFile: { secretName: 's', secretNamespace: 'n', shareName: 'h', readOnly: true },
  cephfs: { monitors: ['m'], path: '/', user: 'u', secretFile: '/s', secretRef: secret, readOnly: true },
  cinder: { volumeID: 'v', fsType: 'ext4', secretRef: secret, readOnly: true },
  fc: { targetWWNs: ['w'], lun: 1, fsType: 'ext4', readOnly: true },
  flexVolume: { driver: 'a/b', fsType: 'ext4', options: { a: 'b' }, secretRef: secret, readOnly: true },
  flocker: { datasetUUID: 'd' },
  gcePersistentDisk: { pdName: 'p', fsType: 'ext4', partition: 1, readOnly: true },
  glusterfs: { endpoints: 'e', path: 'p', endpointsNamespace: 'n', readOnly: true },
  hostPath: { path: '/p', type: 'Directory' },
  iscsi: { targetPortal: '1.2.3.4', iqn: 'iqn.2020-01.a.b:c', lun: 1, fsType: 'ext4', secretRef: secret },
  nfs: { server: 's', path: '/p', readOnly: true },
  photonPersistentDisk: { pdID: 'p', fsType: 'ext4' },
  portworxVolume: { volumeID: 'v', fsType: 'ext4', readOnly: true },
  quobyte: { registry: 'r:1', volume: 'v', user: 'u', group: 'g', tenant: 't', readOnly: true },
  rbd: { monitors: ['m'], image: 'i', pool: 'p', user: 'u', keyring: '/k', secretRef: secret, readOnly: true },
  scaleIO: { gateway: 'g', system: 's', volumeName: 'v', secretRef: secret, fsType: 'ext4' },
  storageos: { volumeName: 'v', volumeNamespace: 'n', fsType: 'ext4', readOnly: true },
  vsphereVolume: { volumePath: '/v', fsType: 'ext4', storagePolicyName: 'p', storagePolicyID: 'i' },
};

const csi = {
  driver: 'a.b',
  volumeHandle: 'h',
  fsType: 'ext4',
  readOnly: true,
  volumeAttributes: { a: 'b' },
  controllerPublishSecretRef: secret,
  controllerExpandSecretRef: secret,
  nodeStageSecretRef: secret,
  nodePublishSecretRef: secret,
  nodeExpandSecretRef: secret,
};

const claim = (name: string, fields: object): Sample =>
  sampleOf(
    'v1',
    'PersistentVolumeClaim',
    'namespaces/default/persistentvolumeclaims',
    {
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' }, limits: { storage: '2Gi' } },
        ...fields,
      },
    },
    name,
  );

export const STORAGE_SAMPLES: readonly Sample[] = [
  ...Object.entries(SOURCES).map(([name, source]) => volume(name.toLowerCase(), { [name]: source })),
  volume('csi', {
    csi,
    nodeAffinity: affinity,
    mountOptions: ['a'],
    storageClassName: 's',
    volumeAttributesClassName: 'c',
    claimRef: { kind: 'PersistentVolumeClaim', namespace: 'n', name: 'c', uid: 'u', apiVersion: 'v1' },
  }),
  volume('local', { local: { path: '/p', fsType: 'ext4' }, nodeAffinity: affinity }),
  claim('bound', { volumeName: 'v', selector: { matchLabels: { a: 'b' } }, volumeAttributesClassName: 'c' }),
  claim('filled', { dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' } }),
  claim('populated', { dataSourceRef: { apiGroup: 'g.io', kind: 'Backup', name: 's' } }),
  sampleOf(STORAGE, 'StorageClass', 'storageclasses', {
    provisioner: 'a.b',
    parameters: { a: 'b' },
    reclaimPolicy: 'Retain',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
    mountOptions: ['a'],
    allowedTopologies: [{ matchLabelExpressions: [{ key: 'k', values: ['v'] }] }],
  }),
  sampleOf(STORAGE, 'VolumeAttachment', 'volumeattachments', {
    spec: {
      attacher: 'a.b',
      nodeName: 'n',
      source: { inlineVolumeSpec: { csi, capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] } },
    },
  }),
  sampleOf(
    STORAGE,
    'CSIDriver',
    'csidrivers',
    {
      spec: {
        attachRequired: true,
        podInfoOnMount: true,
        volumeLifecycleModes: ['Persistent', 'Ephemeral'],
        storageCapacity: true,
        fsGroupPolicy: 'File',
        tokenRequests: [{ audience: 'x', expirationSeconds: 700 }],
        requiresRepublish: true,
        seLinuxMount: true,
        nodeAllocatableUpdatePeriodSeconds: 20,
        serviceAccountTokenInSecrets: true,
      },
    },
    'c.d',
  ),
];
