// The Deployment controller: turns a Deployment into ReplicaSets and rolls from one to the next.
// Models pkg/controller/deployment/deployment_controller.go, v1.36.

import { SECOND } from '../../../kernel/kernel.ts';
import type { Process } from '../../../kernel/process.ts';
import type { Deployment, ReplicaSet } from '../../../model/generated/apps.v1.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import { controllerOf, keyOf } from '../../../model/object.ts';
import { selects } from '../../../model/selectors.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { claim } from '../common/claim.ts';
import { byNamespace, byOwner } from '../common/indices.ts';
import { controllerRef } from '../common/podcontrol.ts';
import { isScalingEvent } from './decide.ts';
import { API, KIND, Retry, Rollout } from './rollout.ts';
import { find, hasDeadline, isComplete } from './status.ts';
import { checkPaused, recreate, rollingUpdate, scaleOnly } from './strategies.ts';

/** Source: --concurrent-deployment-syncs and maxRetries, v1.36. */
const WORKERS = 5;
const MAX_RETRIES = 15;
/** Reasons of a rollout that is over: no deadline changes them. Upstream looks again and again all the same. */
const SETTLED: ReadonlySet<string> = new Set(['NewReplicaSetAvailable', 'ProgressDeadlineExceeded']);

export class DeploymentController {
  private readonly ctx: ComponentContext;
  private readonly queue: WorkQueue;
  private readonly events: EventRecorder;
  private readonly deployments: Informer<Deployment>;
  private readonly sets: Informer<ReplicaSet>;
  private readonly pods: Informer<Pod>;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.queue = new WorkQueue(ctx.kernel);
    this.events = new EventRecorder(ctx, 'deployment-controller');
    this.deployments = ctx.informers.of(DEPLOYMENTS);
    this.sets = ctx.informers.of(REPLICA_SETS);
    this.pods = ctx.informers.of(PODS);
    this.sets.addIndex(byOwner);
    this.sets.addIndex(byNamespace);
    this.pods.addIndex(byOwner);
    this.watch();
    const { kernel, scope } = ctx;
    const start = (): void => startWorkers(kernel, scope, this.queue, WORKERS, (k, c) => this.sync(k, c), MAX_RETRIES);
    this.deployments.onSynced(() => this.sets.onSynced(() => this.pods.onSynced(start)));
  }

  private watch(): void {
    const queue = (d: Deployment, cause: StepId): void => this.queue.add(keyOf(d), [cause]);
    this.deployments.onChange({ add: queue, update: (d, _, cause) => queue(d, cause), remove: queue });
    const setChanged = (rs: ReplicaSet, cause: StepId): void => {
      const owner = this.ownerOf(rs);
      if (owner !== undefined) queue(owner, cause);
      else if (controllerOf(rs) === undefined) this.queueMatching(rs, cause);
    };
    this.sets.onChange({
      add: setChanged,
      update: (rs, old, cause) => {
        const before = this.ownerOf(old);
        if (before !== undefined && before !== this.ownerOf(rs)) queue(before, cause);
        setChanged(rs, cause);
      },
      remove: setChanged,
    });
    this.pods.onChange({ remove: (pod, cause) => this.podGone(pod, cause) });
  }

  /** Recreate waits for the last old pod to go. */
  private podGone(pod: Pod, cause: StepId): void {
    const ref = controllerOf(pod);
    const rs = ref?.kind === 'ReplicaSet' ? this.sets.get(`${pod.metadata.namespace}/${ref.name}`) : undefined;
    const d = rs === undefined ? undefined : this.ownerOf(rs);
    if (d?.spec?.strategy?.type !== 'Recreate') return;
    const left = this.sets.byIndex(byOwner, d.metadata.uid ?? '').flatMap((s) => this.podsOf(s));
    if (left.length === 0) this.queue.add(keyOf(d), [cause]);
  }

  private podsOf(rs: ReplicaSet): Pod[] {
    return this.pods.byIndex(byOwner, rs.metadata.uid ?? '');
  }

  private ownerOf(rs: ReplicaSet): Deployment | undefined {
    const ref = controllerOf(rs);
    if (ref?.kind !== KIND) return undefined;
    const d = this.deployments.get(`${rs.metadata.namespace}/${ref.name}`);
    return d?.metadata.uid === ref.uid ? d : undefined;
  }

  private queueMatching(rs: ReplicaSet, cause: StepId): void {
    for (const d of this.deployments.all()) {
      if (d.metadata.namespace === rs.metadata.namespace && this.selects(d, rs)) this.queue.add(keyOf(d), [cause]);
    }
  }

  private selects(d: Deployment, rs: ReplicaSet): boolean {
    return selects(d.spec?.selector, rs.metadata.labels);
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const d = this.deployments.get(key);
    if (d === undefined) return undefined;
    const candidates = this.sets.byIndex(byNamespace, d.metadata.namespace ?? '');
    const ref = controllerRef(d, API, KIND);
    const mine = yield* claim(
      this.ctx.client,
      { kind: REPLICA_SETS, owner: d, ref, matches: (rs) => this.selects(d, rs), causes },
      candidates,
    );
    if (mine.error !== undefined) return { error: mine.error };
    const rollout = new Rollout(this.ctx, this.events, d, mine.claimed, causes);
    try {
      yield* this.progress(rollout);
    } catch (e) {
      if (e instanceof Retry) return { error: e.error };
      throw e;
    }
    this.requeueStuck(key, d, causes);
    return undefined;
  }

  private *progress(r: Rollout): Process<void> {
    if (r.d.metadata.deletionTimestamp !== undefined) return yield* r.syncStatus();
    yield* checkPaused(r);
    if (r.d.spec?.paused || (yield* this.wasScaled(r))) return yield* scaleOnly(r);
    if (r.d.spec?.strategy?.type === 'Recreate') return yield* recreate(r, (rs) => this.podsOf(rs));
    return yield* rollingUpdate(r);
  }

  /**
   * Upstream brings revisions up to date before it looks, and goes on with the ReplicaSets as they were: what was written
   * here is met again as a conflict, and the sync begins anew. Models isScalingEvent, v1.36.
   */
  private *wasScaled(r: Rollout): Process<boolean> {
    const sets = [...r.sets];
    yield* r.syncNewest(false);
    const scaled = isScalingEvent(r.d, r.sets);
    r.sets.splice(0, r.sets.length, ...sets);
    return scaled;
  }

  /** A Deployment that has stopped progressing gets no watch event at its deadline: look again then. */
  private requeueStuck(key: string, d: Deployment, causes: readonly StepId[]): void {
    const c = find(d.status?.conditions, 'Progressing');
    if (!hasDeadline(d) || c === undefined || isComplete(d, d.status ?? {}) || SETTLED.has(c.reason ?? '')) return;
    const deadline = Date.parse(c.lastUpdateTime ?? '') + (d.spec?.progressDeadlineSeconds ?? 0) * 1000;
    const left = (deadline - this.ctx.kernel.wallMs) * 1000;
    if (left < SECOND) this.queue.addRateLimited(key, causes);
    else this.queue.addAfter(key, left + SECOND, causes);
  }
}
