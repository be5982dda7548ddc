// The Node object as its kubelet registers it and keeps it. Models pkg/kubelet/kubelet_node_status.go, v1.36.
import type { Node, NodeCondition, NodeStatus } from '../../model/generated/core.v1.ts';
import { formatQuantity, quantity, subtractQuantities } from '../../model/quantity.ts';
import { fullImageName } from './imagename.ts';

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

/** What the machine has to tell of itself, beside its specification. */
export interface NodeFacts {
  /** A real runtime's node; a fake one knows no more than its specification. */
  readonly real: boolean;
  readonly machineID: string;
  readonly systemUUID: string;
  readonly bootID: string;
  readonly images: readonly { readonly name: string; readonly bytes: number | undefined }[];
  readonly memoryPressure: boolean;
}

type Signal = readonly [type: string, reason: string, message: string];

const HEALTHY: readonly Signal[] = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
];
const LOW_MEMORY: Signal = [
  'MemoryPressure',
  'KubeletHasInsufficientMemory',
  'kubelet has insufficient memory available',
];

/** Source: evictionHard in pkg/kubelet/apis/config/v1beta1/defaults_linux.go, v1.36: memory.available 100Mi, nodefs.available 10%. */
export const EVICTION_MEMORY = quantity('100Mi');
const DISK = quantity('100Gi');
const DISK_TENTHS = 9n;

/** What pods can have: what the machine has, without what the kubelet defends by eviction. */
function amounts(n: NodeSpecification, real: boolean): Pick<NodeStatus, 'capacity' | 'allocatable'> {
  const plain = { cpu: n.cpu, 'ephemeral-storage': '100Gi', memory: n.memory, pods: String(n.pods) };
  if (!real) return { capacity: plain, allocatable: plain };
  const capacity = { ...plain, 'hugepages-1Gi': '0', 'hugepages-2Mi': '0' };
  const memory = formatQuantity(subtractQuantities(quantity(n.memory), EVICTION_MEMORY));
  const disk = formatQuantity({ nano: (DISK.nano * DISK_TENTHS) / 10n, format: 'DecimalSI' });
  return { capacity, allocatable: { ...capacity, 'ephemeral-storage': disk, memory } };
}

/** containerd with runc. Source: the kubelet of v1.36 with containerd 2. */
const HANDLER = { recursiveReadOnlyMounts: true, userNamespaces: true } as const;
const RUNTIME = {
  features: { supplementalGroupsPolicy: true },
  runtimeHandlers: [
    { name: '', features: HANDLER },
    { name: 'runc', features: HANDLER },
  ],
} as const;

/** `now`: metav1.Time of this heartbeat. `previous`: the conditions that the API server has. */
export function nodeStatus(
  n: NodeSpecification,
  now: string,
  previous: readonly NodeCondition[],
  facts: NodeFacts,
): NodeStatus {
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string): NodeCondition => {
    const known = previous.find((c) => c.type === type);
    const lastTransitionTime = known?.status === status ? (known.lastTransitionTime ?? now) : now;
    return { type, status, lastHeartbeatTime: now, lastTransitionTime, reason, message };
  };
  const { machineID, systemUUID, bootID } = facts;
  return {
    ...amounts(n, facts.real),
    conditions: [
      ...HEALTHY.map((healthy) =>
        facts.memoryPressure && healthy[0] === LOW_MEMORY[0]
          ? condition(LOW_MEMORY[0], 'True', LOW_MEMORY[1], LOW_MEMORY[2])
          : condition(healthy[0], 'False', healthy[1], healthy[2]),
      ),
      condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
    ],
    addresses: [
      { type: 'InternalIP', address: n.internalIP },
      { type: 'Hostname', address: n.name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      machineID,
      systemUUID,
      bootID,
      kernelVersion: '6.12.0',
      osImage: 'Simulated Linux',
      containerRuntimeVersion: n.runtimeVersion,
      kubeletVersion: 'v1.36.2',
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
    declaredFeatures: FEATURES,
    ...(facts.real ? RUNTIME : {}),
    images: facts.images.map(({ name, bytes }) => ({
      names: [facts.real ? fullImageName(name) : name],
      ...(bytes === undefined ? {} : { sizeBytes: bytes }),
    })),
  };
}
