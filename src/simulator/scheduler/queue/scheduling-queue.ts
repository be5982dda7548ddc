// Pods without a node: those to be tried next, those that wait out their back-off, and those for which nothing has changed
// since they were refused. Models pkg/scheduler/backend/queue/scheduling_queue.go. Time is an argument, µs.
import { MINUTE } from '../../../kernel/kernel.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { StepId } from '../../../trace/step.ts';
import { Events, podChanges } from '../framework/events.ts';
import type { Enabled, Queued } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { messageOf, type Status } from '../framework/status.ts';
import { BackoffQueue } from './backoff.ts';
import { KeyedHeap } from './heap.ts';
import { type Happening, QueueingHints, type Strategy } from './hints.ts';
import { NominatedPods } from './nominator.ts';
import { QueuedPod } from './queued-pod.ts';

/** How long a pod is left alone without any event that helps. Source: DefaultPodMaxInUnschedulablePodsDuration. */
export const MAX_UNSCHEDULABLE = 5 * MINUTE;

export type Place = 'active' | 'backoff' | 'unschedulable';

export interface QueueOptions {
  readonly plugins: readonly Enabled[];
  readonly less: (a: Queued, b: Queued) => boolean;
  readonly preEnqueue: (pod: PodInfo) => Status | undefined;
  readonly epochMs: number;
  /** A pod can be taken with `pop`. */
  readonly onReady: () => void;
  /** A pod is kept out by a PreEnqueue plugin that did not keep it out before. */
  readonly onGated?: (p: QueuedPod, plugin: string, why: string) => void;
}

export class SchedulingQueue {
  readonly nominated = new NominatedPods();
  private readonly active: KeyedHeap<QueuedPod>;
  private readonly backoff: BackoffQueue;
  private readonly unschedulable = new Map<string, QueuedPod>();
  private readonly hints: QueueingHints;
  private readonly options: QueueOptions;
  /** Pods being tried, and how many of `missed` had happened when each was taken. */
  private readonly inFlight = new Map<string, number>();
  private missed: (Happening & { readonly causes: readonly StepId[] })[] = [];

  constructor(options: QueueOptions) {
    this.options = options;
    this.active = new KeyedHeap<QueuedPod>(options.less);
    this.backoff = new BackoffQueue(options.less, options.epochMs);
    this.hints = new QueueingHints(options.plugins);
  }

  /** How many pods are where; `gated` are among the unschedulable. */
  sizes(): { active: number; backoff: number; unschedulable: number; gated: number } {
    const gated = [...this.unschedulable.values()].filter((p) => p.gate !== undefined).length;
    return { active: this.active.size, backoff: this.backoff.size, unschedulable: this.unschedulable.size, gated };
  }

  whereIs(uid: string): Place | undefined {
    if (this.active.has(uid)) return 'active';
    if (this.backoff.get(uid) !== undefined) return 'backoff';
    return this.unschedulable.has(uid) ? 'unschedulable' : undefined;
  }

  /** What keeps the pod from being tried at all. */
  gateOf(uid: string): string | undefined {
    return this.unschedulable.get(uid)?.gate?.message;
  }

  add(pod: Pod, now: number, causes: readonly StepId[]): Place {
    const p = new QueuedPod(pod, now);
    p.addCauses(causes);
    this.unschedulable.delete(p.key);
    this.backoff.delete(p.key);
    const place = this.enter(p, 'active');
    this.nominated.set(p.info);
    return place;
  }

  /** The next pod to try. When none is due, one that was refused is taken before its back-off is over. */
  pop(): QueuedPod | undefined {
    const p = this.active.pop() ?? this.backoff.popEarly();
    if (p === undefined) return undefined;
    p.attempts++;
    this.inFlight.set(p.key, this.missed.length);
    return p;
  }

  /** The attempt is over: what happens from now on no longer concerns the pod. */
  done(uid: string): void {
    this.inFlight.delete(uid);
    if (this.inFlight.size === 0) this.missed = [];
  }

  /** The attempt failed. What happened meanwhile may already have helped. */
  addUnschedulable(p: QueuedPod, now: number): Place {
    const broke = p.unschedulablePlugins.size === 0 && p.pendingPlugins.size === 0;
    p.errorCount = broke ? p.errorCount + 1 : 0;
    if (!broke) p.unschedulableCount++;
    p.timestamp = now;
    const strategy = broke ? 'backoff' : this.judgeMissed(p);
    this.done(p.key);
    return this.requeue(p, strategy, now);
  }

  private judgeMissed(p: QueuedPod): Strategy {
    let strategy: Strategy = 'skip';
    for (const m of this.missed.slice(this.inFlight.get(p.key) ?? this.missed.length)) {
      const verdict = this.hints.judge(p, m);
      if (verdict === 'skip') continue;
      p.addCauses(m.causes);
      strategy = verdict;
      if (verdict === 'now') break;
    }
    return strategy;
  }

  /** Something changed in the cluster: pods that it may help are moved. */
  happened(happening: Happening, now: number, causes: readonly StepId[]): void {
    if (!this.hints.concernsAny(happening.event)) return;
    if (this.inFlight.size > 0) this.missed.push({ ...happening, causes });
    for (const p of [...this.unschedulable.values()]) this.judgeOne(p, happening, now, causes);
  }

  private judgeOne(p: QueuedPod, happening: Happening, now: number, causes: readonly StepId[]): boolean {
    const strategy = this.hints.judge(p, happening);
    if (strategy === 'skip') return false;
    this.unschedulable.delete(p.key);
    p.addCauses(causes);
    return this.requeue(p, strategy, now) !== 'unschedulable';
  }

  update(before: Pod, pod: Pod, now: number, causes: readonly StepId[]): void {
    const uid = pod.metadata.uid ?? '';
    const events = podChanges(pod, before);
    if (this.inFlight.has(uid)) {
      for (const event of events) this.missed.push({ event, previous: before, current: pod, causes });
      return;
    }
    const waiting = this.active.get(uid) ?? this.backoff.get(uid);
    if (waiting !== undefined) {
      waiting.update(pod);
      waiting.addCauses(causes);
      if (this.active.has(uid)) this.active.set(uid, waiting);
      this.nominated.update(before, waiting.info);
      return;
    }
    const p = this.unschedulable.get(uid);
    if (p === undefined) {
      this.add(pod, now, causes);
      return;
    }
    p.update(pod);
    this.nominated.update(before, p.info);
    for (const event of events) {
      if (this.judgeOne(p, { event, previous: before, current: pod }, now, causes)) return;
    }
  }

  delete(uid: string): void {
    this.nominated.delete(uid);
    this.active.delete(uid);
    this.backoff.delete(uid);
    this.unschedulable.delete(uid);
  }

  /** Tries these pods without waiting for an event. */
  activate(uids: readonly string[], now: number): void {
    for (const uid of uids) {
      const p = this.unschedulable.get(uid) ?? this.backoff.get(uid);
      if (p === undefined) continue;
      this.unschedulable.delete(uid);
      this.backoff.delete(uid);
      p.timestamp = now;
      this.enter(p, 'active');
    }
  }

  /** Moves pods whose back-off is over to the active queue. */
  flushBackoff(now: number): void {
    for (const p of this.backoff.popCompleted(now)) this.enter(p, 'active');
  }

  /** When `flushBackoff` has something to do again. */
  nextFlush(): number | undefined {
    return this.backoff.nextExpiry();
  }

  /** Pods that nothing has helped for five minutes are tried all the same. */
  flushUnschedulable(now: number): void {
    for (const p of [...this.unschedulable.values()]) {
      if (now - p.timestamp > MAX_UNSCHEDULABLE) this.judgeOne(p, { event: Events.unschedulableTimeout }, now, []);
    }
  }

  private requeue(p: QueuedPod, strategy: Strategy, now: number): Place {
    if (strategy === 'skip') {
      this.unschedulable.set(p.key, p);
      return 'unschedulable';
    }
    return this.enter(p, strategy === 'backoff' && this.backoff.isBackingOff(p, now) ? 'backoff' : 'active');
  }

  /** Into the queue, if the PreEnqueue plugins let it. */
  private enter(p: QueuedPod, place: 'active' | 'backoff'): Place {
    const status = this.options.preEnqueue(p.info);
    if (status !== undefined) {
      const gate = { plugin: status.plugin, message: messageOf(status) };
      if (p.gate?.message !== gate.message) this.options.onGated?.(p, gate.plugin, gate.message);
      p.gate = gate;
      this.unschedulable.set(p.key, p);
      return 'unschedulable';
    }
    p.gate = undefined;
    if (place === 'active') this.active.set(p.key, p);
    else this.backoff.add(p);
    this.options.onReady();
    return place;
  }
}
