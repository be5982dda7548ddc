// What plugins look up besides pods and nodes. In the simulator informers answer, on the command line plain lists do.
import type { ReplicaSet, StatefulSet } from '../../../model/generated/apps.v1.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  ReplicationController,
  Service,
} from '../../../model/generated/core.v1.ts';
import type { PodDisruptionBudget } from '../../../model/generated/policy.v1.ts';
import type { DeviceClass, ResourceClaim, ResourceSlice } from '../../../model/generated/resource.v1.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttachment,
} from '../../../model/generated/storage.v1.ts';
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
  csiDriver(name: string): CSIDriver | undefined;
  /** What is left in the pools of CSI drivers that say so. */
  storageCapacities(): Iterable<CSIStorageCapacity>;
  /** Of one node. */
  attachments(node: string): readonly VolumeAttachment[];
  resourceClaim(namespace: string, name: string): ResourceClaim | undefined;
  resourceClaims(): Iterable<ResourceClaim>;
  deviceClass(name: string): DeviceClass | undefined;
  deviceClasses(): Iterable<DeviceClass>;
  resourceSlices(): Iterable<ResourceSlice>;
}
