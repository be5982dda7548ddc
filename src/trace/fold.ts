// The state of every object after any step. Instead of a checkpoint of the world every so often, each object keeps its
// versions, which share what did not change: going to a step is a binary search per object, wherever the step is.
import { isRecord, type Json } from '../model/object.ts';
import { applyChanges } from './fieldpath.ts';
import type { FieldChange, ObjectRef, Step } from './step.ts';

// Views fold objects and read them; they know the model only through here.
export { isRecord, type Json };

/** `pods./demo/web-1`, `deployments.apps/demo/web`; stable over the life of an object and of its namesakes. */
export type ObjectKey = string;

export function objectKey(ref: ObjectRef): ObjectKey {
  return `${ref.resource}.${ref.group}/${ref.namespace ?? ''}/${ref.name}`;
}

export interface Version {
  /** How many steps had happened when this was true: 1 after the first step, 0 before it. */
  readonly after: number;
  /** The parts of the object that were asked for; undefined when the object is gone. */
  readonly value: Json | undefined;
}

export interface ObjectHistory {
  readonly key: ObjectKey;
  readonly ref: ObjectRef;
  readonly versions: readonly Version[];
  /** Positions (counted from 0) of the steps that are about this object. */
  readonly steps: readonly number[];
}

interface Growing extends ObjectHistory {
  readonly versions: Version[];
  readonly steps: number[];
}

/** Says which changes matter, so that a long trace does not keep whole pod templates: true to keep the path. */
export type Interest = (path: string) => boolean;

export class Fold {
  private readonly histories = new Map<ObjectKey, Growing>();
  private readonly interest: Interest;
  private count = 0;

  constructor(interest: Interest = () => true) {
    this.interest = interest;
  }

  /** How many steps were folded. */
  get length(): number {
    return this.count;
  }

  /** An object that was there before the first step. */
  seed(ref: ObjectRef, value: Json): void {
    this.history(ref).versions.push({ after: 0, value });
  }

  /** Takes the next step; answers the history that got a new version. */
  add(step: Step): ObjectHistory | undefined {
    const position = this.count++;
    if (step.object === undefined) return undefined;
    const history = this.history(step.object);
    history.steps.push(position);
    const before = history.versions.at(-1)?.value;
    const value = next(before, step, this.interest);
    if (value === before) return undefined;
    history.versions.push({ after: position + 1, value });
    return history;
  }

  get(key: ObjectKey): ObjectHistory | undefined {
    return this.histories.get(key);
  }

  all(): Iterable<ObjectHistory> {
    return this.histories.values();
  }

  private history(ref: ObjectRef): Growing {
    const key = objectKey(ref);
    let history = this.histories.get(key);
    if (history === undefined) {
      history = { key, ref, versions: [], steps: [] };
      this.histories.set(key, history);
    }
    return history;
  }
}

/** The last entry that held after `count` steps, by binary search; undefined when there was none then. */
export function lastAt<T extends { readonly after: number }>(entries: readonly T[], count: number): T | undefined {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.after ?? 0) <= count) low = middle + 1;
    else high = middle;
  }
  return entries[low - 1];
}

/** True when the request was a write that took effect. */
export function isWrite(step: Step): boolean {
  const { request } = step;
  return request !== undefined && request.code < 300 && WRITES.has(request.verb);
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

function next(before: Json | undefined, step: Step, interest: Interest): Json | undefined {
  if (step.request !== undefined && !isWrite(step)) return before;
  const changes = step.changed ?? [];
  if (removes(changes)) return undefined;
  const kept = changes.filter((change) => interest(change.path));
  if (kept.length === 0) return before ?? (isCreation(step) ? {} : undefined);
  const value = applyChanges(before ?? {}, kept);
  return isRecord(value) ? value : undefined;
}

function isCreation(step: Step): boolean {
  return step.request?.verb === 'create' && step.request.subresource === undefined;
}

/** An object is gone when a write takes its name away; a delete that waits (grace period, finalizers) leaves the name. */
function removes(changes: readonly FieldChange[]): boolean {
  return changes.some(({ path, after }) => after === undefined && (path === '' || path === 'metadata.name'));
}
