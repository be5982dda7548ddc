// Claims while a cluster runs: devices that have to be attached first, that fail, that are shared.
// Facts: PreBind, Unreserve and PostFilter of pkg/scheduler/framework/plugins/dynamicresources, v1.36.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Event, Pod } from '../../../src/model/generated/core.v1.ts';
import type { Condition } from '../../../src/model/generated/meta.v1.ts';
import type { Device, ResourceClaim } from '../../../src/model/generated/resource.v1.ts';
import type { KubeList } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';

const SECOND = 1_000_000;
const API = '/apis/resource.k8s.io/v1';
const NS = '/namespaces/default';
const DRIVER = 'd.example.com';

let cluster: Cluster;
const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): unknown => {
  const { code, body: answer } = cluster.request({
    method,
    path,
    ...(body ? { body } : { observer: method === 'GET' }),
  });
  if (code >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
};
const podOf = (name: string): Pod => call('GET', `/api/v1${NS}/pods/${name}`) as Pod;
const claimOf = (): ResourceClaim => call('GET', `${API}${NS}/resourceclaims/x`) as ResourceClaim;
const notes = (reason: string): string[] =>
  (call('GET', `/api/v1${NS}/events`) as KubeList<Event>).items
    .filter((e) => e.reason === reason)
    .map((e) => e.message ?? '');
const device = (): string | undefined => claimOf().status?.allocation?.devices?.results?.[0]?.device;

function start(devices: readonly Device[]): void {
  cluster = new Cluster({ nodes: 1, registerControlPlane: false });
  cluster.settle(60 * SECOND);
  const kind = (name: string) => ({ apiVersion: 'resource.k8s.io/v1', kind: name });
  const pool = { name: 'p', generation: 1, resourceSliceCount: 1 };
  call('POST', `${API}/deviceclasses`, { ...kind('DeviceClass'), metadata: { name: 'any' }, spec: {} });
  const spec = { driver: DRIVER, allNodes: true, pool, devices };
  call('POST', `${API}/resourceslices`, { ...kind('ResourceSlice'), metadata: { name: 's' }, spec });
  const requests = [{ name: 'r', exactly: { deviceClassName: 'any' } }];
  call('POST', `${API}${NS}/resourceclaims`, {
    ...kind('ResourceClaim'),
    metadata: { name: 'x' },
    spec: { devices: { requests } },
  });
}

function run(name: string): void {
  const spec = {
    containers: [{ name: 'c', image: 'nginx' }],
    resourceClaims: [{ name: 'x', resourceClaimName: 'x' }],
    terminationGracePeriodSeconds: 1,
  };
  call('POST', `/api/v1${NS}/pods`, { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
}

/** As the driver would say it. */
function say(type: string): void {
  const claim = claimOf();
  const conditions: Condition[] = [
    { type, status: 'True', reason: 'Said', message: 'by the driver', lastTransitionTime: '2026-01-01T00:00:00Z' },
  ];
  const devices = [{ driver: DRIVER, pool: 'p', device: device() ?? '', conditions }];
  call('PUT', `${API}${NS}/resourceclaims/x/status`, { ...claim, status: { ...claim.status, devices } });
}

describe('a device that has to be attached first', () => {
  const slow = (name: string): Device => ({
    name,
    bindingConditions: ['attached'],
    bindingFailureConditions: ['broken'],
  });
  beforeEach(() => start([slow('s0'), slow('s1')]));

  it('keeps the pod from being bound until the driver says that it is', () => {
    run('p');
    cluster.settle(30 * SECOND);
    const { spec, status } = podOf('p');
    const [node] = (call('GET', '/api/v1/nodes') as KubeList).items;
    expect([spec?.nodeName, status?.nominatedNodeName]).toEqual([undefined, node?.metadata.name]);
    expect(notes('BindingConditionsPending')).toEqual([
      `waiting for binding conditions for device on node ${node?.metadata.name}`,
    ]);
    expect(claimOf().status?.reservedFor).toMatchObject([{ name: 'p' }]);
    say('attached');
    cluster.settle(60 * SECOND);
    expect(podOf('p').status?.phase).toBe('Running');
  });

  it('is given back when it fails, and the next one tried', () => {
    run('p');
    cluster.settle(30 * SECOND);
    expect(device()).toBe('s0');
    say('broken');
    cluster.settle(10 * SECOND);
    expect(notes('FailedScheduling')).toContain(
      'running PreBind plugin "DynamicResources": claim x binding failed: reason=Said, message="by the driver"',
    );
    cluster.settle(60 * SECOND);
    expect(
      notes('FailedScheduling').some((n) =>
        n.startsWith(
          '0/1 nodes are available: 1 resourceclaim not available on the node. deallocation of ResourceClaim completed, preemption: ',
        ),
      ),
    ).toBe(true);
    expect(claimOf().status?.reservedFor).toMatchObject([{ name: 'p' }]);
    say('attached');
    cluster.settle(60 * SECOND);
    expect(podOf('p').status?.phase).toBe('Running');
    const steps = cluster.trace.after(0).filter((x) => x.action === 'DeallocateResourceClaim');
    expect(steps.map((x) => cluster.trace.get(x.causes[0] ?? 0)?.action)).toEqual(['ScheduleOne']);
  });
});

describe('a claim that two pods name', () => {
  it('is allocated once, and given back when both are gone', () => {
    start([{ name: 'only' }]);
    run('p');
    run('q');
    cluster.settle(60 * SECOND);
    expect([podOf('p').status?.phase, podOf('q').status?.phase]).toEqual(['Running', 'Running']);
    expect(
      claimOf()
        .status?.reservedFor?.map((r) => r.name)
        .sort(),
    ).toEqual(['p', 'q']);
    for (const name of ['p', 'q']) {
      call('DELETE', `/api/v1${NS}/pods/${name}`);
      cluster.settle(60 * SECOND);
      expect(device()).toBe(name === 'p' ? 'only' : undefined);
    }
    expect(claimOf().metadata.finalizers).toBeUndefined();
  });
});
