// From paths in recorded objects to the fields that records are written for.
import { descend, type PathSegment, type Place, rootPlace } from '../../../src/manifest/typing.ts';

export interface Kinded {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface Leaf {
  readonly path: PathSegment[];
  readonly value: unknown;
}

export function placeAt(object: Kinded, path: readonly PathSegment[]): Place | undefined {
  let place: Place | undefined = rootPlace(object.apiVersion, object.kind);
  for (const segment of path) place = place && descend(place, segment);
  return place;
}

/** `status.conditions[{"type":"Ready"}].status` → its place; what is in brackets only says that a list is entered. */
export function placeOfText(object: Kinded, text: string): Place | undefined {
  const segments = text.split(/\.(?![^[]*\])/).flatMap((part): PathSegment[] => {
    const bracket = part.indexOf('[');
    return bracket === -1 ? [part] : [part.slice(0, bracket), 0];
  });
  return placeAt(object, segments);
}

/** What is in `after` and not in `before`, leaf by leaf. */
export function added(before: unknown, after: unknown, path: PathSegment[] = []): Leaf[] {
  if (before === undefined) return leaves(after, path);
  if (typeof after !== 'object' || after === null) return [];
  return Object.entries(after).flatMap(([key, value]) => {
    const segment = Array.isArray(after) ? Number(key) : key;
    return added((before as Record<string, unknown> | null)?.[key], value, [...path, segment]);
  });
}

function leaves(value: unknown, path: PathSegment[]): Leaf[] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
