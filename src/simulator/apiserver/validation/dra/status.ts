// The status of a ResourceClaim: what was allocated, for whom, and what drivers say of it.
import type {
  AllocatedDeviceStatus,
  DeviceAllocationResult,
  NetworkDeviceData,
  ResourceClaim,
} from '../../../../model/generated/resource.v1.ts';
import { immutable, requiredEnum, same } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { parseCidr } from '../ip.ts';
import { validateConditions } from '../labels.ts';
import { validateMetaUpdate } from '../meta.ts';
import { validateNodeSelector } from '../pods/affinity.ts';
import { requestNames, validateReference, validateReferences } from './claims.ts';
import {
  deviceName,
  driverName,
  MAX_CONFIG,
  poolName,
  validateBindings,
  validateOpaque,
  validateRaw,
  validateSet,
  validateSlice,
} from './parts.ts';

type Claim = Loose<ResourceClaim>;

const STATUS = Path.of('status');
const MAX_CONSUMERS = 256;
const MAX_RESULTS = 32;
const MAX_CONDITIONS = 8;

interface DeviceId {
  readonly driver?: string | undefined;
  readonly pool?: string | undefined;
  readonly device?: string | undefined;
  readonly shareID?: string | undefined;
}

const idOf = ({ driver = '', pool = '', device = '', shareID = '' }: DeviceId): string =>
  shareID === '' ? `${driver}/${pool}/${device}` : `${driver}/${pool}/${device}/${shareID}`;

export function validateClaimStatus(errs: Errors, now: Claim, old: Claim): void {
  const { reservedFor = [], allocation, devices } = now.status ?? {};
  const at = STATUS.child('reservedFor');
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateSet(
    errs,
    at,
    reservedFor,
    MAX_CONSUMERS,
    (path, consumer) => {
      for (const name of ['resource', 'name', 'uid'] as const) if (!consumer[name]) errs.required(path.child(name));
    },
    ({ uid = '' }) => uid,
  );
  const allocated = new Set((allocation?.devices?.results ?? []).map(idOf));
  const check = (path: Path, device: Loose<AllocatedDeviceStatus>) => validateDevice(errs, path, device, allocated);
  validateSet(errs, STATUS.child('devices'), devices, Number.POSITIVE_INFINITY, check, idOf);
  if (reservedFor.length > 0 && !allocation) {
    errs.forbidden(at, 'may not be specified when `allocated` is not set');
  } else if (now.metadata?.deletionTimestamp && addsConsumers(now, old)) {
    const detail = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set';
    errs.forbidden(at, detail);
  }
  const path = STATUS.child('allocation');
  if (!allocation) return;
  if (old.status?.allocation) immutable(errs, path, allocation, old.status.allocation);
  else {
    validateResults(errs, path.child('devices'), allocation.devices ?? {}, requestNames(now.spec?.devices));
    if (allocation.nodeSelector) validateNodeSelector(errs, path.child('nodeSelector'), allocation.nodeSelector);
  }
}

function addsConsumers(now: Claim, old: Claim): boolean {
  const before = old.status?.reservedFor ?? [];
  return (now.status?.reservedFor ?? []).some((consumer) => !before.some((b) => same(b, consumer)));
}

function validateResults(
  errs: Errors,
  path: Path,
  allocation: Loose<DeviceAllocationResult>,
  known: ReadonlySet<string>,
): void {
  validateSlice(errs, path.child('results'), allocation.results, MAX_RESULTS, (at, result) => {
    validateReference(errs, at.child('request'), result.request ?? '', known);
    validateId(errs, at, result);
    validateBindings(errs, at, result);
    validateShare(errs, at, result.shareID);
  });
  validateSlice(errs, path.child('config'), allocation.config, 2 * MAX_CONFIG, (at, config) => {
    requiredEnum(errs, at.child('source'), config.source, ['FromClaim', 'FromClass']);
    validateReferences(errs, at.child('requests'), config.requests, known);
    validateOpaque(errs, at, config.opaque);
  });
}

function validateId(errs: Errors, path: Path, { driver = '', pool = '', device = '' }: DeviceId): void {
  driverName(errs, path.child('driver'), driver);
  poolName(errs, path.child('pool'), pool);
  deviceName(errs, path.child('device'), device);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function validateShare(errs: Errors, path: Path, id: string | undefined): void {
  const at = path.child('shareID');
  if (id === undefined || UUID.test(id)) return;
  if (![32, 36, 38, 45].includes(id.length)) {
    errs.invalid(at, id, `error validating uid: invalid UUID length: ${id.length}`);
  } else if (!UUID.test(id.toLowerCase())) errs.invalid(at, id, 'error validating uid: invalid UUID format');
  else {
    const detail =
      'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters';
    errs.invalid(at, id, detail);
  }
}

function validateDevice(
  errs: Errors,
  path: Path,
  device: Loose<AllocatedDeviceStatus>,
  allocated: ReadonlySet<string>,
): void {
  const { conditions = [], data, networkData } = device;
  validateId(errs, path, device);
  validateShare(errs, path, device.shareID);
  if (!allocated.has(idOf(device))) errs.invalid(path, idOf(device), 'must be an allocated device in the claim');
  if (conditions.length > MAX_CONDITIONS) errs.tooMany(path.child('conditions'), conditions.length, MAX_CONDITIONS);
  validateConditions(errs, path.child('conditions'), conditions);
  if (data !== undefined) validateRaw(errs, path.child('data'), data);
  if (networkData) validateNetwork(errs, path.child('networkData'), networkData);
}

const BAD_ADDRESS = 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)';

function validateNetwork(errs: Errors, path: Path, data: Loose<NetworkDeviceData>): void {
  for (const [name, max] of [
    ['interfaceName', 256],
    ['hardwareAddress', 128],
  ] as const) {
    if ((data[name] ?? '').length > max) errs.tooLong(path.child(name), max);
  }
  const check = (at: Path, address: string) => {
    if (!parseCidr(address)) errs.invalid(at, address, BAD_ADDRESS);
  };
  validateSet(errs, path.child('ips'), data.ips, 16, check, (ip) => ip);
}
