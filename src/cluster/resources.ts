// The resources that the views list and watch. Secrets are not among them: nothing needs their contents.
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../model/generated/apps.v1.ts';
import type { CronJob, Job } from '../model/generated/batch.v1.ts';
import type { Namespace, Node, Pod, Service } from '../model/generated/core.v1.ts';

import { resourceOf } from '../model/resources.ts';
import type { ObjectRef } from '../trace/step.ts';

/** The type of the objects of each watched resource. */
export interface Watched {
  nodes: Node;
  namespaces: Namespace;
  pods: Pod;
  services: Service;
  deployments: Deployment;
  replicasets: ReplicaSet;
  statefulsets: StatefulSet;
  daemonsets: DaemonSet;
  jobs: Job;
  cronjobs: CronJob;
}

export type ResourceName = keyof Watched;

export interface Resource {
  readonly name: ResourceName;
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly namespaced: boolean;
}

function resource(name: ResourceName, kind: string, apiVersion: string, namespaced = true): Resource {
  const [first = '', second] = apiVersion.split('/');
  return { name, kind, group: second === undefined ? '' : first, version: second ?? first, namespaced };
}

export const WATCHED: readonly Resource[] = [
  resource('nodes', 'Node', 'v1', false),
  resource('namespaces', 'Namespace', 'v1', false),
  resource('pods', 'Pod', 'v1'),
  resource('services', 'Service', 'v1'),
  resource('deployments', 'Deployment', 'apps/v1'),
  resource('replicasets', 'ReplicaSet', 'apps/v1'),
  resource('statefulsets', 'StatefulSet', 'apps/v1'),
  resource('daemonsets', 'DaemonSet', 'apps/v1'),
  resource('jobs', 'Job', 'batch/v1'),
  resource('cronjobs', 'CronJob', 'batch/v1'),
];

const byName = new Map(WATCHED.map((r) => [r.name as string, r]));
const byKind = new Map(WATCHED.map((r) => [r.kind, r]));

export function findResource(name: string): Resource | undefined {
  return byName.get(name);
}

export function resourceOfKind(kind: string): Resource | undefined {
  return byKind.get(kind);
}

/** `/apis/apps/v1/namespaces/demo/deployments/web`; without a name the collection, without a namespace the whole cluster. */
export function apiPath(
  r: Pick<Resource, 'group' | 'version'> & { readonly name: string },
  namespace?: string,
  name?: string,
): string {
  const root = r.group === '' ? `/api/${r.version}` : `/apis/${r.group}/${r.version}`;
  return `${root}${namespace ? `/namespaces/${namespace}` : ''}/${r.name}${name ? `/${name}` : ''}`;
}

/** Path of one object of any kind: in the version that its group prefers, v1 where the group is not built in. */
export function objectPath(ref: Pick<ObjectRef, 'group' | 'resource' | 'namespace' | 'name'>): string {
  const version = resourceOf(ref.group, ref.resource)?.version ?? 'v1';
  return apiPath({ group: ref.group, version, name: ref.resource }, ref.namespace, ref.name);
}
