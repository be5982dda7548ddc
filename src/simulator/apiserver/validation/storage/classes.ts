// Models pkg/apis/storage/validation.

import type { TopologySelectorTerm } from '../../../../model/generated/core.v1.ts';
import type {
  CSIDriver,
  CSINode,
  CSINodeDriver,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../../../../model/generated/storage.v1.ts';
import {
  dnsSubdomain,
  IMMUTABLE,
  immutable,
  nonNegative,
  nonNegativeQuantity,
  qualifiedName,
  quantity,
  same,
  sortedKeys,
} from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { type StringMap, selectorValue, validateLabelSelector } from '../labels.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import { nameIsDnsSubdomain, rangeError } from '../names.ts';
import { validateCsiDriverName } from '../pods/plugins.ts';
import { SPEC } from '../pods/pod.ts';

const META = { namespaced: false, name: nameIsDnsSubdomain };
const LIMITS = { parameters: 512, size: 256 * 1024, message: 1024, nodeId: 256 };

function validateProvisioner(errs: Errors, path: Path, name: string): void {
  if (name === '') errs.required(path);
  else qualifiedName(errs, path, name.toLowerCase());
}

function validateParameters(errs: Errors, parameters: StringMap | undefined, allowEmpty: boolean): void {
  const path = Path.of('parameters');
  const keys = sortedKeys(parameters);
  if (keys.length > LIMITS.parameters) {
    errs.tooLong(path, LIMITS.parameters);
    return;
  }
  let size = 0;
  for (const key of keys) {
    if (key === '') errs.invalid(path, key, 'field can not be empty.');
    size += key.length + (parameters?.[key] ?? '').length;
  }
  if (size > LIMITS.size) errs.tooLong(path, LIMITS.size);
  if (!allowEmpty && keys.length === 0) errs.required(path, 'must contain at least one key/value pair');
}

export function validateStorageClass(errs: Errors, o: Loose<StorageClass>): void {
  const { reclaimPolicy: policy = '', volumeBindingMode: mode } = o;
  validateMeta(errs, o.metadata, META);
  validateProvisioner(errs, Path.of('provisioner'), o.provisioner ?? '');
  validateParameters(errs, o.parameters, true);
  if (policy !== '' && policy !== 'Delete' && policy !== 'Retain') {
    errs.notSupported(Path.of('reclaimPolicy'), policy, ['Delete', 'Retain']);
  }
  const modes = ['Immediate', 'WaitForFirstConsumer'];
  if (mode === undefined) errs.required(Path.of('volumeBindingMode'));
  else if (!modes.includes(mode)) errs.notSupported(Path.of('volumeBindingMode'), mode, modes);
  validateTopologies(errs, o.allowedTopologies ?? []);
}

function validateTopologies(errs: Errors, terms: readonly Loose<TopologySelectorTerm>[]): void {
  const earlier: unknown[] = [];
  for (const [i, term] of terms.entries()) {
    const at = Path.of('allowedTopologies').index(i).child('matchLabelExpressions');
    const map = new Map<string, readonly string[]>();
    for (const [j, { key = '', values = [] }] of (term.matchLabelExpressions ?? []).entries()) {
      const where = at.index(j);
      if (values.length === 0) errs.required(where.child('values'));
      for (const [k, value] of values.entries()) {
        if (values.indexOf(value) < k) errs.duplicate(where.child('values').index(k), value);
      }
      qualifiedName(errs, where.child('key'), key);
      if (map.has(key)) errs.duplicate(where.child('key'), key);
      map.set(key, [...new Set(values)].sort());
    }
    const shape = [...map].sort();
    if (earlier.some((other) => same(other, shape))) errs.duplicate(at, '');
    earlier.push(shape);
  }
}

export function validateStorageClassUpdate(errs: Errors, now: Loose<StorageClass>, old: Loose<StorageClass>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  for (const field of ['parameters', 'provisioner', 'reclaimPolicy'] as const) {
    if (!same(now[field], old[field])) errs.forbidden(Path.of(field), `updates to ${field} are forbidden.`);
  }
  immutable(errs, Path.of('volumeBindingMode'), now.volumeBindingMode, old.volumeBindingMode);
}

export function validateAttributesClass(errs: Errors, o: Loose<VolumeAttributesClass>): void {
  validateMeta(errs, o.metadata, META);
  validateProvisioner(errs, Path.of('driverName'), o.driverName ?? '');
  validateParameters(errs, o.parameters, false);
}

export function validateAttributesClassUpdate(
  errs: Errors,
  now: Loose<VolumeAttributesClass>,
  old: Loose<VolumeAttributesClass>,
): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  for (const field of ['driverName', 'parameters'] as const) {
    if (!same(now[field], old[field])) errs.forbidden(Path.of(field), `updates to ${field} are forbidden.`);
  }
  validateAttributesClass(errs, now);
}

function validateAttachmentBody(errs: Errors, o: Loose<VolumeAttachment>): void {
  const { attacher = '', source, nodeName = '' } = o.spec ?? {};
  const at = SPEC.child('source');
  validateMeta(errs, o.metadata, META);
  if (attacher === '') errs.required(SPEC.child('attacher'));
  const one = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  const { inlineVolumeSpec: inline, persistentVolumeName: name } = source ?? {};
  if (!inline && name === undefined) errs.required(at, one);
  else if (inline && name !== undefined) errs.forbidden(at, one);
  else if (name === '') errs.required(at.child('persistentVolumeName'), 'must specify non empty persistentVolumeName');
  dnsSubdomain(errs, SPEC.child('nodeName'), nodeName);
  validateAttachmentStatus(errs, o);
}

function validateAttachmentStatus(errs: Errors, o: Loose<VolumeAttachment>): void {
  const status = Path.of('status');
  const metadata: StringMap = o.status?.attachmentMetadata ?? {};
  const size = Object.entries(metadata).reduce((sum, [key, value]) => sum + key.length + (value ?? '').length, 0);
  if (size > LIMITS.size) errs.tooLong(status.child('attachmentMetadata'), LIMITS.size);
  for (const field of ['attachError', 'detachError'] as const) {
    const error = o.status?.[field];
    if ((error?.message ?? '').length > LIMITS.message) errs.tooLong(status.child(field).child('message'), LIMITS.size);
    const code = error?.errorCode;
    if (code !== undefined && code < 0) {
      errs.invalid(status.child(field).child('errorCode'), code, rangeError(0, 2 ** 31 - 1));
    }
  }
}

export function validateAttachment(errs: Errors, o: Loose<VolumeAttachment>): void {
  validateAttachmentBody(errs, o);
  validateCsiDriverName(errs, Path.of('spec.attacher'), o.spec?.attacher ?? '');
  const name = o.spec?.source?.persistentVolumeName;
  if (name !== undefined) dnsSubdomain(errs, Path.of('spec.source.persistentVolumeName'), name);
}

export function validateAttachmentUpdate(
  errs: Errors,
  now: Loose<VolumeAttachment>,
  old: Loose<VolumeAttachment>,
): void {
  validateAttachmentBody(errs, now);
  if (!same(now.spec, old.spec)) errs.invalid(SPEC, now.spec, IMMUTABLE);
}

function validateNodeDriver(errs: Errors, path: Path, driver: Loose<CSINodeDriver>, names: Set<string>): void {
  const { name = '', nodeID = '', topologyKeys = [] } = driver;
  validateCsiDriverName(errs, path.child('name'), name);
  if (nodeID === '') errs.required(path.child('nodeID'));
  if (nodeID.length > LIMITS.nodeId) {
    errs.invalid(path.child('nodeID'), nodeID, `must be ${LIMITS.nodeId} characters or less`);
  }
  nonNegative(errs, path.child('allocatable'), 'count', driver.allocatable?.count);
  if (names.has(name)) errs.duplicate(path.child('name'), name);
  names.add(name);
  for (const [i, key] of topologyKeys.entries()) {
    if (key === '') errs.required(path);
    if (topologyKeys.indexOf(key) < i) errs.duplicate(path, key);
    qualifiedName(errs, path, key);
  }
}

export function validateCsiNode(errs: Errors, o: Loose<CSINode>): void {
  validateMeta(errs, o.metadata, META);
  const names = new Set<string>();
  for (const [i, driver] of (o.spec?.drivers ?? []).entries()) {
    validateNodeDriver(errs, SPEC.child('drivers').index(i), driver, names);
  }
}

export function validateCsiNodeUpdate(errs: Errors, now: Loose<CSINode>, old: Loose<CSINode>): void {
  validateCsiNode(errs, now);
  for (const before of old.spec?.drivers ?? []) {
    for (const driver of now.spec?.drivers ?? []) {
      if (driver.name !== before.name) continue;
      const fixed = (d: Loose<CSINodeDriver>) => ({ ...d, allocatable: undefined });
      immutable(errs, SPEC.child('drivers'), fixed(driver), fixed(before));
    }
  }
}

const FS_GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];
const MODES = ['Persistent', 'Ephemeral'];

function validateDriverSpec(errs: Errors, o: Loose<CSIDriver>): void {
  const spec = o.spec ?? {};
  if (spec.attachRequired === undefined) errs.required(SPEC.child('attachedRequired'));
  if (spec.podInfoOnMount === undefined) errs.required(SPEC.child('podInfoOnMount'));
  if (spec.storageCapacity === undefined) errs.required(SPEC.child('storageCapacity'));
  const policy = spec.fsGroupPolicy;
  if (policy !== undefined && !FS_GROUP_POLICIES.includes(policy)) {
    errs.notSupported(SPEC.child('fsGroupPolicy'), policy, FS_GROUP_POLICIES);
  }
  validateTokenRequests(errs, spec.tokenRequests ?? []);
  for (const mode of spec.volumeLifecycleModes ?? []) {
    if (!MODES.includes(mode)) errs.notSupported(SPEC.child('volumeLifecycleModes'), mode, MODES);
  }
  if (spec.seLinuxMount === undefined) errs.required(SPEC.child('seLinuxMount'));
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  if (period !== undefined && period < 10) {
    const at = SPEC.child('nodeAllocatableUpdatePeriodSeconds');
    errs.invalid(at, period, 'must be greater than or equal to 10 seconds');
  }
  const { serviceAccountTokenInSecrets: inSecrets, tokenRequests = [] } = spec;
  if (inSecrets !== undefined && tokenRequests.length === 0) {
    const detail = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified';
    errs.invalid(SPEC.child('serviceAccountTokenInSecrets'), inSecrets, detail);
  }
}

interface TokenRequest {
  readonly audience?: string | undefined;
  readonly expirationSeconds?: number | undefined;
}

function validateTokenRequests(errs: Errors, requests: readonly TokenRequest[]): void {
  const seen = new Set<string>();
  for (const [i, { audience = '', expirationSeconds: seconds }] of requests.entries()) {
    const at = SPEC.child('tokenRequests').index(i);
    if (seen.has(audience)) {
      errs.duplicate(at.child('audience'), audience);
      continue;
    }
    seen.add(audience);
    if (seconds === undefined) continue;
    const where = at.child('expirationSeconds');
    if (seconds < 600) errs.invalid(where, seconds, 'may not specify a duration less than 10 minutes');
    if (seconds > 2 ** 32) errs.invalid(where, seconds, 'may not specify a duration larger than 2^32 seconds');
  }
}

export function validateCsiDriver(errs: Errors, o: Loose<CSIDriver>): void {
  validateMeta(errs, o.metadata, META);
  validateDriverSpec(errs, o);
}

export function validateCsiDriverUpdate(errs: Errors, now: Loose<CSIDriver>, old: Loose<CSIDriver>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateDriverSpec(errs, now);
  immutable(errs, SPEC.child('attachedRequired'), now.spec?.attachRequired, old.spec?.attachRequired);
  const { volumeLifecycleModes: modes } = now.spec ?? {};
  immutable(errs, SPEC.child('volumeLifecycleModes'), modes, old.spec?.volumeLifecycleModes);
}

export function validateStorageCapacity(errs: Errors, o: Loose<CSIStorageCapacity>): void {
  validateMeta(errs, o.metadata, { namespaced: true, name: nameIsDnsSubdomain });
  validateLabelSelector(errs, Path.of('nodeTopology'), o.nodeTopology);
  dnsSubdomain(errs, Path.of('storageClassName'), o.storageClassName ?? '');
  if (o.capacity !== undefined) nonNegativeQuantity(errs, Path.of('capacity'), quantity(o.capacity));
}

export function validateStorageCapacityUpdate(
  errs: Errors,
  now: Loose<CSIStorageCapacity>,
  old: Loose<CSIStorageCapacity>,
): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  immutable(errs, Path.of('nodeTopology'), now.nodeTopology, old.nodeTopology, selectorValue(now.nodeTopology));
  immutable(errs, Path.of('storageClassName'), now.storageClassName ?? '', old.storageClassName ?? '');
}
