import { expect, test } from 'vitest';
import { quote } from '../../../src/model/quote.ts';

test('strings are quoted as Go quotes them', () => {
  expect(quote('a"b\\c\nd\t')).toBe(String.raw`"a\"b\\c\nd\t"`);
  expect(quote('\u0000\u0007\u0001\u007f')).toBe(String.raw`"\x00\a\x01\x7f"`);
  expect(quote('üé')).toBe('"üé"');
  expect(quote('\u200b\u00a0')).toBe(String.raw`"\u200b\u00a0"`);
});
