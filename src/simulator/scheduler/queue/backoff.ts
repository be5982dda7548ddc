// Pods that were refused and may fit now, but were tried too recently.
// Models pkg/scheduler/backend/queue/backoff_queue.go, v1.36: expiry is counted in windows of one second, within which
// priority decides; the active queue takes from here when it has nothing else, save for pods whose attempt broke.
import { SECOND } from '../../../kernel/kernel.ts';
import { KeyedHeap } from './heap.ts';
import type { QueuedPod } from './queued-pod.ts';

/** Source: defaults of KubeSchedulerConfiguration, podInitialBackoffSeconds and podMaxBackoffSeconds. */
const INITIAL = 1 * SECOND;
const MAX = 10 * SECOND;
const WINDOW = SECOND;

export class BackoffQueue {
  private readonly refused: KeyedHeap<QueuedPod>;
  private readonly broken: KeyedHeap<QueuedPod>;
  /** The wall clock at virtual time 0, µs: windows are those of the wall clock. */
  private readonly epoch: number;

  constructor(less: (a: QueuedPod, b: QueuedPod) => boolean, epochMs: number) {
    const sooner = (a: QueuedPod, b: QueuedPod): boolean => {
      const [x, y] = [this.window(this.expiry(a)), this.window(this.expiry(b))];
      return x === y ? less(a, b) : x < y;
    };
    this.epoch = epochMs * 1000;
    this.refused = new KeyedHeap(sooner);
    this.broken = new KeyedHeap(sooner);
  }

  get size(): number {
    return this.refused.size + this.broken.size;
  }

  /** When the pod may be tried again by right, µs. Doubles from 1 s to 10 s. */
  expiry(p: QueuedPod): number {
    const n = p.errorCount > 0 ? p.errorCount : p.unschedulableCount;
    return n === 0 ? p.timestamp : p.timestamp + Math.min(INITIAL * 2 ** (n - 1), MAX);
  }

  /** A pod that was never refused waits for nothing. */
  isBackingOff(p: QueuedPod, now: number): boolean {
    if (p.errorCount === 0 && p.unschedulableCount === 0) return false;
    return this.window(this.expiry(p)) >= this.window(now);
  }

  private window(at: number): number {
    return Math.floor((at + this.epoch) / WINDOW);
  }

  /** When the next window begins in which a pod is done waiting; undefined when there is none. */
  nextExpiry(): number | undefined {
    const heads = [this.refused.peek(), this.broken.peek()].flatMap((p) => (p === undefined ? [] : [this.expiry(p)]));
    if (heads.length === 0) return undefined;
    return (this.window(Math.min(...heads)) + 1) * WINDOW - this.epoch;
  }

  add(p: QueuedPod): void {
    const broke = p.unschedulablePlugins.size === 0 && p.pendingPlugins.size === 0;
    (broke ? this.broken : this.refused).set(p.key, p);
    (broke ? this.refused : this.broken).delete(p.key);
  }

  get(key: string): QueuedPod | undefined {
    return this.refused.get(key) ?? this.broken.get(key);
  }

  delete(key: string): boolean {
    return this.refused.delete(key) || this.broken.delete(key);
  }

  /** Takes a refused pod before its time. */
  popEarly(): QueuedPod | undefined {
    return this.refused.pop();
  }

  popCompleted(now: number): QueuedPod[] {
    const out: QueuedPod[] = [];
    for (const heap of [this.refused, this.broken]) {
      for (let p = heap.peek(); p !== undefined && !this.isBackingOff(p, now); p = heap.peek()) {
        heap.pop();
        out.push(p);
      }
    }
    return out;
  }
}
