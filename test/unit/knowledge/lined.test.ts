import { describe, expect, test } from 'vitest';
import { linedJson, readLined } from '../../../src/knowledge/lined.ts';

const VALUE = { 'core.v1.Pod': { a: 'a\n"}, {' }, 'core.v1.Node': { b: [1, { c: '’' }] }, empty: {} };

describe('JSON with an entry on each line', () => {
  test('is the same JSON', () => {
    expect(JSON.parse(linedJson(VALUE))).toEqual(VALUE);
    expect(linedJson(VALUE).split('\n')).toHaveLength(5);
  });

  test.each([
    ['as it is written', linedJson(VALUE)],
    ['written otherwise', JSON.stringify(VALUE, null, 2)],
  ])('is read %s, an entry at a time', (_, text) => {
    const read = readLined<object>(text);
    expect(read.get('core.v1.Node')).toEqual(VALUE['core.v1.Node']);
    expect(read.get('core.v1.Node')).toBe(read.get('core.v1.Node'));
    expect(read.get('core.v1.Secret')).toBeUndefined();
    expect(read.get('constructor')).toBeUndefined();
    expect(read.all()).toEqual(Object.values(VALUE));
  });

  test('what is no JSON is told where it is asked for', () => {
    expect(() => readLined('[')).toThrow(SyntaxError);
    expect(() => readLined('{\n"a":{\n}').get('a')).toThrow(SyntaxError);
  });
});
