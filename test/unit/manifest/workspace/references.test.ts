// Every kind of reference between objects: from where it stands to what it means, and back from there.
import { describe, test } from 'vitest';
import { leads, named, object, pod } from './marked.ts';

const volume = (source: string): string => pod(`volumes: [{name: v, ${source}}]`);
const env = (source: string): string => pod(`containers: [{name: c, env: [{name: E, valueFrom: {${source}}}]}]`);
const CONFIG = named('v1', 'ConfigMap');
const SECRET = named('v1', 'Secret');
const SERVICE = named('v1', 'Service');
const CLAIM = named('v1', 'PersistentVolumeClaim');
const VOLUME = named('v1', 'PersistentVolume');
const ACCOUNT = named('v1', 'ServiceAccount');
const NODE = named('v1', 'Node');
const NAMESPACE = named('v1', 'Namespace');
const CLASS = named('storage.k8s.io/v1', 'StorageClass');
const DRIVER = named('storage.k8s.io/v1', 'CSIDriver');
const RBAC = 'rbac.authorization.k8s.io/v1';
const ADMISSION = 'admissionregistration.k8s.io/v1';
const hook = (kind: string): string =>
  object(ADMISSION, kind, 'metadata: {name: h}\nwebhooks: [{clientConfig: {service: {name: ‹one, namespace: x}}}]');

const OBJECTS: readonly (readonly [what: string, from: string, to: string])[] = [
  ['a ConfigMap as a volume', volume('configMap: {name: ‹one}'), CONFIG],
  ['a Secret as a volume', volume('secret: {secretName: ‹one}'), SECRET],
  ['a projected ConfigMap', volume('projected: {sources: [{configMap: {name: ‹one}}]}'), CONFIG],
  ['a projected Secret', volume('projected: {sources: [{secret: {name: ‹one}}]}'), SECRET],
  ['a claim', volume('persistentVolumeClaim: {claimName: ‹one}'), CLAIM],
  [
    'the class of an ephemeral volume',
    volume('ephemeral: {volumeClaimTemplate: {spec: {storageClassName: ‹one}}}'),
    CLASS,
  ],
  ['the driver of an inline volume', volume('csi: {driver: ‹one}'), DRIVER],
  ['the Secret of an inline volume', volume('csi: {driver: d, nodePublishSecretRef: {name: ‹one}}'), SECRET],
  ['a variable from a ConfigMap', env('configMapKeyRef: {name: ‹one, key: k}'), CONFIG],
  ['a variable from a Secret', env('secretKeyRef: {name: ‹one, key: k}'), SECRET],
  ['envFrom a ConfigMap', pod('containers: [{name: c, envFrom: [{configMapRef: {name: ‹one}}]}]'), CONFIG],
  ['envFrom a Secret', pod('containers: [{name: c, envFrom: [{secretRef: {name: ‹one}}]}]'), SECRET],
  ['an init container', pod('initContainers: [{name: c, envFrom: [{secretRef: {name: ‹one}}]}]'), SECRET],
  ['an ephemeral container', pod('ephemeralContainers: [{name: c, envFrom: [{secretRef: {name: ‹one}}]}]'), SECRET],
  ['imagePullSecrets', pod('imagePullSecrets: [{name: ‹one}]'), SECRET],
  ['serviceAccountName', pod('serviceAccountName: ‹one'), ACCOUNT],
  ['priorityClassName', pod('priorityClassName: ‹one'), named('scheduling.k8s.io/v1', 'PriorityClass')],
  ['runtimeClassName', pod('runtimeClassName: ‹one'), named('node.k8s.io/v1', 'RuntimeClass')],
  ['nodeName', pod('nodeName: ‹one'), NODE],
  ['subdomain', pod('hostname: h, subdomain: ‹one'), SERVICE],
  [
    'a device’s claim',
    pod('resourceClaims: [{name: g, resourceClaimName: ‹one}]'),
    named('resource.k8s.io/v1', 'ResourceClaim'),
  ],
  [
    'a template of claims',
    pod('resourceClaims: [{name: g, resourceClaimTemplateName: ‹one}]'),
    named('resource.k8s.io/v1', 'ResourceClaimTemplate'),
  ],
  [
    'a device class',
    object(
      'resource.k8s.io/v1',
      'ResourceClaim',
      'metadata: {name: c}\nspec: {devices: {requests: [{name: a, exactly: {deviceClassName: ‹one}}]}}',
    ),
    named('resource.k8s.io/v1', 'DeviceClass'),
  ],
  [
    'a pod in a CronJob',
    object(
      'batch/v1',
      'CronJob',
      'metadata: {name: c}\nspec: {jobTemplate: {spec: {template: {spec: {serviceAccountName: ‹one}}}}}',
    ),
    ACCOUNT,
  ],
  [
    'namespaces of an affinity',
    pod('affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{namespaces: [a, ‹one]}]}}'),
    NAMESPACE,
  ],
  ['a namespace', object('v1', 'ConfigMap', 'metadata: {name: c, namespace: ‹one}'), NAMESPACE],
  ['serviceName', object('apps/v1', 'StatefulSet', 'metadata: {name: s}\nspec: {serviceName: ‹one}'), SERVICE],
  [
    'a claim template’s class',
    object(
      'apps/v1',
      'StatefulSet',
      'metadata: {name: s}\nspec: {volumeClaimTemplates: [{spec: {storageClassName: ‹one}}]}',
    ),
    CLASS,
  ],
  [
    'a claim’s class',
    object('v1', 'PersistentVolumeClaim', 'metadata: {name: c}\nspec: {storageClassName: ‹one}'),
    CLASS,
  ],
  ['a claim’s volume', object('v1', 'PersistentVolumeClaim', 'metadata: {name: c}\nspec: {volumeName: ‹one}'), VOLUME],
  [
    'a claim’s attributes',
    object('v1', 'PersistentVolumeClaim', 'metadata: {name: c}\nspec: {volumeAttributesClassName: ‹one}'),
    named('storage.k8s.io/v1', 'VolumeAttributesClass'),
  ],
  [
    'a claim’s source',
    object(
      'v1',
      'PersistentVolumeClaim',
      'metadata: {name: c}\nspec: {dataSource: {kind: PersistentVolumeClaim, name: ‹one}}',
    ),
    CLAIM,
  ],
  [
    'a volume’s claim',
    object('v1', 'PersistentVolume', 'metadata: {name: v}\nspec: {claimRef: {name: ‹one, namespace: x}}'),
    CLAIM,
  ],
  [
    'a volume’s Secret',
    object(
      'v1',
      'PersistentVolume',
      'metadata: {name: v}\nspec: {csi: {driver: d, nodeStageSecretRef: {name: ‹one, namespace: x}}}',
    ),
    SECRET,
  ],
  ['a provisioner', object('storage.k8s.io/v1', 'StorageClass', 'metadata: {name: s}\nprovisioner: ‹one'), DRIVER],
  [
    'what is attached',
    object(
      'storage.k8s.io/v1',
      'VolumeAttachment',
      'metadata: {name: a}\nspec: {source: {persistentVolumeName: ‹one}}',
    ),
    VOLUME,
  ],
  [
    'ingressClassName',
    object('networking.k8s.io/v1', 'Ingress', 'metadata: {name: i}\nspec: {ingressClassName: ‹one}'),
    named('networking.k8s.io/v1', 'IngressClass'),
  ],
  [
    'a default backend',
    object('networking.k8s.io/v1', 'Ingress', 'metadata: {name: i}\nspec: {defaultBackend: {service: {name: ‹one}}}'),
    SERVICE,
  ],
  [
    'a backend',
    object(
      'networking.k8s.io/v1',
      'Ingress',
      'metadata: {name: i}\nspec: {rules: [{http: {paths: [{backend: {service: {name: ‹one}}}]}}]}',
    ),
    SERVICE,
  ],
  [
    'a backend that is a resource',
    object(
      'networking.k8s.io/v1',
      'Ingress',
      'metadata: {name: i}\nspec: {defaultBackend: {resource: {apiGroup: example.com, kind: Bucket, name: ‹one}}}',
    ),
    named('example.com/v1', 'Bucket'),
  ],
  [
    'a certificate',
    object('networking.k8s.io/v1', 'Ingress', 'metadata: {name: i}\nspec: {tls: [{secretName: ‹one}]}'),
    SECRET,
  ],
  [
    'an HPA’s target',
    object(
      'autoscaling/v2',
      'HorizontalPodAutoscaler',
      'metadata: {name: h}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: ‹one}}',
    ),
    named('apps/v1', 'StatefulSet'),
  ],
  [
    'a described object',
    object(
      'autoscaling/v2',
      'HorizontalPodAutoscaler',
      'metadata: {name: h}\nspec: {metrics: [{object: {describedObject: {apiVersion: v1, kind: Service, name: ‹one}}}]}',
    ),
    SERVICE,
  ],
  [
    'a Role',
    object(
      RBAC,
      'RoleBinding',
      'metadata: {name: b}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: ‹one}',
    ),
    named(RBAC, 'Role'),
  ],
  [
    'a ClusterRole',
    object(
      RBAC,
      'ClusterRoleBinding',
      'metadata: {name: b}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ‹one}',
    ),
    named(RBAC, 'ClusterRole'),
  ],
  [
    'a subject',
    object(
      RBAC,
      'ClusterRoleBinding',
      'metadata: {name: b}\nsubjects: [{kind: ServiceAccount, name: ‹one, namespace: x}]',
    ),
    ACCOUNT,
  ],
  [
    'a subject’s namespace',
    object(
      RBAC,
      'ClusterRoleBinding',
      'metadata: {name: b}\nsubjects: [{kind: ServiceAccount, name: a, namespace: ‹one}]',
    ),
    NAMESPACE,
  ],
  [
    'what a rule allows by name',
    object(
      RBAC,
      'Role',
      'metadata: {name: r}\nrules: [{apiGroups: ["", apps], resources: [configmaps, configmaps/x], resourceNames: [a, ‹one], verbs: [get]}]',
    ),
    CONFIG,
  ],
  [
    'a Secret of a ServiceAccount',
    object('v1', 'ServiceAccount', 'metadata: {name: a}\nsecrets: [{name: ‹one}]'),
    SECRET,
  ],
  [
    'what a ServiceAccount pulls with',
    object('v1', 'ServiceAccount', 'metadata: {name: a}\nimagePullSecrets: [{name: ‹one}]'),
    SECRET,
  ],
  ['a validating webhook', hook('ValidatingWebhookConfiguration'), SERVICE],
  ['a mutating webhook', hook('MutatingWebhookConfiguration'), SERVICE],
  [
    'a conversion webhook',
    object(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      'metadata: {name: c}\nspec: {conversion: {webhook: {clientConfig: {service: {name: ‹one, namespace: x}}}}}',
    ),
    SERVICE,
  ],
  [
    'an aggregated API',
    object(
      'apiregistration.k8s.io/v1',
      'APIService',
      'metadata: {name: a}\nspec: {service: {name: ‹one, namespace: x}}',
    ),
    SERVICE,
  ],
  [
    'a policy',
    object(ADMISSION, 'ValidatingAdmissionPolicyBinding', 'metadata: {name: b}\nspec: {policyName: ‹one}'),
    named(ADMISSION, 'ValidatingAdmissionPolicy'),
  ],
  [
    'a priority level',
    object(
      'flowcontrol.apiserver.k8s.io/v1',
      'FlowSchema',
      'metadata: {name: f}\nspec: {priorityLevelConfiguration: {name: ‹one}}',
    ),
    named('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration'),
  ],
  [
    'an owner',
    object(
      'v1',
      'Pod',
      'metadata: {name: p, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: ‹one, uid: u}]}',
    ),
    named('apps/v1', 'ReplicaSet'),
  ],
  [
    'an Event’s object',
    object('v1', 'Event', 'metadata: {name: e}\ninvolvedObject: {apiVersion: v1, kind: ConfigMap, name: ‹one}'),
    CONFIG,
  ],
  ['a bound node', object('v1', 'Binding', 'metadata: {name: p}\ntarget: {kind: Node, name: ‹one}'), NODE],
  [
    'an EndpointSlice’s Service',
    object('discovery.k8s.io/v1', 'EndpointSlice', 'metadata: {name: e, labels: {kubernetes.io/service-name: ‹one}}'),
    SERVICE,
  ],
  [
    'an endpoint’s pod',
    object(
      'discovery.k8s.io/v1',
      'EndpointSlice',
      'metadata: {name: e}\nendpoints: [{targetRef: {kind: Pod, name: ‹one}}]',
    ),
    named('v1', 'Pod'),
  ],
  [
    'a custom resource’s Secret',
    object('example.com/v1', 'Widget', 'metadata: {name: w}\nspec: {tls: {secretName: ‹one}}'),
    SECRET,
  ],
  [
    'a route’s backend',
    object(
      'gateway.networking.k8s.io/v1',
      'HTTPRoute',
      'metadata: {name: r}\nspec: {rules: [{backendRefs: [{name: ‹one, port: 80}]}]}',
    ),
    SERVICE,
  ],
  [
    'a custom resource’s owner',
    object(
      'example.com/v1',
      'Widget',
      'metadata: {name: w}\nspec: {issuerRef: {group: example.com, kind: Issuer, name: ‹one}}',
    ),
    named('example.com/v1', 'Issuer'),
  ],
  [
    'a pod of a custom resource',
    object(
      'argoproj.io/v1alpha1',
      'Rollout',
      'metadata: {name: r}\nspec: {template: {spec: {containers: [], serviceAccountName: ‹one}}}',
    ),
    ACCOUNT,
  ],
];

describe('an object that is named as', () => {
  test.each(OBJECTS)('%s', (_, from, to) => leads(from, to));
});
