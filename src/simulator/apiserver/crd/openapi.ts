// OpenAPI of custom resources, as far as clients read it: schemas by kind for `kubectl explain` and for checks, and the query
// parameters that a write takes. Models apiextensions-apiserver/pkg/controller/openapi.
import type { JSONSchemaProps } from '../../../model/generated/apiextensions.v1.ts';
import { isRecord } from '../../../model/object.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import { propsOf } from './schema.ts';
import { type CustomResourceInfo, isCustom } from './types.ts';

export type Schemas = { readonly [name: string]: unknown };

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
/** What a custom object's metadata is made of. */
const META_TYPES = ['ObjectMeta', 'OwnerReference', 'ManagedFieldsEntry', 'FieldsV1', 'Time'].map((n) => META + n);
const ENVELOPE = {
  apiVersion: 'APIVersion defines in which version of its schema the object is written.',
  kind: 'Kind says what the object is; its API path follows from it.',
  metadata: "Standard object's metadata.",
  creationTimestamp: 'CreationTimestamp is a timestamp: when the server stored the object first.',
};

function schemaName(r: CustomResourceInfo): string {
  return `${r.group.split('.').reverse().join('.')}.${r.version}.${r.kind}`;
}

function enveloped(r: CustomResourceInfo, schema: object, properties: object | undefined, metadata: object): object {
  const text = { type: 'string' };
  const own = properties && {
    properties: {
      ...properties,
      apiVersion: { description: ENVELOPE.apiVersion, ...text },
      kind: { description: ENVELOPE.kind, ...text },
      metadata: { description: ENVELOPE.metadata, ...metadata },
    },
  };
  return {
    ...schema,
    ...own,
    'x-kubernetes-group-version-kind': [{ group: r.group, version: r.version, kind: r.kind }],
  };
}

function pathOf(r: CustomResourceInfo): [string, object] {
  const root = `/apis/${r.group}/${r.version}`;
  const where = r.namespaced ? '/namespaces/{namespace}' : '';
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
    name,
    in: 'query',
    schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
  }));
  const kind = { group: r.group, version: r.version, kind: r.kind };
  const patch = { parameters, 'x-kubernetes-action': 'patch', 'x-kubernetes-group-version-kind': kind };
  return [`${root}${where}/${r.plural}/{name}`, { patch }];
}

/** The types of metadata among all of a server's, each where custom documents may refer to it. */
function metaTypes(known: Schemas): Schemas {
  const types = META_TYPES.flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]] as const]));
  const out: Record<string, unknown> = Object.fromEntries(types);
  const meta = out[`${META}ObjectMeta`];
  if (isRecord(meta) && isRecord(meta.properties)) {
    const { creationTimestamp } = meta.properties;
    const described = { ...(creationTimestamp as object), description: ENVELOPE.creationTimestamp };
    out[`${META}ObjectMeta`] = { ...meta, properties: { ...meta.properties, creationTimestamp: described } };
  }
  return out;
}

/** `apis/GROUP/VERSION` of every custom group. */
export function customPaths(resources: readonly ResourceInfo[]): string[] {
  return [...new Set(resources.filter(isCustom).map((r) => `apis/${r.group}/${r.version}`))];
}

/** @param known schemas of the server's own types; undefined where no custom resource has this group and version. */
export function customDocument(resources: readonly ResourceInfo[], path: string, known: Schemas): object | undefined {
  const own = resources.filter(isCustom).filter((r) => `apis/${r.group}/${r.version}` === path);
  if (own.length === 0) return undefined;
  const types = metaTypes(known);
  const metadata =
    types[`${META}ObjectMeta`] === undefined
      ? { type: 'object' }
      : { allOf: [{ $ref: `#/components/schemas/${META}ObjectMeta` }] };
  const schemaOf = (r: CustomResourceInfo): object =>
    enveloped(r, r.custom.schema, r.custom.schema.properties ?? {}, metadata);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' },
    paths: Object.fromEntries(own.map(pathOf)),
    components: { schemas: { ...types, ...Object.fromEntries(own.map((r) => [schemaName(r), schemaOf(r)])) } },
  };
}

/** Definitions of OpenAPI v2, which can say less. */
export function customDefinitions(resources: readonly ResourceInfo[]): Record<string, object> {
  const metadata = { $ref: `#/definitions/${META}ObjectMeta` };
  return Object.fromEntries(
    resources.filter(isCustom).map((r) => {
      const { schema } = r.custom;
      // Named fields would make old clients refuse all others.
      const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
      const old = open ? { type: 'object' } : inVersion2(schema);
      return [schemaName(r), enveloped(r, old, open ? undefined : (old.properties ?? {}), metadata)];
    }),
  );
}

/** Models ToStructuralOpenAPIV2 in apiextensions-apiserver/pkg/controller/openapi/v2/conversion.go, v1.36. */
function inVersion2(s: JSONSchemaProps): JSONSchemaProps {
  const { allOf, oneOf, anyOf, not, nullable, properties, items, additionalProperties, type, required, ...rest } = s;
  if (nullable) return { ...(s.description === undefined ? {} : { description: s.description }) };
  const head = type === undefined ? rest : { ...rest, type };
  if (s['x-kubernetes-preserve-unknown-fields']) return head;
  const kept = required?.filter((name) => !properties?.[name]?.nullable);
  const more = propsOf(additionalProperties);
  const each = propsOf(items);
  return {
    ...head,
    ...(kept === undefined || kept.length === 0 ? {} : { required: kept }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, p]) => [name, inVersion2(p)])),
    }),
    ...(each && { items: inVersion2(each) }),
    ...(more && { additionalProperties: inVersion2(more) }),
  };
}
