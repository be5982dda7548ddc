// Follows a path through the OpenAPI types, and remembers by which fields it came.
import { removedApi } from '../knowledge/removed-apis.ts';
import { type FieldSchema, fieldOf, schemaForKind, typeById, type ValueSchema } from '../model/schema.ts';

export type PathSegment = string | number;

/** Where a path has got to in the schema. */
export interface Place {
  readonly value: ValueSchema;
  /** The nearest schema field on the way here: `{ type: 'core.v1.PodSpec', field: … nodeSelector }`. */
  readonly owner?: { readonly type: string; readonly field: FieldSchema };
  /** Key inside a map-typed field: `app` in labels, `cpu` in limits. */
  readonly entry?: string;
  /** Names of the enclosing schema fields, nearest last. */
  readonly within: readonly string[];
  /** The place of the field that this one stands in; absent for fields of the object itself. */
  readonly outer?: Place;
  readonly kind: string;
}

const UNKNOWN: ValueSchema = { kind: 'any' };

/** The place of a whole object. Of a kind that is not built in, only the metadata is known. */
export function rootPlace(apiVersion: string, kind: string): Place {
  const object = schemaForKind(apiVersion, kind);
  return { value: object ? { kind: 'object', object } : UNKNOWN, within: [], kind };
}

/** A version that is no longer served, and the one in its place that the kind is explained by. */
export interface Successor {
  readonly use: string;
  /** First version without the old one. */
  readonly since: string;
}

export function successorOf(apiVersion: string, kind: string): Successor | undefined {
  if (schemaForKind(apiVersion, kind)) return undefined;
  const { use, in: since } = removedApi(apiVersion, kind) ?? {};
  return use !== undefined && since !== undefined && schemaForKind(use, kind) ? { use, since } : undefined;
}

export function successorNote(apiVersion: string, { use, since }: Successor): string {
  return `\`${apiVersion}\` is not served since ${since}. What is said here holds for \`${use}\`.`;
}

/** One step down, or undefined where the schema knows no such thing. */
export function descend(place: Place, segment: PathSegment): Place | undefined {
  const { value } = place;
  if (typeof segment === 'number') {
    const { entry: _, ...rest } = place;
    return value.kind === 'list' ? { ...rest, value: value.items ?? UNKNOWN } : undefined;
  }
  if (value.kind === 'map') return { ...place, value: value.items ?? UNKNOWN, entry: segment };
  if (value.kind === 'object') return field(place, segment);
  const isCustomRoot = value === UNKNOWN && place.owner === undefined;
  return isCustomRoot && segment === 'metadata' ? customMetadata(place) : undefined;
}

function field(place: Place, name: string): Place | undefined {
  const type = place.value.object;
  const found = type && fieldOf(type, name);
  if (!type || !found) return undefined;
  const within = place.owner ? [...place.within, place.owner.field.name] : place.within;
  const outer = place.owner ? { outer: place } : {};
  return { value: found, owner: { type: type.id, field: found }, within, ...outer, kind: place.kind };
}

function customMetadata(place: Place): Place | undefined {
  const object = typeById('meta.v1.ObjectMeta');
  return object && { ...place, value: { kind: 'object', object } };
}

const SCALARS: Readonly<Record<string, string>> = {
  bytes: 'bytes (base64)',
  quantity: 'Quantity',
  time: 'Time',
  microTime: 'MicroTime',
  intOrString: 'int or string',
};

/** A type as Go developers read it: `[]Container`, `map[string]string`, `int32`. */
export function typeText(value: ValueSchema): string {
  if (value.kind === 'list') return `[]${value.items ? typeText(value.items) : 'any'}`;
  if (value.kind === 'map') return `map[string]${value.items ? typeText(value.items) : 'any'}`;
  if (value.kind === 'object') return value.object?.name ?? 'object';
  return SCALARS[value.kind] ?? value.kind;
}
