// Words that records cite and that come on other ways than by a field of a sample.
import { expect, test } from 'vitest';
import { REFUSALS } from './refusals.ts';

test.each(Object.entries(REFUSALS))('%s', (key, scene) => {
  const words = key.slice(key.indexOf(': ') + 2).split('…');
  const pattern = words.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  expect(scene()).toMatch(new RegExp(pattern));
});
