// Enumerations of a pod's fields, each with the words and order of upstream.
import { requiredEnum } from '../common.ts';
import type { Errors, Path } from '../field.ts';

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
export const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];

export function validatePullPolicy(errs: Errors, path: Path, policy: string | undefined): void {
  requiredEnum(errs, path, policy, PULL_POLICIES);
}

export const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
export const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
export const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never'];
export const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
