import { expect, test } from 'vitest';
import { prose } from '../../../src/model/markdown.ts';

test.each([
  ['wrote `/registry/pods/a_b` at *5*.', 'wrote `/registry/pods/a_b` at \\*5\\*.'],
  ['`a` and `b`', '`a` and `b`'],
  ['half a ` of [x](y)', 'half a \\` of \\[x\\](y)'],
  ['nothing in `` here', 'nothing in  here'],
])('what a step has in backticks is code, and all else plain words: %s', (text, expected) => {
  expect(prose(text)).toBe(expected);
});
