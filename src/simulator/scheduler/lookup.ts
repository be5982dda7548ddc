// Answers the plugins' questions from the scheduler's informers.
import type { KubeObject } from '../../model/object.ts';
import type { Informer, InformerFactory } from '../runtime/informer.ts';
import {
  CSI_NODES,
  NAMESPACES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  POD_DISRUPTION_BUDGETS,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  SERVICES,
  STATEFUL_SETS,
  STORAGE_CLASSES,
} from '../runtime/kinds.ts';
import type { ClusterLookup } from './framework/cluster.ts';
import { NO_LABELS } from './framework/selectors.ts';

const BY_NAMESPACE = 'namespace';

export function makeInformers(informers: InformerFactory) {
  const services = informers.of(SERVICES);
  services.addIndex(BY_NAMESPACE, (s) => [s.metadata.namespace ?? '']);
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
  };
}

export type SchedulerInformers = ReturnType<typeof makeInformers>;

export function informersOf(i: SchedulerInformers): readonly Informer<KubeObject>[] {
  return Object.values(i) as unknown as readonly Informer<KubeObject>[];
}

export function lookupFrom(i: SchedulerInformers): ClusterLookup {
  return {
    namespaceLabels: (ns) => i.namespaces.get(ns)?.metadata.labels ?? NO_LABELS,
    services: (ns) => i.services.byIndex(BY_NAMESPACE, ns),
    replicaSet: (ns, name) => i.replicaSets.get(`${ns}/${name}`),
    replicationController: (ns, name) => i.replicationControllers.get(`${ns}/${name}`),
    statefulSet: (ns, name) => i.statefulSets.get(`${ns}/${name}`),
    disruptionBudgets: () => [...i.budgets.all()],
    claim: (ns, name) => i.claims.get(`${ns}/${name}`),
    volume: (name) => i.volumes.get(name),
    volumes: () => i.volumes.all(),
    storageClass: (name) => i.classes.get(name),
    csiNode: (name) => i.csiNodes.get(name),
  };
}
