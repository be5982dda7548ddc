// Answers the plugins' questions from the scheduler's informers.
import type { Service } from '../../model/generated/core.v1.ts';
import type { VolumeAttachment } from '../../model/generated/storage.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import type { Informer, InformerFactory } from '../runtime/informer.ts';
import {
  CSI_DRIVERS,
  CSI_NODES,
  CSI_STORAGE_CAPACITIES,
  DEVICE_CLASSES,
  NAMESPACES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  POD_DISRUPTION_BUDGETS,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  RESOURCE_CLAIMS,
  RESOURCE_SLICES,
  SERVICES,
  STATEFUL_SETS,
  STORAGE_CLASSES,
  VOLUME_ATTACHMENTS,
} from '../runtime/kinds.ts';
import type { ClusterLookup } from './framework/cluster.ts';
import { NO_LABELS } from './framework/selectors.ts';

const byNamespace = ({ metadata }: Service): readonly string[] => [metadata.namespace ?? ''];
const byNode = ({ spec }: VolumeAttachment): readonly string[] => [spec.nodeName];

export function makeInformers(informers: InformerFactory) {
  const services = informers.of(SERVICES);
  services.addIndex(byNamespace);
  const attachments = informers.of(VOLUME_ATTACHMENTS);
  attachments.addIndex(byNode);
  return {
    services,
    namespaces: informers.of(NAMESPACES),
    replicaSets: informers.of(REPLICA_SETS),
    replicationControllers: informers.of(REPLICATION_CONTROLLERS),
    statefulSets: informers.of(STATEFUL_SETS),
    budgets: informers.of(POD_DISRUPTION_BUDGETS),
    claims: informers.of(PERSISTENT_VOLUME_CLAIMS),
    volumes: informers.of(PERSISTENT_VOLUMES),
    classes: informers.of(STORAGE_CLASSES),
    csiNodes: informers.of(CSI_NODES),
    csiDrivers: informers.of(CSI_DRIVERS),
    storageCapacities: informers.of(CSI_STORAGE_CAPACITIES),
    attachments,
    resourceClaims: informers.of(RESOURCE_CLAIMS),
    deviceClasses: informers.of(DEVICE_CLASSES),
    resourceSlices: informers.of(RESOURCE_SLICES),
  };
}

export type SchedulerInformers = ReturnType<typeof makeInformers>;

export function informersOf(i: SchedulerInformers): readonly Informer<KubeObject>[] {
  return Object.values(i) as unknown as readonly Informer<KubeObject>[];
}

export function lookupFrom(i: SchedulerInformers): ClusterLookup {
  return {
    namespaceLabels: (ns) => i.namespaces.get(ns)?.metadata.labels ?? NO_LABELS,
    services: (ns) => i.services.byIndex(byNamespace, ns),
    replicaSet: (ns, name) => i.replicaSets.get(`${ns}/${name}`),
    replicationController: (ns, name) => i.replicationControllers.get(`${ns}/${name}`),
    statefulSet: (ns, name) => i.statefulSets.get(`${ns}/${name}`),
    disruptionBudgets: () => [...i.budgets.all()],
    claim: (ns, name) => i.claims.get(`${ns}/${name}`),
    volume: (name) => i.volumes.get(name),
    volumes: () => i.volumes.all(),
    storageClass: (name) => i.classes.get(name),
    csiNode: (name) => i.csiNodes.get(name),
    csiDriver: (name) => i.csiDrivers.get(name),
    storageCapacities: () => i.storageCapacities.all(),
    attachments: (node) => i.attachments.byIndex(byNode, node),
    resourceClaim: (ns, name) => i.resourceClaims.get(`${ns}/${name}`),
    resourceClaims: () => i.resourceClaims.all(),
    deviceClass: (name) => i.deviceClasses.get(name),
    deviceClasses: () => i.deviceClasses.all(),
    resourceSlices: () => i.resourceSlices.all(),
  };
}
