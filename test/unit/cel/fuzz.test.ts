// Whatever anybody writes as an expression: an answer or an error comes back, soon.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, extended } from '../../../src/cel/index.ts';
import { fromJson } from '../../../src/cel/json.ts';
import { DYN } from '../../../src/cel/types.ts';
import { BASE_ENVIRONMENT } from '../../../src/simulator/apiserver/cel/environment.ts';

const ENV = extended(BASE_ENVIRONMENT, [['object', DYN]]);
const OBJECT = fromJson({ a: 1, b: 'two', c: [1, 2, 3], d: { e: null, f: [{ g: true }] }, h: 1.5 });
const SEED = { seed: 20_261_121, numRuns: 3000 } as const;

/** Compiles and runs; anything but a value or an error in words fails the test by throwing. */
function survives(source: string): void {
  const compiled = compile(ENV, source);
  if ('issues' in compiled) {
    expect(compiled.issues).toMatch(/^ERROR: /);
    return;
  }
  const outcome = compiled.program.run((name) => (name === 'object' ? OBJECT : undefined));
  expect('value' in outcome || outcome.error !== '').toBe(true);
  expect(outcome.cost).toBeLessThan(30_000_000);
}

const leaf = fc.constantFrom(
  ...['object', 'object.a', 'object.b', 'object.c', 'object.d', 'object.d.e', 'x', 'y', '1', '-1', '0', '2u', '1.5'],
  ...[
    '"a"',
    '""',
    "b'x'",
    'true',
    'false',
    'null',
    '[]',
    '{}',
    '9223372036854775807',
    '"[a-z]+"',
    '"2026-01-01T00:00:00Z"',
  ],
);
const functions = [
  ...['size', 'string', 'int', 'double', 'uint', 'bytes', 'type', 'dyn', 'duration', 'timestamp', 'quantity', 'url'],
  ...['ip', 'cidr', 'isIP', 'semver', 'optional.of', 'lists.range', 'sets.contains', 'format.named'],
];
const members = [
  ...[
    'contains',
    'startsWith',
    'matches',
    'find',
    'findAll',
    'split',
    'join',
    'replace',
    'substring',
    'format',
    'trim',
  ],
  ...[
    'indexOf',
    'sort',
    'distinct',
    'reverse',
    'slice',
    'flatten',
    'sum',
    'min',
    'isSorted',
    'orValue',
    'value',
    'size',
  ],
];
const macros = ['all', 'exists', 'exists_one', 'map', 'filter', 'optMap', 'sortBy'];
const operators = ['+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||', 'in'];

const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const e = tie('expression');
  const args = fc.array(e, { maxLength: 3 }).map((all) => all.join(', '));
  return {
    expression: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      leaf,
      fc.tuple(e, fc.constantFrom(...operators), e).map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc.tuple(fc.constantFrom(...functions), args).map(([f, a]) => `${f}(${a})`),
      fc.tuple(e, fc.constantFrom(...members), args).map(([t, f, a]) => `${t}.${f}(${a})`),
      fc.tuple(e, fc.constantFrom(...macros), e).map(([t, f, a]) => `${t}.${f}(x, ${a})`),
      fc.tuple(e, e, e).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(e, e).map(([a, b]) => `${a}[${b}]`),
      fc.tuple(e, e).map(([a, b]) => `${a}[?${b}]`),
      fc.array(e, { maxLength: 4 }).map((all) => `[${all.join(', ')}]`),
      fc.array(fc.tuple(e, e), { maxLength: 3 }).map((all) => `{${all.map(([k, v]) => `${k}: ${v}`).join(', ')}}`),
      e.map((a) => `dyn(${a})`),
      e.map((a) => `!${a}`),
      e.map((a) => `-${a}`),
    ),
  };
});

describe('expressions that make sense, more or less', () => {
  it('come to a value or an error', () => {
    fc.assert(fc.property(expression, survives), SEED);
  });
});

describe('garbage', () => {
  it('is refused with a place in it', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), survives), SEED);
    const tokens = fc.constantFrom(
      ...'( ) [ ] { } . , ? : ! - + * / % < > = & | \' " ` \\ a object in true 1 1.5 b" r\' \n // 😀'.split(' '),
    );
    fc.assert(
      fc.property(
        fc.array(tokens, { maxLength: 30 }).map((t) => t.join('')),
        survives,
      ),
      SEED,
    );
  });

  it.each([
    ['deep parentheses', `${'('.repeat(5000)}1${')'.repeat(5000)}`],
    ['deep lists', '['.repeat(5000)],
    ['a long sum', `${'1 + '.repeat(20_000)}1`],
    ['a long conjunction', `${'true && '.repeat(10_000)}true`],
    ['long selections', `object${'.a'.repeat(20_000)}`],
    ['many minus signs', `${'-'.repeat(20_000)}1`],
    ['nested conditionals', `${'true ? 1 : '.repeat(5000)}1`],
    ['a text without an end', `"${'a'.repeat(90_000)}`],
    ['more than is read', 'a'.repeat(100_001)],
  ])('%s', (_, source) => survives(source));

  it.each([
    [
      'loops in loops',
      '[1,2,3,4,5,6,7,8,9,10].map(a, [1,2,3,4,5,6,7,8,9,10].map(b, [1,2,3,4,5,6,7,8,9,10].map(c, [1,2,3,4,5,6,7,8,9,10].map(d, [1,2,3,4,5,6,7,8,9,10].map(e, a+b+c+d+e)))))',
    ],
    [
      'texts that double',
      `[1,2,3,4,5,6,7,8].map(x, ${'("aaaaaaaaaaaaaaaaaaaa" + '.repeat(20)}"a"${')'.repeat(20)}).join()`,
    ],
    ['a pattern that makes others hang', '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!".matches("^(a+)+$")'],
    ['a pattern that is large', '"a".matches("(((a{1,100}){1,100}){1,100}){1,100}")'],
    ['a range', 'lists.range(1000000000)'],
    ['long replacements', '"a".replace("", "b".replace("", "c".replace("", "dddddddddddddddddd")))'],
    ['precision', '"%.999f".format([1.5])'],
  ])('%s', (_, source) => survives(source));
});
