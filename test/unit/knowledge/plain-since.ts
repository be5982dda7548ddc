// Records whose `since` is written out: beside each what it was held to, a feature gate of the table or the first release
// that served the version of the API. Extend the list only after looking; where there was a gate, name it in the record.
interface Plain {
  readonly since: string;
  readonly gate?: string;
  readonly because?: string;
}

const served = (since: string): Plain => ({ since, because: 'first release that serves this version of the API' });
const gated = (since: string, gate: string): Plain => ({ since, gate });

export const PLAIN_SINCE: ReadonlyMap<string, Plain> = new Map([
  ['admissionregistration.v1.MutatingAdmissionPolicy.apiVersion', served('v1.36')],
  ['admissionregistration.v1.MutatingAdmissionPolicyBinding.apiVersion', served('v1.36')],
  [
    'admissionregistration.v1.MutatingWebhook.matchConditions',
    gated('v1.28, stable v1.30', 'AdmissionWebhookMatchConditions'),
  ],
  ['admissionregistration.v1.ValidatingAdmissionPolicy.apiVersion', served('v1.30')],
  ['admissionregistration.v1.ValidatingAdmissionPolicyBinding.apiVersion', served('v1.30')],
  [
    'admissionregistration.v1.ValidatingWebhook.matchConditions',
    gated('v1.28, stable v1.30', 'AdmissionWebhookMatchConditions'),
  ],
  [
    'apiextensions.v1.CustomResourceDefinitionVersion.selectableFields',
    gated('v1.31, stable v1.32', 'CustomResourceFieldSelectors'),
  ],
  [
    'apiextensions.v1.JSONSchemaProps.x-kubernetes-validations',
    gated('v1.25, stable v1.29', 'CustomResourceValidationExpressions'),
  ],
  ['authentication.v1.SelfSubjectReview.kind', served('v1.28')],
  ['authorization.v1.ResourceAttributes.fieldSelector', gated('v1.32, stable v1.34', 'AuthorizeWithSelectors')],
  ['authorization.v1.ResourceAttributes.labelSelector', gated('v1.32, stable v1.34', 'AuthorizeWithSelectors')],
  ['certificates.v1.CertificateSigningRequestSpec.expirationSeconds', gated('v1.22, stable v1.24', 'CSRDuration')],
  ['core.v1.CSIPersistentVolumeSource.nodeExpandSecretRef', gated('v1.27, stable v1.29', 'CSINodeExpandSecret')],
  ['core.v1.LoadBalancerIngress.ipMode', gated('v1.30, stable v1.32', 'LoadBalancerIPMode')],
  ['core.v1.PersistentVolumeClaimSpec.volumeMode', gated('v1.13, stable v1.18', 'BlockVolume')],
  ['core.v1.PersistentVolumeClaimSpec.dataSourceRef', gated('v1.24, stable v1.33', 'AnyVolumeDataSource')],
  ['core.v1.PersistentVolumeClaimSpec.volumeAttributesClassName', gated('v1.34', 'VolumeAttributesClass')],
  ['core.v1.PersistentVolumeSpec.volumeAttributesClassName', gated('v1.34', 'VolumeAttributesClass')],
  [
    'core.v1.PersistentVolumeStatus.lastPhaseTransitionTime',
    gated('v1.29, stable v1.31', 'PersistentVolumeLastPhaseTransitionTime'),
  ],
  [
    'core.v1.PodSecurityContext.seccompProfile',
    { since: 'v1.19', because: 'a stable field from the start; annotations before' },
  ],
  [
    'core.v1.SecurityContext.seccompProfile',
    { since: 'v1.19', because: 'a stable field from the start; annotations before' },
  ],
  ['core.v1.ServicePort.appProtocol', gated('v1.19, stable v1.20', 'ServiceAppProtocol')],
  [
    'core.v1.ServiceSpec.clusterIPs',
    { since: 'v1.20, stable v1.23', because: 'the field of v1.20; IPv6DualStack is stable in v1.23' },
  ],
  ['core.v1.ServiceSpec.internalTrafficPolicy', gated('v1.22, stable v1.26', 'ServiceInternalTrafficPolicy')],
  ['core.v1.ServiceSpec.loadBalancerClass', gated('v1.22, stable v1.24', 'ServiceLoadBalancerClass')],
  ['core.v1.ServiceSpec.allocateLoadBalancerNodePorts', gated('v1.22, stable v1.24', 'ServiceLBNodePortControl')],
  ['core.v1.ServiceSpec.trafficDistribution', gated('v1.31, stable v1.33', 'ServiceTrafficDistribution')],
  ['flowcontrol.v1.FlowSchema.apiVersion', served('v1.29')],
  ['flowcontrol.v1.PriorityLevelConfiguration.apiVersion', served('v1.29')],
  ['networking.v1.IPAddress.apiVersion', served('v1.33')],
  ['networking.v1.NetworkPolicyPort.endPort', gated('v1.22, stable v1.25', 'NetworkPolicyEndPort')],
  ['networking.v1.ServiceCIDR.apiVersion', served('v1.33')],
  [
    'node.v1.RuntimeClass.scheduling',
    { since: 'v1.16, stable v1.20', because: 'a field of v1.16; the API is stable in v1.20' },
  ],
  ['resource.v1.DeviceClass.apiVersion', served('v1.34')],
  ['resource.v1.ResourceClaim.apiVersion', served('v1.34')],
  ['resource.v1.ResourceClaimTemplate.apiVersion', served('v1.34')],
  ['resource.v1.ResourceSlice.apiVersion', served('v1.34')],
  ['storage.v1.CSIDriverSpec.storageCapacity', gated('v1.21, stable v1.24', 'CSIStorageCapacity')],
  ['storage.v1.CSIDriverSpec.fsGroupPolicy', gated('v1.20, stable v1.23', 'CSIVolumeFSGroupPolicy')],
  ['storage.v1.CSIDriverSpec.tokenRequests', gated('v1.21, stable v1.22', 'CSIServiceAccountToken')],
  ['storage.v1.CSIDriverSpec.requiresRepublish', gated('v1.21, stable v1.22', 'CSIServiceAccountToken')],
  ['storage.v1.CSIStorageCapacity.apiVersion', gated('v1.21, stable v1.24', 'CSIStorageCapacity')],
  ['storage.v1.VolumeAttributesClass.apiVersion', served('v1.34')],
]);
