// Refusals that no recording holds: their words were looked up in upstream's code or in answers of real servers. Beside each
// is the file that says them. Extend the list only after looking.
import { UNRECORDED_BY_FILE } from './unrecorded-apis.ts';

const CORE = 'pkg/apis/core/validation/validation.go';
const APPS = 'pkg/apis/apps/validation/validation.go';

const BATCH = 'pkg/apis/batch/validation/validation.go';
const PORTS = 'pkg/registry/core/service/portallocator/allocator.go';
const RBAC = 'pkg/apis/rbac/validation/validation.go';
const LIFECYCLE = 'staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go';
const REST = 'staging/src/k8s.io/apiserver/pkg/registry/rest/meta.go';
const STORE = 'staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go';
const META = 'staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go';

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
  ['may not be set for init containers without restartPolicy=Always', CORE],
  ['must match `containerPort` when `hostNetwork` is true', CORE],
  ['supported values: "cpu", "memory"', CORE],
  ['may not be specified when `value` is not empty', CORE],
  ['error converting fieldPath', CORE],
  ['a valid HTTP header must consist of', CORE],
  ['must not be set for readinessProbes', CORE],
  ['can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode', CORE],
  ['may only be specified when readOnly is true', CORE],
  ["must not contain '..'", CORE],
  ['subPathExpr and subPath are mutually exclusive', CORE],
  ['Bidirectional mount propagation is available only to privileged containers', CORE],
  ['one of fieldRef and resourceFieldRef is required', CORE],
  ['must be a number between 0 and 0777 (octal), both inclusive', CORE],
  ['must not have more than 3 nameservers', CORE],
  ['conflicting duplicate paths', CORE],
  ['must be set when seccomp type is Localhost', CORE],
  ['must be set when AppArmor type is Localhost', CORE],
  ['may not be specified when hostNetwork is true', CORE],
  ['may not be specified when setHostnameAsFQDN is true', CORE],
  ['supported values: "Always", "OnRootMismatch"', CORE],
  ['supported values: "linux", "windows"', CORE],
  ['supported values: "Restart", "RestartAllContainers"', CORE],
  ['can only be set when AppArmor type is Localhost', CORE],
  ['windows options cannot be set for a linux pod', CORE],
  ['may not be set for containers with empty `spec.os.name`', CORE],
  ['cannot be set until all schedulingGates have been cleared', CORE],
  ["must not be set to 'RestartContainer' for non-sidecar initContainers", CORE],
  ['must specify restartPolicy when restart rules are used', CORE],
  ['must provide `dnsConfig` when `dnsPolicy` is None', CORE],
  ['cannot set `allowPrivilegeEscalation` to false and `privileged` to true', CORE],
  ['`hostUsers` must be false to use `Unmasked`', CORE],
  ['may not specify a duration less than 10 minutes', CORE],
  ['must be non-negative and less than terminationGracePeriodSeconds', CORE],
  ["value must be empty when `operator` is 'Exists'", CORE],
  ['can only use minDomains if whenUnsatisfiable=DoNotSchedule', CORE],
  ['hostNetwork must be true if pod contains any hostProcess containers', CORE],
  ['namespaces "…" not found', LIFECYCLE],
  ['the namespace of the provided object does not match the namespace sent on the request', REST],
  ['the object has been modified; please apply your changes to the latest version and try again', STORE],
  ['Only one reference can have Controller set to true', META],
  ['updates to statefulset spec for fields other than', APPS],
  ['must be no more than 52 characters', BATCH],
  ['`selector` not auto-generated', BATCH],
  ['when maxFailedIndexes is specified', BATCH],
  ['must specify a positive target averageValue', 'pkg/apis/autoscaling/validation/validation.go'],
  ['only "Never" is supported when podFailurePolicy is specified', BATCH],
  ['provided port is already allocated', PORTS],
  ['provided port is not in the valid range', PORTS],
  ['provided IP is already allocated', 'pkg/registry/core/service/ipallocator/interfaces.go'],
  ['must be a strict subset of `cidr`', 'pkg/apis/networking/validation/validation.go'],
  ['duplicate of key present in binaryData', CORE],
  ['field is immutable when `immutable` is set', CORE],
  ['because it is being terminated', LIFECYCLE],
  ['spec.persistentvolumesource is immutable after creation', CORE],
  ['spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims', CORE],
  ['Local volume requires node affinity', CORE],
  ['field can not be less than …', CORE],
  ['is attempting to grant RBAC permissions not currently held', 'pkg/registry/rbac/validation/rule.go'],
  ['namespaced rules cannot apply to non-resource URLs', RBAC],
  ['cannot change roleRef', RBAC],
  [
    'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    'plugin/pkg/admission/storage/persistentvolume/resize/admission.go',
  ],
  ["Cannot evict pod as it would violate the pod's disruption budget.", 'pkg/registry/core/pod/storage/eviction.go'],
  ['minAvailable and maxUnavailable cannot be both set', 'pkg/apis/policy/validation/validation.go'],
  ['must be between 0 and 255, inclusive', CORE],
  ['must specify either targetWWNs or wwids', CORE],
  ...Object.entries(UNRECORDED_BY_FILE).flatMap(([file, words]) => words.map((one): [string, string] => [one, file])),
]);
