import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64, encodeBase64Url, fromUtf8, utf8 } from '../../../src/model/base64.ts';

test('text and bytes are encoded as the platform encodes them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const buffer = Buffer.from(text, 'utf8');
      expect([...utf8(text)]).toEqual([...buffer]);
      expect(encodeBase64(utf8(text))).toBe(buffer.toString('base64'));
      expect(encodeBase64Url(text)).toBe(buffer.toString('base64url'));
      expect(fromUtf8(decodeBase64(buffer.toString('base64')) ?? Uint8Array.of(0xff))).toBe(text);
    }),
    { seed: 36 },
  );
});

test('what is no base64, or no UTF-8, is told apart from empty', () => {
  expect(decodeBase64('a')).toBeUndefined();
  expect(decodeBase64('a$==')).toBeUndefined();
  expect(decodeBase64('')).toEqual(new Uint8Array());
  expect(fromUtf8(Uint8Array.of(0xc3))).toBeUndefined();
});
