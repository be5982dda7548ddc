// The resources that components work with, each with its type. A Kind is what an informer or a client call is made for.
import type { ValidatingAdmissionPolicy } from '../../model/generated/admissionregistration.v1.ts';
import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
} from '../../model/generated/apps.v1.ts';
import type { HorizontalPodAutoscaler } from '../../model/generated/autoscaling.v2.ts';
import type { CronJob, Job } from '../../model/generated/batch.v1.ts';
import type { CertificateSigningRequest } from '../../model/generated/certificates.v1.ts';
import type { Lease } from '../../model/generated/coordination.v1.ts';
import type {
  ConfigMap,
  Endpoints,
  Event,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicationController,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
} from '../../model/generated/core.v1.ts';
import type { EndpointSlice } from '../../model/generated/discovery.v1.ts';
import type { Event as EventV1 } from '../../model/generated/events.v1.ts';
import type { IPAddress, ServiceCIDR } from '../../model/generated/networking.v1.ts';
import type { RuntimeClass } from '../../model/generated/node.v1.ts';
import type { PodDisruptionBudget } from '../../model/generated/policy.v1.ts';
import type { ClusterRole } from '../../model/generated/rbac.v1.ts';
import type {
  DeviceClass,
  ResourceClaim,
  ResourceClaimTemplate,
  ResourceSlice,
} from '../../model/generated/resource.v1.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../../model/generated/storage.v1.ts';
import type { KubeObject } from '../../model/object.ts';

export interface Kind<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  /** Plural, lower case. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set: carries the object's type. */
  readonly object?: T;
}

function kind<T extends KubeObject>(apiVersion: string, name: string, resource: string, namespaced = true): Kind<T> {
  const [first = '', second] = apiVersion.split('/');
  return { group: second === undefined ? '' : first, version: second ?? first, resource, kind: name, namespaced };
}

/** `/api/v1/namespaces/demo/pods/web-0/status` and the like. */
export function pathOf(k: Kind, namespace?: string, name?: string, subresource?: string): string {
  const root = k.group === '' ? `/api/${k.version}` : `/apis/${k.group}/${k.version}`;
  const scope = k.namespaced && namespace ? `/namespaces/${namespace}` : '';
  return `${root}${scope}/${k.resource}${name ? `/${name}` : ''}${subresource ? `/${subresource}` : ''}`;
}

export const PODS = kind<Pod>('v1', 'Pod', 'pods');
export const NODES = kind<Node>('v1', 'Node', 'nodes', false);
export const NAMESPACES = kind<Namespace>('v1', 'Namespace', 'namespaces', false);
export const SERVICES = kind<Service>('v1', 'Service', 'services');
export const ENDPOINTS = kind<Endpoints>('v1', 'Endpoints', 'endpoints');
export const CONFIG_MAPS = kind<ConfigMap>('v1', 'ConfigMap', 'configmaps');
export const SECRETS = kind<Secret>('v1', 'Secret', 'secrets');
export const SERVICE_ACCOUNTS = kind<ServiceAccount>('v1', 'ServiceAccount', 'serviceaccounts');
export const PERSISTENT_VOLUMES = kind<PersistentVolume>('v1', 'PersistentVolume', 'persistentvolumes', false);
export const PERSISTENT_VOLUME_CLAIMS = kind<PersistentVolumeClaim>(
  'v1',
  'PersistentVolumeClaim',
  'persistentvolumeclaims',
);
export const REPLICATION_CONTROLLERS = kind<ReplicationController>(
  'v1',
  'ReplicationController',
  'replicationcontrollers',
);
export const RESOURCE_QUOTAS = kind<ResourceQuota>('v1', 'ResourceQuota', 'resourcequotas');
export const CORE_EVENTS = kind<Event>('v1', 'Event', 'events');
export const EVENTS = kind<EventV1>('events.k8s.io/v1', 'Event', 'events');
export const DEPLOYMENTS = kind<Deployment>('apps/v1', 'Deployment', 'deployments');
export const REPLICA_SETS = kind<ReplicaSet>('apps/v1', 'ReplicaSet', 'replicasets');
export const STATEFUL_SETS = kind<StatefulSet>('apps/v1', 'StatefulSet', 'statefulsets');
export const DAEMON_SETS = kind<DaemonSet>('apps/v1', 'DaemonSet', 'daemonsets');
export const CONTROLLER_REVISIONS = kind<ControllerRevision>('apps/v1', 'ControllerRevision', 'controllerrevisions');
export const JOBS = kind<Job>('batch/v1', 'Job', 'jobs');
export const CRON_JOBS = kind<CronJob>('batch/v1', 'CronJob', 'cronjobs');
export const LEASES = kind<Lease>('coordination.k8s.io/v1', 'Lease', 'leases');
export const ENDPOINT_SLICES = kind<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices');
export const IP_ADDRESSES = kind<IPAddress>('networking.k8s.io/v1', 'IPAddress', 'ipaddresses', false);
export const SERVICE_CIDRS = kind<ServiceCIDR>('networking.k8s.io/v1', 'ServiceCIDR', 'servicecidrs', false);
export const POD_DISRUPTION_BUDGETS = kind<PodDisruptionBudget>(
  'policy/v1',
  'PodDisruptionBudget',
  'poddisruptionbudgets',
);
export const STORAGE_CLASSES = kind<StorageClass>('storage.k8s.io/v1', 'StorageClass', 'storageclasses', false);
export const VOLUME_ATTRIBUTES_CLASSES = kind<VolumeAttributesClass>(
  'storage.k8s.io/v1',
  'VolumeAttributesClass',
  'volumeattributesclasses',
  false,
);
export const VOLUME_ATTACHMENTS = kind<VolumeAttachment>(
  'storage.k8s.io/v1',
  'VolumeAttachment',
  'volumeattachments',
  false,
);
export const RUNTIME_CLASSES = kind<RuntimeClass>('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses', false);
export const CSI_NODES = kind<CSINode>('storage.k8s.io/v1', 'CSINode', 'csinodes', false);
export const CSI_DRIVERS = kind<CSIDriver>('storage.k8s.io/v1', 'CSIDriver', 'csidrivers', false);
export const CSI_STORAGE_CAPACITIES = kind<CSIStorageCapacity>(
  'storage.k8s.io/v1',
  'CSIStorageCapacity',
  'csistoragecapacities',
);
export const VALIDATING_ADMISSION_POLICIES = kind<ValidatingAdmissionPolicy>(
  'admissionregistration.k8s.io/v1',
  'ValidatingAdmissionPolicy',
  'validatingadmissionpolicies',
  false,
);
export const CLUSTER_ROLES = kind<ClusterRole>('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', false);
export const RESOURCE_CLAIMS = kind<ResourceClaim>('resource.k8s.io/v1', 'ResourceClaim', 'resourceclaims');
export const RESOURCE_CLAIM_TEMPLATES = kind<ResourceClaimTemplate>(
  'resource.k8s.io/v1',
  'ResourceClaimTemplate',
  'resourceclaimtemplates',
);
export const RESOURCE_SLICES = kind<ResourceSlice>('resource.k8s.io/v1', 'ResourceSlice', 'resourceslices', false);
export const DEVICE_CLASSES = kind<DeviceClass>('resource.k8s.io/v1', 'DeviceClass', 'deviceclasses', false);
export const HORIZONTAL_POD_AUTOSCALERS = kind<HorizontalPodAutoscaler>(
  'autoscaling/v2',
  'HorizontalPodAutoscaler',
  'horizontalpodautoscalers',
);
export const CERTIFICATE_SIGNING_REQUESTS = kind<CertificateSigningRequest>(
  'certificates.k8s.io/v1',
  'CertificateSigningRequest',
  'certificatesigningrequests',
  false,
);
