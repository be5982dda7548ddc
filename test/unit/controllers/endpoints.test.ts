import { describe, expect, it } from 'vitest';
import type { Node, Pod, Service } from '../../../src/model/generated/core.v1.ts';
import type { EndpointSlice } from '../../../src/model/generated/discovery.v1.ts';
import { isFull, subsetsOf } from '../../../src/simulator/controllers/endpoint/decide.ts';
import { planSlices, type SlicePlan } from '../../../src/simulator/controllers/endpointslice/decide.ts';
import { portsOf } from '../../../src/simulator/controllers/endpointslice/endpoint.ts';
import { TopologyCache } from '../../../src/simulator/controllers/endpointslice/topology.ts';
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
const nodeIn = (name: string, zone?: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, ...(zone ? { labels: { 'topology.kubernetes.io/zone': zone } } : {}) },
  status: { allocatable: { cpu: '2' }, conditions: [{ type: 'Ready', status: 'True' }] },
});
const ANY = nodeIn('any');
/** Of a Service with one family of addresses. */
const plan = (
  s: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[] = [],
  topology = new TopologyCache(),
  nodeOf: (name: string) => Node | undefined = () => ANY,
): SlicePlan => {
  const { plans } = planSlices(s, pods, existing, { nodeOf, topology });
  const [only] = plans;
  if (only === undefined || plans.length !== 1) throw new Error('not one family');
  return only;
};
const stored = (s: EndpointSlice | undefined, name: string): EndpointSlice => {
  if (s === undefined) throw new Error('no slice was planned');
  return { ...s, metadata: { ...s.metadata, name } };
};

describe('the EndpointSlices of a Service', () => {
  it('are one empty one while no pod is selected', () => {
    const { create } = plan(service(), []);
    expect(create).toHaveLength(1);
    expect(create[0]).toMatchObject({ endpoints: [], ports: [], addressType: 'IPv4' });
    expect(plan(service(), [], [stored(create[0], 'web-a')])).toMatchObject({ create: [], update: [], remove: [] });
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
  it('are not taken over from an earlier Service of the same name', () => {
    // ownedBy in reconcileByAddressType: a slice of another owner is deleted, and never written over.
    const [slice] = plan(service(), [web('a', '10.0.0.1')]).create;
    const old = stored(slice, 'web-old');
    const other = {
      ...old,
      metadata: { ...old.metadata, ownerReferences: [{ ...old.metadata.ownerReferences?.[0], uid: 'gone' }] },
    };
    const next = plan(service(), [web('a', '10.0.0.1')], [other as EndpointSlice]);
    expect([next.create.length, next.update.length, next.remove.length]).toEqual([1, 0, 1]);
  });
  it('leave out a pod whose node is not known, unless all addresses are published', () => {
    const ask = (s: Service) =>
      planSlices(s, [web('a', '10.0.0.1')], [], { nodeOf: () => undefined, topology: new TopologyCache() });
    expect(ask(service()).lost.map((p) => p.metadata.name)).toEqual(['a']);
    expect(ask(service()).plans[0]?.create[0]?.endpoints).toEqual([]);
    expect(ask(service({ publishNotReadyAddresses: true })).lost).toEqual([]);
  });
  it('are one list for each family of addresses', () => {
    const both = service({ ipFamilies: ['IPv4', 'IPv6'] });
    const dual = web('a', '10.0.0.1', { status: { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] } });
    const around = { nodeOf: () => ANY, topology: new TopologyCache() };
    const { plans } = planSlices(both, [dual], [], around);
    expect(plans.map((p) => p.create.map((s) => [s.addressType, s.endpoints?.[0]?.addresses]))).toEqual([
      [['IPv4', ['10.0.0.1']]],
      [['IPv6', ['fd00::1']]],
    ]);
    const slices = plans.flatMap((p) => p.create).map((s, i) => stored(s, `web-${i}`));
    const single = planSlices(service({ ipFamilies: ['IPv4'] }), [dual], slices, around);
    expect(single.plans.map((p) => p.remove.map((s) => s.metadata.name))).toEqual([[], ['web-1']]);
  });
  it('are filled up to a hundred, the fullest of those that change first', () => {
    const many = Array.from({ length: 150 }, (_, i) => web(`p${i}`, `10.0.${i >> 8}.${i & 255}`));
    const slices = plan(service(), many).create.map((s, i) => stored(s, `web-${i}`));
    // One of the first slice and ten of the second go, eleven others come: the first gets one, the second ten.
    const left = many.filter((_, i) => i !== 0 && !(i >= 100 && i < 110));
    const fresh = Array.from({ length: 11 }, (_, i) => web(`q${i}`, `10.1.0.${i}`));
    const next = plan(service(), [...left, ...fresh], slices);
    expect(next.update.map((s) => [s.metadata.name, s.endpoints?.length])).toEqual([
      ['web-0', 100],
      ['web-1', 50],
    ]);
  });
  it('carry the hints of trafficDistribution', () => {
    const at = (name: string) => nodeIn(name, name === 'n1' ? 'east' : undefined);
    const pods = [
      web('a', '10.0.0.1', { node: 'n1' }),
      web('b', '10.0.0.2', { node: 'n2' }),
      web('c', '10.0.0.3', { ready: false }),
    ];
    const hints = (trafficDistribution: string, existing: EndpointSlice[] = []) => {
      const { create, update } = plan(service({ trafficDistribution }), pods, existing, new TopologyCache(), at);
      return [...create, ...update].flatMap((s) => s.endpoints ?? []).map((e) => e.hints);
    };
    const east = { forZones: [{ name: 'east' }] };
    expect(hints('PreferSameZone')).toEqual([east, undefined, undefined]);
    expect(hints('PreferSameNode')).toEqual([
      { ...east, forNodes: [{ name: 'n1' }] },
      { forNodes: [{ name: 'n2' }] },
      undefined,
    ]);
    // Slices that would stay as they are are written for their hints alone.
    const before = plan(service(), pods, [], new TopologyCache(), at).create.map((s) => stored(s, 'web-a'));
    expect(hints('PreferClose', before)).toEqual([east, undefined, undefined]);
  });
  it('get topology aware hints where each zone has its share of the endpoints, and say so', () => {
    const auto: Service = {
      ...service(),
      metadata: { ...service().metadata, annotations: { 'service.kubernetes.io/topology-mode': 'Auto' } },
    };
    const topology = new TopologyCache();
    const zone = (name: string) => nodeIn(name, name === 'n2' ? 'west' : 'east');
    const pods = ['n1', 'n1', 'n1', 'n2'].map((n, i) => web(`p${i}`, `10.0.0.${i}`, { node: n }));
    const ask = () => plan(auto, pods, [], topology, zone);
    expect(ask().events).toEqual([
      {
        type: 'Warning',
        reason: 'TopologyAwareHintsDisabled',
        message:
          'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes, addressType: IPv4',
      },
    ]);
    topology.setNodes(() => [zone('n1'), zone('n2')]);
    const { create, events } = ask();
    expect(events).toEqual([
      {
        type: 'Normal',
        reason: 'TopologyAwareHintsEnabled',
        message: 'Topology Aware Hints has been enabled, addressType: IPv4',
      },
    ]);
    // Two zones of equal size: one of three endpoints in the east serves the west.
    const zones = create.flatMap((s) => s.endpoints ?? []).map((e) => e.hints?.forZones?.[0]?.name);
    expect(zones.sort()).toEqual(['east', 'east', 'west', 'west']);
    expect(ask().events).toBeUndefined();
    expect(plan(auto, pods.slice(0, 1), [], topology, zone).events?.[0]?.message).toBe(
      'Insufficient number of endpoints (1 endpoints, 2 zones), addressType: IPv4',
    );
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
  it('hold a thousand addresses, the ready ones rather than others', () => {
    // Facts: truncateEndpoints in pkg/controller/endpoint/endpoints_controller.go.
    const many = (n: number, ready: boolean): Pod[] =>
      Array.from({ length: n }, (_, i) => web(`${ready}${i}`, `10.${ready ? 1 : 2}.${i >> 8}.${i & 255}`, { ready }));
    const sizes = (ready: number, notReady: number) => {
      const pods = [...many(ready, true), ...many(notReady, false)];
      const subsets = subsetsOf(service(), pods);
      const [subset] = subsets;
      return [subset?.addresses?.length ?? 0, subset?.notReadyAddresses?.length ?? 0, isFull(subsets, pods)];
    };
    expect([sizes(900, 100), sizes(900, 200), sizes(1100, 5)]).toEqual([
      [900, 100, false],
      [900, 100, true],
      [1000, 0, true],
    ]);
  });
  it('have no terminating pods', () =>
    expect(subsetsOf(service(), [web('a', '10.0.0.1', { deleting: true })])).toEqual([]));
  it('take all as ready where the Service says so', () => {
    const [subset] = subsetsOf(service({ publishNotReadyAddresses: true }), [web('a', '10.0.0.1', { ready: false })]);
    expect(subset?.addresses).toHaveLength(1);
  });
});
