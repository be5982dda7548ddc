// Which devices are given away already. Models GatherAllocatedState in pkg/scheduler/framework/plugins/dynamicresources.
import type { ResourceClaim } from '../../../model/generated/resource.v1.ts';
import { account, type Used } from './capacity.ts';

/** `driver/pool/device`. */
export type DeviceId = string;

export const deviceId = (driver: string, pool: string, device: string): DeviceId => `${driver}/${pool}/${device}`;

export interface AllocatedState {
  /** Each for one claim alone. */
  readonly devices: ReadonlySet<DeviceId>;
  /** Devices that several claims share, and how much of them is taken. */
  readonly shared: ReadonlyMap<DeviceId, Used>;
}

export function allocatedIn(claims: Iterable<ResourceClaim>): AllocatedState {
  const devices = new Set<DeviceId>();
  const shared = new Map<DeviceId, Used>();
  for (const claim of claims) {
    for (const r of claim.status?.allocation?.devices?.results ?? []) {
      // Whoever only administers a device does not keep it from others.
      if (r.adminAccess) continue;
      const id = deviceId(r.driver, r.pool, r.device);
      if (r.shareID === undefined) devices.add(id);
      else {
        const used: Used = shared.get(id) ?? new Map();
        account(used, r.consumedCapacity ?? {}, 1n);
        shared.set(id, used);
      }
    }
  }
  return { devices, shared };
}
