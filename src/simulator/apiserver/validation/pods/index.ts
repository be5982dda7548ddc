// The rules of pods and of what is about pods alone.
import type { RuleTable } from '../rules.ts';
import * as pods from './pod.ts';

export const CORE_PODS: RuleTable = {
  '/Pod': { create: pods.validatePodCreate, update: pods.validatePodUpdate },
  '/PodTemplate': { create: pods.validatePodTemplate, update: pods.validatePodTemplateUpdate },
  '/Binding': { create: pods.validateBinding },
};
