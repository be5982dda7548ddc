import { beforeAll, describe, expect, it } from 'vitest';
import { Cluster } from '../../../src/simulator/cluster.ts';

const NS = '/api/v1/namespaces/default';
const MINUTE = 60_000_000;
let cluster: Cluster;

function get(path: string): { code: number; message: string; text: string | undefined; location: string | undefined } {
  const { code, body, text, headers } = cluster.request({ method: 'GET', path });
  const message = (body as { message?: string } | undefined)?.message ?? '';
  return { code, message, text, location: headers?.Location };
}

function post(path: string, body: object): void {
  const { code } = cluster.request({ method: 'POST', path, body });
  expect(code).toBe(201);
}

beforeAll(() => {
  cluster = new Cluster({ nodes: 1 });
  cluster.settle(MINUTE);
  const containers = [{ name: 'web', image: 'nginx:1.27', ports: [{ name: 'http', containerPort: 80 }] }];
  post(`${NS}/pods`, { metadata: { name: 'web', labels: { app: 'web' } }, spec: { containers } });
  const service = (name: string, selector: object) =>
    post(`${NS}/services`, {
      metadata: { name },
      spec: { selector, ports: [{ name: 'http', port: 8080, targetPort: 'http' }] },
    });
  service('web', { app: 'web' });
  service('empty', { app: 'none' });
  cluster.settle(MINUTE);
});

describe('proxy', () => {
  it('sends what it is asked to a pod’s port, and says that a stand-in answered', () => {
    expect(get(`${NS}/pods/web/proxy/`)).toMatchObject({ code: 200, text: expect.stringContaining('answer to GET /') });
    expect(get(`${NS}/pods/web:80/proxy/a/b`).text).toContain('answer to GET /a/b: pod web, container web');
    const { step } = cluster.request({ method: 'GET', path: `${NS}/pods/web/proxy/` });
    expect(cluster.trace.get(step)?.fidelity).toBe('simplified');
  });

  it('redirects to the path with a slash, on which relative links work', () => {
    const path = `${NS}/pods/web/proxy`;
    expect(get(path)).toMatchObject({ code: 301, location: `${path}/` });
  });

  it('finds nobody on other ports, in the words of Go', () => {
    const { code, message } = get(`${NS}/pods/web:81/proxy/`);
    expect(code).toBe(503);
    expect(message).toMatch(
      /^error trying to reach service: dial tcp 10\.244\.\d+\.\d+:81: connect: connection refused$/,
    );
    expect(get(`${NS}/pods/nobody/proxy/`)).toMatchObject({ code: 404, message: 'pods "nobody" not found' });
  });

  it('goes through a Service by the name or the number of its port', () => {
    expect(get(`${NS}/services/web:http/proxy/x`).text).toContain('GET /x');
    expect(get(`${NS}/services/http:web:8080/proxy/x`).text).toContain('GET /x');
    expect(get(`${NS}/services/web:81/proxy/`).message).toBe('no service port 81 found for service "web"');
    expect(get(`${NS}/services/web/proxy/`).message).toBe('no endpoints available for service "web"');
    expect(get(`${NS}/services/empty:http/proxy/`).message).toBe('no endpoints available for service "empty"');
  });

  it('reaches a kubelet while it runs', () => {
    expect(get('/api/v1/nodes/worker-1/proxy/healthz')).toMatchObject({ code: 200, text: 'ok' });
    const pods = cluster.request({ method: 'GET', path: '/api/v1/nodes/worker-1/proxy/pods' }).body;
    expect((pods as { items: { metadata: { name: string } }[] }).items.map((p) => p.metadata.name)).toContain('web');
    cluster.fault('stop', { node: 'worker-1', component: 'kubelet' });
    expect(get('/api/v1/nodes/worker-1/proxy/healthz').message).toMatch(
      /dial tcp 192\.0\.2\.\d+:10250: connect: connection refused/,
    );
  });
});

describe('component statuses', () => {
  it('tell of the parts beside the API server', () => {
    const list = () =>
      (
        cluster.request({ method: 'GET', path: '/api/v1/componentstatuses' }).body as {
          items: { metadata: { name: string }; conditions: { status: string; message: string }[] }[];
        }
      ).items.map((o) => `${o.metadata.name} ${o.conditions[0]?.status} ${o.conditions[0]?.message}`);
    expect(list()).toEqual(['controller-manager True ok', 'etcd-0 True ok', 'scheduler True ok']);
    cluster.fault('stop', { component: 'kube-scheduler' });
    expect(list()[2]).toBe(
      'scheduler False Get "https://127.0.0.1:10259/healthz": dial tcp 127.0.0.1:10259: connect: connection refused',
    );
    const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
    const table = cluster.request({ method: 'GET', path: '/api/v1/componentstatuses', accept });
    expect(table.warnings).toEqual(['v1 ComponentStatus is deprecated in v1.19+']);
    expect((table.body as { rows: { cells: string[] }[] }).rows[1]?.cells).toEqual(['etcd-0', 'Healthy', 'ok', '']);
  });
});

describe('a Service that is deleted', () => {
  it('takes its Endpoints with it, in the same request', () => {
    const path = `${NS}/endpoints/empty`;
    expect(get(path).code).toBe(200);
    const dry = cluster.request({ method: 'DELETE', path: `${NS}/services/empty`, query: { dryRun: ['All'] } });
    expect(dry.code).toBe(200);
    expect(get(path).code).toBe(200);
    cluster.request({ method: 'DELETE', path: `${NS}/services/empty` });
    expect(get(path).code).toBe(404);
  });
});
