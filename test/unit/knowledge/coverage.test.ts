// The kinds whose every field has a record. The list only grows; `npm run coverage:fields` prints them all.
import { expect, test } from 'vitest';
import { coverage } from '../../../scripts/tasks/coverage-fields.ts';

const COMPLETE = [
  'v1 Pod',
  'v1 Service',
  'v1 ConfigMap',
  'v1 Secret',
  'v1 Namespace',
  'v1 ServiceAccount',
  'v1 PersistentVolume',
  'v1 PersistentVolumeClaim',
  'v1 Node',
  'v1 Event',
  'v1 ResourceQuota',
  'v1 LimitRange',
  'apps/v1 Deployment',
  'apps/v1 ReplicaSet',
  'apps/v1 StatefulSet',
  'apps/v1 DaemonSet',
  'batch/v1 Job',
  'batch/v1 CronJob',
  'autoscaling/v2 HorizontalPodAutoscaler',
  'coordination.k8s.io/v1 Lease',
  'discovery.k8s.io/v1 EndpointSlice',
  'networking.k8s.io/v1 Ingress',
  'networking.k8s.io/v1 IngressClass',
  'networking.k8s.io/v1 NetworkPolicy',
  'policy/v1 PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1 Role',
  'rbac.authorization.k8s.io/v1 RoleBinding',
  'rbac.authorization.k8s.io/v1 ClusterRole',
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding',
  'scheduling.k8s.io/v1 PriorityClass',
  'storage.k8s.io/v1 StorageClass',
];

const byKind = new Map(coverage().map((one) => [one.kind, one]));

test.each(COMPLETE)('every field of %s is explained', (kind) => {
  expect(byKind.get(kind)?.missing).toEqual([]);
});
