import { describe, expect, it, test } from 'vitest';
import { feasibleNodesToFind } from '../../../src/simulator/scheduler/algorithm.ts';
import { schedulePods } from '../../../src/simulator/scheduler/schedule-pods.ts';
import { node, pod, requests } from './support.ts';

describe('a search', () => {
  test.each([
    [3, 3],
    [99, 99],
    [100, 100],
    [250, 120],
    [1000, 420],
    [5000, 500],
    [10_000, 500],
  ])('among %i nodes ends with %i that fit', (all, enough) => {
    expect(feasibleNodesToFind(all)).toBe(enough);
  });

  it('starts where the last one ended, so that all nodes get their turn', () => {
    const nodes = Array.from({ length: 300 }, (_, i) => node(`n${i}`));
    const pods = Array.from({ length: 3 }, (_, i) => pod(`p${i}`, requests('100m')));
    const looked = schedulePods(nodes, pods, { seed: 's' }).map((d) => Object.keys(d.total));
    expect(looked.map((l) => l.length)).toEqual([144, 144, 144]);
    expect(new Set(looked.flat()).size).toBe(300);
  });
});

describe('a tie', () => {
  const nodes = ['a', 'b', 'c', 'd'].map((n) => node(n));
  const choose = (seed: string) => schedulePods(nodes, [pod('p')], { seed })[0];

  it('is decided by the seed, the same way each time', () => {
    expect(choose('x')?.chosen).toBe(choose('x')?.chosen);
    const chosen = new Set(Array.from({ length: 40 }, (_, i) => choose(String(i))?.chosen));
    expect(chosen.size).toBe(4);
  });

  it('is told as one', () => {
    expect(choose('x')?.detail.why).toMatch(/^4 nodes share the highest total of \d+; the seeded draw took [abcd]$/);
  });
});

describe('schedulePods', () => {
  it('counts pods that already run, and each pod for those after it', () => {
    const nodes = [node('a'), node('b')];
    const running = pod('r', { nodeName: 'a', ...requests('3') });
    const decisions = schedulePods(nodes, [pod('p', requests('3')), pod('q', requests('3'))], {
      seed: 's',
      otherObjects: [running],
    });
    expect(decisions.map((d) => d.chosen)).toEqual(['b', null]);
    expect(decisions[1]?.filteredOut).toEqual(['a', 'b']);
  });

  it('leaves pods that have ended out', () => {
    const done = pod('r', { nodeName: 'a', ...requests('4'), status: { phase: 'Succeeded' } });
    expect(schedulePods([node('a')], [pod('p', requests('4'))], { seed: 's', otherObjects: [done] })[0]?.chosen).toBe(
      'a',
    );
  });

  it('says so when there are no nodes', () => {
    expect(schedulePods([], [pod('p')], { seed: 's' })[0]).toMatchObject({
      chosen: null,
      message: 'no nodes available to schedule pods',
    });
  });

  it('names the object with a quantity that is none', () => {
    expect(() => schedulePods([node('a')], [pod('p', requests('lots'))], { seed: 's' })).toThrow(
      'pod default/p: "lots" is not a quantity',
    );
    expect(() => schedulePods([node('a', { allocatable: { cpu: 'x' } })], [], { seed: 's' })).toThrow(
      'node a: "x" is not a quantity',
    );
  });

  it('tells of scheduling gates', () => {
    const decision = schedulePods([node('a')], [pod('g', { schedulingGates: [{ name: 'x' }] })], { seed: 's' })[0];
    expect(decision).toMatchObject({ chosen: null, message: 'waiting for scheduling gates: [x]' });
  });

  it('keeps a table short when asked to, with the chosen node in it', () => {
    const nodes = Array.from({ length: 50 }, (_, i) => node(`n${i}`));
    const [d] = schedulePods(nodes, [pod('p')], { seed: 's', keep: 5 });
    expect(d?.detail.nodes.length).toBe(5);
    expect(d?.detail.nodes.map((n) => n.node)).toContain(d?.chosen);
    expect(d?.detail.why).toContain('45 more nodes were looked at than this table shows');
  });
});

describe('a pod for one node, as a DaemonSet makes it', () => {
  const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: ['b'] }] }];
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } };

  it('says of the other nodes only that they were not meant', () => {
    const nodes = ['a', 'b', 'c'].map((n) => node(n));
    const full = pod('r', { nodeName: 'b', ...requests('4') });
    const [d] = schedulePods(nodes, [pod('p', { affinity: { nodeAffinity }, ...requests('1') })], {
      seed: 's',
      otherObjects: [{ ...full }],
    });
    expect(d?.message).toBe(
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. no new claims to deallocate, preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    );
  });
});

describe('priority classes', () => {
  it('count as admission would have it', () => {
    const low = pod('low', { nodeName: 'a', priority: 1, ...requests('4') });
    const gold = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'gold' }, value: 100 };
    const [d] = schedulePods([node('a')], [pod('p', { priorityClassName: 'gold', ...requests('4') })], {
      seed: 's',
      otherObjects: [low, gold],
    });
    expect(d?.victims).toEqual(['default/low']);
  });
});
