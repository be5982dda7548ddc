// create, update, patch, delete and deletecollection. Models k8s.io/apiserver/pkg/endpoints/handlers.
import type { KubeObject } from '../../../model/object.ts';
import { apiVersionOf, type ResourceInfo } from '../../../model/resources.ts';
import { success } from '../../../model/status.ts';
import type { Answer, Context } from '../context.ts';
import { toVersion } from '../convert.ts';
import { listKindOf } from '../crd/types.ts';
import { checkPatchOptions, isApply } from '../machine.ts';
import { createObject, type Registry } from '../registry/create.ts';
import { admitDelete, checkDeleteOptions, deleteFound, deleteObject } from '../registry/delete.ts';
import { strategyFor } from '../registry/strategies.ts';
import type { DeleteOptions, Obj } from '../registry/strategy.ts';
import { type UpdateOptions, updateObject } from '../registry/update.ts';
import { first, parseBool } from '../request.ts';
import { rangeOf } from '../storage.ts';
import { checkDryRun, writeOptions } from './options.ts';
import { selection } from './read.ts';

export function create(ctx: Context, registry: Registry, r: ResourceInfo): Answer {
  const options = writeOptions(ctx, 'CreateOptions');
  const input = registry.machine.decode(ctx, r, options.fieldValidation);
  ctx.requestObject = input;
  return { code: 201, body: createObject(ctx, registry, r, input, options) };
}

/** What a sub-resource has in place of the strategy's preparation. */
type Special = Pick<UpdateOptions, 'prepare'>;

export function update(
  ctx: Context,
  registry: Registry,
  r: ResourceInfo,
  subresource: string,
  special: Special = {},
): Answer {
  const options = writeOptions(ctx, 'UpdateOptions');
  const input = registry.machine.decode(ctx, r, options.fieldValidation);
  ctx.requestObject = input;
  const mayCreate = strategyFor(r).createOnUpdate === true;
  const done = updateObject(ctx, registry, r, { ...options, ...special, subresource, mayCreate, next: () => input });
  return { code: done.created ? 201 : 200, body: done.object };
}

export function patch(
  ctx: Context,
  registry: Registry,
  r: ResourceInfo,
  subresource: string,
  special: Special = {},
): Answer {
  const options = writeOptions(ctx, 'PatchOptions');
  checkPatchOptions(ctx);
  const applied = isApply(ctx);
  const next = (current: KubeObject | undefined): KubeObject =>
    registry.machine.patch(ctx, r, current, { ...options, subresource });
  const done = updateObject(ctx, registry, r, {
    ...options,
    ...special,
    subresource,
    applied,
    mayCreate: applied,
    next,
  });
  return { code: done.created ? 201 : 200, body: done.object };
}

/** From the body, and where that is missing from the query. */
function deleteOptions(ctx: Context, registry: Registry): DeleteOptions {
  const body = registry.machine.small(ctx) as DeleteOptions & { dryRun?: string[] };
  const { query } = ctx.request;
  const dryRun = body.dryRun ?? query?.dryRun ?? [];
  checkDryRun(dryRun, 'DeleteOptions');
  ctx.dryRun = dryRun.length > 0;
  ctx.requestObject = Object.keys(body).length > 0 ? body : undefined;
  const grace = first(query, 'gracePeriodSeconds');
  const options: DeleteOptions = {
    gracePeriodSeconds: body.gracePeriodSeconds ?? (grace === undefined ? undefined : Number(grace)),
    preconditions: body.preconditions,
    propagationPolicy: body.propagationPolicy ?? first(query, 'propagationPolicy'),
    orphanDependents: body.orphanDependents ?? parseBool(first(query, 'orphanDependents')),
  };
  checkDeleteOptions(options);
  return options;
}

export function remove(ctx: Context, registry: Registry, r: ResourceInfo): Answer {
  const options = deleteOptions(ctx, registry);
  const { object, gone } = deleteObject(ctx, registry, r, options);
  // A client that asked for cascading deletion is told that it is not over yet.
  const code = !gone && options.orphanDependents === false ? 202 : 200;
  if (!gone || strategyFor(r).returnsDeleted) return { code, body: object };
  const { name = '', uid } = object.metadata;
  const details = { name, ...(r.group ? { group: r.group } : {}), kind: r.plural, ...(uid ? { uid } : {}) };
  return { code, body: success(details) };
}

export function removeCollection(ctx: Context, registry: Registry, r: ResourceInfo): Answer {
  const options = deleteOptions(ctx, registry);
  const chosen = selection(ctx, r);
  const { store } = ctx.core;
  const metadata = { resourceVersion: String(store.revision) };
  const found = [...rangeOf(store, r, ctx.info.namespace)].map((kv) => kv.value);
  const items = found.filter((o) => chosen.matches === undefined || chosen.matches(o));
  const versioned = (o: KubeObject): Obj => toVersion(o, apiVersionOf(r)) as Obj;
  // Webhooks have to be asked before the first object goes: a request that waits is handled anew.
  if (ctx.calls !== undefined) for (const o of items) admitDelete(ctx, registry, r, versioned(o), options);
  for (const o of items) deleteFound(ctx, registry, r, versioned(o), options, ctx.calls !== undefined);
  ctx.before = undefined;
  ctx.after = undefined;
  return { code: 200, body: { kind: listKindOf(r), apiVersion: apiVersionOf(r), metadata, items } };
}
