import { describe, expect, it, test } from 'vitest';
import { SECOND } from '../../../src/kernel/kernel.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import { Cache } from '../../../src/simulator/scheduler/framework/cache.ts';
import { Events } from '../../../src/simulator/scheduler/framework/events.ts';
import { nodeAffinity } from '../../../src/simulator/scheduler/plugins/node-affinity.ts';
import { nodeResourcesFit } from '../../../src/simulator/scheduler/plugins/node-resources-fit.ts';
import { prioritySort } from '../../../src/simulator/scheduler/plugins/priority-sort.ts';
import { schedulingGates } from '../../../src/simulator/scheduler/plugins/scheduling-gates.ts';
import { KeyedHeap } from '../../../src/simulator/scheduler/queue/heap.ts';
import { SchedulingQueue } from '../../../src/simulator/scheduler/queue/scheduling-queue.ts';
import { node, pod, requests } from './support.ts';

function queue(): SchedulingQueue {
  const plugins = [schedulingGates(), nodeAffinity(), nodeResourcesFit()].map((plugin) => ({ plugin, weight: 1 }));
  const gates = schedulingGates();
  return new SchedulingQueue({
    plugins,
    less: (a, b) => prioritySort().less?.(a, b) ?? false,
    preEnqueue: (p) => gates.preEnqueue?.(p),
    epochMs: 0,
    onReady: () => {},
  });
}

/** Takes the next pod and has it refused by these plugins; by none means that something broke. */
function refuse(q: SchedulingQueue, now: number, ...plugins: string[]): string {
  const p = q.pop();
  if (p === undefined) throw new Error('the queue is empty');
  p.unschedulablePlugins = new Set(plugins);
  return q.addUnschedulable(p, now);
}

const added = { event: Events.nodeAdd, current: node('n', { labels: { disk: 'ssd' } }) };
const picky = pod('p', { nodeSelector: { disk: 'ssd' } });

describe('the heap', () => {
  it('gives the least first, equals in the order they came, and forgets what was taken out', () => {
    const heap = new KeyedHeap<number>((a, b) => a < b);
    for (const [i, n] of [5, 3, 8, 3, 1, 9, 2].entries()) heap.set(`k${i}`, n);
    heap.set('k2', 0);
    heap.delete('k0');
    const out: (number | undefined)[] = [];
    while (heap.size > 0) out.push(heap.pop());
    expect(out).toEqual([0, 1, 2, 3, 3, 9]);
  });
});

describe('the active queue', () => {
  it('gives pods of higher priority first, then those that came first', () => {
    const q = queue();
    q.add(pod('old'), 1, []);
    q.add(pod('young'), 2, []);
    q.add(pod('important', { priority: 9 }), 3, []);
    expect([q.pop(), q.pop(), q.pop(), q.pop()].map((p) => p?.info.name)).toEqual([
      'important',
      'old',
      'young',
      undefined,
    ]);
  });
});

describe('a pod that was refused', () => {
  it('stays where it is until an event helps', () => {
    const q = queue();
    q.add(picky, 0, []);
    expect(refuse(q, 0, 'NodeAffinity')).toBe('unschedulable');
    q.happened({ event: Events.assignedPodDelete, previous: pod('x', { nodeName: 'n' }) }, 5 * SECOND, [7]);
    q.happened({ ...added, current: node('n', { labels: { disk: 'hdd' } }) }, 5 * SECOND, [8]);
    expect(q.whereIs('uid-p')).toBe('unschedulable');
    q.happened(added, 5 * SECOND, [9]);
    expect(q.whereIs('uid-p')).toBe('active');
    expect(q.pop()?.causes).toEqual([9]);
  });

  it('waits out its back-off when help comes at once', () => {
    const q = queue();
    q.add(picky, 0, []);
    refuse(q, 0, 'NodeAffinity');
    q.happened(added, 100, []);
    expect(q.whereIs('uid-p')).toBe('backoff');
    q.flushBackoff(1.9 * SECOND);
    expect(q.whereIs('uid-p')).toBe('backoff');
    expect(q.nextFlush()).toBe(2 * SECOND);
    q.flushBackoff(2 * SECOND);
    expect(q.whereIs('uid-p')).toBe('active');
  });

  it('is taken from back-off early when nothing else is to be done', () => {
    const q = queue();
    q.add(picky, 0, []);
    refuse(q, 0, 'NodeAffinity');
    q.happened(added, 100, []);
    expect(q.pop()?.info.name).toBe('p');
  });

  it('is not taken early when its attempt broke', () => {
    const q = queue();
    q.add(picky, 0, []);
    expect(refuse(q, 0)).toBe('backoff');
    expect(q.pop()).toBeUndefined();
  });

  test.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 8],
    [5, 10],
    [9, 10],
  ])('after %i attempts backs off %i s', (attempts, seconds) => {
    const q = queue();
    q.add(picky, 0, []);
    for (let i = 1; i < attempts; i++) {
      refuse(q, 0, 'NodeAffinity');
      q.activate(['uid-p'], 0);
    }
    refuse(q, 0, 'NodeAffinity');
    q.happened(added, 0, []);
    // Expiry is counted in whole seconds, and the second in which it falls still counts.
    expect(q.nextFlush()).toBe((seconds + 1) * SECOND);
  });

  it('has not missed what happened during its attempt', () => {
    const q = queue();
    q.add(picky, 0, []);
    const p = q.pop();
    if (p === undefined) throw new Error('the queue is empty');
    q.happened(added, 10, [4]);
    p.unschedulablePlugins = new Set(['NodeAffinity']);
    expect(q.addUnschedulable(p, 20)).toBe('backoff');
    expect(p.causes).toEqual([4]);
  });

  it('is tried again after five minutes in any case', () => {
    const q = queue();
    q.add(picky, 0, []);
    refuse(q, 0, 'NodeAffinity');
    q.flushUnschedulable(300 * SECOND);
    expect(q.whereIs('uid-p')).toBe('unschedulable');
    q.flushUnschedulable(301 * SECOND);
    expect(q.whereIs('uid-p')).toBe('active');
  });

  it('is tried again when it asks for less', () => {
    const q = queue();
    const big = pod('big', requests('8'));
    q.add(big, 0, []);
    refuse(q, 0, 'NodeResourcesFit');
    q.update(big, { ...pod('big', requests('8')), status: { phase: 'Pending' } }, 3 * SECOND, []);
    expect(q.whereIs('uid-big')).toBe('unschedulable');
    q.update(big, pod('big', requests('1')), 3 * SECOND, []);
    expect(q.whereIs('uid-big')).toBe('active');
  });
});

describe('a pod with scheduling gates', () => {
  it('is not tried before its last gate is gone', () => {
    const q = queue();
    const gated = (...names: string[]): Pod => pod('g', { schedulingGates: names.map((name) => ({ name })) });
    expect(q.add(gated('a', 'b'), 0, [])).toBe('unschedulable');
    expect(q.gateOf('uid-g')).toBe('waiting for scheduling gates: [a b]');
    q.happened(added, SECOND, []);
    q.update(gated('a', 'b'), gated('b'), SECOND, []);
    expect(q.sizes()).toEqual({ active: 0, backoff: 0, unschedulable: 1, gated: 1 });
    q.update(gated('b'), pod('g'), 2 * SECOND, []);
    expect(q.whereIs('uid-g')).toBe('active');
  });
});

describe('nominated pods', () => {
  it('keep a promise that is not written yet, and lose one that was withdrawn', () => {
    const q = queue();
    const plain = pod('p');
    q.add(plain, 0, []);
    const p = q.pop();
    if (p === undefined) throw new Error('the queue is empty');
    q.nominated.set(p.info, 'n');
    q.nominated.update(plain, p.info);
    expect(q.nominated.nominatedFor('n').map((x) => x.name)).toEqual(['p']);
    const written: Pod = { ...plain, status: { nominatedNodeName: 'n' } };
    q.nominated.update(written, p.info);
    expect(q.nominated.nominatedFor('n')).toEqual([]);
  });
});

describe('the cache', () => {
  it('counts an assumed pod until it is forgotten, and once only when it is confirmed', () => {
    const cache = new Cache();
    cache.setNode(node('n'));
    const q = queue();
    const subject = pod('p', requests('1'));
    q.add(subject, 0, []);
    const info = q.pop()?.info;
    if (info === undefined) throw new Error('the queue is empty');
    cache.assume(info, 'n');
    expect(cache.node('n')?.requested.milliCPU).toBe(1000);
    cache.setPod({ ...subject, spec: { ...requests('1'), nodeName: 'n' } });
    expect(cache.isAssumed('uid-p')).toBe(false);
    expect(cache.node('n')?.requested.milliCPU).toBe(1000);
    cache.forget('uid-p');
    expect(cache.node('n')?.pods.length).toBe(1);
    cache.removePod('uid-p');
    expect(cache.node('n')?.requested.milliCPU).toBe(0);
  });

  it('gives nodes from all zones in turn', () => {
    const cache = new Cache();
    const zone = (z: string) => ({ labels: { 'topology.kubernetes.io/zone': z } });
    for (const [name, z] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
      ['c1', 'c'],
    ] as const)
      cache.setNode(node(name, zone(z)));
    expect(cache.nodes().map((n) => n.name)).toEqual(['a1', 'b1', 'c1', 'a2']);
  });
});
