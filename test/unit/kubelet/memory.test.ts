// A container that wants more memory than its limit: killed by the kernel, as its status says.
import { expect, it } from 'vitest';
import type { Container, Pod } from '../../../src/model/generated/core.v1.ts';
import { MEMORY_ANNOTATION, outOfMemory } from '../../../src/simulator/kubelet/runtime/memory.ts';

const SECOND = 1_000_000;
const limits = { limits: { memory: '100Mi' } };
const pod = (annotations = {}, resources?: object): Pod =>
  ({ metadata: { name: 'p', annotations }, spec: { containers: [], ...(resources ? { resources } : {}) } }) as never;
const container = (...command: string[]): Container => ({ name: 'main', command, resources: limits }) as Container;

it.each<[string, Pod, Container, number | undefined]>([
  [
    'the load that the documentation shows',
    pod(),
    container('stress', '--vm', '1', '--vm-bytes', '250M', '--vm-hang', '1'),
    1,
  ],
  ['a load within the limit', pod(), container('stress', '--vm', '1', '--vm-bytes', '50M'), undefined],
  ['two workers, which share the limit', pod(), container('stress', '--vm', '2', '--vm-bytes', '60M'), 1],
  ['what never ends', pod(), container('sh', '-c', 'sleep 4; tail /dev/zero'), 5],
  ['what never ends, without a limit', pod(), { ...container('tail', '/dev/zero'), resources: {} }, undefined],
  ['what never ends, with the pod’s limit', pod({}, limits), { ...container('tail', '/dev/zero'), resources: {} }, 1],
  ['what the pod says', pod({ [`${MEMORY_ANNOTATION}main`]: '300Mi' }), container(), 1],
  ['what the pod says of another', pod({ [`${MEMORY_ANNOTATION}other`]: '300Mi' }), container(), undefined],
])('%s', (_, p, c, after) => {
  const end = outOfMemory(p, c);
  if (after === undefined) expect(end).toBeUndefined();
  else expect(end).toMatchObject({ after: after * SECOND, code: 137, reason: 'OOMKilled' });
});
