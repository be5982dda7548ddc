// The plugins that look at the pod and one node only.
import { describe, expect, it, test } from 'vitest';
import type { Pod, Taint, Toleration } from '../../../../src/model/generated/core.v1.ts';
import { PodInfo } from '../../../../src/simulator/scheduler/framework/pod-info.ts';
import { balancedAllocation } from '../../../../src/simulator/scheduler/plugins/balanced-allocation.ts';
import { defaultBinder } from '../../../../src/simulator/scheduler/plugins/default-binder.ts';
import { imageLocality } from '../../../../src/simulator/scheduler/plugins/image-locality.ts';
import { nodeDeclaredFeatures } from '../../../../src/simulator/scheduler/plugins/node-declared-features.ts';
import { nodeName } from '../../../../src/simulator/scheduler/plugins/node-name.ts';
import { nodePorts } from '../../../../src/simulator/scheduler/plugins/node-ports.ts';
import { nodeResourcesFit } from '../../../../src/simulator/scheduler/plugins/node-resources-fit.ts';
import { nodeUnschedulable } from '../../../../src/simulator/scheduler/plugins/node-unschedulable.ts';
import { prioritySort } from '../../../../src/simulator/scheduler/plugins/priority-sort.ts';
import { schedulingGates } from '../../../../src/simulator/scheduler/plugins/scheduling-gates.ts';
import { taintToleration } from '../../../../src/simulator/scheduler/plugins/taint-toleration.ts';
import { consult, node, pod, requests } from '../support.ts';

describe('SchedulingGates', () => {
  it('keeps a pod with gates out and names them', () => {
    const gated = pod('p', { schedulingGates: [{ name: 'a.example/x' }, { name: 'b.example/y' }] });
    expect(schedulingGates().preEnqueue?.(new PodInfo(gated))?.reasons).toEqual([
      'waiting for scheduling gates: [a.example/x b.example/y]',
    ]);
    expect(schedulingGates().preEnqueue?.(new PodInfo(pod('free')))).toBeUndefined();
  });
});

describe('PrioritySort', () => {
  const queued = (priority: number, timestamp: number) => ({ info: new PodInfo(pod('p', { priority })), timestamp });
  test.each([
    ['higher priority first', queued(2, 9), queued(1, 1), true],
    ['lower priority later', queued(1, 1), queued(2, 9), false],
    ['the older of equals first', queued(1, 1), queued(1, 2), true],
    ['equals in no order', queued(1, 1), queued(1, 1), false],
  ])('%s', (_what, a, b, first) => {
    expect(prioritySort().less?.(a, b)).toBe(first);
  });
});

describe('NodeUnschedulable', () => {
  const world = { nodes: [node('open'), node('cordoned', { unschedulable: true })] };
  test.each<[string, Toleration[], string[] | undefined]>([
    ['no toleration', [], ['node(s) were unschedulable']],
    [
      'tolerates the taint of cordoning',
      [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }],
      undefined,
    ],
    ['tolerates everything', [{ operator: 'Exists' }], undefined],
  ])('%s', (_what, tolerations, expected) => {
    const answer = consult(nodeUnschedulable, world, pod('p', { tolerations }));
    expect(answer.reasons).toEqual({ open: undefined, cordoned: expected });
  });
});

describe('NodeName', () => {
  it('leaves out every node but the one that the pod names', () => {
    const answer = consult(nodeName, { nodes: [node('a'), node('b')] }, pod('p', { nodeName: 'b' }));
    expect(answer.reasons).toEqual({ a: ["node(s) didn't match the requested node name"], b: undefined });
  });
});

describe('TaintToleration', () => {
  const taint = (effect: Taint['effect'], value?: string): Taint => ({
    key: 'dedicated',
    effect,
    ...(value ? { value } : {}),
  });
  const refusal = ['node(s) had untolerated taint(s)'];
  test.each<[string, Taint, Toleration[], string[] | undefined]>([
    ['NoSchedule, nothing tolerated', taint('NoSchedule', 'db'), [], refusal],
    ['NoExecute, nothing tolerated', taint('NoExecute'), [], refusal],
    ['PreferNoSchedule never leaves out', taint('PreferNoSchedule'), [], undefined],
    ['equal value', taint('NoSchedule', 'db'), [{ key: 'dedicated', operator: 'Equal', value: 'db' }], undefined],
    ['operator defaults to Equal', taint('NoSchedule', 'db'), [{ key: 'dedicated', value: 'db' }], undefined],
    ['other value', taint('NoSchedule', 'db'), [{ key: 'dedicated', value: 'web' }], refusal],
    ['exists', taint('NoSchedule', 'db'), [{ key: 'dedicated', operator: 'Exists' }], undefined],
    [
      'exists for another effect',
      taint('NoSchedule'),
      [{ key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }],
      refusal,
    ],
    ['greater than', taint('NoSchedule', '950'), [{ key: 'dedicated', operator: 'Gt', value: '900' }], undefined],
    ['not greater than', taint('NoSchedule', '900'), [{ key: 'dedicated', operator: 'Gt', value: '950' }], refusal],
  ])('%s', (_what, t, tolerations, expected) => {
    const answer = consult(taintToleration, { nodes: [node('n', { taints: [t] })] }, pod('p', { tolerations }));
    expect(answer.reasons.n).toEqual(expected);
  });

  it('scores by PreferNoSchedule taints that are not tolerated, fewest best', () => {
    const soft = (key: string): Taint => ({ key, effect: 'PreferNoSchedule' });
    const nodes = [
      node('none'),
      node('one', { taints: [soft('a'), soft('tolerated')] }),
      node('two', { taints: [soft('a'), soft('b')] }),
    ];
    const tolerations: Toleration[] = [{ key: 'tolerated', operator: 'Exists' }];
    expect(consult(taintToleration, { nodes }, pod('p', { tolerations })).scores).toEqual({
      none: 100,
      one: 50,
      two: 0,
    });
  });
});

describe('NodePorts', () => {
  const port = (
    hostPort: number,
    hostIP?: string,
    protocol: 'TCP' | 'UDP' = 'TCP',
  ): Partial<NonNullable<Pod['spec']>> => ({
    containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort, protocol, ...(hostIP ? { hostIP } : {}) }] }],
  });
  const taken = ["node(s) didn't have free ports for the requested pod ports"];
  test.each([
    ['no host port', {}, undefined],
    ['the same port', port(8080), taken],
    ['another port', port(8081), undefined],
    ['another protocol', port(8080, undefined, 'UDP'), undefined],
    ['one address against all', port(8080, '10.0.0.1'), taken],
  ])('%s', (_what, spec, expected) => {
    const running = [pod('r', { nodeName: 'n', ...port(8080) })];
    expect(consult(nodePorts, { nodes: [node('n')], running }, pod('p', spec)).reasons.n).toEqual(expected);
  });

  it('two addresses of one node may share a port', () => {
    const running = [pod('r', { nodeName: 'n', ...port(8080, '10.0.0.1') })];
    const world = { nodes: [node('n')], running };
    expect(consult(nodePorts, world, pod('p', port(8080, '10.0.0.2'))).reasons.n).toBeUndefined();
    expect(consult(nodePorts, world, pod('p', port(8080))).reasons.n).toEqual(taken);
  });
});

describe('NodeResourcesFit', () => {
  const allocatable = { cpu: '2', memory: '4Gi', pods: '2', 'example.com/gpu': '1' };
  const running = [pod('r', { nodeName: 'n', ...requests('1500m', '1Gi', { 'example.com/gpu': '1' }) })];
  const world = { nodes: [node('n', { allocatable })], running };
  test.each([
    ['fits exactly', requests('500m', '3Gi'), undefined, undefined],
    ['one millicore too many', requests('501m'), ['Insufficient cpu'], 'Unschedulable'],
    ['two resources', requests('1', '4Gi'), ['Insufficient cpu', 'Insufficient memory'], 'Unschedulable'],
    ['more than the node has at all', requests('3'), ['Insufficient cpu'], 'UnschedulableAndUnresolvable'],
    [
      'a device that is taken',
      requests('1m', undefined, { 'example.com/gpu': '1' }),
      ['Insufficient example.com/gpu'],
      'Unschedulable',
    ],
    [
      'a device that no node has',
      requests('1m', undefined, { 'example.com/fpga': '1' }),
      ['Insufficient example.com/fpga'],
      'UnschedulableAndUnresolvable',
    ],
  ])('%s', (_what, spec, expected, code) => {
    const answer = consult(() => nodeResourcesFit(), world, pod('p', spec));
    expect(answer.reasons.n).toEqual(expected);
    expect(answer.code.n).toBe(code);
  });

  it('counts pods', () => {
    const two = [...running, pod('r2', { nodeName: 'n' })];
    const answer = consult(() => nodeResourcesFit(), { ...world, running: two }, pod('p'));
    expect(answer.reasons.n).toEqual(['Too many pods']);
  });

  it('takes the largest init container, and sidecars beside all others', () => {
    const container = (name: string, cpu: string, restartPolicy?: string) => ({
      name,
      resources: { requests: { cpu } },
      ...(restartPolicy ? { restartPolicy } : {}),
    });
    const info = new PodInfo(
      pod('p', {
        initContainers: [container('side', '200m', 'Always'), container('init', '900m')],
        containers: [container('a', '300m'), container('b', '400m')],
        overhead: { cpu: '50m' },
      }),
    );
    // 200m + 900m while `init` runs beside `side`; 900m later; overhead on top.
    expect(info.requests.milliCPU).toBe(1150);
  });

  it('takes requests of the pod itself in place of those of its containers', () => {
    const info = new PodInfo(pod('p', { ...requests('100m', '1Gi'), resources: { requests: { cpu: '2' } } }));
    expect(info.requests).toMatchObject({ milliCPU: 2000, memory: 1024 ** 3 });
  });

  it('scores what is left, with 100m and 200Mi for a container that asks for nothing', () => {
    const nodes = [node('empty'), node('used')];
    const used = [pod('r', { nodeName: 'used', ...requests('2', '4Gi') })];
    // (3900/4000 + 7992/8192)/2 and (1900/4000 + 3896/8192)/2, each part cut to a whole number
    expect(consult(() => nodeResourcesFit(), { nodes, running: used }, pod('p')).scores).toEqual({
      empty: 97,
      used: 47,
    });
  });
});

describe('NodeResourcesBalancedAllocation', () => {
  const nodes = [node('n', { allocatable: { cpu: '10', memory: '10Gi', pods: '110' } })];
  test.each<[string, Pod[], ReturnType<typeof requests>, number | undefined]>([
    ['a pod without requests is not scored', [], requests(), undefined],
    ['keeps the balance', [], requests('1', '1Gi'), 75],
    ['cpu only: 20 % out of balance', [], requests('4'), 65],
    ['puts it right again', [pod('r', { nodeName: 'n', ...requests('4') })], requests(undefined, '4Gi'), 85],
  ])('%s', (_what, running, spec, expected) => {
    expect(consult(balancedAllocation, { nodes, running }, pod('p', spec)).scores?.n).toBe(expected);
  });
});

describe('ImageLocality', () => {
  const MB = 1024 * 1024;
  const nodes = [
    node('has', { images: [{ names: ['docker.io/library/big:1'], sizeBytes: 1046 * MB }] }),
    node('other', { images: [{ names: ['docker.io/library/small:latest'], sizeBytes: 10 * MB }] }),
  ];
  test.each([
    ['an image on one of two nodes counts half', 'docker.io/library/big:1', { has: 51, other: 0 }],
    ['names are not completed with a registry', 'big:1', { has: 0, other: 0 }],
    ['latest is filled in; below 23 MB nothing counts', 'docker.io/library/small', { has: 0, other: 0 }],
  ])('%s', (_what, image, expected) => {
    const answer = consult(imageLocality, { nodes }, pod('p', { containers: [{ name: 'c', image }] }));
    expect(answer.scores).toEqual(expected);
  });
});

describe('NodeDeclaredFeatures', () => {
  const nodes = [
    node('old'),
    { ...node('new'), status: { ...node('new').status, declaredFeatures: ['RestartAllContainersOnContainerExits'] } },
  ];

  it('asks for nodes that can restart all containers when a rule of the pod wants that', () => {
    const rule = { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } };
    const picky = pod('p', { containers: [{ name: 'c', restartPolicyRules: [rule] }] });
    expect(consult(nodeDeclaredFeatures, { nodes }, picky).reasons).toEqual({
      old: ['node declared features check failed - unsatisfied requirements: RestartAllContainersOnContainerExits'],
      new: undefined,
    });
    expect(consult(nodeDeclaredFeatures, { nodes }, pod('p')).reasons).toEqual({ old: undefined, new: undefined });
  });
});

describe('DefaultBinder', () => {
  it('reports what the API server said', () => {
    const plugin = defaultBinder(function* () {
      yield (resume) => resume(undefined);
      return 'pod p is already assigned to node "b"';
    });
    const process = plugin.bind?.(undefined as never, new PodInfo(pod('p')), 'a');
    process?.next();
    expect(process?.next().value).toMatchObject({ code: 'Error', reasons: ['pod p is already assigned to node "b"'] });
  });
});
