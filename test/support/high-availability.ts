// A cluster as kubeadm makes it with three control-plane nodes and stacked etcd: what its API shows of that.
import type { Lease } from '../../src/model/generated/coordination.v1.ts';
import type { Node, Pod } from '../../src/model/generated/core.v1.ts';

const ROLE = 'node-role.kubernetes.io/control-plane';
export const PLANES = ['cp-1', 'cp-2', 'cp-3'] as const;
export const WORKERS = ['worker-1', 'worker-2'] as const;

export function nodes(): Node[] {
  return [...WORKERS, ...PLANES].map((name): Node => {
    const plane = name.startsWith('cp-');
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        uid: `uid-${name}`,
        labels: { 'kubernetes.io/hostname': name, ...(plane ? { [ROLE]: '' } : {}) },
      },
      spec: plane ? { taints: [{ key: ROLE, effect: 'NoSchedule' }] } : {},
    };
  });
}

/** The mirror pods of the static pods, and a DaemonSet's. */
export function pods(): Pod[] {
  const statics = PLANES.flatMap((node) =>
    ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((component) =>
      pod(`${component}-${node}`, node, { component, tier: 'control-plane' }, { 'kubernetes.io/config.mirror': 'a1' }),
    ),
  );
  const proxies = [...PLANES, ...WORKERS].map((node) => pod(`kube-proxy-${node}`, node, { 'k8s-app': 'kube-proxy' }));
  return [...statics, ...proxies];
}

function pod(name: string, nodeName: string, labels: Record<string, string>, annotations = {}): Pod {
  return {
    metadata: { name, namespace: 'kube-system', uid: `uid-${name}`, labels, annotations },
    spec: { nodeName, containers: [] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  } as unknown as Pod;
}

export function lease(name: string, holder: string): Lease {
  return { metadata: { name, namespace: 'kube-system' }, spec: { holderIdentity: `${holder}_5b1c4c1f` } } as Lease;
}
