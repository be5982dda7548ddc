// Ranges of service addresses in a whole cluster: what guards them, and when they go.
import { describe, expect, it } from 'vitest';
import type { Service } from '../../../src/model/generated/core.v1.ts';
import type { ServiceCIDR } from '../../../src/model/generated/networking.v1.ts';
import { Played } from './played.ts';

const RANGES = '/apis/networking.k8s.io/v1/servicecidrs';
const range = (name: string, cidr: string): string => `
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: { name: ${name} }
spec: { cidrs: [${cidr}] }
`;
const service = (name: string, ip: string): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { clusterIP: ${ip}, ports: [{ port: 80 }] }
`;

describe('a range of service addresses', () => {
  const p = new Played();
  const of = (name: string): ServiceCIDR | undefined => p.get<ServiceCIDR>(`${RANGES}/${name}`);
  const ready = (name: string): unknown => of(name)?.status?.conditions?.map((c) => [c.type, c.status, c.reason]);

  it('gets a finalizer and is ready; the cluster’s own is left as the API server made it', () => {
    p.create(range('more', '10.200.0.0/24'));
    p.run(1);
    expect(of('more')?.metadata.finalizers).toEqual(['networking.k8s.io/service-cidr-finalizer']);
    expect(of('more')?.status?.conditions).toMatchObject([
      { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' },
    ]);
    const writers = of('more')?.metadata.managedFields?.map((m) => [m.manager, m.operation, m.subresource]);
    expect(writers).toContainEqual(['service-cidr-controller', 'Apply', 'status']);
    const own = of('kubernetes')?.metadata.managedFields?.map((m) => m.manager);
    expect(own).toEqual(['kube-apiserver']);
  });

  it('stays while a Service has an address that no other range holds, and says why', () => {
    p.create(service('there', '10.200.0.7'));
    expect(p.get<Service>('/api/v1/namespaces/default/services/there')?.spec?.clusterIP).toBe('10.200.0.7');
    p.delete(`${RANGES}/more`);
    p.run(30);
    expect(ready('more')).toEqual([['Ready', 'False', 'Terminating']]);
    expect(of('more')?.status?.conditions?.[0]?.message).toBe(
      'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
    );
    p.delete('/api/v1/namespaces/default/services/there');
    p.run(1);
    expect(of('more')).toBeUndefined();
  });

  it('goes ten seconds after it was deleted where a larger range holds its addresses', () => {
    p.create(range('small', '10.96.4.0/24'));
    p.create(service('here', '10.96.4.7'));
    p.run(1);
    p.delete(`${RANGES}/small`);
    p.run(9);
    expect(of('small')?.metadata.deletionTimestamp).toBeDefined();
    p.run(2);
    expect(of('small')).toBeUndefined();
    expect(p.get('/api/v1/namespaces/default/services/here')).toBeDefined();
  });
});
