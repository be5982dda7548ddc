// What one attempt knows of the claims of its pod. Models stateData and PreFilter of
// pkg/scheduler/framework/plugins/dynamicresources, v1.36.
import type { ContainerExtendedResourceRequest } from '../../../model/generated/core.v1.ts';
import type { AllocationResult, DeviceRequest, ResourceClaim } from '../../../model/generated/resource.v1.ts';
import { keyOf } from '../../../model/object.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { type AllocatedState, allocatedIn } from './allocated.ts';
import { type ClaimBook, canBeReserved, claimsOf, isReservedFor } from './claims.ts';
import { type Extended, extendedOf, type Variant } from './extended.ts';
import { SliceIndex } from './pools.ts';

/** The claim that is made for extended resources, once the node is known. */
export interface OwnClaim {
  readonly draft: ResourceClaim;
  readonly allocation: AllocationResult;
  readonly mappings: readonly ContainerExtendedResourceRequest[];
}

/** The claims of one pod in one attempt. */
export interface PodClaims {
  /** Replaced one by one as they are written. */
  readonly claims: ResourceClaim[];
  /** For claims that had none: what was found on the node that was chosen. */
  readonly chosen: Map<ResourceClaim, AllocationResult>;
  own?: OwnClaim;
  /** That claim, once it is there. */
  made?: ResourceClaim;
}

export interface OnNode {
  /** Of the open claims in their order, and of the pod's own claim. */
  readonly allocations: readonly AllocationResult[];
  readonly variant?: Variant;
}

export interface Attempt extends PodClaims {
  readonly open: readonly ResourceClaim[];
  readonly extended?: Extended;
  readonly allocated: AllocatedState;
  readonly slices: SliceIndex;
  readonly byNode: Map<string, OnNode>;
  readonly unreachable: Set<ResourceClaim>;
}

/** A class that does not exist stands in the way on every node. */
function missingClass(
  { name, exactly, firstAvailable = [] }: DeviceRequest,
  cluster: ClusterLookup,
): string | undefined {
  const wanted: readonly (readonly [request: string, className: string])[] = exactly
    ? [[name, exactly.deviceClassName]]
    : firstAvailable.map((s) => [`${name}/${s.name}`, s.deviceClassName]);
  const missing = wanted.find(([, className]) => cluster.deviceClass(className) === undefined);
  return missing && `request ${missing[0]}: device class ${missing[1]} does not exist`;
}

/** Why the claim cannot be had on any node, if it cannot. */
function obstacle(claim: ResourceClaim, pod: PodInfo, cluster: ClusterLookup, book: ClaimBook): string | undefined {
  if (claim.status?.allocation !== undefined) {
    return canBeReserved(claim) || isReservedFor(claim, pod.pod) ? undefined : 'resourceclaim in use';
  }
  if (book.isPending(claim)) return `resource claim ${keyOf(claim)} is in the process of being allocated`;
  for (const r of claim.spec.devices?.requests ?? []) {
    const missing = missingClass(r, cluster);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** Nothing for pods without claims; a text where no node will do. */
export function beginAttempt(
  pod: PodInfo,
  cluster: ClusterLookup,
  book: ClaimBook,
  uid: () => string,
): Attempt | string | undefined {
  const claims = claimsOf(pod.pod, book);
  if ('error' in claims) return claims.error;
  const extended = extendedOf(pod.pod, cluster, book, uid);
  if (claims.length === 0 && extended === undefined) return undefined;
  for (const claim of claims) {
    const why = obstacle(claim, pod, cluster, book);
    if (why !== undefined) return why;
  }
  const open = claims.filter((c) => c.status?.allocation === undefined);
  const none = open.length === 0 && extended === undefined;
  return {
    claims: [...claims],
    open,
    ...(extended === undefined ? {} : { extended }),
    allocated: allocatedIn(none ? [] : book.all()),
    slices: new SliceIndex(none ? [] : cluster.resourceSlices()),
    chosen: new Map(),
    byNode: new Map(),
    unreachable: new Set(),
  };
}
