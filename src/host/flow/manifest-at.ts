// An object as a manifest, as it was after a step of a trace: what somebody applied where that is known, else what the steps
// say of it, without what the cluster itself fills in.
import { isRecord, type Json } from '../../model/object.ts';
import { LAST_APPLIED } from '../../model/redact.ts';
import { RefusedError } from '../../model/refused.ts';
import { Fold, objectKey } from '../../trace/fold.ts';
import type { ObjectRef, Step } from '../../trace/step.ts';

/** Throws a RefusedError where the steps do not know the object. */
export function manifestAt(steps: Iterable<Step>, ref: ObjectRef): Json {
  const key = objectKey(ref);
  const fold = new Fold();
  for (const step of steps) if (step.object && objectKey(step.object) === key) fold.add(step);
  const value = fold.get(key)?.versions.at(-1)?.value;
  if (value === undefined)
    throw new RefusedError(
      `The steps up to here do not tell what ${ref.kind} ${ref.name} looks like.`,
      'Choose another object, or write the manifest yourself.',
    );
  const metadata = isRecord(value.metadata) ? value.metadata : {};
  const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
  return appliedOf(annotations[LAST_APPLIED]) ?? ownOf(value, metadata);
}

function appliedOf(text: unknown): Json | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? withoutEmpty(value) : undefined;
  } catch {
    return undefined;
  }
}

/** kubectl notes empty annotations where there are none. */
function withoutEmpty(value: Json): Json {
  if (!isRecord(value.metadata)) return value;
  const { annotations, ...metadata } = value.metadata;
  const kept = isRecord(annotations) && Object.keys(annotations).length > 0 ? { annotations } : {};
  return { ...value, metadata: { ...metadata, ...kept } };
}

const OF_THE_CLUSTER = ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields', 'generateName'];

function ownOf(value: Json, metadata: Json): Json {
  const { status: _status, ...rest } = value;
  const own = Object.fromEntries(Object.entries(metadata).filter(([name]) => !OF_THE_CLUSTER.includes(name)));
  return { ...rest, metadata: own };
}
