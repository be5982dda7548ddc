// What plugins look up besides pods and nodes. In the simulator informers answer, on the command line plain lists do.
import type { ReplicaSet, StatefulSet } from '../../../model/generated/apps.v1.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  ReplicationController,
  Service,
} from '../../../model/generated/core.v1.ts';
import type { PodDisruptionBudget } from '../../../model/generated/policy.v1.ts';
import type { CSINode, StorageClass } from '../../../model/generated/storage.v1.ts';
import type { NamespaceLookup } from './pod-info.ts';

export interface ClusterLookup extends NamespaceLookup {
  services(namespace: string): readonly Service[];
  replicaSet(namespace: string, name: string): ReplicaSet | undefined;
  replicationController(namespace: string, name: string): ReplicationController | undefined;
  statefulSet(namespace: string, name: string): StatefulSet | undefined;
  disruptionBudgets(): readonly PodDisruptionBudget[];
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumes(): Iterable<PersistentVolume>;
  storageClass(name: string): StorageClass | undefined;
  csiNode(name: string): CSINode | undefined;
}
