// The rows of workloads. Models printDeployment, printJob and the like in pkg/printers/internalversion/printers.go.
import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
} from '../../../model/generated/apps.v1.ts';
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '../../../model/generated/autoscaling.v2.ts';
import type { CronJob, Job } from '../../../model/generated/batch.v1.ts';
import type { PodTemplate, ReplicationController } from '../../../model/generated/core.v1.ts';
import type { PodDisruptionBudget } from '../../../model/generated/policy.v1.ts';
import { parseTime } from '../../../model/time.ts';
import {
  boolean,
  type Cell,
  containers,
  humanDuration,
  labels,
  NONE,
  selector,
  selectorOrNone,
  since,
  UNKNOWN,
  UNSET,
} from './format.ts';
import { age, type Printers } from './printer.ts';

function deployment(d: Deployment, now: number): Cell[] {
  const s = d.status ?? {};
  const ready = `${s.readyReplicas ?? 0}/${d.spec?.replicas ?? 0}`;
  return [
    ready,
    s.updatedReplicas ?? 0,
    s.availableReplicas ?? 0,
    age(d, now),
    ...containers(d.spec?.template.spec?.containers),
    selector(d.spec?.selector),
  ];
}

/** The columns that ReplicaSets and ReplicationControllers share; they differ in the kind of their selector. */
function replicas(r: ReplicaSet | ReplicationController, now: number, selects: string): Cell[] {
  const { spec, status } = r;
  return [
    spec?.replicas ?? 0,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    age(r, now),
    ...containers(spec?.template?.spec?.containers),
    selects,
  ];
}

function replicaSet(r: ReplicaSet, now: number): Cell[] {
  return replicas(r, now, selectorOrNone(r.spec?.selector));
}

function replicationController(r: ReplicationController, now: number): Cell[] {
  return replicas(r, now, labels(r.spec?.selector));
}

function statefulSet(s: StatefulSet, now: number): Cell[] {
  const ready = `${s.status?.readyReplicas ?? 0}/${s.spec?.replicas ?? 0}`;
  return [ready, age(s, now), ...containers(s.spec?.template.spec?.containers)];
}

function daemonSet(d: DaemonSet, now: number): Cell[] {
  const { status: s, spec } = d;
  return [
    s?.desiredNumberScheduled ?? 0,
    s?.currentNumberScheduled ?? 0,
    s?.numberReady ?? 0,
    s?.updatedNumberScheduled ?? 0,
    s?.numberAvailable ?? 0,
    labels(spec?.template.spec?.nodeSelector),
    age(d, now),
    ...containers(spec?.template.spec?.containers),
    selectorOrNone(spec?.selector),
  ];
}

function completions(j: Job): string {
  const done = j.status?.succeeded ?? 0;
  if (j.spec?.completions !== undefined) return `${done}/${j.spec.completions}`;
  const parallelism = j.spec?.parallelism ?? 0;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function jobStatus(j: Job): string {
  const has = (type: string): boolean =>
    (j.status?.conditions ?? []).some((c) => c.type === type && c.status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (j.metadata?.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function jobDuration(j: Job, now: number): string {
  const { startTime, completionTime } = j.status ?? {};
  if (!startTime) return '';
  if (!completionTime) return since(startTime, now);
  return humanDuration(((parseTime(completionTime) ?? 0) - (parseTime(startTime) ?? 0)) / 1000);
}

function job(j: Job, now: number): Cell[] {
  return [
    jobStatus(j),
    completions(j),
    jobDuration(j, now),
    age(j, now),
    ...containers(j.spec?.template.spec?.containers),
    selector(j.spec?.selector),
  ];
}

function cronJob(c: CronJob, now: number): Cell[] {
  const { spec, status } = c;
  const last = status?.lastScheduleTime ? since(status.lastScheduleTime, now) : NONE;
  const pods = spec?.jobTemplate.spec;
  return [
    spec?.schedule ?? '',
    spec?.timeZone ?? NONE,
    boolean(spec?.suspend),
    (status?.active ?? []).length,
    last,
    age(c, now),
    ...containers(pods?.template.spec?.containers),
    selectorOrNone(pods?.selector),
  ];
}

function podTemplate(p: PodTemplate): Cell[] {
  return [...containers(p.template?.spec?.containers), labels(p.template?.metadata?.labels)];
}

function controllerRevision(c: ControllerRevision, now: number): Cell[] {
  const owner = c.metadata?.ownerReferences?.find((o) => o.controller);
  const group = owner?.apiVersion?.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
  const name = owner === undefined ? NONE : `${owner.kind.toLowerCase()}${group}/${owner.name}`;
  return [name, c.revision, age(c, now)];
}

function disruptionBudget(p: PodDisruptionBudget, now: number): Cell[] {
  const { minAvailable, maxUnavailable } = p.spec ?? {};
  return [
    String(minAvailable ?? 'N/A'),
    String(maxUnavailable ?? 'N/A'),
    p.status?.disruptionsAllowed ?? 0,
    age(p, now),
  ];
}

interface Source {
  readonly target?: { readonly averageValue?: unknown; readonly value?: unknown; readonly averageUtilization?: number };
  readonly current?: Source['target'];
  readonly name?: string;
}

function sourceOf(m: MetricSpec | MetricStatus | undefined): Source {
  const { resource, containerResource, pods, object, external } = (m ?? {}) as { [type: string]: Source | undefined };
  return resource ?? containerResource ?? pods ?? object ?? external ?? {};
}

function metric(spec: MetricSpec, status: MetricStatus | undefined): string {
  const { target, name } = sourceOf(spec);
  const { current } = sourceOf(status);
  const resource = spec.type === 'Resource' || spec.type === 'ContainerResource';
  const prefix = resource ? `${name ?? ''}: ` : '';
  if (target?.averageValue !== undefined) {
    const text = `${prefix}${String(current?.averageValue ?? UNKNOWN)}/${String(target.averageValue)}`;
    return spec.type === 'External' || spec.type === 'Object' ? `${text} (avg)` : text;
  }
  if (!resource) return `${String(current?.value ?? UNKNOWN)}/${String(target?.value ?? '')}`;
  const now = current?.averageUtilization === undefined ? UNKNOWN : `${current.averageUtilization}%`;
  return `${prefix}${now}/${target?.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`}`;
}

function autoscaler(h: HorizontalPodAutoscaler, now: number): Cell[] {
  const { scaleTargetRef, minReplicas, maxReplicas, metrics = [] } = h.spec ?? {};
  const shown = metrics.slice(0, 2).map((m, i) => metric(m, h.status?.currentMetrics?.[i]));
  const more = metrics.length > 2 ? ` + ${metrics.length - 2} more...` : '';
  const targets = metrics.length === 0 ? NONE : shown.join(', ') + more;
  const reference = `${scaleTargetRef?.kind ?? ''}/${scaleTargetRef?.name ?? ''}`;
  return [
    reference,
    targets,
    String(minReplicas ?? UNSET),
    maxReplicas ?? 0,
    h.status?.currentReplicas ?? 0,
    age(h, now),
  ];
}

export const WORKLOADS: Printers = {
  'apps/deployments': deployment,
  'apps/replicasets': replicaSet,
  'apps/statefulsets': statefulSet,
  'apps/daemonsets': daemonSet,
  'apps/controllerrevisions': controllerRevision,
  '/replicationcontrollers': replicationController,
  '/podtemplates': podTemplate,
  'batch/jobs': job,
  'batch/cronjobs': cronJob,
  'policy/poddisruptionbudgets': disruptionBudget,
  'autoscaling/horizontalpodautoscalers': autoscaler,
};
