// Devices that are parts of one whole draw on its counters: a device can only be had while they last.
// Models checkAvailableCounters of k8s.io/dynamic-resource-allocation/structured, v1.36 (DRAPartitionableDevices).
import type { Device } from '../../../model/generated/resource.v1.ts';
import { quantity } from '../../../model/quantity.ts';
import { type AllocatedState, deviceId } from './allocated.ts';
import type { Pool } from './pools.ts';

/** `set/counter` → amount, in units of 10⁻⁹. */
type Amounts = Map<string, bigint>;

function take(from: Amounts, device: Device, sign: 1n | -1n): void {
  for (const { counterSet, counters } of device.consumesCounters ?? []) {
    for (const [name, { value }] of Object.entries(counters)) {
      const key = `${counterSet}/${name}`;
      from.set(key, (from.get(key) ?? 0n) + sign * quantity(value).nano);
    }
  }
}

function available(pool: Pool, { devices, shared }: AllocatedState): Amounts {
  const left: Amounts = new Map();
  for (const set of pool.counters.values()) {
    for (const [name, { value }] of Object.entries(set.counters)) left.set(`${set.name}/${name}`, quantity(value).nano);
  }
  for (const d of [...pool.slices, ...pool.elsewhere].flatMap((s) => s.spec.devices ?? [])) {
    const id = deviceId(pool.driver, pool.name, d.name);
    if (devices.has(id) || shared.has(id)) take(left, d, -1n);
  }
  return left;
}

export class Counters {
  private readonly allocated: AllocatedState;
  private readonly left = new Map<Pool, Amounts>();

  constructor(allocated: AllocatedState) {
    this.allocated = allocated;
  }

  /** False, and nothing is taken, when one of the counters does not last. */
  take(pool: Pool, device: Device): boolean {
    let left = this.left.get(pool);
    if (left === undefined) {
      left = available(pool, this.allocated);
      this.left.set(pool, left);
    }
    take(left, device, -1n);
    if ([...left.values()].every((n) => n >= 0n)) return true;
    take(left, device, 1n);
    return false;
  }

  giveBack(pool: Pool, device: Device): void {
    const left = this.left.get(pool);
    if (left !== undefined) take(left, device, 1n);
  }
}
