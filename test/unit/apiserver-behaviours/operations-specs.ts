// Behaviours that are a kind's API operations and nothing more.
import { expect } from 'vitest';
import { CERTIFICATE, REQUEST } from './certificate.ts';
import { apiOperations, type Operations } from './operations.ts';
import type { Loose, Spec, Trial } from './trial.ts';

const ADMISSION = 'admissionregistration.k8s.io/v1';
const FLOW = 'flowcontrol.apiserver.k8s.io/v1';
const CONDITION = { status: 'False', reason: 'E2E', message: 'Set from an e2e test' };

const DEPLOYMENTS = {
  resourceRules: [
    { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] },
  ],
};

const operations = (title: string, o: Operations): Spec => ({ title, run: (t) => apiOperations(t, o) });

const FLOWS: readonly Spec[] = [
  operations('[sig-api-machinery] API priority and fairness should support FlowSchema API operations [Conformance]', {
    apiVersion: FLOW,
    plural: 'flowschemas',
    make: () => ({
      spec: {
        matchingPrecedence: 10_000,
        priorityLevelConfiguration: { name: 'global-default' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'example-e2e-non-existent-user' } }],
            nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
          },
        ],
      },
    }),
    status: { conditions: [{ type: 'Dangling', ...CONDITION }] },
    statusFixesMetadata: true,
  }),
  operations(
    '[sig-api-machinery] API priority and fairness should support PriorityLevelConfiguration API operations [Conformance]',
    {
      apiVersion: FLOW,
      plural: 'prioritylevelconfigurations',
      make: () => ({
        spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } },
      }),
      status: { conditions: [{ type: 'patched', ...CONDITION }] },
      statusFixesMetadata: true,
    },
  ),
];

const POLICIES: readonly Spec[] = [
  operations(
    '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicy API operations [Conformance]',
    {
      apiVersion: ADMISSION,
      plural: 'validatingadmissionpolicies',
      make: () => ({
        spec: { matchConstraints: DEPLOYMENTS, validations: [{ expression: 'object.spec.replicas <= 100' }] },
      }),
      status: { conditions: [{ type: 'PatchStatusFailed', ...CONDITION, lastTransitionTime: '2026-01-01T00:00:00Z' }] },
    },
  ),
  operations(
    '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicyBinding API operations [Conformance]',
    {
      apiVersion: ADMISSION,
      plural: 'validatingadmissionpolicybindings',
      make: () => ({ spec: { policyName: 'replicalimit-policy.example.com', validationActions: ['Deny'] } }),
    },
  ),
  operations(
    '[sig-api-machinery] MutatingAdmissionPolicy [Privileged:ClusterAdmin] should support MutatingAdmissionPolicy API operations [Conformance]',
    {
      apiVersion: ADMISSION,
      plural: 'mutatingadmissionpolicies',
      make: () => ({
        spec: {
          matchConstraints: DEPLOYMENTS,
          reinvocationPolicy: 'Never',
          mutations: [
            {
              patchType: 'ApplyConfiguration',
              applyConfiguration: { expression: 'Object{spec: Object.spec{replicas: 2}}' },
            },
          ],
        },
      }),
    },
  ),
  operations(
    '[sig-api-machinery] MutatingAdmissionPolicy [Privileged:ClusterAdmin] should support MutatingAdmissionPolicyBinding API operations [Conformance]',
    {
      apiVersion: ADMISSION,
      plural: 'mutatingadmissionpolicybindings',
      make: () => ({ spec: { policyName: 'replicalimit-policy.example.com' } }),
    },
  ),
];

const service = { service: { name: 'test-service', port: { number: 80 } } };

const NETWORK: readonly Spec[] = [
  operations('[sig-network] EndpointSlice should support creating EndpointSlice API operations [Conformance]', {
    apiVersion: 'discovery.k8s.io/v1',
    plural: 'endpointslices',
    make: (name) => ({
      metadata: { name, labels: { test: name.replace(/-\d+$/, '') } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['1.2.3.4', '5.6.7.8'] }],
    }),
  }),
  operations('[sig-network] Ingress API should support creating Ingress API operations [Conformance]', {
    apiVersion: 'networking.k8s.io/v1',
    plural: 'ingresses',
    make: () => ({
      spec: {
        defaultBackend: { service: { name: 'default-backend', port: { number: 80 } } },
        rules: [
          {
            host: 'e2e.example.com',
            http: { paths: [{ path: '/', pathType: 'ImplementationSpecific', backend: service }] },
          },
        ],
      },
    }),
    status: { loadBalancer: { ingress: [{ ip: '169.1.1.1' }] } },
    updatedStatus: { loadBalancer: { ingress: [{ ip: '169.1.1.1' }, { ip: '169.1.1.2' }] } },
  }),
  operations('[sig-network] IngressClass API should support creating IngressClass API operations [Conformance]', {
    apiVersion: 'networking.k8s.io/v1',
    plural: 'ingressclasses',
    make: () => ({ spec: { controller: 'example.com/controller' } }),
  }),
];

const OTHERS: readonly Spec[] = [
  operations('[sig-apps] CronJob should support CronJob API operations [Conformance]', {
    apiVersion: 'batch/v1',
    plural: 'cronjobs',
    make: () => ({ spec: cronSpec() }),
    status: { lastScheduleTime: '2026-01-01T00:00:00Z' },
    updatedStatus: { lastScheduleTime: '2026-01-01T00:01:00Z' },
  }),
  operations('[sig-node] RuntimeClass should support RuntimeClasses API operations [Conformance]', {
    apiVersion: 'node.k8s.io/v1',
    plural: 'runtimeclasses',
    make: (name) => ({ handler: `${name}-handler` }),
  }),
  operations('[sig-storage] CSIStorageCapacity should support CSIStorageCapacities API operations [Conformance]', {
    apiVersion: 'storage.k8s.io/v1',
    plural: 'csistoragecapacities',
    make: () => ({
      storageClassName: 'dummy-storage-class',
      nodeTopology: { matchExpressions: [{ key: 'x', operator: 'In', values: ['a', 'b'] }] },
      capacity: '1Gi',
    }),
  }),
];

function cronSpec(): Loose {
  const template = {
    metadata: { labels: { cronjob: 'e2e' } },
    spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c', image: 'pause' }] },
  };
  return {
    schedule: '* */1 * * ?',
    suspend: true,
    concurrencyPolicy: 'Allow',
    jobTemplate: { spec: { parallelism: 2, completions: 2, backoffLimit: 6, template } },
  };
}

const CSR_TITLE =
  '[sig-auth] Certificates API [Privileged:ClusterAdmin] should support CSR API operations [Conformance]';

async function signing(t: Trial): Promise<void> {
  const make = (): Loose => ({
    spec: {
      request: REQUEST,
      signerName: 'example.com/e2e-test-signer',
      expirationSeconds: 3600,
      usages: ['digital signature', 'key encipherment', 'server auth'],
    },
  });
  const apiVersion = 'certificates.k8s.io/v1';
  await apiOperations(t, { apiVersion, plural: 'certificatesigningrequests', make });
  const csrs = t.of(apiVersion, 'certificatesigningrequests');
  const { metadata } = await csrs.create({ metadata: { generateName: 'e2e-example-csr-' }, ...make() });
  const { name } = metadata;
  t.cleanup(() => csrs.remove(name));
  expect((await csrs.get(name, 'approval')).metadata.uid).toBe(metadata.uid);
  const conditions = [{ type: 'ApprovalPatch', status: 'True', reason: 'e2e' }];
  const body = { metadata: { annotations: { patchedapproval: 'true' } }, status: { conditions } };
  const patched = await csrs.patch(name, 'merge', body, 'approval');
  expect(patched.status.conditions[0]).toMatchObject({ type: 'ApprovalPatch' });
  expect(patched.metadata.annotations).toMatchObject({ patchedapproval: 'true' });
  const approved = { type: 'Approved', status: 'True', reason: 'E2E', message: 'Set from an e2e test' };
  const both = { ...patched, status: { ...patched.status, conditions: [...patched.status.conditions, approved] } };
  expect((await csrs.update(both, 'approval')).status.conditions[1]).toMatchObject({ type: 'Approved' });

  expect((await csrs.get(name, 'status')).metadata.uid).toBe(metadata.uid);
  const signed = { metadata: { annotations: { patchedstatus: 'true' } }, status: { certificate: CERTIFICATE } };
  const withCertificate = await csrs.patch(name, 'merge', signed, 'status');
  expect(withCertificate.status.certificate).toBe(CERTIFICATE);
  const more = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from an e2e test' };
  const updated = await csrs.change(name, (x) => void x.status.conditions.push(more), 'status');
  expect(updated.status.conditions).toHaveLength(3);
}

export const OPERATIONS: readonly Spec[] = [
  ...FLOWS,
  ...POLICIES,
  ...NETWORK,
  ...OTHERS,
  { title: CSR_TITLE, run: signing },
];
