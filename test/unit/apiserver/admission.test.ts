import { describe, expect, it } from 'vitest';
import type { Credential } from '../../../src/simulator/apiserver/index.ts';
import { ask, type Bench, bench, bodyOf, pod } from './support.ts';

const NS = '/api/v1/namespaces/default';
const PODS = `${NS}/pods`;

function ready(): Bench {
  const b = bench();
  ask(b, `POST ${NS}/serviceaccounts`, { metadata: { name: 'default' } });
  return b;
}

const message = (r: { body?: unknown }): string => (r.body as { message: string }).message;
const limited = (requests: object, limits: object = {}): object => ({
  spec: { containers: [{ name: 'main', image: 'nginx', resources: { requests, limits } }] },
});

describe('NamespaceLifecycle', () => {
  it('lets nothing into a namespace that is not there or is going', () => {
    const b = ready();
    expect(message(ask(b, 'POST /api/v1/namespaces/none/configmaps', { metadata: { name: 'a' } }))).toBe(
      'namespaces "none" not found',
    );
    ask(b, 'POST /api/v1/namespaces', { metadata: { name: 'demo' } });
    const going = bodyOf(ask(b, 'DELETE /api/v1/namespaces/demo'));
    expect(going.status.phase).toBe('Terminating');
    const refused = ask(b, 'POST /api/v1/namespaces/demo/configmaps', { metadata: { name: 'a' } });
    expect(message(refused)).toBe(
      'configmaps "a" is forbidden: unable to create new content in namespace demo because it is being terminated',
    );
    expect(bodyOf(refused).details.causes).toEqual([
      { reason: 'NamespaceTerminating', message: 'namespace demo is being terminated', field: 'metadata.namespace' },
    ]);
    expect(message(ask(b, 'DELETE /api/v1/namespaces/kube-system'))).toBe(
      'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    );
  });

  it('a namespace goes with its last finalizer', () => {
    const b = ready();
    ask(b, 'POST /api/v1/namespaces', { metadata: { name: 'demo' } });
    const going = bodyOf(ask(b, 'DELETE /api/v1/namespaces/demo'));
    ask(b, 'PUT /api/v1/namespaces/demo/finalize', { ...going, spec: {} });
    expect(ask(b, 'GET /api/v1/namespaces/demo').code).toBe(404);
  });
});

describe('PodSecurity', () => {
  it('refuses in the words of a real server', () => {
    const b = ready();
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    ask(
      b,
      'PATCH /api/v1/namespaces/default',
      { metadata: { labels } },
      { contentType: 'application/merge-patch+json' },
    );
    expect(message(ask(b, `POST ${PODS}`, pod('web')))).toBe(
      'pods "web" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
  });

  it('warns of a workload whose pods would be refused, and lets it through', () => {
    const b = ready();
    const labels = { 'pod-security.kubernetes.io/warn': 'baseline' };
    ask(
      b,
      'PATCH /api/v1/namespaces/default',
      { metadata: { labels } },
      { contentType: 'application/merge-patch+json' },
    );
    const template = {
      metadata: { labels: { a: 'b' } },
      spec: { hostNetwork: true, containers: [{ name: 'c', image: 'x' }] },
    };
    const made = ask(b, 'POST /apis/apps/v1/namespaces/default/deployments', {
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    });
    expect(made.code).toBe(201);
    expect(made.warnings).toEqual(['would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)']);
  });
});

describe('LimitRanger', () => {
  it('fills in defaults and refuses what is out of bounds', () => {
    const b = ready();
    ask(b, `POST ${NS}/limitranges`, {
      metadata: { name: 'l' },
      spec: {
        limits: [{ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' } }],
      },
    });
    const made = bodyOf(ask(b, `POST ${PODS}`, pod('p')));
    expect(made.spec.containers[0].resources).toEqual({ limits: { cpu: '500m' }, requests: { cpu: '100m' } });
    expect(made.metadata.annotations['kubernetes.io/limit-ranger']).toBe(
      'LimitRanger plugin set: cpu request for container main; cpu limit for container main',
    );
    expect(message(ask(b, `POST ${PODS}`, pod('q', limited({}, { cpu: '2' }))))).toBe(
      'pods "q" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    );
  });
});

describe('ResourceQuota', () => {
  it('counts at once and refuses what is too much', () => {
    const b = ready();
    const hard = { pods: '1', 'requests.cpu': '1' };
    const quota = bodyOf(ask(b, `POST ${NS}/resourcequotas`, { metadata: { name: 'q' }, spec: { hard } }));
    ask(b, `PUT ${NS}/resourcequotas/q/status`, {
      ...quota,
      status: { hard, used: { pods: '0', 'requests.cpu': '0' } },
    });
    expect(message(ask(b, `POST ${PODS}`, pod('none')))).toBe(
      'pods "none" is forbidden: failed quota: q: must specify requests.cpu for: main',
    );
    expect(ask(b, `POST ${PODS}`, pod('one', limited({ cpu: '300m' }))).code).toBe(201);
    expect(bodyOf(ask(b, `GET ${NS}/resourcequotas/q`)).status.used).toEqual({ pods: '1', 'requests.cpu': '300m' });
    expect(message(ask(b, `POST ${PODS}`, pod('two', limited({ cpu: '100m' }))))).toBe(
      'pods "two" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    );
  });
});

describe('a kubelet', () => {
  const kubelet: Credential = {
    type: 'certificate',
    commonName: 'system:node:node-1',
    organizations: ['system:nodes'],
  };

  it('sees and writes what belongs to its own node, and no more', () => {
    const b = ready();
    const as = { credential: kubelet };
    expect(ask(b, 'POST /api/v1/nodes', { metadata: { name: 'node-1' } }, as).code).toBe(201);
    ask(b, 'POST /api/v1/nodes', { metadata: { name: 'node-2' } });
    expect(message(ask(b, 'GET /api/v1/nodes/node-2', undefined, as))).toBe(
      `nodes "node-2" is forbidden: User "system:node:node-1" cannot get resource "nodes" in API group "" at the cluster scope: node 'node-1' cannot read 'node-2', only its own Node object`,
    );
    const patch = { contentType: 'application/merge-patch+json', ...as };
    expect(message(ask(b, 'PATCH /api/v1/nodes/node-2', { metadata: { labels: { a: 'b' } } }, patch))).toBe(
      'nodes "node-2" is forbidden: node "node-1" is not allowed to modify node "node-2"',
    );
    expect(message(ask(b, 'PATCH /api/v1/nodes/node-1', { spec: { taints: [] } }, patch))).toBe(
      'nodes "node-1" is forbidden: node "node-1" is not allowed to modify taints',
    );
    const secret = `${NS}/secrets/s`;
    ask(b, `POST ${NS}/secrets`, { metadata: { name: 's' } });
    expect(ask(b, `GET ${secret}`, undefined, as).code).toBe(403);
    const uses = { spec: { nodeName: 'node-1', volumes: [{ name: 'v', secret: { secretName: 's' } }] } };
    ask(b, `POST ${PODS}`, pod('p', uses));
    expect(ask(b, `GET ${secret}`, undefined, as).code).toBe(200);
    ask(b, `POST ${PODS}`, pod('far', { spec: { nodeName: 'node-2' } }));
    expect(message(ask(b, `DELETE ${PODS}/far`, undefined, as))).toBe(
      'pods "far" is forbidden: node "node-1" can only delete pods with spec.nodeName set to itself',
    );
  });
});

describe('Priority', () => {
  const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses';
  const priorityClass = (name: string, globalDefault: boolean): object => ({
    metadata: { name },
    value: 10,
    globalDefault,
  });

  it('lets one class be that of pods that name none, not two', () => {
    const b = ready();
    expect(ask(b, `POST ${CLASSES}`, priorityClass('first', true)).code).toBe(201);
    const refused = ask(b, `POST ${CLASSES}`, priorityClass('second', true));
    expect(refused.code).toBe(403);
    expect(message(refused)).toBe(
      'priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass first is already marked as default. Only one default can exist',
    );
    expect(ask(b, `POST ${CLASSES}`, priorityClass('second', false)).code).toBe(201);
    const merge = { contentType: 'application/merge-patch+json' };
    expect(ask(b, `PATCH ${CLASSES}/second`, { globalDefault: true }, merge).code).toBe(403);
    expect(ask(b, `PATCH ${CLASSES}/first`, { description: 'for most' }, merge).code).toBe(200);
  });
});
