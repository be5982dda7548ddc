// Words outside an enum, and what a v1.36.2 API server was seen to say of them. Of the others no more is claimed than that the
// schema lists the words it knows.

/** Refused with `PATH: Unsupported value: "…"`. Keys are `OpenAPI type.field`. */
const REFUSED: ReadonlySet<string> = new Set([
  'batch.v1.CronJobSpec.concurrencyPolicy',
  'batch.v1.JobSpec.completionMode',
  'batch.v1.PodFailurePolicyOnExitCodesRequirement.operator',
  'batch.v1.PodFailurePolicyRule.action',
  'core.v1.Container.imagePullPolicy',
  'core.v1.Container.terminationMessagePolicy',
  'core.v1.ContainerPort.protocol',
  'core.v1.HostPathVolumeSource.type',
  'core.v1.PersistentVolumeSpec.persistentVolumeReclaimPolicy',
  'core.v1.PodSpec.dnsPolicy',
  'core.v1.PodSpec.restartPolicy',
  'core.v1.ServiceSpec.externalTrafficPolicy',
  'core.v1.ServiceSpec.internalTrafficPolicy',
  'core.v1.ServiceSpec.sessionAffinity',
  'core.v1.ServiceSpec.type',
  'core.v1.Toleration.effect',
  'core.v1.Toleration.operator',
  'core.v1.TopologySpreadConstraint.whenUnsatisfiable',
  'networking.v1.HTTPIngressPath.pathType',
  'networking.v1.NetworkPolicyPort.protocol',
  'networking.v1.NetworkPolicySpec.policyTypes',
  'policy.v1.PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy',
  'scheduling.v1.PriorityClass.preemptionPolicy',
  'storage.v1.StorageClass.reclaimPolicy',
  'storage.v1.StorageClass.volumeBindingMode',
]);

/** Refused in words of their own, which say the whole strategy or another path. */
const REFUSED_OTHERWISE: ReadonlySet<string> = new Set([
  'apps.v1.DaemonSetUpdateStrategy.type',
  'apps.v1.DeploymentStrategy.type',
  'apps.v1.StatefulSetUpdateStrategy.type',
  'core.v1.NodeSelectorRequirement.operator',
  'core.v1.PersistentVolumeClaimSpec.accessModes',
  'core.v1.ResourceQuotaSpec.scopes',
  'core.v1.Taint.effect',
]);

export function outside(
  type: string,
  field: string,
  path: string,
  value: string,
): { refused: boolean; words?: string } {
  const id = `${type}.${field}`;
  if (REFUSED.has(id)) return { refused: true, words: `${path}: Unsupported value: ${JSON.stringify(value)}` };
  return { refused: REFUSED_OTHERWISE.has(id) };
}
