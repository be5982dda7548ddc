import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diff, equal } from '../../../src/model/paths.ts';
import { schemaForKind } from '../../../src/model/schema.ts';

const POD = schemaForKind('v1', 'Pod');

test('list items are addressed by their keys, as the type says', () => {
  const before = {
    spec: { containers: [{ name: 'a', image: 'x', ports: [{ containerPort: 80, protocol: 'TCP' }] }] },
    status: { conditions: [{ type: 'Ready', status: 'False' }] },
  };
  const after = {
    spec: { containers: [{ name: 'a', image: 'y', ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] }] },
    status: { conditions: [{ type: 'Ready', status: 'True' }], phase: 'Running' },
  };
  expect(diff(before, after, POD)).toEqual([
    { path: 'spec.containers[name="a"].image', before: 'x', after: 'y' },
    { path: 'spec.containers[name="a"].ports[containerPort=80,protocol="TCP"].name', after: 'http' },
    { path: 'status.conditions[type="Ready"].status', before: 'False', after: 'True' },
    { path: 'status.phase', after: 'Running' },
  ]);
});

test('a list without keys changes as a whole', () => {
  const changes = diff({ spec: { tolerations: [{ key: 'a' }] } }, { spec: { tolerations: [{ key: 'b' }] } }, POD);
  expect(changes).toEqual([{ path: 'spec.tolerations', before: [{ key: 'a' }], after: [{ key: 'b' }] }]);
});

test('what comes or goes empty is told, and labels keep their dots', () => {
  expect(diff({}, { spec: { securityContext: {} } }, POD)).toEqual([{ path: 'spec.securityContext', after: {} }]);
  expect(diff({ metadata: { labels: { 'a.b/c': '1' } } }, { metadata: { labels: {} } }, POD)).toEqual([
    { path: 'metadata.labels.a.b/c', before: '1' },
  ]);
});

test('keys that every object inherits are ordinary keys', () => {
  expect(diff({}, { metadata: { labels: { constructor: 'x' } } }, POD)).toEqual([
    { path: 'metadata.labels.constructor', after: 'x' },
  ]);
  expect(equal({ toString: 1 }, {})).toBe(false);
});

test('equal values have no difference, different ones have some', () => {
  const pair = fc.tuple(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(
    fc.property(pair, ([a, b]) => {
      expect(diff(a, structuredClone(a))).toEqual([]);
      expect(diff(a, b).length === 0).toBe(equal(a, b) && a === b ? true : equal(a, b));
    }),
    { seed: 2, numRuns: 500 },
  );
});
