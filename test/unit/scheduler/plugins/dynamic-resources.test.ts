// Devices for claims. Facts: k8s.io/dynamic-resource-allocation/structured and
// pkg/scheduler/framework/plugins/dynamicresources, v1.36.
import { describe, expect, it, test } from 'vitest';
import type { Event, Pod } from '../../../../src/model/generated/core.v1.ts';
import type {
  Device,
  DeviceClaim,
  DeviceClass,
  ResourceClaim,
  ResourceSlice,
  ResourceSliceSpec,
} from '../../../../src/model/generated/resource.v1.ts';
import type { KubeList, KubeObject } from '../../../../src/model/object.ts';
import { Cluster } from '../../../../src/simulator/cluster.ts';
import { allocatedIn } from '../../../../src/simulator/scheduler/devices/allocated.ts';
import { allocate, type Outcome } from '../../../../src/simulator/scheduler/devices/allocator.ts';
import { ClaimBook } from '../../../../src/simulator/scheduler/devices/claims.ts';
import { extendedOf, variantFor } from '../../../../src/simulator/scheduler/devices/extended.ts';
import { SliceIndex } from '../../../../src/simulator/scheduler/devices/pools.ts';
import { AllocationError } from '../../../../src/simulator/scheduler/devices/requests.ts';
import { lookupIn, schedulePods } from '../../../../src/simulator/scheduler/schedule-pods.ts';
import { cacheOf, node, pod, requests } from '../support.ts';

const API = 'resource.k8s.io/v1';
const DRIVER = 'gpu.example.com';

function slice(name: string, devices: readonly Device[], more: Partial<ResourceSliceSpec> = {}): ResourceSlice {
  const pool = { name, generation: 1, resourceSliceCount: 1 };
  return {
    apiVersion: API,
    kind: 'ResourceSlice',
    metadata: { name },
    spec: { driver: DRIVER, nodeName: 'a', pool, devices, ...more },
  };
}

const klass = (name: string, expression?: string): DeviceClass => ({
  apiVersion: API,
  kind: 'DeviceClass',
  metadata: { name },
  spec: expression === undefined ? {} : { selectors: [{ cel: { expression } }] },
});

function claim(name: string, devices: DeviceClaim, status: ResourceClaim['status'] = {}): ResourceClaim {
  const metadata = { name, namespace: 'default', uid: `uid-${name}` };
  return { apiVersion: API, kind: 'ResourceClaim', metadata, spec: { devices }, status };
}

const exactly = (more: object = {}): DeviceClaim => ({
  requests: [{ name: 'r', exactly: { deviceClassName: 'gpu', ...more } }],
});
const picks = (expression: string): DeviceClaim => exactly({ selectors: [{ cel: { expression } }] });
const gpu = (name: string, more: Partial<Device> = {}): Device => ({ name, ...more });
const numa = (name: string, n: number): Device => gpu(name, { attributes: { numa: { int: n } } });

const classes = new Map([klass('gpu', `device.driver == "${DRIVER}"`), klass('any')].map((c) => [c.metadata.name, c]));
let shares = 0;

function find(
  slices: readonly ResourceSlice[],
  claims: readonly ResourceClaim[],
  held: readonly ResourceClaim[] = [],
): Outcome {
  const on = cacheOf({ nodes: [node('a', { labels: { zone: 'z' } })] }).nodes()[0];
  if (on === undefined) throw new Error('no node');
  return allocate(claims, on, {
    slices: new SliceIndex(slices),
    deviceClass: (name) => classes.get(name),
    allocated: allocatedIn(held),
    shareId: () => `share-${shares++}`,
  });
}

/** The devices of each claim, as `request=device`; or what else came of it. */
function found(
  slices: readonly ResourceSlice[],
  claims: readonly DeviceClaim[],
  held: readonly ResourceClaim[] = [],
): unknown {
  const outcome = find(
    slices,
    claims.map((c, i) => claim(`c${i}`, c)),
    held,
  );
  if (typeof outcome === 'string' || 'unusable' in outcome) return outcome;
  return outcome.map((a) => a.devices?.results?.map((r) => `${r.request}=${r.device}`).join(' '));
}

const holds = (device: string, more: object = {}): ResourceClaim =>
  claim(
    'held',
    {},
    { allocation: { devices: { results: [{ request: 'r', driver: DRIVER, pool: 'p', device, ...more }] } } },
  );
const two = [slice('p', [gpu('g0'), gpu('g1')])];

describe('the search takes', () => {
  test.each<[string, readonly ResourceSlice[], readonly DeviceClaim[], readonly ResourceClaim[], unknown]>([
    ['the first device', two, [exactly()], [], ['r=g0']],
    ['as many as are asked for', two, [exactly({ count: 2 })], [], ['r=g0 r=g1']],
    ['none when there are fewer', two, [exactly({ count: 3 })], [], 'none'],
    ['no device that is in use', two, [exactly()], [holds('g0')], ['r=g1']],
    ['a device that is only administered', two, [exactly()], [holds('g0', { adminAccess: true })], ['r=g0']],
    ['one in use for administration', two, [exactly({ adminAccess: true })], [holds('g0')], ['r=g0']],
    ['different devices for the claims of a pod', two, [exactly(), exactly()], [], ['r=g0', 'r=g1']],
    ['all devices', two, [exactly({ allocationMode: 'All' })], [], ['r=g0 r=g1']],
    ['not all when one is in use', two, [exactly({ allocationMode: 'All' })], [holds('g1')], 'none'],
    ['not all of none', [], [exactly({ allocationMode: 'All' })], [], 'none'],
    [
      'the first alternative there is',
      two,
      [
        {
          requests: [
            {
              name: 'r',
              firstAvailable: [
                { name: 'x', deviceClassName: 'gpu', count: 3 },
                { name: 'y', deviceClassName: 'gpu' },
              ],
            },
          ],
        },
      ],
      [],
      ['r/y=g0'],
    ],
    [
      'devices of other drivers by their class',
      [slice('p', [gpu('g0')], { driver: 'nic.example.com' })],
      [exactly()],
      [],
      'none',
    ],
    [
      'no tainted device',
      [slice('p', [gpu('g0', { taints: [{ key: 'k', effect: 'NoSchedule' }] }), gpu('g1')])],
      [exactly()],
      [],
      ['r=g1'],
    ],
    [
      'a tainted one that is tolerated',
      [slice('p', [gpu('g0', { taints: [{ key: 'k', effect: 'NoExecute' }] })])],
      [exactly({ tolerations: [{ key: 'k', operator: 'Exists' }] })],
      [],
      ['r=g0'],
    ],
    ['pools by name', [slice('q', [gpu('late')]), slice('p', [gpu('soon')])], [exactly()], [], ['r=soon']],
    [
      'the newest generation',
      [
        slice('p', [gpu('old')]),
        slice('p', [gpu('new')], { pool: { name: 'p', generation: 2, resourceSliceCount: 1 } }),
      ],
      [exactly()],
      [],
      ['r=new'],
    ],
    [
      'nothing of a pool that is not complete',
      [slice('p', [gpu('g0')], { pool: { name: 'p', generation: 1, resourceSliceCount: 2 } })],
      [exactly()],
      [],
      'none',
    ],
    ['nothing of other nodes', [slice('p', [gpu('g0')], { nodeName: 'b' })], [exactly()], [], 'none'],
  ])('%s', (_what, slices, claims, held, expected) => {
    expect(found(slices, claims, held)).toEqual(expected);
  });

  it('two devices of one attribute, going back for them', () => {
    const slices = [slice('p', [numa('g0', 0), numa('g1', 1), numa('g2', 1)])];
    const both = { ...exactly({ count: 2 }), constraints: [{ matchAttribute: `${DRIVER}/numa` }] };
    expect(found(slices, [both])).toEqual(['r=g1 r=g2']);
    const apart = { ...exactly({ count: 2 }), constraints: [{ distinctAttribute: `${DRIVER}/numa` }] };
    expect(found(slices, [apart])).toEqual(['r=g0 r=g1']);
  });

  it('says so when a pool names a device twice', () => {
    expect(found([slice('p', [gpu('g0'), gpu('g0')])], [exactly()])).toEqual({
      unusable: 'invalid resource pools were encountered',
    });
  });

  it('parts of a device while its counters last', () => {
    const counters = (n: number) => ({ memory: { value: `${n}Gi` } });
    const part = (name: string, n: number): Device =>
      gpu(name, { consumesCounters: [{ counterSet: 'whole', counters: counters(n) }] });
    const pool = { name: 'p', generation: 1, resourceSliceCount: 2 };
    const slices = [
      slice('p0', [], { pool, sharedCounters: [{ name: 'whole', counters: counters(40) }] }),
      slice('p1', [part('full', 40), part('half-0', 20), part('half-1', 20)], { pool }),
    ];
    expect(found(slices, [exactly({ count: 2 })])).toEqual(['r=half-0 r=half-1']);
    expect(found(slices, [exactly()], [holds('half-0')])).toEqual(['r=half-1']);
  });

  it('shares of a device while its capacity lasts', () => {
    const requestPolicy = { default: '1Gi', validRange: { min: '1Gi', step: '1Gi' } };
    const card = gpu('g0', { allowMultipleAllocations: true, capacity: { memory: { value: '10Gi', requestPolicy } } });
    const of = (memory: string): DeviceClaim => exactly({ capacity: { requests: { memory } } });
    const results = [{ device: 'g0', shareID: 'share-0', consumedCapacity: { memory: '6Gi' } }];
    expect(find([slice('p', [card])], [claim('x', of('5500Mi'))])).toMatchObject([{ devices: { results } }]);
    expect(found([slice('p', [card])], [of('6Gi'), of('4Gi')])).toEqual(['r=g0', 'r=g0']);
    expect(
      found([slice('p', [card])], [of('6Gi')], [holds('g0', { shareID: 's', consumedCapacity: { memory: '5Gi' } })]),
    ).toBe('none');
  });
});

describe('selectors', () => {
  const device = gpu('g0', {
    attributes: { model: { string: 'A' }, version: { version: '1.2.3' }, 'other.com/fast': { bool: true } },
    capacity: { memory: { value: '16Gi' } },
  });
  const slices = [slice('p', [device])];
  test.each<[string, boolean]>([
    [`device.attributes["${DRIVER}"].model == "A"`, true],
    [`device.attributes["${DRIVER}"].model == "B"`, false],
    ['device.attributes["other.com"].fast', true],
    ['"model" in device.attributes["nobody.com"]', false],
    ['"nobody.com" in device.attributes', false],
    [`device.attributes["${DRIVER}"].version.isGreaterThan(semver("1.2.0"))`, true],
    [`device.capacity["${DRIVER}"].memory.compareTo(quantity("16Gi")) >= 0`, true],
    [`cel.bind(a, device.attributes["${DRIVER}"], a.model == "A" && has(a.version))`, true],
  ])('%s', (expression, expected) => {
    expect(found(slices, [picks(expression)])).toEqual(expected ? ['r=g0'] : 'none');
  });

  it('that fail stop the attempt, and are named', () => {
    const fails = (): unknown => found(slices, [picks(`device.attributes["${DRIVER}"].nothing == "A"`)]);
    expect(fails).toThrow(AllocationError);
    expect(fails).toThrow(
      `claim default/c0: selector #0 on device ${DRIVER}/p/g0: CEL runtime error: no such key: nothing`,
    );
  });
});

describe('an allocation', () => {
  it('has the configuration of class and claim, and says from where it can be used', () => {
    const opaque = { driver: DRIVER, parameters: { a: 1 } };
    classes.set('conf', { ...klass('conf'), spec: { config: [{ opaque }] } });
    const requests = ['x', 'y'].map((name) => ({ name, exactly: { deviceClassName: name === 'x' ? 'conf' : 'any' } }));
    const outcome = find(two, [claim('c', { requests, config: [{ opaque }] })]);
    expect(outcome).toMatchObject([
      {
        devices: {
          config: [
            { source: 'FromClass', requests: ['x'], opaque },
            { source: 'FromClaim', opaque },
          ],
        },
        nodeSelector: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }],
        },
      },
    ]);
  });

  it('of a device for several nodes keeps their selector', () => {
    const nodeSelector = {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In' as const, values: ['z'] }] }],
    };
    const { nodeName: _, ...spec } = slice('p', [gpu('g0')]).spec;
    const outcome = find([{ ...slice('p', []), spec: { ...spec, nodeSelector } }], [claim('c', exactly())]);
    expect(outcome).toMatchObject([{ nodeSelector }]);
  });
});

describe('a pod', () => {
  const objects = [...classes.values(), slice('p', [gpu('g0')])] as KubeObject[];
  const uses = (name: string, resourceClaimName: string) =>
    pod(name, { resourceClaims: [{ name: 'c', resourceClaimName }] });
  const decide = (more: readonly KubeObject[], ...names: readonly [string, string][]) =>
    schedulePods(
      [node('a'), node('b')],
      names.map(([p, c]) => uses(p, c)),
      { seed: 's', otherObjects: [...objects, ...more] },
    );
  const refusal = (why: string, after = 'still not schedulable'): string =>
    `0/2 nodes are available: ${why}. ${after}, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.`;

  it('goes where its devices are, and keeps them from others', () => {
    const decisions = decide([claim('x', exactly()), claim('y', exactly())], ['p', 'x'], ['q', 'y'], ['r', 'x']);
    expect(decisions[0]?.devices).toEqual({ x: `${DRIVER}/p/g0` });
    expect(decisions.map((d) => [d.chosen, d.message])).toEqual([
      ['a', null],
      [null, refusal('2 cannot allocate all claims')],
      ['a', null],
    ]);
  });

  test.each<[string, readonly KubeObject[], string]>([
    ['a claim that is missing', [], 'could not find resource claim "default/x"'],
    [
      'a class that is missing',
      [claim('x', { requests: [{ name: 'r', exactly: { deviceClassName: 'no' } }] })],
      refusal('request r: device class no does not exist', 'no new claims to deallocate'),
    ],
    [
      'a selector that fails',
      [claim('x', picks('device.attributes["d"].x'))],
      `running "DynamicResources" filter plugin: claim default/x: selector #0 on device ${DRIVER}/p/g0: CEL runtime error: no such key: x`,
    ],
  ])('waits for %s', (_what, more, message) => {
    expect(decide(more, ['p', 'x'])[0]?.message).toBe(message);
  });

  it('prefers a node where an earlier alternative is to be had', () => {
    const wish = {
      requests: [
        {
          name: 'r',
          firstAvailable: [
            { name: 'x', deviceClassName: 'any', count: 2 },
            { name: 'y', deviceClassName: 'any' },
          ],
        },
      ],
    };
    const [d] = decide([slice('b', [gpu('b0'), gpu('b1')], { nodeName: 'b' }), claim('x', wish)], ['p', 'x']);
    expect([d?.chosen, d?.weightedScores.a?.DynamicResources, d?.weightedScores.b?.DynamicResources]).toEqual([
      'b',
      87,
      100,
    ]);
  });
});

describe('an extended resource that a class stands for', () => {
  const forGpu: DeviceClass = {
    ...klass('gpu', `device.driver == "${DRIVER}"`),
    spec: { extendedResourceName: 'example.com/gpu' },
  };
  const wants = (name: string, n: string, resource = 'example.com/gpu') =>
    pod(name, requests(undefined, undefined, { [resource]: n }));
  const plugged = node('b', { allocatable: { cpu: '4', memory: '8Gi', pods: '110', 'example.com/gpu': '1' } });
  const decide = (pods: readonly Pod[], nodes = [node('a')], more: readonly KubeObject[] = []) =>
    schedulePods(nodes, pods, { seed: 's', otherObjects: [forGpu, ...two, ...more] as KubeObject[] });

  it('is taken from the devices, by its name or by that of the class', () => {
    const byName = wants('q', '1', 'deviceclass.resource.kubernetes.io/gpu');
    expect(decide([wants('p', '1'), byName, wants('r', '1')]).map((d) => [d.chosen, d.message])).toEqual([
      ['a', null],
      ['a', null],
      [
        null,
        '0/1 nodes are available: 1 cannot allocate all claims. still not schedulable, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      ],
    ]);
  });

  it('is taken from a device plugin where there is one', () => {
    const decisions = decide(
      [wants('p', '1'), wants('q', '1')],
      [plugged],
      [slice('b', [gpu('b0')], { nodeName: 'b' })],
    );
    expect(decisions.map((d) => d.chosen)).toEqual(['b', null]);
    expect(decisions[1]?.message).toContain('1 Insufficient example.com/gpu');
  });

  it('is missing where nobody offers it', () => {
    expect(decide([wants('p', '1', 'example.com/other')])[0]?.message).toContain('1 Insufficient example.com/other');
  });

  test.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['one request for each container', [], ['2', '1'], ['container-0-request-0=2', 'container-1-request-0=1']],
    [
      'what comes later serves an init container first',
      ['2'],
      ['2', '1'],
      ['container-1-request-0=2', 'container-2-request-0=1'],
    ],
    [
      'what it needs beyond is asked for once',
      ['4', '5'],
      ['2'],
      ['container-1-request-0=3', 'container-2-request-0=2'],
    ],
  ])('%s', (_what, inits, mains, expected) => {
    const containers = (counts: readonly string[], prefix: string) =>
      counts.map((n, i) => ({ name: `${prefix}${i}`, image: 'i', resources: { requests: { 'example.com/gpu': n } } }));
    const p = pod('p', { initContainers: containers(inits, 'i'), containers: containers(mains, 'm') });
    const lookup = lookupIn([forGpu]);
    const extended = extendedOf(p, lookup, new ClaimBook(lookup), () => 'uid');
    const on = cacheOf({ nodes: [node('a')] }).nodes()[0];
    const variant = extended && on && variantFor(extended, p, on, lookup);
    if (typeof variant !== 'object') throw new Error('no claim');
    expect(variant.claim.spec.devices?.requests?.map((r) => `${r.name}=${r.exactly?.count}`)).toEqual(expected);
  });
});

describe('in a cluster', () => {
  const MINUTE = 60_000_000;
  const cluster = new Cluster({ nodes: 1, registerControlPlane: false });
  cluster.settle(MINUTE);
  const get = <T>(path: string): T => cluster.request({ method: 'GET', path, observer: true }).body as T;
  const post = (path: string, body: object): void => {
    const { code, body: answer } = cluster.request({ method: 'POST', path, body });
    expect([code, answer]).toEqual([201, answer]);
  };
  const nodeName = get<KubeList>('/api/v1/nodes').items[0]?.metadata.name ?? '';
  const claims = (): readonly ResourceClaim[] =>
    get<KubeList<ResourceClaim>>(`/apis/${API}/namespaces/default/resourceclaims`).items;
  const run = (name: string): void =>
    post('/api/v1/namespaces/default/pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        containers: [{ name: 'c', image: 'nginx' }],
        resourceClaims: [{ name: 'g', resourceClaimTemplateName: 'one' }],
        terminationGracePeriodSeconds: 1,
      },
    });
  const phase = (name: string): string | undefined =>
    get<{ status?: { phase?: string } }>(`/api/v1/namespaces/default/pods/${name}`).status?.phase;

  it('a pod runs once its claim has a device, and the next waits until it is free', () => {
    post(`/apis/${API}/deviceclasses`, klass('gpu', `device.driver == "${DRIVER}"`));
    post(`/apis/${API}/namespaces/default/resourceclaimtemplates`, {
      apiVersion: API,
      kind: 'ResourceClaimTemplate',
      metadata: { name: 'one' },
      spec: { spec: { devices: exactly() } },
    });
    run('first');
    cluster.settle(MINUTE);
    expect(phase('first')).toBe('Pending');
    post(`/apis/${API}/resourceslices`, slice('p', [gpu('g0')], { nodeName }));
    cluster.settle(MINUTE);
    expect(phase('first')).toBe('Running');
    const [held] = claims();
    expect(held?.metadata.finalizers).toEqual(['resource.kubernetes.io/delete-protection']);
    expect(held?.status?.allocation?.devices?.results).toEqual([
      { request: 'r', driver: DRIVER, pool: 'p', device: 'g0' },
    ]);
    expect(held?.status?.reservedFor).toMatchObject([{ resource: 'pods', name: 'first' }]);
    run('second');
    cluster.settle(MINUTE);
    const events = get<KubeList<Event>>('/api/v1/namespaces/default/events').items.filter(
      (e) => e.reason === 'FailedScheduling' && e.involvedObject.name === 'second',
    );
    expect(events[0]?.message).toBe(
      '0/1 nodes are available: 1 cannot allocate all claims. still not schedulable, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    );
    expect(cluster.request({ method: 'DELETE', path: '/api/v1/namespaces/default/pods/first' }).code).toBe(200);
    cluster.settle(MINUTE);
    expect(phase('second')).toBe('Running');
    expect(claims()).toHaveLength(1);
  });

  it('a pod gets devices for an extended resource through a claim of its own, which goes with it', () => {
    post(`/apis/${API}/deviceclasses`, {
      ...klass('card', 'device.driver == "card.example.com"'),
      spec: { extendedResourceName: 'example.com/card' },
    });
    post(`/apis/${API}/resourceslices`, slice('cards', [gpu('c0')], { nodeName, driver: 'card.example.com' }));
    post('/api/v1/namespaces/default/pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'carded' },
      spec: {
        containers: [{ name: 'c', image: 'nginx', resources: { limits: { 'example.com/card': '1' } } }],
        terminationGracePeriodSeconds: 1,
      },
    });
    cluster.settle(MINUTE);
    expect(phase('carded')).toBe('Running');
    const { status } = get<Pod>('/api/v1/namespaces/default/pods/carded');
    const own = claims().find((c) => c.metadata.name === status?.extendedResourceClaimStatus?.resourceClaimName);
    expect(own?.metadata.generateName).toBe('carded-extended-resources-');
    expect(own?.status?.allocation?.devices?.results).toMatchObject([
      { request: 'container-0-request-0', device: 'c0' },
    ]);
    expect(status?.extendedResourceClaimStatus?.requestMappings).toEqual([
      { containerName: 'c', resourceName: 'example.com/card', requestName: 'container-0-request-0' },
    ]);
    expect(cluster.request({ method: 'DELETE', path: '/api/v1/namespaces/default/pods/carded' }).code).toBe(200);
    cluster.settle(MINUTE);
    expect(claims().some((c) => c.metadata.uid === own?.metadata.uid)).toBe(false);
  });
});
