// Deleting: preconditions, grace, finalizers, propagation. Models registry.Store.Delete and rest.BeforeDelete.
import { rfc3339 } from '../../../kernel/time.ts';
import type { KubeObject } from '../../../model/object.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import { conflict, invalid, notFound } from '../../../model/status.ts';
import { parseTime } from '../../../model/time.ts';
import { type Context, refuse } from '../context.ts';
import { find, remove, write } from '../storage.ts';
import type { Registry } from './create.ts';
import { strategyFor } from './strategies.ts';
import type { DeleteOptions, Obj } from './strategy.ts';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

export interface Deleted {
  readonly object: KubeObject;
  /** False while grace or finalizers hold the object. */
  readonly gone: boolean;
}

export function deleteObject(ctx: Context, registry: Registry, r: ResourceInfo, options: DeleteOptions): Deleted {
  const { namespace, name } = ctx.info;
  const current = find(ctx, r, namespace, name) as Obj | undefined;
  if (current === undefined) refuse(notFound(ctx.groupResource, name));
  return deleteFound(ctx, registry, r, current, options);
}

/** Deletes one object that was just read. @param admitted whether admission has been asked, or is not to be. */
export function deleteFound(
  ctx: Context,
  registry: Registry,
  r: ResourceInfo,
  current: Obj,
  options: DeleteOptions,
  admitted = false,
): Deleted {
  ctx.before = current;
  checkPreconditions(ctx, current, options);
  if (!admitted) admitDelete(ctx, registry, r, current, options);
  const begun = strategyFor(r).beginDelete?.(current, ctx);
  if (begun !== undefined) {
    const finalized = withFinalizers(begun, r, options);
    ctx.after = finalized === current ? current : write(ctx, r, finalized);
    return { object: ctx.after, gone: false };
  }
  const graceful = withGrace(current, r, options, ctx);
  if (graceful === 'pending') return { object: current, gone: false };
  const finalized = withFinalizers(graceful ?? current, r, options);
  const held = (finalized.metadata.finalizers ?? []).length > 0;
  if (graceful === undefined && !held) return gone(ctx, r, current);
  const marked = graceful === undefined ? markDeleting(finalized, ctx) : finalized;
  const changed = marked !== current;
  const stored = changed ? write(ctx, r, marked) : current;
  ctx.after = stored;
  if (held || (marked.metadata.deletionGracePeriodSeconds ?? 0) > 0) return { object: stored, gone: false };
  return gone(ctx, r, stored as Obj);
}

export function admitDelete(
  ctx: Context,
  registry: Registry,
  r: ResourceInfo,
  current: Obj,
  options: DeleteOptions,
): void {
  const { namespace = '', name = '' } = current.metadata;
  const review = {
    ctx,
    operation: 'DELETE' as const,
    resource: r,
    subresource: '',
    namespace,
    name,
    object: undefined,
    old: current,
    options,
  };
  // Of what mutates, only webhooks have anything to do with a deletion.
  if (ctx.calls !== undefined) registry.admission.mutate(review);
  registry.admission.validate(review);
}

function gone(ctx: Context, r: ResourceInfo, last: Obj): Deleted {
  ctx.after = undefined;
  const object = remove(ctx, r, last);
  strategyFor(r).commit?.(undefined, last, ctx);
  return { object, gone: true };
}

function checkPreconditions(ctx: Context, o: Obj, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = o;
  if (uid && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    ctx.refuse('storage', conflict(ctx.groupResource, metadata.name ?? '', why));
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    ctx.refuse('storage', conflict(ctx.groupResource, metadata.name ?? '', why));
  }
}

/** The object with its deletion scheduled; undefined: not gracefully; `pending`: nothing is to be done. */
function withGrace(o: Obj, r: ResourceInfo, options: DeleteOptions, ctx: Context): Obj | 'pending' | undefined {
  const { grace } = strategyFor(r);
  const { metadata } = o;
  if (grace === undefined) return undefined;
  const asked = options.gracePeriodSeconds;
  if (metadata.deletionTimestamp !== undefined) {
    const had = metadata.deletionGracePeriodSeconds;
    if (had === undefined) return undefined;
    const period = asked === undefined ? undefined : grace(o, options);
    if (period === undefined || period >= had)
      return had === 0 && (metadata.finalizers ?? []).length === 0 ? undefined : 'pending';
    const due = (parseTime(metadata.deletionTimestamp) ?? 0) - had * 1000 + period * 1000;
    return { ...o, metadata: { ...metadata, deletionTimestamp: rfc3339(due), deletionGracePeriodSeconds: period } };
  }
  const period = grace(o, options);
  return deleting(o, period, rfc3339(ctx.core.kernel.wallMs + period * 1000));
}

/** Controllers of an object that is being deleted act differently, so its generation grows. */
function deleting(o: Obj, period: number, at: string): Obj {
  const { generation } = o.metadata;
  const metadata = {
    ...o.metadata,
    deletionTimestamp: at,
    deletionGracePeriodSeconds: period,
    ...(generation ? { generation: generation + 1 } : {}),
  };
  return { ...o, metadata };
}

/** An object that finalizers hold: it is marked, and removed with its last finalizer. */
function markDeleting(o: Obj, ctx: Context): Obj {
  if (o.metadata.deletionTimestamp !== undefined) {
    if (o.metadata.deletionGracePeriodSeconds !== undefined) return o;
    return { ...o, metadata: { ...o.metadata, deletionGracePeriodSeconds: 0 } };
  }
  return deleting(o, 0, ctx.now);
}

/** Models deletionFinalizersForGarbageCollection: orphan and foregroundDeletion come and go with the policy asked for. */
function withFinalizers(o: Obj, r: ResourceInfo, options: DeleteOptions): Obj {
  const had = o.metadata.finalizers ?? [];
  const wanted = had.filter((f) => f !== ORPHAN && f !== FOREGROUND);
  if (shouldOrphan(o, r, options)) wanted.push(ORPHAN);
  if (shouldForeground(o, options)) wanted.push(FOREGROUND);
  if (wanted.length === had.length && had.every((f) => wanted.includes(f))) return o;
  const { finalizers: _, ...metadata } = o.metadata;
  return { ...o, metadata: wanted.length === 0 ? metadata : { ...metadata, finalizers: wanted } };
}

function shouldOrphan(o: Obj, r: ResourceInfo, options: DeleteOptions): boolean {
  if (options.orphanDependents !== undefined) return options.orphanDependents;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Orphan';
  const had = o.metadata.finalizers ?? [];
  if (had.includes(ORPHAN)) return true;
  if (had.includes(FOREGROUND)) return false;
  return strategyFor(r).orphansByDefault === true;
}

function shouldForeground(o: Obj, options: DeleteOptions): boolean {
  if (options.orphanDependents !== undefined) return false;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Foreground';
  const had = o.metadata.finalizers ?? [];
  return had.includes(FOREGROUND) && !had.includes(ORPHAN);
}

/** DeleteOptions that contradict themselves. Models apis/meta/v1/validation.ValidateDeleteOptions. */
export function checkDeleteOptions(options: DeleteOptions): void {
  const { propagationPolicy, orphanDependents } = options;
  const kind = { group: '', kind: 'DeleteOptions' };
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    const message = `Invalid value: "${propagationPolicy}": orphanDependents and deletionPropagation cannot be both set`;
    refuse(invalid(kind, '', [{ reason: 'FieldValueInvalid', field: 'propagationPolicy', message }]));
  }
  if (propagationPolicy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(propagationPolicy)) {
    const message = `Unsupported value: "${propagationPolicy}": supported values: "Background", "Foreground", "Orphan"`;
    refuse(invalid(kind, '', [{ reason: 'FieldValueNotSupported', field: 'propagationPolicy', message }]));
  }
}
