// Claims and the sources of volumes as the API server prints them.
import type { PersistentVolumeClaimSpec } from '../../../../model/generated/core.v1.ts';
import type { Loose } from '../field.ts';
import { fieldsOf, goNamed, printStruct, structOf } from '../structs.ts';

const CLAIM = fieldsOf({
  AccessModes: null,
  Selector: null,
  Resources: structOf(fieldsOf({ Limits: null, Requests: null })),
  VolumeName: '',
  StorageClassName: null,
  VolumeMode: null,
  DataSource: structOf(fieldsOf({ APIGroup: null, Kind: '', Name: '' })),
  DataSourceRef: structOf(fieldsOf({ APIGroup: null, Kind: '', Name: '', Namespace: null })),
  VolumeAttributesClassName: null,
});

export function printClaimSpec(spec: Loose<PersistentVolumeClaimSpec>): unknown {
  return printStruct(CLAIM, { ...spec, resources: spec.resources ?? {} });
}

const SECRET = structOf(fieldsOf({ Name: '', Namespace: '' }));

const SOURCE = fieldsOf({
  GCEPersistentDisk: goNamed,
  AWSElasticBlockStore: goNamed,
  HostPath: structOf(fieldsOf({ Path: '', Type: null })),
  Glusterfs: goNamed,
  NFS: structOf(fieldsOf({ Server: '', Path: '', ReadOnly: false })),
  RBD: goNamed,
  Quobyte: goNamed,
  ISCSI: goNamed,
  FlexVolume: goNamed,
  Cinder: goNamed,
  CephFS: goNamed,
  FC: goNamed,
  Flocker: goNamed,
  AzureFile: goNamed,
  VsphereVolume: goNamed,
  AzureDisk: goNamed,
  PhotonPersistentDisk: goNamed,
  PortworxVolume: goNamed,
  ScaleIO: goNamed,
  Local: structOf(fieldsOf({ Path: '', FSType: null })),
  StorageOS: goNamed,
  CSI: structOf(
    fieldsOf({
      Driver: '',
      VolumeHandle: '',
      ReadOnly: false,
      FSType: '',
      VolumeAttributes: null,
      ControllerPublishSecretRef: SECRET,
      NodeStageSecretRef: SECRET,
      NodePublishSecretRef: SECRET,
      ControllerExpandSecretRef: SECRET,
      NodeExpandSecretRef: SECRET,
    }),
  ),
});

export const printVolumeSource = structOf(SOURCE);
