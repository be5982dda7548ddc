import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeBase64, utf8 } from '../../../src/model/base64.ts';
import type { CertificateSigningRequest } from '../../../src/model/generated/certificates.v1.ts';
import type { ConfigMap, Secret } from '../../../src/model/generated/core.v1.ts';
import type { KubeList } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import * as bootstrap from '../../../src/simulator/controllers/bootstrap/decide.ts';
import { requestFor } from './csr.ts';
import { NOW } from './objects.ts';

const MINUTE = 60_000_000;
const at = (ms: number): string => new Date(ms).toISOString().replace('.000', '');

function secretOf(type: string, metadata: Secret['metadata'], texts: Record<string, string> = {}): Secret {
  const data = Object.fromEntries(Object.entries(texts).map(([k, v]) => [k, encodeBase64(utf8(v))]));
  return { apiVersion: 'v1', kind: 'Secret', metadata, type, data };
}

function token(id: string, more: Record<string, string> = {}): Secret {
  const texts = { 'token-id': id, 'token-secret': '0123456789abcdef', 'usage-bootstrap-signing': 'true', ...more };
  return secretOf(bootstrap.TOKEN_TYPE, { name: `bootstrap-token-${id}`, namespace: 'kube-system' }, texts);
}

describe('bootstrap tokens', () => {
  it('sign as JSON Web Signatures do', () => {
    const [header = '', , signature] = bootstrap.detachedSignature('hello', 'abcdef', 'secret').split('.');
    expect(Buffer.from(header, 'base64url').toString()).toBe('{"alg":"HS256","kid":"abcdef"}');
    const message = `${header}.${Buffer.from('hello').toString('base64url')}`;
    expect(signature).toBe(createHmac('sha256', 'secret').update(message).digest('base64url'));
  });
  it.each<[string, Secret, boolean]>([
    ['as they are', token('abcdef'), true],
    ['not when expired', token('abcdef', { expiration: at(NOW - 1000) }), false],
    ['before they expire', token('abcdef', { expiration: at(NOW + 1000) }), true],
    ['not when nobody said they may', token('abcdef', { 'usage-bootstrap-signing': 'false' }), false],
    ['not under another name', token('abcdef', { 'token-id': 'other1' }), false],
  ])('%s', (_, secret, may) => expect(bootstrap.signingToken(secret, NOW) !== undefined).toBe(may));
  it('replace their signatures, and leave the rest', () => {
    const signed = bootstrap.signedData(
      { kubeconfig: 'k', 'jws-kubeconfig-gone00': 'x', more: 'm' },
      [token('abcdef')],
      NOW,
    );
    expect(Object.keys(signed ?? {})).toEqual(['kubeconfig', 'more', 'jws-kubeconfig-abcdef']);
    expect(signed && bootstrap.signedData(signed, [token('abcdef')], NOW)).toBeUndefined();
  });
});

describe('in a cluster', () => {
  const cluster = new Cluster({ nodes: 1, registerControlPlane: false });
  cluster.settle(MINUTE);
  const get = (path: string): { code: number; body?: unknown } =>
    cluster.request({ method: 'GET', path, observer: true });
  const post = (path: string, body: object): void => {
    expect(cluster.request({ method: 'POST', path, body }).code).toBe(201);
  };

  const map = (): ConfigMap => get('/api/v1/namespaces/kube-public/configmaps/cluster-info').body as ConfigMap;
  const system = '/api/v1/namespaces/kube-system/secrets';

  it('kubeadm’s token and any other sign cluster-info for as long as they live', () => {
    const [kubeadms, ...others] = (get(system).body as KubeList<Secret>).items.filter(
      (s) => s.type === bootstrap.TOKEN_TYPE,
    );
    expect(others).toEqual([]);
    const id = kubeadms?.metadata.name?.slice(-6);
    post(system, token('abcdef', { expiration: at(cluster.wallMs + 3_600_000) }));
    cluster.settle(MINUTE);
    const signature = map().data?.['jws-kubeconfig-abcdef'];
    expect(signature).toMatch(/^[\w-]+\.\.[\w-]{43}$/);
    expect(map().data?.[`jws-kubeconfig-${id}`]).toMatch(/^[\w-]+\.\.[\w-]{43}$/);
    cluster.runUntil(cluster.now + 61 * MINUTE);
    expect(get(`${system}/bootstrap-token-abcdef`).code).toBe(404);
    expect(Object.keys(map().data ?? {}).sort()).toEqual([`jws-kubeconfig-${id}`, 'kubeconfig'].sort());
  });

  it('whoever holds one may read cluster-info, and ask for a kubelet’s certificate, which is approved and signed', () => {
    const path = '/api/v1/namespaces/kube-public/configmaps/cluster-info';
    const as = { actor: { component: 'kubelet' }, userAgent: 'kubeadm', contentType: 'application/json' } as const;
    expect(cluster.server.handle({ ...as, method: 'GET', path, credential: { type: 'anonymous' } }).code).toBe(200);
    const [secret] = (get(system).body as KubeList<Secret>).items.filter((s) => s.type === bootstrap.TOKEN_TYPE);
    const read = (key: string): string => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString();
    const credential = { type: 'token', token: `${read('token-id')}.${read('token-secret')}` } as const;
    const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const spec = {
      request: requestFor('system:node:new', ['system:nodes']),
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      usages: ['digital signature', 'client auth'],
    };
    const value = {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'join' },
      spec,
    };
    expect(cluster.server.handle({ ...as, method: 'POST', path: requests, body: { value }, credential }).code).toBe(
      201,
    );
    cluster.settle(MINUTE);
    const joined = get(`${requests}/join`).body as CertificateSigningRequest;
    expect(joined.spec.groups).toContain('system:bootstrappers:kubeadm:default-node-token');
    expect(joined.status?.conditions?.[0]?.message).toBe(
      'Auto approving kubelet client certificate after SubjectAccessReview.',
    );
    expect(joined.status?.certificate).toBeDefined();
    expect(cluster.server.handle({ ...as, method: 'GET', path: '/api/v1/pods', credential }).code).toBe(403);
  });

  const secrets = '/api/v1/namespaces/default/secrets';
  const type = 'kubernetes.io/service-account-token';
  const annotations = { 'kubernetes.io/service-account.name': 'builder' };

  it('a Secret for a ServiceAccount is filled with a token that the API server takes, until the account goes', () => {
    post('/api/v1/namespaces/default/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'builder' },
    });
    post(secrets, secretOf(type, { name: 'builder-token', annotations }));
    cluster.settle(MINUTE);
    const secret = get(`${secrets}/builder-token`).body as Secret;
    expect(Object.keys(secret.data ?? {}).sort()).toEqual(['ca.crt', 'namespace', 'token']);
    expect(secret.metadata.annotations?.['kubernetes.io/service-account.uid']).toMatch(/^[0-9a-f-]{36}$/);
    const bearer = Buffer.from(secret.data?.token ?? '', 'base64').toString();
    const claims = JSON.parse(Buffer.from(bearer.split('.')[1] ?? '', 'base64url').toString()) as {
      iss: string;
      exp?: number;
    };
    expect(claims).toMatchObject({ iss: 'kubernetes/serviceaccount', sub: 'system:serviceaccount:default:builder' });
    expect(claims.exp).toBeUndefined();
    expect(cluster.server.tokens.verify(bearer)?.user.name).toBe('system:serviceaccount:default:builder');
    cluster.request({ method: 'DELETE', path: '/api/v1/namespaces/default/serviceaccounts/builder' });
    expect(cluster.server.tokens.verify(bearer)).toBeUndefined();
    cluster.settle(MINUTE);
    expect(get(`${secrets}/builder-token`).code).toBe(404);
  });
  it('the day of its last use stands on the Secret, and a label bars it', () => {
    post('/api/v1/namespaces/default/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'caller' },
    });
    const of = { 'kubernetes.io/service-account.name': 'caller' };
    post(secrets, secretOf(type, { name: 'caller-token', annotations: of }));
    cluster.settle(MINUTE);
    const secret = (): Secret => get(`${secrets}/caller-token`).body as Secret;
    const token = Buffer.from(secret().data?.token ?? '', 'base64').toString();
    const code = (): number =>
      cluster.server.handle({
        method: 'GET',
        path: '/api',
        contentType: 'application/json',
        userAgent: 'curl',
        credential: { type: 'token', token },
        actor: { component: 'user' },
      }).code;
    const LABEL = 'kubernetes.io/legacy-token-last-used';
    expect(secret().metadata.labels?.[LABEL]).toBeUndefined();
    expect(code()).toBe(200);
    cluster.settle(MINUTE);
    expect(secret().metadata.labels?.[LABEL]).toBe(at(cluster.wallMs).slice(0, 10));
    expect(secret().metadata.managedFields?.map((m) => m.manager)).toContain('kube-apiserver');
    const version = secret().metadata.resourceVersion;
    expect(code()).toBe(200);
    cluster.settle(MINUTE);
    expect(secret().metadata.resourceVersion).toBe(version);
    cluster.request({
      method: 'PATCH',
      path: `${secrets}/caller-token`,
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } } },
    });
    expect(code()).toBe(401);
  });
  it('a ConfigMap says since when; made anew when it is deleted, set right when it is spoilt', () => {
    const path = '/api/v1/namespaces/kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking';
    const since = (): string | undefined => (get(path).body as ConfigMap).data?.since;
    const today = (): string => at(cluster.wallMs).slice(0, 10);
    expect(since()).toBe('2026-01-01');
    cluster.request({ method: 'DELETE', path });
    cluster.runUntil(cluster.now + MINUTE);
    expect(since()).toBe(today());
    cluster.request({ method: 'DELETE', path });
    cluster.runUntil(cluster.now + 20 * MINUTE);
    expect(get(path).code).toBe(404);
    cluster.runUntil(cluster.now + 20 * MINUTE);
    cluster.request({
      method: 'PATCH',
      path,
      contentType: 'application/merge-patch+json',
      body: { data: { since: 'x' } },
    });
    cluster.runUntil(cluster.now + MINUTE);
    expect(since()).toBe(today());
  });
  it('one for an account that never was is deleted', () => {
    post(secrets, secretOf(type, { name: 'nobody', annotations: { 'kubernetes.io/service-account.name': 'nobody' } }));
    cluster.settle(MINUTE);
    expect(get(`${secrets}/nobody`).code).toBe(404);
  });
});
