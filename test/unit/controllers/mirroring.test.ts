import { describe, expect, it } from 'vitest';
import type { Endpoints, Service } from '../../../src/model/generated/core.v1.ts';
import { mirror, planMirror, shouldMirror } from '../../../src/simulator/controllers/endpointslicemirroring/decide.ts';

const endpoints = (o: Partial<Endpoints['metadata']> = {}, ...ips: string[]): Endpoints => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'db', namespace: 'demo', uid: 'e', ...o },
  subsets: [{ addresses: ips.map((ip) => ({ ip })), ports: [{ port: 5432, protocol: 'TCP' }] }],
});
const service = (selector?: { readonly [k: string]: string }): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'db' },
  spec: selector ? { selector } : {},
});

describe('mirroring Endpoints', () => {
  it.each<[string, boolean, Endpoints | undefined, Service | undefined]>([
    ['of a Service without a selector', true, endpoints(), service()],
    ['not of one with', false, endpoints(), service({ app: 'db' })],
    ['not without a Service', false, endpoints(), undefined],
    [
      'not where a label says no',
      false,
      endpoints({ labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }),
      service(),
    ],
    [
      'not old leader election locks',
      false,
      endpoints({ annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }),
      service(),
    ],
  ])('%s', (_, wanted, e, s) => expect(shouldMirror(e, s)).toBe(wanted));

  it('makes a slice for each address family', () =>
    expect(mirror(endpoints({}, '192.0.2.1', '2001:db8::1')).map((s) => s.addressType)).toEqual(['IPv4', 'IPv6']));

  it('writes only what has changed', () => {
    const [slice] = mirror(endpoints({}, '192.0.2.1'));
    if (slice === undefined) throw new Error('no slice');
    const stored = { ...slice, metadata: { ...slice.metadata, name: 'db-x' } };
    expect(planMirror(mirror(endpoints({}, '192.0.2.1')), [stored])).toEqual({ create: [], update: [], remove: [] });
    expect(planMirror(mirror(endpoints({}, '192.0.2.2')), [stored]).update[0]?.metadata.name).toBe('db-x');
    expect(planMirror([], [stored]).remove).toHaveLength(1);
  });
});
