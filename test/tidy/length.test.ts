import { describe, expect, it } from 'vitest';
import { FILE_LINES, FUNCTION_LINES, tooLong } from './length.ts';
import { parse, sources } from './source.ts';

const statements = (count: number): string => 'x();\n'.repeat(count);

describe('length', () => {
  it('of files and functions stays readable', () => {
    expect(sources().flatMap(tooLong)).toEqual([]);
  });

  it('refuses a line too many in a file', () => {
    expect(tooLong(parse('a.ts', statements(FILE_LINES)))).toEqual([]);
    expect(tooLong(parse('a.ts', statements(FILE_LINES + 1)))).toHaveLength(1);
  });

  it.each([
    ['function f() {\n', '}'],
    ['const f = () => {\n', '};'],
    ['class C { m() {\n', '} }'],
    ['const f = function () {\n', '};'],
    ["it('does', () => {\n", '});'],
  ])('refuses a line too many in %j', (head, tail) => {
    expect(tooLong(parse('a.ts', head + statements(FUNCTION_LINES - 2) + tail))).toEqual([]);
    expect(tooLong(parse('a.ts', head + statements(FUNCTION_LINES - 1) + tail))).toHaveLength(1);
  });

  it('counts the functions of a describe block one by one', () => {
    expect(tooLong(parse('a.test.ts', `describe('d', () => {\n${statements(100)}});`))).toEqual([]);
  });
});
