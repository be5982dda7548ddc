// What a simulated cluster is made of, as whoever starts one may choose.
import type { Mode } from '../netfilter/types.ts';
import type { OpenApi } from './apiserver/discovery/paths.ts';
import type { ApiServerOptions } from './apiserver/index.ts';
import type { RuntimeMode } from './kubelet/kubelet.ts';
import type { StaticManifests } from './kubelet/machine.ts';

export interface ClusterOptions {
  readonly seed: string;
  /** What the cluster's clocks show at virtual time 0, milliseconds since 1970. */
  readonly epochMs: number;
  /** Workers, called `${nodePrefix}-1` and so on. */
  readonly nodes: number;
  readonly nodePrefix: string;
  readonly controlPlaneNodes: number;
  /** Whether control-plane machines register as Nodes. */
  readonly registerControlPlane: boolean;
  /** Quantities of each worker. */
  readonly nodeCpu: string;
  readonly nodeMemory: string;
  readonly runtime: RuntimeMode;
  /** Whether there is a simulated cloud: load balancers and disks. Without one, as on a bare kubeadm cluster, both stay pending. */
  readonly cloud: boolean;
  /** How kube-proxies write their rules; `none`: there are none, as on the recorded clusters with a fake runtime. */
  readonly proxy?: Mode | 'none';
  readonly staticPods?: StaticManifests;
  /** Documents for /openapi/v3; without them kubectl cannot check a manifest before it sends it. */
  readonly openapi?: OpenApi;
  /** For bodies and answers in YAML; without it, only JSON is spoken. */
  readonly yaml?: ApiServerOptions['yaml'];
  /** Gets each audit event (audit.k8s.io/v1) as it is written. */
  readonly onAudit?: (event: object) => void;
}

export const DEFAULTS: ClusterOptions = {
  seed: '1',
  epochMs: Date.UTC(2026, 0, 1),
  nodes: 3,
  nodePrefix: 'worker',
  controlPlaneNodes: 1,
  registerControlPlane: true,
  nodeCpu: '4',
  nodeMemory: '8Gi',
  runtime: 'modelled',
  cloud: false,
};
