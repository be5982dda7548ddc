// CustomResourceDefinitions: their life, their discovery, their OpenAPI, and the checks of fields.
import { expect } from 'vitest';
import { DEFINITIONS, define, type Made, undefine } from './custom.ts';
import { discovered } from './operations.ts';
import { type Loose, refused, type Spec, type Trial } from './trial.ts';

const RESOURCES = '[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin]';
const SIMPLE = `${RESOURCES} Simple CustomResourceDefinition`;
const PUBLISH = '[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin]';

async function listed(t: Trial): Promise<void> {
  const labels = { 'e2e-list-test-uuid': t.ns };
  const labelSelector = `e2e-list-test-uuid=${t.ns}`;
  const made: Made[] = [];
  for (let i = 0; i < 10; i++) made.push(await define(t, { labels }));
  const other = await define(t);
  const definitions = t.of(DEFINITIONS, 'customresourcedefinitions');
  const items = await definitions.items({ labelSelector });
  expect(items).toHaveLength(10);
  for (const { definition } of made) {
    const found = items.find((d) => d.metadata.name === definition.metadata.name);
    expect(found.spec).toEqual(definition.spec);
  }
  await definitions.removeAll({ labelSelector });
  await t.until('the collection to be gone', async () => (await definitions.items({ labelSelector })).length === 0);
  await definitions.get(other.definition.metadata.name);
}

async function status(t: Trial): Promise<void> {
  const { definition } = await define(t);
  const definitions = t.of(DEFINITIONS, 'customresourcedefinitions');
  const { name } = definition.metadata;
  expect((await definitions.get(name, 'status')).spec).toEqual(definition.spec);
  const updated = await definitions.change(
    name,
    (d) => {
      d.status.conditions.push({ type: '', status: '', message: 'updated', lastTransitionTime: null });
    },
    'status',
  );
  expect(updated.status.conditions.map((c: Loose) => c.message)).toContain('updated');
  const patch = [{ op: 'add', path: '/status/conditions', value: [{ message: 'patched' }] }];
  const patched = await definitions.patch(name, 'json', patch, 'status');
  expect(patched.status.conditions.map((c: Loose) => c.message)).toContain('patched');
}

async function discovery(t: Trial): Promise<void> {
  await discovered(t, DEFINITIONS, 'customresourcedefinitions');
}

async function defaulting(t: Trial): Promise<void> {
  const text = { type: 'string' };
  const schema = {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    properties: { a: { ...text }, b: { ...text } },
  };
  const made = await define(t, { schema });
  const objects = made.objects('v1beta1');
  const definitions = t.of(DEFINITIONS, 'customresourcedefinitions');
  const { name } = made.definition.metadata;
  const at = '/spec/versions/0/schema/openAPIV3Schema/properties';
  t.cleanup(() => objects.removeAll());
  await objects.create({ metadata: { name: 'cr-1' } });
  await definitions.patch(name, 'json', [{ op: 'add', path: `${at}/a/default`, value: 'A' }]);
  await objects.until('cr-1', 'to be defaulted on read', (o) => o.a === 'A');
  const second = await objects.create({ metadata: { name: 'cr-2' } });
  expect(second.a).toBe('A');
  await definitions.patch(name, 'json', [
    { op: 'remove', path: `${at}/a/default` },
    { op: 'add', path: `${at}/b/default`, value: 'B' },
  ]);
  const first = await objects.until('cr-1', 'to have the new default', (o) => o.b === 'B');
  expect(first.a).toBeUndefined();
  // What was stored with its default keeps it.
  expect(await objects.get('cr-2')).toMatchObject({ a: 'A', b: 'B' });
}

export const CUSTOM: readonly Spec[] = [
  {
    title: `${SIMPLE} creating/deleting custom resource definition objects works [Conformance]`,
    run: async (t) => undefine(t, await define(t)),
  },
  { title: `${SIMPLE} listing custom resource definition objects works [Conformance]`, run: listed },
  {
    title: `${SIMPLE} getting/updating/patching custom resource definition status sub-resource works [Conformance]`,
    run: status,
  },
  {
    title: `${RESOURCES} should include custom resource definition resources in discovery documents [Conformance]`,
    run: discovery,
  },
  {
    title: `${RESOURCES} custom resource defaulting for requests and from storage works [Conformance]`,
    run: defaulting,
  },
];

const text = { type: 'string' };
const FOO = {
  description: 'Foo CRD for Testing',
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      description: 'Specification of Foo',
      properties: {
        bars: {
          description: 'List of Bars and their specs.',
          type: 'array',
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: text, feeling: { type: 'string', enum: ['Great', 'Down'] } },
          },
        },
      },
    },
    status: { type: 'object', properties: { kind: { type: 'string', pattern: 'in-tree|out-of-tree' } } },
  },
};
const WALDO = { description: 'Waldo CRD for Testing', type: 'object', properties: { spec: { type: 'object' } } };

/** What the published definition of a kind must be, without what is added to every kind; undefined: it is not there. */
async function published(t: Trial, { group, kind }: Made, version: string): Promise<Loose> {
  const { definitions } = await t.get('/openapi/v2');
  const found = definitions[`${group.split('.').reverse().join('.')}.${version}.${kind}`];
  if (found === undefined) return undefined;
  const { 'x-kubernetes-group-version-kind': gvk, properties, ...rest } = found;
  expect(gvk).toEqual([{ group, version, kind }]);
  const { apiVersion: _a, kind: _k, metadata: _m, ...own } = properties ?? {};
  return { ...rest, ...(Object.keys(own).length > 0 ? { properties: own } : {}) };
}

async function publishes(t: Trial, made: Made, versions: readonly string[], schema: object): Promise<void> {
  for (const version of versions) expect(await published(t, made, version)).toEqual(schema);
}

/** Objects with fields that no schema names are stored as they come. */
async function open(t: Trial, schema: Loose, body: object): Promise<void> {
  const made = await define(t, { namespaced: true, ...(schema === undefined ? {} : { schema }) });
  const objects = made.objects('v1beta1');
  const strict = { fieldValidation: 'Strict' };
  const created = await objects.create({ metadata: { name: 'test-cr' }, ...body }, strict);
  expect(created).toMatchObject(body);
  await objects.remove('test-cr');
  await objects.gone('test-cr');
  expect(await published(t, made, 'v1beta1')).toMatchObject({ type: 'object' });
  await undefine(t, made);
  expect(await published(t, made, 'v1beta1')).toBeUndefined();
}

async function validated(t: Trial): Promise<void> {
  const made = await define(t, { namespaced: true, schema: FOO });
  await publishes(t, made, ['v1beta1'], FOO);
  const objects = made.objects('v1beta1');
  const strict = { fieldValidation: 'Strict' };
  const metadata = { name: 'test-foo' };
  await objects.create({ metadata, spec: { bars: [{ name: 'test-bar' }] } }, strict);
  await objects.remove('test-foo');
  await objects.gone('test-foo');
  const unknown = await refused(objects.create({ metadata, spec: { foo: true } }, strict), 400, 'BadRequest');
  expect(unknown.message).toContain('unknown field "spec.foo"');
  const missing = await refused(objects.create({ metadata, spec: { bars: [{ age: '10' }] } }), 422, 'Invalid');
  expect(missing.message).toContain('spec.bars[0].name: Required value');
  const odd = { bars: [{ name: 'test-bar', feeling: 'NonExistentValue' }] };
  const wrong = await refused(objects.create({ metadata, spec: odd }), 422, 'Invalid');
  expect(wrong.message).toContain('Unsupported value: "NonExistentValue"');
  const { paths } = await t.get('/openapi/v3');
  const { serverRelativeURL } = paths[`apis/${made.group}/v1beta1`];
  const document = await t.get(serverRelativeURL.split('?')[0]);
  const [schema] =
    Object.entries<Loose>(document.components.schemas).find(([, s]) => s.description === FOO.description) ?? [];
  expect(schema).toContain(made.kind);
}

async function twoVersions(t: Trial): Promise<void> {
  const both = await define(t, { schema: FOO, versions: ['v2', 'v3'] });
  await publishes(t, both, ['v2', 'v3'], FOO);
  await undefine(t, both);
  expect(await published(t, both, 'v2')).toBeUndefined();
  const group = `common-${t.ns}.example.com`;
  const foo = await define(t, { schema: FOO, group, versions: ['v4'] });
  const waldo = await define(t, { schema: WALDO, group, versions: ['v5'] });
  await publishes(t, foo, ['v4'], FOO);
  await publishes(t, waldo, ['v5'], WALDO);
}

async function twoKinds(t: Trial): Promise<void> {
  const group = `common-${t.ns}.example.com`;
  const foo = await define(t, { schema: FOO, group, versions: ['v6'] });
  const waldo = await define(t, { schema: WALDO, group, versions: ['v6'] });
  await publishes(t, foo, ['v6'], FOO);
  await publishes(t, waldo, ['v6'], WALDO);
}

async function twoGroups(t: Trial): Promise<void> {
  const foo = await define(t, { schema: FOO, versions: ['v1'] });
  const waldo = await define(t, { schema: WALDO, versions: ['v1beta1'] });
  await publishes(t, foo, ['v1'], FOO);
  await publishes(t, waldo, ['v1beta1'], WALDO);
}

async function renamed(t: Trial): Promise<void> {
  const made = await define(t, { schema: FOO, versions: ['v3', 'v2'] });
  const definitions = t.of(DEFINITIONS, 'customresourcedefinitions');
  await definitions.patch(made.definition.metadata.name, 'json', [
    { op: 'test', path: '/spec/versions/0/name', value: 'v3' },
    { op: 'replace', path: '/spec/versions/0/name', value: 'v4' },
  ]);
  await t.until('the new name to be published', async () => (await published(t, made, 'v4')) !== undefined);
  await publishes(t, made, ['v4', 'v2'], FOO);
  expect(await published(t, made, 'v3')).toBeUndefined();
}

async function unserved(t: Trial): Promise<void> {
  const made = await define(t, { schema: FOO, versions: ['v6alpha1', 'v5'] });
  await publishes(t, made, ['v6alpha1', 'v5'], FOO);
  await t.of(DEFINITIONS, 'customresourcedefinitions').change(made.definition.metadata.name, (d) => {
    d.spec.versions[0].served = false;
  });
  await t.until('the version to go', async () => (await published(t, made, 'v6alpha1')) === undefined);
  await publishes(t, made, ['v5'], FOO);
}

const KEEP = 'x-kubernetes-preserve-unknown-fields';

export const PUBLISHED: readonly Spec[] = [
  { title: `${PUBLISH} works for CRD with validation schema [Conformance]`, run: validated },
  {
    title: `${PUBLISH} works for CRD without validation schema [Conformance]`,
    run: (t) => open(t, undefined, { a: { b: [{ c: 'd' }] } }),
  },
  {
    title: `${PUBLISH} works for CRD preserving unknown fields at the schema root [Conformance]`,
    run: (t) => open(t, { ...WALDO, [KEEP]: true }, { a: { b: [{ c: 'd' }] } }),
  },
  {
    title: `${PUBLISH} works for CRD preserving unknown fields in an embedded object [Conformance]`,
    run: (t) =>
      open(
        t,
        {
          type: 'object',
          properties: { spec: { type: 'object', [KEEP]: true, properties: { dummy: { type: 'object' } } } },
        },
        { spec: { a: null, b: [{ c: 'd' }] } },
      ),
  },
  { title: `${PUBLISH} works for multiple CRDs of different groups [Conformance]`, run: twoGroups },
  { title: `${PUBLISH} works for multiple CRDs of same group but different versions [Conformance]`, run: twoVersions },
  {
    title: `${PUBLISH} works for multiple CRDs of same group and version but different kinds [Conformance]`,
    run: twoKinds,
  },
  { title: `${PUBLISH} updates the published spec when one version gets renamed [Conformance]`, run: renamed },
  {
    title: `${PUBLISH} removes definition from spec when one version gets changed to not be served [Conformance]`,
    run: unserved,
  },
];
