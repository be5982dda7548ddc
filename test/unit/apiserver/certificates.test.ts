import { describe, expect, it } from 'vitest';
import type { Credential } from '../../../src/simulator/apiserver/index.ts';
import { ask, type Bench, bench, bodyOf, pod } from './support.ts';

const BASE = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
/** A request of openssl's for /O=system:masters/CN=root. */
const MASTERS =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIak1JR0tBZ0VBTUNneEZ6QVZCZ05WQkFvTURuTjVjM1JsYlRwdFlYTjBaWEp6TVEwd0N3WURWUVFEREFSeQpiMjkwTUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFYVBPNDZMNUJIaTliQnNnQ1VkRHUwQmVhClJub04wZS9LQmRGR3RzbWJ3MzlEY283Yk9iaHZTUDVIL3VrZ1JheXVRNnhvKzZoQlJOUjlvdXl4aUM2Y0NLQUEKTUFvR0NDcUdTTTQ5QkFNQ0EwZ0FNRVVDSVFERC9zM0dzbjVKRGtNbzJSTDJPZ2E2amNFRE1MQ0c5ZTFFakQvNgpzVE9ZandJZ01aWHdHaEhNVXJIZ1ZEcTVTMENYWWN5UnFvWTNsWVZrQWtiQ2VLdThXK289Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';
const CLIENT = 'kubernetes.io/kube-apiserver-client';

function csr(name: string, signerName: string): object {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: { request: MASTERS, signerName, usages: ['client auth'] },
  };
}

/** A user who may change requests, and by `signers` do this and that for signers. */
function user(b: Bench, name: string, signers: readonly { verbs: string[]; resourceNames: string[] }[]): Credential {
  const group = 'certificates.k8s.io';
  const rules = [
    {
      apiGroups: [group],
      resources: ['certificatesigningrequests/status', 'certificatesigningrequests/approval'],
      verbs: ['update', 'patch'],
    },
    ...signers.map((s) => ({ apiGroups: [group], resources: ['signers'], ...s })),
  ];
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  ask(b, `POST ${rbac}/clusterroles`, { metadata: { name }, rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }];
  ask(b, `POST ${rbac}/clusterrolebindings`, { metadata: { name }, roleRef, subjects });
  return { type: 'certificate', commonName: name, organizations: [] };
}

const message = (r: { body?: unknown }): string => (r.body as { message: string }).message;

describe('certificate requests', () => {
  it('for the API server’s clients cannot be in system:masters', () => {
    const b = bench();
    expect(message(ask(b, `POST ${BASE}`, csr('root', CLIENT)))).toBe(
      `certificatesigningrequests.certificates.k8s.io "root" is forbidden: use of ${CLIENT} signer with system:masters group is not allowed`,
    );
    expect(ask(b, `POST ${BASE}`, csr('root', 'example.com/own')).code).toBe(201);
  });

  it('are signed by those who may sign for the signer, or for all of its domain', () => {
    const b = bench();
    const made = bodyOf(ask(b, `POST ${BASE}`, csr('c', 'example.com/own')));
    const condition = { type: 'Failed', status: 'True', reason: 'R', message: 'm' };
    const wanted = { ...made, status: { conditions: [condition] } };
    const nobody = user(b, 'nobody', []);
    const refused = ask(b, `PUT ${BASE}/c/status`, wanted, { credential: nobody });
    expect(message(refused)).toBe(
      'certificatesigningrequests.certificates.k8s.io "c" is forbidden: user not permitted to sign requests with signerName "example.com/own"',
    );
    expect(ask(b, `PUT ${BASE}/c/status`, made, { credential: nobody }).code).toBe(200);
    const signer = user(b, 'signer', [{ verbs: ['sign'], resourceNames: ['example.com/*'] }]);
    expect(ask(b, `PUT ${BASE}/c/status`, wanted, { credential: signer }).code).toBe(200);
  });

  it('are approved by those who may approve for the signer', () => {
    const b = bench();
    const made = bodyOf(ask(b, `POST ${BASE}`, csr('c', 'example.com/own')));
    const wanted = { ...made, status: { conditions: [{ type: 'Approved', status: 'True' }] } };
    const signer = user(b, 'signer', [{ verbs: ['sign'], resourceNames: ['example.com/own'] }]);
    expect(message(ask(b, `PUT ${BASE}/c/approval`, wanted, { credential: signer }))).toContain(
      'user not permitted to approve requests with signerName "example.com/own"',
    );
    const approver = user(b, 'approver', [{ verbs: ['approve'], resourceNames: ['example.com/own'] }]);
    expect(ask(b, `PUT ${BASE}/c/approval`, wanted, { credential: approver }).code).toBe(200);
  });
});

describe('pods on a node', () => {
  const PODS = '/api/v1/namespaces/default/pods';

  function withNode(): Bench {
    const b = bench();
    ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
    const labels = { 'kubernetes.io/os': 'linux', 'topology.kubernetes.io/zone': 'z1' };
    const node = bodyOf(ask(b, 'POST /api/v1/nodes', { metadata: { name: 'n', labels } }));
    const amounts = { cpu: '2', memory: '1Gi' };
    ask(b, 'PUT /api/v1/nodes/n/status', { ...node, status: { allocatable: amounts, capacity: amounts } });
    return b;
  }

  it('get the labels of its place, and a Binding’s go before their own', () => {
    const b = withNode();
    const own = bodyOf(ask(b, `POST ${PODS}`, pod('own', { spec: { nodeName: 'n' } })));
    expect(own.metadata.labels).toEqual({ 'topology.kubernetes.io/zone': 'z1' });
    ask(b, `POST ${PODS}`, pod('bound', { metadata: { labels: { 'topology.kubernetes.io/zone': 'mine' } } }));
    const binding = { metadata: { name: 'bound' }, target: { kind: 'Node', name: 'n' } };
    expect(ask(b, `POST ${PODS}/bound/binding`, binding).code).toBe(201);
    expect(bodyOf(ask(b, `GET ${PODS}/bound`)).metadata.labels['topology.kubernetes.io/zone']).toBe('z1');
  });

  it('cannot be resized beyond what it has', () => {
    const b = withNode();
    const containers = (cpu: string) => [{ name: 'main', image: 'nginx:1.27', resources: { requests: { cpu } } }];
    ask(b, `POST ${PODS}`, pod('p', { spec: { nodeName: 'n', containers: containers('100m') } }));
    const type = { contentType: 'application/strategic-merge-patch+json' };
    const resized = (cpu: string) => ask(b, `PATCH ${PODS}/p/resize`, { spec: { containers: containers(cpu) } }, type);
    expect(message(resized('3'))).toBe(
      'pods "p" is forbidden: node didn\'t have enough allocatable resources: cpu, requested: 3000, allocatable: 2000',
    );
    expect(resized('1').code).toBe(200);
  });
});
