import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ServedSchemas } from '../../../src/cluster/openapi.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import { sharedPath } from '../../support/shared.ts';

const WIDGET = { apiVersion: 'example.com/v1', kind: 'Widget' };

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      description: 'What is wanted.',
      required: ['size'],
      properties: {
        size: { type: 'integer', format: 'int32', description: 'How large it is.' },
        mode: { type: 'string', enum: ['a', 'b'] },
        parts: {
          type: 'array',
          items: { type: 'object', properties: { name: { type: 'string', description: 'Of the part.' } } },
        },
        tags: { type: 'object', additionalProperties: { type: 'string' } },
        open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  },
};

interface Fake {
  readonly served: ServedSchemas;
  readonly asked: string[];
}

function fake(answers: Readonly<Record<string, unknown>>): Fake {
  const asked: string[] = [];
  const served = new ServedSchemas(async (pathOnly, query) => {
    const path = query ? `${pathOnly}?hash=${query.hash}` : pathOnly;
    asked.push(path);
    return Object.hasOwn(answers, path) ? { code: 200, body: answers[path] } : { code: 404, body: {} };
  });
  return { served, asked };
}

const URL = '/openapi/v3/apis/example.com/v1?hash=1';
const DOCUMENT = {
  components: {
    schemas: {
      'com.example.v1.Widget': {
        ...schema,
        'x-kubernetes-group-version-kind': [{ group: 'example.com', version: 'v1', kind: 'Widget' }],
      },
    },
  },
};
const INDEX = { paths: { 'apis/example.com/v1': { serverRelativeURL: URL } } };

describe('the OpenAPI v3 document of a cluster', () => {
  const { served } = fake({ '/openapi/v3': INDEX, [URL]: DOCUMENT });

  test.each([
    [['spec', 'size'], { description: 'How large it is.', type: 'int32', required: true }],
    [['spec', 'mode'], { type: 'string', required: false, values: ['a', 'b'] }],
    [['spec', 'parts', 0, 'name'], { description: 'Of the part.', type: 'string', required: false }],
    [['spec', 'parts'], { type: '[]object', required: false }],
    [['spec', 'tags', 'x'], { type: 'string', required: false }],
    [['spec', 'tags'], { type: 'map[string]string', required: false }],
  ])('%j', async (path, field) => {
    expect(await served.describe(WIDGET, path, 0)).toEqual({ found: 'field', field });
  });

  test('what it does not know, and what it leaves open', async () => {
    expect(await served.describe(WIDGET, ['spec', 'nonsense'], 0)).toEqual({ found: 'unknown-field' });
    expect(await served.describe(WIDGET, ['spec', 'open', 'anything'], 0)).toBeUndefined();
    expect(await served.describe({ ...WIDGET, kind: 'Gadget' }, ['spec'], 0)).toEqual({ found: 'unknown-kind' });
    expect(await served.describe({ apiVersion: 'other.io/v1', kind: 'X' }, ['spec'], 0)).toEqual({
      found: 'unknown-kind',
    });
  });

  test('is read once; the index again after a while', async () => {
    const { served: fresh, asked } = fake({ '/openapi/v3': INDEX, [URL]: DOCUMENT });
    for (const now of [0, 1_000, 20_000]) await fresh.describe(WIDGET, ['spec'], now);
    expect(asked).toEqual(['/openapi/v3', URL, '/openapi/v3']);
  });

  test('references are followed, and their own prose comes first', async () => {
    const document = {
      components: {
        schemas: {
          Widget: {
            ...DOCUMENT.components.schemas['com.example.v1.Widget'],
            properties: {
              spec: { description: 'Here.', allOf: [{ $ref: '#/components/schemas/Spec' }] },
              again: { $ref: '#/components/schemas/Loop' },
            },
          },
          Spec: {
            description: 'Everywhere.',
            type: 'object',
            properties: { a: { $ref: '#/components/schemas/Loop' } },
          },
          Loop: { $ref: '#/components/schemas/Loop' },
        },
      },
    };
    const { served: other } = fake({ '/openapi/v3': INDEX, [URL]: document });
    expect(await other.describe(WIDGET, ['spec'], 0)).toMatchObject({
      found: 'field',
      field: { description: 'Here.' },
    });
    expect(await other.describe(WIDGET, ['spec', 'a'], 0)).toMatchObject({ found: 'field' });
  });

  test.each([null, 3, { paths: 3 }, { paths: { 'apis/example.com/v1': 3 } }])(
    'an index that is none: %j',
    async (index) => {
      const { served: odd } = fake({ '/openapi/v3': index, [URL]: DOCUMENT });
      const answer = await odd.describe(WIDGET, ['spec'], 0);
      expect(answer === undefined || answer.found === 'unknown-kind').toBe(true);
    },
  );

  test('of a real v1.36: a field of a field, through every reference', async () => {
    const document = JSON.parse(readFileSync(sharedPath('openapi/apis.apps.v1.json'), 'utf8')) as unknown;
    const { served: real } = fake({
      '/openapi/v3': { paths: { 'apis/apps/v1': { serverRelativeURL: '/x' } } },
      '/x': document,
    });
    const object = { apiVersion: 'apps/v1', kind: 'Deployment' };
    const path = ['spec', 'template', 'spec', 'containers', 0, 'ports', 0, 'containerPort'];
    expect(await real.describe(object, path, 0)).toMatchObject({
      found: 'field',
      field: { type: 'int32', required: true },
    });
    expect(await real.describe(object, ['spec', 'replica'], 0)).toEqual({ found: 'unknown-field' });
  });
});

test('versions of servers', async () => {
  const of = (gitVersion: unknown) => fake({ '/version': { gitVersion } }).served.version();
  expect(await of('v1.35.2+k3s1')).toEqual({ text: 'v1.35.2+k3s1', minor: 35 });
  expect(await of('nonsense')).toBeUndefined();
  expect(await fake({}).served.version()).toBeUndefined();
});

test('custom resources of the simulator', async () => {
  const cluster = new Cluster({});
  cluster.settle(60_000_000);
  const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' };
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }];
  const created = cluster.request({
    method: 'POST',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    body: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: { group: 'example.com', scope: 'Namespaced', names, versions },
    },
  });
  expect(created.code).toBe(201);
  cluster.settle(60_000_000);
  const served = new ServedSchemas(async (path) => {
    const { code, body } = cluster.request({ method: 'GET', path, observer: true });
    return { code, body };
  });
  expect(await served.describe(WIDGET, ['spec', 'size'], 0)).toMatchObject({
    found: 'field',
    field: { description: 'How large it is.', required: true },
  });
  expect(await served.describe(WIDGET, ['spec', 'nonsense'], 0)).toEqual({ found: 'unknown-field' });
  expect(await served.version()).toMatchObject({ minor: 36 });
});

test('a server that does not answer is asked again', async () => {
  let down = true;
  const served = new ServedSchemas(async (path) => {
    if (down) throw new Error('connection refused');
    return path === '/version' ? { code: 200, body: { gitVersion: 'v1.36.2' } } : { code: 404, body: {} };
  });
  await expect(served.version()).rejects.toThrow('refused');
  await expect(served.describe(WIDGET, ['spec'], 0)).rejects.toThrow('refused');
  down = false;
  expect(await served.version()).toMatchObject({ minor: 36 });
  expect(await served.describe(WIDGET, ['spec'], 0)).toBeUndefined();
});
