// The CSINode of a node: which CSI drivers run there, and how many of their volumes it takes. Models
// pkg/volume/csi/nodeinfomanager, v1.36.
import type { Node } from '../../model/generated/core.v1.ts';
import type { CSINode } from '../../model/generated/storage.v1.ts';

/** Source: GetMigratedPluginNames in pkg/volume/csi, v1.36. */
const MIGRATED = ['aws-ebs', 'azure-disk', 'azure-file', 'cinder', 'gce-pd', 'portworx-volume', 'vsphere-volume'];

/** What the simulated driver's node part says of itself. */
export interface NodeDriver {
  readonly name: string;
  readonly limit: number;
}

export function csiNode(node: Node, drivers: readonly NodeDriver[]): CSINode {
  const { name = '', uid = '' } = node.metadata;
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: {
      name,
      annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': MIGRATED.map((p) => `kubernetes.io/${p}`).join() },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
    },
    spec: {
      drivers: drivers.map((d) => ({ name: d.name, nodeID: name, topologyKeys: [], allocatable: { count: d.limit } })),
    },
  };
}
