// Models the volume sources of pkg/apis/core/validation that need nothing but themselves. Pods and PersistentVolumes
// share most of them; `pv` marks where a PersistentVolume asks for more.
import type { PersistentVolumeSpec, Volume } from '../../../../model/generated/core.v1.ts';
import { dnsLabel, dnsSubdomain, sortedKeys } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { isDns1123Label, isDns1123Subdomain, rangeError } from '../names.ts';
import { noBacksteps } from '../paths.ts';

/** The volume sources of a pod and of a PersistentVolume in one shape; where they differ, the fields of both. */
export type Sources = Loose<Volume> & Loose<Omit<PersistentVolumeSpec, keyof Volume>>;

export interface SourceContext {
  readonly errs: Errors;
  readonly path: Path;
  /** Of the volume, or of the PersistentVolume. */
  readonly name: string;
  readonly pv: boolean;
}

interface SecretRef {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

function required(c: SourceContext, source: object, ...fields: string[]): void {
  const values = source as { readonly [field: string]: unknown };
  for (const field of fields) {
    const value = values[field];
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
      c.errs.required(c.path.child(field));
    }
  }
}

function secretRef(c: SourceContext, ref: SecretRef | undefined, namespaced: boolean): void {
  if (!ref) return;
  if (!ref.name) c.errs.required(c.path.child('secretRef').child('name'));
  if (namespaced && !ref.namespace) c.errs.required(c.path.child('secretRef').child('namespace'));
}

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

export function hostPath(c: SourceContext, source: NonNullable<Sources['hostPath']>): void {
  if (!source.path) {
    c.errs.required(c.path.child('path'));
    return;
  }
  noBacksteps(c.errs, c.path.child('path'), source.path);
  if (source.type !== undefined && !HOST_PATH_TYPES.includes(source.type)) {
    c.errs.notSupported(c.path.child('type'), source.type, HOST_PATH_TYPES);
  }
}

function partition(c: SourceContext, value: number | undefined): void {
  if (value !== undefined && (value < 0 || value > 255)) {
    c.errs.invalid(c.path.child('partition'), value, rangeError(1, 255));
  }
}

export function gcePersistentDisk(c: SourceContext, source: NonNullable<Sources['gcePersistentDisk']>): void {
  required(c, source, 'pdName');
  partition(c, source.partition);
}

export function awsElasticBlockStore(c: SourceContext, source: NonNullable<Sources['awsElasticBlockStore']>): void {
  required(c, source, 'volumeID');
  partition(c, source.partition);
}

export function nfs(c: SourceContext, source: NonNullable<Sources['nfs']>): void {
  required(c, source, 'server', 'path');
  const path = source.path ?? '';
  if (!path.startsWith('/')) c.errs.invalid(c.path.child('path'), path, 'must be an absolute path');
}

const IQN = /iqn\.\d{4}-\d{2}\.([a-zA-Z0-9\-.]+)(:[^,;*&$|\s]+)$/;
const EUI = /^eui.[a-zA-Z0-9]{16}$/;
const NAA = /^naa.[a-zA-Z0-9]{32}$/;

function initiator(c: SourceContext, field: string, value: string): void {
  const path = c.path.child(field);
  const kind = ['iqn', 'eui', 'naa'].find((k) => value.startsWith(k));
  if (!kind) {
    c.errs.invalid(path, value, c.pv ? 'must be valid format' : 'must be valid format starting with iqn, eui, or naa');
  } else if (!(kind === 'iqn' ? IQN : kind === 'eui' ? EUI : NAA).test(value)) {
    c.errs.invalid(path, value, 'must be valid format');
  }
}

const ISCSI_TOO_LONG =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';

export function iscsi(c: SourceContext, source: NonNullable<Sources['iscsi']>): void {
  const { errs, path } = c;
  const { targetPortal = '', iqn = '', initiatorName, lun = 0 } = source;
  const tooLong = initiatorName !== undefined && `${c.name}:${targetPortal}`.length > 64;
  if (targetPortal === '') errs.required(path.child('targetPortal'));
  if (c.pv && tooLong) errs.invalid(path.child('targetportal'), targetPortal, ISCSI_TOO_LONG);
  if (iqn === '') errs.required(path.child('iqn'));
  else initiator(c, 'iqn', iqn);
  if (lun < 0 || lun > 255) errs.invalid(path.child('lun'), lun, rangeError(0, 255));
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !source.secretRef) {
    errs.required(path.child('secretRef'));
  }
  if (c.pv) secretRef(c, source.secretRef, false);
  if (initiatorName !== undefined) initiator(c, 'initiatorname', initiatorName);
}

/** A pod reports a too long name and portal beside the source, not in it. */
export function iscsiName(errs: Errors, volume: Path, name: string, source: Sources['iscsi']): void {
  if (source?.initiatorName === undefined) return;
  if (`${name}:${source.targetPortal ?? ''}`.length > 64) errs.invalid(volume.child('name'), name, ISCSI_TOO_LONG);
}

export function glusterfs(c: SourceContext, source: NonNullable<Sources['glusterfs']>): void {
  required(c, source, 'endpoints', 'path');
  const namespace = (source as { readonly endpointsNamespace?: string }).endpointsNamespace;
  if (!c.pv || namespace === undefined) return;
  const path = c.path.child('endpointsNamespace');
  if (namespace === '') {
    c.errs.invalid(path, namespace, 'if the endpointnamespace is set, it must be a valid namespace name');
  } else c.errs.each(path, namespace, isDns1123Label(namespace));
}

export function flocker(c: SourceContext, source: NonNullable<Sources['flocker']>): void {
  const { datasetName = '', datasetUUID = '' } = source;
  if (!datasetName && !datasetUUID) c.errs.required(c.path, 'one of datasetName and datasetUUID is required');
  if (datasetName && datasetUUID) {
    c.errs.invalid(c.path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously');
  }
  if (datasetName.includes('/')) c.errs.invalid(c.path.child('datasetName'), datasetName, "must not contain '/'");
}

export function rbd(c: SourceContext, source: NonNullable<Sources['rbd']>): void {
  required(c, source, 'monitors', 'image');
}

export function cinder(c: SourceContext, source: NonNullable<Sources['cinder']>): void {
  required(c, source, 'volumeID');
  secretRef(c, source.secretRef, c.pv);
}

export function cephfs(c: SourceContext, source: NonNullable<Sources['cephfs']>): void {
  required(c, source, 'monitors');
}

const HOST_PORT = 'must be a host:port pair or multiple pairs separated by commas';

export function quobyte(c: SourceContext, source: NonNullable<Sources['quobyte']>): void {
  const { registry = '', tenant = '' } = source;
  if (registry === '') c.errs.required(c.path.child('registry'), HOST_PORT);
  else if (tenant.length >= 65) {
    c.errs.required(c.path.child('tenant'), 'must be a UUID and may not exceed a length of 64 characters');
  } else {
    for (const pair of registry.split(',')) {
      if (!/^(\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(pair)) c.errs.invalid(c.path.child('registry'), registry, HOST_PORT);
    }
  }
  required(c, source, 'volume');
}

export function fc(c: SourceContext, source: NonNullable<Sources['fc']>): void {
  const { targetWWNs = [], wwids = [], lun } = source;
  const path = c.path.child('targetWWNs');
  if (targetWWNs.length === 0 && wwids.length === 0) {
    c.errs.required(path, 'must specify either targetWWNs or wwids, but not both');
  }
  if (targetWWNs.length > 0 && wwids.length > 0) {
    c.errs.invalid(path, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously');
  }
  if (targetWWNs.length === 0) return;
  if (lun === undefined) c.errs.required(c.path.child('lun'), 'lun is required if targetWWNs is specified');
  else if (lun < 0 || lun > 255) c.errs.invalid(c.path.child('lun'), lun, rangeError(0, 255));
}

export function flexVolume(c: SourceContext, source: NonNullable<Sources['flexVolume']>): void {
  required(c, source, 'driver');
  for (const key of sortedKeys(source.options)) {
    const namespace = `.${(key.includes('/') ? key.slice(0, key.indexOf('/')) : key).toLowerCase()}`;
    if (namespace.endsWith('.kubernetes.io') || namespace.endsWith('.k8s.io')) {
      const path = c.path.child('options').key(key);
      c.errs.invalid(path, key, 'kubernetes.io and k8s.io namespaces are reserved');
    }
  }
}

export function azureFile(c: SourceContext, source: NonNullable<Sources['azureFile']>): void {
  required(c, source, 'secretName', 'shareName');
  const { secretNamespace } = source as { readonly secretNamespace?: string };
  if (c.pv && secretNamespace === '') c.errs.required(c.path.child('secretNamespace'));
}

const CACHING = ['None', 'ReadOnly', 'ReadWrite'];
const DISK_KINDS = ['Dedicated', 'Managed', 'Shared'];
const MANAGED_URI = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const BLOB_URI = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';

export function azureDisk(c: SourceContext, source: NonNullable<Sources['azureDisk']>): void {
  required(c, source, 'diskName', 'diskURI');
  const { cachingMode, kind, diskURI = '' } = source;
  if (cachingMode !== undefined && !CACHING.includes(cachingMode)) {
    c.errs.notSupported(c.path.child('cachingMode'), cachingMode, CACHING);
  }
  if (kind === undefined) return;
  if (!DISK_KINDS.includes(kind)) c.errs.notSupported(c.path.child('kind'), kind, DISK_KINDS);
  const [prefix, example] = kind === 'Managed' ? ['/subscriptions/', MANAGED_URI] : ['https://', BLOB_URI];
  if (!diskURI.startsWith(prefix ?? '')) c.errs.notSupported(c.path.child('diskURI'), diskURI, [example ?? '']);
}

export function requiredFields(...fields: string[]): (c: SourceContext, source: object) => void {
  return (c, source) => required(c, source, ...fields);
}

export function storageos(c: SourceContext, source: NonNullable<Sources['storageos']>): void {
  const { volumeName = '', volumeNamespace = '' } = source;
  if (volumeName === '') c.errs.required(c.path.child('volumeName'));
  else dnsLabel(c.errs, c.path.child('volumeName'), volumeName);
  if (volumeNamespace !== '') dnsLabel(c.errs, c.path.child('volumeNamespace'), volumeNamespace);
  secretRef(c, source.secretRef, c.pv);
}

export function validateCsiDriverName(errs: Errors, path: Path, name: string): void {
  if (name === '') {
    errs.required(path);
    return;
  }
  if (name.length > 63) errs.tooLong(path, 63);
  errs.each(path, name, isDns1123Subdomain(name.toLowerCase()));
}

const PV_SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const;

export function csi(c: SourceContext, source: NonNullable<Sources['csi']>): void {
  const { errs, path } = c;
  validateCsiDriverName(errs, path.child('driver'), source.driver ?? '');
  if (!c.pv) {
    const { nodePublishSecretRef: ref } = source;
    if (!ref) return;
    if (!ref.name) errs.required(path.child('nodePublishSecretRef').child('name'));
    else errs.each(path.child('name'), ref.name, isDns1123Subdomain(ref.name));
    return;
  }
  required(c, source, 'volumeHandle');
  const refs = source as { readonly [field: string]: SecretRef | undefined };
  for (const field of PV_SECRETS) {
    const ref = refs[field];
    if (!ref) continue;
    const at = path.child(field);
    if (!ref.name) errs.required(at.child('name'));
    else dnsSubdomain(errs, at.child('name'), ref.name);
    if (!ref.namespace) errs.required(at.child('namespace'));
    else dnsLabel(errs, at.child('namespace'), ref.namespace);
  }
}
