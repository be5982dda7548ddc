// fieldValidation=Strict: unknown and duplicate fields of built-in and custom objects.
import { expect } from 'vitest';
import { define, type Made } from './custom.ts';
import type { Loose, Reply, Spec, Trial } from './trial.ts';

const FIELDS = '[sig-api-machinery] FieldValidation should';
const STRICT = { fieldManager: 'field_validation_mgr', fieldValidation: 'Strict' };
const KEEP = 'x-kubernetes-preserve-unknown-fields';

/** Sent as text, because no value can hold the same field twice. */
function deployment(metadata: string, spec: string): string {
  const template =
    '{"metadata":{"labels":{"app":"nginx"}},"spec":{"containers":[{"name":"nginx","image":"nginx:latest"}]}}';
  return `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"my-dep",${metadata}"labels":{"app":"nginx"}},
    "spec":{${spec}"selector":{"matchLabels":{"app":"nginx"}},"template":${template}}}`;
}

async function refusedDeployment(t: Trial, body: string, message: string): Promise<void> {
  const { path } = t.of('apps/v1', 'deployments');
  const reply = await t.reply({ method: 'POST', path, query: STRICT, body, contentType: '' });
  expect(reply.code).toBe(400);
  expect(reply.body.message).toContain(message);
}

const port = { type: 'integer', format: 'int32' };
const text = { type: 'string' };
const PORTS = {
  type: 'array',
  'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
  'x-kubernetes-list-type': 'map',
  items: {
    type: 'object',
    properties: { containerPort: port, hostIP: text, hostPort: port, name: text, protocol: text },
    required: ['containerPort', 'protocol'],
  },
};
const SPEC = {
  foo: text,
  cronSpec: { type: 'string', pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$' },
  ports: PORTS,
};
const checked = (more: object = {}, properties: object = {}): Loose => ({
  type: 'object',
  properties: { spec: { type: 'object', ...more, properties: { ...SPEC, ...properties } } },
});

const REST = `  cronSpec: "* * * * */5"
  ports:
  - name: x
    containerPort: 80
    protocol: TCP`;

/** Applies an object in YAML that begins with an empty line, as upstream's does. */
async function applied(t: Trial, made: Made, metadata: string, root: string, spec: string): Promise<Reply> {
  const apiVersion = `${made.group}/v1beta1`;
  const objects = made.objects('v1beta1');
  t.cleanup(() => objects.patch('mytest', 'merge', { metadata: { finalizers: null } }));
  const body = `
apiVersion: ${apiVersion}
kind: ${made.kind}
metadata:
  name: mytest
${metadata}  finalizers:
  - test-finalizer
${root}spec:
${spec}${REST}`;
  const path = `${objects.path}/mytest`;
  return t.reply({ method: 'PATCH', path, query: STRICT, body, contentType: 'application/apply-patch+yaml' });
}

const says = (reply: Reply): string => JSON.stringify(reply.body);

async function valid(t: Trial): Promise<void> {
  const made = await define(t, { schema: checked(), versions: ['v1beta1', 'v1beta2'] });
  expect((await applied(t, made, '', '', '  foo: foo1\n')).code).toBe(201);
}

async function noSchema(t: Trial): Promise<void> {
  const made = await define(t, { versions: ['v1beta1', 'v1beta2'] });
  expect((await applied(t, made, '', '', '  unknown: uk1\n')).code).toBe(201);
}

async function extra(t: Trial): Promise<void> {
  const made = await define(t, { schema: checked(), versions: ['v1beta1', 'v1beta2'] });
  const reply = await applied(t, made, '', 'unknownField: unknown\n', '  foo: foo1\n');
  expect(reply.code).toBeGreaterThanOrEqual(400);
  expect(says(reply)).toContain('.unknownField: field not declared in schema');
}

async function metadata(t: Trial): Promise<void> {
  const template = {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    properties: { metadata: { type: 'object', properties: { name: text } }, spec: { type: 'object' } },
  };
  const made = await define(t, { schema: checked({ [KEEP]: true }, { template }), versions: ['v1beta1', 'v1beta2'] });
  const inner = `  template:
    apiversion: foo/v1
    kind: Sub
    metadata:
        unknownSubMeta: unknown
        name: subobject
        namespace: ${t.ns}
  foo: foo1
`;
  const reply = await applied(t, made, '  unknownMeta: unknown\n', '', inner);
  expect(reply.code).toBeGreaterThanOrEqual(400);
  expect(says(reply)).toMatch(/\.metadata\.unknown(Sub)?Meta: field not declared in schema/);
}

async function duplicates(t: Trial): Promise<void> {
  const made = await define(t, { schema: checked({ [KEEP]: true }), versions: ['v1beta1', 'v1beta2'] });
  const reply = await applied(t, made, '', '', '  unknown: uk1\n  foo: foo1\n  foo: foo2\n');
  expect(reply.code).toBeGreaterThanOrEqual(400);
  expect(says(reply)).toContain('line 11: key \\"foo\\" already set in map');
}

export const FIELD_CHECKS: readonly Spec[] = [
  {
    title: `${FIELDS} detect unknown and duplicate fields of a typed object [Conformance]`,
    run: (t) =>
      refusedDeployment(
        t,
        deployment('', '"unknownField":"foo","replicas":2,"replicas":3,'),
        'strict decoding error: unknown field "spec.unknownField", duplicate field "spec.replicas"',
      ),
  },
  {
    title: `${FIELDS} detect unknown metadata fields of a typed object [Conformance]`,
    run: (t) =>
      refusedDeployment(
        t,
        deployment('"unknownMeta":"foo",', ''),
        'strict decoding error: unknown field "metadata.unknownMeta"',
      ),
  },
  { title: `${FIELDS} create/apply a valid CR for CRD with validation schema [Conformance]`, run: valid },
  {
    title: `${FIELDS} create/apply a CR with unknown fields for CRD with no validation schema [Conformance]`,
    run: noSchema,
  },
  {
    title: `${FIELDS} create/apply an invalid CR with extra properties for CRD with validation schema [Conformance]`,
    run: extra,
  },
  {
    title: `${FIELDS} detect unknown metadata fields in both the root and embedded object of a CR [Conformance]`,
    run: metadata,
  },
  { title: `${FIELDS} detect duplicates in a CR when preserving unknown fields [Conformance]`, run: duplicates },
];
