// The types in which people write pods, what makes them, scales them and guards them, and in which their state is read.
import { schemaForKind, type TypeSchema, type ValueSchema } from '../../../src/model/schema.ts';

const KINDS = [
  ['v1', 'Pod', 'PodTemplate', 'ReplicationController'],
  ['apps/v1', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ControllerRevision'],
  ['batch/v1', 'Job', 'CronJob'],
  ['autoscaling/v1', 'HorizontalPodAutoscaler'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['policy/v1', 'PodDisruptionBudget'],
] as const;

/** Ids of types, such as `core.v1.PodSpec`; common metadata, references and claims for volumes are not among them. */
export const WORKLOADS: ReadonlySet<string> = new Set(
  KINDS.flatMap(([apiVersion, ...kinds]) =>
    kinds.flatMap((kind) => [...typesIn(schemaForKind(apiVersion, kind))]),
  ).filter((type) => !/^meta\.|PersistentVolumeClaim|\.ObjectReference$/.test(type)),
);

function typesIn(type: TypeSchema | undefined, found = new Set<string>()): Set<string> {
  if (!type || found.has(type.id)) return found;
  found.add(type.id);
  for (const field of type.fields.values()) {
    let value: ValueSchema | undefined = field;
    while (value?.items) value = value.items;
    typesIn(value?.object, found);
  }
  return found;
}
