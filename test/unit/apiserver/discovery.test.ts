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
