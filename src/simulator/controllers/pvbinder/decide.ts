// Which volume a claim gets, and what binding writes on both: pure. Models pkg/controller/volume/persistentvolume and
// component-helpers/storage/volume, v1.36.
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
} from '../../../model/generated/core.v1.ts';
import type { StorageClass } from '../../../model/generated/storage.v1.ts';
import { compareQuantities, type Quantity, quantity } from '../../../model/quantity.ts';
import { selects } from '../../../model/selectors.ts';
import { BETA_CLASS, className } from '../../scheduler/plugins/volumes.ts';

export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
export const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const BETA_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';

export function isReservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const ref = volume.spec?.claimRef;
  if (ref === undefined) return false;
  const { name, namespace, uid } = claim.metadata;
  return ref.name === name && ref.namespace === namespace && (!ref.uid || ref.uid === uid);
}

function storage(o: { readonly storage?: string } | { readonly [key: string]: string } | undefined): Quantity {
  return quantity((o as { readonly [key: string]: string } | undefined)?.storage ?? '0');
}

function suits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (volume.metadata.deletionTimestamp !== undefined) return false;
  if ((volume.spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) return false;
  const modes = volume.spec?.accessModes ?? [];
  if (!(claim.spec?.accessModes ?? []).every((m) => modes.includes(m))) return false;
  return compareQuantities(storage(volume.spec?.capacity), storage(claim.spec?.resources?.requests)) >= 0;
}

/** The smallest free volume that suits, one reserved for this very claim first. `delayed`: only a reserved one will do. */
export function bestVolume(
  volumes: Iterable<PersistentVolume>,
  claim: PersistentVolumeClaim,
  delayed: boolean,
): PersistentVolume | undefined {
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (!suits(volume, claim)) continue;
    if (isReservedFor(volume, claim)) return volume;
    const free = volume.spec?.claimRef === undefined && volume.status?.phase === 'Available';
    if (!free || delayed || className(volume) !== className(claim)) continue;
    if (claim.spec?.selector !== undefined && !selects(claim.spec.selector, volume.metadata.labels)) continue;
    if (best === undefined || compareQuantities(storage(volume.spec?.capacity), storage(best.spec?.capacity)) < 0)
      best = volume;
  }
  return best;
}

/** Why a claim may not have the volume that it names itself; undefined: it may. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (compareQuantities(storage(volume.spec?.capacity), storage(claim.spec?.resources?.requests)) < 0)
    return 'requested PV is too small';
  if (className(volume) !== className(claim)) return 'storageClassName does not match';
  if ((volume.spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem'))
    return 'incompatible volumeMode';
  const modes = volume.spec?.accessModes ?? [];
  return (claim.spec?.accessModes ?? []).every((m) => modes.includes(m)) ? undefined : 'incompatible accessMode';
}

/** Undefined where the volume is held for the claim already. */
export function boundVolume(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume | undefined {
  const reserved = isReservedFor(volume, claim);
  if (reserved && volume.spec?.claimRef?.uid === claim.metadata.uid) return undefined;
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = claim.metadata;
  const { annotations } = volume.metadata;
  const marked = reserved ? {} : { annotations: { ...annotations, [BOUND_BY_CONTROLLER]: 'yes' } };
  return {
    ...volume,
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { ...volume.metadata, ...marked },
    spec: {
      ...volume.spec,
      claimRef: { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion },
    },
  };
}

/** What the controller has bound is free again; what a person has reserved stays reserved for a claim of that name. */
export function unboundVolume(volume: PersistentVolume): PersistentVolume {
  const { claimRef, ...spec } = volume.spec ?? {};
  const { annotations = {}, ...metadata } = volume.metadata;
  const { [BOUND_BY_CONTROLLER]: mark, ...rest } = annotations;
  const head: PersistentVolume = { ...volume, apiVersion: 'v1', kind: 'PersistentVolume' };
  if (mark === undefined) {
    const { uid: _, ...reserved } = claimRef ?? {};
    return { ...head, spec: { ...spec, claimRef: reserved } };
  }
  return { ...head, spec, metadata: Object.keys(rest).length > 0 ? { ...metadata, annotations: rest } : metadata };
}

/** Made by a provisioner for a claim that then got another volume: nobody else wants it. */
export function wasMadeFor({ metadata, spec }: PersistentVolume): boolean {
  return metadata.annotations?.[PROVISIONED_BY] !== undefined && spec?.persistentVolumeReclaimPolicy === 'Delete';
}

/** Kinds of volumes whose plugin can empty them. Source: ProbeProvisionableRecyclableVolumePlugins, v1.36. */
export function hasRecycler({ spec }: PersistentVolume): boolean {
  return spec?.hostPath !== undefined || spec?.nfs !== undefined;
}

export function hasClass(claim: PersistentVolumeClaim): boolean {
  return claim.spec?.storageClassName !== undefined || claim.metadata.annotations?.[BETA_CLASS] !== undefined;
}

/** The newest class that is marked as the default; of equal age the first by name. Models GetDefaultClass. */
export function defaultClass(classes: Iterable<StorageClass>): string | undefined {
  const marked = [...classes].filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true');
  const age = (c: StorageClass): string => c.metadata.creationTimestamp ?? '';
  const name = (c: StorageClass): string => c.metadata.name ?? '';
  const [first] = marked.sort((a, b) => {
    if (age(a) !== age(b)) return age(a) < age(b) ? 1 : -1;
    return name(a) < name(b) ? -1 : 1;
  });
  return first?.metadata.name;
}

/** Plugins that have moved out of Kubernetes, and the drivers that do their work. Source: csi-translation-lib, v1.36. */
const DRIVERS: { readonly [plugin: string]: string } = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
  'kubernetes.io/vsphere-volume': 'csi.vsphere.vmware.com',
};

export function driverFor(provisioner: string): string {
  return DRIVERS[provisioner] ?? provisioner;
}

/** Undefined where the claim names the volume already. */
export function boundClaim(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim | undefined {
  const { annotations = {} } = claim.metadata;
  const name = volume.metadata.name ?? '';
  const named = claim.spec?.volumeName === name;
  if (named && annotations[BIND_COMPLETED] !== undefined) return undefined;
  const marked: { readonly [key: string]: string } = named ? {} : { [BOUND_BY_CONTROLLER]: 'yes' };
  return {
    ...claim,
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { ...claim.metadata, annotations: { ...annotations, [BIND_COMPLETED]: 'yes', ...marked } },
    spec: { ...claim.spec, volumeName: name },
  };
}

type Phase = NonNullable<PersistentVolumeClaimStatus['phase']>;

/** Undefined where the status says so already. */
export function claimStatus(
  claim: PersistentVolumeClaim,
  phase: Phase,
  volume: PersistentVolume | undefined,
): PersistentVolumeClaimStatus | undefined {
  const known = claim.status ?? {};
  if (volume === undefined) {
    if (known.phase === phase) return undefined;
    const { accessModes: _, capacity: __, ...rest } = known;
    return { ...rest, phase };
  }
  const { accessModes, capacity } = volume.spec ?? {};
  const same =
    known.phase === phase &&
    JSON.stringify(known.accessModes) === JSON.stringify(accessModes) &&
    known.capacity !== undefined;
  if (same) return undefined;
  return { ...known, phase, ...(accessModes ? { accessModes } : {}), ...(capacity ? { capacity } : {}) };
}
