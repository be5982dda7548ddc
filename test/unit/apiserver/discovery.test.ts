import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sharedPath } from '../../support/shared.ts';
import { ask, bench, bodyOf } from './support.ts';

const read = (name: string): string => fs.readFileSync(sharedPath(`discovery/${name}`), 'utf8');
const ACCEPT = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

describe('discovery', () => {
  it.each([
    ['/api', 'api.json'],
    ['/apis', 'apis.json'],
  ])('%s says what a real server says', (path, file) => {
    const answer = ask(bench(), `GET ${path}`, undefined, { accept: ACCEPT });
    expect(answer.contentType).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    expect(answer.body).toEqual(JSON.parse(read(file)));
  });

  it('has the older form too', () => {
    const b = bench();
    expect(bodyOf(ask(b, 'GET /api')).versions).toEqual(['v1']);
    expect(bodyOf(ask(b, 'GET /apis')).groups.map((g: { name: string }) => g.name)).toContain('apps');
    expect(bodyOf(ask(b, 'GET /apis/autoscaling')).preferredVersion).toEqual({
      groupVersion: 'autoscaling/v2',
      version: 'v2',
    });
    const names = bodyOf(ask(b, 'GET /api/v1')).resources.map((r: { name: string }) => r.name);
    expect(names).toContain('pods/log');
    expect(names).toEqual([...names].sort());
    expect(ask(b, 'GET /apis/none').code).toBe(404);
  });
});

describe('health and version', () => {
  it.each([
    ['/readyz', 'readyz-verbose.txt'],
    ['/livez', 'livez-verbose.txt'],
  ])('%s lists the checks of a real server', (path, file) => {
    const b = bench();
    expect(ask(b, `GET ${path}`).text).toBe('ok');
    expect(ask(b, `GET ${path}`, undefined, { q: { verbose: '' } }).text).toBe(read(file));
    expect(ask(b, `GET ${path}/ping`).text).toBe('ok');
  });

  it('/version is that of v1.36.2', () => {
    expect(bodyOf(ask(bench(), 'GET /version'))).toMatchObject({ major: '1', minor: '36', gitVersion: 'v1.36.2' });
  });
});

describe('unknown paths and forms', () => {
  it('are 404 in plain text, 405 and 406', () => {
    const b = bench();
    expect(ask(b, 'GET /nowhere')).toMatchObject({ code: 404, text: '404 page not found\n' });
    expect(ask(b, 'GET /api/v1/namespaces/default/bogus').code).toBe(404);
    expect(ask(b, 'DELETE /api/v1/componentstatuses').code).toBe(405);
    const refused = ask(b, 'GET /api/v1/nodes', undefined, { accept: 'application/vnd.kubernetes.protobuf' });
    expect(refused).toMatchObject({ code: 406, body: { reason: 'NotAcceptable' } });
  });
});

describe('/metrics', () => {
  it('counts requests and objects', () => {
    const b = bench();
    ask(b, 'GET /api/v1/nodes');
    const { text = '', contentType } = ask(b, 'GET /metrics');
    expect(contentType).toContain('text/plain');
    expect(text).toContain('# TYPE apiserver_request_total counter');
    expect(text).toMatch(
      /apiserver_request_total\{code="200",component="apiserver",.*resource="nodes",.*verb="LIST",version="v1"\} 1/,
    );
    expect(text).toContain('apiserver_resource_objects{resource="namespaces"} 4');
  });
});

describe('bootstrap tokens', () => {
  it('say who a new node is, until they expire', () => {
    const b = bench();
    const base64 = (t: string): string => Buffer.from(t).toString('base64');
    const fields = {
      'token-id': 'abcdef',
      'token-secret': '0123456789abcdef',
      'usage-bootstrap-authentication': 'true',
      'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
      expiration: '2026-01-01T01:00:00Z',
    };
    const data = Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, base64(v)]));
    const secret = { metadata: { name: 'bootstrap-token-abcdef' }, type: 'bootstrap.kubernetes.io/token', data };
    ask(b, 'POST /api/v1/namespaces/kube-system/secrets', secret);
    const me = (): ReturnType<typeof ask> =>
      ask(
        b,
        'POST /apis/authentication.k8s.io/v1/selfsubjectreviews',
        {},
        { credential: { type: 'token', token: 'abcdef.0123456789abcdef' } },
      );
    expect(bodyOf(me()).status.userInfo).toEqual({
      username: 'system:bootstrap:abcdef',
      groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm:default-node-token', 'system:authenticated'],
    });
    b.kernel.runUntil(2 * 3_600_000_000);
    expect(me().code).toBe(401);
  });
});
