// How versions and schemas of a definition are printed when they are refused: the internal types have no JSON tags, so
// their fields keep Go's names and Go's order, and all are there.
import { isRecord } from '../../../../model/object.ts';
import type { Loose } from '../field.ts';
import { Ordered } from '../value.ts';
import { asSchema, asSchemas, isSet, type Schema } from './schemas.ts';
import type { Version } from './versions.ts';

type Print = (value: unknown) => unknown;
/** Go's name, the name in JSON, what stands where it is absent, and how what is there is printed. */
type Field = readonly [go: string, json: string, absent: unknown, print?: Print];

function struct(fields: readonly Field[], value: unknown): Ordered {
  const json = (isRecord(value) ? value : {}) as { readonly [name: string]: unknown };
  return new Ordered(
    fields.map(([go, name, absent, print]) => {
      const there = json[name];
      if (there === undefined) return [go, absent] as const;
      return [go, print ? print(there) : there] as const;
    }),
  );
}

const list = (print: Print) => (value: unknown) => (Array.isArray(value) ? value.map(print) : null);
const map = (print: Print) => (value: unknown) =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, v]) => [name, print(v)])) : null;

const schema: Print = (value) => struct(SCHEMA, value);
const orBool: Print = (value) =>
  new Ordered([
    ['Allows', typeof value === 'boolean' ? value : true],
    ['Schema', asSchema(value) ? schema(value) : null],
  ]);
const orArray: Print = (value) =>
  new Ordered([
    ['Schema', asSchema(value) ? schema(value) : null],
    ['JSONSchemas', Array.isArray(value) ? asSchemas(value).map(schema) : null],
  ]);
const orStrings: Print = (value) =>
  new Ordered([
    ['Schema', asSchema(value) ? schema(value) : null],
    ['Property', Array.isArray(value) ? value : null],
  ]);

const RULE: readonly Field[] = [
  ['Rule', 'rule', ''],
  ['Message', 'message', ''],
  ['MessageExpression', 'messageExpression', ''],
  ['Reason', 'reason', null],
  ['FieldPath', 'fieldPath', ''],
  ['OptionalOldSelf', 'optionalOldSelf', null],
];

const DOCS: readonly Field[] = [
  ['Description', 'description', ''],
  ['URL', 'url', ''],
];

const SCHEMA: readonly Field[] = [
  ['ID', 'id', ''],
  ['Schema', '$schema', ''],
  ['Ref', '$ref', null],
  ['Description', 'description', ''],
  ['Type', 'type', ''],
  ['Nullable', 'nullable', false],
  ['Format', 'format', ''],
  ['Title', 'title', ''],
  ['Default', 'default', null],
  ['Maximum', 'maximum', null],
  ['ExclusiveMaximum', 'exclusiveMaximum', false],
  ['Minimum', 'minimum', null],
  ['ExclusiveMinimum', 'exclusiveMinimum', false],
  ['MaxLength', 'maxLength', null],
  ['MinLength', 'minLength', null],
  ['Pattern', 'pattern', ''],
  ['MaxItems', 'maxItems', null],
  ['MinItems', 'minItems', null],
  ['UniqueItems', 'uniqueItems', false],
  ['MultipleOf', 'multipleOf', null],
  ['Enum', 'enum', null],
  ['MaxProperties', 'maxProperties', null],
  ['MinProperties', 'minProperties', null],
  ['Required', 'required', null],
  ['Items', 'items', null, orArray],
  ['AllOf', 'allOf', null, list(schema)],
  ['OneOf', 'oneOf', null, list(schema)],
  ['AnyOf', 'anyOf', null, list(schema)],
  ['Not', 'not', null, schema],
  ['Properties', 'properties', null, map(schema)],
  ['AdditionalProperties', 'additionalProperties', null, orBool],
  ['PatternProperties', 'patternProperties', null, map(schema)],
  ['Dependencies', 'dependencies', null, map(orStrings)],
  ['AdditionalItems', 'additionalItems', null, orBool],
  ['Definitions', 'definitions', null, map(schema)],
  ['ExternalDocs', 'externalDocs', null, (value) => struct(DOCS, value)],
  ['Example', 'example', null],
  ['XPreserveUnknownFields', 'x-kubernetes-preserve-unknown-fields', null],
  ['XEmbeddedResource', 'x-kubernetes-embedded-resource', false],
  ['XIntOrString', 'x-kubernetes-int-or-string', false],
  ['XListMapKeys', 'x-kubernetes-list-map-keys', null],
  ['XListType', 'x-kubernetes-list-type', null],
  ['XMapType', 'x-kubernetes-map-type', null],
  ['XValidations', 'x-kubernetes-validations', null, list((rule) => struct(RULE, rule))],
];

const SCALE: readonly Field[] = [
  ['SpecReplicasPath', 'specReplicasPath', ''],
  ['StatusReplicasPath', 'statusReplicasPath', ''],
  ['LabelSelectorPath', 'labelSelectorPath', null],
];

const SUBRESOURCES: readonly Field[] = [
  ['Status', 'status', null],
  ['Scale', 'scale', null, (value) => struct(SCALE, value)],
];

const COLUMN: readonly Field[] = [
  ['Name', 'name', ''],
  ['Type', 'type', ''],
  ['Format', 'format', ''],
  ['Description', 'description', ''],
  ['Priority', 'priority', 0],
  ['JSONPath', 'jsonPath', ''],
];

const VERSION: readonly Field[] = [
  ['Name', 'name', ''],
  ['Served', 'served', false],
  ['Storage', 'storage', false],
  ['Deprecated', 'deprecated', false],
  ['DeprecationWarning', 'deprecationWarning', null],
  ['Schema', 'schema', null, (value) => struct([['OpenAPIV3Schema', 'openAPIV3Schema', null, schema]], value)],
  ['Subresources', 'subresources', null, (value) => struct(SUBRESOURCES, value)],
  ['AdditionalPrinterColumns', 'additionalPrinterColumns', null, list((column) => struct(COLUMN, column))],
  ['SelectableFields', 'selectableFields', null, list((field) => struct([['JSONPath', 'jsonPath', '']], field))],
];

export const printedVersions = (versions: readonly Loose<Version>[] | undefined): unknown =>
  versions?.map((version) => struct(VERSION, version)) ?? null;

export const printedSchema = schema;

/** Go's names of the fields that a schema sets, in Go's order. */
export function setFields(s: Schema): readonly string[] {
  const json = s as { readonly [name: string]: unknown };
  return SCHEMA.filter(([, name]) => isSet(json[name])).map(([go]) => go);
}
