// The Node object as its kubelet registers it and keeps it. Models pkg/kubelet/kubelet_node_status.go, v1.36.
import type { Node, NodeCondition, NodeStatus } from '../../model/generated/core.v1.ts';

export interface NodeSpecification {
  readonly name: string;
  /** Quantities, such as `4` and `8Gi`. */
  readonly cpu: string;
  readonly memory: string;
  readonly pods: number;
  readonly internalIP: string;
  readonly images: readonly string[];
  readonly labels?: { readonly [key: string]: string };
  readonly taints?: NonNullable<Node['spec']>['taints'];
  /** As the runtime names itself: `containerd://2.1.9`. */
  readonly runtimeVersion: string;
}

export function nodeObject(n: NodeSpecification): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: n.name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': n.name,
        'kubernetes.io/os': 'linux',
        ...n.labels,
      },
    },
    spec: n.taints ? { taints: n.taints } : {},
  };
}

/**
 * What pods can need of a kubelet that not every version has. Models component-helpers/nodedeclaredfeatures, v1.36, with the
 * feature gates at their defaults and the CPU manager's policy `none`.
 */
const FEATURES = [
  'GuaranteedQoSPodCPUResize',
  'InPlacePodLevelResourcesVerticalScaling',
  'RestartAllContainersOnContainerExits',
] as const;

const HEALTHY: readonly (readonly [string, string, string])[] = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
];

/** `now`: metav1.Time of this heartbeat. `previous`: the conditions that the API server has. */
export function nodeStatus(n: NodeSpecification, now: string, previous: readonly NodeCondition[]): NodeStatus {
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string): NodeCondition => {
    const known = previous.find((c) => c.type === type);
    const lastTransitionTime = known?.status === status ? (known.lastTransitionTime ?? now) : now;
    return { type, status, lastHeartbeatTime: now, lastTransitionTime, reason, message };
  };
  const resources = { cpu: n.cpu, 'ephemeral-storage': '100Gi', memory: n.memory, pods: String(n.pods) };
  return {
    capacity: resources,
    allocatable: resources,
    conditions: [
      ...HEALTHY.map(([type, reason, message]) => condition(type, 'False', reason, message)),
      condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
    ],
    addresses: [
      { type: 'InternalIP', address: n.internalIP },
      { type: 'Hostname', address: n.name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      machineID: '',
      systemUUID: '',
      bootID: '',
      kernelVersion: '6.12.0',
      osImage: 'Simulated Linux',
      containerRuntimeVersion: n.runtimeVersion,
      kubeletVersion: 'v1.36.2',
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
    declaredFeatures: FEATURES,
    images: n.images.map((image) => ({ names: [image] })),
  };
}
