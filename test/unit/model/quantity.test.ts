import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  milliOf,
  parseQuantity,
  quantity,
  quantityError,
  subtractQuantities,
  unitsOf,
} from '../../../src/model/quantity.ts';

describe('canonical form', () => {
  test.each([
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1000', '1k'],
    ['1024', '1024'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1.5Ki', '1536'],
    ['0.5Mi', '512Ki'],
    ['512Ki', '512Ki'],
    ['100000k', '100M'],
    ['0.1m', '100u'],
    ['0.1n', '1n'],
    ['1e3', '1e3'],
    ['12e4', '120e3'],
    ['-1.5', '-1500m'],
    ['+5', '5'],
    ['.5', '500m'],
    ['0', '0'],
    ['0Gi', '0'],
    ['1E', '1E'],
    ['1Ei', '1Ei'],
    ['99999999999999999999', '9223372036854775807'],
  ])('%s is stored as %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  test('numbers count as their text', () => {
    expect(canonicalQuantity(2)).toBe('2');
    expect(canonicalQuantity(0.25)).toBe('250m');
  });
});

test.each([
  ['', 'format'],
  ['lots', 'format'],
  ['1.2.3', 'format'],
  ['1 Gi', 'format'],
  ['1Gb', 'format'],
  ['1e', 'suffix'],
  ['1Kim', 'suffix'],
])('%j is refused for its %s', (text, kind) => {
  expect(parseQuantity(text)).toBeUndefined();
  expect(quantityError(text)).toContain(
    kind === 'format' ? 'quantities must match' : "unable to parse quantity's suffix",
  );
});

test('a hostile exponent is capped instead of computed', () => {
  expect(canonicalQuantity('1e999999999')).toBe('9223372036854775807');
  expect(canonicalQuantity('1e-999999999')).toBe('1e-9');
});

test('amounts add up exactly and round up when read in whole units', () => {
  const sum = addQuantities(quantity('100m'), quantity('200m'));
  expect(formatQuantity(sum)).toBe('300m');
  expect(milliOf(sum)).toBe(300);
  expect(unitsOf(sum)).toBe(1);
  expect(unitsOf(quantity('64Mi'))).toBe(64 * 1024 * 1024);
  expect(formatQuantity(subtractQuantities(quantity('1Gi'), quantity('512Mi')))).toBe('512Mi');
});

const amounts = fc.tuple(
  fc.integer({ min: -100_000, max: 100_000 }),
  fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi'),
);

test('the canonical form is a fixed point and keeps the amount', () => {
  fc.assert(
    fc.property(amounts, ([n, suffix]) => {
      const q = quantity(`${n}${suffix}`);
      const text = formatQuantity(q);
      expect(canonicalQuantity(text)).toBe(text);
      expect(compareQuantities(quantity(text), q)).toBe(0);
    }),
    { seed: 1, numRuns: 500 },
  );
});
