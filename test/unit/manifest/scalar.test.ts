import { expect, test } from 'vitest';
import { resolvePlain } from '../../../src/manifest/scalar.ts';

// What goyaml.v2, the YAML reader behind kubectl and the API server, makes of plain scalars.
test.each([
  ['', null],
  ['~', null],
  ['null', null],
  ['y', true],
  ['Yes', true],
  ['ON', true],
  ['yES', 'yES'],
  ['n', false],
  ['off', false],
  ['0', 0],
  ['-1', -1],
  ['+7', 7],
  ['1_000', 1000],
  ['0777', 511],
  ['0o17', 15],
  ['0x1F', 31],
  ['0b101', 5],
  ['089', 89],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['1e3', 1000],
  ['1.27', 1.27],
  ['1.2.3', '1.2.3'],
  ['100m', '100m'],
  ['64Mi', '64Mi'],
  ['12:30', '12:30'],
  ['2026-01-01', '2026-01-01'],
  ['-', '-'],
  ['.', '.'],
  ['+', '+'],
])('%s is read as %j', (text, value) => {
  expect(resolvePlain(text)).toBe(value);
});
