import { describe, expect, test } from 'vitest';
import { leadersOf, machinesOf, OUT_OF_SIGHT } from '../../../src/protocol/flow-cluster.ts';
import { lease, nodes, PLANES, pods, WORKERS } from '../../support/high-availability.ts';

const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

describe('the machines of a real cluster', () => {
  test('three control-plane nodes have each what its static pods tell, and are drawn with their other pods too', () => {
    expect(machinesOf(nodes(), pods())).toEqual([
      ...PLANES.map((name) => ({
        name,
        controlPlane: true,
        components: [...CONTROL_PLANE, 'kubelet', 'kube-proxy'],
        hosts: true,
      })),
      ...WORKERS.map((name) => ({ name, controlPlane: false, components: ['kubelet', 'kube-proxy'] })),
    ]);
  });

  test('etcd on machines of its own is not drawn where it is not', () => {
    const without = pods().filter(({ metadata }) => metadata.labels?.component !== 'etcd');
    expect(machinesOf(nodes(), without)[0]?.components).not.toContain('etcd');
  });

  test('a control plane that no pod tells of is one that cannot be seen, and every node has its place', () => {
    const managed = pods().filter(({ metadata }) => metadata.labels?.tier === undefined);
    expect(machinesOf(nodes(), managed).map(({ name, controlPlane }) => [name, controlPlane])).toEqual([
      [OUT_OF_SIGHT, true],
      ...[...WORKERS, ...PLANES].map((name) => [name, false]),
    ]);
  });

  test('without kube-proxy none is drawn', () => {
    const without = pods().filter(({ metadata }) => metadata.labels?.['k8s-app'] !== 'kube-proxy');
    const machines = machinesOf(nodes(), without);
    expect(machines.flatMap(({ components }) => components)).not.toContain('kube-proxy');
    // Nothing but the control plane runs on those, and nothing else may.
    expect(machines.some(({ hosts }) => hosts)).toBe(false);
  });
});

describe('who leads', () => {
  const names = [...PLANES, ...WORKERS];

  test('is who holds the Lease, by the name of its host', () => {
    const leases = [lease('kube-scheduler', 'cp-3'), lease('kube-controller-manager', 'cp-2.example.org')];
    expect(leadersOf(leases, names, 0)).toEqual([
      { component: 'kube-scheduler', node: 'cp-3', from: 0 },
      { component: 'kube-controller-manager', node: 'cp-2', from: 0 },
    ]);
  });

  test('is not told where the holder fits no node, or nobody holds it', () => {
    const nobody = { ...lease('kube-scheduler', 'x'), spec: { holderIdentity: '' } };
    expect(leadersOf([nobody, lease('kube-controller-manager', 'elsewhere')], names, 0)).toEqual([]);
    expect(leadersOf([lease('my-operator', 'cp-1')], names, 0)).toEqual([]);
  });
});
