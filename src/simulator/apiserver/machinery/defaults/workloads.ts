// Defaults of workloads. Models pkg/apis/apps/v1/defaults.go, pkg/apis/batch/v1/defaults.go and pkg/apis/autoscaling/v2/defaults.go.
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../../../model/generated/apps.v1.ts';
import type { HorizontalPodAutoscaler as HorizontalPodAutoscalerV1 } from '../../../../model/generated/autoscaling.v1.ts';
import type { HorizontalPodAutoscaler, HPAScalingRules } from '../../../../model/generated/autoscaling.v2.ts';
import type {
  CronJob,
  Job,
  JobSpec,
  PodFailurePolicy,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from '../../../../model/generated/batch.v1.ts';
import { fill, mapList, update } from './fill.ts';
import { podTemplate } from './pod.ts';
import { persistentVolumeClaim } from './volume.ts';

export function deployment(d: Deployment): Deployment {
  if (!d.spec) return d;
  const strategy = fill(d.spec.strategy ?? {}, { type: 'RollingUpdate' });
  const rolling = fill(strategy.rollingUpdate ?? {}, { maxUnavailable: '25%', maxSurge: '25%' });
  const spec = fill(d.spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  return update(d, {
    spec: update(spec, {
      strategy: strategy.type === 'RollingUpdate' ? update(strategy, { rollingUpdate: rolling }) : strategy,
      template: spec.template && podTemplate(spec.template),
    }),
  });
}

export function replicaSet(r: ReplicaSet): ReplicaSet {
  if (!r.spec) return r;
  const spec = fill(r.spec, { replicas: 1 });
  return update(r, { spec: update(spec, { template: spec.template && podTemplate(spec.template) }) });
}

export function daemonSet(d: DaemonSet): DaemonSet {
  if (!d.spec) return d;
  const strategy = fill(d.spec.updateStrategy ?? {}, { type: 'RollingUpdate' });
  const rolling = fill(strategy.rollingUpdate ?? {}, { maxUnavailable: 1, maxSurge: 0 });
  const spec = fill(d.spec, { revisionHistoryLimit: 10 });
  return update(d, {
    spec: update(spec, {
      updateStrategy: strategy.type === 'RollingUpdate' ? update(strategy, { rollingUpdate: rolling }) : strategy,
      template: spec.template && podTemplate(spec.template),
    }),
  });
}

export function statefulSet(s: StatefulSet): StatefulSet {
  if (!s.spec) return s;
  const strategy = fill(s.spec.updateStrategy ?? {}, { type: 'RollingUpdate' });
  const rolling = fill(strategy.rollingUpdate ?? {}, { partition: 0 });
  const spec = fill(s.spec, { podManagementPolicy: 'OrderedReady', replicas: 1, revisionHistoryLimit: 10 });
  return update(s, {
    spec: update(spec, {
      updateStrategy: strategy.type === 'RollingUpdate' ? update(strategy, { rollingUpdate: rolling }) : strategy,
      persistentVolumeClaimRetentionPolicy: fill(spec.persistentVolumeClaimRetentionPolicy ?? {}, {
        whenDeleted: 'Retain',
        whenScaled: 'Retain',
      }),
      template: spec.template && podTemplate(spec.template),
      // The conversion to apps/v1 writes their kind.
      volumeClaimTemplates: mapList(spec.volumeClaimTemplates, (c) =>
        fill(persistentVolumeClaim(c), { kind: 'PersistentVolumeClaim', apiVersion: 'v1' }),
      ),
    }),
  });
}

const MAX_INT32 = 2 ** 31 - 1;

function failureRule(r: PodFailurePolicyRule): PodFailurePolicyRule {
  // Decoding leaves an empty word where none was given.
  const pattern = (c: PodFailurePolicyOnPodConditionsPattern) => (c.status ? c : { ...c, status: 'True' });
  return update(r, { onPodConditions: mapList(r.onPodConditions, pattern) });
}

const failurePolicy = (p: PodFailurePolicy | undefined): PodFailurePolicy | undefined =>
  p && update(p, { rules: mapList(p.rules, failureRule) });

function jobSpec(s: JobSpec): JobSpec {
  const both = s.completions === undefined && s.parallelism === undefined;
  const policy = s.podFailurePolicy;
  const filled = fill(s, {
    ...(both ? { completions: 1 } : {}),
    parallelism: 1,
    backoffLimit: s.backoffLimitPerIndex === undefined ? 6 : MAX_INT32,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: policy ? 'Failed' : 'TerminatingOrFailed',
  });
  return update(filled, {
    podFailurePolicy: failurePolicy(policy),
    template: s.template && podTemplate(s.template),
  });
}

export function job(j: Job): Job {
  if (!j.spec) return j;
  const labels = j.spec.template?.metadata?.labels;
  return update(j, { metadata: labels ? fill(j.metadata, { labels }) : j.metadata, spec: jobSpec(j.spec) });
}

export function cronJob(c: CronJob): CronJob {
  if (!c.spec) return c;
  const spec = fill(c.spec, {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  const template = spec.jobTemplate;
  const inner = template?.spec?.template;
  if (!template?.spec || !inner) return update(c, { spec });
  return update(c, {
    // What a Job gets beyond that is filled in when it is made.
    spec: update(spec, {
      jobTemplate: update(template, {
        spec: update(template.spec, {
          template: podTemplate(inner),
          podFailurePolicy: failurePolicy(template.spec.podFailurePolicy),
        }),
      }),
    }),
  });
}

const SCALE_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const SCALE_DOWN: HPAScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};
const CPU_80 = [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
];

export function horizontalPodAutoscaler(h: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  if (!h.spec) return h;
  const { behavior } = h.spec;
  const spec = fill(h.spec, { minReplicas: 1 });
  return update(h, {
    spec: update(spec, {
      metrics: spec.metrics?.length ? spec.metrics : CPU_80,
      behavior:
        behavior &&
        update(behavior, {
          scaleUp: fill(behavior.scaleUp ?? {}, SCALE_UP),
          scaleDown: fill(behavior.scaleDown ?? {}, SCALE_DOWN),
        }),
    }),
  });
}

/** Stored as v2, where a metric is the default. */
export function horizontalPodAutoscalerV1(h: HorizontalPodAutoscalerV1): HorizontalPodAutoscalerV1 {
  return update(h, { spec: h.spec && fill(h.spec, { minReplicas: 1, targetCPUUtilizationPercentage: 80 }) });
}
