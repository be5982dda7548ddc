// Words that no single object brings: wrong-together.test.ts makes what has to meet.
export const TOGETHER: readonly string[] = [
  'maximum allowed value of a user defined priority is 1000000000',
  'is already marked as default',
  'exceeded quota: …, requested: …, used: …, limited: …',
  'status unknown for quota: …',
  'failed quota: …: must specify … for: …',
  'maximum … usage per Container is …, but limit is …',
  'minimum … usage per Container is …, but request is …',
  "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
  'conflict: runtimeClass.scheduling.nodeSelector[…] = …; pod.spec.nodeSelector[…] = …',
  'violates PodSecurity "…"',
  'must set securityContext.capabilities.drop=["ALL"]',
  'must set securityContext.allowPrivilegeEscalation=false',
  'seccompProfile (pod or container "…" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  'must be less than or equal to cpu limit of …',
  "node didn't have enough allocatable resources: …, requested: …, allocatable: …",
  "Cannot evict pod as it would violate the pod's disruption budget.",
];
