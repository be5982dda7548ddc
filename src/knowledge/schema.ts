// The compact table of OpenAPI types (generated/schema.json) and how to look things up in it.

export interface FieldSchema {
  /** As Go developers read it: `string`, `int32`, `[]core.v1.Container`, `map[string]Quantity`. */
  readonly type: string;
  readonly enum?: readonly string[];
  /** How server-side apply merges a list: `map`, `set` or `atomic`. */
  readonly list?: string;
  /** The keys that identify an entry of a `map` list. */
  readonly keys?: readonly string[];
  readonly atomic?: boolean;
}

export interface TypeSchema {
  readonly required?: readonly string[];
  readonly fields: Readonly<Record<string, FieldSchema | string>>;
}

export interface SchemaTable {
  /** The Kubernetes version whose OpenAPI documents the table was made from. */
  readonly version: string;
  /** `apps/v1 Deployment` → `apps.v1.Deployment`. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, TypeSchema>>;
}

/** What one value of a field is: the element of a list or map is found by taking the wrapping off. */
export interface TypeShape {
  readonly container: 'none' | 'list' | 'map';
  /** Type name or scalar inside the wrapping. */
  readonly element: string;
}

export function shapeOf(type: string): TypeShape {
  if (type.startsWith('[]')) return { container: 'list', element: type.slice(2) };
  if (type.startsWith('map[string]')) return { container: 'map', element: type.slice('map[string]'.length) };
  return { container: 'none', element: type };
}

export function fieldSchema(table: SchemaTable, type: string, field: string): FieldSchema | undefined {
  const fields = table.types[type]?.fields;
  if (!fields || !Object.hasOwn(fields, field)) return undefined;
  const found = fields[field];
  return typeof found === 'string' ? { type: found } : found;
}

export function kindType(table: SchemaTable, apiVersion: string, kind: string): string | undefined {
  const key = `${apiVersion} ${kind}`;
  return Object.hasOwn(table.kinds, key) ? table.kinds[key] : undefined;
}

/** `map[string]core.v1.Volume` reads better in a hover without its package. */
export function displayType(type: string): string {
  return type.replace(/[a-z0-9]+\.v[a-z0-9]+\.([A-Z])/, '$1');
}
