// Defaults of volumes, in pods and as PersistentVolumes. Models pkg/apis/core/v1/defaults.go.
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  PersistentVolumeSpec,
  Volume,
  VolumeProjection,
} from '../../../../model/generated/core.v1.ts';
import { fill, mapList, roundUp, update } from './fill.ts';
import { pullPolicyOf } from './image.ts';

const MODE = 0o644;
const RBD = { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' };
const SCALE_IO = { storageMode: 'ThinProvisioned', fsType: 'xfs' };
const AZURE_DISK = { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false } as const;
const ISCSI = { iscsiInterface: 'default' };

function withApiVersion<T extends { readonly fieldRef?: { readonly apiVersion?: string; readonly fieldPath: string } }>(
  item: T,
): T {
  const { fieldRef } = item;
  return fieldRef ? update<T>(item, { fieldRef: fill(fieldRef, { apiVersion: 'v1' }) } as Partial<T>) : item;
}

function projection(p: VolumeProjection): VolumeProjection {
  const { serviceAccountToken, downwardAPI } = p;
  return update(p, {
    serviceAccountToken: serviceAccountToken && fill(serviceAccountToken, { expirationSeconds: 3600 }),
    downwardAPI: downwardAPI && update(downwardAPI, { items: mapList(downwardAPI.items, withApiVersion) }),
  });
}

export function volume(v: Volume): Volume {
  const sources = Object.keys(v).filter((k) => k !== 'name');
  if (sources.length === 0) return { ...v, emptyDir: {} };
  const { secret, configMap, downwardAPI, projected, hostPath, image, ephemeral } = v;
  const claim = ephemeral?.volumeClaimTemplate;
  return update(v, {
    secret: secret && fill(secret, { defaultMode: MODE }),
    configMap: configMap && fill(configMap, { defaultMode: MODE }),
    downwardAPI:
      downwardAPI &&
      update(fill(downwardAPI, { defaultMode: MODE }), { items: mapList(downwardAPI.items, withApiVersion) }),
    projected:
      projected && update(fill(projected, { defaultMode: MODE }), { sources: mapList(projected.sources, projection) }),
    hostPath: hostPath && fill(hostPath, { type: '' }),
    image: image && fill(image, { pullPolicy: pullPolicyOf(image.reference ?? '') }),
    ephemeral:
      ephemeral && claim
        ? update(ephemeral, { volumeClaimTemplate: update(claim, { spec: claimSpec(claim.spec) }) })
        : undefined,
    rbd: v.rbd && fill(v.rbd, RBD),
    iscsi: v.iscsi && fill(v.iscsi, ISCSI),
    scaleIO: v.scaleIO && fill(v.scaleIO, SCALE_IO),
    azureDisk: v.azureDisk && fill(v.azureDisk, AZURE_DISK),
  });
}

function claimSpec(s: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  const { resources } = s;
  return update(fill(s, { volumeMode: 'Filesystem' }), {
    resources:
      resources && update(resources, { limits: roundUp(resources.limits), requests: roundUp(resources.requests) }),
  });
}

export function persistentVolumeClaim(c: PersistentVolumeClaim): PersistentVolumeClaim {
  return update(c, { spec: c.spec && claimSpec(c.spec), status: fill(c.status ?? {}, { phase: 'Pending' }) });
}

function volumeSpec(s: PersistentVolumeSpec): PersistentVolumeSpec {
  return update(fill(s, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }), {
    capacity: roundUp(s.capacity),
    hostPath: s.hostPath && fill(s.hostPath, { type: '' }),
    rbd: s.rbd && fill(s.rbd, RBD),
    iscsi: s.iscsi && fill(s.iscsi, ISCSI),
    scaleIO: s.scaleIO && fill(s.scaleIO, SCALE_IO),
    azureDisk: s.azureDisk && fill(s.azureDisk, AZURE_DISK),
  });
}

export function persistentVolume(v: PersistentVolume): PersistentVolume {
  return update(v, { spec: v.spec && volumeSpec(v.spec), status: fill(v.status ?? {}, { phase: 'Pending' }) });
}
