import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeProtobuf, ProtobufError } from '../../../src/node/https/protobuf.ts';
import { encodeProtobuf } from '../../support/protobuf.ts';

const MAGIC = Buffer.from('k8s\0');
const field = (n: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.from([(n << 3) | 2, bytes.length]), bytes]);
const text = (n: number, value: string): Buffer => field(n, Buffer.from(value));

/** A ConfigMap in its envelope; metadata is field 1, its creationTimestamp field 8. */
function envelope(metadata: Buffer): Buffer {
  const type = Buffer.concat([text(1, 'v1'), text(2, 'ConfigMap')]);
  return Buffer.concat([MAGIC, field(1, type), field(2, field(1, metadata))]);
}

test('an object in its envelope is read', () => {
  expect(decodeProtobuf(envelope(text(1, 'settings')))).toMatchObject({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
  });
});

test('a time that cannot be is an error of the one who sent it', () => {
  const huge = Buffer.from([0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
  expect(() => decodeProtobuf(envelope(field(8, huge)))).toThrow(ProtobufError);
});

test('bytes of any kind are an object or a ProtobufError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeProtobuf(envelope(Buffer.from(bytes)));
      } catch (e) {
        expect(e).toBeInstanceOf(ProtobufError);
      }
    }),
    { seed: 36, numRuns: 500 },
  );
});

test('a CustomResourceDefinition is read with every part of its schemas', () => {
  const text = { type: 'string' };
  const properties = {
    list: { type: 'array', items: text, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a', 'b'] },
    tuple: { items: [text, { type: 'integer' }] },
    open: { type: 'object', additionalProperties: true },
    closed: { additionalItems: false },
    map: { additionalProperties: { ...text, default: { a: [1, null, 'x'] }, enum: ['a', 1, null] } },
    number: { type: 'number', minimum: -1.5, maximum: 1e300, multipleOf: 0.1, exclusiveMinimum: true, minLength: 0 },
    needs: { dependencies: { a: ['b'], c: text } },
    rules: {
      'x-kubernetes-validations': [
        { rule: 'self > 0', message: 'm', reason: 'FieldValueInvalid', optionalOldSelf: true },
      ],
      'x-kubernetes-preserve-unknown-fields': true,
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer' }, text],
      not: { pattern: '^a' },
    },
  };
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    deprecated: true,
    deprecationWarning: 'old',
    schema: { openAPIV3Schema: { type: 'object', description: 'd', required: ['list'], properties } },
    subresources: { status: {}, scale: { specReplicasPath: '.spec.r', statusReplicasPath: '.status.r' } },
    additionalPrinterColumns: [{ name: 'N', type: 'integer', jsonPath: '.spec.n', priority: 1 }],
    selectableFields: [{ jsonPath: '.spec.color' }],
  };
  const service = { namespace: 'n', name: 's', port: 443 };
  const webhook = { clientConfig: { service, caBundle: 'Q0E=' }, conversionReviewVersions: ['v1'] };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'foos.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'foos', kind: 'Foo', shortNames: ['f'] },
      versions: [version],
      conversion: { strategy: 'Webhook', webhook },
    },
  };
  const bytes = encodeProtobuf(definition);
  expect(decodeProtobuf(bytes ?? Buffer.alloc(0))).toMatchObject(definition);
});
