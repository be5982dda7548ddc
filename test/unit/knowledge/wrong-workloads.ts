// Wrong pods and workloads that take more than one field, for words that no recording holds.
import type { Wrong } from './wrong-case.ts';

const C = 'spec/containers/0';
const probe = { exec: { command: ['x'] } };
const pod = (error: string, change: Wrong['change']): Wrong => ({ kind: 'Pod', error, change });

const PODS: readonly Wrong[] = [
  pod('may not be specified when `value` is not empty', { [`${C}/env/0/value`]: 'x' }),
  pod('may not be set for init containers without restartPolicy=Always', {
    'spec/initContainers': [{ name: 'z', image: 'i', livenessProbe: probe }],
  }),
  pod('must be a relative path', { 'spec/volumes/0/secret/items/0/path': '/p' }),
  pod('Duplicate value: "…"', { 'spec/initContainers': [{ name: 'c', image: 'i' }] }),
  pod('cannot unmarshal … into Go struct field EnvVar.…', { [`${C}/env`]: [{ name: 'A', value: 8080 }] }),
  pod('cannot unmarshal number into Go struct field …of type string', {
    'spec/dnsConfig': { options: [{ name: 'ndots', value: 2 }] },
  }),
  pod('into Go struct field Container.… of type string', { [`${C}/args`]: [true] }),
  pod('must be less than or equal to cpu limit of …', {
    [`${C}/resources`]: { requests: { cpu: '2' }, limits: { cpu: '1' } },
  }),
  pod('must be less than or equal to memory limit of …', {
    [`${C}/resources`]: { requests: { memory: '2Gi' }, limits: { memory: '1Gi' } },
  }),
  pod('must be unique', { [`${C}/volumeMounts/1/mountPath`]: '/e' }),
  pod('must be unique', {
    [`${C}/volumeDevices`]: [
      { name: 'b', devicePath: '/dev/x' },
      { name: 'b', devicePath: '/dev/x' },
    ],
  }),
  pod('Duplicate value: "…"', { 'spec/volumes/1/name': 'e' }),
  pod("must not contain '..'", { [`${C}/volumeMounts/1/subPath`]: '../x' }),
  pod('must provide at least one DNS nameserver when `dnsPolicy` is None', { 'spec/dnsConfig/nameservers': [] }),
  pod('must provide `dnsConfig` when `dnsPolicy` is None', { 'spec/dnsConfig': undefined }),
  pod('must be set when seccomp type is Localhost', {
    'spec/securityContext': { seccompProfile: { type: 'Localhost' } },
  }),
  pod('must be set when AppArmor type is Localhost', {
    'spec/securityContext': { appArmorProfile: { type: 'Localhost' } },
  }),
  pod("value must be empty when `operator` is 'Exists'", {
    'spec/tolerations': [{ key: 'a', operator: 'Exists', value: 'v' }],
  }),
  pod('must not be specified when labelSelector is not set', {
    'spec/topologySpreadConstraints/0/labelSelector': undefined,
  }),
  pod('must not be specified when labelSelector is not set', {
    'spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/0/labelSelector': undefined,
  }),
  pod('at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified', {
    'spec/resourceClaims/0/resourceClaimTemplateName': 'y',
  }),
  pod('must be one of the names in pod.spec.resourceClaims', { [`${C}/resources/claims/0/name`]: 'none' }),
  pod('not a valid field selector key', {
    'spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchFields': [
      { key: 'x', operator: 'In', values: ['a'] },
    ],
  }),
  pod('supported values: "metadata.name", "metadata.namespace"', {
    [`${C}/env/2/valueFrom/fieldRef/fieldPath`]: 'metadata.labels',
  }),
  pod('may not specify more than 1 handler type', { [`${C}/startupProbe/exec`]: { command: ['x'] } }),
  pod('must not contain dots', { 'spec/hostname': 'a.b' }),
  pod('may not be specified when hostNetwork is true', { 'spec/hostNetwork': true, 'spec/hostnameOverride': 'h' }),
  pod('may not be specified when setHostnameAsFQDN is true', {
    'spec/setHostnameAsFQDN': true,
    'spec/hostnameOverride': 'h',
  }),
  pod('can only be set when AppArmor type is Localhost', {
    'spec/securityContext': { appArmorProfile: { type: 'RuntimeDefault', localhostProfile: 'p' } },
  }),
  pod('windows options cannot be set for a linux pod', {
    'spec/os': { name: 'linux' },
    'spec/securityContext/windowsOptions': { runAsUserName: 'u' },
  }),
  pod('cannot be set until all schedulingGates have been cleared', {
    'spec/nodeName': 'n',
    'spec/schedulingGates': [{ name: 'a' }],
  }),
  pod("must not be set to 'RestartContainer' for non-sidecar initContainers", {
    'spec/initContainers': [
      { name: 'z', image: 'i', resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] },
    ],
  }),
  pod('can only use minDomains if whenUnsatisfiable=DoNotSchedule', {
    'spec/topologySpreadConstraints/0/whenUnsatisfiable': 'ScheduleAnyway',
  }),
  pod('when `hostUsers` is false', { 'spec/hostUsers': false, 'spec/hostPID': true }),
  pod('cannot set `allowPrivilegeEscalation` to false and `privileged` to true', {
    [`${C}/securityContext`]: { privileged: true, allowPrivilegeEscalation: false },
  }),
  pod('`hostUsers` must be false to use `Unmasked`', { [`${C}/securityContext`]: { procMount: 'Unmasked' } }),
  pod('may only be specified when readOnly is true', { [`${C}/volumeMounts/0/readOnly`]: undefined }),
  pod('subPathExpr and subPath are mutually exclusive', { [`${C}/volumeMounts/0/subPath`]: 'x' }),
  pod('Bidirectional mount propagation is available only to privileged containers', {
    [`${C}/volumeMounts/1/mountPropagation`]: 'Bidirectional',
  }),
  pod('can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode', {
    [`${C}/volumeDevices/0/name`]: 'e',
  }),
  pod('must be non-negative and less than terminationGracePeriodSeconds', {
    [`${C}/lifecycle/preStop/sleep/seconds`]: 5000,
  }),
  pod('must not be set for readinessProbes', { [`${C}/readinessProbe/terminationGracePeriodSeconds`]: 5 }),
  pod('ShareProcessNamespace and HostPID cannot both be enabled', {
    'spec/shareProcessNamespace': true,
    'spec/hostPID': true,
  }),
  pod('must be greater than or equal to aggregate container requests', {
    [`${C}/resources`]: { requests: { cpu: '9' } },
    'spec/resources': { requests: { cpu: '1' } },
  }),
  pod('hostNetwork must be true if pod contains any hostProcess containers', {
    'spec/hostNetwork': undefined,
    [`${C}/securityContext/windowsOptions/hostProcess`]: true,
  }),
  pod('error converting fieldPath', { [`${C}/env/2/valueFrom/fieldRef/fieldPath`]: 'x.y' }),
  pod('must specify restartPolicy when restart rules are used', { [`${C}/restartPolicy`]: undefined }),
  pod('pod rejected: RuntimeClass "…" not found', { 'spec/runtimeClassName': 'none' }),
  pod(
    'the integer value of priority (…) must not be provided in pod spec; ' +
      'priority admission controller computed … from the given PriorityClass name',
    { 'spec/priority': 7, 'spec/priorityClassName': 'system-node-critical' },
  ),
  pod('conflicting duplicate paths', { 'spec/volumes/3/projected/sources/1/configMap/items/0/path': 'p' }),
  pod('one of fieldRef and resourceFieldRef is required', { 'spec/volumes/2/downwardAPI/items/0/fieldRef': undefined }),
  pod('error looking up service account …/…: serviceaccount "…" not found', { 'spec/serviceAccountName': 'none' }),
  pod('cannot be set on create', { 'spec/ephemeralContainers': [{ name: 'e', image: 'i' }] }),
  pod('must match `containerPort` when `hostNetwork` is true', {
    'spec/hostNetwork': true,
    [`${C}/ports/0`]: { containerPort: 80, hostPort: 81 },
  }),
];

const job = (error: string, change: Wrong['change']): Wrong => ({ kind: 'Job', error, change });

const rolling = (rollingUpdate: object, type = 'RollingUpdate'): Wrong['change'] => ({
  'spec/strategy': { type, rollingUpdate },
});

export const WORKLOAD_WRONG: readonly Wrong[] = [
  ...PODS,
  {
    kind: 'Deployment',
    error: 'may not be 0 when `maxSurge` is 0',
    change: rolling({ maxSurge: 0, maxUnavailable: 0 }),
  },
  {
    kind: 'DaemonSet',
    error: "a valid percent string must be a numeric string followed by an ending '%'",
    change: { 'spec/updateStrategy/rollingUpdate/maxUnavailable': 'many' },
  },
  {
    kind: 'PodDisruptionBudget',
    error: "a valid percent string must be a numeric string followed by an ending '%'",
    change: { 'spec/maxUnavailable': 'many', 'spec/minAvailable': undefined },
  },
  {
    kind: 'HorizontalPodAutoscaler',
    error: 'must be greater than or equal to 0',
    change: { 'spec/behavior/scaleUp/tolerance': '-1' },
  },
  { kind: 'Deployment', error: 'must not be greater than 100%', change: rolling({ maxUnavailable: '101%' }) },
  {
    kind: 'Deployment',
    error: "may not be specified when strategy `type` is 'Recreate'",
    change: rolling({ maxSurge: 1 }, 'Recreate'),
  },
  {
    kind: 'Deployment',
    error: 'activeDeadlineSeconds in … is not Supported',
    change: { 'spec/template/spec/activeDeadlineSeconds': 5 },
  },
  {
    kind: 'StatefulSet',
    error: 'updates to statefulset spec for fields other than',
    change: { 'spec/serviceName': 'other' },
    update: true,
  },
  {
    kind: 'Job',
    error: 'only "Never" is supported when podFailurePolicy is specified',
    change: { 'spec/template/spec/restartPolicy': 'OnFailure' },
  },
  job('requires indexed completion mode', { 'spec/completionMode': 'NonIndexed' }),
  job('must be less than or equal to completions', { 'spec/maxFailedIndexes': 9 }),
  job('supported values: "Failed"', { 'spec/podReplacementPolicy': 'TerminatingOrFailed' }),
  job('requires the backoffLimitPerIndex to be set', {
    'spec/backoffLimitPerIndex': undefined,
    'spec/podFailurePolicy/rules/0/action': 'FailIndex',
  }),
  job('must be ordered', { 'spec/podFailurePolicy/rules/0/onExitCodes/values': [4, 3] }),
  job('must not be 0 for the In operator', { 'spec/podFailurePolicy/rules/0/onExitCodes/values': [0] }),
  job('the number of indexes in the specified succeededIndexes field', {
    'spec/successPolicy/rules/0/succeededCount': 9,
  }),
  { kind: 'Job', error: 'when maxFailedIndexes is specified', change: { 'spec/backoffLimitPerIndex': undefined } },
  {
    kind: 'CronJob',
    error: 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    change: { 'spec/schedule': 'TZ=UTC 1 * * * *' },
  },
  {
    kind: 'ConfigMap',
    error: 'Too long: may not be more than 1048576 bytes',
    change: { 'data/a': 'x'.repeat(1_100_000) },
  },
  { kind: 'ConfigMap', error: 'duplicate of key present in binaryData', change: { 'data/c': 'x' } },
  { kind: 'Secret', error: 'field is immutable when `immutable` is set', change: { 'data/a': 'Yg==' }, update: true },
  { kind: 'Secret', error: 'field is immutable when `immutable` is set', change: { immutable: false }, update: true },
  {
    kind: 'ConfigMap',
    error: 'field is immutable when `immutable` is set',
    change: { immutable: undefined },
    update: true,
  },
  { kind: 'Secret', error: 'field is immutable', change: { type: 'example.com/other' }, update: true },
  {
    kind: 'ConfigMap',
    error: 'cannot unmarshal … into Go struct field ConfigMap.data of type string',
    change: { data: { a: 1 } },
  },
  {
    kind: 'ConfigMap',
    error: 'a valid config key must consist of alphanumeric characters',
    change: { data: { 'a b': 'x' } },
  },
  { kind: 'ResourceQuota', error: 'must be a standard resource for quota', change: { 'spec/hard': { cpus: '3' } } },
  {
    kind: 'ConfigMap',
    error: 'cannot unmarshal … into Go struct field ObjectMeta.metadata.annotations of type string',
    change: { 'metadata/annotations': { a: 1 } },
  },
  { kind: 'LimitRange', error: 'is greater than max value', change: { 'spec/limits/0/min/cpu': '9' } },
  { kind: 'ControllerRevision', error: 'field is immutable', change: { data: { a: 'c' } }, update: true },
  { kind: 'Job', error: 'field is immutable', change: { 'spec/template/spec/containers/0/image': 'j' }, update: true },
  {
    kind: 'Deployment',
    error: 'field is immutable',
    change: { 'spec/selector/matchLabels/a': 'c', 'spec/template/metadata/labels/a': 'c' },
    update: true,
  },
  {
    kind: 'PodDisruptionBudget',
    error: 'minAvailable and maxUnavailable cannot be both set',
    change: { 'spec/minAvailable': 1, 'spec/maxUnavailable': 1 },
  },
];
