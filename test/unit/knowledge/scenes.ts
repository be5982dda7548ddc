// What goes wrong with pods and workloads, as objects for a simulated cluster: which fields' records say so, and how it shows.
type Loose = Readonly<Record<string, unknown>>;

export interface Scene {
  /** `core.v1.Container.image`; the record of each cites the Event, the status, or both. */
  readonly fields: readonly string[];
  readonly objects: readonly Loose[];
  readonly event?: string;
  readonly status?: string;
  /** Virtual seconds that it takes at most, and how often in each it has to be looked for. */
  readonly seconds?: number;
  readonly looks?: number;
}

const shell = (script: string): object => ({ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script] });
const idle = shell('sleep 100000');

export function pod(spec: object, name = 'p'): Loose {
  const whole = { containers: [idle], terminationGracePeriodSeconds: 1, ...spec };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'p' } }, spec: whole };
}

const container = (fields: object): Loose => pod({ containers: [{ ...idle, ...fields }] });
const env = (valueFrom: object): Loose => container({ env: [{ name: 'A', valueFrom }] });
const volume = (source: object): Loose => pod({ volumes: [{ name: 'v', ...source }] });
const exec = (command: string): object => ({ exec: { command: ['sh', '-c', command] }, periodSeconds: 1 });
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data: { other: 'x' } };

const template = (spec: object): object => ({ metadata: { labels: { app: 'w' } }, spec });
const selector = { matchLabels: { app: 'w' } };

function deployment(fields: object, spec: object = { containers: [idle] }): Loose {
  const whole = { replicas: 1, selector, template: template(spec), ...fields };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: whole };
}

function job(fields: object, script = 'exit 1'): Loose {
  const once = template({ containers: [shell(script)], restartPolicy: 'Never' });
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec: { template: once, ...fields } };
}

function autoscaler(name: string, fields: object = {}): Loose {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
  const spec = { maxReplicas: 3, scaleTargetRef, ...fields };
  return { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' }, spec };
}

function budget(app: string): Loose {
  const spec = { maxUnavailable: 1, selector: { matchLabels: { app } } };
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'b' }, spec };
}

const CONFIG = { event: 'Failed', status: 'CreateContainerConfigError' };

const CONTAINERS: readonly Scene[] = [
  {
    ...CONFIG,
    fields: [
      'core.v1.Container.env',
      'core.v1.EnvVar.valueFrom',
      'core.v1.EnvVarSource.configMapKeyRef',
      'core.v1.ConfigMapKeySelector.name',
    ],
    objects: [env({ configMapKeyRef: { name: 'm', key: 'k' } })],
  },
  {
    ...CONFIG,
    fields: ['core.v1.ConfigMapKeySelector.key'],
    objects: [configMap, env({ configMapKeyRef: { name: 'm', key: 'k' } })],
  },
  {
    ...CONFIG,
    fields: ['core.v1.EnvVarSource.secretKeyRef', 'core.v1.SecretKeySelector.name'],
    objects: [env({ secretKeyRef: { name: 's', key: 'k' } })],
  },
  {
    ...CONFIG,
    fields: ['core.v1.Container.envFrom', 'core.v1.ConfigMapEnvSource.name'],
    objects: [container({ envFrom: [{ configMapRef: { name: 'm' } }] })],
  },
  {
    ...CONFIG,
    fields: ['core.v1.SecretEnvSource.name'],
    objects: [container({ envFrom: [{ secretRef: { name: 's' } }] })],
  },
  {
    ...CONFIG,
    fields: ['core.v1.SecurityContext.runAsNonRoot', 'core.v1.PodSecurityContext.runAsNonRoot'],
    objects: [container({ securityContext: { runAsNonRoot: true } })],
  },
  {
    fields: ['core.v1.Container.image'],
    event: 'Failed',
    status: 'ImagePullBackOff',
    objects: [container({ image: 'nowhere.invalid/none:1' })],
    seconds: 60,
  },
  {
    fields: ['core.v1.Container.image'],
    event: 'InspectFailed',
    status: 'InvalidImageName',
    objects: [container({ image: 'Nginx:1' })],
  },
  {
    fields: ['core.v1.Container.imagePullPolicy'],
    event: 'ErrImageNeverPull',
    status: 'ErrImageNeverPull',
    objects: [container({ image: 'httpd:2.4', imagePullPolicy: 'Never' })],
  },
  {
    fields: ['core.v1.PodSpec.restartPolicy', 'core.v1.ContainerStatus.restartCount'],
    event: 'BackOff',
    status: 'CrashLoopBackOff',
    objects: [pod({ containers: [shell('exit 1')] })],
    seconds: 60,
    looks: 20,
  },
  {
    fields: ['core.v1.Container.livenessProbe'],
    event: 'Unhealthy',
    status: 'CrashLoopBackOff',
    objects: [
      container({ livenessProbe: { ...exec('exit 1'), failureThreshold: 1, terminationGracePeriodSeconds: 1 } }),
    ],
    seconds: 120,
  },
  {
    fields: ['core.v1.Container.readinessProbe'],
    event: 'Unhealthy',
    status: 'ContainersNotReady',
    objects: [container({ readinessProbe: exec('exit 1') })],
  },
  {
    fields: ['core.v1.Container.startupProbe'],
    event: 'Unhealthy',
    objects: [container({ startupProbe: exec('exit 1') })],
  },
  {
    fields: ['core.v1.Container.lifecycle', 'core.v1.Lifecycle.postStart'],
    event: 'FailedPostStartHook',
    objects: [container({ lifecycle: { postStart: { exec: { command: ['sh', '-c', 'exit 1'] } } } })],
  },
  {
    fields: ['core.v1.PodSpec.initContainers'],
    event: 'BackOff',
    status: 'PodInitializing',
    objects: [pod({ initContainers: [{ ...shell('exit 1'), name: 'i' }] })],
    seconds: 60,
  },
  {
    fields: ['core.v1.PodSpec.readinessGates'],
    status: 'ReadinessGatesNotReady',
    objects: [pod({ readinessGates: [{ conditionType: 'example.com/g' }] })],
  },
  {
    fields: ['core.v1.PodSpec.activeDeadlineSeconds'],
    event: 'DeadlineExceeded',
    objects: [pod({ activeDeadlineSeconds: 5 })],
    seconds: 60,
  },
];

const claim = (name: string): Loose => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});

/** Probes and hooks that cannot go well. */
const HANDLERS: readonly Scene[] = [
  {
    fields: ['core.v1.TCPSocketAction.port'],
    event: 'Unhealthy',
    objects: [container({ readinessProbe: { tcpSocket: { port: 9 }, periodSeconds: 1 } })],
  },
  {
    fields: ['core.v1.HTTPGetAction.port'],
    event: 'Unhealthy',
    objects: [container({ readinessProbe: { httpGet: { port: 'unlisted' }, periodSeconds: 1 } })],
  },
  {
    fields: ['core.v1.Lifecycle.preStop', 'core.v1.LifecycleHandler.exec'],
    event: 'FailedPreStopHook',
    objects: [
      pod({
        activeDeadlineSeconds: 5,
        terminationGracePeriodSeconds: 10,
        containers: [{ ...idle, lifecycle: { preStop: { exec: { command: ['sh', '-c', 'exit 1'] } } } }],
      }),
    ],
  },
];

const MOUNTS: readonly Scene[] = [
  {
    fields: ['core.v1.PodSpec.volumes', 'core.v1.Volume.configMap', 'core.v1.ConfigMapVolumeSource.name'],
    event: 'FailedMount',
    objects: [volume({ configMap: { name: 'm' } })],
  },
  {
    fields: ['core.v1.Volume.secret', 'core.v1.SecretVolumeSource.secretName'],
    event: 'FailedMount',
    objects: [volume({ secret: { secretName: 's' } })],
  },
  {
    fields: ['core.v1.ConfigMapVolumeSource.items', 'core.v1.KeyToPath.key'],
    event: 'FailedMount',
    objects: [configMap, volume({ configMap: { name: 'm', items: [{ key: 'k', path: 'p' }] } })],
  },
  {
    fields: ['core.v1.Volume.projected', 'core.v1.SecretProjection.name'],
    event: 'FailedMount',
    objects: [volume({ projected: { sources: [{ secret: { name: 's' } }] } })],
  },
];

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

export const SCENES: readonly Scene[] = [...CONTAINERS, ...HANDLERS, ...MOUNTS, ...SCHEDULED, ...PLACED, ...OWNED];
