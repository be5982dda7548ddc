// Where the trace knows more than managedFields: the very step that wrote a field last.

import { isRecord } from '../model/object.ts';
import { equal } from '../model/paths.ts';
import { type Segment as ChangedSegment, parseFieldPath } from '../trace/fieldpath.ts';
import type { ObjectRef, Step } from '../trace/step.ts';
import type { Segment } from './path.ts';

/** The steps that wrote the object, the latest first; ask once for all of its lines. */
export function writesOf(steps: readonly Step[], ref: ObjectRef): Step[] {
  return steps.filter((step) => (step.changed?.length ?? 0) > 0 && isAbout(step, ref)).reverse();
}

function isAbout({ object }: Step, ref: ObjectRef): boolean {
  if (!object || object.resource !== ref.resource || object.group !== ref.group) return false;
  if (object.uid !== undefined && ref.uid !== undefined) return object.uid === ref.uid;
  return object.name === ref.name && (object.namespace ?? '') === (ref.namespace ?? '');
}

/**
 * The step that wrote a field last, itself or with something around it. What only holds other fields came with the first
 * of them. `writes` as `writesOf` gives them.
 */
export function stepFor(writes: readonly Step[], path: readonly Segment[]): Step | undefined {
  const wrote = (step: Step, below: boolean): boolean =>
    (step.changed ?? []).some((change) => {
      const changed = parseFieldPath(change.path);
      if (changed.length < path.length && !isFilled(change.after)) return false;
      return (below || changed.length <= path.length) && meets(changed, path);
    });
  return writes.find((step) => wrote(step, false)) ?? writes.findLast((step) => wrote(step, true));
}

/** Only what holds something can have brought what is below it. */
function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** One of the two paths leads to or past the other. */
function meets(changed: readonly ChangedSegment[], path: readonly Segment[]): boolean {
  const shared = Math.min(changed.length, path.length);
  for (let i = 0; i < shared; i++) {
    const a = changed[i];
    const b = path[i];
    if (a === undefined || b === undefined || !isSame(a, b)) return false;
  }
  return true;
}

function isSame(a: ChangedSegment, b: Segment): boolean {
  if ('field' in a) return 'field' in b && a.field === b.field;
  if ('field' in b) return false;
  if ('index' in a) return a.index === b.index;
  if ('value' in a) return equal(a.value, b.value);
  const { value } = b;
  return isRecord(value) && Object.entries(a.keys).every(([key, named]) => equal(value[key], named));
}
