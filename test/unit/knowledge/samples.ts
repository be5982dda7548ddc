// Valid objects of kinds that the recorded bases leave out, for tests that change one field after the other.
import { API_SAMPLES } from './api-samples.ts';
import { DEVICE_SAMPLES } from './device-samples.ts';
import { NETWORK_SAMPLES } from './network-samples.ts';
import { POD_SAMPLES } from './pod-samples.ts';
import { sampleOf as of, type Sample } from './sample.ts';
import { STORAGE_SAMPLES } from './storage-samples.ts';
import { WORKLOAD_SAMPLES } from './workload-samples.ts';

const claim = { devices: { requests: [{ name: 'a', exactly: { deviceClassName: 'c' } }] } };
const device = { name: 'd', attributes: { a: { string: 'x' } }, capacity: { m: { value: '1' } } };
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' };
const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] };
const webhook = {
  name: 'a.b.c',
  clientConfig: { service: { namespace: 'n', name: 's' } },
  rules: [rule],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};
const constraints = { resourceRules: [rule] };
const driver = { tokenRequests: [{ audience: 'x', expirationSeconds: 700 }], nodeAllocatableUpdatePeriodSeconds: 20 };
const ADMISSION = 'admissionregistration.k8s.io/v1';
const STORAGE = 'storage.k8s.io/v1';
const DRA = 'resource.k8s.io/v1';
const FLOW = 'flowcontrol.apiserver.k8s.io/v1';

export const CHANGE_SAMPLES: readonly Sample[] = [
  of(STORAGE, 'CSIDriver', 'csidrivers', { spec: driver }, 'a.b'),
  of(STORAGE, 'CSINode', 'csinodes', { spec: { drivers: [{ name: 'a.b', nodeID: 'n', allocatable: { count: 1 } }] } }),
  of(STORAGE, 'VolumeAttachment', 'volumeattachments', {
    spec: { attacher: 'a.b', nodeName: 'n', source: { persistentVolumeName: 'p' } },
  }),
  of(STORAGE, 'VolumeAttributesClass', 'volumeattributesclasses', { driverName: 'a.b', parameters: { a: 'b' } }),
  of(STORAGE, 'CSIStorageCapacity', 'namespaces/default/csistoragecapacities', {
    storageClassName: 's',
    capacity: '1Gi',
    maximumVolumeSize: '1Gi',
    nodeTopology: { matchLabels: { a: 'b' } },
  }),
  of('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses', {
    handler: 'h',
    overhead: { podFixed: { cpu: '1' } },
    scheduling: { nodeSelector: { a: 'b' } },
  }),
  of('networking.k8s.io/v1', 'ServiceCIDR', 'servicecidrs', { spec: { cidrs: ['10.0.0.0/24'] } }),
  of(
    'networking.k8s.io/v1',
    'IPAddress',
    'ipaddresses',
    { spec: { parentRef: { resource: 'services', name: 's', namespace: 'n' } } },
    '10.0.0.3',
  ),
  of(DRA, 'ResourceClaim', 'namespaces/default/resourceclaims', { spec: claim }),
  of(DRA, 'ResourceClaimTemplate', 'namespaces/default/resourceclaimtemplates', { spec: { spec: claim } }),
  of(DRA, 'ResourceSlice', 'resourceslices', {
    spec: {
      driver: 'a.b',
      nodeName: 'n',
      pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
      devices: [device],
    },
  }),
  of(DRA, 'DeviceClass', 'deviceclasses', { spec: { selectors: [{ cel: { expression: 'true' } }] } }),
  of(FLOW, 'FlowSchema', 'flowschemas', {
    spec: {
      matchingPrecedence: 500,
      priorityLevelConfiguration: { name: 'x' },
      distinguisherMethod: { type: 'ByUser' },
    },
  }),
  of(FLOW, 'PriorityLevelConfiguration', 'prioritylevelconfigurations', {
    spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } },
  }),
  of(
    'apiregistration.k8s.io/v1',
    'APIService',
    'apiservices',
    {
      spec: {
        group: 'g.io',
        version: 'v1',
        groupPriorityMinimum: 10,
        versionPriority: 10,
        service: { namespace: 'n', name: 's' },
      },
    },
    'v1.g.io',
  ),
  of(ADMISSION, 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', { webhooks: [webhook] }),
  of(ADMISSION, 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', { webhooks: [webhook] }),
  of(ADMISSION, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', {
    spec: { matchConstraints: constraints, validations: [{ expression: 'true', message: 'no' }] },
  }),
  of(ADMISSION, 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', {
    spec: { policyName: 'p', validationActions: ['Deny'], matchResources: constraints },
  }),
  of('v1', 'ReplicationController', 'namespaces/default/replicationcontrollers', {
    spec: { replicas: 1, minReadySeconds: 1, selector: { a: 'b' }, template },
  }),
  of('v1', 'PodTemplate', 'namespaces/default/podtemplates', { template }),
  of('v1', 'Endpoints', 'namespaces/default/endpoints', {
    subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ name: 'p', port: 80 }] }],
  }),
  of('autoscaling/v1', 'HorizontalPodAutoscaler', 'namespaces/default/horizontalpodautoscalers', {
    spec: { minReplicas: 1, maxReplicas: 5, targetCPUUtilizationPercentage: 50, scaleTargetRef: target },
  }),
  of('apps/v1', 'ReplicaSet', 'namespaces/default/replicasets', {
    spec: { replicas: 1, minReadySeconds: 1, selector: { matchLabels: { a: 'b' } }, template },
  }),
  of('apps/v1', 'ControllerRevision', 'namespaces/default/controllerrevisions', { data: { a: 'b' }, revision: 1 }),
  of('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', {
    spec: { controller: 'a.b/c', parameters: { kind: 'K', name: 'n', apiGroup: 'g.io' } },
  }),
  of('coordination.k8s.io/v1', 'Lease', 'namespaces/default/leases', {
    spec: { holderIdentity: 'h', leaseDurationSeconds: 15, leaseTransitions: 1 },
  }),
  of('discovery.k8s.io/v1', 'EndpointSlice', 'namespaces/default/endpointslices', {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.2.3'], nodeName: 'n', zone: 'z' }],
    ports: [{ name: 'p', port: 80 }],
  }),
  of('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', {
    rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }],
  }),
  of('rbac.authorization.k8s.io/v1', 'RoleBinding', 'namespaces/default/rolebindings', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
    subjects: [{ kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' }],
  }),
  ...API_SAMPLES,
  ...DEVICE_SAMPLES,
  ...NETWORK_SAMPLES,
  ...STORAGE_SAMPLES,
  ...POD_SAMPLES,
  ...WORKLOAD_SAMPLES,
];
