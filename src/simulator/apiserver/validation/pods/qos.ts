// Models ComputePodQOS: which pods the kubelet evicts first follows from their requests and limits.
import type { Pod, ResourceRequirements } from '../../../../model/generated/core.v1.ts';
import { quantity } from '../common.ts';
import type { Loose } from '../field.ts';

export type QosClass = 'BestEffort' | 'Burstable' | 'Guaranteed';

const NAMES = ['cpu', 'memory'] as const;

export function qosOf(pod: Loose<Pod>): QosClass {
  const { resources, containers = [], initContainers = [] } = pod.spec ?? {};
  const whole = resources?.requests !== undefined || resources?.limits !== undefined;
  const all = whole ? [resources] : [...containers, ...initContainers].map((c) => c.resources);
  let [any, guaranteed] = [false, true];
  for (const one of all) {
    const [some, full] = judge(one);
    any ||= some;
    guaranteed &&= full;
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** Whether there is any request or limit, and whether both resources are limited and requested in full. */
function judge(resources: Loose<ResourceRequirements> | undefined): readonly [some: boolean, full: boolean] {
  let [some, full] = [false, true];
  for (const name of NAMES) {
    const request = resources?.requests?.[name];
    const limit = quantity(resources?.limits?.[name]);
    if (limit.nano > 0n || quantity(request).nano > 0n) some = true;
    if (limit.nano <= 0n || (request !== undefined && quantity(request).nano !== limit.nano)) full = false;
  }
  return [some, full];
}
