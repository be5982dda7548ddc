// The ResourceClaims that pods ask for through templates: pure. Models pkg/controller/resourceclaim, v1.36.
import type { Pod, PodResourceClaim } from '../../../model/generated/core.v1.ts';
import type { ResourceClaim, ResourceClaimTemplate } from '../../../model/generated/resource.v1.ts';
import { controllerOf } from '../../../model/object.ts';
import { isPodTerminal } from '../common/pods.ts';

/** On a claim: which of the pod's claims it was made for. */
export const POD_CLAIM = 'resource.kubernetes.io/pod-claim-name';
/** A hyphen and five random characters fit behind. */
const MAX_BASE = 57;
/** Source: ResourceClaimReservedForMaxSize. */
const MAX_USERS = 256;

/** Whether the pod will not run, or not any more. */
export function isDone(pod: Pod): boolean {
  return isPodTerminal(pod) || (pod.metadata.deletionTimestamp !== undefined && !pod.spec?.nodeName);
}

export function hasClaims(pod: Pod): boolean {
  return (pod.spec?.resourceClaims?.length ?? 0) > 0;
}

/** What the pod's status says was made for one of its claims; undefined: nothing yet. */
export function madeFor(pod: Pod, claim: PodResourceClaim): { readonly name: string | undefined } | undefined {
  const status = pod.status?.resourceClaimStatuses?.find((s) => s.name === claim.name);
  return status && { name: status.resourceClaimName };
}

function baseName(pod: string, claim: string): string {
  const whole = `${pod}-${claim}-`;
  if (whole.length <= MAX_BASE) return whole;
  const cut = (text: string): string => text.slice(0, Math.floor((text.length * MAX_BASE) / whole.length));
  return `${cut(pod)}-${cut(claim)}`;
}

export function claimFrom(pod: Pod, claim: PodResourceClaim, template: ResourceClaimTemplate): ResourceClaim {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const { annotations, labels } = template.spec.metadata ?? {};
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      generateName: baseName(name, claim.name),
      namespace,
      annotations: { ...annotations, [POD_CLAIM]: claim.name },
      ...(labels ? { labels } : {}),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: template.spec.spec,
  };
}

/** The entry of a claim's reservedFor that stands for the pod. */
export function userOf({ metadata }: Pod): { readonly resource: string; readonly name: string; readonly uid: string } {
  return { resource: 'pods', name: metadata.name ?? '', uid: metadata.uid ?? '' };
}

/** Whether a pod that has its node already is still to be entered as a user of the claim's devices. */
export function mayUse(pod: Pod, claim: ResourceClaim): boolean {
  const users = claim.status?.reservedFor ?? [];
  if (claim.status?.allocation === undefined || users.length >= MAX_USERS) return false;
  return !users.some((u) => u.uid === pod.metadata.uid);
}

export interface ClaimUpdate {
  /** Who still uses the claim, where somebody has gone. */
  readonly reservedFor?: NonNullable<ResourceClaim['status']>['reservedFor'];
  /** It was made for a pod that does not need it any longer. */
  readonly remove: boolean;
}

/** @param pod a pod of the claim's namespace by its name. */
export function updateOf(claim: ResourceClaim, pod: (name: string) => Pod | undefined): ClaimUpdate {
  const reserved = claim.status?.reservedFor ?? [];
  const valid = reserved.filter((r) => {
    const user = pod(r.name);
    return user !== undefined && user.metadata.uid === r.uid && !isDone(user);
  });
  const owner = controllerOf(claim);
  const owning = owner?.kind === 'Pod' ? pod(owner.name) : undefined;
  const remove = valid.length === 0 && owning !== undefined && (owning.metadata.uid !== owner?.uid || isDone(owning));
  return { ...(valid.length < reserved.length ? { reservedFor: valid } : {}), remove };
}
