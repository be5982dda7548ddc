// The rules of the storage.k8s.io group.
import type { RuleTable } from '../rules.ts';
import * as classes from './classes.ts';

export const STORAGE: RuleTable = {
  'storage.k8s.io/StorageClass': { create: classes.validateStorageClass, update: classes.validateStorageClassUpdate },
  'storage.k8s.io/VolumeAttributesClass': {
    create: classes.validateAttributesClass,
    update: classes.validateAttributesClassUpdate,
  },
  'storage.k8s.io/VolumeAttachment': { create: classes.validateAttachment, update: classes.validateAttachmentUpdate },
  'storage.k8s.io/CSINode': { create: classes.validateCsiNode, update: classes.validateCsiNodeUpdate },
  'storage.k8s.io/CSIDriver': { create: classes.validateCsiDriver, update: classes.validateCsiDriverUpdate },
  'storage.k8s.io/CSIStorageCapacity': {
    create: classes.validateStorageCapacity,
    update: classes.validateStorageCapacityUpdate,
  },
};
