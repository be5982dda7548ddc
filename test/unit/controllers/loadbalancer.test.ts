import { describe, expect, it } from 'vitest';
import type { Event, Service } from '../../../src/model/generated/core.v1.ts';
import type { KubeList } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import * as decide from '../../../src/simulator/controllers/service/decide.ts';
import { node } from './objects.ts';

const MINUTE = 60_000_000;
const SERVICES = '/api/v1/namespaces/default/services';

function service(spec: Partial<NonNullable<Service['spec']>> = {}): Service {
  const ports = [{ port: 80, protocol: 'TCP' as const }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { type: 'LoadBalancer', ports, ...spec },
  };
}

describe('which changes concern a load balancer', () => {
  it.each<[string, Service, Service, ReturnType<typeof decide.needsUpdate>]>([
    ['none', service(), service(), { update: false }],
    ['ports', service(), service({ ports: [{ port: 81 }] }), { update: true }],
    [
      'its type',
      service({ type: 'ClusterIP' }),
      service(),
      { update: true, say: { reason: 'Type', message: 'ClusterIP -> LoadBalancer' } },
    ],
    [
      'another’s class',
      service({ loadBalancerClass: 'x/y' }),
      service({ loadBalancerClass: 'x/y', ports: [] }),
      { update: false },
    ],
    [
      'its address',
      service(),
      service({ loadBalancerIP: '203.0.113.7' }),
      { update: true, say: { reason: 'LoadbalancerIP', message: ' -> 203.0.113.7' } },
    ],
    [
      'sources',
      service(),
      service({ loadBalancerSourceRanges: ['10.0.0.0/8', '11.0.0.0/8'] }),
      { update: true, say: { reason: 'LoadBalancerSourceRanges', message: '[] -> [10.0.0.0/8 11.0.0.0/8]' } },
    ],
  ])('%s', (_, before, after, wanted) => expect(decide.needsUpdate(before, after)).toEqual(wanted));
  it('only ready nodes are sent to, and none that is kept out', () => {
    expect(decide.isTarget(node('a'))).toBe(true);
    expect(
      decide.isTarget(node('a', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } })),
    ).toBe(false);
  });
});

function run(cloud: boolean): Cluster {
  const cluster = new Cluster({ nodes: 2, cloud });
  cluster.settle(MINUTE);
  expect(cluster.request({ method: 'POST', path: SERVICES, body: service() }).code).toBe(201);
  cluster.settle(MINUTE);
  return cluster;
}

const read = (c: Cluster): Service =>
  c.request({ method: 'GET', path: `${SERVICES}/web`, observer: true }).body as Service;
const events = (c: Cluster): string[] =>
  (
    c.request({ method: 'GET', path: '/api/v1/namespaces/default/events', observer: true }).body as KubeList<Event>
  ).items
    .filter((e) => e.involvedObject.kind === 'Service')
    .map((e) => `${e.source?.component} ${e.reason}: ${e.message}`);

describe('a Service of type LoadBalancer', () => {
  it('waits for ever where there is no cloud', () => {
    const cluster = run(false);
    expect(read(cluster).status).toEqual({ loadBalancer: {} });
    expect(read(cluster).metadata.finalizers).toBeUndefined();
  });
  it('gets an address from the simulated cloud, and goes when the cloud has cleaned up', () => {
    const cluster = run(true);
    expect(read(cluster).status?.loadBalancer?.ingress).toEqual([{ ip: '203.0.113.10', ipMode: 'VIP' }]);
    expect(read(cluster).metadata.finalizers).toEqual([decide.FINALIZER]);
    expect(
      read(cluster).metadata.managedFields?.find((m) => m.manager === 'cloud-controller-manager')?.subresource,
    ).toBe('status');
    expect(events(cluster)).toEqual([
      'service-controller EnsuringLoadBalancer: Ensuring load balancer',
      'service-controller EnsuredLoadBalancer: Ensured load balancer',
    ]);
    cluster.request({ method: 'DELETE', path: `${SERVICES}/web` });
    expect(read(cluster).metadata.deletionTimestamp).toBeDefined();
    cluster.settle(MINUTE);
    expect(cluster.request({ method: 'GET', path: `${SERVICES}/web`, observer: true }).code).toBe(404);
    expect(events(cluster).slice(2)).toEqual([
      'service-controller DeletingLoadBalancer: Deleting load balancer',
      'service-controller DeletedLoadBalancer: Deleted load balancer',
    ]);
  });
  it('loses it when it becomes another type', () => {
    const cluster = run(true);
    const body = { spec: { type: 'ClusterIP' } };
    cluster.request({ method: 'PATCH', path: `${SERVICES}/web`, contentType: 'application/merge-patch+json', body });
    cluster.settle(MINUTE);
    expect(read(cluster).status).toEqual({ loadBalancer: {} });
    expect(read(cluster).metadata.finalizers).toBeUndefined();
    expect(events(cluster)).toContain('service-controller Type: LoadBalancer -> ClusterIP');
  });
  it('tells when the nodes behind it change, and waits while cloud-controller-manager is stopped', () => {
    const cluster = run(true);
    cluster.fault('stop', { node: 'worker-2' });
    cluster.runUntil(cluster.now + 2 * MINUTE);
    expect(events(cluster)).toContain('service-controller UpdatedLoadBalancer: Updated load balancer with new hosts');
    cluster.fault('stop', { component: 'cloud-controller-manager' });
    cluster.request({ method: 'DELETE', path: `${SERVICES}/web` });
    cluster.runUntil(cluster.now + MINUTE);
    expect(read(cluster).metadata.deletionTimestamp).toBeDefined();
    cluster.fault('start', { component: 'cloud-controller-manager' });
    cluster.runUntil(cluster.now + MINUTE);
    expect(cluster.request({ method: 'GET', path: `${SERVICES}/web`, observer: true }).code).toBe(404);
  });
});
