// What is particular to one resource. Models the strategies in pkg/registry (rest.RESTCreateStrategy and its kin).
import type { KubeObject } from '../../../model/object.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import type { Context } from '../context.ts';

/** An object whose fields are read without knowing its kind. */
export type Obj = KubeObject & { readonly [field: string]: unknown };

export interface DeleteOptions {
  gracePeriodSeconds?: number | undefined;
  preconditions?: { uid?: string; resourceVersion?: string } | undefined;
  propagationPolicy?: string | undefined;
  orphanDependents?: boolean | undefined;
  ignoreStoreReadErrorWithClusterBreakingPotential?: boolean | undefined;
}

export interface Strategy {
  /** What conversion between versions adds to every object that is read. */
  readonly convert?: (o: Obj) => Obj;
  /** Returns the object as it is to be stored. The status is reset by the caller. */
  readonly create?: (o: Obj, ctx: Context) => Obj;
  /** A write to the object itself; status and generation are kept by the caller. */
  readonly update?: (next: Obj, old: Obj, ctx: Context) => Obj;
  /** A write to `/status`. */
  readonly updateStatus?: (next: Obj, old: Obj, ctx: Context) => Obj;
  /** Fields whose change makes a new generation; `all` but metadata and status; absent: the object has no generation. */
  readonly generation?: readonly string[] | 'all';
  /** `keep`: the status that a creation sends is stored. */
  readonly statusOnCreate?: 'keep';
  /** Status writes cannot change labels, annotations and the like. */
  readonly statusMetadata?: 'fixed' | 'labels';
  /** PUT on a name that does not exist creates it. */
  readonly createOnUpdate?: boolean;
  /** PUT without resourceVersion is refused. */
  readonly conditionalUpdate?: boolean;
  /** DELETE answers with the object rather than a Status. */
  readonly returnsDeleted?: boolean;
  /** Without a propagation policy, dependents are orphaned. */
  readonly orphansByDefault?: boolean;
  /** In place of a deletion: the object as it waits for its finalizers; undefined: deletion takes its course. */
  readonly beginDelete?: (o: Obj, ctx: Context) => Obj | undefined;
  /** Whether an update ends a deletion; by default when no finalizers are left and the grace period is 0. */
  readonly endsDelete?: (next: Obj) => boolean;
  /** Seconds of grace that a deletion gets; undefined: deletion is at once. */
  readonly grace?: (o: Obj, options: DeleteOptions) => number;
  /** Writes what goes with the object, such as a Service's addresses; `next` is undefined on removal. */
  readonly commit?: (next: Obj | undefined, old: Obj | undefined, ctx: Context) => void;
  readonly warnings?: (o: Obj, old: Obj | undefined) => readonly string[];
}

export function hasStatus(r: ResourceInfo): boolean {
  return r.subresources.some((s) => s.name === 'status');
}

export function part(o: Obj, field: string): Record<string, unknown> {
  const value = o[field];
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
