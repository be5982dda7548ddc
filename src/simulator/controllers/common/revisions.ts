// Finds, makes and prunes the ControllerRevisions of an owner. Models realHistory in pkg/controller/history, v1.36.

import type { Process } from '../../../kernel/process.ts';
import type { ControllerRevision } from '../../../model/generated/apps.v1.ts';
import type { LabelSelector } from '../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { selects } from '../../../model/selectors.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { CONTROLLER_REVISIONS } from '../../runtime/kinds.ts';
import { claim } from './claim.ts';
import { byRevision } from './history.ts';
import { byOwner, orphansIn } from './indices.ts';
import { controllerRef } from './podcontrol.ts';

export type Made<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

export class RevisionHistory {
  private readonly ctx: ComponentContext;
  readonly informer: Informer<ControllerRevision>;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.informer = ctx.informers.of(CONTROLLER_REVISIONS);
    this.informer.addIndex(byOwner);
  }

  /** Revisions that an owner of the same labels has left behind become this one's; an error is for a retry. */
  *adopt(
    owner: KubeObject,
    kind: 'StatefulSet' | 'DaemonSet',
    selector: LabelSelector | undefined,
    causes: readonly StepId[],
  ): Process<string | undefined> {
    const left = this.informer.byIndex(byOwner, orphansIn(owner));
    const matches = (r: ControllerRevision): boolean => selects(selector, r.metadata.labels);
    const orphans = left.filter(matches);
    if (orphans.length === 0) return undefined;
    const { namespace, name, deletionTimestamp } = owner.metadata;
    if (deletionTimestamp !== undefined)
      return `can't adopt ControllerRevisions: ${namespace}/${name} has just been deleted at ${deletionTimestamp}`;
    const ref = controllerRef(owner, 'apps/v1', kind);
    const { error } = yield* claim(
      this.ctx.client,
      { kind: CONTROLLER_REVISIONS, owner, ref, matches, causes },
      orphans.sort(byRevision),
    );
    return error;
  }

  /** Oldest first. */
  of(owner: KubeObject): ControllerRevision[] {
    return this.informer.byIndex(byOwner, owner.metadata.uid ?? '').sort(byRevision);
  }

  /** `same`: whether a revision that has the name already is the one meant (the cache was behind). */
  *create(
    revision: ControllerRevision,
    same: (other: ControllerRevision) => boolean,
    causes: readonly StepId[],
  ): Process<Made<ControllerRevision> | 'collision'> {
    const { client } = this.ctx;
    const made = yield* client.create<ControllerRevision>(CONTROLLER_REVISIONS, revision, { causes });
    if (made.ok) return made;
    if (made.status.reason !== 'AlreadyExists') return { ok: false, error: made.status.message ?? 'create failed' };
    const { namespace = '', name = '' } = revision.metadata;
    const known = yield* client.get(CONTROLLER_REVISIONS, namespace, name, { causes });
    if (!known.ok) return { ok: false, error: known.status.message ?? 'get failed' };
    return same(known.value) ? known : 'collision';
  }

  /** A rollback makes an old revision the newest by its number. */
  *renumber(known: ControllerRevision, revision: number, causes: readonly StepId[]): Process<Made<ControllerRevision>> {
    const next: ControllerRevision = { ...known, apiVersion: 'apps/v1', kind: 'ControllerRevision', revision };
    const done = yield* this.ctx.client.update<ControllerRevision>(CONTROLLER_REVISIONS, next, { causes });
    return done.ok ? done : { ok: false, error: done.status.message ?? 'update failed' };
  }

  /** Deletes the oldest that nobody uses, down to `limit`; with `countLive` those in use count against it. */
  *prune(
    revisions: readonly ControllerRevision[],
    live: (r: ControllerRevision) => boolean,
    limit: number,
    causes: readonly StepId[],
    countLive = false,
  ): Process<void> {
    const dead = revisions.filter((r) => !live(r));
    const surplus = (countLive ? revisions : dead).length - limit;
    for (const { metadata } of dead.slice(0, Math.max(0, surplus))) {
      const { namespace = '', name = '' } = metadata;
      yield* this.ctx.client.delete(CONTROLLER_REVISIONS, namespace, name, {}, { causes });
    }
  }
}
