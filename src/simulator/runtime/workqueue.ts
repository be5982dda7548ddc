// A controller's work queue: each key at most once, never worked on by two workers at a time, retried with back-off.
// Models client-go's util/workqueue. Each key carries the steps that caused it to be queued.
import { type Kernel, MS, SECOND, type Timer } from '../../kernel/kernel.ts';
import { type Process, type Scope, spawn, wait } from '../../kernel/process.ts';
import type { StepId } from '../../trace/step.ts';
import { TokenBucket } from './limiter.ts';

/** More causes than a reader can take in are cut, oldest first. */
const MAX_CAUSES = 8;

/** µs */
const FAR = 30 * SECOND;
/** DefaultTypedControllerRateLimiter: the delay of an item's first retry, doubled with each, and the longest one. */
const RETRY_FIRST = 5 * MS;
const RETRY_MOST = 1000 * SECOND;

export class WorkQueue {
  private readonly kernel: Kernel;
  private readonly order: string[] = [];
  private head = 0;
  private readonly dirty = new Map<string, StepId[]>();
  private readonly processing = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly delayed = new Map<string, { at: number; timer: Timer; causes: StepId[] }>();
  private readonly bucket: TokenBucket;
  private readonly waiting: ((key: string) => void)[] = [];

  private readonly retryFirst: number;

  /** @param retryFirst µs before an item is tried again for the first time. */
  constructor(kernel: Kernel, retryFirst = RETRY_FIRST) {
    this.kernel = kernel;
    this.retryFirst = retryFirst;
    // For all items together 10 retries a second and a burst of 100.
    this.bucket = new TokenBucket(kernel, 10, 100);
  }

  /** Keys that wait for a worker. */
  get length(): number {
    return this.order.length - this.head;
  }

  add(key: string, causes: readonly StepId[]): void {
    const known = this.dirty.get(key);
    if (known !== undefined) {
      merge(known, causes);
      return;
    }
    this.dirty.set(key, merge([], causes));
    if (this.processing.has(key)) return;
    this.enqueue(key);
  }

  /** As upstream's AddAfter: of two delays for one key the earlier stands. */
  addAfter(key: string, us: number, causes: readonly StepId[]): void {
    if (us <= 0) {
      this.add(key, causes);
      return;
    }
    const at = this.kernel.now + us;
    const known = this.delayed.get(key);
    if (known !== undefined && known.at <= at) {
      merge(known.causes, causes);
      return;
    }
    known?.timer.cancel();
    const all = merge(known?.causes ?? [], causes);
    // A deadline that is far off is nothing that is under way: a cluster that only waits for one is idle.
    const due = (): void => {
      this.delayed.delete(key);
      this.add(key, all);
    };
    const timer = this.kernel.schedule(us, due, us > FAR);
    this.delayed.set(key, { at, timer, causes: all });
  }

  addRateLimited(key: string, causes: readonly StepId[]): void {
    const n = this.failures.get(key) ?? 0;
    this.failures.set(key, n + 1);
    const own = Math.min(this.retryFirst * 2 ** n, RETRY_MOST);
    this.addAfter(key, Math.max(own, this.bucket.reserve()), causes);
  }

  forget(key: string): void {
    this.failures.delete(key);
  }

  retries(key: string): number {
    return this.failures.get(key) ?? 0;
  }

  *next(): Process<{ key: string; causes: readonly StepId[] }> {
    const key =
      this.length > 0
        ? this.shift()
        : yield* wait<string>((resume) => {
            this.waiting.push(resume);
          });
    const causes = this.dirty.get(key) ?? [];
    this.dirty.delete(key);
    this.processing.add(key);
    return { key, causes };
  }

  done(key: string): void {
    this.processing.delete(key);
    if (this.dirty.has(key)) this.enqueue(key);
  }

  private enqueue(key: string): void {
    const waiter = this.waiting.shift();
    if (waiter === undefined) {
      this.order.push(key);
      return;
    }
    this.processing.add(key);
    // A worker wakes as an event of its own, so that the one who added the key finishes first.
    this.kernel.schedule(0, () => waiter(key));
  }

  private shift(): string {
    const key = this.order[this.head++] as string;
    if (this.head > 1024 && this.head * 2 > this.order.length) {
      this.order.splice(0, this.head);
      this.head = 0;
    }
    return key;
  }
}

function merge(into: StepId[], causes: readonly StepId[]): StepId[] {
  for (const c of causes) if (c !== 0 && !into.includes(c)) into.push(c);
  if (into.length > MAX_CAUSES) into.splice(0, into.length - MAX_CAUSES);
  return into;
}

/** What a sync says: done, or an error to be retried with back-off. */
export type SyncResult = undefined | { readonly error: string };

/**
 * Starts `workers` workers that take keys and sync them. An error puts the key back with back-off, as upstream does; after
 * `maxRetries` retries the key is dropped until something queues it anew.
 */
export function startWorkers(
  kernel: Kernel,
  scope: Scope,
  queue: WorkQueue,
  workers: number,
  sync: (key: string, causes: readonly StepId[]) => Process<SyncResult>,
  maxRetries = Number.POSITIVE_INFINITY,
): void {
  for (let i = 0; i < workers; i++) spawn(scope, worker(kernel, queue, sync, maxRetries));
}

/** µs that a controller's own code takes for one sync, requests aside. */
const SYNC_COST = 150;

function* worker(
  kernel: Kernel,
  queue: WorkQueue,
  sync: (key: string, causes: readonly StepId[]) => Process<SyncResult>,
  maxRetries: number,
): Process<void> {
  for (;;) {
    const { key, causes } = yield* queue.next();
    yield (resume) => {
      kernel.schedule(SYNC_COST, () => resume(undefined));
    };
    const result = yield* sync(key, causes);
    if (result === undefined) queue.forget(key);
    else if (queue.retries(key) < maxRetries) queue.addRateLimited(key, causes);
    else queue.forget(key);
    queue.done(key);
  }
}
