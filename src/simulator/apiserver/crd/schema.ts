// From a structural schema to the shape that ownership and differences are worked out with. Models
// apiextensions-apiserver/pkg/apiserver/schema and k8s.io/kube-openapi's conversion to structured-merge-diff types.
import type { JSONSchemaProps } from '../../../model/generated/apiextensions.v1.ts';
import { isRecord } from '../../../model/object.ts';
import { type FieldSchema, type TypeSchema, typeById, type ValueSchema } from '../../../model/schema.ts';

const META = 'meta.v1.ObjectMeta';
const ANY: ValueSchema = { kind: 'any' };

export function propsOf(x: unknown): JSONSchemaProps | undefined {
  return isRecord(x) ? (x as JSONSchemaProps) : undefined;
}

function field(name: string, value: ValueSchema): FieldSchema {
  return { ...value, name, required: false, nullable: false, presence: 'nonNil' };
}

function typeFrom(id: string, fields: readonly FieldSchema[], preserveUnknown: boolean): TypeSchema {
  const always = fields.filter((f) => f.presence === 'always');
  return { id, name: id, atomic: false, fields: new Map(fields.map((f) => [f.name, f])), preserveUnknown, always };
}

const metadata = (): FieldSchema => ({
  kind: 'object',
  get object() {
    return typeById(META);
  },
  name: 'metadata',
  required: false,
  nullable: false,
  presence: 'always',
});

/** apiVersion, kind and metadata as every object has them; the rest as it comes. */
export function envelopeType(kind: string): TypeSchema {
  const text: ValueSchema = { kind: 'string' };
  return typeFrom(kind, [field('apiVersion', text), field('kind', text), metadata()], true);
}

function listOf(s: JSONSchemaProps): ValueSchema {
  const items = valueFrom(propsOf(s.items) ?? {});
  const listType = s['x-kubernetes-list-type'];
  if (listType === 'map') return { kind: 'list', items, listType: 'map', keys: s['x-kubernetes-list-map-keys'] ?? [] };
  return { kind: 'list', items, listType: listType === 'set' ? 'set' : 'atomic' };
}

function objectOf(s: JSONSchemaProps): ValueSchema {
  const atomic = s['x-kubernetes-map-type'] === 'atomic';
  const more = propsOf(s.additionalProperties);
  if (more !== undefined) return { kind: 'map', items: valueFrom(more), atomic };
  const preserve = s['x-kubernetes-preserve-unknown-fields'] === true;
  const fields = Object.entries(s.properties ?? {}).map(([name, p]) => field(name, valueFrom(p)));
  if (s['x-kubernetes-embedded-resource']) fields.push(metadata());
  return { kind: 'object', object: typeFrom('', fields, preserve), atomic };
}

function valueFrom(s: JSONSchemaProps): ValueSchema {
  if (s['x-kubernetes-int-or-string']) return ANY;
  switch (s.type) {
    case 'object':
      return objectOf(s);
    case 'array':
      return listOf(s);
    case 'string':
      return { kind: 'string' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'integer':
      return { kind: 'int64' };
    case 'number':
      return { kind: 'double' };
    default:
      return ANY;
  }
}

export function customType(kind: string, s: JSONSchemaProps): TypeSchema {
  const text: ValueSchema = { kind: 'string' };
  const fixed = ['apiVersion', 'kind', 'metadata'];
  const own = Object.entries(s.properties ?? {}).filter(([name]) => !fixed.includes(name));
  const fields = [
    field('apiVersion', text),
    field('kind', text),
    metadata(),
    ...own.map(([n, p]) => field(n, valueFrom(p))),
  ];
  return typeFrom(kind, fields, s['x-kubernetes-preserve-unknown-fields'] === true);
}
