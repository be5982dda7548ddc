// Which fields name something, and what. Keys are `OpenAPI type.field`.
import { splitApiVersion } from '../../model/resources.ts';
import type { KindName, Labelled, PodPart } from './facts.ts';

function core(kind: string): KindName {
  return { group: '', kind };
}

const SECRET = core('Secret');
const CONFIG_MAP = core('ConfigMap');
const SERVICE = core('Service');
const STORAGE_CLASS: KindName = { group: 'storage.k8s.io', kind: 'StorageClass' };
const ATTRIBUTES_CLASS: KindName = { group: 'storage.k8s.io', kind: 'VolumeAttributesClass' };

const NAMESPACE = core('Namespace');
const NODE = core('Node');
const CSI_DRIVER: KindName = { group: 'storage.k8s.io', kind: 'CSIDriver' };

export interface NameRule extends KindName {
  /** What names it does without it. */
  readonly optional?: true;
}

/**
 * Fields that hold the name of an object of one kind, or a list of names. A field `namespace` beside it says where; else it is
 * one's own.
 */
export const NAMES: Readonly<Record<string, NameRule>> = {
  'meta.v1.ObjectMeta.namespace': NAMESPACE,
  'core.v1.ObjectReference.namespace': NAMESPACE,
  'core.v1.SecretReference.namespace': NAMESPACE,
  'core.v1.TypedObjectReference.namespace': NAMESPACE,
  'core.v1.PodAffinityTerm.namespaces': NAMESPACE,
  'rbac.v1.Subject.namespace': NAMESPACE,
  'networking.v1.IngressClassParametersReference.namespace': NAMESPACE,
  'admissionregistration.v1.ServiceReference.namespace': NAMESPACE,
  'admissionregistration.v1.ParamRef.namespace': NAMESPACE,
  'apiextensions.v1.ServiceReference.namespace': NAMESPACE,
  'apiregistration.v1.ServiceReference.namespace': NAMESPACE,
  'flowcontrol.v1.ServiceAccountSubject.namespace': NAMESPACE,
  'flowcontrol.v1.ServiceAccountSubject.name': core('ServiceAccount'),
  'core.v1.PodSpec.subdomain': { ...SERVICE, optional: true },
  'core.v1.PodSpec.serviceAccountName': core('ServiceAccount'),
  'core.v1.PodSpec.serviceAccount': core('ServiceAccount'),
  'core.v1.PodSpec.nodeName': NODE,
  'core.v1.PodSpec.priorityClassName': { group: 'scheduling.k8s.io', kind: 'PriorityClass' },
  'core.v1.PodSpec.runtimeClassName': { group: 'node.k8s.io', kind: 'RuntimeClass' },
  'core.v1.PodResourceClaim.resourceClaimName': { group: 'resource.k8s.io', kind: 'ResourceClaim' },
  'core.v1.PodResourceClaim.resourceClaimTemplateName': { group: 'resource.k8s.io', kind: 'ResourceClaimTemplate' },
  'core.v1.ConfigMapEnvSource.name': CONFIG_MAP,
  'core.v1.ConfigMapKeySelector.name': CONFIG_MAP,
  'core.v1.ConfigMapVolumeSource.name': CONFIG_MAP,
  'core.v1.ConfigMapProjection.name': CONFIG_MAP,
  'core.v1.SecretEnvSource.name': SECRET,
  'core.v1.SecretKeySelector.name': SECRET,
  'core.v1.SecretVolumeSource.secretName': SECRET,
  'core.v1.SecretProjection.name': SECRET,
  'core.v1.SecretReference.name': SECRET,
  // Every LocalObjectReference of the core group names a Secret: imagePullSecrets and volume drivers' credentials.
  'core.v1.LocalObjectReference.name': SECRET,
  'core.v1.AzureFileVolumeSource.secretName': SECRET,
  'core.v1.AzureFilePersistentVolumeSource.secretName': SECRET,
  'core.v1.ClusterTrustBundleProjection.name': {
    group: 'certificates.k8s.io',
    kind: 'ClusterTrustBundle',
    optional: true,
  },
  'core.v1.CSIVolumeSource.driver': CSI_DRIVER,
  'core.v1.CSIPersistentVolumeSource.driver': CSI_DRIVER,
  'core.v1.EndpointAddress.nodeName': NODE,
  'discovery.v1.Endpoint.nodeName': NODE,
  'resource.v1.ResourceSliceSpec.nodeName': NODE,
  'storage.v1.StorageClass.provisioner': CSI_DRIVER,
  'storage.v1.VolumeAttributesClass.driverName': CSI_DRIVER,
  'storage.v1.VolumeAttachmentSpec.attacher': CSI_DRIVER,
  'storage.v1.CSINodeDriver.name': CSI_DRIVER,
  'core.v1.PersistentVolumeClaimVolumeSource.claimName': core('PersistentVolumeClaim'),
  'core.v1.PersistentVolumeClaimSpec.volumeName': core('PersistentVolume'),
  'core.v1.PersistentVolumeClaimSpec.storageClassName': STORAGE_CLASS,
  'core.v1.PersistentVolumeClaimSpec.volumeAttributesClassName': ATTRIBUTES_CLASS,
  'core.v1.PersistentVolumeSpec.storageClassName': STORAGE_CLASS,
  'core.v1.PersistentVolumeSpec.volumeAttributesClassName': ATTRIBUTES_CLASS,
  'storage.v1.VolumeAttachmentSource.persistentVolumeName': core('PersistentVolume'),
  'storage.v1.VolumeAttachmentSpec.nodeName': NODE,
  'storage.v1.CSIStorageCapacity.storageClassName': STORAGE_CLASS,
  'apps.v1.StatefulSetSpec.serviceName': SERVICE,
  'networking.v1.IngressSpec.ingressClassName': { group: 'networking.k8s.io', kind: 'IngressClass' },
  'networking.v1.IngressServiceBackend.name': SERVICE,
  'networking.v1.IngressTLS.secretName': SECRET,
  'admissionregistration.v1.ServiceReference.name': SERVICE,
  'apiextensions.v1.ServiceReference.name': SERVICE,
  'apiregistration.v1.ServiceReference.name': SERVICE,
  'admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec.policyName': {
    group: 'admissionregistration.k8s.io',
    kind: 'ValidatingAdmissionPolicy',
  },
  'admissionregistration.v1.MutatingAdmissionPolicyBindingSpec.policyName': {
    group: 'admissionregistration.k8s.io',
    kind: 'MutatingAdmissionPolicy',
  },
  'flowcontrol.v1.PriorityLevelConfigurationReference.name': {
    group: 'flowcontrol.apiserver.k8s.io',
    kind: 'PriorityLevelConfiguration',
  },
  'resource.v1.ExactDeviceRequest.deviceClassName': { group: 'resource.k8s.io', kind: 'DeviceClass' },
  'resource.v1.DeviceSubRequest.deviceClassName': { group: 'resource.k8s.io', kind: 'DeviceClass' },
};

/** Fields that name a part of the pod that they stand in, or of the pod that their object makes. */
export const PARTS: Readonly<Record<string, PodPart>> = {
  'core.v1.VolumeMount.name': 'volume',
  'core.v1.VolumeDevice.name': 'volume',
  'core.v1.FileKeySelector.volumeName': 'volume',
  'core.v1.EphemeralContainer.targetContainerName': 'container',
  'core.v1.ResourceFieldSelector.containerName': 'container',
  'batch.v1.PodFailurePolicyOnExitCodesRequirement.containerName': 'container',
  // What a container takes of the claims of its pod.
  'core.v1.ResourceClaim.name': 'claim',
};

/** The annotation by which kubectl knows which container is meant where none is named. */
export const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';
/** The label by which EndpointSlices belong to a Service. */
export const SERVICE_NAME = 'kubernetes.io/service-name';

/** Types that name an object with its kind beside the name, and the field that says the group. */
export const REFERENCES: Readonly<Record<string, 'apiGroup' | 'apiVersion'>> = {
  'autoscaling.v1.CrossVersionObjectReference': 'apiVersion',
  'autoscaling.v2.CrossVersionObjectReference': 'apiVersion',
  'core.v1.ObjectReference': 'apiVersion',
  'core.v1.TypedLocalObjectReference': 'apiGroup',
  'core.v1.TypedObjectReference': 'apiGroup',
  'meta.v1.OwnerReference': 'apiVersion',
  'networking.v1.IngressClassParametersReference': 'apiGroup',
  'rbac.v1.RoleRef': 'apiGroup',
  'rbac.v1.Subject': 'apiGroup',
};

/** Fields whose ObjectReference leaves the kind out. */
export const IMPLIED_KINDS: Readonly<Record<string, string>> = {
  'core.v1.PersistentVolumeSpec.claimRef': 'PersistentVolumeClaim',
  'core.v1.ServiceAccount.secrets': 'Secret',
  'core.v1.StorageOSPersistentVolumeSource.secretRef': 'Secret',
};

export interface SelectorRule {
  readonly of: Labelled;
  /** The selector of the object's own template. */
  readonly own?: true;
  /** The value is a map of labels, not a LabelSelector. */
  readonly plain?: true;
  /** Pods of other namespaces too, if one of these fields stands beside it. */
  readonly unless?: readonly string[];
}

export const SELECTORS: Readonly<Record<string, SelectorRule>> = {
  'apps.v1.DeploymentSpec.selector': { of: 'Pod', own: true },
  'apps.v1.ReplicaSetSpec.selector': { of: 'Pod', own: true },
  'apps.v1.StatefulSetSpec.selector': { of: 'Pod', own: true },
  'apps.v1.DaemonSetSpec.selector': { of: 'Pod', own: true },
  'batch.v1.JobSpec.selector': { of: 'Pod', own: true },
  'core.v1.ReplicationControllerSpec.selector': { of: 'Pod', own: true, plain: true },
  'core.v1.ServiceSpec.selector': { of: 'Pod', plain: true },
  'core.v1.PodSpec.nodeSelector': { of: 'Node', plain: true },
  'core.v1.NodeSelector.nodeSelectorTerms': { of: 'Node' },
  'core.v1.PreferredSchedulingTerm.preference': { of: 'Node' },
  'storage.v1.CSIStorageCapacity.nodeTopology': { of: 'Node' },
  'rbac.v1.AggregationRule.clusterRoleSelectors': { of: 'ClusterRole' },
  'core.v1.PersistentVolumeClaimSpec.selector': { of: 'PersistentVolume' },
  'core.v1.PodAffinityTerm.labelSelector': { of: 'Pod', unless: ['namespaceSelector', 'namespaces'] },
  'core.v1.PodAffinityTerm.namespaceSelector': { of: 'Namespace' },
  'core.v1.TopologySpreadConstraint.labelSelector': { of: 'Pod' },
  'networking.v1.NetworkPolicySpec.podSelector': { of: 'Pod' },
  'networking.v1.NetworkPolicyPeer.podSelector': { of: 'Pod', unless: ['namespaceSelector'] },
  'networking.v1.NetworkPolicyPeer.namespaceSelector': { of: 'Namespace' },
  'policy.v1.PodDisruptionBudgetSpec.selector': { of: 'Pod' },
  'node.v1.Scheduling.nodeSelector': { of: 'Node', plain: true },
  'admissionregistration.v1.MatchResources.namespaceSelector': { of: 'Namespace' },
  'admissionregistration.v1.MutatingWebhook.namespaceSelector': { of: 'Namespace' },
  'admissionregistration.v1.ValidatingWebhook.namespaceSelector': { of: 'Namespace' },
};

export function groupOf(apiVersion: string): string {
  return splitApiVersion(apiVersion).group;
}
