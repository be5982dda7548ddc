// What a claim asks for, request by request, ready for the search. Models validateDeviceRequest and isSelectable of
// k8s.io/dynamic-resource-allocation/structured (internal/incubating/allocator_incubating.go), v1.36.
import type {
  CapacityRequirements,
  Device,
  DeviceClass,
  DeviceSelector,
  DeviceSubRequest,
  DeviceToleration,
  ExactDeviceRequest,
  ResourceClaim,
  ResourceSlice,
} from '../../../model/generated/resource.v1.ts';
import { keyOf } from '../../../model/object.ts';
import { selectsDevice } from '../../apiserver/cel/devices.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { type AllocatedState, type DeviceId, deviceId } from './allocated.ts';
import { hasRoom } from './capacity.ts';
import { type Pool, reaches } from './pools.ts';

/** Why no allocation can be tried at all: something is wrong with the claim, its class, or a pool. */
export class AllocationError extends Error {}

/** One request, or one alternative of a request. */
export interface Wish {
  readonly claim: ResourceClaim;
  /** `gpu`, or `gpu/large` for an alternative. */
  readonly name: string;
  readonly request: string;
  readonly subRequest?: string;
  readonly class: DeviceClass;
  readonly selectors: readonly DeviceSelector[];
  readonly tolerations: readonly DeviceToleration[];
  readonly capacity: CapacityRequirements | undefined;
  readonly admin: boolean;
  readonly count: number;
  /** Of a request for all devices: those there are. */
  readonly all?: readonly Found[];
}

export interface Found {
  readonly pool: Pool;
  readonly slice: ResourceSlice;
  readonly device: Device;
}

export interface Picked extends Found {
  readonly wish: Wish;
  /** Of a share of a device: how much of each capacity. */
  readonly consumed?: { readonly [capacity: string]: string };
}

type Asked = Pick<Wish, 'tolerations' | 'capacity' | 'admin'> & {
  readonly className: string;
  readonly selectors: readonly DeviceSelector[];
  readonly mode: string;
  readonly count: number;
};

export interface Context {
  readonly node: NodeInfo;
  readonly pools: readonly Pool[];
  readonly deviceClass: (name: string) => DeviceClass | undefined;
  readonly allocated: AllocatedState;
}

export function idOf({ pool, device }: Found): DeviceId {
  return deviceId(pool.driver, pool.name, device.name);
}

/** Every device of the node's usable pools, in the order in which they are tried. */
export function* devicesOf(pools: readonly Pool[]): Generator<Found> {
  for (const pool of pools) {
    for (const slice of pool.slices) for (const device of slice.spec.devices ?? []) yield { pool, slice, device };
  }
}

function choose(wish: Wish, found: Found): boolean {
  const { pool, device } = found;
  const test = (selectors: readonly DeviceSelector[], whose: string): boolean =>
    selectors.every((s, i) => {
      const answer = selectsDevice(s.cel?.expression ?? '', pool.driver, device);
      if (typeof answer === 'boolean') return answer;
      const on = answer.error.startsWith('CEL runtime') ? ` on device ${idOf(found)}` : '';
      throw new AllocationError(`${whose}: selector #${i}${on}: ${answer.error}`);
    });
  return (
    test(wish.class.spec.selectors ?? [], `class ${wish.class.metadata.name}`) &&
    test(wish.selectors, `claim ${keyOf(wish.claim)}`)
  );
}

/** Whether the device is of the kind that is asked for, in use or not. */
export function selectable(wish: Wish, found: Found, node: NodeInfo): boolean {
  if (!choose(wish, found)) return false;
  return found.slice.spec.perDeviceNodeSelection !== true || reaches(found.device, node);
}

function wishFor(claim: ResourceClaim, request: string, asked: Asked, context: Context, subRequest?: string): Wish {
  const own = subRequest ?? request;
  const found = context.deviceClass(asked.className);
  if (found === undefined) {
    const missing = `deviceclass.resource.k8s.io "${asked.className}" not found`;
    throw new AllocationError(
      `claim ${keyOf(claim)}, request ${own}: could not retrieve device class ${asked.className}: ${missing}`,
    );
  }
  const { tolerations, capacity, admin, selectors, count } = asked;
  const wish: Wish = {
    claim,
    name: subRequest === undefined ? request : `${request}/${subRequest}`,
    request,
    ...(subRequest === undefined ? {} : { subRequest }),
    class: found,
    selectors,
    tolerations,
    capacity,
    admin,
    count,
  };
  return asked.mode === 'All' ? everyOne(wish, own, context) : wish;
}

function everyOne(wish: Wish, own: string, { pools, node, allocated }: Context): Wish {
  for (const { incomplete, invalid, driver, name } of pools) {
    const state = incomplete ? 'being updated' : invalid !== undefined ? 'invalid' : undefined;
    if (state === undefined) continue;
    const wants = `claim ${keyOf(wish.claim)}, request ${own}: asks for all devices`;
    throw new AllocationError(`${wants}, but resource pool ${driver}/${name} is currently ${state}`);
  }
  const all = [...devicesOf(pools)].filter(
    (f) => selectable(wish, f, node) && hasRoom(f.device, wish.capacity, allocated.shared.get(idOf(f)), undefined),
  );
  return { ...wish, all, count: all.length };
}

function askedOf(of: ExactDeviceRequest | DeviceSubRequest, admin: boolean): Asked {
  const { deviceClassName: className, selectors = [], tolerations = [], capacity } = of;
  const { allocationMode: mode = 'ExactCount', count = 1 } = of;
  return { className, selectors, tolerations, capacity, mode, count, admin };
}

/** The alternatives of each request, of which most have one. Throws AllocationError. */
export function wishesOf(claim: ResourceClaim, context: Context): (readonly Wish[])[] {
  return (claim.spec.devices?.requests ?? []).map(({ name, exactly, firstAvailable = [] }) =>
    exactly === undefined
      ? firstAvailable.map((sub) => wishFor(claim, name, askedOf(sub, false), context, sub.name))
      : [wishFor(claim, name, askedOf(exactly, exactly.adminAccess === true), context)],
  );
}
