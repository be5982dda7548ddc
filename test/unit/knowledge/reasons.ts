// Reasons of waiting and ended containers, of pods and of conditions, beside the upstream file that says them. Events have a
// list of their own in ../shared. Extend it only after looking.
const BY_FILE: Readonly<Record<string, readonly string[]>> = {
  'pkg/kubelet/container/sync_result.go': ['CrashLoopBackOff', 'RunContainerError'],
  'pkg/kubelet/images/types.go': ['ImagePullBackOff', 'ErrImagePull', 'ErrImageNeverPull', 'InvalidImageName'],
  'pkg/kubelet/kuberuntime/kuberuntime_container.go': [
    'CreateContainerConfigError',
    'CreateContainerError',
    'PostStartHookError',
  ],
  'pkg/kubelet/kubelet_pods.go': ['ContainerCreating', 'PodInitializing'],
  'pkg/kubelet/container/runtime.go': ['ContainerStatusUnknown'],
  // What the kubelet passes on from the runtime.
  containerd: ['Completed', 'Error', 'OOMKilled', 'StartError'],
  'pkg/kubelet/lifecycle/predicate.go': [
    'OutOfcpu',
    'PodOSNotSupported',
    'SupplementalGroupsPolicyNotSupported',
    'UnexpectedAdmissionError',
  ],
  'pkg/kubelet/lifecycle/handlers.go': ['AppArmor'],
  'pkg/kubelet/sysctl/allowlist.go': ['SysctlForbidden'],
  'pkg/kubelet/eviction/helpers.go': ['Evicted'],
  'pkg/kubelet/active_deadline.go': ['DeadlineExceeded'],
  'pkg/scheduler/framework/plugins/names/names.go': ['NodeAffinity'],
  'pkg/kubelet/status/generate.go': [
    'ContainersNotReady',
    'ContainersNotInitialized',
    'PodCompleted',
    'PodFailed',
    'ReadinessGatesNotReady',
  ],
  'staging/src/k8s.io/api/core/v1/types.go': ['SchedulingGated', 'Unschedulable', 'SchedulerError'],
  'pkg/controller/deployment/util/deployment_util.go': [
    'DeploymentPaused',
    'FoundNewReplicaSet',
    'MinimumReplicasAvailable',
    'MinimumReplicasUnavailable',
    'NewReplicaSetAvailable',
    'NewReplicaSetCreated',
    'ProgressDeadlineExceeded',
    'ReplicaSetUpdated',
  ],
  'pkg/controller/replicaset/replica_set.go': ['FailedCreate', 'FailedDelete'],
  'staging/src/k8s.io/api/batch/v1/types.go': [
    'BackoffLimitExceeded',
    'CompletionsReached',
    'FailedIndexes',
    'MaxFailedIndexesExceeded',
    'PodFailurePolicy',
    'SuccessPolicy',
  ],
  'pkg/controller/job/job_controller.go': ['JobResumed', 'JobSuspended'],
  'pkg/controller/podautoscaler/horizontal.go': [
    'DesiredWithinRange',
    'FailedGetContainerResourceMetric',
    'FailedGetExternalMetric',
    'FailedGetObjectMetric',
    'FailedGetPodsMetric',
    'FailedGetResourceMetric',
    'FailedGetScale',
    'ReadyForNewScale',
    'ScaleDownStabilized',
    'ScalingDisabled',
    'TooFewReplicas',
    'TooManyReplicas',
    'ValidMetricFound',
  ],
  'staging/src/k8s.io/api/policy/v1/types.go': ['InsufficientPods', 'SufficientPods', 'SyncFailed'],
};

/** Reason → file. */
export const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries(BY_FILE).flatMap(([file, reasons]) => reasons.map((reason): [string, string] => [reason, file])),
);
