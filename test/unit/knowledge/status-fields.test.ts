// Fields of the status that records say are written stand in the objects of a simulated cluster, and the others do not.
import { expect, test } from 'vitest';
import { applyManifest } from '../../../src/cluster/apply/apply.ts';
import type { KubeList, KubeObject } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { autoscaler, budget, deployment, idle, job, type Loose, shell, template } from './scene-objects.ts';

const SECOND = 1_000_000;
/** When the cluster has come up. */
const START = 15 * SECOND;
const knowledge = sourceKnowledge();

const APPS = '/apis/apps/v1/namespaces/default/';
const STATUSES: Readonly<Record<string, string>> = {
  [`${APPS}deployments`]: 'apps.v1.DeploymentStatus',
  [`${APPS}replicasets`]: 'apps.v1.ReplicaSetStatus',
  [`${APPS}statefulsets`]: 'apps.v1.StatefulSetStatus',
  [`${APPS}daemonsets`]: 'apps.v1.DaemonSetStatus',
  '/apis/batch/v1/namespaces/default/jobs': 'batch.v1.JobStatus',
  '/apis/batch/v1/namespaces/default/cronjobs': 'batch.v1.CronJobStatus',
  '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers': 'autoscaling.v1.HorizontalPodAutoscalerStatus',
  '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers': 'autoscaling.v2.HorizontalPodAutoscalerStatus',
  '/apis/policy/v1/namespaces/default/poddisruptionbudgets': 'policy.v1.PodDisruptionBudgetStatus',
  '/api/v1/namespaces/default/replicationcontrollers': 'core.v1.ReplicationControllerStatus',
  '/api/v1/namespaces/default/pods': 'core.v1.PodStatus',
};

const named = (apiVersion: string, kind: string, name: string, spec: object): Loose => ({
  apiVersion,
  kind,
  metadata: { name },
  spec,
});
const other = (app: string, spec: object): object => ({ metadata: { labels: { app } }, spec });
const endless = { containers: [{ ...idle, resources: { requests: { cpu: '10m' } } }] };
const indexed = { completions: 2, completionMode: 'Indexed', backoffLimitPerIndex: 0, parallelism: 2 };
const OBJECTS: readonly Loose[] = [
  deployment({}, endless),
  autoscaler('d', { minReplicas: 2 }),
  budget('w'),
  named('apps/v1', 'StatefulSet', 's', {
    serviceName: 's',
    selector: { matchLabels: { app: 's' } },
    template: other('s', { ...endless, initContainers: [{ ...shell('true'), name: 'first' }] }),
  }),
  named('apps/v1', 'DaemonSet', 'e', { selector: { matchLabels: { app: 'e' } }, template: other('e', endless) }),
  named('v1', 'ReplicationController', 'r', { selector: { app: 'r' }, template: other('r', endless) }),
  job(indexed, 'test "$JOB_COMPLETION_INDEX" = 0'),
  { ...job({}, 'exit 0'), metadata: { name: 'good' } },
  named('batch/v1', 'CronJob', 'c', {
    schedule: '* * * * *',
    jobTemplate: { spec: { template: template({ containers: [shell('sleep 5')], restartPolicy: 'Never' }) } },
  }),
];

/** Fields that nobody in Kubernetes writes, as their records say. */
const NEVER = [
  'apps.v1.StatefulSetStatus.conditions',
  'apps.v1.DaemonSetStatus.conditions',
  'autoscaling.v1.HorizontalPodAutoscalerStatus.observedGeneration',
  'autoscaling.v2.HorizontalPodAutoscalerStatus.observedGeneration',
  'core.v1.PodStatus.resize',
];

/** Fields for which something else would have to happen than happens here. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'two names that fall together': ['apps.v1.DeploymentStatus.collisionCount', 'apps.v1.DaemonSetStatus.collisionCount'],
  'pods that are refused': ['apps.v1.ReplicaSetStatus.conditions', 'core.v1.ReplicationControllerStatus.conditions'],
  'a metrics server': ['autoscaling.v1.HorizontalPodAutoscalerStatus.currentCPUUtilizationPercentage'],
  'an eviction': ['policy.v1.PodDisruptionBudgetStatus.disruptedPods'],
  'a pod that the kubelet gives up': ['core.v1.PodStatus.message', 'core.v1.PodStatus.reason'],
  preemption: ['core.v1.PodStatus.nominatedNodeName'],
  'kubectl debug': ['core.v1.PodStatus.ephemeralContainerStatuses'],
  devices: [
    'core.v1.PodStatus.resourceClaimStatuses',
    'core.v1.PodStatus.extendedResourceClaimStatus',
    'core.v1.PodStatus.nodeAllocatableResourceClaimStatuses',
  ],
};

/** Fields of every status above that have stood in an object at some time, null not counted. */
function seen(): ReadonlySet<string> {
  const cluster = new Cluster({ nodes: 2 });
  cluster.runUntil(START);
  applyManifest(OBJECTS.map((object) => JSON.stringify(object)).join('\n---\n'), 'default', {
    request: ({ discovery, ...r }) => cluster.request({ ...r, observer: discovery ?? false }),
  });
  const fields = new Set<string>();
  for (let at = START; at < START + 120 * SECOND; at += at < START + 5 * SECOND ? SECOND / 10 : SECOND) {
    cluster.runUntil(at);
    for (const [path, type] of Object.entries(STATUSES)) {
      const { items } = cluster.request({ method: 'GET', path, observer: true }).body as KubeList;
      for (const { status } of items as readonly (KubeObject & { status?: object })[]) {
        for (const [field, value] of Object.entries(status ?? {})) if (value !== null) fields.add(`${type}.${field}`);
      }
    }
  }
  return fields;
}

const writers = (type: string, field: string): readonly string[] =>
  (knowledge.record(type, field)?.writtenBy ?? [])
    .filter(({ when }) => !/^not\b/.test(when))
    .map((one) => one.component);

test('fields of a status are there when their records name a writer, and only then', () => {
  const found = seen();
  const types = new Set(Object.values(STATUSES));
  const recorded = knowledge
    .recordedTypes()
    .filter(({ type }) => types.has(type))
    .flatMap(({ type, fields }) => Object.keys(fields).map((field) => [type, field] as const));
  const names = (one: readonly (readonly [string, string])[]): string[] => one.map((two) => two.join('.')).sort();
  expect(names(recorded.filter(([type, field]) => writers(type, field).length === 0))).toEqual([...NEVER].sort());
  expect(names(recorded.filter((one) => !found.has(one.join('.'))))).toEqual(
    [...NEVER, ...Object.values(ELSEWHERE).flat()].sort(),
  );
});
