// A node that runs short of memory: what it says, whom it ends, and what it takes meanwhile. Models pkg/kubelet/eviction, v1.36.
import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { quantity } from '../../../src/model/quantity.ts';
import { evictionMessage, ranked } from '../../../src/simulator/kubelet/pressure.ts';
import { MEMORY_ANNOTATION } from '../../../src/simulator/kubelet/runtime/memory.ts';
import { type Stage, stage } from '../controllers/written.ts';

const MI = 1024 * 1024;

function hungry(name: string, uses: string, spec: object = {}, request?: string): Pod {
  const resources = request ? { requests: { memory: request } } : {};
  const containers = [{ name: 'main', image: 'nginx:1.27', resources }];
  const metadata = { name, annotations: { [`${MEMORY_ANNOTATION}main`]: uses } };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, ...spec } } as Pod;
}

const begin = (): Stage => stage({ nodes: 1, runtime: 'modelled', nodeMemory: '2Gi' });
const status = (t: Stage, name: string): NonNullable<Pod['status']> => (t.get('Pod', name) as Pod).status ?? {};
function memoryPressure(t: Stage): object | undefined {
  const { body } = t.cluster.request({ method: 'GET', path: '/api/v1/nodes/worker-1' });
  return (body as Node).status?.conditions?.find((c) => c.type === 'MemoryPressure');
}

describe('a node whose pods use too much memory', () => {
  it('says so, ends the one that uses more than it asked for, and is well again after five minutes', () => {
    const t = begin();
    t.apply(hungry('modest', '900Mi', {}, '1Gi') as KubeObject, hungry('greedy', '800Mi', {}, '100Mi') as KubeObject);
    t.seconds(25);
    const message =
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 48Mi. Container main was using 800Mi, request is 100Mi, has larger consumption of memory. ';
    expect(status(t, 'greedy')).toMatchObject({ phase: 'Failed', reason: 'Evicted', message });
    expect(status(t, 'greedy').conditions?.find((c) => c.type === 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'TerminationByKubelet',
      message,
    });
    expect(status(t, 'modest').phase).toBe('Running');
    expect(memoryPressure(t)).toMatchObject({ status: 'True', reason: 'KubeletHasInsufficientMemory' });
    expect(t.events()).toEqual(
      expect.arrayContaining([
        `Warning Evicted Pod/greedy: ${message}`,
        'Warning EvictionThresholdMet Node/worker-1: Attempting to reclaim memory',
        'Normal NodeHasInsufficientMemory Node/worker-1: Node worker-1 status is now: NodeHasInsufficientMemory',
      ]),
    );
    t.seconds(330);
    expect(memoryPressure(t)).toMatchObject({ status: 'False', reason: 'KubeletHasSufficientMemory' });
  });

  it('takes no pod that asks for nothing', () => {
    const t = begin();
    t.apply(hungry('greedy', '1900Mi', {}, '100Mi') as KubeObject);
    t.seconds(25);
    expect(status(t, 'greedy').reason).toBe('Evicted');
    const spec = { nodeName: 'worker-1', containers: [{ name: 'c', image: 'nginx:1.27' }] };
    t.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'late' }, spec } as KubeObject);
    t.seconds(3);
    expect(status(t, 'late')).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'Pod was rejected: The node had condition: [MemoryPressure]. ',
    });
  });
});

it('those go first that exceed what they asked for, then the less important, then those that exceed it by more', () => {
  const candidate = (name: string, mi: number, request: string, priority = 0) => ({
    pod: hungry(name, '', { priority }, request),
    uses: [{ container: 'main', bytes: mi * MI }],
    evict: () => undefined,
  });
  const all = [
    candidate('within', 100, '200Mi'),
    candidate('important', 900, '100Mi', 1000),
    candidate('some', 200, '100Mi'),
    candidate('much', 500, '100Mi'),
    candidate('critical', 900, '0', 2_000_000_000),
  ];
  expect(ranked(all).map((c) => c.pod.metadata.name)).toEqual(['much', 'some', 'important', 'within']);
  const within = all[0];
  if (within === undefined) throw new Error('there is a first one');
  expect(evictionMessage(within, quantity('50Mi'))).toBe(
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ',
  );
});
