// The CSI driver of the simulated cloud: what its installation brings, and its three sidecars. Each sidecar is modelled on
// kubernetes-csi's: external-provisioner, external-attacher, external-resizer; what they call is the cloud.
import type { Scope } from '../../kernel/process.ts';
import type { Json } from '../../model/object.ts';
import { ComponentContext, type Surroundings } from '../runtime/component.ts';
import { Attacher } from './attacher.ts';
import { DRIVER, type SimulatedCloud } from './cloud.ts';
import { Provisioner } from './provisioner.ts';
import { Resizer } from './resizer.ts';

export const CSI_DRIVER = 'csi-driver';
const ACCOUNT = 'csi-disk-controller';
const RBAC = 'rbac.authorization.k8s.io';

function rule(group: string, resources: readonly string[], ...verbs: string[]): Json {
  return { apiGroups: [group], resources, verbs };
}

const WATCH = ['get', 'list', 'watch'];

/** What `kubectl apply` of the driver's manifests creates: path of the collection, and the object. */
export const INSTALLATION: readonly (readonly [path: string, object: Json])[] = [
  [
    '/apis/storage.k8s.io/v1/csidrivers',
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: DRIVER },
      spec: { attachRequired: true, podInfoOnMount: false },
    },
  ],
  [
    '/apis/storage.k8s.io/v1/storageclasses',
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: DRIVER,
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
    },
  ],
  [
    '/api/v1/namespaces/kube-system/serviceaccounts',
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: ACCOUNT, namespace: 'kube-system' } },
  ],
  [
    `/apis/${RBAC}/v1/clusterroles`,
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: ACCOUNT },
      rules: [
        rule('', ['persistentvolumes'], ...WATCH, 'create', 'patch', 'update', 'delete'),
        rule('', ['persistentvolumeclaims'], ...WATCH, 'update'),
        rule('', ['persistentvolumeclaims/status'], 'patch'),
        rule('', ['nodes'], ...WATCH),
        rule('', ['events'], 'create', 'patch', 'update'),
        rule('storage.k8s.io', ['storageclasses', 'csinodes'], ...WATCH),
        rule('storage.k8s.io', ['volumeattachments'], ...WATCH, 'patch'),
        rule('storage.k8s.io', ['volumeattachments/status'], 'patch'),
      ],
    },
  ],
  [
    `/apis/${RBAC}/v1/clusterrolebindings`,
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: ACCOUNT },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: ACCOUNT },
      subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: 'kube-system' }],
    },
  ],
];

export function startCsiDriver(around: Surroundings, scope: Scope, node: string, cloud: SimulatedCloud): void {
  const identity = (sidecar: string): ConstructorParameters<typeof ComponentContext>[1] => ({
    actor: { component: CSI_DRIVER, node },
    userAgent: `${sidecar}/v0.0.0 (linux/amd64)`,
    credential: { type: 'serviceAccount', namespace: 'kube-system', name: ACCOUNT },
    qps: 20,
    burst: 30,
  });
  new Provisioner(new ComponentContext(around, identity('csi-provisioner'), scope), cloud);
  new Attacher(new ComponentContext(around, identity('csi-attacher'), scope), cloud);
  new Resizer(new ComponentContext(around, identity('csi-resizer'), scope));
}
