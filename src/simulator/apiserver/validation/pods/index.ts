// The rules of pods and of what is about pods alone.
import type { RuleTable } from '../rules.ts';
import * as pods from './pod.ts';
import { validateEphemeralContainers, validateResize } from './resize.ts';
import { validatePodStatus } from './status.ts';

export const CORE_PODS: RuleTable = {
  '/Pod': {
    create: pods.validatePodCreate,
    update: pods.validatePodUpdate,
    subresources: {
      status: validatePodStatus,
      ephemeralcontainers: validateEphemeralContainers,
      resize: validateResize,
    },
  },
  '/PodTemplate': { create: pods.validatePodTemplate, update: pods.validatePodTemplateUpdate },
  '/Binding': { create: pods.validateBinding },
};
