import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../../src/model/generated/core.v1.ts';
import { refusal, resizeRefusal } from '../../../src/simulator/kubelet/admit.ts';

const NODE: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1', labels: { disk: 'ssd' } },
  spec: {},
  status: { allocatable: { cpu: '1', memory: '1Gi', pods: '2' } },
};

function pod(o: Partial<NonNullable<Pod['spec']>> = {}, cpu = '0'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }], ...o },
  };
}

describe('a kubelet', () => {
  it('takes a pod that fits', () => expect(refusal(pod({}, '500m'), NODE, [pod({}, '500m')])).toBeUndefined());
  it('refuses one for which there is no cpu left', () =>
    expect(refusal(pod({}, '600m'), NODE, [pod({}, '500m')])).toEqual({
      reason: 'OutOfcpu',
      message: "Node didn't have enough resource: cpu, requested: 600, used: 500, capacity: 1000",
    }));
  it('refuses one too many', () => expect(refusal(pod(), NODE, [pod(), pod()])?.reason).toBe('OutOfpods'));
  it.each<[string, Pod, string]>([
    ['a label that the node has not', pod({ nodeSelector: { disk: 'hdd' } }), 'NodeAffinity'],
    [
      'a port that is taken',
      pod({ containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }] }] }),
      'NodePorts',
    ],
  ])('refuses %s', (_, p, reason) => {
    const other = pod({ containers: [{ name: 'c', ports: [{ containerPort: 8080, hostPort: 80 }] }] });
    expect(refusal(p, NODE, [other])?.reason).toBe(reason);
  });
  const asking = (requests: object): Pod => pod({ containers: [{ name: 'c', resources: { requests } }] } as object);
  const rich: Node = {
    ...NODE,
    status: {
      allocatable: { ...NODE.status?.allocatable, 'ephemeral-storage': '10Gi', 'hugepages-2Mi': '0', 'x.y/gpu': '1' },
    },
  };
  it.each<[string, Pod, string | undefined]>([
    ['more disk than there is', asking({ 'ephemeral-storage': '20Gi' }), 'OutOfephemeral-storage'],
    ['huge pages of which there are none', asking({ 'hugepages-2Mi': '4Mi' }), 'OutOfhugepages-2Mi'],
    ['a device that is taken', asking({ 'x.y/gpu': '1' }), 'OutOfx.y/gpu'],
    ['a device that its kubelet knows nothing of', asking({ 'x.y/other': '1' }), undefined],
    ['another system', pod({ os: { name: 'windows' } }), 'PodOSNotSupported'],
  ])('is asked for %s', (_, p, reason) => {
    const other = asking({ 'x.y/gpu': '1' });
    expect(refusal(p, rich, [other])?.reason).toBe(reason);
  });
  it('refuses what does not tolerate NoExecute', () => {
    const tainted: Node = { ...NODE, spec: { taints: [{ key: 'gone', effect: 'NoExecute' }] } };
    expect(refusal(pod(), tainted, [])?.reason).toBe('TaintToleration');
    expect(refusal(pod({ tolerations: [{ operator: 'Exists' }] }), tainted, [])).toBeUndefined();
  });
  it('gives a pod no more than the node has, now or ever', () => {
    expect(resizeRefusal(pod({}, '500m'), NODE, [pod({}, '500m')])).toBeUndefined();
    expect(resizeRefusal(pod({}, '600m'), NODE, [pod({}, '500m')])).toEqual({
      reason: 'Deferred',
      message: "Node didn't have enough resource: cpu, requested: 600, used: 500, capacity: 1000",
    });
    expect(resizeRefusal(pod({}, '2'), NODE, [])).toEqual({
      reason: 'Infeasible',
      message: "Node didn't have enough capacity: cpu, requested: 2000, capacity: 1000",
    });
  });
});
