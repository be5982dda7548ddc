// Fields of features that are off by default are dropped, and kept where they are in use.
import { expect, test } from 'vitest';
import { ask, bench, bodyOf } from './support.ts';

const DRIVERS = '/apis/storage.k8s.io/v1/csidrivers';
const SLICES = '/apis/resource.k8s.io/v1/resourceslices';
const where = { driver: 'a.b', nodeName: 'n', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } };

test('a driver cannot ask for its node before the feature is on', () => {
  const b = bench();
  const sent = { metadata: { name: 'x.y' }, spec: { preventPodSchedulingIfMissing: true } };
  expect(bodyOf(ask(b, `POST ${DRIVERS}`, sent)).spec).not.toHaveProperty('preventPodSchedulingIfMissing');
});

test('a device loses what stands for the node’s resources, and an attribute that is only a list its value', () => {
  const b = bench();
  const post = (device: object): ReturnType<typeof ask> =>
    ask(b, `POST ${SLICES}`, { metadata: { name: 's' }, spec: { ...where, devices: [{ name: 'd', ...device }] } });
  expect(post({ attributes: { a: { ints: [1] } } }).code).toBe(422);
  const made = bodyOf(post({ attributes: { a: { int: 1 } }, nodeAllocatableResourceMappings: { cpu: {} } }));
  expect(made.spec.devices).toEqual([{ name: 'd', attributes: { a: { int: 1 } } }]);
});
