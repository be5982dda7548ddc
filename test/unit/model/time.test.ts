import { expect, test } from 'vitest';
import { parseTime } from '../../../src/model/time.ts';

test.each([
  ['1970-01-01T00:00:01Z', 1000],
  ['1970-01-01T01:00:00+01:00', 0],
  ['1970-01-01T00:00:00.000001Z', 0.001],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
])('%s', (text, ms) => {
  expect(parseTime(text)).toBeCloseTo(ms, 6);
});

test.each(['', 'now', '2023-02-29T00:00:00Z', '2024-13-01T00:00:00Z', '2024-01-01 00:00:00Z', '2024-01-01T24:00:00Z'])(
  '%j is no time',
  (text) => {
    expect(parseTime(text)).toBeUndefined();
  },
);
