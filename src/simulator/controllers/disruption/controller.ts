// The disruption controller: keeps in each PodDisruptionBudget how many of its pods may be evicted now.
// Models pkg/controller/disruption, v1.36.

import type { Process } from '../../../kernel/process.ts';
import { rfc3339 } from '../../../kernel/time.ts';
import type { Deployment, ReplicaSet, StatefulSet } from '../../../model/generated/apps.v1.ts';
import type { Pod, ReplicationController } from '../../../model/generated/core.v1.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../../model/generated/policy.v1.ts';
import { controllerOf, keyOf } from '../../../model/object.ts';
import { resourceForKind } from '../../../model/resources.ts';
import { formatSelector, selectorOf, selects } from '../../../model/selectors.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import {
  DEPLOYMENTS,
  POD_DISRUPTION_BUDGETS,
  PODS,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  STATEFUL_SETS,
} from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { byNamespace } from '../common/indices.ts';
import { isPodTerminal, podCondition } from '../common/pods.ts';
import * as decide from './decide.ts';

const API = 'policy/v1';
const KIND = 'PodDisruptionBudget';
/** ms after which a DisruptionTarget condition on a pod that was not deleted is taken back. Source: stalePodDisruptionTimeout. */
const STALE = 2 * 60_000;

/** Kinds whose wanted number of pods the controller reads itself. */
const SCALED = new Set(['ReplicaSet', 'ReplicationController', 'StatefulSet']);

export class DisruptionController {
  private readonly ctx: ComponentContext;
  private readonly queue: WorkQueue;
  private readonly stale: WorkQueue;
  private readonly budgets: Informer<PodDisruptionBudget>;
  private readonly pods: Informer<Pod>;
  private readonly deployments: Informer<Deployment>;
  private readonly replicaSets: Informer<ReplicaSet>;
  private readonly replicationControllers: Informer<ReplicationController>;
  private readonly statefulSets: Informer<StatefulSet>;
  private readonly events: EventRecorder;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.queue = new WorkQueue(ctx.kernel);
    this.stale = new WorkQueue(ctx.kernel);
    this.events = new EventRecorder(ctx, 'controllermanager');
    this.budgets = ctx.informers.of(POD_DISRUPTION_BUDGETS);
    this.pods = ctx.informers.of(PODS);
    this.deployments = ctx.informers.of(DEPLOYMENTS);
    this.replicaSets = ctx.informers.of(REPLICA_SETS);
    this.replicationControllers = ctx.informers.of(REPLICATION_CONTROLLERS);
    this.statefulSets = ctx.informers.of(STATEFUL_SETS);
    this.pods.addIndex(byNamespace);
    const queue = (b: PodDisruptionBudget, cause: StepId): void => this.queue.add(keyOf(b), [cause]);
    this.budgets.onChange({ add: queue, update: (b, _, cause) => queue(b, cause), remove: queue });
    const ofPod = (pod: Pod, cause: StepId): void => {
      const budget = this.budgetOf(pod, cause);
      if (budget !== undefined) queue(budget, cause);
      const after = this.staleAfter(pod);
      if (after !== undefined) this.stale.addAfter(keyOf(pod), Math.max(0, after) * 1000, [cause]);
    };
    this.pods.onChange({ add: ofPod, update: (p, _, cause) => ofPod(p, cause), remove: ofPod });
    const start = (): void => {
      // One worker each, as upstream starts them.
      startWorkers(ctx.kernel, ctx.scope, this.queue, 1, (k, c) => this.sync(k, c));
      startWorkers(ctx.kernel, ctx.scope, this.stale, 1, (k, c) => this.takeBack(k, c));
    };
    this.budgets.onSynced(() =>
      this.pods.onSynced(() =>
        this.deployments.onSynced(() =>
          this.replicaSets.onSynced(() =>
            this.replicationControllers.onSynced(() => this.statefulSets.onSynced(start)),
          ),
        ),
      ),
    );
  }

  /** One of the budgets that select the pod; that there are several is told. Models getPdbForPod. */
  private budgetOf(pod: Pod, cause: StepId): PodDisruptionBudget | undefined {
    const { namespace, name, labels } = pod.metadata;
    const [first, second] = [...this.budgets.all()].filter(
      (b) => b.metadata.namespace === namespace && selects(b.spec?.selector, labels),
    );
    if (first === undefined || second === undefined) return first;
    const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${first.metadata.name}" arbitrarily.`;
    const about = { apiVersion: 'v1', kind: 'Pod', object: pod };
    this.events.event(about, 'Warning', 'MultiplePodDisruptionBudgets', message, [cause]);
    return first;
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const pdb = this.budgets.get(key);
    if (pdb === undefined) return undefined;
    const subject = { apiVersion: API, kind: KIND, object: pdb };
    const pods = this.pods
      .byIndex(byNamespace, pdb.metadata.namespace ?? '')
      .filter((p) => selects(pdb.spec?.selector, p.metadata.labels));
    if (pods.length === 0) this.events.event(subject, 'Normal', 'NoPods', 'No matching pods found', causes);
    const now = this.ctx.kernel.wallMs;
    const scale = decide.needsScale(pdb) ? this.scaleOf(pods) : { total: 0, unmanaged: [] };
    if (typeof scale === 'string') {
      const message = `Failed to calculate the number of expected pods: ${scale}`;
      this.events.event(subject, 'Warning', 'CalculateExpectedPodCountFailed', message, causes);
      return yield* this.write(pdb, decide.failedStatus(pdb, scale, rfc3339(now)), causes);
    }
    if (scale.unmanaged.length > 0) this.sayUnmanaged(pdb, causes);
    const counts = decide.expectation(pdb, pods.length, scale.total);
    const disrupted = decide.disruptedPods(pdb, pods, now);
    for (const pod of disrupted.notDeleted) {
      const about = { apiVersion: 'v1', kind: 'Pod', object: pod };
      const ns = pdb.metadata.namespace;
      const message = `Pod was expected by PDB ${ns}/${ns} to be deleted but it wasn't`;
      this.events.event(about, 'Warning', 'NotDeleted', message, causes);
    }
    const currentHealthy = decide.healthy(pods, disrupted.pods);
    const status = decide.nextStatus(pdb, { ...counts, currentHealthy }, disrupted.pods, rfc3339(now));
    if (disrupted.recheck !== undefined) this.queue.addAfter(key, (disrupted.recheck - now) * 1000, causes);
    if (decide.sameStatus(pdb.status, status)) return undefined;
    return yield* this.write(pdb, status, [this.explain(pdb, status, causes)]);
  }

  private sayUnmanaged(pdb: PodDisruptionBudget, causes: readonly StepId[]): void {
    const selector = formatSelector(selectorOf(pdb.spec?.selector));
    const message =
      `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status ` +
      'of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please ' +
      'set ".spec.minAvailable" field of the PDB to an integer value.';
    const subject = { apiVersion: API, kind: KIND, object: pdb };
    this.events.event(subject, 'Warning', 'UnmanagedPods', message, causes);
  }

  /** The sum of what the pods' controllers want; an error as text. */
  private scaleOf(pods: readonly Pod[]): { readonly total: number; readonly unmanaged: readonly string[] } | string {
    const scales = new Map<string, number>();
    const unmanaged: string[] = [];
    for (const pod of pods) {
      const ref = controllerOf(pod);
      if (ref === undefined) {
        unmanaged.push(pod.metadata.name ?? '');
        continue;
      }
      const key = `${pod.metadata.namespace}/${ref.name}`;
      const set = ref.kind === 'ReplicaSet' ? this.replicaSets.get(key) : undefined;
      const owner = set === undefined ? undefined : controllerOf(set);
      const d =
        owner?.kind === 'Deployment' ? this.deployments.get(`${pod.metadata.namespace}/${owner.name}`) : undefined;
      const found = d ?? set ?? this.otherOwner(ref.kind, key);
      if (found === undefined) {
        const r = resourceForKind(ref.apiVersion, ref.kind);
        if (SCALED.has(ref.kind) || r === undefined) return `found no controllers for pod "${pod.metadata.name}"`;
        return `${r.plural}${r.group === '' ? '' : `.${r.group}`} does not implement the scale subresource`;
      }
      scales.set(found.metadata.uid ?? '', found.spec?.replicas ?? 1);
    }
    return { total: [...scales.values()].reduce((n, s) => n + s, 0), unmanaged };
  }

  private otherOwner(kind: string, key: string): StatefulSet | ReplicationController | undefined {
    if (kind === 'StatefulSet') return this.statefulSets.get(key);
    return kind === 'ReplicationController' ? this.replicationControllers.get(key) : undefined;
  }

  private explain(pdb: PodDisruptionBudget, s: PodDisruptionBudgetStatus, causes: readonly StepId[]): StepId {
    const { namespace = '', name = '', uid = '' } = pdb.metadata;
    const { currentHealthy = 0, desiredHealthy = 0, expectedPods = 0, disruptionsAllowed = 0 } = s;
    return this.ctx.record({
      kind: 'decide',
      action: 'SyncPodDisruptionBudget',
      object: { group: 'policy', resource: 'poddisruptionbudgets', kind: KIND, namespace, name, uid },
      causes,
      text: `${currentHealthy} of ${expectedPods} pods are healthy, ${desiredHealthy} have to be → ${disruptionsAllowed} may be evicted now.`,
      detail: { type: 'decide', inputs: { expectedPods, currentHealthy, desiredHealthy } },
    });
  }

  private *write(
    pdb: PodDisruptionBudget,
    status: PodDisruptionBudgetStatus,
    causes: readonly StepId[],
  ): Process<SyncResult> {
    const next: PodDisruptionBudget = { ...pdb, apiVersion: API, kind: KIND, status };
    const done = yield* this.ctx.client.update<PodDisruptionBudget>(POD_DISRUPTION_BUDGETS, next, {
      causes,
      subresource: 'status',
    });
    return done.ok || done.code === 404 ? undefined : { error: done.status.message ?? 'status update failed' };
  }

  /** ms until the pod's DisruptionTarget condition is stale; undefined where it has none that could be. */
  private staleAfter(pod: Pod): number | undefined {
    const c = podCondition(pod, 'DisruptionTarget');
    const ours = c?.status === 'True' && c.reason !== 'TerminationByKubelet';
    if (!ours || pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return undefined;
    return Date.parse(c.lastTransitionTime ?? '') + STALE - this.ctx.kernel.wallMs;
  }

  private *takeBack(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const pod = this.pods.get(key);
    const after = pod === undefined ? undefined : this.staleAfter(pod);
    if (pod === undefined || after === undefined) return undefined;
    if (after > 0) {
      this.stale.addAfter(key, after * 1000, causes);
      return undefined;
    }
    const now = rfc3339(this.ctx.kernel.wallMs);
    const conditions = (pod.status?.conditions ?? []).map((c) =>
      c.type === 'DisruptionTarget' ? { type: c.type, status: 'False' as const, lastTransitionTime: now } : c,
    );
    const next: Pod = { ...pod, apiVersion: 'v1', kind: 'Pod', status: { ...pod.status, conditions } };
    const done = yield* this.ctx.client.update<Pod>(PODS, next, { causes, subresource: 'status' });
    return done.ok || done.code === 404 ? undefined : { error: done.status.message ?? 'status update failed' };
  }
}
