// The names that plugins go by in the profile, in messages and in the trace.
// Source: pkg/scheduler/framework/plugins/names/names.go, v1.36.
export const SCHEDULING_GATES = 'SchedulingGates';
export const PRIORITY_SORT = 'PrioritySort';
export const NODE_UNSCHEDULABLE = 'NodeUnschedulable';
export const NODE_NAME = 'NodeName';
export const TAINT_TOLERATION = 'TaintToleration';
export const NODE_AFFINITY = 'NodeAffinity';
export const NODE_PORTS = 'NodePorts';
export const NODE_RESOURCES_FIT = 'NodeResourcesFit';
export const VOLUME_RESTRICTIONS = 'VolumeRestrictions';
export const NODE_VOLUME_LIMITS = 'NodeVolumeLimits';
export const VOLUME_BINDING = 'VolumeBinding';
export const VOLUME_ZONE = 'VolumeZone';
export const POD_TOPOLOGY_SPREAD = 'PodTopologySpread';
export const INTER_POD_AFFINITY = 'InterPodAffinity';
export const DYNAMIC_RESOURCES = 'DynamicResources';
export const DEFAULT_PREEMPTION = 'DefaultPreemption';
export const BALANCED_ALLOCATION = 'NodeResourcesBalancedAllocation';
export const IMAGE_LOCALITY = 'ImageLocality';
export const DEFAULT_BINDER = 'DefaultBinder';
export const NODE_DECLARED_FEATURES = 'NodeDeclaredFeatures';
