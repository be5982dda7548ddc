// Rows of what makes pods, and of Services.
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../model/generated/apps.v1.ts';
import type { CronJob, Job } from '../../model/generated/batch.v1.ts';
import type { Service } from '../../model/generated/core.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import { resourceOfKind, type Watched } from '../resources.ts';
import { age, ago, join, md, type Row, type Tone } from './row.ts';

export const WORKLOADS = ['deployments', 'statefulsets', 'daemonsets', 'cronjobs', 'jobs', 'replicasets'] as const;
export type WorkloadResource = (typeof WORKLOADS)[number];

interface Look {
  readonly icon: string;
  readonly tone: Tone;
  readonly text: string;
}

/** Ready of wanted; a message of the condition that says why it does not come further. */
function count(icon: string, ready: number, wanted: number, trouble?: string): Look {
  if (wanted === 0) return { icon, tone: 'off', text: 'scaled to 0' };
  const tone = ready >= wanted ? 'ok' : trouble ? 'warning' : 'busy';
  return { icon, tone, text: join(`${ready}/${wanted} ready`, ready < wanted && trouble) };
}

function deployment(d: Deployment): Look {
  const failed = d.status?.conditions?.find(
    (c) => (c.type === 'Progressing' && c.status === 'False') || (c.type === 'ReplicaFailure' && c.status === 'True'),
  );
  const wanted = d.spec?.replicas ?? 1;
  const look = count('layers', d.status?.readyReplicas ?? 0, wanted, failed?.reason);
  const updated = d.status?.updatedReplicas ?? 0;
  if (d.spec?.paused) return { ...look, text: join(look.text, 'paused') };
  return look.tone === 'ok' && updated < wanted
    ? { ...look, tone: 'busy', text: join(look.text, `${updated} updated`) }
    : look;
}

function replicaSet(r: ReplicaSet): Look {
  const revision = r.metadata.annotations?.['deployment.kubernetes.io/revision'];
  const look = count(
    'copy',
    r.status?.readyReplicas ?? 0,
    r.spec?.replicas ?? 1,
    r.status?.conditions?.find((c) => c.status === 'True')?.reason,
  );
  return { ...look, text: join(look.text, revision && `revision ${revision}`) };
}

function job(j: Job): Look {
  const done = j.status?.conditions?.find((c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True');
  const wanted = j.spec?.completions ?? 1;
  const text = `${j.status?.succeeded ?? 0}/${wanted} completions`;
  if (done?.type === 'Complete') return { icon: 'checklist', tone: 'off', text: join('Complete', text) };
  if (done?.type === 'Failed') return { icon: 'checklist', tone: 'error', text: join('Failed', done.reason) };
  return {
    icon: 'checklist',
    tone: j.spec?.suspend ? 'off' : 'busy',
    text: join(j.spec?.suspend && 'suspended', text),
  };
}

function cronJob(c: CronJob, nowMs: number): Look {
  const last = c.status?.lastScheduleTime ? Date.parse(c.status.lastScheduleTime) : Number.NaN;
  const text = join(
    c.spec?.schedule,
    c.spec?.suspend && 'suspended',
    !Number.isNaN(last) && `last ${ago(last, nowMs)} ago`,
  );
  return { icon: 'watch', tone: c.spec?.suspend ? 'off' : 'ok', text };
}

function look(resource: WorkloadResource, object: KubeObject, nowMs: number): Look {
  switch (resource) {
    case 'deployments':
      return deployment(object as Deployment);
    case 'replicasets':
      return replicaSet(object as ReplicaSet);
    case 'statefulsets': {
      const s = object as StatefulSet;
      return count('list-ordered', s.status?.readyReplicas ?? 0, s.spec?.replicas ?? 1);
    }
    case 'daemonsets': {
      const d = object as DaemonSet;
      return count('type-hierarchy', d.status?.numberReady ?? 0, d.status?.desiredNumberScheduled ?? 0);
    }
    case 'jobs':
      return job(object as Job);
    case 'cronjobs':
      return cronJob(object as CronJob, nowMs);
  }
}

export function workloadRow(
  resource: WorkloadResource,
  object: Watched[WorkloadResource],
  at: { readonly id: string; readonly nowMs: number; readonly hasChildren: boolean },
): Row {
  const kind = object.kind ?? '';
  const { name = '', namespace = '', uid } = object.metadata;
  const { icon, tone, text } = look(resource, object, at.nowMs);
  const conditions = ((object as Deployment).status?.conditions ?? []).filter((c) => c.message);
  return {
    id: at.id,
    label: name,
    description: join(kind, text, age(object, at.nowMs)),
    icon,
    tone,
    tooltip: [
      `**${md(kind)}** ${md(`${namespace}/${name}`)}  \n${md(text)}`,
      ...conditions.map((c) => `- ${md(c.type)}: ${md(c.message ?? '')}`),
    ].join('\n\n'),
    context: `workload.${resource}`,
    expand: at.hasChildren ? 'collapsed' : 'no',
    object: { group: resourceOfKind(kind)?.group ?? '', resource, kind, namespace, name, ...(uid ? { uid } : {}) },
  };
}

export function serviceRow(service: Service, id: string, nowMs: number): Row {
  const { name = '', namespace = '', uid } = service.metadata;
  const { type = 'ClusterIP', clusterIP, ports = [], selector, externalName } = service.spec ?? {};
  const shown = ports.map(
    (p) => `${p.port}${p.targetPort !== undefined && p.targetPort !== p.port ? `→${p.targetPort}` : ''}`,
  );
  const address = type === 'ExternalName' ? externalName : clusterIP === 'None' ? 'headless' : clusterIP;
  const picks = selector
    ? Object.entries(selector)
        .map(([k, v]) => `${k}=${v}`)
        .join(', ')
    : 'nothing: no selector';
  return {
    id,
    label: name,
    description: join('Service', type, address, shown.join(', '), age(service, nowMs)),
    icon: 'globe',
    tone: 'plain',
    tooltip: `**Service** ${md(`${namespace}/${name}`)}  \n${md(type)} ${md(address ?? '')}  \nselects ${md(picks)}`,
    context: 'service',
    expand: 'no',
    object: { group: '', resource: 'services', kind: 'Service', namespace, name, ...(uid ? { uid } : {}) },
  };
}
