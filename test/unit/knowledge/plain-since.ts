// Records whose `since` is written out: beside each why, mostly the first release that served the version of the API.
// Extend the list only after looking; where there was a gate, name it in the record.
interface Plain {
  readonly since: string;
  readonly because: string;
}

const served = (since: string): Plain => ({ since, because: 'first release that serves this version of the API' });

export const PLAIN_SINCE: ReadonlyMap<string, Plain> = new Map([
  ['admissionregistration.v1.MutatingAdmissionPolicy.apiVersion', served('v1.36')],
  ['admissionregistration.v1.MutatingAdmissionPolicyBinding.apiVersion', served('v1.36')],
  ['admissionregistration.v1.ValidatingAdmissionPolicy.apiVersion', served('v1.30')],
  ['admissionregistration.v1.ValidatingAdmissionPolicyBinding.apiVersion', served('v1.30')],
  ['apiextensions.v1.ValidationRule.reason', { since: 'v1.28', because: 'in the documentation of v1.28 first' }],
  ['apiextensions.v1.ValidationRule.fieldPath', { since: 'v1.28', because: 'in the documentation of v1.28 first' }],
  ['authentication.v1.SelfSubjectReview.kind', served('v1.28')],
  ['autoscaling.v2.HorizontalPodAutoscaler.apiVersion', served('v1.23')],
  ['batch.v1.CronJob.apiVersion', served('v1.21')],
  ['policy.v1.Eviction.apiVersion', served('v1.22')],
  ['policy.v1.PodDisruptionBudget.apiVersion', served('v1.21')],
  [
    'core.v1.PodSpec.schedulingGroup',
    {
      since: 'v1.36, but not by default: feature gate GenericWorkload',
      because: 'the gate is older than the field, which replaced workloadRef',
    },
  ],
  [
    'core.v1.PodSecurityContext.seccompProfile',
    { since: 'v1.19', because: 'a stable field from the start; annotations before' },
  ],
  [
    'core.v1.SecurityContext.seccompProfile',
    { since: 'v1.19', because: 'a stable field from the start; annotations before' },
  ],
  ['core.v1.NodeSystemInfo.swap', { since: 'v1.33', because: 'a field of pull request 129954, without a gate' }],
  ['core.v1.NodeSwapStatus.capacity', { since: 'v1.33', because: 'a field of pull request 129954, without a gate' }],
  [
    'core.v1.ServiceSpec.clusterIPs',
    { since: 'v1.20, stable v1.23', because: 'the field of v1.20; IPv6DualStack is stable in v1.23' },
  ],
  ['flowcontrol.v1.FlowSchema.apiVersion', served('v1.29')],
  ['flowcontrol.v1.PriorityLevelConfiguration.apiVersion', served('v1.29')],
  ['networking.v1.IPAddress.apiVersion', served('v1.33')],
  ['networking.v1.ServiceCIDR.apiVersion', served('v1.33')],
  [
    'node.v1.RuntimeClass.scheduling',
    { since: 'v1.16, stable v1.20', because: 'a field of v1.16; the API is stable in v1.20' },
  ],
  ['resource.v1.DeviceClass.apiVersion', served('v1.34')],
  ['resource.v1.ResourceClaim.apiVersion', served('v1.34')],
  ['resource.v1.ResourceClaimTemplate.apiVersion', served('v1.34')],
  [
    'resource.v1.ResourceClaimStatus.devices',
    { since: 'v1.34', because: 'DRAResourceClaimDeviceStatus is on since v1.33, the API itself only since v1.34' },
  ],
  ['resource.v1.ResourceSlice.apiVersion', served('v1.34')],
  ['storage.v1.VolumeAttributesClass.apiVersion', served('v1.34')],
]);
