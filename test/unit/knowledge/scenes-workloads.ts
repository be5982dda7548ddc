// What goes wrong with the place of a pod, with what makes pods, scales them and guards them.
import {
  autoscaler,
  budget,
  claim,
  container,
  deployment,
  idle,
  job,
  pod,
  type Scene,
  selector,
  template,
  volume,
} from './scene-objects.ts';

const four = { replicas: 4 };
const port = { containers: [{ ...idle, ports: [{ containerPort: 80, hostPort: 80 }] }] };
const apart = { labelSelector: selector, topologyKey: 'kubernetes.io/hostname' };
const spread = {
  maxSkew: 1,
  topologyKey: 'example.com/none',
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: selector,
};
const SCHEDULED: readonly Scene[] = [
  { fields: ['core.v1.PodSpec.nodeSelector'], objects: [pod({ nodeSelector: { none: 'x' } })] },
  {
    fields: ['core.v1.ResourceRequirements.requests'],
    objects: [container({ resources: { requests: { cpu: '99' } } })],
  },
  { fields: ['core.v1.ContainerPort.hostPort'], objects: [deployment(four, port)] },
  { fields: ['core.v1.PodSpec.hostNetwork'], objects: [deployment(four, { ...port, hostNetwork: true })] },
  {
    fields: ['core.v1.Volume.persistentVolumeClaim', 'core.v1.PersistentVolumeClaimVolumeSource.claimName'],
    objects: [volume({ persistentVolumeClaim: { claimName: 'none' } })],
  },
  {
    fields: [
      'core.v1.Affinity.podAntiAffinity',
      'core.v1.PodAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution',
    ],
    objects: [
      deployment(four, {
        containers: [idle],
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] } },
      }),
    ],
  },
  {
    fields: ['core.v1.PodAffinity.requiredDuringSchedulingIgnoredDuringExecution'],
    objects: [pod({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] } } })],
  },
  {
    fields: ['core.v1.PodSpec.topologySpreadConstraints', 'core.v1.TopologySpreadConstraint.topologyKey'],
    objects: [deployment({}, { containers: [idle], topologySpreadConstraints: [spread] })],
  },
  {
    fields: ['core.v1.NodeAffinity.requiredDuringSchedulingIgnoredDuringExecution'],
    objects: [
      pod({
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'none', operator: 'Exists' }] }],
            },
          },
        },
      }),
    ],
  },
  {
    fields: ['core.v1.Volume.ephemeral'],
    objects: [claim('p-v'), volume({ ephemeral: { volumeClaimTemplate: { spec: claim('x').spec } } })],
  },
  {
    fields: ['apps.v1.DaemonSetSpec.template'],
    objects: [
      {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: { name: 'd' },
        spec: {
          selector,
          template: template({ containers: [{ ...idle, resources: { requests: { cpu: '99' } } }] }),
        },
      },
    ],
  },
  {
    fields: ['apps.v1.StatefulSetSpec.volumeClaimTemplates'],
    objects: [
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 's' },
        spec: {
          serviceName: 's',
          selector,
          template: template({ containers: [idle] }),
          volumeClaimTemplates: [{ metadata: { name: 'v' }, spec: claim('x').spec }],
        },
      },
    ],
  },
].map((scene) => ({ ...scene, event: 'FailedScheduling' }));

const PLACED: readonly Scene[] = [
  {
    fields: ['core.v1.PodSpec.schedulingGates'],
    status: 'SchedulingGated',
    objects: [pod({ schedulingGates: [{ name: 'example.com/g' }] })],
  },
  {
    fields: ['core.v1.PodSpec.nodeName'],
    status: 'OutOfcpu',
    objects: [pod({ nodeName: 'worker-1', containers: [{ ...idle, resources: { requests: { cpu: '99' } } }] })],
  },
  {
    fields: ['core.v1.PodSpec.nodeSelector'],
    status: 'NodeAffinity',
    objects: [pod({ nodeName: 'worker-1', nodeSelector: { none: 'x' } })],
  },
  {
    fields: ['core.v1.PodResourceClaim.resourceClaimTemplateName'],
    event: 'FailedResourceClaimCreation',
    objects: [pod({ resourceClaims: [{ name: 'r', resourceClaimTemplateName: 'none' }] })],
  },
];

const OWNED: readonly Scene[] = [
  {
    fields: ['apps.v1.DeploymentSpec.progressDeadlineSeconds'],
    status: 'ProgressDeadlineExceeded',
    objects: [
      deployment({ progressDeadlineSeconds: 5 }, { containers: [{ ...idle, image: 'nowhere.invalid/none:1' }] }),
    ],
    seconds: 60,
  },
  {
    fields: ['apps.v1.DeploymentStatus.availableReplicas'],
    status: 'MinimumReplicasUnavailable',
    objects: [deployment({}, { containers: [{ ...idle, image: 'nowhere.invalid/none:1' }] })],
  },
  {
    fields: ['apps.v1.DeploymentSpec.paused', 'apps.v1.DeploymentCondition.status'],
    status: 'DeploymentPaused',
    objects: [deployment({ paused: true })],
  },
  {
    fields: [
      'apps.v1.ReplicaSetSpec.replicas',
      'apps.v1.ReplicaSetSpec.template',
      'core.v1.PodSpec.serviceAccountName',
    ],
    event: 'FailedCreate',
    objects: [deployment({}, { containers: [idle], serviceAccountName: 'none' })],
  },
  {
    fields: ['core.v1.ReplicationControllerSpec.replicas', 'core.v1.ReplicationControllerCondition.reason'],
    event: 'FailedCreate',
    objects: [
      {
        apiVersion: 'v1',
        kind: 'ReplicationController',
        metadata: { name: 'r' },
        spec: { replicas: 1, template: template({ containers: [idle], serviceAccountName: 'none' }) },
      },
    ],
  },
  {
    fields: ['apps.v1.DaemonSetStatus.currentNumberScheduled'],
    event: 'FailedCreate',
    objects: [
      {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: { name: 'd' },
        spec: { selector, template: template({ containers: [idle], serviceAccountName: 'none' }) },
      },
    ],
  },
  {
    fields: ['apps.v1.DeploymentStatus.conditions', 'apps.v1.ReplicaSetStatus.conditions'],
    status: 'FailedCreate',
    objects: [deployment({}, { containers: [idle], serviceAccountName: 'none' })],
  },
  {
    fields: ['batch.v1.JobSpec.backoffLimit', 'batch.v1.JobStatus.failed', 'batch.v1.JobStatus.conditions'],
    status: 'BackoffLimitExceeded',
    objects: [job({ backoffLimit: 1 })],
    seconds: 120,
  },
  {
    fields: ['batch.v1.JobSpec.activeDeadlineSeconds'],
    status: 'DeadlineExceeded',
    objects: [job({ activeDeadlineSeconds: 5 }, 'sleep 1000')],
    seconds: 120,
  },
  {
    fields: ['batch.v1.JobSpec.backoffLimitPerIndex'],
    status: 'FailedIndexes',
    objects: [job({ completionMode: 'Indexed', completions: 2, backoffLimitPerIndex: 0 })],
    seconds: 120,
  },
  {
    fields: ['batch.v1.JobSpec.maxFailedIndexes'],
    status: 'MaxFailedIndexesExceeded',
    objects: [job({ completionMode: 'Indexed', completions: 3, backoffLimitPerIndex: 0, maxFailedIndexes: 0 })],
    seconds: 120,
  },
  {
    fields: ['batch.v1.PodFailurePolicyRule.action'],
    status: 'PodFailurePolicy',
    objects: [
      job({ podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }] } }),
    ],
    seconds: 60,
  },
  { fields: ['batch.v1.JobSpec.suspend'], event: 'Suspended', objects: [job({ suspend: true })] },
  {
    fields: ['batch.v1.CronJobSpec.concurrencyPolicy'],
    event: 'JobAlreadyActive',
    objects: [
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'c' },
        spec: {
          schedule: '* * * * *',
          concurrencyPolicy: 'Forbid',
          jobTemplate: { spec: job({}, 'sleep 1000').spec },
        },
      },
    ],
    seconds: 150,
  },
  {
    fields: ['autoscaling.v2.HorizontalPodAutoscaler.metadata'],
    event: 'AmbiguousSelector',
    objects: [deployment({}), autoscaler('d'), { ...autoscaler('d'), metadata: { name: 'other' } }],
    seconds: 60,
  },
  {
    fields: [
      'autoscaling.v2.HorizontalPodAutoscalerSpec.scaleTargetRef',
      'autoscaling.v2.CrossVersionObjectReference.name',
    ],
    event: 'FailedGetScale',
    objects: [autoscaler('none')],
    seconds: 60,
  },
  {
    fields: ['autoscaling.v2.HorizontalPodAutoscalerSpec.metrics'],
    event: 'FailedComputeMetricsReplicas',
    status: 'FailedGetResourceMetric',
    objects: [deployment({}), autoscaler('d')],
    seconds: 60,
  },
  {
    fields: ['autoscaling.v2.HorizontalPodAutoscalerSpec.minReplicas'],
    status: 'ScalingDisabled',
    objects: [deployment({ replicas: 0 }), autoscaler('d')],
    seconds: 60,
  },
  { fields: ['policy.v1.PodDisruptionBudgetSpec.selector'], event: 'UnmanagedPods', objects: [pod({}), budget('p')] },
  { fields: ['policy.v1.PodDisruptionBudget.spec'], event: 'NoPods', objects: [budget('nobody')] },
];

export const WORKLOAD_SCENES: readonly Scene[] = [...SCHEDULED, ...PLACED, ...OWNED];
