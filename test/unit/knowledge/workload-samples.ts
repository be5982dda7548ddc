// Workloads, autoscalers and what bounds them, with the fields that the recorded bases leave out.
import { sampleOf as of, type Sample } from './sample.ts';

const labels = { a: 'b' };
const selector = { matchLabels: labels };
const containers = [{ name: 'c', image: 'i' }];
const template = { metadata: { labels }, spec: { containers } };
const never = { metadata: { labels }, spec: { containers, restartPolicy: 'Never' } };
const owner = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name: 'r',
  uid: 'u',
  controller: true,
  blockOwnerDeletion: true,
};
const metric = { name: 'm', selector };
const value = { type: 'Value', value: '3' };
const described = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' };
const rules = {
  stabilizationWindowSeconds: 5,
  selectPolicy: 'Min',
  tolerance: '0.2',
  policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }],
};

/** What is filled in on Jobs and on pods alone, where a template has it. */
const JOB = {
  parallelism: 2,
  completions: 2,
  backoffLimit: 3,
  suspend: true,
  completionMode: 'Indexed',
  podReplacementPolicy: 'Failed',
  template: never,
};
const FULL = {
  metadata: { labels },
  spec: {
    hostNetwork: true,
    enableServiceLinks: false,
    serviceAccountName: 's',
    preemptionPolicy: 'Never',
    priority: 4,
    priorityClassName: 'p',
    containers: [
      {
        name: 'c',
        image: 'i',
        ports: [{ containerPort: 80, hostPort: 80 }],
        resources: { limits: { cpu: '1' }, requests: { cpu: '1' } },
      },
    ],
  },
};

export const WORKLOAD_SAMPLES: readonly Sample[] = [
  of('apps/v1', 'Deployment', 'namespaces/default/deployments', {
    spec: {
      paused: true,
      minReadySeconds: 3,
      progressDeadlineSeconds: 50,
      revisionHistoryLimit: 4,
      selector,
      template,
    },
  }),
  of('apps/v1', 'StatefulSet', 'namespaces/default/statefulsets', {
    spec: {
      serviceName: 's',
      podManagementPolicy: 'Parallel',
      minReadySeconds: 3,
      ordinals: { start: 2 },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2, maxUnavailable: 2 } },
      selector,
      template: FULL,
    },
  }),
  of('apps/v1', 'DaemonSet', 'namespaces/default/daemonsets', {
    spec: {
      minReadySeconds: 3,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector,
      template,
    },
  }),
  of(
    'apps/v1',
    'Deployment',
    'namespaces/default/deployments',
    { spec: { strategy: { type: 'Recreate' }, selector, template } },
    'recreated',
  ),
  of(
    'apps/v1',
    'StatefulSet',
    'namespaces/default/statefulsets',
    { spec: { serviceName: 's', updateStrategy: { type: 'OnDelete' }, selector, template } },
    'deleted',
  ),
  of('autoscaling/v2', 'HorizontalPodAutoscaler', 'namespaces/default/horizontalpodautoscalers', {
    spec: {
      minReplicas: 2,
      maxReplicas: 9,
      scaleTargetRef: described,
      behavior: { scaleUp: rules, scaleDown: rules },
      metrics: [
        {
          type: 'ContainerResource',
          containerResource: { name: 'cpu', container: 'c', target: { type: 'AverageValue', averageValue: '2' } },
        },
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        { type: 'Pods', pods: { metric, target: { type: 'AverageValue', averageValue: '2' } } },
        { type: 'Object', object: { metric, describedObject: described, target: value } },
        { type: 'External', external: { metric, target: value } },
      ],
    },
  }),
  of('batch/v1', 'Job', 'namespaces/default/jobs', {
    spec: {
      completionMode: 'Indexed',
      completions: 4,
      parallelism: 4,
      backoffLimitPerIndex: 1,
      maxFailedIndexes: 2,
      activeDeadlineSeconds: 50,
      ttlSecondsAfterFinished: 5,
      podReplacementPolicy: 'Failed',
      managedBy: 'example.com/me',
      successPolicy: { rules: [{ succeededIndexes: '0-2', succeededCount: 1 }] },
      podFailurePolicy: {
        rules: [
          { action: 'FailJob', onExitCodes: { containerName: 'c', operator: 'In', values: [3] } },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        ],
      },
      template: never,
    },
  }),
  of('batch/v1', 'CronJob', 'namespaces/default/cronjobs', {
    spec: {
      schedule: '1 * * * *',
      timeZone: 'Etc/UTC',
      startingDeadlineSeconds: 60,
      jobTemplate: { metadata: { labels, annotations: labels }, spec: JOB },
    },
  }),
  of('policy/v1', 'PodDisruptionBudget', 'namespaces/default/poddisruptionbudgets', {
    spec: { minAvailable: 2, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector },
  }),
  of('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', {
    value: 5,
    globalDefault: true,
    description: 'd',
    preemptionPolicy: 'Never',
  }),
  of('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses', {
    handler: 'h',
    scheduling: { tolerations: [{ key: 'k', operator: 'Equal', value: 'v', effect: 'NoSchedule' }] },
  }),
  of('v1', 'ConfigMap', 'namespaces/default/configmaps', { data: { a: 'b' }, binaryData: { c: 'YQ==' } }),
  of('v1', 'Secret', 'namespaces/default/secrets', { data: { a: 'YQ==' }, type: 'example.com/t' }),
  of('v1', 'Secret', 'namespaces/default/secrets', { data: { a: 'YQ==' }, immutable: true }, 'fixed'),
  of('v1', 'Node', 'nodes', {
    spec: { providerID: 'p://1', unschedulable: true, taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] },
  }),
  of('v1', 'ResourceQuota', 'namespaces/default/resourcequotas', {
    spec: {
      hard: { pods: '3' },
      scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['x'] }] },
    },
  }),
  of('v1', 'LimitRange', 'namespaces/default/limitranges', {
    spec: {
      limits: [
        {
          type: 'Container',
          default: { cpu: '2' },
          defaultRequest: { cpu: '1' },
          max: { cpu: '4' },
          min: { cpu: '500m' },
          maxLimitRequestRatio: { cpu: '4' },
        },
      ],
    },
  }),
  {
    path: '/api/v1/namespaces/default/configmaps',
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'owned', ownerReferences: [owner] },
      data: { a: 'b' },
    } as Sample['object'],
  },
];
