// One sync of one Deployment: what is written, in which order. Models pkg/controller/deployment/{sync,rolling,recreate,
// progress}.go, v1.36. Like upstream it goes on with its own copy after a write, so that a second status update within one
// sync meets a conflict and is tried again from a fresh cache.
import type { Process } from '../../../kernel/process.ts';
import { rfc3339 } from '../../../kernel/time.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../../model/generated/apps.v1.ts';
import type { StepId } from '../../../trace/step.ts';
import type { Result } from '../../runtime/client.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../../runtime/kinds.ts';
import type { EventRecorder, Subject } from '../../runtime/recorder.ts';
import { namespaceTerminating } from '../common/podcontrol.ts';
import * as ann from './annotations.ts';
import { byAge, maxSurge, newReplicas, replicasOf } from './decide.ts';
import { newReplicaSet } from './newset.ts';
import { baseStatus, condition, find, hasDeadline, rolloutStatus, sameStatus, setCondition } from './status.ts';

export const API = 'apps/v1';
export const KIND = 'Deployment';

/** A refusal that ends the sync and is retried with back-off. */
export class Retry {
  readonly error: string;
  constructor(error: string) {
    this.error = error;
  }
}

export class Rollout {
  d: Deployment;
  readonly sets: ReplicaSet[];
  causes: readonly StepId[];
  private readonly ctx: ComponentContext;
  private readonly events: EventRecorder;

  constructor(
    ctx: ComponentContext,
    events: EventRecorder,
    d: Deployment,
    sets: readonly ReplicaSet[],
    causes: readonly StepId[],
  ) {
    this.ctx = ctx;
    this.events = events;
    this.d = d;
    this.sets = [...sets];
    this.causes = causes;
  }

  get now(): string {
    return rfc3339(this.ctx.kernel.wallMs);
  }

  /** The ReplicaSet with the Deployment's template; the oldest where several have it. */
  get newest(): ReplicaSet | undefined {
    return byAge(this.sets).find((rs) => ann.sameTemplate(rs.spec?.template, this.d.spec?.template));
  }

  get old(): ReplicaSet[] {
    const newest = this.newest;
    return this.sets.filter((rs) => rs !== newest);
  }

  explain(text: string, inputs: { readonly [name: string]: string | number | boolean }): void {
    const { namespace = '', name = '', uid = '' } = this.d.metadata;
    const step = this.ctx.record({
      kind: 'decide',
      action: 'SyncDeployment',
      object: { group: 'apps', resource: 'deployments', kind: KIND, namespace, name, uid },
      causes: this.causes,
      text,
      detail: { type: 'decide', inputs },
    });
    this.causes = [step];
  }

  private fail(r: Extract<Result<unknown>, { ok: false }>): never {
    throw new Retry(r.status.message ?? `code ${r.code}`);
  }

  /** Brings the newest ReplicaSet's revision up to date, or creates it. */
  *syncNewest(create: boolean): Process<ReplicaSet | undefined> {
    const known = this.newest;
    const revision = ann.maxRevision(this.old) + 1n;
    if (known !== undefined) return yield* this.refresh(known, revision);
    return create ? yield* this.createNewest(revision) : undefined;
  }

  private *refresh(rs: ReplicaSet, revision: bigint): Process<ReplicaSet> {
    const current = rs.metadata.annotations ?? {};
    const annotations = ann.newestAnnotations(this.d, current, revision);
    const min = this.d.spec?.minReadySeconds ?? 0;
    if (annotations !== current || (rs.spec?.minReadySeconds ?? 0) !== min) {
      const { minReadySeconds: _, ...spec } = rs.spec ?? { selector: {} };
      return yield* this.updateSet(rs, {
        ...rs,
        metadata: { ...rs.metadata, annotations },
        spec: { ...spec, ...(min > 0 ? { minReadySeconds: min } : {}) },
      });
    }
    const moved = this.setRevision(annotations[ann.REVISION]);
    let found = false;
    if (hasDeadline(this.d) && find(this.d.status?.conditions, 'Progressing') === undefined) {
      this.note(
        condition('Progressing', 'True', 'FoundNewReplicaSet', `Found new replica set "${rs.metadata.name}"`, this.now),
      );
      found = true;
    }
    if (moved || found) yield* this.writeStatus(this.d.status ?? {});
    return rs;
  }

  private *createNewest(revision: bigint): Process<ReplicaSet | undefined> {
    const draft = newReplicaSet(this.d, revision);
    const replicas = newReplicas(this.d, [...this.sets, draft], draft);
    const size = ann.sizeAnnotations(replicasOf(this.d), maxSurge(this.d));
    const body: ReplicaSet = {
      ...draft,
      metadata: { ...draft.metadata, annotations: { ...draft.metadata.annotations, ...size } },
      spec: { ...draft.spec, replicas, selector: draft.spec?.selector ?? {} },
    };
    this.explain(
      `sees no ReplicaSet with this pod template → creates ${draft.metadata.name} with ${replicas} replica${replicas === 1 ? '' : 's'}.`,
      {
        wanted: replicasOf(this.d),
        replicaSets: this.sets.length,
        create: draft.metadata.name ?? '',
      },
    );
    const result = yield* this.ctx.client.create(REPLICA_SETS, body, { causes: this.causes });
    if (!result.ok) return yield* this.creationFailed(body, result);
    const rs = result.value;
    this.sets.push(rs);
    if (replicas > 0) this.scaledEvent('up', rs, 0, replicas, result.step);
    const moved = this.setRevision(String(revision));
    if (hasDeadline(this.d))
      this.note(
        condition(
          'Progressing',
          'True',
          'NewReplicaSetCreated',
          `Created new replica set "${rs.metadata.name}"`,
          this.now,
        ),
      );
    if (moved || hasDeadline(this.d)) yield* this.writeStatus(this.d.status ?? {});
    return rs;
  }

  private *creationFailed(body: ReplicaSet, result: Extract<Result<ReplicaSet>, { ok: false }>): Process<undefined> {
    const { namespace = '', name = '' } = body.metadata;
    if (result.status.reason === 'AlreadyExists') {
      const there = yield* this.ctx.client.get(REPLICA_SETS, namespace, name, { causes: this.causes });
      const ours =
        there.ok && there.value.metadata.ownerReferences?.some((r) => r.controller && r.uid === this.d.metadata.uid);
      if (!(ours && ann.sameTemplate(there.value.spec?.template, this.d.spec?.template))) {
        yield* this.writeStatus({ ...this.d.status, collisionCount: (this.d.status?.collisionCount ?? 0) + 1 });
      }
      this.fail(result);
    }
    if (namespaceTerminating(result.status)) this.fail(result);
    const message = `Failed to create new replica set "${name}": ${result.status.message}`;
    if (hasDeadline(this.d)) {
      this.note(condition('Progressing', 'False', 'ReplicaSetCreateError', message, this.now));
      yield* this.writeStatus(this.d.status ?? {});
    }
    this.events.event(this.subject, 'Warning', 'ReplicaSetCreateError', message, this.causes);
    this.fail(result);
  }

  get subject(): Subject {
    return { apiVersion: API, kind: KIND, object: this.d };
  }

  private setRevision(revision: string | undefined): boolean {
    const annotations = this.d.metadata.annotations ?? {};
    if (revision === undefined || annotations[ann.REVISION] === revision) return false;
    this.d = { ...this.d, metadata: { ...this.d.metadata, annotations: { ...annotations, [ann.REVISION]: revision } } };
    return true;
  }

  note(c: Parameters<typeof setCondition>[1]): void {
    const conditions = setCondition(this.d.status?.conditions ?? [], c);
    this.d = { ...this.d, status: { ...this.d.status, conditions } };
  }

  /** The ReplicaSet as this sync has left it. */
  latest(rs: ReplicaSet): ReplicaSet {
    return this.sets.find((s) => s.metadata.uid === rs.metadata.uid) ?? rs;
  }

  /** False where it has that size already: then its size annotations stay as they are. */
  *scale(rs: ReplicaSet, to: number, why: string): Process<boolean> {
    if (replicasOf(rs) === to) return false;
    yield* this.resize(rs, to, why);
    return true;
  }

  /** As scale, but annotations that tell of another size are brought up to date also where the number stays. */
  *resize(rs: ReplicaSet, to: number, why: string): Process<void> {
    const from = replicasOf(rs);
    const size = ann.sizeAnnotations(replicasOf(this.d), maxSurge(this.d));
    const annotations = rs.metadata.annotations ?? {};
    const stale = Object.entries(size).some(([k, v]) => annotations[k] !== v);
    if (from === to && !stale) return;
    if (from !== to) {
      this.explain(`${why} → scales ReplicaSet ${rs.metadata.name} from ${from} to ${to}.`, {
        from,
        to,
        wanted: replicasOf(this.d),
      });
    }
    const next = yield* this.updateSet(rs, {
      ...rs,
      metadata: { ...rs.metadata, annotations: { ...annotations, ...size } },
      spec: { ...rs.spec, replicas: to, selector: rs.spec?.selector ?? {} },
    });
    if (from !== to) this.scaledEvent(to > from ? 'up' : 'down', next, from, to, this.causes[0] ?? 0);
  }

  private scaledEvent(direction: 'up' | 'down', rs: ReplicaSet, from: number, to: number, cause: StepId): void {
    const text = `Scaled ${direction} replica set ${rs.metadata.name} from ${from} to ${to}`;
    this.events.event(this.subject, 'Normal', 'ScalingReplicaSet', text, [cause]);
  }

  private *updateSet(rs: ReplicaSet, next: ReplicaSet): Process<ReplicaSet> {
    const body: ReplicaSet = { ...next, apiVersion: API, kind: 'ReplicaSet' };
    const result = yield* this.ctx.client.update(REPLICA_SETS, body, { causes: this.causes });
    if (!result.ok) this.fail(result);
    this.sets.splice(this.sets.indexOf(rs), 1, result.value);
    return result.value;
  }

  *writeStatus(status: DeploymentStatus): Process<void> {
    const body: Deployment = { ...this.d, apiVersion: API, kind: KIND, status };
    const result = yield* this.ctx.client.update(DEPLOYMENTS, body, { causes: this.causes, subresource: 'status' });
    if (!result.ok) this.fail(result);
  }

  /** Status with the rollout's progress; false when it was up to date. */
  *syncRolloutStatus(): Process<boolean> {
    const next = rolloutStatus(this.d, this.sets, this.newest, this.ctx.kernel.wallMs, this.now);
    if (sameStatus(this.d.status ?? {}, next)) return false;
    yield* this.writeStatus(next);
    return true;
  }

  *syncStatus(): Process<void> {
    const next = baseStatus(this.d, this.sets, this.newest, this.now);
    if (!sameStatus(this.d.status ?? {}, next)) yield* this.writeStatus(next);
  }

  *deleteSet(rs: ReplicaSet): Process<void> {
    const { namespace = '', name = '' } = rs.metadata;
    const result = yield* this.ctx.client.delete(REPLICA_SETS, namespace, name, {}, { causes: this.causes });
    if (!result.ok && result.code !== 404) this.fail(result);
  }
}
