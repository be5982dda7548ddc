import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeProtobuf, ProtobufError } from '../../../src/node/https/protobuf.ts';

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
