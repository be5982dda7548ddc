// CustomResourceDefinitions in protobuf, which kubectl's binary does not hold: field numbers from
// staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/generated.proto, v1.36.

/** As in the generated table: number; JSON name; kind; `[]`, `{}` or `0`; id of a message type. */
type Field = readonly [number, string, string, string, string];

const ID = 'apiextensions.v1.';
const PROPS = `${ID}JSONSchemaProps`;
const JSON_VALUE = `${ID}JSON`;

const text = (n: number, name: string): Field => [n, name, 'string', '0', ''];
const optionalText = (n: number, name: string): Field => [n, name, 'string', '', ''];
const texts = (n: number, name: string): Field => [n, name, 'string', '[]', ''];
const yes = (n: number, name: string): Field => [n, name, 'bool', '0', ''];
const optionalYes = (n: number, name: string): Field => [n, name, 'bool', '', ''];
const count = (n: number, name: string): Field => [n, name, 'int', '', ''];
const real = (n: number, name: string): Field => [n, name, 'float', '', ''];
const one = (n: number, name: string, type: string): Field => [n, name, 'message', '', type];
const many = (n: number, name: string, type: string): Field => [n, name, 'message', '[]', type];
const byName = (n: number, name: string, type: string): Field => [n, name, 'message', '{}', type];

const SCHEMA: readonly Field[] = [
  text(1, 'id'),
  text(2, '$schema'),
  optionalText(3, '$ref'),
  text(4, 'description'),
  text(5, 'type'),
  text(6, 'format'),
  text(7, 'title'),
  one(8, 'default', JSON_VALUE),
  real(9, 'maximum'),
  yes(10, 'exclusiveMaximum'),
  real(11, 'minimum'),
  yes(12, 'exclusiveMinimum'),
  count(13, 'maxLength'),
  count(14, 'minLength'),
  text(15, 'pattern'),
  count(16, 'maxItems'),
  count(17, 'minItems'),
  yes(18, 'uniqueItems'),
  real(19, 'multipleOf'),
  many(20, 'enum', JSON_VALUE),
  count(21, 'maxProperties'),
  count(22, 'minProperties'),
  texts(23, 'required'),
  one(24, 'items', `${PROPS}OrArray`),
  many(25, 'allOf', PROPS),
  many(26, 'oneOf', PROPS),
  many(27, 'anyOf', PROPS),
  one(28, 'not', PROPS),
  byName(29, 'properties', PROPS),
  one(30, 'additionalProperties', `${PROPS}OrBool`),
  byName(31, 'patternProperties', PROPS),
  byName(32, 'dependencies', `${PROPS}OrStringArray`),
  one(33, 'additionalItems', `${PROPS}OrBool`),
  byName(34, 'definitions', PROPS),
  one(35, 'externalDocs', `${ID}ExternalDocumentation`),
  one(36, 'example', JSON_VALUE),
  yes(37, 'nullable'),
  optionalYes(38, 'x-kubernetes-preserve-unknown-fields'),
  yes(39, 'x-kubernetes-embedded-resource'),
  yes(40, 'x-kubernetes-int-or-string'),
  texts(41, 'x-kubernetes-list-map-keys'),
  optionalText(42, 'x-kubernetes-list-type'),
  optionalText(43, 'x-kubernetes-map-type'),
  many(44, 'x-kubernetes-validations', `${ID}ValidationRule`),
];

const DEFINITION: { readonly [type: string]: readonly Field[] } = {
  CustomResourceDefinition: [
    one(1, 'metadata', 'meta.v1.ObjectMeta'),
    one(2, 'spec', `${ID}CustomResourceDefinitionSpec`),
    one(3, 'status', `${ID}CustomResourceDefinitionStatus`),
  ],
  CustomResourceDefinitionSpec: [
    optionalText(1, 'group'),
    one(3, 'names', `${ID}CustomResourceDefinitionNames`),
    optionalText(4, 'scope'),
    many(7, 'versions', `${ID}CustomResourceDefinitionVersion`),
    one(9, 'conversion', `${ID}CustomResourceConversion`),
    yes(10, 'preserveUnknownFields'),
  ],
  CustomResourceDefinitionNames: [
    optionalText(1, 'plural'),
    text(2, 'singular'),
    texts(3, 'shortNames'),
    optionalText(4, 'kind'),
    text(5, 'listKind'),
    texts(6, 'categories'),
  ],
  CustomResourceDefinitionVersion: [
    optionalText(1, 'name'),
    optionalYes(2, 'served'),
    optionalYes(3, 'storage'),
    one(4, 'schema', `${ID}CustomResourceValidation`),
    one(5, 'subresources', `${ID}CustomResourceSubresources`),
    many(6, 'additionalPrinterColumns', `${ID}CustomResourceColumnDefinition`),
    yes(7, 'deprecated'),
    optionalText(8, 'deprecationWarning'),
    many(9, 'selectableFields', `${ID}SelectableField`),
  ],
  CustomResourceDefinitionStatus: [
    many(1, 'conditions', `${ID}CustomResourceDefinitionCondition`),
    one(2, 'acceptedNames', `${ID}CustomResourceDefinitionNames`),
    texts(3, 'storedVersions'),
    [4, 'observedGeneration', 'int', '0', ''],
  ],
  CustomResourceDefinitionCondition: [
    optionalText(1, 'type'),
    optionalText(2, 'status'),
    [3, 'lastTransitionTime', 'message', '0', 'meta.v1.Time'],
    text(4, 'reason'),
    text(5, 'message'),
    [6, 'observedGeneration', 'int', '0', ''],
  ],
};

const PARTS: { readonly [type: string]: readonly Field[] } = {
  CustomResourceConversion: [optionalText(1, 'strategy'), one(2, 'webhook', `${ID}WebhookConversion`)],
  WebhookConversion: [one(2, 'clientConfig', `${ID}WebhookClientConfig`), texts(3, 'conversionReviewVersions')],
  WebhookClientConfig: [
    one(1, 'service', `${ID}ServiceReference`),
    [2, 'caBundle', 'bytes', '', ''],
    optionalText(3, 'url'),
  ],
  ServiceReference: [optionalText(1, 'namespace'), optionalText(2, 'name'), optionalText(3, 'path'), count(4, 'port')],
  CustomResourceValidation: [one(1, 'openAPIV3Schema', PROPS)],
  CustomResourceSubresources: [
    one(1, 'status', `${ID}CustomResourceSubresourceStatus`),
    one(2, 'scale', `${ID}CustomResourceSubresourceScale`),
  ],
  CustomResourceSubresourceStatus: [],
  CustomResourceSubresourceScale: [
    optionalText(1, 'specReplicasPath'),
    optionalText(2, 'statusReplicasPath'),
    optionalText(3, 'labelSelectorPath'),
  ],
  CustomResourceColumnDefinition: [
    optionalText(1, 'name'),
    optionalText(2, 'type'),
    text(3, 'format'),
    text(4, 'description'),
    [5, 'priority', 'int', '0', ''],
    optionalText(6, 'jsonPath'),
  ],
  SelectableField: [optionalText(1, 'jsonPath')],
  ExternalDocumentation: [text(1, 'description'), text(2, 'url')],
  ValidationRule: [
    optionalText(1, 'rule'),
    text(2, 'message'),
    text(3, 'messageExpression'),
    optionalText(4, 'reason'),
    text(5, 'fieldPath'),
    optionalYes(6, 'optionalOldSelf'),
  ],
  JSONSchemaProps: SCHEMA,
  // Each of these is one thing or another; what it is in JSON is decided in protobuf.ts.
  JSONSchemaPropsOrArray: [one(1, 'schema', PROPS), many(2, 'list', PROPS)],
  JSONSchemaPropsOrBool: [optionalYes(1, 'allows'), one(2, 'schema', PROPS)],
  JSONSchemaPropsOrStringArray: [one(1, 'schema', PROPS), texts(2, 'list')],
};

export const APIEXTENSIONS: { readonly [type: string]: readonly Field[] } = Object.fromEntries(
  Object.entries({ ...DEFINITION, ...PARTS }).map(([name, fields]) => [ID + name, fields]),
);

/** The types that are one thing or another: from their fields to what stands in JSON. */
export const EITHER: { readonly [type: string]: (fields: { readonly [name: string]: unknown }) => unknown } = {
  [`${PROPS}OrArray`]: ({ schema, list }) => schema ?? list ?? null,
  [`${PROPS}OrBool`]: ({ schema, allows }) => schema ?? allows ?? false,
  [`${PROPS}OrStringArray`]: ({ schema, list }) => schema ?? list ?? null,
};
