// The HPA controller: every 15 s it reads each autoscaler's metrics and sets the replicas of its target.
// Models pkg/controller/podautoscaler/horizontal.go, v1.36.

import { SECOND, type Timer } from '../../../kernel/kernel.ts';
import type { Process } from '../../../kernel/process.ts';
import { rfc3339 } from '../../../kernel/time.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
} from '../../../model/generated/autoscaling.v2.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import { keyOf } from '../../../model/object.ts';
import { equal } from '../../../model/paths.ts';
import { matches, parseSelector, type Selector } from '../../../model/selectors.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { HORIZONTAL_POD_AUTOSCALERS, PODS } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { byNamespace } from '../common/indices.ts';
import { type Conditions, type Memory, minReplicasOf, normalize, remember, scaled, withCondition } from './decide.ts';
import { compute, type Success, type Target } from './sources.ts';
import { type Found, findTarget, setReplicas } from './target.ts';

/** Source: --horizontal-pod-autoscaler-sync-period and --concurrent-horizontal-pod-autoscaler-syncs, v1.36. */
const PERIOD = 15 * SECOND;
const WORKERS = 5;
/** So long after a change an autoscaler is at work: new pods start and are measured. Later its rounds are upkeep. */
const AT_WORK = 120 * SECOND;
const NOTHING: Memory = { recommendations: [], ups: [], downs: [] };
const ANNOTATED = 'the metric comes from an annotation: no adapter runs that would measure it';
const MADE_UP =
  'usage is made up from what the containers request, or from annotations: nothing runs that could be measured';

type Metrics = NonNullable<HorizontalPodAutoscalerStatus['currentMetrics']>;

/** One sync of one autoscaler, as it goes along. */
interface Sync {
  readonly hpa: HorizontalPodAutoscaler;
  readonly key: string;
  readonly found: Found;
  readonly current: number;
  conditions: Conditions;
  metrics: Metrics | undefined;
  causes: StepId[];
  /** `cpu: 120 % of …, target 50 %`, and whether an annotation said so. */
  seen: string;
  simplification: string | undefined;
}

/** What a sync comes to. `reason` is what SuccessfulRescale says. */
interface Decision {
  readonly desired: number;
  readonly rescale: boolean;
  readonly reason: string;
}

export class HorizontalPodAutoscalerController {
  private readonly ctx: ComponentContext;
  private readonly queue: WorkQueue;
  private readonly autoscalers: Informer<HorizontalPodAutoscaler>;
  private readonly pods: Informer<Pod>;
  private readonly events: EventRecorder;
  private readonly memories = new Map<string, Memory>();
  /** What each autoscaler's target selects, as last seen. */
  private readonly selectors = new Map<string, Selector>();
  /** µs until which each is at work. */
  private readonly atWork = new Map<string, number>();
  private readonly due = new Map<string, { timer: Timer; background: boolean; at: number }>();

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.queue = new WorkQueue(ctx.kernel);
    this.events = new EventRecorder(ctx, 'horizontal-pod-autoscaler');
    this.autoscalers = ctx.informers.of(HORIZONTAL_POD_AUTOSCALERS);
    this.pods = ctx.informers.of(PODS);
    this.pods.addIndex(byNamespace);
    this.autoscalers.onChange({
      add: (h, cause) => this.changed(keyOf(h), [cause]),
      update: (h, old, cause) => {
        if (equal(h.spec, old.spec)) this.later(keyOf(h), [cause]);
        else this.changed(keyOf(h), [cause]);
      },
      remove: (h) => this.forget(keyOf(h)),
    });
    const start = (): void =>
      startWorkers(ctx.kernel, ctx.scope, this.queue, WORKERS, (k, causes) => this.sync(k, causes));
    this.autoscalers.onSynced(() => this.pods.onSynced(start));
  }

  private get now(): string {
    return rfc3339(this.ctx.kernel.wallMs);
  }

  private changed(key: string, causes: readonly StepId[]): void {
    this.atWork.set(key, this.ctx.kernel.now + AT_WORK);
    this.later(key, causes);
  }

  /** A request spends the period in the queue, and a second one is dropped: that is what makes the period. */
  private later(key: string, causes: readonly StepId[]): void {
    const { kernel, scope } = this.ctx;
    const background = kernel.now >= (this.atWork.get(key) ?? 0);
    const known = this.due.get(key);
    if (known !== undefined && (background || !known.background)) return;
    known?.timer.cancel();
    const at = known?.at ?? kernel.now + PERIOD;
    const run = (): void => {
      this.due.delete(key);
      if (scope.alive) this.queue.add(key, causes);
    };
    this.due.set(key, { timer: kernel.schedule(at - kernel.now, run, background), background, at });
  }

  private forget(key: string): void {
    this.due.get(key)?.timer.cancel();
    this.due.delete(key);
    this.memories.delete(key);
    this.atWork.delete(key);
    this.selectors.delete(key);
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const hpa = this.autoscalers.get(key);
    if (hpa === undefined) {
      this.forget(key);
      return undefined;
    }
    const rescaled = yield* this.reconcile(hpa, key, causes);
    if (rescaled) this.changed(key, []);
    else this.later(key, []);
    return undefined;
  }

  private *reconcile(hpa: HorizontalPodAutoscaler, key: string, causes: readonly StepId[]): Process<boolean> {
    const found = yield* findTarget(this.ctx.client, hpa);
    const known = hpa.status?.conditions ?? [];
    if (typeof found === 'string') {
      this.warn(hpa, 'FailedGetScale', found, causes);
      const message = `the HPA controller was unable to get the target's current scale: ${found}`;
      const conditions = withCondition(known, 'AbleToScale', 'False', { reason: 'FailedGetScale', message }, this.now);
      yield* this.write(hpa, { ...(hpa.status ?? { desiredReplicas: 0 }), conditions }, causes);
      return false;
    }
    const current = found.scale.spec?.replicas ?? 0;
    const message = "the HPA controller was able to get the target's current scale";
    const able = { reason: 'SucceededGetScale', message };
    const conditions = withCondition(known, 'AbleToScale', 'True', able, this.now);
    if (!this.memories.has(key)) {
      const first = { replicas: current, at: this.ctx.kernel.wallMs };
      this.memories.set(key, { ...NOTHING, recommendations: [first] });
    }
    const s: Sync = {
      hpa,
      key,
      found,
      current,
      conditions,
      metrics: undefined,
      causes: [...causes, found.step],
      seen: '',
      simplification: undefined,
    };
    const decision = yield* this.decide(s);
    if (decision === undefined) return false;
    return yield* this.act(s, decision);
  }

  private set(
    s: Sync,
    type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited',
    status: 'True' | 'False',
    reason: string,
    message: string,
  ): void {
    s.conditions = withCondition(s.conditions, type, status, { reason, message }, this.now);
  }

  private *decide(s: Sync): Process<Decision | undefined> {
    const { hpa, current } = s;
    const { maxReplicas } = hpa.spec;
    const min = minReplicasOf(hpa);
    if (current === 0 && min !== 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      this.set(s, 'ScalingActive', 'False', 'ScalingDisabled', message);
      return { desired: 0, rescale: false, reason: '' };
    }
    if (current > maxReplicas)
      return { desired: maxReplicas, rescale: true, reason: 'Current number of replicas above Spec.MaxReplicas' };
    if (current < min)
      return { desired: min, rescale: true, reason: 'Current number of replicas below Spec.MinReplicas' };
    const best = yield* this.measure(s);
    if (best === undefined) return undefined;
    const proposed = best.replicas;
    const reason =
      proposed > current ? `${best.name} above target` : proposed < current ? 'All metrics below target' : '';
    const memory = this.memories.get(s.key) ?? NOTHING;
    const wish = { hpa, currentReplicas: current, proposed, memory, nowMs: this.ctx.kernel.wallMs };
    const verdict = normalize(wish);
    this.memories.set(s.key, remember(wish));
    this.set(s, 'AbleToScale', 'True', verdict.able.reason, verdict.able.message);
    this.set(s, 'ScalingLimited', verdict.limited.status, verdict.limited.reason, verdict.limited.message);
    s.seen += `; they ask for ${proposed}${verdict.replicas === proposed ? '' : `, ${said(verdict.able, verdict.limited)}`}`;
    return { desired: verdict.replicas, rescale: verdict.replicas !== current, reason };
  }

  /** The metric that asks for most. Undefined: too little is known, and status and Events say so. */
  private *measure(s: Sync): Process<Success | undefined> {
    const { hpa, current, found } = s;
    const metrics = hpa.spec.metrics ?? [];
    const target = this.select(s);
    if (typeof target === 'string') {
      yield* this.giveUp(s, target);
      return undefined;
    }
    const statuses: Metrics[number][] = [];
    let best: Success | undefined;
    let first: { reason: string; message: string; error: string } | undefined;
    let invalid = 0;
    const t: Target = { ...target, hpa, specReplicas: current, statusReplicas: found.scale.status?.replicas ?? 0 };
    for (const metric of metrics) {
      const done = yield* compute(this.ctx.client, t, metric);
      if (done.ok) {
        statuses.push(done.status);
        s.causes.push(...done.causes);
        s.seen += `${s.seen === '' ? '' : '; '}${done.text}`;
        s.simplification = done.annotated ? ANNOTATED : (s.simplification ?? MADE_UP);
        if (best === undefined || done.replicas > best.replicas) best = done;
        continue;
      }
      statuses.push({ type: '' });
      invalid++;
      this.warn(hpa, done.reason, done.inner, s.causes);
      const message = `the HPA was unable to compute the replica count: ${done.inner}`;
      first ??= { reason: done.reason, message, error: done.outer };
    }
    s.metrics = statuses;
    if (first !== undefined && (best === undefined || best.replicas < current)) {
      this.set(s, 'ScalingActive', 'False', first.reason, first.message);
      const of = `invalid metrics (${invalid} invalid out of ${metrics.length})`;
      yield* this.giveUp(s, `${of}, first error is: ${first.error}`);
      return undefined;
    }
    const name = best?.name ?? '';
    const message = `the HPA was able to successfully calculate a replica count from ${name}`;
    this.set(s, 'ScalingActive', 'True', 'ValidMetricFound', message);
    return best;
  }

  private select(s: Sync): Pick<Target, 'selector' | 'pods' | 'nowMs'> | string {
    const { hpa, key, found } = s;
    const { namespace = '' } = hpa.metadata;
    const selector = found.scale.status?.selector ?? '';
    if (selector === '') {
      this.warn(hpa, 'SelectorRequired', 'selector is required', s.causes);
      this.set(s, 'ScalingActive', 'False', 'InvalidSelector', "the HPA target's scale is missing a selector");
      return 'selector is required';
    }
    const parsed = parseSelector(selector);
    this.selectors.set(key, parsed);
    const pods = this.pods.byIndex(byNamespace, namespace).filter((p) => matches(parsed, p.metadata.labels));
    const others = [...this.selectors].filter(
      ([k, other]) => k !== key && k.startsWith(`${namespace}/`) && pods.some((p) => matches(other, p.metadata.labels)),
    );
    if (others.length > 0) {
      const both = [key, others[0]?.[0] ?? ''].sort().join(' ');
      const message = `pods by selector ${selector} are controlled by more than one HPA (e.g. [${both}])`;
      this.warn(hpa, 'AmbiguousSelector', message, s.causes);
      this.set(s, 'ScalingActive', 'False', 'AmbiguousSelector', message);
      return message;
    }
    return { selector, pods, nowMs: this.ctx.kernel.wallMs };
  }

  private *giveUp(s: Sync, error: string): Process<void> {
    const { hpa, current } = s;
    yield* this.write(hpa, this.status(s, hpa.status?.desiredReplicas ?? 0, false, current), s.causes);
    this.warn(hpa, 'FailedComputeMetricsReplicas', error, s.causes);
  }

  private status(
    s: Sync,
    desiredReplicas: number,
    rescaled: boolean,
    currentReplicas = s.current,
  ): HorizontalPodAutoscalerStatus {
    const lastScaleTime = rescaled ? this.now : s.hpa.status?.lastScaleTime;
    return {
      ...(lastScaleTime ? { lastScaleTime } : {}),
      ...(currentReplicas === 0 ? {} : { currentReplicas }),
      desiredReplicas,
      ...(s.metrics && s.metrics.length > 0 ? { currentMetrics: s.metrics } : {}),
      conditions: s.conditions,
    };
  }

  private *act(s: Sync, { desired, rescale, reason }: Decision): Process<boolean> {
    const { hpa, current } = s;
    if (!rescale) {
      yield* this.write(hpa, this.status(s, current, false), s.causes);
      return false;
    }
    const step = this.explain(s, desired, reason);
    const done = yield* setReplicas(this.ctx.client, s.found, desired, [step]);
    const size = `New size: ${desired}; reason: ${reason}`;
    if (done.error !== undefined) {
      this.warn(hpa, 'FailedRescale', `${size}; error: ${done.error}`, [done.step]);
      const message = `the HPA controller was unable to update the target scale: ${done.error}`;
      this.set(s, 'AbleToScale', 'False', 'FailedUpdateScale', message);
      yield* this.write(hpa, this.status(s, hpa.status?.desiredReplicas ?? 0, false), [done.step]);
      return false;
    }
    const message = `the HPA controller was able to update the target scale to ${desired}`;
    this.set(s, 'AbleToScale', 'True', 'SucceededRescale', message);
    this.events.event(subject(hpa), 'Normal', 'SuccessfulRescale', size, [done.step]);
    const memory = this.memories.get(s.key) ?? NOTHING;
    this.memories.set(s.key, scaled(memory, hpa, desired - current, this.ctx.kernel.wallMs));
    yield* this.write(hpa, this.status(s, desired, true), [done.step]);
    return true;
  }

  private explain(s: Sync, desired: number, reason: string): StepId {
    const { hpa, current, seen, simplification } = s;
    const { namespace = '', name = '', uid = '' } = hpa.metadata;
    const { kind, name: target } = hpa.spec.scaleTargetRef;
    const inputs = {
      currentReplicas: current,
      desiredReplicas: desired,
      minReplicas: minReplicasOf(hpa),
      maxReplicas: hpa.spec.maxReplicas,
      metrics: seen,
    };
    return this.ctx.record({
      kind: 'decide',
      action: 'ReconcileAutoscaler',
      object: {
        group: 'autoscaling',
        resource: 'horizontalpodautoscalers',
        kind: 'HorizontalPodAutoscaler',
        namespace,
        name,
        uid,
      },
      causes: s.causes.filter((c) => c !== 0),
      text: `${seen || reason} → scales ${kind} ${target} from ${current} to ${desired}.`,
      detail: { type: 'decide', inputs },
      ...(simplification === undefined ? {} : { fidelity: 'simplified', simplification }),
    });
  }

  /** Writes the status where it says something new. */
  private *write(
    hpa: HorizontalPodAutoscaler,
    status: HorizontalPodAutoscalerStatus,
    causes: readonly StepId[],
  ): Process<void> {
    if (same(hpa.status, status)) return;
    const next: HorizontalPodAutoscaler = {
      ...hpa,
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      status,
    };
    const done = yield* this.ctx.client.update<HorizontalPodAutoscaler>(HORIZONTAL_POD_AUTOSCALERS, next, {
      causes,
      subresource: 'status',
    });
    if (!done.ok) this.warn(hpa, 'FailedUpdateStatus', done.status.message ?? 'update failed', causes);
  }

  private warn(hpa: HorizontalPodAutoscaler, reason: string, message: string, causes: readonly StepId[]): void {
    this.events.event(subject(hpa), 'Warning', reason, message, causes);
  }
}

function subject(object: HorizontalPodAutoscaler): {
  apiVersion: string;
  kind: string;
  object: HorizontalPodAutoscaler;
} {
  return { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', object };
}

function said(able: { message: string }, limited: { status: string; message: string }): string {
  return limited.status === 'True' ? limited.message : able.message;
}

/** A count of zero is left out of what the API server stores. */
function same(a: HorizontalPodAutoscalerStatus | undefined, b: HorizontalPodAutoscalerStatus): boolean {
  return equal({ currentReplicas: 0, ...a }, { currentReplicas: 0, ...b });
}
