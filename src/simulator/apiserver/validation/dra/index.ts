// The rules of the resource.k8s.io group: dynamic resource allocation.
import type { RuleTable } from '../rules.ts';
import * as claims from './claims.ts';
import { validateResourceSlice, validateResourceSliceUpdate } from './slices.ts';
import { validateClaimStatus } from './status.ts';

export const DRA: RuleTable = {
  'resource.k8s.io/ResourceClaim': {
    create: claims.validateClaim,
    update: claims.validateClaimUpdate,
    subresources: { status: validateClaimStatus },
  },
  'resource.k8s.io/ResourceClaimTemplate': { create: claims.validateTemplate, update: claims.validateTemplateUpdate },
  'resource.k8s.io/DeviceClass': { create: claims.validateClass, update: claims.validateClassUpdate },
  'resource.k8s.io/ResourceSlice': { create: validateResourceSlice, update: validateResourceSliceUpdate },
};
