// The lower half of the tree: namespaces, and in them what owns pods, down to the pods.
import type { KubeObject } from '../../model/object.ts';
import { findResource } from '../resources.ts';
import { type AnatomyInput, byName, podId, refused } from './input.ts';
import { podRow } from './pod.ts';
import { join, type Row } from './row.ts';
import { serviceRow, WORKLOADS, type WorkloadResource, workloadRow } from './workload.ts';

/** What a row of a namespace has below it. */
const IN_NAMESPACE = [...WORKLOADS, 'pods', 'services'] as const;
const OWNED = ['replicasets', 'jobs', 'pods'] as const;

export function namespaces(id: string, input: AnatomyInput): Row[] {
  const rows = input.cache
    .list('namespaces')
    .sort((a, b) => rank(a) - rank(b) || byName(a, b))
    .map((n): Row => {
      const name = n.metadata.name ?? '';
      const pods = input.cache.countIn('pods', name);
      const filled = IN_NAMESPACE.some((r) => input.cache.countIn(r, name) > 0);
      const ending = n.status?.phase === 'Terminating';
      return {
        id: `${id}/namespace:${name}`,
        label: name,
        description: join(ending && 'Terminating', pods > 0 && `${pods} pod${pods === 1 ? '' : 's'}`),
        icon: 'symbol-namespace',
        tone: ending ? 'busy' : 'plain',
        context: 'namespace',
        expand: filled ? (rank(n) === 0 ? 'expanded' : 'collapsed') : 'no',
        object: { group: '', resource: 'namespaces', kind: 'Namespace', name },
      };
    });
  return [...refused(id, 'namespaces', input), ...rows];
}

/** What people made comes before what the system keeps for itself. */
function rank(namespace: KubeObject): number {
  return namespace.metadata.name?.startsWith('kube-') ? 1 : 0;
}

export function namespaceRows(id: string, namespace: string, input: AnatomyInput): Row[] {
  const { cache, nowMs } = input;
  const bare = cache
    .inNamespace('pods', namespace)
    .filter((p) => !hasListedOwner(p, input))
    .sort(byName);
  const services = cache.inNamespace('services', namespace).sort(byName);
  return [
    ...workloadsIn(id, namespace, input),
    ...bare.map((p) => podRow(p, { id: podId(id, p), nowMs })),
    ...services.map((s) => serviceRow(s, `${id}/service:${namespace}:${s.metadata.name}`, nowMs)),
    ...refused(id, 'pods', input),
  ];
}

function hasListedOwner(object: KubeObject, { cache }: AnatomyInput): boolean {
  const owner = object.metadata.ownerReferences?.find((r) => r.controller);
  const resource = owner && WORKLOADS.find((w) => findResource(w)?.kind === owner.kind);
  return resource !== undefined && cache.get(resource, `${object.metadata.namespace}/${owner?.name}`) !== undefined;
}

/** Workloads that no other workload owns. */
export function workloadsIn(id: string, namespace: string, input: AnatomyInput): Row[] {
  return WORKLOADS.flatMap((resource) =>
    input.cache
      .inNamespace(resource, namespace)
      .filter((w) => !hasListedOwner(w, input))
      .sort(byName)
      .map((w) => workload(id, resource, w, input)),
  );
}

function workload(
  id: string,
  resource: WorkloadResource,
  w: Parameters<typeof workloadRow>[1],
  input: AnatomyInput,
): Row {
  const own = `${id}/workload:${resource}:${w.metadata.namespace}:${w.metadata.name}`;
  return workloadRow(resource, w, {
    id: own,
    nowMs: input.nowMs,
    hasChildren: OWNED.some((r) => input.cache.countOwned(r, w.metadata.uid ?? '') > 0),
  });
}

export function ownedRows(id: string, resource: WorkloadResource, key: string, input: AnatomyInput): Row[] {
  const { cache, nowMs } = input;
  const uid = cache.get(resource, key)?.metadata.uid;
  if (!uid) return [];
  const revision = (o: KubeObject): number =>
    Number(o.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  return [
    ...cache
      .ownedBy('replicasets', uid)
      .sort((a, b) => revision(b) - revision(a) || byName(a, b))
      .map((r) => workload(id, 'replicasets', r, input)),
    ...cache
      .ownedBy('jobs', uid)
      .sort(byName)
      .map((j) => workload(id, 'jobs', j, input)),
    ...cache
      .ownedBy('pods', uid)
      .sort(byName)
      .map((p) => podRow(p, { id: podId(id, p), nowMs })),
  ];
}
