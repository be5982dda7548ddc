// Devices that have to be attached first say so by conditions in their claim's status.
// Models isClaimReadyForBinding of pkg/scheduler/framework/plugins/dynamicresources, v1.36 (DRADeviceBindingConditions).
import { MINUTE } from '../../../kernel/kernel.ts';
import type { DeviceRequestAllocationResult, ResourceClaim } from '../../../model/generated/resource.v1.ts';

/** Source: bindingTimeout of DynamicResourcesArgs. */
export const BINDING_TIMEOUT = 10 * MINUTE;

const resultsOf = (c: ResourceClaim): readonly DeviceRequestAllocationResult[] =>
  c.status?.allocation?.devices?.results ?? [];

export function hasConditions(claim: ResourceClaim): boolean {
  return resultsOf(claim).some((r) => (r.bindingConditions?.length ?? 0) > 0);
}

/** Whether all devices are attached; or why one of them never will be. */
export function readiness(claim: ResourceClaim): boolean | { readonly error: string } {
  for (const r of resultsOf(claim)) {
    if ((r.bindingConditions?.length ?? 0) === 0) continue;
    const device = claim.status?.devices?.find(
      (d) => d.device === r.device && d.driver === r.driver && d.pool === r.pool,
    );
    if (device === undefined) return false;
    const of = (type: string) => device.conditions?.find((c) => c.type === type && c.status === 'True');
    for (const type of r.bindingFailureConditions ?? []) {
      const failed = of(type);
      if (failed === undefined) continue;
      const why = `reason=${failed.reason}, message=${JSON.stringify(failed.message ?? '')}`;
      return { error: `claim ${claim.metadata.name} binding failed: ${why}` };
    }
    if (!(r.bindingConditions ?? []).every((type) => of(type) !== undefined)) return false;
  }
  return claim.status?.allocation !== undefined;
}

/** `nowMs`: milliseconds since 1970. */
export function isOverdue(claim: ResourceClaim, nowMs: number): boolean {
  const since = claim.status?.allocation?.allocationTimestamp;
  return since !== undefined && hasConditions(claim) && Date.parse(since) + BINDING_TIMEOUT / 1000 < nowMs;
}
