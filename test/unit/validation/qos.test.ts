import { expect, test } from 'vitest';
import type { ResourceRequirements } from '../../../src/model/generated/core.v1.ts';
import { qosOf } from '../../../src/simulator/apiserver/validation/pods/qos.ts';

const pod = (...all: readonly ResourceRequirements[]) => ({
  spec: { containers: all.map((resources, i) => ({ name: `c${i}`, resources })) },
});

test.each<[string, readonly ResourceRequirements[]]>([
  ['BestEffort', [{}, { requests: { cpu: '0' } }, { requests: { 'ephemeral-storage': '1Gi' } }]],
  ['Burstable', [{ requests: { cpu: '100m' } }]],
  ['Burstable', [{ requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } }, {}]],
  ['Burstable', [{ requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1G' } }]],
  ['Guaranteed', [{ requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1000m', memory: '1024Mi' } }]],
])('%s follows from amounts, however they are written', (expected, resources) => {
  expect(qosOf(pod(...resources))).toBe(expected);
});

test('resources of the whole pod decide before those of its containers', () => {
  const resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } };
  expect(qosOf({ spec: { ...pod({}).spec, resources } })).toBe('Guaranteed');
});
