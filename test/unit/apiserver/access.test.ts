import { describe, expect, it } from 'vitest';
import type { ApiRequest, Credential } from '../../../src/simulator/apiserver/index.ts';
import { ask, type Bench, bench, bodyOf, configMap } from './support.ts';

const NS = '/api/v1/namespaces/default';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const jane: Credential = { type: 'certificate', commonName: 'jane', organizations: ['dev'] };
const as = { credential: jane };

function grant(b: Bench, name: string, rules: object[], kind: 'Role' | 'ClusterRole' = 'Role'): void {
  const where = kind === 'Role' ? '/namespaces/default/roles' : '/clusterroles';
  ask(b, `POST ${RBAC}${where}`, { metadata: { name }, rules });
  const bindings = kind === 'Role' ? '/namespaces/default/rolebindings' : '/clusterrolebindings';
  ask(b, `POST ${RBAC}${bindings}`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }],
  });
}

const message = (r: { body?: unknown }): string => (r.body as { message: string }).message;

describe('RBAC', () => {
  it('says who may not do what where, and tells a learner what came closest', () => {
    const b = bench();
    const first = ask(b, `GET ${NS}/pods`, undefined, as);
    expect(message(first)).toBe(
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    expect(message(ask(b, 'GET /api/v1/nodes/n', undefined, as))).toBe(
      'nodes "n" is forbidden: User "jane" cannot get resource "nodes" in API group "" at the cluster scope',
    );
    expect(message(ask(b, 'GET /metrics', undefined, as))).toBe('forbidden: User "jane" cannot get path "/metrics"');
    grant(b, 'reader', [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]);
    const second = ask(b, `GET ${NS}/pods`, undefined, as);
    const stage = b.trace.get(second.step)?.request?.stages.find((s) => s.stage === 'authorization');
    expect(stage).toMatchObject({ verdict: 'refused' });
    expect(stage?.text).toContain('RoleBinding reader gives get on "pods", not list');
  });

  it('takes a change at once, and counts names, sub-resources and wildcards', () => {
    const b = bench();
    ask(b, `POST ${NS}/configmaps`, configMap('a'));
    const may = (line: string): boolean => ask(b, line, undefined, as).code !== 403;
    expect(may(`GET ${NS}/configmaps/a`)).toBe(false);
    grant(b, 'one', [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['a'], verbs: ['get'] }]);
    expect([may(`GET ${NS}/configmaps/a`), may(`GET ${NS}/configmaps/b`)]).toEqual([true, false]);
    grant(b, 'logs', [{ apiGroups: [''], resources: ['pods/log'], verbs: ['*'] }]);
    expect([may(`GET ${NS}/pods/p/log`), may(`GET ${NS}/pods/p`)]).toEqual([true, false]);
    ask(b, `DELETE ${RBAC}/namespaces/default/rolebindings/one`);
    expect(may(`GET ${NS}/configmaps/a`)).toBe(false);
    grant(b, 'paths', [{ nonResourceURLs: ['/metrics', '/logs/*'], verbs: ['get'] }], 'ClusterRole');
    expect([may('GET /metrics'), may('GET /logs/x'), may('GET /debug')]).toEqual([true, true, false]);
  });

  it('names a role that is not there', () => {
    const b = bench();
    ask(b, `POST ${RBAC}/clusterrolebindings`, {
      metadata: { name: 'x' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'gone' },
      subjects: [{ kind: 'Group', name: 'dev', apiGroup: 'rbac.authorization.k8s.io' }],
    });
    expect(message(ask(b, `GET ${NS}/pods`, undefined, as))).toContain(
      ': RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    );
  });

  it('lets nobody grant more than they have', () => {
    const b = bench();
    grant(b, 'admin', [
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['create', 'update'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
    ]);
    const path = `POST ${RBAC}/namespaces/default/roles`;
    const role = (name: string, verbs: string[], resources: string[]): object => ({
      metadata: { name },
      rules: [{ apiGroups: [''], resources, verbs }],
    });
    expect(ask(b, path, role('fine', ['get'], ['pods']), as).code).toBe(201);
    expect(message(ask(b, path, role('r', ['get', 'delete'], ['pods', 'secrets']), as))).toBe(
      'roles.rbac.authorization.k8s.io "r" is forbidden: user "jane" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}',
    );
    const binding = {
      metadata: { name: 'b' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }],
    };
    expect(ask(b, `POST ${RBAC}/namespaces/default/rolebindings`, binding, as).code).toBe(403);
    expect(ask(b, path, role('r', ['*'], ['secrets'])).code).toBe(201);
  });
});

describe('ServiceAccount tokens', () => {
  const token = (b: Bench, spec: object = {}): string =>
    bodyOf(ask(b, `POST ${NS}/serviceaccounts/robot/token`, { spec })).status.token;

  it('say who the caller is until they expire or the account goes', () => {
    const b = bench();
    ask(b, `POST ${NS}/serviceaccounts`, { metadata: { name: 'robot' } });
    const given = token(b);
    expect(given.split('.')).toHaveLength(3);
    const me = (t: string): ReturnType<typeof ask> =>
      ask(b, 'POST /apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { credential: { type: 'token', token: t } });
    expect(bodyOf(me(given)).status.userInfo).toMatchObject({
      username: 'system:serviceaccount:default:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
    expect(me(`${given.slice(0, -4)}AAAA`).code).toBe(401);
    b.kernel.runUntil(3_700_000_000);
    expect(me(given).code).toBe(401);
    const fresh = token(b);
    expect(me(fresh).code).toBe(201);
    ask(b, `DELETE ${NS}/serviceaccounts/robot`);
    expect(me(fresh).code).toBe(401);
  });

  it('last ten minutes at the least', () => {
    const b = bench();
    ask(b, `POST ${NS}/serviceaccounts`, { metadata: { name: 'robot' } });
    const refused = ask(b, `POST ${NS}/serviceaccounts/robot/token`, { spec: { expirationSeconds: 10 } });
    expect(message(refused)).toContain(
      'spec.expirationSeconds: Invalid value: 10: may not specify a duration less than 10 minutes',
    );
  });
});

describe('acting as somebody else', () => {
  const impersonate: ApiRequest['impersonate'] = { user: 'bob', groups: ['dev'] };

  it('needs the right to', () => {
    const b = bench();
    expect(message(ask(b, `GET ${NS}/pods`, undefined, { ...as, impersonate }))).toBe(
      'users "bob" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
    const asked = ask(b, 'POST /apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { impersonate });
    expect(bodyOf(asked).status.userInfo).toEqual({ username: 'bob', groups: ['dev', 'system:authenticated'] });
  });
});

describe('access reviews', () => {
  it('answer as the authorizers would', () => {
    const b = bench();
    grant(b, 'reader', [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]);
    const review = (resource: string): unknown => {
      const resourceAttributes = { namespace: 'default', verb: 'get', resource };
      const asked = ask(b, 'POST /apis/authorization.k8s.io/v1/subjectaccessreviews', {
        spec: { user: 'jane', resourceAttributes },
      });
      return bodyOf(asked).status;
    };
    expect(review('pods')).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "reader/default" of Role "reader" to User "jane"',
    });
    expect(review('secrets')).toEqual({ allowed: false });
    const rules = bodyOf(
      ask(b, 'POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews', { spec: { namespace: 'default' } }, as),
    ).status;
    expect(rules.resourceRules).toContainEqual({ verbs: ['get'], apiGroups: [''], resources: ['pods'] });
  });
});

describe('the audit log', () => {
  it('tells who wrote what, and what the server made of it', async () => {
    const events: {
      verb: string;
      objectRef: { name?: string };
      responseStatus: { code: number };
      stageTimestamp: string;
    }[] = [];
    const { Kernel } = await import('../../../src/kernel/kernel.ts');
    const { Store } = await import('../../../src/simulator/store/index.ts');
    const { TraceLog } = await import('../../../src/trace/log.ts');
    const { bootstrap, createApiServer } = await import('../../../src/simulator/apiserver/index.ts');
    const kernel = new Kernel({ seed: 'a', epochMs: 0 });
    const store = new Store(kernel);
    const trace = new TraceLog();
    const server = createApiServer({ kernel, store, trace, node: 'n', onAudit: (e) => events.push(e as never) });
    bootstrap(server, { address: '192.0.2.1', port: 6443, serviceCidr: '10.96.0.0/16' });
    const b = { kernel, store, trace, server };
    ask(b, `POST ${NS}/configmaps`, configMap('a', { k: 'v' }));
    ask(b, `GET ${NS}/configmaps/a`);
    ask(b, `DELETE ${NS}/configmaps/none`);
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({
      apiVersion: 'audit.k8s.io/v1',
      level: 'RequestResponse',
      stage: 'ResponseComplete',
      verb: 'create',
      user: { username: 'kubernetes-admin' },
      objectRef: { resource: 'configmaps', namespace: 'default', name: 'a', apiVersion: 'v1' },
      responseStatus: { code: 201 },
      requestObject: { data: { k: 'v' } },
      responseObject: { metadata: { name: 'a' } },
    });
    expect(events[0]?.stageTimestamp).toMatch(/\.\d{6}Z$/);
    expect(events[1]).toMatchObject({ verb: 'delete', responseStatus: { code: 404, reason: 'NotFound' } });
  });
});
