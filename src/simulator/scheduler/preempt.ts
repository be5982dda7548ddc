// Carries a preemption out, beside the scheduling of other pods: marks each victim as disrupted, deletes it, and records the
// Event. Models pkg/scheduler/framework/preemption, prepareCandidateAsync.
import { MS } from '../../kernel/kernel.ts';
import { all, type Process, sleep } from '../../kernel/process.ts';
import { rfc3339 } from '../../kernel/time.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { PODS } from '../runtime/kinds.ts';
import type { EventV1Recorder } from '../runtime/recorder.ts';
import type { PodInfo } from './framework/pod-info.ts';
import { statusPatch } from './pod-status.ts';
import type { NominatedPods } from './queue/nominator.ts';

/** In the recordings the preemptor's status is written about 3 ms before its first victim's. */
const HEAD_START = 3 * MS;

export interface Preemption {
  readonly preemptor: PodInfo;
  readonly node: string;
  readonly victims: readonly PodInfo[];
  /** The attempt that decided it. */
  readonly cause: StepId;
}

export interface EvictorParts {
  readonly ctx: ComponentContext;
  readonly events: EventV1Recorder;
  readonly nominated: NominatedPods;
  /** The pod as last seen, if it is still there. */
  readonly find: (info: PodInfo) => Pod | undefined;
  /** An eviction failed: the preemptor is to be tried again at once. */
  readonly onFailure: (uid: string) => void;
}

export class Evictor {
  private readonly parts: EvictorParts;
  /** Preemptors whose evictions are being sent; once only the last one is, that victim. */
  private readonly running = new Map<string, PodInfo | undefined>();

  constructor(parts: EvictorParts) {
    this.parts = parts;
  }

  /** Whether the pod's evictions are still being sent. A last victim that is already going does not count. */
  evicting(uid: string): boolean {
    if (!this.running.has(uid)) return false;
    const last = this.running.get(uid);
    if (last === undefined) return true;
    const pod = this.parts.find(last);
    return pod !== undefined && pod.metadata.deletionTimestamp === undefined;
  }

  *run(p: Preemption): Process<void> {
    const victims = p.victims.filter((v) => v.pod.metadata.deletionTimestamp === undefined);
    if (victims.length === 0) return;
    const uid = p.preemptor.uid;
    this.running.set(uid, undefined);
    yield* sleep(this.parts.ctx.kernel, HEAD_START);
    yield* this.withdrawLower(p);
    const last = victims[victims.length - 1] as PodInfo;
    const others = victims.slice(0, -1).map((v) => this.evict(p, v));
    const done = yield* all(this.parts.ctx.scope, others);
    let ok = done.every((x) => x);
    if (ok) {
      this.running.set(uid, last);
      ok = yield* this.evict(p, last);
    }
    this.running.delete(uid);
    if (!ok) this.parts.onFailure(uid);
  }

  /** Pods of lower priority that were promised the same node lose the promise, so that they look elsewhere sooner. */
  private *withdrawLower(p: Preemption): Process<void> {
    const lower = this.parts.nominated.nominatedFor(p.node).filter((n) => n.priority < p.preemptor.priority);
    for (const n of lower) {
      const patch = statusPatch(n.pod, { nominatedNodeName: '' }, '');
      if (patch === undefined) continue;
      yield* this.parts.ctx.client.patch(PODS, n.namespace, n.name, 'strategic', patch, {
        causes: [p.cause],
        subresource: 'status',
      });
    }
  }

  private *evict(p: Preemption, victim: PodInfo): Process<boolean> {
    const { ctx, events } = this.parts;
    const pod = this.parts.find(victim) ?? victim.pod;
    const scheduler = p.preemptor.pod.spec?.schedulerName ?? 'default-scheduler';
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: `${scheduler}: preempting to accommodate a higher priority pod`,
    };
    const patch = statusPatch(pod, { condition }, rfc3339(ctx.kernel.wallMs));
    let cause = p.cause;
    if (patch !== undefined) {
      const marked = yield* ctx.client.patch(PODS, victim.namespace, victim.name, 'strategic', patch, {
        causes: [p.cause],
        subresource: 'status',
      });
      if (!marked.ok) return marked.code === 404;
      cause = marked.step;
    }
    const deleted = yield* ctx.client.delete(PODS, victim.namespace, victim.name, {}, { causes: [p.cause, cause] });
    if (!deleted.ok) return deleted.code === 404;
    events.event({
      regarding: { apiVersion: 'v1', kind: 'Pod', object: pod },
      related: { apiVersion: 'v1', kind: 'Pod', object: p.preemptor.pod },
      type: 'Normal',
      reason: 'Preempted',
      action: 'Preempting',
      note: `Preempted by pod ${p.preemptor.uid} on node ${p.node}`,
      causes: [deleted.step],
    });
    return true;
  }
}
