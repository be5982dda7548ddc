// Which events about claims, devices and storage pools make a refused pod worth another try. Facts: the QueueingHintFns of
// dynamicresources, noderesources, nodevolumelimits and volumebinding in pkg/scheduler/framework/plugins, v1.36.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import type { ResourceClaim } from '../../../src/model/generated/resource.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { ClaimBook } from '../../../src/simulator/scheduler/devices/claims.ts';
import type { EventRegistration, EventResource } from '../../../src/simulator/scheduler/framework/events.ts';
import { deviceEvents } from '../../../src/simulator/scheduler/plugins/device-hints.ts';
import { nodeResourcesFit } from '../../../src/simulator/scheduler/plugins/node-resources-fit.ts';
import { nodeVolumeLimits } from '../../../src/simulator/scheduler/plugins/node-volume-limits.ts';
import { volumeBinding } from '../../../src/simulator/scheduler/plugins/volume-binding.ts';
import { VolumeAssumptions } from '../../../src/simulator/scheduler/plugins/volume-match.ts';
import { lookupIn } from '../../../src/simulator/scheduler/schedule-pods.ts';
import { pod, requests } from './support.ts';

type Rows = readonly (readonly [what: string, previous: unknown, current: unknown, expected: string])[];

function ask(events: readonly EventRegistration[] | undefined, resource: EventResource, p: Pod, rows: Rows): void {
  const found = events?.find((e) => e.resource === resource);
  if (found === undefined) throw new Error(`nothing waits for ${resource}`);
  for (const [what, previous, current, expected] of rows) {
    it(what, () => expect(found.hint?.(p, previous, current) ?? 'Queue').toBe(expected));
  }
}

const claim = (name: string, status: ResourceClaim['status'] = {}): ResourceClaim => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaim',
  metadata: { name, namespace: 'default', uid: `uid-${name}` },
  spec: {},
  status,
});
const allocation = { devices: { results: [{ request: 'r', driver: 'd', pool: 'p', device: 'x' }] } };

describe('DynamicResources', () => {
  const events = deviceEvents(new ClaimBook(lookupIn([claim('own')])));
  const p = pod('p', { resourceClaims: [{ name: 'c', resourceClaimName: 'own' }] });
  ask(events, 'ResourceClaim', p, [
    ['its claim is made', undefined, claim('own'), 'Queue'],
    ['another claim is made', undefined, claim('other'), 'Skip'],
    ['its claim changes', claim('own'), claim('own', { allocation }), 'Queue'],
    [
      'its claim gets a finalizer only',
      claim('own'),
      { ...claim('own'), metadata: { ...claim('own').metadata, finalizers: ['f'] } },
      'Skip',
    ],
    ['devices of another claim are given back', claim('other', { allocation }), claim('other'), 'Queue'],
    ['another claim gets devices', claim('other'), claim('other', { allocation }), 'Skip'],
  ]);
  const named: Pod = { ...p, status: { resourceClaimStatuses: [{ name: 'c', resourceClaimName: 'own' }] } };
  ask(events, 'UnscheduledPod', p, [
    ['its status names its claims', p, named, 'Queue'],
    ['another pod changes', p, pod('q'), 'Skip'],
    [
      'its claim is still missing',
      p,
      pod('p', { resourceClaims: [{ name: 'c', resourceClaimTemplateName: 't' }] }),
      'Skip',
    ],
  ]);
});

describe('NodeResourcesFit', () => {
  const klass = (name: string, extendedResourceName?: string) => ({
    metadata: { name },
    spec: { extendedResourceName },
  });
  const wants = pod('p', requests(undefined, undefined, { 'example.com/gpu': '1' }));
  ask(nodeResourcesFit(lookupIn([])).events, 'DeviceClass', wants, [
    ['a class stands for what it wants', undefined, klass('a', 'example.com/gpu'), 'Queue'],
    ['a class stands for something else', undefined, klass('a', 'example.com/other'), 'Skip'],
  ]);
});

describe('storage', () => {
  const volume = (claimName: string) => ({ name: 'v', persistentVolumeClaim: { claimName } });
  const bound = {
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    spec: { volumeName: 'pv' },
  };
  const cluster = lookupIn([bound as unknown as KubeObject]);
  const uses = pod('p', { volumes: [volume('data')] });
  const attachment = (persistentVolumeName: string) => ({ spec: { source: { persistentVolumeName } } });
  ask(nodeVolumeLimits(cluster).events, 'VolumeAttachment', uses, [
    ['its volume is detached', attachment('pv'), undefined, 'Queue'],
    ['another volume is detached', attachment('other'), undefined, 'Skip'],
  ]);
  const { events } = volumeBinding(cluster, new VolumeAssumptions());
  const driver = (storageCapacity: boolean) => ({ spec: { storageCapacity } });
  ask(events, 'CSIDriver', uses, [
    ['a driver no longer keeps count', driver(true), driver(false), 'Queue'],
    ['a driver starts to keep count', driver(false), driver(true), 'Skip'],
  ]);
  ask(events, 'CSIStorageCapacity', uses, [
    ['a pool is new', undefined, { capacity: '1Gi' }, 'Queue'],
    ['a pool has more', { capacity: '1Gi' }, { capacity: '2Gi' }, 'Queue'],
    ['a pool has less', { capacity: '2Gi' }, { capacity: '1Gi' }, 'Skip'],
    ['a pool makes larger volumes', { capacity: '1Gi' }, { capacity: '1Gi', maximumVolumeSize: '1Gi' }, 'Queue'],
  ]);
});
