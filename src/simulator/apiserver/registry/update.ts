// Changing an object that is there. Models registry.Store.Update, with optimistic concurrency.
import type { KubeObject } from '../../../model/object.ts';
import { equal } from '../../../model/paths.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import { badRequest, conflict, invalid, notFound } from '../../../model/status.ts';
import { type Context, refuse } from '../context.ts';
import { find, keyFor, remove, write } from '../storage.ts';
import { createObject, type Registry } from './create.ts';
import { withoutGated } from './gated.ts';
import { keepSystemFields, withNamespace } from './meta.ts';
import { strategyFor } from './strategies.ts';
import { hasStatus, type Obj, type Strategy } from './strategy.ts';

export interface UpdateOptions {
  /** "", `status` or another sub-resource that stores into the same object. */
  readonly subresource: string;
  readonly manager: string;
  /** Makes the new object from the stored one; undefined where there is none and the request would create it. */
  readonly next: (current: KubeObject | undefined) => KubeObject;
  /** The request may create the object (PUT on some resources, server-side apply). */
  readonly mayCreate?: boolean;
  /** Field ownership is already in what `next` returns (server-side apply). */
  readonly applied?: boolean;
  /** In place of the strategy's preparation, for sub-resources that are neither the object nor its status. */
  readonly prepare?: (next: Obj, old: Obj) => Obj;
  readonly admittedAs?: AdmittedAs;
}

/** Admission sees another object than the stored one: a Scale. */
export interface AdmittedAs {
  readonly shown: (o: Obj) => KubeObject;
  /** What becomes of the stored object when admission has changed what it saw. */
  readonly taken: (seen: KubeObject, o: Obj) => KubeObject;
}

const AS_IT_IS: AdmittedAs = { shown: (o) => o, taken: (seen) => seen };

export interface Updated {
  readonly object: KubeObject;
  readonly created: boolean;
}

export function updateObject(ctx: Context, registry: Registry, r: ResourceInfo, options: UpdateOptions): Updated {
  const { namespace, name } = ctx.info;
  const current = find(ctx, r, namespace, name) as Obj | undefined;
  if (current === undefined) return createInstead(ctx, registry, r, options);
  ctx.before = current;
  const sent = options.next(current) as Obj;
  const converted = strategyFor(r).convert?.(sent) ?? sent;
  const named = checkName(withNamespace(converted, r, namespace), name);
  const versioned = checkVersion(ctx, r, named, current);
  const owned = options.applied
    ? versioned
    : registry.machine.own(ctx, r, current, versioned, options.manager, options.subresource);
  const review = { ctx, operation: 'UPDATE' as const, resource: r, subresource: options.subresource, namespace, name };
  const { shown, taken } = options.admittedAs ?? AS_IT_IS;
  const [seen, old] = [shown(owned as Obj), shown(current)];
  const mutated = registry.admission.mutate({ ...review, object: seen, old }) ?? seen;
  const admitted = mutated === seen ? owned : taken(mutated, owned as Obj);
  const prepared = keepSystemFields(prepareUpdate(admitted as Obj, current, r, options, ctx), current) as Obj;
  // A status write is no change of what is wanted, even when it touches annotations.
  const asked = options.subresource !== 'status';
  const next = asked ? withGeneration(prepared, current, strategyFor(r)) : prepared;
  registry.machine.validateUpdate(ctx, r, next, current, options.subresource);
  for (const text of strategyFor(r).warnings?.(next, current) ?? []) ctx.warn(text);
  registry.admission.validate({ ...review, object: shown(next as Obj), old });
  return { object: commit(ctx, r, next, current), created: false };
}

function createInstead(ctx: Context, registry: Registry, r: ResourceInfo, options: UpdateOptions): Updated {
  if (!options.mayCreate || options.subresource !== '') refuse(notFound(ctx.groupResource, ctx.info.name));
  const input = checkName(options.next(undefined), ctx.info.name);
  const { uid, resourceVersion, ...metadata } = input.metadata;
  if (uid)
    refuse(
      conflict(
        ctx.groupResource,
        ctx.info.name,
        'uid mismatch: the provided object specified uid '.concat(uid, ', and no existing object was found'),
      ),
    );
  if (resourceVersion && resourceVersion !== '0') refuse(notFound(ctx.groupResource, ctx.info.name));
  const created = createObject(ctx, registry, r, { ...input, metadata }, options);
  return { object: created, created: true };
}

function checkName(o: KubeObject, name: string): KubeObject {
  const given = o.metadata.name ?? '';
  if (given === name) return o;
  if (given === '') return { ...o, metadata: { ...o.metadata, name } };
  return refuse(badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`));
}

/** Refuses what was read before somebody else wrote; returns the object with the stored resourceVersion. */
function checkVersion(ctx: Context, r: ResourceInfo, o: KubeObject, current: KubeObject): KubeObject {
  const { resourceVersion, uid, name = '' } = o.metadata;
  if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0') {
    if (strategyFor(r).conditionalUpdate && ctx.request.method === 'PUT') {
      const cause = {
        reason: 'FieldValueInvalid',
        field: 'metadata.resourceVersion',
        message: 'Invalid value: 0: must be specified for an update',
      };
      ctx.refuse('storage', invalid(r, name, [cause]));
    }
  } else if (resourceVersion !== current.metadata.resourceVersion)
    ctx.refuse('storage', conflict(ctx.groupResource, name));
  if (uid && uid !== current.metadata.uid) {
    const key = keyFor(r, current.metadata.namespace ?? '', name);
    const why = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`;
    ctx.refuse('storage', conflict(ctx.groupResource, name, why));
  }
  if (resourceVersion === current.metadata.resourceVersion) return o;
  return { ...o, metadata: { ...o.metadata, resourceVersion: current.metadata.resourceVersion ?? '' } };
}

function prepareUpdate(next: Obj, old: Obj, r: ResourceInfo, options: UpdateOptions, ctx: Context): Obj {
  if (options.prepare) return options.prepare(next, old);
  const strategy = strategyFor(r);
  if (options.subresource === 'status')
    return strategy.updateStatus?.(statusOnly(next, old, strategy), old, ctx) ?? statusOnly(next, old, strategy);
  const asked = withoutGated(next, r);
  const kept = hasStatus(r) ? withField(asked, 'status', old.status) : asked;
  return strategy.update?.(kept, old, ctx) ?? kept;
}

function withField(o: Obj, field: string, value: unknown): Obj {
  if (o[field] === value) return o;
  if (value !== undefined) return { ...o, [field]: value };
  const { [field]: _, ...rest } = o;
  return rest as Obj;
}

const WRITTEN_TO_STATUS = new Set(['status', 'metadata']);

/** A write to /status takes the status, and of the metadata what the strategy lets through. */
function statusOnly(next: Obj, old: Obj, strategy: Strategy): Obj {
  const { managedFields } = next.metadata;
  let metadata = next.metadata;
  if (strategy.statusMetadata === 'fixed') {
    metadata = { ...old.metadata, ...(managedFields ? { managedFields } : {}) };
  } else if (strategy.statusMetadata === 'labels') {
    const { labels: _, ...rest } = metadata;
    metadata = old.metadata.labels ? { ...rest, labels: old.metadata.labels } : rest;
  }
  let out: Obj = { ...next, metadata };
  for (const field in old) if (!WRITTEN_TO_STATUS.has(field)) out = withField(out, field, old[field]);
  for (const field in next)
    if (!WRITTEN_TO_STATUS.has(field) && !Object.hasOwn(old, field)) out = withField(out, field, undefined);
  return out;
}

function valueAt(o: Obj, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], o);
}

function wantedFields(next: Obj, old: Obj): string[] {
  const keys = new Set([...Object.keys(next), ...Object.keys(old)]);
  return [...keys].filter((k) => !['apiVersion', 'kind', 'metadata', 'status'].includes(k));
}

function withGeneration(next: Obj, old: Obj, strategy: Strategy): Obj {
  const { generation } = strategy;
  if (generation === undefined) return next;
  const paths = generation === 'all' ? wantedFields(next, old) : generation;
  if (paths.every((path) => equal(valueAt(next, path), valueAt(old, path)))) return next;
  return { ...next, metadata: { ...next.metadata, generation: (old.metadata.generation ?? 0) + 1 } };
}

/** An update that takes away the last finalizer of an object that is being deleted removes it. */
function finishesDeletion(next: Obj, old: Obj): boolean {
  return (next.metadata.finalizers ?? []).length === 0 && old.metadata.deletionGracePeriodSeconds === 0;
}

function commit(ctx: Context, r: ResourceInfo, next: Obj, current: Obj): KubeObject {
  const strategy = strategyFor(r);
  if (strategy.endsDelete?.(next) ?? finishesDeletion(next, current)) {
    ctx.after = undefined;
    const gone = remove(ctx, r, next);
    strategy.commit?.(undefined, next, ctx);
    return gone;
  }
  const same = isUnchanged(next, current);
  if (!same) strategy.commit?.(next, current, ctx);
  ctx.after = same ? current : write(ctx, r, next);
  return ctx.after;
}

/** When only the times in managedFields differ nothing is written. Models fieldmanager's ignoreManagedFieldsTimestamps. */
function isUnchanged(next: Obj, current: Obj): boolean {
  for (const key in next) if (key !== 'metadata' && !equal(next[key], current[key])) return false;
  for (const key in current) if (!Object.hasOwn(next, key)) return false;
  return equal(withoutTimes(next.metadata), withoutTimes(current.metadata));
}

function withoutTimes(metadata: Obj['metadata']): Obj['metadata'] {
  const { managedFields } = metadata;
  if (managedFields === undefined) return metadata;
  return { ...metadata, managedFields: managedFields.map(({ time: _, ...rest }) => rest) };
}
