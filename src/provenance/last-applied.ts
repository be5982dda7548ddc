// What `kubectl apply` sent last, from the annotation in which it keeps it: the fields it does not name were filled in.
import { isRecord } from '../model/object.ts';
import { equal } from '../model/paths.ts';
import type { Segment } from './path.ts';

/** Whether a field was in the file; undefined where that cannot be told. */
export type WasSent = (segments: readonly Segment[]) => boolean | undefined;

/** @param text of the annotation, if the object has it */
export function filledIn(text: string | undefined): WasSent {
  const applied = parsed(text);
  if (!isRecord(applied)) return () => undefined;
  return (segments) => {
    // The annotation itself, and what the file cannot name, are not in it.
    if (segments.length < 2) return undefined;
    let at: unknown = applied;
    for (const segment of segments) {
      if ('field' in segment) {
        if (!isRecord(at) || !Object.hasOwn(at, segment.field)) return false;
        at = at[segment.field];
      } else {
        if (!Array.isArray(at)) return false;
        const found = at.find((item: unknown) => sameItem(item, segment));
        if (found === undefined) return undefined;
        at = found;
      }
    }
    return true;
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Keys that the file leaves out may have been filled in, such as a port's protocol. */
function sameItem(item: unknown, { value, keys }: Extract<Segment, { readonly index: number }>): boolean {
  if (!isRecord(value) || !isRecord(item)) return equal(item, value);
  const named = keys ?? Object.keys(item);
  return named.every((key) => item[key] === undefined || equal(item[key], value[key]));
}
