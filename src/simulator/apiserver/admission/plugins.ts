// The admission plugins in upstream's order. Models AllOrderedPlugins in pkg/kubeapiserver/options/plugins.go, with those that
// are on by default and NodeRestriction, which kubeadm turns on.
import type { Store } from '../../store/index.ts';
import type { Authorizer } from '../authz/attributes.ts';
import { escalationCheck } from '../authz/escalation.ts';
import type { RbacAuthorizer } from '../authz/rbac.ts';
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './certificates.ts';
import type { Plugin } from './chain.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { podResizeValidator } from './pod-resize.ts';
import { podSecurity } from './pod-security/plugin.ts';
import { MutatingPolicies } from './policies/mutating.ts';
import { ValidatingPolicies } from './policies/validating.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './quota/plugin.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { persistentVolumeClaimResize, podTopologyLabels } from './small.ts';
import { defaultIngressClass, defaultStorageClass } from './storage-class.ts';
import { storageObjectInUseProtection } from './storage-protection.ts';
import { taintNodesByCondition } from './taint-nodes.ts';
import type { Hooks } from './webhooks/hooks.ts';
import { MutatingWebhooks } from './webhooks/mutating.ts';
import { ValidatingWebhooks } from './webhooks/validating.ts';

export function defaultPlugins(
  authorizer: Authorizer,
  rbac: RbacAuthorizer,
  hooks: Hooks,
  store: Store,
): readonly Plugin[] {
  return [
    namespaceLifecycle,
    limitRanger,
    serviceAccount,
    nodeRestriction,
    taintNodesByCondition,
    podSecurity,
    priority,
    defaultTolerationSeconds,
    defaultStorageClass,
    storageObjectInUseProtection,
    persistentVolumeClaimResize,
    runtimeClass,
    certificateApproval(authorizer),
    certificateSigning(authorizer),
    certificateSubjectRestriction,
    defaultIngressClass,
    podTopologyLabels,
    podResizeValidator,
    escalationCheck({ authorizer, rbac }),
    new MutatingPolicies(store, authorizer),
    new MutatingWebhooks(hooks, authorizer),
    new ValidatingPolicies(store, authorizer),
    new ValidatingWebhooks(hooks, authorizer),
    resourceQuota,
  ];
}
