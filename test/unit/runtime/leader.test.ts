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

  // Source: renew in tools/leaderelection/leaderelection.go, v1.36: a renewal that fails is tried again until the deadline.
  const write = (cluster: Cluster, name: string, body: object): void => {
    const path = `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${name}`;
    const contentType = 'application/merge-patch+json';
    expect(cluster.request({ method: 'PATCH', path, body, contentType }).code).toBe(200);
  };
  const lost = (cluster: Cluster): number[] =>
    cluster
      .stepsAfter(0)
      .filter((s) => s.action === 'LoseLeadership')
      .map((s) => s.at / SECOND);

  it('a conflict while renewing is no loss: the Lease is read, and written again', () => {
    const cluster = new Cluster({ nodes: 1 });
    cluster.runUntil(10 * SECOND);
    const holder = lease(cluster, 'kube-scheduler').spec?.holderIdentity;
    write(cluster, 'kube-scheduler', { metadata: { annotations: { touched: 'yes' } } });
    cluster.runUntil(13 * SECOND);
    const now = lease(cluster, 'kube-scheduler');
    expect([now.spec?.holderIdentity, now.metadata.annotations]).toEqual([holder, { touched: 'yes' }]);
    cluster.runUntil(40 * SECOND);
    expect(lost(cluster)).toEqual([]);
    // Given back in spite of writes of others.
    write(cluster, 'kube-scheduler', { metadata: { annotations: { touched: 'again' } } });
    cluster.fault('stop', { component: 'kube-scheduler' });
    expect(lease(cluster, 'kube-scheduler').spec?.holderIdentity ?? '').toBe('');
  });

  it('a leader whose Lease is taken goes on until the deadline, and only then exits', () => {
    const cluster = new Cluster({ nodes: 1 });
    cluster.runUntil(10 * SECOND);
    const { renewTime } = lease(cluster, 'kube-scheduler').spec ?? {};
    write(cluster, 'kube-scheduler', { spec: { holderIdentity: 'thief', renewTime } });
    cluster.runUntil(18 * SECOND);
    expect(lost(cluster)).toEqual([]);
    cluster.runUntil(23 * SECOND);
    expect(lost(cluster)).toHaveLength(1);
    // The thief never renews: when its 15 s are over the Lease is free.
    cluster.runUntil(50 * SECOND);
    expect(lease(cluster, 'kube-scheduler').spec?.holderIdentity).toMatch(/^control-plane-1_/);
  });

  it('an API server that is away for less than the deadline costs no leadership', () => {
    const cluster = new Cluster({ nodes: 1 });
    cluster.runUntil(10 * SECOND);
    cluster.fault('stop', { component: 'kube-apiserver' });
    cluster.runUntil(17 * SECOND);
    cluster.fault('start', { component: 'kube-apiserver' });
    cluster.runUntil(60 * SECOND);
    expect(lost(cluster)).toEqual([]);
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
