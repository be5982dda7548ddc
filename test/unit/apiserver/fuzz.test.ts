import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRecord } from '../../../src/model/object.ts';
import { ask, bench, collect } from './support.ts';

const PATHS = [
  '/api/v1/namespaces/default/pods',
  '/api/v1/namespaces/default/pods/p',
  '/api/v1/namespaces/default/pods/p/status',
  '/api/v1/namespaces/default/pods/p/binding',
  '/api/v1/namespaces/default/pods/p/eviction',
  '/api/v1/namespaces/default/pods/p/ephemeralcontainers',
  '/api/v1/namespaces/default/pods/p/resize',
  '/api/v1/namespaces/default/pods/p/log',
  '/api/v1/namespaces/default/pods/p/exec',
  '/api/v1/namespaces/default/services',
  '/api/v1/namespaces/default/services/s',
  '/api/v1/namespaces/default/serviceaccounts/default/token',
  '/api/v1/namespaces/default/bindings',
  '/api/v1/namespaces/default/events',
  '/apis/events.k8s.io/v1/namespaces/default/events/e',
  '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/h',
  '/api/v1/namespaces',
  '/api/v1/namespaces/x/finalize',
  '/api/v1/nodes/n',
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis/apps/v1/namespaces/default/deployments/d',
  '/apis/apps/v1/namespaces/default/deployments/d/scale',
  '/apis/batch/v1/namespaces/default/jobs',
  '/apis/batch/v1/namespaces/default/cronjobs',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
  '/apis/authentication.k8s.io/v1/tokenreviews',
  '/apis/certificates.k8s.io/v1/certificatesigningrequests/c/approval',
  '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
  '/apis/nothing/v1/here',
  '/openapi/v3',
  '/version',
  '/',
];
const WORDS = [
  'p',
  's',
  'd',
  'default',
  '',
  'Bad Name!',
  'v1',
  'apps/v1',
  'Pod',
  'Deployment',
  'Service',
  'x'.repeat(300),
  '__proto__',
  '10.96.0.9',
];
const KEYS = [
  'apiVersion',
  'kind',
  'metadata',
  'name',
  'namespace',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
  'managedFields',
  'generateName',
  'spec',
  'status',
  'containers',
  'template',
  'selector',
  'matchLabels',
  'replicas',
  'ports',
  'port',
  'nodePort',
  'type',
  'clusterIP',
  'clusterIPs',
  'target',
  'resources',
  'requests',
  'limits',
  'cpu',
  'data',
  'versions',
  'schema',
  'openAPIV3Schema',
  'names',
  'conditions',
  'jobTemplate',
  '__proto__',
];
const key = fc.constantFrom(...KEYS);
const scalar = fc.oneof(fc.constantFrom<unknown>(...WORDS), fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const { json } = fc.letrec((tie) => ({
  json: fc.oneof({ maxDepth: 6, withCrossShrink: true }, scalar, tie('list'), tie('map')),
  list: fc.array(tie('json'), { maxLength: 3 }),
  map: fc.dictionary(key, tie('json'), { maxKeys: 5 }),
}));
const VALID: unknown[] = [
  { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  {
    metadata: { name: 'd' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  },
  { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } },
  [{ op: 'replace', path: '/spec/replicas', value: 3 }],
];
/** A body that is right but for one part. */
const nearly = fc
  .tuple(fc.constantFrom(...VALID), key, json)
  .map(([base, k, v]) => (isRecord(base) ? { ...base, [k]: v } : base));
const body = fc.oneof(
  fc.constant(undefined),
  json.map((v) => JSON.stringify(v)),
  nearly.map((v) => JSON.stringify(v)),
  fc.constantFrom(
    '',
    '{',
    '[]',
    'null',
    '{"a":1,"a":2}',
    `${'['.repeat(1000)}${']'.repeat(1000)}`,
    '{"kind":',
    '\u0000',
    'apiVersion: v1',
  ),
);
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
  path: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PATHS) }, { weight: 1, arbitrary: fc.webPath() }),
  body,
  contentType: fc.constantFrom(
    'application/json',
    'application/json',
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
    'application/json-patch+json',
    'application/apply-patch+yaml',
    'application/yaml',
    'text/html',
    '',
  ),
  accept: fc.constantFrom(
    'application/json',
    '*/*',
    'application/json;as=Table;v=v1;g=meta.k8s.io',
    'application/vnd.kubernetes.protobuf',
    'x',
  ),
  q: fc.dictionary(
    fc.constantFrom(
      'limit',
      'continue',
      'resourceVersion',
      'resourceVersionMatch',
      'labelSelector',
      'fieldSelector',
      'dryRun',
      'fieldManager',
      'force',
      'fieldValidation',
      'watch',
      'timeoutSeconds',
      'propagationPolicy',
      'gracePeriodSeconds',
      'command',
      'tailLines',
    ),
    fc.constantFrom(
      '',
      '1',
      '0',
      '-1',
      'true',
      'All',
      'x',
      'a=b',
      '!',
      'metadata.name=p',
      'Exact',
      'Strict',
      'Orphan',
      'bm9uc2Vuc2U',
    ),
    { maxKeys: 3 },
  ),
});

describe('any request', () => {
  it('gets an answer, writes whole or not at all, and leaves the store in order', () => {
    const b = bench();
    ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
    const seen = collect(b, '/api/v1/pods');
    fc.assert(
      fc.property(request, ({ method, path, body: raw, ...rest }) => {
        const before = b.store.revision;
        const answer = ask(b, `${method} ${path.replaceAll(' ', '')}`, raw, rest);
        expect(answer.code).toBeGreaterThanOrEqual(101);
        expect(answer.code).toBeLessThan(600);
        expect(answer.code).not.toBe(500);
        if (answer.code >= 400) expect(b.store.revision).toBe(before);
        expect(b.store.revision).toBeGreaterThanOrEqual(before);
        const step = b.trace.get(answer.step);
        expect(step?.text).toBeTypeOf('string');
        JSON.stringify(step);
      }),
      { numRuns: 2000, seed: 20261121, endOnFailure: true },
    );
    const versions = seen.events.map((e) =>
      Number((e.object as { metadata: { resourceVersion: string } }).metadata.resourceVersion),
    );
    expect(versions).toEqual([...new Set(versions)].sort((x, y) => x - y));
    for (const kv of b.store.range('/registry/')) {
      expect(kv.value.metadata.resourceVersion).toBe(String(kv.modRevision));
      for (const m of kv.value.metadata.managedFields ?? [])
        expect(m).toMatchObject({ fieldsType: 'FieldsV1', fieldsV1: expect.any(Object) });
    }
  });
});
