// The rules of the apps group.
import type { RuleTable } from '../rules.ts';
import * as deployments from './deployments.ts';
import * as sets from './sets.ts';

export const APPS: RuleTable = {
  'apps/Deployment': {
    create: deployments.validateDeployment,
    update: deployments.validateDeploymentUpdate,
    subresources: { status: deployments.validateDeploymentStatus },
  },
  'apps/ReplicaSet': {
    create: deployments.validateReplicaSet,
    update: deployments.validateReplicaSetUpdate,
    subresources: { status: deployments.validateReplicaStatus },
  },
  '/ReplicationController': {
    create: deployments.validateReplicationController,
    update: deployments.validateReplicationControllerUpdate,
    subresources: { status: deployments.validateReplicaStatus },
  },
  'apps/StatefulSet': {
    create: sets.validateStatefulSet,
    update: sets.validateStatefulSetUpdate,
    subresources: { status: sets.validateStatefulSetStatus },
  },
  'apps/DaemonSet': {
    create: sets.validateDaemonSet,
    update: sets.validateDaemonSetUpdate,
    subresources: { status: sets.validateDaemonSetStatus },
  },
  'apps/ControllerRevision': { create: sets.validateControllerRevision, update: sets.validateControllerRevisionUpdate },
};
