// Every field of every built-in kind has a record, as `npm run coverage:fields` counts them.
import { expect, test } from 'vitest';
import { coverage } from '../../../scripts/tasks/coverage-fields.ts';

const kinds = coverage();

test('the kinds are those of a whole cluster', () => {
  expect(kinds.length).toBeGreaterThan(70);
});

test.each(kinds)('every field of $kind is explained', ({ fields, recorded, missing }) => {
  expect(missing).toEqual([]);
  expect(recorded).toBe(fields);
  expect(fields).toBeGreaterThan(0);
});
