// Defaults of every built-in kind. An object that has them all comes back as it is.
import type { KubeObject } from '../../../../model/object.ts';
import * as cluster from './cluster.ts';
import * as core from './core.ts';
import { pod } from './pod.ts';
import { persistentVolume, persistentVolumeClaim } from './volume.ts';
import * as workloads from './workloads.ts';

type Defaulter = (o: never, stored: never) => unknown;

const BY_KIND: { readonly [kind: string]: Defaulter } = {
  'v1/Pod': pod,
  'v1/PodTemplate': core.podTemplateObject,
  'v1/ReplicationController': core.replicationController,
  'v1/Service': core.service,
  'v1/Endpoints': core.endpoints,
  'v1/Secret': core.secret,
  'v1/Namespace': core.namespace,
  'v1/Node': core.node,
  'v1/LimitRange': core.limitRange,
  'v1/ResourceQuota': core.resourceQuota,
  'v1/PersistentVolume': persistentVolume,
  'v1/PersistentVolumeClaim': persistentVolumeClaim,
  'apps/v1/Deployment': workloads.deployment,
  'apps/v1/ReplicaSet': workloads.replicaSet,
  'apps/v1/DaemonSet': workloads.daemonSet,
  'apps/v1/StatefulSet': workloads.statefulSet,
  'batch/v1/Job': workloads.job,
  'batch/v1/CronJob': workloads.cronJob,
  'autoscaling/v2/HorizontalPodAutoscaler': workloads.horizontalPodAutoscaler,
  'autoscaling/v1/HorizontalPodAutoscaler': workloads.horizontalPodAutoscalerV1,
  'networking.k8s.io/v1/NetworkPolicy': cluster.networkPolicy,
  'networking.k8s.io/v1/IngressClass': cluster.ingressClass,
  'rbac.authorization.k8s.io/v1/RoleBinding': cluster.roleBinding,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': cluster.roleBinding,
  'storage.k8s.io/v1/StorageClass': cluster.storageClass,
  'storage.k8s.io/v1/CSIDriver': cluster.csiDriver,
  'scheduling.k8s.io/v1/PriorityClass': cluster.priorityClass,
  'discovery.k8s.io/v1/EndpointSlice': cluster.endpointSlice,
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration': cluster.validatingWebhooks,
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration': cluster.mutatingWebhooks,
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy': cluster.validatingPolicy,
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding': cluster.policyBinding,
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicy': cluster.mutatingPolicy,
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding': cluster.policyBinding,
  'apiextensions.k8s.io/v1/CustomResourceDefinition': cluster.customResourceDefinition,
  'apiregistration.k8s.io/v1/APIService': cluster.apiService,
  'authentication.k8s.io/v1/TokenRequest': cluster.tokenRequest,
  'flowcontrol.apiserver.k8s.io/v1/FlowSchema': cluster.flowSchema,
  'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration': cluster.priorityLevel,
  'resource.k8s.io/v1/ResourceClaim': cluster.resourceClaim,
  'resource.k8s.io/v1/ResourceClaimTemplate': cluster.resourceClaimTemplate,
};

/**
 * Fills in what the object leaves open. It must have been decoded; kinds without defaults come back as they are.
 * @param stored the object that was changed, where there is one.
 */
export function applyDefaults<T extends KubeObject>(object: T, stored?: KubeObject): T {
  const work = BY_KIND[`${object.apiVersion}/${object.kind}`];
  return work ? (work(object as never, stored as never) as T) : object;
}
