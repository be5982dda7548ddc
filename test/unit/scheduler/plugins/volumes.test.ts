import { describe, expect, it, test } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../../src/model/generated/core.v1.ts';
import type { CSINode, StorageClass } from '../../../../src/model/generated/storage.v1.ts';
import type { KubeObject } from '../../../../src/model/object.ts';
import type { ClusterLookup } from '../../../../src/simulator/scheduler/framework/cluster.ts';
import { CycleState } from '../../../../src/simulator/scheduler/framework/cycle-state.ts';
import { PodInfo } from '../../../../src/simulator/scheduler/framework/pod-info.ts';
import { nodeVolumeLimits } from '../../../../src/simulator/scheduler/plugins/node-volume-limits.ts';
import { volumeBinding } from '../../../../src/simulator/scheduler/plugins/volume-binding.ts';
import { VolumeAssumptions } from '../../../../src/simulator/scheduler/plugins/volume-match.ts';
import { volumeRestrictions } from '../../../../src/simulator/scheduler/plugins/volume-restrictions.ts';
import { volumeZone } from '../../../../src/simulator/scheduler/plugins/volume-zone.ts';
import { lookupIn } from '../../../../src/simulator/scheduler/schedule-pods.ts';
import { cacheOf, consult, node, pod } from '../support.ts';

const ZONE = 'topology.kubernetes.io/zone';
const nodes = [node('a', { labels: { [ZONE]: 'a' } }), node('b', { labels: { [ZONE]: 'b' } })];

function claim(
  name: string,
  more: Partial<NonNullable<PersistentVolumeClaim['spec']>> = {},
  phase = 'Pending',
): PersistentVolumeClaim {
  const bound = more.volumeName !== undefined;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace: 'default',
      ...(bound ? { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } } : {}),
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'late',
      resources: { requests: { storage: '1Gi' } },
      ...more,
    },
    status: { phase: phase as 'Pending' },
  };
}

function volume(
  name: string,
  on?: string,
  more: Partial<NonNullable<PersistentVolume['spec']>> = {},
  labels = {},
): PersistentVolume {
  const terms = [
    { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In' as const, values: [on ?? ''] }] },
  ];
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, labels },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '2Gi' },
      storageClassName: 'late',
      ...(on ? { nodeAffinity: { required: { nodeSelectorTerms: terms } } } : {}),
      ...more,
    },
    status: { phase: 'Available' },
  };
}

function storageClass(name: string, provisioner: string, more: Partial<StorageClass> = {}): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
    ...more,
  };
}

const local = storageClass('late', 'kubernetes.io/no-provisioner');
const uses = (name: string, ...claims: string[]): Pod =>
  pod(name, { volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })) });
const on = (p: Pod, nodeName: string): Pod => ({ ...p, spec: { containers: [], ...p.spec, nodeName } });

describe('VolumeBinding', () => {
  const binding = (_cache: unknown, cluster: ClusterLookup) => volumeBinding(cluster, new VolumeAssumptions());
  test.each<[string, KubeObject[], string]>([
    ['a claim that is missing', [], 'persistentvolumeclaim "data" not found'],
    [
      'a claim that is going',
      [{ ...claim('data'), metadata: { ...claim('data').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }],
      'persistentvolumeclaim "data" is being deleted',
    ],
    [
      'a claim that lost its volume',
      [claim('data', { volumeName: 'v' }, 'Lost')],
      'persistentvolumeclaim "data" bound to non-existent persistentvolume "v"',
    ],
    [
      'a claim that is to be bound at once',
      [claim('data', { storageClassName: 'fast' })],
      'pod has unbound immediate PersistentVolumeClaims',
    ],
  ])('refuses everywhere for %s', (_what, objects, expected) => {
    expect(consult(binding, { nodes, objects }, uses('p', 'data')).refused).toEqual([expected]);
  });

  it('says so while the claim of an ephemeral volume is being made', () => {
    const p = pod('p', { volumes: [{ name: 'scratch', ephemeral: {} }] });
    expect(consult(binding, { nodes }, p).refused).toEqual([
      'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-scratch"',
    ]);
  });

  const NODE = "node(s) didn't match PersistentVolume's node affinity";
  const BIND = "node(s) didn't find available persistent volumes to bind";
  const GONE = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';
  test.each<[string, KubeObject[], (string | undefined)[]]>([
    ['a bound volume of one node', [claim('data', { volumeName: 'v' }), volume('v', 'b')], [NODE, undefined]],
    ['a bound volume that is gone', [claim('data', { volumeName: 'v' })], [GONE, GONE]],
    ['a free volume of one node', [claim('data'), volume('v', 'b'), local], [BIND, undefined]],
    [
      'volumes that are too small',
      [claim('data', { resources: { requests: { storage: '3Gi' } } }), volume('v'), local],
      [BIND, BIND],
    ],
    [
      'volumes of another class',
      [claim('data'), volume('v', undefined, { storageClassName: 'x' }), local],
      [BIND, BIND],
    ],
    [
      'volumes with fewer access modes',
      [claim('data', { accessModes: ['ReadWriteMany'] }), volume('v'), local],
      [BIND, BIND],
    ],
    ['a class that makes volumes', [claim('data'), storageClass('late', 'csi.example')], [undefined, undefined]],
    [
      'a class that makes volumes in one zone',
      [
        claim('data'),
        storageClass('late', 'csi.example', {
          allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE, values: ['a'] }] }],
        }),
      ],
      [undefined, BIND],
    ],
  ])('%s', (_what, objects, expected) => {
    const { reasons } = consult(binding, { nodes, objects }, uses('p', 'data'));
    expect([reasons.a?.[0], reasons.b?.[0]]).toEqual(expected);
  });

  it.each<[string, object, string | undefined]>([
    ['has enough', { capacity: '5Gi' }, undefined],
    ['has too little', { capacity: '500Mi' }, 'node(s) did not have enough free storage'],
    [
      'makes no volume so large',
      { capacity: '5Gi', maximumVolumeSize: '500Mi' },
      'node(s) did not have enough free storage',
    ],
    [
      'is elsewhere',
      { capacity: '5Gi', nodeTopology: { matchLabels: { [ZONE]: 'b' } } },
      'node(s) did not have enough free storage',
    ],
  ])('looks at what the driver has left: a pool that %s', (_what, pool, expected) => {
    const objects = [
      claim('data'),
      storageClass('late', 'csi.example.com'),
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'CSIDriver',
        metadata: { name: 'csi.example.com' },
        spec: { storageCapacity: true },
      },
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'CSIStorageCapacity',
        metadata: { name: 'pool', namespace: 'default' },
        storageClassName: 'late',
        nodeTopology: {},
        ...pool,
      },
    ];
    expect(consult(binding, { nodes, objects }, uses('p', 'data')).reasons.a).toEqual(expected && [expected]);
  });

  it('takes the volume that is kept for the claim, and no other where that is out of reach', () => {
    const kept = (on: string) =>
      volume('kept', on, { claimRef: { namespace: 'default', name: 'data' }, capacity: { storage: '9Gi' } });
    const both = (on: string) => [local, claim('data'), kept(on), volume('free', 'a')];
    expect(consult(binding, { nodes, objects: both('a') }, uses('p', 'data')).reasons.a).toBeUndefined();
    expect(consult(binding, { nodes, objects: both('b') }, uses('p', 'data')).reasons.a).toEqual([
      "node(s) didn't find available persistent volumes to bind",
    ]);
  });

  it('takes no volume with other attributes', () => {
    const objects = [local, claim('data', { volumeAttributesClassName: 'fast' }), volume('free', 'a')];
    expect(consult(binding, { nodes, objects }, uses('p', 'data')).reasons.a).toBeDefined();
  });

  it('gives the smallest volume to the smallest claim, whatever their order', () => {
    const large = claim('large', { resources: { requests: { storage: '2Gi' } } });
    const objects = [
      local,
      large,
      claim('small'),
      volume('v1', 'a', { capacity: { storage: '1Gi' } }),
      volume('v2', 'a'),
    ];
    expect(consult(binding, { nodes, objects }, uses('p', 'large', 'small')).reasons.a).toBeUndefined();
  });

  it('promises a volume to one claim only', () => {
    const objects = [claim('one'), claim('two'), volume('v', 'a'), local];
    const cache = cacheOf({ nodes });
    const plugin = volumeBinding(lookupIn(objects), new VolumeAssumptions());
    const a = cache.node('a');
    if (a === undefined) throw new Error('no node a');
    const attempt = (name: string) => {
      const state = new CycleState();
      const info = new PodInfo(uses(name, name));
      plugin.preFilter?.(state, info, cache.nodes());
      return { state, info, status: plugin.filter?.(state, info, a) };
    };
    const first = attempt('one');
    expect(first.status).toBeUndefined();
    plugin.reserve?.(first.state, first.info, 'a');
    expect(attempt('two').status?.reasons).toEqual([BIND]);
    plugin.unreserve?.(first.state, first.info, 'a');
    expect(attempt('two').status).toBeUndefined();
  });
});

describe('VolumeZone', () => {
  it('leaves out nodes of other zones than the volume', () => {
    const objects = [claim('data', { volumeName: 'v' }), volume('v', undefined, {}, { [ZONE]: 'b__c' })];
    const zone = (_: unknown, cluster: ClusterLookup) => volumeZone(cluster);
    const { reasons } = consult(zone, { nodes: [...nodes, node('bare')], objects }, uses('p', 'data'));
    expect(reasons).toEqual({ a: ['node(s) had no available volume zone'], b: undefined, bare: undefined });
  });
});

it('VolumeZone refuses everywhere when a bound volume is gone', () => {
  const make = (_cache: unknown, cluster: ClusterLookup) => volumeZone(cluster);
  const answer = consult(make, { nodes, objects: [claim('data', { volumeName: 'v' }, 'Bound')] }, uses('p', 'data'));
  expect(answer.refused).toEqual(['persistentvolume "v" not found']);
});

describe('VolumeRestrictions', () => {
  const restrictions = (_: unknown, cluster: ClusterLookup) => volumeRestrictions(cluster);
  const once = claim('data', { accessModes: ['ReadWriteOncePod'] });
  const busy = ['node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode'];

  it('lets one pod use a ReadWriteOncePod claim, wherever it runs', () => {
    const free = consult(restrictions, { nodes, objects: [once] }, uses('p', 'data'));
    expect(free.reasons).toEqual({ a: undefined, b: undefined });
    const running = [on(uses('r', 'data'), 'a')];
    expect(consult(restrictions, { nodes, running, objects: [once] }, uses('p', 'data')).reasons).toEqual({
      a: busy,
      b: busy,
    });
  });

  test.each([
    ['the same disk', 'disk-1', false, ['node(s) had no available disk']],
    ['the same disk, both reading', 'disk-1', true, undefined],
    ['another disk', 'disk-2', false, undefined],
  ])('%s', (_what, pdName, readOnly, expected) => {
    const disk = (name: string) => [{ name: 'd', gcePersistentDisk: { pdName: name, readOnly } }];
    const running = [pod('r', { nodeName: 'a', volumes: disk('disk-1') })];
    expect(consult(restrictions, { nodes, running }, pod('p', { volumes: disk(pdName) })).reasons.a).toEqual(expected);
  });
});

describe('NodeVolumeLimits', () => {
  const limits = (_: unknown, cluster: ClusterLookup) => nodeVolumeLimits(cluster);
  const csi = (handle: string) => ({ csi: { driver: 'csi.example', volumeHandle: handle } });
  const csiNode = (name: string): CSINode => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name },
    spec: { drivers: [{ name: 'csi.example', nodeID: name, allocatable: { count: 2 } }] },
  });
  const objects = [
    csiNode('a'),
    ...['x', 'y', 'z'].flatMap((n) => [claim(n, { volumeName: n }), volume(n, undefined, csi(n))]),
  ];

  it('counts volumes that are new to the node', () => {
    const running = [on(uses('r', 'x', 'y'), 'a')];
    expect(consult(limits, { nodes, running, objects }, uses('p', 'z')).reasons).toEqual({
      a: ['node(s) exceed max volume count'],
      b: undefined,
    });
    expect(consult(limits, { nodes, running, objects }, uses('p', 'x')).reasons.a).toBeUndefined();
  });
});
