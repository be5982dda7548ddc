// The parts of an OpenAPI v3 schema as a CustomResourceDefinition gives it, and the walk over all schemas inside one.
import type { JSONSchemaProps } from '../../../../model/generated/apiextensions.v1.ts';
import { isRecord } from '../../../../model/object.ts';
import type { Loose } from '../field.ts';

export type Schema = Loose<JSONSchemaProps>;
export type SchemaMap = { readonly [name: string]: Schema };

/** `items` may be a schema or a list of them, `additionalProperties` a schema or a boolean. */
export const asSchema = (value: unknown): Schema | undefined => (isRecord(value) ? (value as Schema) : undefined);

export const asSchemas = (value: unknown): readonly Schema[] => (Array.isArray(value) ? (value as Schema[]) : []);

export const TYPES: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** Every schema right inside one. */
function* inner(schema: Schema): Generator<Schema> {
  const { items, additionalProperties, additionalItems, not, dependencies } = schema;
  for (const one of [items, additionalProperties, additionalItems, not]) {
    const sub = asSchema(one);
    if (sub) yield sub;
  }
  yield* asSchemas(items);
  for (const list of [schema.allOf, schema.anyOf, schema.oneOf]) yield* list ?? [];
  for (const map of [schema.properties, schema.patternProperties, schema.definitions]) {
    yield* Object.values((map ?? {}) as SchemaMap);
  }
  for (const one of Object.values((dependencies ?? {}) as { readonly [name: string]: unknown })) {
    const sub = asSchema(one);
    if (sub) yield sub;
  }
}

export function schemaHas(schema: Schema | undefined, test: (schema: Schema) => boolean): boolean {
  if (!schema) return false;
  if (test(schema)) return true;
  for (const sub of inner(schema)) if (schemaHas(sub, test)) return true;
  return false;
}

/** The field is there, and not the zero value of its Go type. */
export function isSet(value: unknown): boolean {
  if (value === undefined || value === '' || value === false) return false;
  return !Array.isArray(value) || value.length > 0;
}
