// The StatefulSet controller: pods with names that stay, made and removed in order. Models pkg/controller/statefulset, v1.36.

import { SECOND } from '../../../kernel/kernel.ts';
import { all, type Process } from '../../../kernel/process.ts';
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '../../../model/generated/apps.v1.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import { controllerOf, keyOf } from '../../../model/object.ts';
import { selects } from '../../../model/selectors.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { claim } from '../common/claim.ts';
import { newRevision, nextRevision, revisionHash, sameData, templatePatch } from '../common/history.ts';
import { byOwner, orphansIn } from '../common/indices.ts';
import { controllerRef } from '../common/podcontrol.ts';
import { type Made, RevisionHistory } from '../common/revisions.ts';
import { slowStartBatches } from '../replicaset/decide.ts';
import { Claims } from './claims.ts';
import { type Action, decideStatefulSet, nextStatus, type Plan, type Revisions, sameStatus } from './decide.ts';
import { API, inRange, KIND, ordinalOf, revisionOf, withIdentity } from './identity.ts';

/** Source: --concurrent-statefulset-syncs, v1.36. */
const WORKERS = 5;
const HASH_LABEL = 'controller.kubernetes.io/hash';

interface Chosen extends Revisions {
  readonly collisionCount: number;
  readonly all: readonly ControllerRevision[];
}

export class StatefulSetController {
  private readonly ctx: ComponentContext;
  private readonly queue: WorkQueue;
  private readonly sets: Informer<StatefulSet>;
  private readonly pods: Informer<Pod>;
  private readonly history: RevisionHistory;
  private readonly events: EventRecorder;
  private readonly claims: Claims;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.queue = new WorkQueue(ctx.kernel);
    this.events = new EventRecorder(ctx, 'statefulset-controller');
    this.sets = ctx.informers.of(STATEFUL_SETS);
    this.pods = ctx.informers.of(PODS);
    this.history = new RevisionHistory(ctx);
    const claims = ctx.informers.of(PERSISTENT_VOLUME_CLAIMS);
    this.claims = new Claims(ctx.client, claims, this.events);
    this.pods.addIndex(byOwner);
    this.watch();
    const start = (): void => startWorkers(ctx.kernel, ctx.scope, this.queue, WORKERS, (k, c) => this.sync(k, c));
    this.sets.onSynced(() => this.pods.onSynced(() => claims.onSynced(() => this.history.informer.onSynced(start))));
  }

  private watch(): void {
    const queue = (s: StatefulSet, cause: StepId): void => this.queue.add(keyOf(s), [cause]);
    this.sets.onChange({ add: queue, update: (s, _, cause) => queue(s, cause), remove: queue });
    const ofPod = (pod: Pod, cause: StepId): void => {
      const owner = this.ownerOf(pod);
      if (owner !== undefined) queue(owner, cause);
      else if (controllerOf(pod) === undefined)
        for (const s of this.sets.all())
          if (s.metadata.namespace === pod.metadata.namespace && this.selects(s, pod)) queue(s, cause);
    };
    this.pods.onChange({
      add: ofPod,
      update: (pod, old, cause) => {
        const before = this.ownerOf(old);
        if (before !== undefined && before !== this.ownerOf(pod)) queue(before, cause);
        if (this.ownerOf(pod) !== undefined || pod.metadata.labels !== old.metadata.labels) ofPod(pod, cause);
      },
      remove: ofPod,
    });
  }

  private ownerOf(pod: Pod): StatefulSet | undefined {
    const ref = controllerOf(pod);
    if (ref?.kind !== KIND) return undefined;
    const set = this.sets.get(`${pod.metadata.namespace}/${ref.name}`);
    return set?.metadata.uid === ref.uid ? set : undefined;
  }

  private selects(set: StatefulSet, pod: Pod): boolean {
    return selects(set.spec?.selector, pod.metadata.labels);
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const set = this.sets.get(key);
    if (set === undefined) return undefined;
    const refused = yield* this.history.adopt(set, KIND, set.spec?.selector, causes);
    if (refused !== undefined) return { error: refused };
    const orphans = this.pods.byIndex(byOwner, orphansIn(set));
    const own = this.pods.byIndex(byOwner, set.metadata.uid ?? '');
    const mine = yield* claim(
      this.ctx.client,
      { kind: PODS, owner: set, ref: controllerRef(set, API, KIND), matches: (p) => this.isMember(set, p), causes },
      [...own, ...orphans],
    );
    if (mine.error !== undefined) return { error: mine.error };
    const chosen = yield* this.revisions(set, causes);
    if (!chosen.ok) return { error: chosen.error };
    const pods = mine.claimed;
    const now = this.ctx.kernel.wallMs;
    const plan = decideStatefulSet(set, pods, chosen.value, now);
    const step = this.explain(set, pods, plan, causes);
    const failed = yield* this.carryOut(set, plan, [step]);
    const updates = plan.phases.flat(2).filter((a) => a.type === 'delete' && a.why === 'update').length;
    const status = nextStatus(set, pods, chosen.value, chosen.value.collisionCount, updates, now);
    const wrote = yield* this.writeStatus(set, status, [step]);
    const live = new Set([...pods.map(revisionOf), status.currentRevision, status.updateRevision]);
    const isLive = (r: ControllerRevision): boolean => live.has(r.metadata.name ?? '');
    yield* this.history.prune(chosen.value.all, isLive, set.spec?.revisionHistoryLimit ?? 10, [step]);
    const error = failed ?? wrote;
    if (error !== undefined) return { error };
    const min = set.spec?.minReadySeconds ?? 0;
    if (min > 0 && (status.availableReplicas ?? 0) !== (status.readyReplicas ?? 0))
      this.queue.addAfter(key, min * SECOND, causes);
    return undefined;
  }

  private isMember(set: StatefulSet, pod: Pod): boolean {
    const name = pod.metadata.name ?? '';
    return this.selects(set, pod) && name.slice(0, name.lastIndexOf('-')) === set.metadata.name;
  }

  /** The revisions of the present template and of the one before; makes a new one where the template is new. */
  private *revisions(set: StatefulSet, causes: readonly StepId[]): Process<Made<Chosen>> {
    const known = this.history.of(set);
    let collisionCount = set.status?.collisionCount ?? 0;
    for (;;) {
      const hash = revisionHash(templatePatch(set.spec?.template), collisionCount);
      const wanted = newRevision({
        owner: set,
        ownerKind: KIND,
        template: set.spec?.template,
        hash,
        hashLabel: HASH_LABEL,
        revision: nextRevision(known),
        annotations: set.metadata.annotations,
      });
      const equal = known.filter((r) => sameData(r, wanted)).at(-1);
      let update: ControllerRevision | undefined = equal;
      if (equal === undefined) {
        const made = yield* this.history.create(wanted, (r) => sameData(r, wanted), causes);
        if (made === 'collision') {
          collisionCount++;
          continue;
        }
        if (!made.ok) return made;
        update = made.value;
      } else if (equal !== known.at(-1)) {
        const done = yield* this.history.renumber(equal, wanted.revision, causes);
        if (!done.ok) return done;
        update = done.value;
      }
      if (update === undefined) return { ok: false, error: 'no revision' };
      const current = known.find((r) => r.metadata.name === set.status?.currentRevision) ?? update;
      return { ok: true, value: { current, update, collisionCount, all: known } };
    }
  }

  private explain(set: StatefulSet, pods: readonly Pod[], plan: Plan, causes: readonly StepId[]): StepId {
    const does = plan.phases.flat(2).flatMap((a) => {
      if (a.type === 'create') return [`creates ${a.pod.metadata.name}`];
      if (a.type === 'delete') return [`deletes ${a.pod.metadata.name} (${a.why})`];
      return a.type === 'keep' && a.identity ? [`gives ${a.pod.metadata.name} its labels back`] : [];
    });
    if (does.length === 0) return causes[0] ?? 0;
    const wanted = set.spec?.replicas ?? 1;
    const { namespace = '', name = '', uid = '' } = set.metadata;
    const waits = plan.waitsFor === undefined ? '' : `, then waits for ${plan.waitsFor}`;
    return this.ctx.record({
      kind: 'decide',
      action: 'SyncStatefulSet',
      object: { group: 'apps', resource: 'statefulsets', kind: KIND, namespace, name, uid },
      causes,
      text: `wants ${wanted}, sees ${pods.length} → ${does.join(', ')}${waits}.`,
      detail: { type: 'decide', inputs: { wanted, saw: pods.length, ordered: plan.monotonic } },
    });
  }

  /** The first error ends it. Models runForAll. */
  private *carryOut(set: StatefulSet, plan: Plan, causes: readonly StepId[]): Process<string | undefined> {
    for (const phase of plan.phases) {
      let left = phase;
      for (const size of plan.monotonic ? left.map(() => 1) : slowStartBatches(left.length)) {
        const batch = left.slice(0, size).filter((actions) => actions.length > 0);
        left = left.slice(size);
        const errors = yield* all(
          this.ctx.scope,
          batch.map((actions) => this.actAll(set, actions, causes)),
        );
        const error = errors.find((e) => e !== undefined);
        if (error !== undefined) return error;
      }
    }
    return undefined;
  }

  private *actAll(
    set: StatefulSet,
    actions: readonly Action[],
    causes: readonly StepId[],
  ): Process<string | undefined> {
    for (const a of actions) {
      const error = yield* this.act(set, a, causes);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  private *act(set: StatefulSet, a: Action, causes: readonly StepId[]): Process<string | undefined> {
    if (a.type === 'keep') return yield* this.keep(set, a.pod, a.identity, causes);
    if (a.type === 'delete') return yield* this.remove(set, a.pod, causes);
    if (a.type === 'create') return yield* this.create(set, a.pod, a.ordinal, causes);
    const failed = yield* this.claims.ensure(set, ordinalOf(set, a.pod), causes);
    return failed ?? (yield* this.applyPolicy(set, a.pod, causes));
  }

  /** As upstream's recordPodEvent says it. */
  private say(
    set: StatefulSet,
    verb: 'Create' | 'Update' | 'Delete',
    pod: Pod,
    error: string | undefined,
    causes: readonly StepId[],
  ): void {
    const subject = { apiVersion: API, kind: KIND, object: set };
    const what = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    if (error === undefined) this.events.event(subject, 'Normal', `Successful${verb}`, `${what} successful`, causes);
    else this.events.event(subject, 'Warning', `Failed${verb}`, `${what} failed error: ${error}`, causes);
  }

  private *remove(set: StatefulSet, pod: Pod, causes: readonly StepId[]): Process<string | undefined> {
    const { namespace = '', name = '' } = pod.metadata;
    const gone = yield* this.ctx.client.delete(PODS, namespace, name, {}, { causes });
    if (!gone.ok && gone.code === 404) return undefined;
    const error = gone.ok ? undefined : gone.status.message;
    this.say(set, 'Delete', pod, error, [gone.step]);
    return error;
  }

  private *create(set: StatefulSet, pod: Pod, ordinal: number, causes: readonly StepId[]): Process<string | undefined> {
    if (this.claims.isStale(set, ordinal)) return undefined;
    const unclaimed = yield* this.claims.ensure(set, ordinal, causes);
    if (unclaimed !== undefined) {
      this.say(set, 'Create', pod, unclaimed, causes);
      return unclaimed;
    }
    const made = yield* this.ctx.client.create<Pod>(PODS, pod, { causes });
    if (!made.ok && made.status.reason === 'AlreadyExists') return made.status.message;
    const failed = yield* this.applyPolicy(set, made.ok ? made.value : pod, causes);
    if (failed !== undefined) return failed;
    const error = made.ok ? undefined : (made.status.message ?? 'create failed');
    this.say(set, 'Create', pod, error, [made.step]);
    return error;
  }

  private *applyPolicy(set: StatefulSet, pod: Pod, causes: readonly StepId[]): Process<string | undefined> {
    const failed = yield* this.claims.applyPolicy(set, pod, causes);
    if (failed !== undefined) this.say(set, 'Update', pod, failed, causes);
    return failed;
  }

  /** A pod that stays. One above the set's size only hands its claims on; any other is written anew with them. */
  private *keep(set: StatefulSet, pod: Pod, identity: boolean, causes: readonly StepId[]): Process<string | undefined> {
    const off = this.claims.isOff(set, pod);
    if (!off && !identity) return undefined;
    const failed = off ? yield* this.applyPolicy(set, pod, causes) : undefined;
    if (failed !== undefined || !inRange(set, ordinalOf(set, pod))) return failed;
    const done = yield* this.ctx.client.update<Pod>(PODS, withIdentity(set, pod), { causes });
    const error = done.ok ? undefined : (done.status.message ?? 'update failed');
    this.say(set, 'Update', pod, error, [done.step]);
    return error;
  }

  private *writeStatus(
    set: StatefulSet,
    status: StatefulSetStatus,
    causes: readonly StepId[],
  ): Process<string | undefined> {
    if (sameStatus(set.status, status)) return undefined;
    const { conditions } = set.status ?? {};
    const next: StatefulSet = {
      ...set,
      apiVersion: API,
      kind: KIND,
      status: { ...status, ...(conditions ? { conditions } : {}) },
    };
    const done = yield* this.ctx.client.update<StatefulSet>(STATEFUL_SETS, next, { causes, subresource: 'status' });
    return done.ok || done.code === 404 ? undefined : done.status.message;
  }
}
