// Whole files through admission and the scheduler, where upstream's answer was worked out from its source (v1.36).
import { describe, expect, it, test } from 'vitest';
import { readManifest } from '../../../src/cluster/apply/text.ts';
import type { Node } from '../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import type { Explained } from '../../../src/simulator/scheduler/schedule-pods.ts';
import { scheduleFile } from '../../../src/simulator/what-if/file.ts';
import { node } from './support.ts';

const parse = (text: string): KubeObject[] => readManifest(text).objects.map((o) => o.object as unknown as KubeObject);
const schedule = (nodes: readonly Node[], wanted: string, given: readonly KubeObject[] = []): Explained[] =>
  scheduleFile({ seed: 's', nodes, given, wanted: parse(wanted) }).flatMap((d) => d.decisions);
const podText = (name: string, spec: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: c, image: z}], ${spec}}\n`;

const ZONE = 'topology.kubernetes.io/zone';
const nodes = [node('a', { labels: { [ZONE]: 'x' } }), node('b', { labels: { [ZONE]: 'z' } }), node('c')];
const NOT_HELPFUL = 'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';

describe('nodes that PreFilter has spoken for', () => {
  const named = (name: string): string =>
    `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [${name}]}]}]}}}`;

  it('are filtered out, as for the pods of a DaemonSet', () => {
    const [d] = schedule(nodes, podText('p', named('b')));
    expect([d?.chosen, d?.filteredOut]).toEqual(['b', ['a', 'c']]);
  });

  it('are counted in the message when the named node does not exist', () => {
    const [d] = schedule(nodes, podText('p', named('gone')));
    expect(d?.filteredOut).toEqual(['a', 'b', 'c']);
    expect(d?.message).toBe(
      `0/3 nodes are available: 3 node(s) didn't satisfy plugin(s) [NodeAffinity]. no new claims to deallocate, ${NOT_HELPFUL}`,
    );
  });

  it('are all of them when a claim is missing', () => {
    const [d] = schedule(nodes, podText('p', 'volumes: [{name: v, persistentVolumeClaim: {claimName: nope}}]'));
    expect(d?.filteredOut).toEqual(['a', 'b', 'c']);
    expect(d?.message).toBe(
      `0/3 nodes are available: persistentvolumeclaim "nope" not found. no new claims to deallocate, ${NOT_HELPFUL}`,
    );
  });
});

it('a gated pod shows what the API server says of gates', () => {
  const [d] = schedule(nodes, podText('p', 'schedulingGates: [{name: a}, {name: b}]'));
  expect(d?.message).toBe('Scheduling is blocked due to non-empty scheduling gates');
  expect(d?.detail.why).toBe('waiting for scheduling gates: [a b]');
});

it('the room that preemption promises counts for pods of lower priority', () => {
  const small = [node('a', { allocatable: { cpu: '1', memory: '4Gi', pods: '9' } })];
  const of = (name: string, cpu: string, priority: number): KubeObject[] =>
    parse(
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {priority: ${priority}, nodeName: a, containers: [{name: c, image: z, resources: {requests: {cpu: ${cpu}}}}]}`,
    );
  const classes = 'apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: high}\nvalue: 1000\n';
  const wants = (name: string, cpu: string, more = ''): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {${more}containers: [{name: c, image: z, resources: {requests: {cpu: ${cpu}}}}]}\n`;
  const decisions = schedule(
    small,
    [classes, wants('first', '900m', 'priorityClassName: high, '), wants('second', '300m')].join('---\n'),
    of('running', '600m', 0),
  );
  expect(decisions.map((d) => [d.pod, d.chosen, d.nominated, d.victims])).toEqual([
    ['first', null, 'a', ['default/running']],
    ['second', null, undefined, []],
  ]);
});

describe('a budget of the same file', () => {
  const small = ['a', 'b'].map((n) => node(n, { allocatable: { cpu: '1', memory: '4Gi', pods: '9' } }));
  const ready = '{phase: Running, startTime: "2026-01-01T00:00:00Z", conditions: [{type: Ready, status: "True"}]}';
  const running = (name: string, on: string, app: string, priority: number): KubeObject[] =>
    parse(
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: ${app}}}\nspec: {priority: ${priority}, nodeName: ${on}, containers: [{name: c, image: z, resources: {requests: {cpu: 600m}}}]}\nstatus: ${ready}`,
    );
  const high = 'apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: high}\nvalue: 1000\n';
  const wants =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {priorityClassName: high, containers: [{name: c, image: z, resources: {requests: {cpu: 900m}}}]}\n';
  const budget = (more: string): string =>
    `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: keep}\nspec: {selector: {matchLabels: {app: kept}}, ${more}\n`;
  test.each<[string, string, string]>([
    ['keeps what it may not let go', budget('minAvailable: 1}'), 'default/loose'],
    ['keeps nothing that it may let go', budget('minAvailable: 0}'), 'default/kept'],
    ['counts as its status says', budget('minAvailable: 1}\nstatus: {disruptionsAllowed: 1}'), 'default/kept'],
  ])('%s', (_what, pdb, victim) => {
    const given = [...running('kept', 'a', 'kept', 0), ...running('loose', 'b', 'loose', 5)];
    expect(schedule(small, [high, pdb, wants].join('---\n'), given)[0]?.victims).toEqual([victim]);
  });
});

describe('amounts', () => {
  const MEMORY = `${2 ** 57}`;
  test.each<[string, { [r: string]: string }, string, number]>([
    // (4000 - 100) * 100 / 4000 = 97; the free memory times 100 does not fit 64 bits, and wraps as upstream's does.
    ['that wrap at 64 bits', { cpu: '4', memory: MEMORY, pods: '9' }, '', 97 + wrapped(2n ** 57n, 200n * 2n ** 20n)],
    ['of which the node has none', { cpu: '4', pods: '9' }, '', 97 * 2],
  ])('%s', (_what, allocatable, more, twice) => {
    const [d] = schedule([node('a', { allocatable }), node('b', { allocatable })], podText('p', more));
    expect(d?.weightedScores.a?.NodeResourcesFit).toBe(Math.trunc(twice / 2));
  });

  function wrapped(all: bigint, used: bigint): number {
    return Number(BigInt.asIntN(64, (all - used) * 100n) / all);
  }
});

test('the first node to tell of an image says how large it is', () => {
  const of = (name: string, mb: number): Node =>
    node(name, { images: [{ names: ['z:1'], sizeBytes: mb * 1024 * 1024 }] });
  const wanted = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: "z:1"}]}';
  const [d] = schedule([of('a', 500), of('b', 900)], wanted);
  // (500 - 23) * 100 / (1000 - 23)
  expect([d?.weightedScores.a?.ImageLocality, d?.weightedScores.b?.ImageLocality]).toEqual([48, 48]);
});
