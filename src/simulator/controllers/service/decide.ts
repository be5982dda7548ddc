// Which Services want a load balancer, when one has to be looked at again, and which nodes it sends to: pure.
// Models k8s.io/cloud-provider/controllers/service, v1.36.
import type { Node, Service } from '../../../model/generated/core.v1.ts';
import { equal } from '../../../model/paths.ts';

export const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';
const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler';

export function wantsBalancer(s: Service): boolean {
  return s.spec?.type === 'LoadBalancer' && s.spec.loadBalancerClass === undefined;
}

export function hasFinalizer(s: Service): boolean {
  return s.metadata.finalizers?.includes(FINALIZER) ?? false;
}

export function needsCleanup(s: Service): boolean {
  return hasFinalizer(s) && (s.metadata.deletionTimestamp !== undefined || s.spec?.type !== 'LoadBalancer');
}

/** An Event about what changed. */
export interface Change {
  readonly reason: string;
  readonly message: string;
}

const list = (values: readonly string[] | undefined): string => `[${(values ?? []).join(' ')}]`;

/** Whether the change concerns the load balancer, and what to say of it. */
export function needsUpdate(old: Service, now: Service): { readonly update: boolean; readonly say?: Change } {
  if (!wantsBalancer(old) && !wantsBalancer(now)) return { update: false };
  const [a, b] = [old.spec, now.spec];
  const say = (reason: string, message: string): { update: boolean; say: Change } => ({
    update: true,
    say: { reason, message },
  });
  if (wantsBalancer(old) !== wantsBalancer(now)) return say('Type', `${a?.type} -> ${b?.type}`);
  if (!equal(a?.loadBalancerSourceRanges, b?.loadBalancerSourceRanges))
    return say(
      'LoadBalancerSourceRanges',
      `${list(a?.loadBalancerSourceRanges)} -> ${list(b?.loadBalancerSourceRanges)}`,
    );
  if (!equal(a?.ports, b?.ports) || a?.sessionAffinity !== b?.sessionAffinity) return { update: true };
  if (!equal(a?.sessionAffinityConfig, b?.sessionAffinityConfig)) return { update: true };
  if (a?.loadBalancerIP !== b?.loadBalancerIP)
    return say('LoadbalancerIP', `${a?.loadBalancerIP ?? ''} -> ${b?.loadBalancerIP ?? ''}`);
  const [before, after] = [a?.externalIPs ?? [], b?.externalIPs ?? []];
  if (before.length !== after.length) return say('ExternalIP', `Count: ${before.length} -> ${after.length}`);
  const added = after.find((ip, i) => ip !== before[i]);
  if (added !== undefined) return say('ExternalIP', `Added: ${added}`);
  if (!equal(old.metadata.annotations, now.metadata.annotations)) return { update: true };
  if (old.metadata.uid !== now.metadata.uid) return say('UID', `${old.metadata.uid} -> ${now.metadata.uid}`);
  if (a?.externalTrafficPolicy !== b?.externalTrafficPolicy)
    return say('ExternalTrafficPolicy', `${a?.externalTrafficPolicy ?? ''} -> ${b?.externalTrafficPolicy ?? ''}`);
  if (a?.healthCheckNodePort !== b?.healthCheckNodePort)
    return say('HealthCheckNodePort', `${a?.healthCheckNodePort ?? 0} -> ${b?.healthCheckNodePort ?? 0}`);
  return { update: false };
}

/** A load balancer sends to nodes that are ready and not kept out of it. */
export function isTarget(n: Node): boolean {
  if (n.metadata.labels?.[EXCLUDED] !== undefined) return false;
  if (n.spec?.taints?.some((t) => t.key === TO_BE_DELETED)) return false;
  return n.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
}
