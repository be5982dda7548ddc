// The rules of the core group, pods aside.
import type { RuleTable } from '../rules.ts';
import * as volumes from '../storage/volumes.ts';
import * as config from './config.ts';
import * as endpoints from './endpoints.ts';
import * as nodes from './nodes.ts';
import * as quota from './quota.ts';
import * as services from './services.ts';

export const CORE: RuleTable = {
  '/Service': {
    create: services.validateService,
    update: services.validateServiceUpdate,
    subresources: { status: services.validateServiceStatus },
  },
  '/ConfigMap': { create: config.validateConfigMap, update: config.validateConfigMapUpdate },
  '/Secret': { create: config.validateSecret, update: config.validateSecretUpdate },
  '/ServiceAccount': { create: config.validateServiceAccount, update: config.validateServiceAccountUpdate },
  '/Namespace': {
    create: config.validateNamespace,
    update: config.validateNamespaceUpdate,
    subresources: { status: config.validateNamespaceStatus, finalize: config.validateNamespaceFinalize },
  },
  '/Node': { create: nodes.validateNode, update: nodes.validateNodeUpdate },
  '/ResourceQuota': {
    create: quota.validateResourceQuota,
    update: quota.validateResourceQuotaUpdate,
    subresources: { status: quota.validateResourceQuotaStatus },
  },
  '/LimitRange': { create: quota.validateLimitRange, update: quota.validateLimitRangeUpdate },
  '/Endpoints': {
    create: (errs, o) => endpoints.validateEndpoints(errs, o),
    update: endpoints.validateEndpointsUpdate,
  },
  '/PersistentVolume': {
    create: volumes.validatePersistentVolume,
    update: volumes.validatePersistentVolumeUpdate,
    subresources: { status: volumes.validatePersistentVolumeStatus },
  },
  '/PersistentVolumeClaim': {
    create: volumes.validateClaim,
    update: volumes.validateClaimUpdate,
    subresources: { status: volumes.validateClaimStatus },
  },
};
