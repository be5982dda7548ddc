// What decides where pods go in a cluster, in one go: nodes, pods, and what the scheduler and admission look up. Only read, and
// only on request.
import { isRecord, type KubeObject } from '../model/object.ts';
import { resourceForKind } from '../model/resources.ts';
import { isStatus } from '../model/status.ts';
import { FailureError } from './failure.ts';
import { apiPath } from './resources.ts';
import type { ClusterSource } from './source.ts';

export interface Snapshot {
  readonly objects: readonly KubeObject[];
  /** Kinds that could not be read, each with the server's words: what depends on them is not known. */
  readonly missing: readonly { readonly kind: string; readonly why: string }[];
}

const READ: readonly (readonly [apiVersion: string, kind: string])[] = [
  ['v1', 'Node'],
  ['v1', 'Pod'],
  ['v1', 'Namespace'],
  ['v1', 'ServiceAccount'],
  ['v1', 'LimitRange'],
  ['v1', 'ResourceQuota'],
  ['v1', 'Service'],
  ['v1', 'ReplicationController'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'PersistentVolume'],
  ['apps/v1', 'ReplicaSet'],
  ['apps/v1', 'StatefulSet'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['scheduling.k8s.io/v1', 'PriorityClass'],
  ['storage.k8s.io/v1', 'StorageClass'],
  ['storage.k8s.io/v1', 'CSINode'],
  ['storage.k8s.io/v1', 'CSIDriver'],
  ['storage.k8s.io/v1', 'CSIStorageCapacity'],
  ['storage.k8s.io/v1', 'VolumeAttachment'],
  ['resource.k8s.io/v1', 'DeviceClass'],
  ['resource.k8s.io/v1', 'ResourceSlice'],
  ['resource.k8s.io/v1', 'ResourceClaim'],
  ['resource.k8s.io/v1', 'ResourceClaimTemplate'],
  ['node.k8s.io/v1', 'RuntimeClass'],
];
/** Without these there is nothing to answer from. */
const NEEDED = new Set(['Node', 'Pod']);

/** Rejects with a FailureError where the cluster does not answer, or does not show its nodes and pods. */
export async function snapshotOf(source: Pick<ClusterSource, 'name' | 'request'>): Promise<Snapshot> {
  const objects: KubeObject[] = [];
  const missing: { kind: string; why: string }[] = [];
  for (const [apiVersion, kind] of READ) {
    const r = resourceForKind(apiVersion, kind);
    if (!r) continue;
    const path = apiPath({ group: r.group, version: r.version, name: r.plural });
    const { code, body } = await source.request({ method: 'GET', path, asUser: true });
    const items = isRecord(body) && Array.isArray(body.items) ? body.items.filter(isRecord) : undefined;
    if (code === 200 && items) {
      // The items of a list do not say what they are.
      for (const item of items) objects.push({ ...item, apiVersion, kind } as unknown as KubeObject);
      continue;
    }
    // A cluster that does not know the kind has none of it.
    if (code === 404 && !NEEDED.has(kind)) continue;
    const why = isStatus(body) ? (body.message ?? body.reason ?? '') : `the answer was ${code}`;
    if (NEEDED.has(kind)) {
      throw new FailureError({
        kind: code === 403 ? 'forbidden' : 'other',
        detail: `${source.name} does not show its ${r.plural}: ${why}`,
      });
    }
    missing.push({ kind, why });
  }
  return { objects, missing };
}
