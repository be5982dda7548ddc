// The control plane's Leases: who holds one works, and a successor waits for its end.
import { describe, expect, it } from 'vitest';
import type { Lease } from '../../../src/model/generated/coordination.v1.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';

const SECOND = 1_000_000;
const lease = (cluster: Cluster, name: string): Lease =>
  cluster.request({ method: 'GET', path: `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${name}` })
    .body as Lease;

function terms(cluster: Cluster, component: string): number[] {
  return cluster
    .stepsAfter(0)
    .filter((s) => s.action === 'BecomeLeader' && s.actor.component === component)
    .map((s) => s.at / SECOND);
}

describe('leader election', () => {
  it('is won at the start, and the Lease is renewed', () => {
    const cluster = new Cluster({ nodes: 1 });
    cluster.runUntil(10 * SECOND);
    const first = lease(cluster, 'kube-controller-manager').spec;
    expect(first?.holderIdentity).toMatch(/^control-plane-1_/);
    expect(first?.leaseDurationSeconds).toBe(15);
    cluster.runUntil(20 * SECOND);
    const later = lease(cluster, 'kube-controller-manager').spec;
    expect(later?.acquireTime).toBe(first?.acquireTime);
    expect((later?.renewTime ?? '') > (first?.renewTime ?? '')).toBe(true);
  });

  it('a controller manager started again waits until the old Lease has run out', () => {
    const cluster = new Cluster({ nodes: 1 });
    cluster.runUntil(10 * SECOND);
    cluster.fault('stop', { component: 'kube-controller-manager' });
    cluster.fault('start', { component: 'kube-controller-manager' });
    cluster.runUntil(40 * SECOND);
    const [, second = 0] = terms(cluster, 'kube-controller-manager');
    expect(second).toBeGreaterThan(24);
    expect(second).toBeLessThan(29);
    expect(lease(cluster, 'kube-controller-manager').spec?.leaseTransitions).toBe(1);
  });

  it('a scheduler gives its Lease back, so that the next need not wait', () => {
    const cluster = new Cluster({ nodes: 1 });
    cluster.runUntil(10 * SECOND);
    cluster.fault('stop', { component: 'kube-scheduler' });
    expect(lease(cluster, 'kube-scheduler').spec?.holderIdentity ?? '').toBe('');
    cluster.fault('start', { component: 'kube-scheduler' });
    cluster.runUntil(12 * SECOND);
    expect(terms(cluster, 'kube-scheduler')).toHaveLength(2);
  });

  it('without the API server a leader stops working, and works again when it is back', () => {
    const cluster = new Cluster({ nodes: 1 });
    cluster.runUntil(10 * SECOND);
    cluster.fault('stop', { component: 'kube-apiserver' });
    cluster.runUntil(40 * SECOND);
    const lost = cluster
      .stepsAfter(0)
      .filter((s) => s.action === 'LoseLeadership')
      .map((s) => s.actor.component);
    expect(lost.sort()).toEqual(['kube-controller-manager', 'kube-scheduler']);
    cluster.fault('start', { component: 'kube-apiserver' });
    cluster.runUntil(70 * SECOND);
    expect(terms(cluster, 'kube-controller-manager')).toHaveLength(2);
  });
});
