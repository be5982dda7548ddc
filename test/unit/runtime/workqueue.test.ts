import { describe, expect, it } from 'vitest';
import { Kernel, MS, SECOND } from '../../../src/kernel/kernel.ts';
import { type Process, Scope, sleep } from '../../../src/kernel/process.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../../src/simulator/runtime/workqueue.ts';
import type { StepId } from '../../../src/trace/step.ts';

function setUp(workers: number, work: (key: string, k: Kernel) => SyncResult, cost = 0) {
  const kernel = new Kernel({ seed: 's', epochMs: 0 });
  const queue = new WorkQueue(kernel);
  const synced: { key: string; at: number; causes: readonly StepId[] }[] = [];
  startWorkers(kernel, new Scope(), queue, workers, function* (key, causes): Process<SyncResult> {
    synced.push({ key, at: kernel.now, causes });
    if (cost > 0) yield* sleep(kernel, cost);
    return work(key, kernel);
  });
  return { kernel, queue, synced };
}

describe('a work queue', () => {
  it('syncs a key once for many additions, with the causes of all', () => {
    const { kernel, queue, synced } = setUp(1, () => undefined, 10 * MS);
    queue.add('busy', [1]);
    queue.add('a', [2]);
    queue.add('a', [3, 0, 2]);
    kernel.runUntil(SECOND);
    expect(synced.map((s) => s.key)).toEqual(['busy', 'a']);
    expect(synced[1]?.causes).toEqual([2, 3]);
  });

  it('never gives one key to two workers, and syncs again what came while it was worked on', () => {
    const { kernel, queue, synced } = setUp(4, () => undefined, 10 * MS);
    queue.add('a', [1]);
    kernel.schedule(5 * MS, () => queue.add('a', [2]));
    kernel.runUntil(SECOND);
    expect(synced.map((s) => s.causes)).toEqual([[1], [2]]);
    expect((synced[1]?.at ?? 0) - (synced[0]?.at ?? 0)).toBeGreaterThanOrEqual(10 * MS);
  });

  it('retries an error after 5 ms, doubling, and starts over after a success', () => {
    let failures = 3;
    const { kernel, queue, synced } = setUp(1, () => (failures-- > 0 ? { error: 'no' } : undefined));
    queue.add('a', [1]);
    kernel.runUntil(SECOND);
    const gaps = synced.slice(1).map((s, i) => Math.round((s.at - (synced[i]?.at ?? 0)) / MS));
    expect(gaps).toEqual([5, 10, 20]);
    expect(queue.retries('a')).toBe(0);
  });

  it('keeps the earlier of two delays', () => {
    const { kernel, queue, synced } = setUp(1, () => undefined);
    queue.addAfter('a', 500 * MS, [1]);
    queue.addAfter('a', 100 * MS, [2]);
    queue.addAfter('a', 300 * MS, [3]);
    kernel.runUntil(SECOND);
    expect(synced).toHaveLength(1);
    expect(Math.round((synced[0]?.at ?? 0) / MS)).toBe(100);
    expect(synced[0]?.causes).toEqual([1, 2, 3]);
  });
});
