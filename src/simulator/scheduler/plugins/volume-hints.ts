// Whether an event about storage, or about another pod's volumes, can help a pod that a volume plugin refused.
// Models the QueueingHintFns of volumebinding, volumezone, volumerestrictions and nodevolumelimits, v1.36.
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../model/generated/core.v1.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttachment,
} from '../../../model/generated/storage.v1.ts';
import { equal } from '../../../model/paths.ts';
import type { Hint } from '../framework/events.ts';
import { wholeValue } from '../framework/quantity.ts';
import { claimName } from './volumes.ts';

const when = (helps: boolean): Hint => (helps ? 'Queue' : 'Skip');

/** One of the pod's own claims. */
export function ofOwnClaim(pod: Pod, _previous: unknown, current: unknown): Hint {
  const { metadata } = current as PersistentVolumeClaim;
  if (metadata.namespace !== pod.metadata.namespace) return 'Skip';
  return when((pod.spec?.volumes ?? []).some((v) => claimName(pod, v) === metadata.name));
}

export function ofTopologies(_pod: Pod, previous: unknown, current: unknown): Hint {
  if (previous === undefined) return 'Queue';
  const of = (o: unknown): unknown => (o as StorageClass).allowedTopologies ?? [];
  return when(!equal(of(previous), of(current)));
}

export function ofDelayedClass(_pod: Pod, _previous: unknown, current: unknown): Hint {
  return when((current as StorageClass).volumeBindingMode === 'WaitForFirstConsumer');
}

export function ofLabels(labels: readonly string[]) {
  return (_pod: Pod, previous: unknown, current: unknown): Hint => {
    if (previous === undefined) return 'Queue';
    const of = (o: unknown, key: string): unknown => (o as PersistentVolume).metadata.labels?.[key];
    return when(labels.some((key) => of(previous, key) !== of(current, key)));
  };
}

/** A driver may attach more volumes than before. */
export function ofMoreRoom(_pod: Pod, previous: unknown, current: unknown): Hint {
  const before = (previous as CSINode | undefined)?.spec.drivers ?? [];
  const grew = (current as CSINode).spec.drivers.some(({ name, allocatable }) => {
    if (allocatable?.count === undefined) return false;
    return allocatable.count > (before.find((d) => d.name === name)?.allocatable?.count ?? 0);
  });
  return when(grew);
}

/** A pod that had claims gives its attachments back. */
export function ofFreedVolumes(_pod: Pod, previous: unknown): Hint {
  const { spec } = previous as Pod;
  if (!spec?.nodeName) return 'Skip';
  return when((spec.volumes ?? []).some((v) => v.persistentVolumeClaim !== undefined || v.ephemeral !== undefined));
}

/** A driver stops keeping count of what is left. */
export function ofCapacityTracking(pod: Pod, previous: unknown, current: unknown): Hint {
  const claims = (pod.spec?.volumes ?? []).some((v) => claimName(pod, v) !== undefined);
  const on = (o: unknown): boolean => (o as CSIDriver).spec.storageCapacity === true;
  return when(claims && on(previous) && !on(current));
}

/** A pool has more left, or lets larger volumes be made. */
export function ofMoreCapacity(_pod: Pod, previous: unknown, current: unknown): Hint {
  if (previous === undefined) return 'Queue';
  const [a, b] = [previous as CSIStorageCapacity, current as CSIStorageCapacity];
  const grew = (x: string | number | undefined, y: string | number | undefined): boolean =>
    y !== undefined && (x === undefined || wholeValue(y) > wholeValue(x));
  return when(grew(a.capacity, b.capacity) || grew(a.maximumVolumeSize, b.maximumVolumeSize));
}

/** A volume that the pod wants too was detached. */
export function ofDetached(claims: (namespace: string, name: string) => PersistentVolumeClaim | undefined) {
  return (pod: Pod, previous: unknown): Hint => {
    const gone = (previous as VolumeAttachment).spec.source.persistentVolumeName;
    const { namespace = '' } = pod.metadata;
    const own = (pod.spec?.volumes ?? []).flatMap((v) => claimName(pod, v) ?? []);
    return when(gone !== undefined && own.some((name) => claims(namespace, name)?.spec?.volumeName === gone));
  };
}
