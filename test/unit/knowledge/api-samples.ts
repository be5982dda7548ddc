// What extends and guards the API server, with every field in it, for tests that change one after the other.
import { requestFor } from '../controllers/csr.ts';
import { type Sample, sampleOf } from './sample.ts';

const ADMISSION = 'admissionregistration.k8s.io/v1';
const FLOW = 'flowcontrol.apiserver.k8s.io/v1';
const RBAC = 'rbac.authorization.k8s.io/v1';

const rule = {
  apiGroups: ['apps'],
  apiVersions: ['v1'],
  operations: ['CREATE'],
  resources: ['deployments'],
  scope: 'Namespaced',
};
const named = { ...rule, resourceNames: ['x'] };
const match = { matchLabels: { a: 'b' } };
const constraints = {
  namespaceSelector: match,
  objectSelector: match,
  resourceRules: [named],
  excludeResourceRules: [named],
  matchPolicy: 'Exact',
};
const matchConditions = [{ name: 'm', expression: 'true' }];
const policy = {
  paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
  matchConstraints: constraints,
  matchConditions,
  variables: [{ name: 'x', expression: 'true' }],
  failurePolicy: 'Fail',
};
const service = { namespace: 'n', name: 's', path: '/p', port: 8443 };
const ca = 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJWekNCLzZBREFnRUNBZ0VCTUFvR0NDcUdTTTQ5QkFNQ01BNHgKLS0tLS1FTkQ=';
const webhook = (name: string, clientConfig: object): object => ({
  name,
  clientConfig,
  rules: [rule],
  failurePolicy: 'Fail',
  matchPolicy: 'Exact',
  namespaceSelector: match,
  objectSelector: match,
  sideEffects: 'None',
  timeoutSeconds: 5,
  admissionReviewVersions: ['v1'],
  matchConditions,
});
const webhooks = [webhook('a.b.c', { service }), webhook('d.e.f', { url: 'https://a.b/c' })];
const binding = (paramRef: object): object => ({ policyName: 'p', paramRef, matchResources: constraints });
const byName = { name: 'x', namespace: 'n', parameterNotFoundAction: 'Deny' };
const bySelector = { selector: match, namespace: 'n', parameterNotFoundAction: 'Deny' };

const schema = {
  type: 'object',
  description: 'd',
  title: 't',
  externalDocs: { description: 'd', url: 'https://a.b' },
  example: { a: 1 },
  properties: {
    spec: {
      type: 'object',
      required: ['number'],
      minProperties: 0,
      maxProperties: 20,
      'x-kubernetes-map-type': 'granular',
      'x-kubernetes-validations': [
        { rule: 'self.number > 1', message: 'm', reason: 'FieldValueInvalid', fieldPath: '.number' },
        { rule: 'oldSelf.hasValue() || self.number > 0', messageExpression: '"m"', optionalOldSelf: true },
      ],
      properties: {
        number: {
          type: 'integer',
          format: 'int32',
          minimum: 1,
          maximum: 9,
          multipleOf: 1,
          default: 2,
          nullable: false,
        },
        strict: { type: 'number', minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true },
        text: { type: 'string', minLength: 1, maxLength: 9, pattern: '^a', enum: ['a', 'ab'] },
        list: {
          type: 'array',
          minItems: 0,
          maxItems: 9,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
          items: { type: 'object', required: ['k'], properties: { k: { type: 'string' } } },
        },
        map: { type: 'object', additionalProperties: { type: 'string' } },
        either: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        chosen: {
          type: 'object',
          allOf: [{ minProperties: 0 }],
          oneOf: [{ minProperties: 0 }],
          not: { minProperties: 9 },
        },
        whole: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, selector: { type: 'string' } } },
  },
};

const version = {
  name: 'v1',
  served: true,
  storage: true,
  deprecated: true,
  deprecationWarning: 'w',
  schema: { openAPIV3Schema: schema },
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.number',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
  additionalPrinterColumns: [
    { name: 'N', type: 'integer', format: 'int32', description: 'd', priority: 1, jsonPath: '.spec.number' },
  ],
  selectableFields: [{ jsonPath: '.spec.text' }],
};

const definition = (plural: string, clientConfig: object): Sample =>
  sampleOf(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    {
      spec: {
        group: 'g.io',
        scope: 'Namespaced',
        names: { plural, singular: 'one', kind: 'Wide', listKind: 'WideList', shortNames: ['w'], categories: ['all'] },
        versions: [version],
        conversion: { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1'] } },
      },
    },
    `${plural}.g.io`,
  );

const service443 = { namespace: 'n', name: 's' };
const api = { group: 'g.io', version: 'v1', groupPriorityMinimum: 10, versionPriority: 10, service: service443 };
const limited = {
  nominalConcurrencyShares: 10,
  lendablePercent: 10,
  borrowingLimitPercent: 10,
  limitResponse: { type: 'Queue', queuing: { queues: 10, handSize: 4, queueLengthLimit: 10 } },
};

export const API_SAMPLES: readonly Sample[] = [
  sampleOf(ADMISSION, 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', { webhooks }),
  sampleOf(ADMISSION, 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', {
    webhooks: webhooks.map((one) => ({ ...one, reinvocationPolicy: 'IfNeeded' })),
  }),
  sampleOf(ADMISSION, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', {
    spec: {
      ...policy,
      validations: [{ expression: 'true', message: 'no', reason: 'Invalid', messageExpression: '"m"' }],
      auditAnnotations: [{ key: 'k', valueExpression: '"v"' }],
    },
  }),
  ...Object.entries({ named: byName, selected: bySelector }).flatMap(([name, ref]) => [
    sampleOf(
      ADMISSION,
      'ValidatingAdmissionPolicyBinding',
      'validatingadmissionpolicybindings',
      { spec: { ...binding(ref), validationActions: ['Deny'] } },
      name,
    ),
    sampleOf(
      ADMISSION,
      'MutatingAdmissionPolicyBinding',
      'mutatingadmissionpolicybindings',
      { spec: binding(ref) },
      name,
    ),
  ]),
  sampleOf(ADMISSION, 'MutatingAdmissionPolicy', 'mutatingadmissionpolicies', {
    spec: {
      ...policy,
      reinvocationPolicy: 'Never',
      mutations: [
        { patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "test", path: "/a", value: "b"}]' } },
        { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } },
      ],
    },
  }),
  definition('wides', { service }),
  definition('others', { url: 'https://a.b/c' }),
  sampleOf(
    'apiregistration.k8s.io/v1',
    'APIService',
    'apiservices',
    { spec: { ...api, insecureSkipTLSVerify: true } },
    'v1.g.io',
  ),
  sampleOf('apiregistration.k8s.io/v1', 'APIService', 'apiservices', { spec: { ...api, caBundle: ca } }, 'v1.g.io'),
  sampleOf('certificates.k8s.io/v1', 'CertificateSigningRequest', 'certificatesigningrequests', {
    spec: {
      request: requestFor('jane', ['dev']),
      signerName: 'example.com/signer',
      expirationSeconds: 3600,
      usages: ['client auth'],
    },
  }),
  sampleOf('events.k8s.io/v1', 'Event', 'namespaces/default/events', {
    eventTime: '2026-01-01T00:00:00.000000Z',
    series: { count: 2, lastObservedTime: '2026-01-01T00:00:00.000000Z' },
    reportingController: 'a.b/c',
    reportingInstance: 'c-1',
    action: 'Binding',
    reason: 'Scheduled',
    regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p' },
    related: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'q' },
    note: 'n',
    type: 'Normal',
  }),
  sampleOf(FLOW, 'FlowSchema', 'flowschemas', {
    spec: {
      matchingPrecedence: 500,
      priorityLevelConfiguration: { name: 'x' },
      distinguisherMethod: { type: 'ByUser' },
      rules: [
        {
          subjects: [
            { kind: 'User', user: { name: 'u' } },
            { kind: 'Group', group: { name: 'g' } },
            { kind: 'ServiceAccount', serviceAccount: { namespace: 'n', name: 's' } },
          ],
          resourceRules: [
            { verbs: ['get'], apiGroups: ['apps'], resources: ['deployments'], clusterScope: true, namespaces: ['n'] },
          ],
          nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }],
        },
      ],
    },
  }),
  sampleOf(FLOW, 'PriorityLevelConfiguration', 'prioritylevelconfigurations', { spec: { type: 'Limited', limited } }),
  sampleOf(RBAC, 'ClusterRole', 'clusterroles', {
    rules: [
      { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['x'], verbs: ['get'] },
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
    ],
  }),
  sampleOf(RBAC, 'ClusterRole', 'clusterroles', { aggregationRule: { clusterRoleSelectors: [match] } }, 'sum'),
];
