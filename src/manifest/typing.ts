// Follows a path through the OpenAPI types, and remembers by which fields it came.
import { fieldSchema, kindType, type SchemaTable, shapeOf } from '../knowledge/schema.ts';

export type PathSegment = string | number;

/** Where a path has got to in the schema. */
export interface Place {
  /** Type of the value here: a named type, a scalar, or a list or map of them. */
  readonly type: string;
  /** The nearest schema field on the way here: `{ type: 'core.v1.PodSpec', field: 'nodeSelector' }`. */
  readonly owner?: { readonly type: string; readonly field: string };
  /** Key inside a map-typed field: `app` in labels, `cpu` in limits. */
  readonly entry?: string;
  /** Names of the enclosing schema fields, nearest last. */
  readonly within: readonly string[];
  /** A field of an embedded object (List items, raw extensions) starts over; the name of its kind. */
  readonly kind?: string;
}

/** The place of a whole object, or undefined for a kind that the table does not know. */
export function rootPlace(table: SchemaTable, apiVersion: string, kind: string): Place | undefined {
  const type = kindType(table, apiVersion, kind);
  return type === undefined ? undefined : { type, within: [], kind };
}

/** The metadata and type of an object whose kind is not known (a custom resource). */
export function customPlace(kind: string): Place {
  return { type: 'custom', within: [], kind };
}

export function descend(table: SchemaTable, place: Place, segment: PathSegment): Place | undefined {
  const shape = shapeOf(place.type);
  if (typeof segment === 'number') {
    if (shape.container !== 'list') return undefined;
    const { entry: _, ...rest } = place;
    return { ...rest, type: shape.element };
  }
  if (shape.container === 'map') return { ...place, type: shape.element, entry: segment };
  if (shape.container === 'list') return undefined;
  const type = place.type === 'custom' ? customFieldType(segment) : fieldSchema(table, place.type, segment)?.type;
  if (type === undefined) return undefined;
  const within = place.owner ? [...place.within, place.owner.field] : place.within;
  return {
    type,
    owner: { type: place.type === 'custom' ? 'custom' : place.type, field: segment },
    within,
    ...(place.kind !== undefined && { kind: place.kind }),
  };
}

function customFieldType(field: string): string | undefined {
  return field === 'metadata' ? 'meta.v1.ObjectMeta' : undefined;
}
