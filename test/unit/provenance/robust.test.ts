// A live object is whatever a server answers; nothing in it may stop the document from opening.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/model/object.ts';
import { blame } from '../../../src/provenance/blame.ts';
import { compare } from '../../../src/provenance/compare.ts';
import { blameMarkdown, lineWords } from '../../../src/provenance/words.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';

const knowledge = sourceKnowledge();
const ELEMENTS = [
  'f:spec',
  'f:metadata',
  'f:labels',
  'f:containers',
  '.',
  'k:{"name":"a"}',
  'k:{',
  'v:"x"',
  'i:0',
  'i:x',
  '',
];
const KINDS = ['Pod', 'Secret', 'Service', 'Node', 'Job', 'Widget'];

const below = (inner: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  fc.dictionary(fc.constantFrom(...ELEMENTS), inner, { maxKeys: 4 });
const fields = below(below(below(below(fc.constant({})))));
const entry = fc.record(
  {
    manager: fc.oneof(fc.constantFrom('kubectl', 'kube-controller-manager', 'kubelet', ''), fc.string()),
    operation: fc.constantFrom('Apply', 'Update', 'Other'),
    time: fc.oneof(fc.constant('2026-11-21T08:00:00Z'), fc.string()),
    subresource: fc.constantFrom('', 'status'),
    fieldsV1: fc.oneof(fields, fc.anything()),
  },
  { requiredKeys: [] },
);
const value = fc.jsonValue({ maxDepth: 3 });
const object = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    metadata: fc.record({
      name: fc.string(),
      labels: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
      managedFields: fc.oneof(fc.array(fc.oneof(entry, fc.jsonValue()), { maxLength: 4 }), fc.jsonValue()),
    }),
    spec: value,
    status: value,
    data: value,
  })
  .map((made) => ({ apiVersion: made.kind === 'Job' ? 'batch/v1' : 'v1', ...made }));

test('whatever an object holds, each line is told of once, in the object’s own text', () => {
  fc.assert(
    fc.property(object, object, (live, file) => {
      const made = blame(knowledge, live as unknown as KubeObject);
      const lines = made.text.split('\n').length;
      for (const [i, line] of made.lines.entries()) {
        expect(line.line).toBeLessThan(lines);
        expect(line.line).toBeGreaterThan(made.lines[i - 1]?.line ?? -1);
        expect(typeof (lineWords(line, 0) + blameMarkdown(line, 0))).toBe('string');
      }
      expect(() => compare(file as unknown as KubeObject, live as unknown as KubeObject, made)).not.toThrow();
    }),
    { seed: 11, numRuns: 300 },
  );
});
