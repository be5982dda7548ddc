// The way to a field of an object, with what tells the items of a list apart.
import { isRecord } from '../model/object.ts';
import { formatKey } from '../model/paths.ts';

/** A segment of a path: the name of a field, or an item with what tells it from others. */
export type Segment =
  | { readonly field: string }
  | { readonly index: number; readonly value: unknown; readonly keys?: readonly string[] };

/** As a step's changes name it: `spec.ports[containerPort=80,protocol="TCP"].name`. */
export function pathOf(segments: readonly Segment[]): string {
  let path = '';
  for (const segment of segments) {
    if ('field' in segment) path += path === '' ? segment.field : `.${segment.field}`;
    else if (segment.keys && isRecord(segment.value)) path += formatKey(segment.keys, segment.value);
    else path += isRecord(segment.value) ? `[${segment.index}]` : `[=${JSON.stringify(segment.value)}]`;
  }
  return path;
}
