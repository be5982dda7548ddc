// Claims for devices, classes and slices with every field in them, for tests that change one after the other.
import { type Sample, sampleOf } from './sample.ts';

const DRA = 'resource.k8s.io/v1';
const selectors = [{ cel: { expression: 'device.driver == "a.b"' } }];
const toleration = { key: 'a.b/k', operator: 'Equal', value: 'v', effect: 'NoExecute', tolerationSeconds: 30 };
const wanted = { requests: { 'a.b/memory': '1Gi' } };
const opaque = { driver: 'a.b', parameters: { kind: 'K' } };

const spec = {
  devices: {
    requests: [
      {
        name: 'a',
        exactly: {
          deviceClassName: 'c',
          selectors,
          allocationMode: 'ExactCount',
          count: 2,
          tolerations: [toleration],
          capacity: wanted,
        },
      },
      {
        name: 'b',
        firstAvailable: [
          {
            name: 'x',
            deviceClassName: 'c',
            selectors,
            allocationMode: 'ExactCount',
            count: 2,
            tolerations: [toleration],
            capacity: wanted,
          },
        ],
      },
    ],
    constraints: [
      { requests: ['a'], matchAttribute: 'a.b/x' },
      { requests: ['a'], distinctAttribute: 'a.b/y' },
    ],
    config: [{ requests: ['a'], opaque }],
  },
};

const pool = { name: 'p', generation: 1, resourceSliceCount: 1 };
const attributes = { i: { int: 1 }, b: { bool: true }, s: { string: 'x' }, v: { version: '1.2.3' } };
const oneTerm = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }] }] };
const taint = { key: 'a.b/k', value: 'v', effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' };
const binding = { bindsToNode: true, bindingConditions: ['Ready'], bindingFailureConditions: ['Broken'] };
const values = { value: '8Gi', requestPolicy: { default: '1Gi', validValues: ['1Gi', '2Gi'] } };
const range = { value: '8Gi', requestPolicy: { default: '1Gi', validRange: { min: '1Gi', max: '4Gi', step: '1Gi' } } };

const slice = (name: string, fields: object): Sample =>
  sampleOf(DRA, 'ResourceSlice', 'resourceslices', { spec: { driver: 'a.b', pool, ...fields } }, name);

export const DEVICE_SAMPLES: readonly Sample[] = [
  sampleOf(DRA, 'ResourceClaim', 'namespaces/default/resourceclaims', { spec }),
  sampleOf(DRA, 'ResourceClaimTemplate', 'namespaces/default/resourceclaimtemplates', {
    spec: { metadata: { labels: { a: 'b' } }, spec },
  }),
  sampleOf(DRA, 'DeviceClass', 'deviceclasses', {
    spec: { selectors, config: [{ opaque }], extendedResourceName: 'a.b/gpu' },
  }),
  slice('one-node', {
    nodeName: 'n',
    devices: [
      {
        name: 'd',
        attributes,
        capacity: { values, range },
        allowMultipleAllocations: true,
        consumesCounters: [{ counterSet: 'c', counters: { m: { value: '1' } } }],
        taints: [taint],
        ...binding,
      },
    ],
  }),
  slice('counters', { nodeName: 'n', sharedCounters: [{ name: 'c', counters: { m: { value: '1' } } }] }),
  slice('some', { nodeSelector: oneTerm, devices: [] }),
  slice('all', { allNodes: true, devices: [] }),
  slice('each', {
    perDeviceNodeSelection: true,
    devices: [
      { name: 'd', nodeName: 'n' },
      { name: 'e', nodeSelector: oneTerm },
      { name: 'f', allNodes: true },
    ],
  }),
];
