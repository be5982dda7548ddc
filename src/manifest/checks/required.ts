// Fields that OpenAPI calls required, and what a v1.36.2 API server said when they were left out. OpenAPI calls some required
// that are not, so of those that were never tried no more is claimed than that the schema wants them.

/** Refused with `PATH: Required value` and this. Keys are `OpenAPI type.field`. */
const WORDS: Readonly<Record<string, string>> = {
  'apiextensions.v1.CustomResourceDefinitionSpec.group': '',
  'apps.v1.DeploymentSpec.selector': '',
  'apps.v1.StatefulSetSpec.selector': '',
  'autoscaling.v2.CrossVersionObjectReference.kind': '',
  'autoscaling.v2.CrossVersionObjectReference.name': '',
  'autoscaling.v2.HorizontalPodAutoscalerSpec.maxReplicas': ': must be set and greater than 0',
  'autoscaling.v2.MetricSpec.type': ': must specify a metric source type',
  'autoscaling.v2.ResourceMetricSource.name': ': must specify a resource name',
  'batch.v1.CronJobSpec.schedule': '',
  'core.v1.Container.name': '',
  'core.v1.ContainerPort.containerPort': '',
  'core.v1.EnvVar.name': '',
  'core.v1.HostPathVolumeSource.path': '',
  'core.v1.KeyToPath.key': '',
  'core.v1.KeyToPath.path': '',
  'core.v1.NodeSelector.nodeSelectorTerms': ': must have at least one node selector term',
  'core.v1.PersistentVolumeClaimVolumeSource.claimName': '',
  'core.v1.PodSpec.containers': '',
  'core.v1.SecretKeySelector.key': '',
  'core.v1.Sysctl.name': '',
  'core.v1.TopologySpreadConstraint.topologyKey': ': can not be empty',
  'core.v1.VolumeMount.name': '',
  'networking.v1.HTTPIngressPath.pathType': ': pathType must be specified',
  'networking.v1.HTTPIngressRuleValue.paths': '',
  'networking.v1.IPBlock.cidr': '',
  'networking.v1.IngressServiceBackend.name': '',
  'rbac.v1.PolicyRule.verbs': ': verbs must contain at least one value',
  'rbac.v1.RoleRef.name': '',
  'rbac.v1.Subject.name': '',
  'storage.v1.StorageClass.provisioner': '',
};

/** Refused as well, in words of their own: a zero that is out of range, an empty string that is no name. */
const REFUSED: ReadonlySet<string> = new Set([
  'apiextensions.v1.CustomResourceColumnDefinition.jsonPath',
  'apiextensions.v1.CustomResourceColumnDefinition.type',
  'apiextensions.v1.CustomResourceDefinition.spec',
  'apiextensions.v1.CustomResourceDefinitionSpec.names',
  'apiextensions.v1.CustomResourceDefinitionSpec.versions',
  'apiextensions.v1.CustomResourceDefinitionVersion.name',
  'apiextensions.v1.CustomResourceDefinitionVersion.storage',
  'apps.v1.DaemonSetSpec.template',
  'apps.v1.DeploymentSpec.template',
  'autoscaling.v2.HPAScalingPolicy.periodSeconds',
  'autoscaling.v2.HPAScalingPolicy.type',
  'autoscaling.v2.HPAScalingPolicy.value',
  'autoscaling.v2.HorizontalPodAutoscalerSpec.scaleTargetRef',
  'autoscaling.v2.ResourceMetricSource.target',
  'batch.v1.JobSpec.template',
  'batch.v1.PodFailurePolicyOnExitCodesRequirement.operator',
  'batch.v1.PodFailurePolicyOnExitCodesRequirement.values',
  'batch.v1.PodFailurePolicyRule.action',
  'core.v1.HTTPGetAction.port',
  'core.v1.HostAlias.ip',
  'core.v1.NodeSelectorRequirement.key',
  'core.v1.NodeSelectorRequirement.operator',
  'core.v1.PodSchedulingGate.name',
  'core.v1.ServicePort.port',
  'core.v1.Taint.effect',
  'core.v1.Taint.key',
  'core.v1.TopologySpreadConstraint.maxSkew',
  'core.v1.TopologySpreadConstraint.whenUnsatisfiable',
  'core.v1.WeightedPodAffinityTerm.weight',
  'networking.v1.HTTPIngressPath.backend',
  'rbac.v1.ClusterRoleBinding.roleRef',
  'rbac.v1.RoleRef.kind',
]);

/** Accepted without it. */
const ACCEPTED: ReadonlySet<string> = new Set(['core.v1.LimitRangeSpec.limits', 'core.v1.Sysctl.value']);

export type Missing =
  | { readonly refused: true; readonly words?: string }
  /** Never tried: the schema wants it. */
  | { readonly refused: false };

/** What comes of leaving out a field that OpenAPI calls required; undefined where nothing does. */
export function missing(type: string, field: string, path: string): Missing | undefined {
  const id = `${type}.${field}`;
  if (ACCEPTED.has(id)) return undefined;
  const words = Object.hasOwn(WORDS, id) ? WORDS[id] : undefined;
  if (words !== undefined) return { refused: true, words: `${path}: Required value${words}` };
  return { refused: REFUSED.has(id) };
}
