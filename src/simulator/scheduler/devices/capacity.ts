// How much of a device that several may share a request takes. Models
// k8s.io/dynamic-resource-allocation/structured/internal/incubating/consumable_capacity.go, v1.36 (DRAConsumableCapacity).
import type { CapacityRequirements, Device, DeviceCapacity } from '../../../model/generated/resource.v1.ts';
import { compareQuantities, formatQuantity, type Quantity, quantity } from '../../../model/quantity.ts';

/** Capacity by name → in use, in units of 10⁻⁹. */
export type Used = Map<string, bigint>;

const NANO = 1_000_000_000n;
const nano = (q: string | number): bigint => quantity(q).nano;
const whole = (n: bigint): bigint => (n + NANO - 1n) / NANO;

/** What a request for `wanted` is rounded to by the device's policy. */
function taken(wanted: string | number | undefined, { value, requestPolicy: policy }: DeviceCapacity): Quantity {
  if (wanted === undefined) return quantity(policy?.default ?? value);
  const asked = quantity(wanted);
  const range = policy?.validRange;
  if (range?.min !== undefined) {
    const min = quantity(range.min);
    if (compareQuantities(asked, min) < 0) return min;
    if (range.step === undefined) return asked;
    const [step, from] = [whole(nano(range.step)), whole(min.nano)];
    const steps = (whole(asked.nano) - from + step - 1n) / step;
    return { nano: (from + step * steps) * NANO, format: 'BinarySI' };
  }
  const fits = policy?.validValues?.map(quantity).find((v) => compareQuantities(asked, v) <= 0);
  return fits ?? asked;
}

function violates(q: Quantity, { requestPolicy: policy }: DeviceCapacity): boolean {
  if (policy === undefined) return false;
  if (policy.default !== undefined && nano(policy.default) === q.nano) return false;
  const range = policy.validRange;
  if (range !== undefined) {
    if (range.max !== undefined && q.nano > nano(range.max)) return true;
    return range.step !== undefined && (whole(q.nano) - whole(nano(range.min))) % whole(nano(range.step)) !== 0n;
  }
  return policy.validValues !== undefined && !policy.validValues.some((v) => nano(v) === q.nano);
}

/** Whether the device has as much left as is asked of it. `used` and `planned`: what is given away, and in this search. */
export function hasRoom(
  device: Device,
  { requests = {} }: CapacityRequirements = {},
  used: Used | undefined,
  planned: Used | undefined,
): boolean {
  const offered = device.capacity ?? {};
  if (Object.keys(requests).some((name) => offered[name] === undefined)) return false;
  return Object.entries(offered).every(([name, capacity]) => {
    const q = taken(requests[name], capacity);
    const sum = q.nano + (used?.get(name) ?? 0n) + (planned?.get(name) ?? 0n);
    return !violates(q, capacity) && sum <= nano(capacity.value);
  });
}

/** What a share of the device takes of each of its capacities. */
export function share(
  device: Device,
  { requests = {} }: CapacityRequirements = {},
): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(device.capacity ?? {}).map(([name, c]) => [name, formatQuantity(taken(requests[name], c))]),
  );
}

export function account(used: Used, of: { readonly [name: string]: string | number }, sign: 1n | -1n): void {
  for (const [name, q] of Object.entries(of)) used.set(name, (used.get(name) ?? 0n) + sign * nano(q));
}
