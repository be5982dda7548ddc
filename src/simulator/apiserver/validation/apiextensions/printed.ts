// How versions and schemas of a definition are printed when they are refused.
import type { Loose } from '../field.ts';
import { listOf, mapOf, type Print, printStruct, type StructField, structOf } from '../structs.ts';
import { Ordered } from '../value.ts';
import { asSchema, asSchemas, isSet, type Schema } from './schemas.ts';
import type { Version } from './versions.ts';

const schema: Print = (value) => printStruct(SCHEMA, value);
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

const RULE: readonly StructField[] = [
  ['Rule', 'rule', ''],
  ['Message', 'message', ''],
  ['MessageExpression', 'messageExpression', ''],
  ['Reason', 'reason', null],
  ['FieldPath', 'fieldPath', ''],
  ['OptionalOldSelf', 'optionalOldSelf', null],
];

const DOCS: readonly StructField[] = [
  ['Description', 'description', ''],
  ['URL', 'url', ''],
];

const SCHEMA: readonly StructField[] = [
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
  ['AllOf', 'allOf', null, listOf(schema)],
  ['OneOf', 'oneOf', null, listOf(schema)],
  ['AnyOf', 'anyOf', null, listOf(schema)],
  ['Not', 'not', null, schema],
  ['Properties', 'properties', null, mapOf(schema)],
  ['AdditionalProperties', 'additionalProperties', null, orBool],
  ['PatternProperties', 'patternProperties', null, mapOf(schema)],
  ['Dependencies', 'dependencies', null, mapOf(orStrings)],
  ['AdditionalItems', 'additionalItems', null, orBool],
  ['Definitions', 'definitions', null, mapOf(schema)],
  ['ExternalDocs', 'externalDocs', null, structOf(DOCS)],
  ['Example', 'example', null],
  ['XPreserveUnknownFields', 'x-kubernetes-preserve-unknown-fields', null],
  ['XEmbeddedResource', 'x-kubernetes-embedded-resource', false],
  ['XIntOrString', 'x-kubernetes-int-or-string', false],
  ['XListMapKeys', 'x-kubernetes-list-map-keys', null],
  ['XListType', 'x-kubernetes-list-type', null],
  ['XMapType', 'x-kubernetes-map-type', null],
  ['XValidations', 'x-kubernetes-validations', null, listOf(structOf(RULE))],
];

const SCALE: readonly StructField[] = [
  ['SpecReplicasPath', 'specReplicasPath', ''],
  ['StatusReplicasPath', 'statusReplicasPath', ''],
  ['LabelSelectorPath', 'labelSelectorPath', null],
];

const SUBRESOURCES: readonly StructField[] = [
  ['Status', 'status', null],
  ['Scale', 'scale', null, structOf(SCALE)],
];

const COLUMN: readonly StructField[] = [
  ['Name', 'name', ''],
  ['Type', 'type', ''],
  ['Format', 'format', ''],
  ['Description', 'description', ''],
  ['Priority', 'priority', 0],
  ['JSONPath', 'jsonPath', ''],
];

const VERSION: readonly StructField[] = [
  ['Name', 'name', ''],
  ['Served', 'served', false],
  ['Storage', 'storage', false],
  ['Deprecated', 'deprecated', false],
  ['DeprecationWarning', 'deprecationWarning', null],
  ['Schema', 'schema', null, structOf([['OpenAPIV3Schema', 'openAPIV3Schema', null, schema]])],
  ['Subresources', 'subresources', null, structOf(SUBRESOURCES)],
  ['AdditionalPrinterColumns', 'additionalPrinterColumns', null, listOf(structOf(COLUMN))],
  ['SelectableFields', 'selectableFields', null, listOf(structOf([['JSONPath', 'jsonPath', '']]))],
];

export const printedVersions = (versions: readonly Loose<Version>[] | undefined): unknown =>
  versions?.map((version) => printStruct(VERSION, version)) ?? null;

export const printedSchema = schema;

/** Go's names of the fields that a schema sets, in Go's order. */
export function setFields(s: Schema): readonly string[] {
  const json = s as { readonly [name: string]: unknown };
  return SCHEMA.filter(([, name]) => isSet(json[name])).map(([go]) => go);
}

/** A rule of x-kubernetes-validations, as a refusal shows it. */
export const printedRule = (value: unknown): unknown => printStruct(RULE, value);
