// The claims of pods, as the scheduler sees them: what the API server last said, or what it was told since, and what was
// promised in attempts whose writes are still under way.
// Models pkg/scheduler/framework/plugins/dynamicresources/dra_manager.go and dynamic-resource-allocation/resourceclaim.
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { AllocationResult, ResourceClaim } from '../../../model/generated/resource.v1.ts';
import { controllerOf, keyOf, namespaceOf } from '../../../model/object.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import { deviceId } from './allocated.ts';

/** Source: ResourceClaimReservedForMaxSize. */
const MAX_USERS = 256;

const uidOf = (c: ResourceClaim): string => c.metadata.uid ?? keyOf(c);

export function isReservedFor(claim: ResourceClaim, pod: Pod): boolean {
  return (claim.status?.reservedFor ?? []).some((r) => r.uid === pod.metadata.uid);
}

export function canBeReserved(claim: ResourceClaim): boolean {
  return (claim.status?.reservedFor?.length ?? 0) < MAX_USERS;
}

/** The claim as it is going to be once the allocation is written. */
export function withAllocation(claim: ResourceClaim, allocation: AllocationResult): ResourceClaim {
  return { ...claim, status: { ...claim.status, allocation } };
}

/** Its devices, as people read them. */
export function listed(allocation: AllocationResult | undefined): string {
  return (allocation?.devices?.results ?? []).map((r) => deviceId(r.driver, r.pool, r.device)).join(', ');
}

export class ClaimBook {
  private readonly cluster: Pick<ClusterLookup, 'resourceClaim' | 'resourceClaims'>;
  /** Allocations that are not written yet, by the claim's uid. */
  private readonly pending = new Map<string, ResourceClaim>();
  /** Claims as the API server answered, until a watch tells of the same or a newer version. */
  private readonly written = new Map<string, ResourceClaim>();

  constructor(cluster: Pick<ClusterLookup, 'resourceClaim' | 'resourceClaims'>) {
    this.cluster = cluster;
  }

  private newest(claim: ResourceClaim): ResourceClaim {
    const uid = uidOf(claim);
    const ours = this.written.get(uid);
    if (ours === undefined) return claim;
    if (version(ours) > version(claim)) return ours;
    this.written.delete(uid);
    return claim;
  }

  get(namespace: string, name: string): ResourceClaim | undefined {
    const claim = this.cluster.resourceClaim(namespace, name);
    return claim && this.newest(claim);
  }

  /** All claims, promised allocations included. */
  *all(): Generator<ResourceClaim> {
    const unseen = new Map(this.pending);
    for (const c of this.cluster.resourceClaims()) {
      unseen.delete(uidOf(c));
      yield this.pending.get(uidOf(c)) ?? this.newest(c);
    }
    // Those that are yet to be made.
    yield* unseen.values();
  }

  isPending(claim: ResourceClaim): boolean {
    return this.pending.has(uidOf(claim));
  }

  promise(claim: ResourceClaim, allocation: AllocationResult): void {
    this.pending.set(uidOf(claim), withAllocation(claim, allocation));
  }

  /** The promise is kept, when `written` says so, or withdrawn. */
  settle(claim: ResourceClaim, written?: ResourceClaim): void {
    this.pending.delete(uidOf(claim));
    if (written !== undefined) this.written.set(uidOf(written), written);
  }
}

const version = (c: ResourceClaim): number => Number(c.metadata.resourceVersion ?? 0);

/** The pod's claims, or why it has to wait for one, in upstream's words. A claim that turned out not to be needed is none. */
export function claimsOf(pod: Pod, book: ClaimBook): readonly ResourceClaim[] | { readonly error: string } {
  const namespace = namespaceOf(pod);
  const own = `${namespace}/${pod.metadata.name}`;
  const claims: ResourceClaim[] = [];
  for (const c of pod.spec?.resourceClaims ?? []) {
    const made = pod.status?.resourceClaimStatuses?.find((s) => s.name === c.name);
    if (c.resourceClaimName === undefined && c.resourceClaimTemplateName === undefined) {
      return { error: `pod "${own}", spec.resourceClaim "${c.name}": none of the supported fields are set` };
    }
    if (c.resourceClaimName === undefined && made === undefined) {
      return { error: `pod "${own}": ResourceClaim not created yet` };
    }
    const name = c.resourceClaimName ?? made?.resourceClaimName;
    if (name === undefined) continue;
    const claim = book.get(namespace, name);
    if (claim === undefined) return { error: `could not find resource claim "${namespace}/${name}"` };
    if (claim.metadata.deletionTimestamp !== undefined) return { error: `resourceclaim "${name}" is being deleted` };
    if (c.resourceClaimName === undefined && controllerOf(claim)?.uid !== pod.metadata.uid) {
      return { error: `ResourceClaim ${keyOf(claim)} was not created for pod ${own} (pod is not owner)` };
    }
    claims.push(claim);
  }
  return claims;
}
