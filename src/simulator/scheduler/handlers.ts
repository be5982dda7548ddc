// What the scheduler learns from its watches: keeps its cache, and tells the queue what happened.
// Models pkg/scheduler/eventhandlers.go.
import type { Node, Pod } from '../../model/generated/core.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import type { StepId } from '../../trace/step.ts';
import type { Handler, Informer } from '../runtime/informer.ts';
import type { Cache } from './framework/cache.ts';
import { type ClusterEvent, type EventResource, Events, nodeChanges, podChanges } from './framework/events.ts';
import type { SchedulerInformers } from './lookup.ts';
import type { SchedulingQueue } from './queue/scheduling-queue.ts';

export const SCHEDULER_NAME = 'default-scheduler';

export interface HandlerParts {
  readonly cache: Cache;
  readonly queue: SchedulingQueue;
  readonly now: () => number;
}

function assigned(pod: Pod): boolean {
  return !!pod.spec?.nodeName;
}

function responsible(pod: Pod): boolean {
  return (pod.spec?.schedulerName ?? SCHEDULER_NAME) === SCHEDULER_NAME;
}

function finished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? '';
}

export function podHandler({ cache, queue, now }: HandlerParts): Handler<Pod> {
  const happened = (event: ClusterEvent, previous: unknown, current: unknown, cause: StepId): void =>
    queue.happened({ event, previous, current }, now(), [cause]);

  const add = (pod: Pod, cause: StepId): void => {
    if (finished(pod)) return;
    if (!assigned(pod)) {
      if (responsible(pod)) queue.add(pod, now(), [cause]);
      return;
    }
    cache.setPod(pod);
    happened(Events.assignedPodAdd, undefined, pod, cause);
  };

  const remove = (pod: Pod, cause: StepId): void => {
    const uid = uidOf(pod);
    const counted = cache.podNode(uid) !== undefined;
    queue.delete(uid);
    // Also a pod that was only assumed to run, or promised a node, gives room back.
    cache.removePod(uid);
    if (counted || pod.status?.nominatedNodeName) happened(Events.assignedPodDelete, pod, undefined, cause);
  };

  const update = (pod: Pod, before: Pod, cause: StepId): void => {
    if (finished(pod)) {
      if (!finished(before)) remove(before, cause);
      return;
    }
    if (assigned(before)) {
      cache.setPod(pod);
      for (const event of podChanges(pod, before)) happened(event, before, pod, cause);
    } else if (assigned(pod)) {
      queue.delete(uidOf(pod));
      cache.setPod(pod);
      happened(Events.assignedPodAdd, undefined, pod, cause);
    } else if (responsible(pod)) updateWaiting(pod, before, cause);
  };

  const updateWaiting = (pod: Pod, before: Pod, cause: StepId): void => {
    if (pod.metadata.resourceVersion === before.metadata.resourceVersion) return;
    const uid = uidOf(pod);
    if (cache.isAssumed(uid)) {
      if (pod.metadata.deletionTimestamp === undefined || before.metadata.deletionTimestamp !== undefined) return;
      cache.forget(uid);
      happened(Events.assignedPodDelete, pod, undefined, cause);
      return;
    }
    queue.update(before, pod, now(), [cause]);
    const had = before.status?.nominatedNodeName;
    if (had && had !== pod.status?.nominatedNodeName) happened(Events.assignedPodDelete, before, undefined, cause);
  };

  return { add, update, remove };
}

export function nodeHandler({ cache, queue, now }: HandlerParts): Handler<Node> {
  return {
    add(node, cause) {
      cache.setNode(node);
      queue.happened({ event: Events.nodeAdd, current: node }, now(), [cause]);
    },
    update(node, before, cause) {
      cache.setNode(node);
      for (const event of nodeChanges(node, before)) {
        queue.happened({ event, previous: before, current: node }, now(), [cause]);
      }
    },
    remove(node, cause) {
      cache.removeNode(node.metadata.name ?? '');
      queue.happened({ event: Events.nodeDelete, previous: node }, now(), [cause]);
    },
  };
}

/** Storage: whatever changes may be what a pod waits for. */
export function watchStorage(i: SchedulerInformers, queue: SchedulingQueue, now: () => number): void {
  const tell = <T extends KubeObject>(informer: Informer<T>, resource: EventResource): void => {
    informer.onChange({
      add: (o, cause) => queue.happened({ event: Events.storage(resource, 'Add'), current: o }, now(), [cause]),
      update: (o, before, cause) =>
        queue.happened({ event: Events.storage(resource, 'Update'), previous: before, current: o }, now(), [cause]),
      remove: (o, cause) => queue.happened({ event: Events.storage(resource, 'Delete'), previous: o }, now(), [cause]),
    });
  };
  tell(i.claims, 'PersistentVolumeClaim');
  tell(i.volumes, 'PersistentVolume');
  tell(i.classes, 'StorageClass');
  tell(i.csiNodes, 'CSINode');
  tell(i.csiDrivers, 'CSIDriver');
  tell(i.storageCapacities, 'CSIStorageCapacity');
  tell(i.attachments, 'VolumeAttachment');
  tell(i.resourceClaims, 'ResourceClaim');
  tell(i.deviceClasses, 'DeviceClass');
  tell(i.resourceSlices, 'ResourceSlice');
}
