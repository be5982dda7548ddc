// Models the checks of PersistentVolumes and PersistentVolumeClaims.
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeSpec,
} from '../../../../model/generated/core.v1.ts';
import { unitsOf } from '../../../../model/quantity.ts';
import { dnsSubdomain, IMMUTABLE, optionalEnum, positiveQuantity, quantity, same, sortedKeys } from '../common.ts';
import { specDiff } from '../diff.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { METADATA, validateMeta, validateMetaUpdate } from '../meta.ts';
import { isQualifiedName, nameIsDnsSubdomain } from '../names.ts';
import { noBacksteps } from '../paths.ts';
import { validateNodeSelector } from '../pods/affinity.ts';
import * as plugins from '../pods/plugins.ts';
import { SPEC } from '../pods/pod.ts';
import { isNativeResource } from '../resourcenames.ts';
import { VOLUME_MODES, validateAccessModes, validateClaimSpec } from './claims.ts';
import { printClaimSpec, printVolumeSource } from './printed.ts';

type VolumeSpec = Loose<PersistentVolumeSpec>;

interface SourceRule {
  readonly field: keyof VolumeSpec;
  readonly at?: string;
  readonly refusedAt?: string;
  /** Upstream forgot to refuse a second source here. */
  readonly always?: boolean;
  readonly check: (c: plugins.SourceContext, source: never) => void;
}

function local(c: plugins.SourceContext, source: NonNullable<VolumeSpec['local']>): void {
  if (!source.path) c.errs.required(c.path.child('path'));
  else noBacksteps(c.errs, c.path.child('path'), source.path);
}

const SOURCES: readonly SourceRule[] = [
  { field: 'hostPath', check: plugins.hostPath },
  { field: 'gcePersistentDisk', at: 'persistentDisk', check: plugins.gcePersistentDisk },
  { field: 'awsElasticBlockStore', check: plugins.awsElasticBlockStore },
  { field: 'glusterfs', check: plugins.glusterfs },
  { field: 'flocker', check: plugins.flocker },
  { field: 'nfs', check: plugins.nfs },
  { field: 'rbd', check: plugins.rbd },
  { field: 'quobyte', check: plugins.quobyte },
  { field: 'cephfs', refusedAt: 'cephFS', check: plugins.cephfs },
  { field: 'iscsi', check: plugins.iscsi },
  { field: 'cinder', check: plugins.cinder },
  { field: 'fc', check: plugins.fc },
  { field: 'flexVolume', always: true, check: plugins.flexVolume },
  { field: 'azureFile', check: plugins.azureFile },
  { field: 'vsphereVolume', check: plugins.requiredFields('volumePath') },
  { field: 'photonPersistentDisk', check: plugins.requiredFields('pdID') },
  { field: 'portworxVolume', check: plugins.requiredFields('volumeID') },
  { field: 'azureDisk', check: plugins.azureDisk },
  { field: 'scaleIO', check: plugins.requiredFields('gateway', 'system', 'volumeName') },
  { field: 'local', check: local },
  { field: 'storageos', check: plugins.storageos },
  { field: 'csi', check: plugins.csi },
];

function validateSources(errs: Errors, spec: VolumeSpec, name: string): void {
  let found = 0;
  for (const { field, at, refusedAt, always, check } of SOURCES) {
    if (spec[field] === undefined) continue;
    if (found++ > 0 && !always) {
      errs.forbidden(SPEC.child(refusedAt ?? field), 'may not specify more than 1 volume type');
      continue;
    }
    check({ errs, path: SPEC.child(at ?? field), name, pv: true }, spec[field] as never);
    if (field === 'local' && !spec.nodeAffinity) {
      errs.required(SPEC.child('nodeAffinity'), 'Local volume requires node affinity');
    }
  }
  if (found === 0) errs.required(SPEC, 'must specify a volume type');
}

const RECLAIM = ['Delete', 'Recycle', 'Retain'];

export function validatePersistentVolume(errs: Errors, o: Loose<PersistentVolume>): void {
  validateMeta(errs, o.metadata, { namespaced: false, name: nameIsDnsSubdomain });
  const spec = o.spec ?? {};
  if (!spec.accessModes?.length) errs.required(SPEC.child('accessModes'));
  validateAccessModes(errs, SPEC.child('accessModes'), spec.accessModes ?? []);
  validateCapacity(errs, spec);
  const policy = spec.persistentVolumeReclaimPolicy ?? '';
  if (policy !== '' && !RECLAIM.includes(policy)) {
    errs.notSupported(SPEC.child('persistentVolumeReclaimPolicy'), policy, RECLAIM);
  }
  if (spec.nodeAffinity) {
    const at = SPEC.child('nodeAffinity').child('required');
    if (spec.nodeAffinity.required) validateNodeSelector(errs, at, spec.nodeAffinity.required);
    else errs.required(at, 'must specify required node constraints');
  }
  validateSources(errs, spec, o.metadata?.name ?? '');
  validateClasses(errs, spec);
}

function validateCapacity(errs: Errors, spec: VolumeSpec): void {
  const at = SPEC.child('capacity');
  const names = sortedKeys(spec.capacity);
  if (names.length === 0) errs.required(at);
  if (spec.capacity?.storage === undefined || names.length > 1) errs.notSupported(at, spec.capacity, ['storage']);
  for (const name of names) {
    const amount = quantity(spec.capacity?.[name]);
    if (unitsOf(amount) < 0) errs.invalid(at.key(name), unitsOf(amount), 'must be a valid resource quantity');
    positiveQuantity(errs, at.key(name), amount);
  }
}

function validateClasses(errs: Errors, spec: VolumeSpec): void {
  const root = /^(\/|\.\/?)*$/.test(spec.hostPath?.path ?? ' ') && (spec.hostPath?.path ?? '').startsWith('/');
  if (root && spec.persistentVolumeReclaimPolicy === 'Recycle') {
    const detail = "may not be 'recycle' for a hostPath mount of '/'";
    errs.forbidden(SPEC.child('persistentVolumeReclaimPolicy'), detail);
  }
  if (spec.storageClassName) dnsSubdomain(errs, SPEC.child('storageClassName'), spec.storageClassName);
  optionalEnum(errs, SPEC, 'volumeMode', spec.volumeMode, VOLUME_MODES);
  const attributes = spec.volumeAttributesClassName;
  if (attributes === undefined) return;
  const at = SPEC.child('volumeAttributesClassName');
  if (attributes === '') errs.required(at, 'an empty string is disallowed');
  else dnsSubdomain(errs, at, attributes);
  if (!spec.csi) errs.required(SPEC.child('csi'), 'has to be specified when using volumeAttributesClassName');
}

function sourceOf(spec: VolumeSpec): { readonly [field: string]: unknown } {
  return Object.fromEntries(SOURCES.flatMap(({ field }) => (spec[field] === undefined ? [] : [[field, spec[field]]])));
}

export function validatePersistentVolumeUpdate(
  errs: Errors,
  now: Loose<PersistentVolume>,
  old: Loose<PersistentVolume>,
): void {
  validatePersistentVolume(errs, now);
  const spec = now.spec ?? {};
  const before = old.spec ?? {};
  // The secret for expansion may be added later.
  const added = before.csi && !before.csi.controllerExpandSecretRef && spec.csi?.controllerExpandSecretRef;
  const compared = added ? { ...spec, csi: { ...spec.csi, controllerExpandSecretRef: undefined } } : spec;
  const [source, oldSource] = [sourceOf(compared), sourceOf(before)];
  if (!same(source, oldSource)) {
    const detail = `spec.persistentvolumesource is immutable after creation\n${specDiff(printVolumeSource(oldSource), printVolumeSource(source))}`;
    errs.forbidden(Path.of('spec', 'persistentvolumesource'), detail);
  }
  if (spec.volumeMode !== before.volumeMode) errs.invalid(Path.of('volumeMode'), spec.volumeMode, IMMUTABLE);
  if (before.nodeAffinity && !same(spec.nodeAffinity, before.nodeAffinity)) {
    const detail = `${IMMUTABLE}, except for updating from beta label to GA`;
    errs.invalid(Path.of('nodeAffinity'), spec.nodeAffinity, detail);
  }
  if (before.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    errs.forbidden(SPEC.child('volumeAttributesClassName'), 'update from non-nil value to nil is forbidden');
  }
}

export function validatePersistentVolumeStatus(
  errs: Errors,
  now: Loose<PersistentVolume>,
  old: Loose<PersistentVolume>,
): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  if (!now.metadata?.resourceVersion) errs.required(Path.of('resourceVersion'));
}

const CLAIM_META = { namespaced: true, name: nameIsDnsSubdomain };

export function validateClaim(errs: Errors, o: Loose<PersistentVolumeClaim>): void {
  validateMeta(errs, o.metadata, CLAIM_META);
  validateClaimSpec(errs, SPEC, o.spec ?? {}, {});
}

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** From no class to a class, once; and from the annotation of old to the field. */
function mayTakeClass(now: Loose<PersistentVolumeClaim>, old: Loose<PersistentVolumeClaim>): boolean {
  const name = now.spec?.storageClassName;
  if (name === undefined || old.spec?.storageClassName !== undefined) return false;
  const annotation = old.metadata?.annotations?.[BETA_CLASS];
  return annotation === undefined || annotation === name;
}

export function validateClaimUpdate(
  errs: Errors,
  now: Loose<PersistentVolumeClaim>,
  old: Loose<PersistentVolumeClaim>,
): void {
  const spec = now.spec ?? {};
  const before = old.spec ?? {};
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateMeta(errs, now.metadata, CLAIM_META);
  const anyGroup = (before.dataSource?.apiGroup ?? before.dataSourceRef?.apiGroup) !== undefined;
  validateClaimSpec(errs, SPEC, spec, { anyDataSourceGroup: anyGroup });
  const annotation = now.metadata?.annotations?.[BETA_CLASS] ?? '';
  if (annotation !== (old.metadata?.annotations?.[BETA_CLASS] ?? '') && !mayTakeClass(now, old)) {
    errs.invalid(METADATA.child('annotations').child(BETA_CLASS), annotation, IMMUTABLE);
  }
  const bound = now.status?.phase === 'Bound';
  const compared = {
    ...spec,
    ...(before.volumeName ? {} : { volumeName: before.volumeName }),
    ...(mayTakeClass(now, old) ? { storageClassName: before.storageClassName } : {}),
    ...(bound ? { volumeAttributesClassName: before.volumeAttributesClassName } : {}),
    ...(bound && spec.resources?.requests
      ? {
          resources: {
            ...spec.resources,
            requests: { ...spec.resources.requests, storage: before.resources?.requests?.storage },
          },
        }
      : {}),
  };
  if (!same(compared, before)) {
    const detail = `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${specDiff(printClaimSpec(before), printClaimSpec(compared))}`;
    errs.forbidden(SPEC, detail);
  }
  validateClaimSize(errs, now, old);
  if (spec.volumeMode !== before.volumeMode) errs.invalid(Path.of('volumeMode'), spec.volumeMode, IMMUTABLE);
  validateClaimAttributes(errs, now, old);
}

/** A claim may shrink back after an expansion that failed, but not below what it already has. */
function validateClaimSize(errs: Errors, now: Loose<PersistentVolumeClaim>, old: Loose<PersistentVolumeClaim>): void {
  const size = quantity(now.spec?.resources?.requests?.storage);
  const before = quantity(old.spec?.resources?.requests?.storage);
  const actual = quantity(old.status?.capacity?.storage);
  if (size.nano >= before.nano || size.nano > actual.nano) return;
  const at = SPEC.child('resources').child('requests').child('storage');
  errs.forbidden(at, 'field can not be less than status.capacity');
}

function validateClaimAttributes(
  errs: Errors,
  now: Loose<PersistentVolumeClaim>,
  old: Loose<PersistentVolumeClaim>,
): void {
  const name = now.spec?.volumeAttributesClassName;
  if (name === old.spec?.volumeAttributesClassName || old.status?.currentVolumeAttributesClassName === undefined)
    return;
  const at = SPEC.child('volumeAttributesClassName');
  const detail = 'is forbidden when status.currentVolumeAttributesClassName is not nil';
  if (name === undefined) errs.forbidden(at, `update to nil ${detail}`);
  else if (name === '') errs.forbidden(at, `update to empty string ${detail}`);
}

const RESIZE_STATES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizePending',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
].sort();

function validateClaimResource(errs: Errors, path: Path, name: string): boolean {
  const messages = isQualifiedName(name);
  errs.each(path, name, messages);
  if (messages.length > 0) return false;
  if (!isNativeResource(name) || name === 'storage') return true;
  errs.notSupported(path, name, ['storage']);
  return false;
}

export function validateClaimStatus(
  errs: Errors,
  now: Loose<PersistentVolumeClaim>,
  old: Loose<PersistentVolumeClaim>,
): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  if (!now.metadata?.resourceVersion) errs.required(Path.of('resourceVersion'));
  if (!now.spec?.accessModes?.length) errs.required(Path.of('Spec', 'accessModes'));
  const { capacity, allocatedResourceStatuses: states, allocatedResources } = now.status ?? {};
  const status = Path.of('status');
  const basic = (path: Path, value: string | number | undefined): void => {
    const amount = quantity(value);
    if (unitsOf(amount) < 0) errs.invalid(path, unitsOf(amount), 'must be a valid resource quantity');
  };
  for (const name of sortedKeys(capacity)) basic(status.child('capacity').key(name), capacity?.[name]);
  for (const name of sortedKeys(states)) {
    const at = status.child('allocatedResourceStatuses');
    validateClaimResource(errs, at, name);
    if (!RESIZE_STATES.includes(states?.[name] ?? '')) errs.notSupported(at, name, RESIZE_STATES);
  }
  for (const name of sortedKeys(allocatedResources)) {
    const at = status.child('allocatedResources');
    if (validateClaimResource(errs, at, name)) basic(at.key(name), allocatedResources?.[name]);
  }
}
