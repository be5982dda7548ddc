// Labels that are asked for, and the names that count inside a pod: from where they are asked for to where they are, and back.
import { describe, expect, test } from 'vitest';
import { leads, object, place, pod, positionAt, workspaceOf } from './marked.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const ADMISSION = 'admissionregistration.k8s.io/v1';
const WEB = 'metadata: {name: p, labels: {app: web}}';
const SELECTED = object('v1', 'Pod', 'metadata: {name: p, labels: {‹app: web}}\nspec: {containers: []}');
const LABELLED = (kind: string, api = 'v1'): string => object(api, kind, 'metadata: {name: o, labels: {‹app: web}}');
const SELECTORS: readonly (readonly [what: string, from: string, to: string])[] = [
  ['a Service', object('v1', 'Service', 'metadata: {name: s}\nspec: {selector: {‹app: web}}'), SELECTED],
  [
    'a NetworkPolicy',
    object(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'metadata: {name: s}\nspec: {podSelector: {matchLabels: {‹app: web}}}',
    ),
    SELECTED,
  ],
  [
    'a peer of one',
    object(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'metadata: {name: s}\nspec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {‹app: web}}}]}]}',
    ),
    SELECTED,
  ],
  [
    'a peer’s namespace',
    object(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'metadata: {name: s}\nspec: {podSelector: {}, egress: [{to: [{namespaceSelector: {matchLabels: {‹app: web}}}]}]}',
    ),
    LABELLED('Namespace'),
  ],
  [
    'a budget',
    object('policy/v1', 'PodDisruptionBudget', 'metadata: {name: s}\nspec: {selector: {matchLabels: {‹app: web}}}'),
    SELECTED,
  ],
  [
    'an affinity',
    pod(
      'affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{podAffinityTerm: {labelSelector: {matchLabels: {‹app: web}}}}]}}',
    ).replace(', labels: {app: web}', ''),
    SELECTED,
  ],
  [
    'a spread',
    pod('topologySpreadConstraints: [{labelSelector: {matchLabels: {‹app: web}}}]').replace(', labels: {app: web}', ''),
    SELECTED,
  ],
  ['a nodeSelector', pod('nodeSelector: {‹app: web}'), LABELLED('Node')],
  [
    'a node affinity',
    pod(
      'affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: ‹app, operator: In, values: [web]}]}]}}}',
    ),
    LABELLED('Node'),
  ],
  [
    'a claim',
    object('v1', 'PersistentVolumeClaim', 'metadata: {name: c}\nspec: {selector: {matchLabels: {‹app: web}}}'),
    LABELLED('PersistentVolume'),
  ],
  [
    'a webhook',
    object(
      ADMISSION,
      'ValidatingWebhookConfiguration',
      'metadata: {name: h}\nwebhooks: [{namespaceSelector: {matchLabels: {‹app: web}}}]',
    ),
    LABELLED('Namespace'),
  ],
  [
    'an aggregated role',
    object(
      RBAC,
      'ClusterRole',
      'metadata: {name: h}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {‹app: web}}]}',
    ),
    LABELLED('ClusterRole', RBAC),
  ],
];

const PORTS = 'containers: [{name: c, ports: [‹{name: http, containerPort: 80}]}]';
const PARTS: readonly (readonly [what: string, text: string, definition: string])[] = [
  [
    'a mounted volume',
    pod('containers: [{name: c, volumeMounts: [{name: ‹v, mountPath: /a}]}], volumes: [{name: v}]'),
    'volumes: [{name: ‹v',
  ],
  [
    'a block device',
    pod('containers: [{name: c, volumeDevices: [{name: ‹v, devicePath: /a}]}], volumes: [{name: v}]'),
    'volumes: [{name: ‹v',
  ],
  [
    'a claim that a container takes',
    pod('containers: [{name: c, resources: {claims: [{name: ‹gpu}]}}], resourceClaims: [{name: gpu}]'),
    'resourceClaims: [{name: ‹gpu',
  ],
  [
    'the container of a resource',
    pod(
      'containers: [{name: main}, {name: d, env: [{name: E, valueFrom: {resourceFieldRef: {containerName: ‹main, resource: limits.cpu}}}]}]',
    ),
    'containers: [{name: ‹main',
  ],
  [
    'the target of an ephemeral container',
    pod('containers: [{name: main}], ephemeralContainers: [{name: e, targetContainerName: ‹main}]'),
    'containers: [{name: ‹main',
  ],
  [
    'the container of an exit code',
    object(
      'batch/v1',
      'Job',
      'metadata: {name: j}\nspec: {podFailurePolicy: {rules: [{onExitCodes: {containerName: ‹main}}]}, template: {spec: {containers: [{name: main}]}}}',
    ),
    'containers: [{name: ‹main',
  ],
  [
    'the default container',
    object(
      'v1',
      'Pod',
      'metadata: {name: p, annotations: {kubectl.kubernetes.io/default-container: ‹main}}\nspec: {containers: [{name: main}]}',
    ),
    'containers: [{name: ‹main',
  ],
];

describe('labels that are asked for by', () => {
  test.each(SELECTORS)('%s', (_, from, to) => leads(from, to));
});

describe('a part of the same pod:', () => {
  test.each(PARTS)('%s', (_, marked, definition) => {
    const { text, at } = place(marked);
    const end = text.indexOf(definition.replace('‹', '')) + definition.indexOf('‹');
    const workspace = workspaceOf({ a: text });
    const found = workspace.definitions('a', at).map(({ range }) => range.start);
    expect(found).toEqual([positionAt(text, end)]);
    expect(workspace.references('a', positionAt(text, end), false).map(({ range }) => range.start)).toContainEqual(at);
  });
});

test('ports by name are found in the pods that a Service or a NetworkPolicy is for', () => {
  const to = object('v1', 'Pod', `${WEB}\nspec: {${PORTS}}`);
  leads(
    object('v1', 'Service', 'metadata: {name: s}\nspec: {selector: {app: web}, ports: [{port: 1, targetPort: ‹http}]}'),
    to,
  );
  leads(
    object(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'metadata: {name: s}\nspec: {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: ‹http}]}]}',
    ),
    to,
  );
});

test('the port of a Service that a webhook is asked at', () => {
  leads(
    object(
      ADMISSION,
      'ValidatingWebhookConfiguration',
      'metadata: {name: h}\nwebhooks: [{clientConfig: {service: {name: one, namespace: x, port: ‹8443}}}]',
    ),
    object('v1', 'Service', 'metadata: {name: one, namespace: x}\nspec: {ports: [‹{port: 8443}]}'),
  );
});
