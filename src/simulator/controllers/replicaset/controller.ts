// The ReplicaSet controller: keeps as many pods as a ReplicaSet asks for. Models pkg/controller/replicaset. The controller of
// ReplicationControllers is the same by another name. Models pkg/controller/replication.

import { SECOND } from '../../../kernel/kernel.ts';
import { all, type Process } from '../../../kernel/process.ts';
import { rfc3339 } from '../../../kernel/time.ts';
import type { ReplicaSetStatus } from '../../../model/generated/apps.v1.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { OwnerReference } from '../../../model/generated/meta.v1.ts';
import { controllerOf, keyOf } from '../../../model/object.ts';
import { selects } from '../../../model/selectors.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { type Kind, PODS, REPLICA_SETS, REPLICATION_CONTROLLERS } from '../../runtime/kinds.ts';
import { EventRecorder, type Subject } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { claim } from '../common/claim.ts';
import { Expectations } from '../common/expectations.ts';
import { byOwner, orphansIn } from '../common/indices.ts';
import { controllerRef, namespaceTerminating, PodControl, podFromTemplate } from '../common/podcontrol.ts';
import { isPodActive, isPodReady, isPodTerminating } from '../common/pods.ts';
import {
  decideReplicas,
  nextStatus,
  type Observed,
  type Plan,
  type Replicated,
  sameStatus,
  slowStartBatches,
} from './decide.ts';

/** What tells the two kinds of controller apart. */
export interface Flavour {
  readonly sets: Kind<Replicated>;
  readonly apiVersion: 'apps/v1' | 'v1';
  readonly eventSource: string;
  /** ReplicationControllers do not count pods that are going. */
  readonly countsTerminating: boolean;
}

const OF_REPLICA_SETS: Flavour = {
  sets: REPLICA_SETS,
  apiVersion: 'apps/v1',
  eventSource: 'replicaset-controller',
  countsTerminating: true,
};

export const OF_REPLICATION_CONTROLLERS: Flavour = {
  sets: REPLICATION_CONTROLLERS,
  apiVersion: 'v1',
  eventSource: 'replication-controller',
  countsTerminating: false,
};

/** Source: --concurrent-replicaset-syncs and --concurrent-rc-syncs, v1.36. */
const WORKERS = 5;
const STATUS_RETRIES = 1;

type Failure = NonNullable<Observed['failure']>;

export class ReplicaSetController {
  private readonly ctx: ComponentContext;
  private readonly flavour: Flavour;
  private readonly queue: WorkQueue;
  private readonly expectations: Expectations;
  private readonly sets: Informer<Replicated>;
  private readonly pods: Informer<Pod>;
  private readonly control: PodControl;

  constructor(ctx: ComponentContext, flavour: Flavour = OF_REPLICA_SETS) {
    this.ctx = ctx;
    this.flavour = flavour;
    this.queue = new WorkQueue(ctx.kernel);
    this.expectations = new Expectations(ctx.kernel);
    this.control = new PodControl(ctx.client, new EventRecorder(ctx, flavour.eventSource));
    this.sets = ctx.informers.of(flavour.sets);
    this.pods = ctx.informers.of(PODS);
    this.sets.addIndex(byOwner);
    this.pods.addIndex(byOwner);
    this.watchSets();
    this.watchPods();
    this.sets.onSynced(() => this.pods.onSynced(() => this.start()));
  }

  private start(): void {
    startWorkers(this.ctx.kernel, this.ctx.scope, this.queue, WORKERS, (key, causes) => this.sync(key, causes));
  }

  private watchSets(): void {
    this.sets.onChange({
      add: (rs, cause) => this.queue.add(keyOf(rs), [cause]),
      update: (rs, old, cause) => {
        if (rs.metadata.uid !== old.metadata.uid) this.expectations.forget(keyOf(old));
        this.queue.add(keyOf(rs), [cause]);
      },
      remove: (rs, cause) => {
        this.expectations.forget(keyOf(rs));
        this.queue.add(keyOf(rs), [cause]);
      },
    });
  }

  private watchPods(): void {
    this.pods.onChange({
      add: (pod, cause) => {
        if (pod.metadata.deletionTimestamp !== undefined) return this.podGone(pod, cause);
        const rs = this.ownerOf(pod);
        if (rs !== undefined) {
          this.expectations.creationObserved(keyOf(rs));
          this.queue.add(keyOf(rs), [cause]);
        } else if (controllerOf(pod) === undefined) this.queueMatching(pod, cause);
      },
      update: (pod, old, cause) => this.podChanged(pod, old, cause),
      remove: (pod, cause) => this.podGone(pod, cause),
    });
  }

  private podChanged(pod: Pod, old: Pod, cause: StepId): void {
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.podGone(pod, cause);
      return;
    }
    const before = this.ownerOf(old);
    const rs = this.ownerOf(pod);
    if (before !== undefined && before !== rs) this.queue.add(keyOf(before), [cause]);
    if (rs !== undefined) {
      this.queue.add(keyOf(rs), [cause]);
      const min = rs.spec?.minReadySeconds ?? 0;
      if (!isPodReady(old) && isPodReady(pod) && min > 0) this.queue.addAfter(keyOf(rs), (min + 1) * SECOND, [cause]);
      return;
    }
    const relabelled = pod.metadata.labels !== old.metadata.labels || controllerOf(old) !== undefined;
    if (controllerOf(pod) === undefined && relabelled) this.queueMatching(pod, cause);
  }

  private podGone(pod: Pod, cause: StepId): void {
    const rs = this.ownerOf(pod);
    if (rs === undefined) return;
    this.expectations.deletionObserved(keyOf(rs), pod.metadata.uid ?? '');
    this.queue.add(keyOf(rs), [cause]);
  }

  private ownerOf(pod: Pod): Replicated | undefined {
    const ref = controllerOf(pod);
    if (ref?.kind !== this.flavour.sets.kind) return undefined;
    const rs = this.sets.get(`${pod.metadata.namespace}/${ref.name}`);
    return rs?.metadata.uid === ref.uid ? rs : undefined;
  }

  private queueMatching(pod: Pod, cause: StepId): void {
    for (const rs of this.sets.all()) {
      if (rs.metadata.namespace === pod.metadata.namespace && this.selects(rs, pod)) this.queue.add(keyOf(rs), [cause]);
    }
  }

  private selects(rs: Replicated, pod: Pod): boolean {
    if (rs.kind === 'ReplicaSet') return selects(rs.spec?.selector, pod.metadata.labels);
    // An empty selector of a ReplicationController selects nothing.
    const { selector = {} } = rs.spec ?? {};
    return Object.keys(selector).length > 0 && selects({ matchLabels: selector }, pod.metadata.labels);
  }

  private refTo(rs: Replicated): OwnerReference {
    return controllerRef(rs, this.flavour.apiVersion, this.flavour.sets.kind);
  }

  private subject(rs: Replicated): Subject {
    return { apiVersion: this.flavour.apiVersion, kind: this.flavour.sets.kind, object: rs };
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const rs = this.sets.get(key);
    if (rs === undefined) {
      this.expectations.forget(key);
      return undefined;
    }
    const needsSync = this.expectations.satisfied(key);
    const mine = yield* this.claimPods(rs, causes);
    if (mine.error !== undefined) return { error: mine.error };
    const active = mine.claimed.filter(isPodActive);
    const terminating = this.flavour.countsTerminating ? mine.claimed.filter(isPodTerminating).length : undefined;
    let failure: Failure | undefined;
    let step: readonly StepId[] = causes;
    if (needsSync && rs.metadata.deletionTimestamp === undefined) {
      const plan = decideReplicas(rs, active, this.related(rs), this.ctx.kernel.wallMs);
      if (plan.type !== 'nothing') step = [this.explain(rs, active.length, plan, causes)];
      failure = yield* this.carryOut(key, rs, plan, step);
    }
    const now = rfc3339(this.ctx.kernel.wallMs);
    const seen = { active, terminating, nowMs: this.ctx.kernel.wallMs, now, ...(failure ? { failure } : {}) };
    const updated = yield* this.writeStatus(rs, nextStatus(rs, seen), step);
    if (updated.error !== undefined) return { error: updated.error };
    if (failure !== undefined) return { error: failure.message };
    this.resyncWhenAvailable(key, updated.rs, causes);
    return undefined;
  }

  private *claimPods(rs: Replicated, causes: readonly StepId[]): Process<{ claimed: Pod[]; error?: string }> {
    const orphans = this.pods.byIndex(byOwner, orphansIn(rs));
    const candidates = [...this.pods.byIndex(byOwner, rs.metadata.uid ?? ''), ...orphans];
    const ref = this.refTo(rs);
    return yield* claim(
      this.ctx.client,
      { kind: PODS, owner: rs, ref, matches: (p) => this.selects(rs, p), causes },
      candidates,
    );
  }

  /** Pods of all ReplicaSets that have the same owner as this one: a Deployment's old and new pods are spread together. */
  private related(rs: Replicated): Pod[] {
    const owner = controllerOf(rs)?.uid;
    const sets = owner === undefined ? [rs] : this.sets.byIndex(byOwner, owner);
    return sets.flatMap((s) => this.pods.byIndex(byOwner, s.metadata.uid ?? '').filter(isPodActive));
  }

  private explain(
    rs: Replicated,
    saw: number,
    plan: Exclude<Plan, { type: 'nothing' }>,
    causes: readonly StepId[],
  ): StepId {
    const wanted = rs.spec?.replicas ?? 1;
    const { namespace = '', name = '', uid = '' } = rs.metadata;
    const { group, resource, kind } = this.flavour.sets;
    const text = (): string => {
      if (plan.type === 'delete') {
        return `wants ${wanted}, sees ${saw} → deletes ${plan.pods.length}: ${plan.pods.map((p) => p.metadata.name).join(', ')}.`;
      }
      const batches = slowStartBatches(plan.count);
      const how = batches.length > 1 ? ` in batches of ${batches.join(', ')} (slow start)` : '';
      return `wants ${wanted}, sees ${saw} → creates ${plan.count} pod${plan.count === 1 ? '' : 's'}${how}.`;
    };
    return this.ctx.record({
      kind: 'decide',
      action: `Sync${kind}`,
      object: { group, resource, kind, namespace, name, uid },
      causes,
      text,
      detail: {
        type: 'decide',
        inputs: { wanted, saw, [plan.type]: plan.type === 'create' ? plan.count : plan.pods.length },
      },
    });
  }

  private *carryOut(key: string, rs: Replicated, plan: Plan, causes: readonly StepId[]): Process<Failure | undefined> {
    if (plan.type === 'create') return yield* this.createPods(key, rs, plan.count, causes);
    if (plan.type === 'delete') return yield* this.deletePods(key, rs, plan.pods, causes);
    return undefined;
  }

  private *createPods(
    key: string,
    rs: Replicated,
    count: number,
    causes: readonly StepId[],
  ): Process<Failure | undefined> {
    this.expectations.expectCreations(key, count);
    const owner = this.subject(rs);
    const ref = this.refTo(rs);
    const template = rs.spec?.template ?? {};
    let left = count;
    for (const size of slowStartBatches(count)) {
      const batch = Array.from({ length: size }, () =>
        this.control.create(podFromTemplate(template, rs, ref), owner, causes),
      );
      const results = yield* all(this.ctx.scope, batch);
      left -= size;
      let failure: Failure | undefined;
      for (const r of results) {
        if (r.ok) continue;
        // The pod that was not made will not be seen, nor will those of the batches that are now skipped.
        this.expectations.creationObserved(key);
        if (!namespaceTerminating(r.status)) failure = { reason: 'FailedCreate', message: r.status.message ?? '' };
      }
      if (results.some((r) => !r.ok)) {
        this.expectations.creationObserved(key, left);
        return failure;
      }
    }
    return undefined;
  }

  private *deletePods(
    key: string,
    rs: Replicated,
    pods: readonly Pod[],
    causes: readonly StepId[],
  ): Process<Failure | undefined> {
    this.expectations.expectDeletions(
      key,
      pods.map((p) => p.metadata.uid ?? ''),
    );
    const owner = this.subject(rs);
    const results = yield* all(
      this.ctx.scope,
      pods.map((p) => this.control.delete(p, owner, causes)),
    );
    let failure: Failure | undefined;
    results.forEach((r, i) => {
      if (r.ok) return;
      this.expectations.deletionObserved(key, pods[i]?.metadata.uid ?? '');
      if (r.code !== 404) failure ??= { reason: 'FailedDelete', message: r.status.message ?? '' };
    });
    return failure;
  }

  private *writeStatus(
    rs: Replicated,
    status: ReplicaSetStatus,
    causes: readonly StepId[],
  ): Process<{ rs: Replicated; error?: string }> {
    if (sameStatus(rs.status, status)) return { rs };
    const { sets } = this.flavour;
    let latest = rs;
    for (let attempt = 0; ; attempt++) {
      const next: Replicated = { ...latest, status: { ...status, observedGeneration: rs.metadata.generation ?? 0 } };
      const result = yield* this.ctx.client.update(sets, next, { causes, subresource: 'status' });
      if (result.ok) return { rs: result.value };
      if (result.code === 404) return { rs };
      if (attempt >= STATUS_RETRIES) return { rs, error: result.status.message ?? 'status update failed' };
      const fresh = yield* this.ctx.client.get(sets, rs.metadata.namespace ?? '', rs.metadata.name ?? '', { causes });
      if (!fresh.ok) return fresh.code === 404 ? { rs } : { rs, error: fresh.status.message ?? 'get failed' };
      latest = fresh.value;
    }
  }

  /** With minReadySeconds, a ready pod becomes available by the passing of time alone, which no watch event tells. */
  private resyncWhenAvailable(key: string, rs: Replicated, causes: readonly StepId[]): void {
    const min = rs.spec?.minReadySeconds ?? 0;
    const { readyReplicas = 0, availableReplicas = 0 } = rs.status ?? {};
    if (min > 0 && readyReplicas === (rs.spec?.replicas ?? 1) && availableReplicas !== readyReplicas) {
      this.queue.addAfter(key, min * SECOND, causes);
    }
  }
}
