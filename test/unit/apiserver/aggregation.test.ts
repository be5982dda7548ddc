import { describe, expect, it } from 'vitest';
import { ask, type Bench, bench, bodyOf } from './support.ts';

const SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

function settle(b: Bench): void {
  b.kernel.runUntil(b.kernel.now + 1_000_000);
}

function available(b: Bench, name: string): { status: string; reason: string; message: string } {
  return bodyOf(ask(b, `GET ${SERVICES}/${name}`)).status?.conditions?.[0];
}

function register(b: Bench): void {
  const spec = {
    group: 'fruit.example.com',
    version: 'v1',
    service: { namespace: 'default', name: 'fruit', port: 443 },
    insecureSkipTLSVerify: true,
    groupPriorityMinimum: 1000,
    versionPriority: 15,
  };
  const metadata = { name: 'v1.fruit.example.com' };
  const body = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata, spec };
  expect(ask(b, `POST ${SERVICES}`, body).code).toBe(201);
  settle(b);
}

describe('an APIService whose server does not answer', () => {
  it('says step by step what is missing', () => {
    const b = bench();
    register(b);
    const name = 'v1.fruit.example.com';
    expect(available(b, name)).toMatchObject({
      status: 'False',
      reason: 'ServiceNotFound',
      message: 'service/fruit in "default" is not present',
    });
    const services = '/api/v1/namespaces/default/services';
    const made = bodyOf(
      ask(b, `POST ${services}`, { metadata: { name: 'fruit' }, spec: { ports: [{ name: 'https', port: 443 }] } }),
    );
    settle(b);
    expect(available(b, name)).toMatchObject({ reason: 'EndpointsNotFound' });
    const slice = {
      metadata: { name: 'fruit-1', labels: { 'kubernetes.io/service-name': 'fruit' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.1.1'] }],
      ports: [{ name: 'https', port: 8443 }],
    };
    ask(b, 'POST /apis/discovery.k8s.io/v1/namespaces/default/endpointslices', slice);
    settle(b);
    const url = `https://${made.spec.clusterIP}:443/apis/fruit.example.com/v1`;
    expect(available(b, name)).toMatchObject({
      reason: 'FailedDiscoveryCheck',
      message: `failing or missing response from ${url}: Get "${url}": dial tcp ${made.spec.clusterIP}:443: connect: connection refused`,
    });
  });

  it('has its requests answered with 503, and its group in discovery as stale', () => {
    const b = bench();
    register(b);
    for (const path of ['/apis/fruit.example.com/v1', '/apis/fruit.example.com/v1/namespaces/default/apples']) {
      const answer = ask(b, `GET ${path}`);
      expect(answer).toMatchObject({ code: 503, text: 'service unavailable\n' });
      expect(b.trace.get(answer.step)?.fidelity).toBe('simplified');
    }
    const groups = bodyOf(ask(b, 'GET /apis', undefined, { accept: AGGREGATED })).items;
    const found = groups.find((g: { metadata: { name: string } }) => g.metadata.name === 'fruit.example.com');
    expect(found.versions).toEqual([{ version: 'v1', resources: [], freshness: 'Stale' }]);
    expect(bodyOf(ask(b, 'GET /apis/fruit.example.com')).preferredVersion.version).toBe('v1');
  });
});

describe('APIServices of this server', () => {
  it('are available', () => {
    expect(available(bench(), 'v1.apps')).toMatchObject({ status: 'True', reason: 'Local' });
  });

  it('come and go with the versions of definitions', () => {
    const b = bench();
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'apples.fruit.example.com' },
      spec: {
        group: 'fruit.example.com',
        scope: 'Namespaced',
        names: { plural: 'apples', kind: 'Apple' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    };
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    expect(ask(b, `POST ${path}`, definition).code).toBe(201);
    settle(b);
    expect(bodyOf(ask(b, `GET ${SERVICES}/v1.fruit.example.com`))).toMatchObject({
      metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'true' } },
      spec: { group: 'fruit.example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100 },
      status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] },
    });
    ask(b, `DELETE ${path}/apples.fruit.example.com`);
    settle(b);
    expect(ask(b, `GET ${SERVICES}/v1.fruit.example.com`).code).toBe(404);
  });
});
