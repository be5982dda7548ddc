// Refusals that no recording holds, looked up in the upstream file beside each. Extend it only after looking there.
const CORE = 'pkg/apis/core/validation/validation.go';
const APPS = 'pkg/apis/apps/validation/validation.go';

export const UNRECORDED: ReadonlyMap<string, string> = new Map([
  ['may not be 0 when `maxSurge` is 0', APPS],
  ['must not be greater than 100%', APPS],
  ['activeDeadlineSeconds in ReplicaSet is not Supported', APPS],
  ['cannot be set on create', CORE],
  ['must provide at least one DNS nameserver when `dnsPolicy` is None', CORE],
  ['ShareProcessNamespace and HostPID cannot both be enabled', CORE],
  ['when `hostUsers` is false', CORE],
  ['must be greater than or equal to aggregate container requests', CORE],
  ['pod rejected: RuntimeClass "…" not found', 'plugin/pkg/admission/runtimeclass/admission.go'],
  [
    "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    'plugin/pkg/admission/runtimeclass/admission.go',
  ],
  [
    'the integer value of priority (…) must not be provided in pod spec; ' +
      'priority admission controller computed … from the given PriorityClass name',
    'plugin/pkg/admission/priority/admission.go',
  ],
  [
    'error looking up service account …/…: serviceaccount "…" not found',
    'plugin/pkg/admission/serviceaccount/admission.go',
  ],
]);
