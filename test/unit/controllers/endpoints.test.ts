import { describe, expect, it } from 'vitest';
import type { Pod, Service } from '../../../src/model/generated/core.v1.ts';
import type { EndpointSlice } from '../../../src/model/generated/discovery.v1.ts';
import { subsetsOf } from '../../../src/simulator/controllers/endpoint/decide.ts';
import { planSlices, portsOf } from '../../../src/simulator/controllers/endpointslice/decide.ts';
import { pod } from './objects.ts';

function service(spec: Partial<NonNullable<Service['spec']>> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'demo', uid: 'svc' },
    spec: {
      selector: { app: 'web' },
      clusterIP: '10.96.0.9',
      ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }],
      ...spec,
    },
  };
}

const web = (name: string, ip: string, o: Parameters<typeof pod>[1] = {}): Pod => pod(name, { ip, ...o });
const plan = (
  s: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[] = [],
): ReturnType<typeof planSlices> => planSlices(s, pods, existing, () => undefined);
const stored = (s: EndpointSlice | undefined, name: string): EndpointSlice => {
  if (s === undefined) throw new Error('no slice was planned');
  return { ...s, metadata: { ...s.metadata, name } };
};

describe('the EndpointSlices of a Service', () => {
  it('are one empty one while no pod is selected', () => {
    const { create } = plan(service(), []);
    expect(create).toHaveLength(1);
    expect(create[0]).toMatchObject({ endpoints: [], ports: [], addressType: 'IPv4' });
    expect(plan(service(), [], [stored(create[0], 'web-a')])).toEqual({ create: [], update: [], remove: [] });
  });
  it('fill the empty one instead of making another', () => {
    const empty = stored(plan(service(), []).create[0], 'web-a');
    const next = plan(service(), [web('a', '10.0.0.1')], [empty]);
    expect(next.create).toEqual([]);
    expect(next.update.map((s) => s.metadata.name)).toEqual(['web-a']);
    expect(next.update[0]?.ports).toEqual([{ name: '', port: 8080, protocol: 'TCP' }]);
  });
  it.each<[string, Parameters<typeof pod>[1], object | undefined]>([
    ['ready', {}, { ready: true, serving: true, terminating: false }],
    ['not ready', { ready: false }, { ready: false, serving: false, terminating: false }],
    ['terminating', { deleting: true }, { ready: false, serving: true, terminating: true }],
    ['ended', { phase: 'Succeeded' }, undefined],
  ])('tell of a pod that is %s', (_, o, conditions) => {
    expect(plan(service(), [web('a', '10.0.0.1', o)]).create[0]?.endpoints?.[0]?.conditions).toEqual(conditions);
  });
  it('leave out a pod without an address', () => expect(plan(service(), [pod('a')]).create[0]?.endpoints).toEqual([]));
  it('hold a hundred each', () => {
    const many = Array.from({ length: 205 }, (_, i) => web(`p${i}`, `10.0.${i >> 8}.${i & 255}`));
    expect(plan(service(), many).create.map((s) => s.endpoints?.length)).toEqual([100, 100, 5]);
  });
  it('put one more pod into the slice that has room', () => {
    const many = Array.from({ length: 101 }, (_, i) => web(`p${i}`, `10.0.0.${i}`));
    const slices = plan(service(), many).create.map((s, i) => stored(s, `web-${i}`));
    const next = plan(service(), [...many, web('new', '10.0.1.1')], slices);
    expect([next.create.length, next.update.map((s) => s.metadata.name)]).toEqual([0, ['web-1']]);
  });
  it('are apart for pods whose named port differs', () => {
    const s = service({ ports: [{ port: 80, targetPort: 'http', protocol: 'TCP' }] });
    const named = (name: string, ip: string, containerPort: number): Pod =>
      web(name, ip, {
        spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort, protocol: 'TCP' }] }] },
      });
    expect(plan(s, [named('a', '10.0.0.1', 8080), named('b', '10.0.0.2', 9090)]).create).toHaveLength(2);
    expect(portsOf(web('c', '10.0.0.3'), s)).toEqual([]);
  });
  it('say that the Service is headless', () =>
    expect(plan(service({ clusterIP: 'None' }), []).create[0]?.metadata.labels).toHaveProperty([
      'service.kubernetes.io/headless',
    ]));
});

describe('the Endpoints of a Service', () => {
  it('keep ready and other addresses apart, sorted', () => {
    const pods = [web('b', '10.0.0.2'), web('a', '10.0.0.1'), web('c', '10.0.0.3', { ready: false })];
    const [subset] = subsetsOf(service(), pods);
    expect(subset?.addresses?.map((a) => a.ip)).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(subset?.notReadyAddresses?.map((a) => a.ip)).toEqual(['10.0.0.3']);
  });
  it('have no terminating pods', () =>
    expect(subsetsOf(service(), [web('a', '10.0.0.1', { deleting: true })])).toEqual([]));
  it('take all as ready where the Service says so', () => {
    const [subset] = subsetsOf(service({ publishNotReadyAddresses: true }), [web('a', '10.0.0.1', { ready: false })]);
    expect(subset?.addresses).toHaveLength(1);
  });
});
