// Storing a new object. Models k8s.io/apiserver/pkg/registry/generic/registry.Store.Create.
import type { KubeObject } from '../../../model/object.ts';
import { apiVersionOf, type ResourceInfo } from '../../../model/resources.ts';
import { schemaForKind } from '../../../model/schema.ts';
import { alreadyExists, generateNameConflict } from '../../../model/status.ts';
import type { AdmissionChain } from '../admission/chain.ts';
import type { Context } from '../context.ts';
import { isCustom } from '../crd/types.ts';
import type { Machine } from '../machine.ts';
import { conform } from '../machinery/conform.ts';
import { keyFor, write } from '../storage.ts';
import { withoutGated } from './gated.ts';
import { generateName, systemFields, withNamespace } from './meta.ts';
import { strategyFor } from './strategies.ts';
import { hasStatus, type Obj } from './strategy.ts';

export interface Registry {
  readonly admission: AdmissionChain;
  readonly machine: Machine;
}

export interface CreateOptions {
  readonly manager: string;
  /** Who owns which field is already in the object (server-side apply). */
  readonly applied?: boolean;
}

const NAME_TRIES = 8;

/** A generated name that is taken is drawn again, as upstream does since v1.31. */
function freeName(o: KubeObject, r: ResourceInfo, namespace: string, ctx: Context): KubeObject {
  const prefix = o.metadata.generateName;
  let name = o.metadata.name ?? '';
  const taken = (n: string): boolean => ctx.core.store.get(keyFor(r, namespace, n)) !== undefined;
  if (!taken(name)) return o;
  if (!prefix || !name.startsWith(prefix.slice(0, 58)) || name.length !== Math.min(prefix.length, 58) + 5)
    ctx.refuse('storage', alreadyExists(ctx.groupResource, name));
  for (let i = 1; i < NAME_TRIES && taken(name); i++) name = generateName(ctx, prefix);
  if (taken(name)) ctx.refuse('storage', generateNameConflict(ctx.groupResource, name));
  return { ...o, metadata: { ...o.metadata, name } };
}

/** @param input decoded and defaulted. Returns the object as stored. */
export function createObject(
  ctx: Context,
  registry: Registry,
  r: ResourceInfo,
  input: KubeObject,
  options: CreateOptions,
): KubeObject {
  const { namespace } = ctx.info;
  const strategy = strategyFor(r);
  const converted = strategy.convert?.(input as Obj) ?? input;
  const named = systemFields(withNamespace(converted, r, namespace), ctx);
  const owned = options.applied ? named : registry.machine.own(ctx, r, undefined, named, options.manager, '');
  const base = { ctx, operation: 'CREATE' as const, resource: r, subresource: '', namespace, old: undefined };
  const name = owned.metadata.name ?? '';
  const admitted = registry.admission.mutate({ ...base, name, object: owned }) ?? owned;
  const prepared = prepare(admitted as Obj, r, ctx);
  registry.machine.validateCreate(ctx, r, prepared);
  for (const text of strategy.warnings?.(prepared, undefined) ?? []) ctx.warn(text);
  registry.admission.validate({ ...base, name, object: prepared });
  const free = freeName(prepared, r, namespace, ctx) as Obj;
  strategy.commit?.(free, undefined, ctx);
  const stored = write(ctx, r, free);
  ctx.after = stored;
  return stored;
}

const statuses = new WeakMap<ResourceInfo, unknown>();

/** The status that Go writes of an object that has none yet. */
function emptyStatus(r: ResourceInfo): unknown {
  const known = statuses.get(r);
  if (known !== undefined) return known;
  const type = schemaForKind(apiVersionOf(r), r.kind)?.fields.get('status')?.object;
  const made = type === undefined ? {} : conform({}, type).value;
  statuses.set(r, made);
  return made;
}

function withNewStatus(o: Obj, r: ResourceInfo): Obj {
  if (!isCustom(r)) return { ...o, status: emptyStatus(r) };
  const { status: _, ...rest } = o;
  return rest as Obj;
}

function prepare(o: Obj, r: ResourceInfo, ctx: Context): Obj {
  const strategy = strategyFor(r);
  let next = withoutGated(o, r);
  const { generation: _, ...metadata } = next.metadata;
  next = { ...next, metadata: strategy.generation ? { ...metadata, generation: 1 } : metadata };
  if (hasStatus(r) && strategy.statusOnCreate !== 'keep') next = withNewStatus(next, r);
  return strategy.create?.(next, ctx) ?? next;
}
