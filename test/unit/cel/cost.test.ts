// What expressions cost, at run time and at most. The figures are those of upstream's own tests
// (staging/src/k8s.io/apiserver/pkg/cel/library/cost_test.go).
import { describe, expect, it } from 'vitest';
import { estimateCost } from '../../../src/cel/estimate.ts';
import { compile, extended, functionTable, JSON_PATCH } from '../../../src/cel/index.ts';
import { AUTHORIZER_TYPE, authorizerValue } from '../../../src/simulator/apiserver/cel/authorizer.ts';
import { BASE_ENVIRONMENT } from '../../../src/simulator/apiserver/cel/environment.ts';

const functions = new Map([...BASE_ENVIRONMENT.functions, ...functionTable(JSON_PATCH)]);
const ENV = extended({ ...BASE_ENVIRONMENT, functions, homogeneous: false }, [['authorizer', AUTHORIZER_TYPE]]);
const allowing = authorizerValue(
  { authorize: () => ({ allowed: true, reason: '', by: '' }) },
  { name: 'u', groups: [] },
);

const INTS = '[1, 2, 3, 4, 5]';
const UINTS = '[uint(1), uint(2), uint(3), uint(4), uint(5)]';
const TEXTS = `[${Array(5).fill("'012345678901'").join(', ')}]`;
const BYTES = `[${Array(5).fill("bytes('012345678901')").join(', ')}]`;
const SPANS = "[duration('1s'), duration('2s'), duration('3s'), duration('4s'), duration('5s')]";
const V4 = "cidr('192.168.0.0/16')";
const V6 = "cidr('2001:db8::/32')";
const SELECTOR = "'spec.nodeName=example-node-name.fully.qualified.domain.name.example.com'";
const CHECK =
  "authorizer.group('apps').resource('deployments').subresource('status').namespace('test').name('backend')";

/** Expression, cost at run time, and the estimate where it is another. */
type Row = readonly [source: string, cost: number, min?: number, max?: number];

const LISTS: readonly Row[] = [
  [`${INTS}.sum()`, 15],
  [`${UINTS}.sum()`, 20],
  [`${SPANS}.sum()`, 20],
  [`${INTS}.isSorted()`, 15],
  [`${TEXTS}.max()`, 15, 15, 25],
  [`${BYTES}.min()`, 25, 25, 35],
  [`${INTS}.indexOf(3)`, 15],
  [`${UINTS}.lastIndexOf(uint(3))`, 21],
  [`${TEXTS}.indexOf('x')`, 15, 15, 25],
  [`${BYTES}.indexOf(bytes('x'))`, 26, 26, 36],
  ["'01234567890123456789012345678901234567890123456789'.indexOf('123')", 5],
];

const LIBRARIES: readonly Row[] = [
  ["url('https:://kubernetes.io/').getHost()", 4],
  ["url('https:://kubernetes.io/') == url('https:://kubernetes.io/')", 7, 7, 9],
  ["url('https:://kubernetes.io/') == url('http://x.b')", 5],
  ["ip('192.168.0.1').family()", 3],
  ["ip('2001:db8:3333:4444:5555:6666:7777:8888') == ip('192.168.0.1')", 7],
  ["ip.isCanonical('192.168.0.1')", 3],
  [`${V4}.masked()`, 3],
  [`${V4}.containsCIDR(cidr('192.0.0.0/30'))`, 7, 7, 11],
  [`${V4}.containsCIDR('192.0.0.0/30')`, 7, 7, 11],
  [`${V4}.containsIP(ip('192.0.0.1'))`, 4, 4, 7],
  [`${V4}.containsIP('192.169.0.1')`, 5, 5, 8],
  [`${V6}.containsIP('2001:db8:3333:4444:5555:6666:7777:8888')`, 7, 7, 10],
  ['quantity("200M") == quantity("0.2G") && quantity("0.2G") == quantity("200M")', 6, 3, 6],
  ['quantity("50k").add(20).sub(quantity("100k")).sub(-50000).asInteger() > 0', 7],
  ['format.named("dns1123Subdomain").value().validate("my-name")', 17, 34, 34],
  ['format.named("dns1123Label").value().validate("my-name")', 10, 34, 34],
  ['semver("1234.56789012345.67890123456789")', 4],
  ['semver("1.0.0").isLessThan(semver("1.1.0"))', 3],
  ["authorizer.path('/healthz')", 2],
  [CHECK, 6],
  [`${CHECK}.check('create').allowed()`, 350_007],
  [`authorizer.group('').resource('pods').fieldSelector(${SELECTOR})`, 1821],
];

const STRINGS: readonly Row[] = [
  ["'ABCDEFGHIJ abcdefghij'.lowerAscii() == 'abcdefghij ABCDEFGHIJ'.lowerAscii()", 9, 7, 9],
  ["strings.quote('ABCDEFGHIJ abcdefghij')", 3],
  ["'abc 123 def 123'.replace('123', '456')", 3],
  ["'abc 123 def 123'.split(' ')", 3],
  ["'abc 123 def 123'.substring(5, 8)", 2],
  ["'  abc 123 def 123  '.trim()", 2],
  ["'abc 123 def 123'.findAll('123', 1)", 2],
  ["jsonpatch.escapeKey('abc/def~ abc/def~')", 2],
  ["['aa', 'bb', 'cc', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join(' ')", 15, 11, 23],
  ["['aa', 'bb', 'cc', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join()", 13, 10, 22],
];

const SETS: readonly Row[] = [
  ['sets.contains([], [])', 21],
  ['sets.contains([1, 2, 3, 4], [2, 3])', 29],
  ['sets.contains([[1], [2, 3]], [[2, 3.0]])', 53],
  ['!sets.contains([1], [1, 2])', 24],
  ['sets.equivalent([1, 2, 3], [3u, 2.0, 1])', 39],
  ['sets.intersects([1, 2], [2u, 2, 2.0])', 27],
];

const LOOPS: readonly Row[] = [
  ["{'a': 1, 'b': 2}.all(k, v, v > 0)", 41, 37, 41],
  ["{'a': 1, 'b': 2}.exists(k, v, v > 0)", 40, 39, 43],
  ["{'a': 1, 'b': 2}.existsOne(k, v, v > 0)", 40, 38, 40],
  ["{'a': 1, 'b': 2}.transformMap(k, v, v + 1)", 71],
  ["{'a': 1, 'b': 2}.transformMap(k, v, v < 5, v + 1)", 75, 67, 75],
  ["{'a': 1, 'b': 2}.transformMapEntry(k, v, {k: v + 1})", 131],
  ['[1, 2].all(i, v, v > 0)', 21, 17, 21],
  ['[1, 2].exists(i, v, v > 0)', 20, 19, 23],
  ['[1, 2].transformList(i, v, v + 1)', 49],
  ['[1, 2].transformList(i, v, v < 5, v + 1)', 53, 27, 53],
];

/** Texts in lists are taken to have up to twelve characters, as upstream's tests take them. */
const items = (path: readonly string[]) => (path.at(-1) === '@items' ? { min: 0, max: 12 } : undefined);

describe('cost', () => {
  const rows = [...LISTS, ...LIBRARIES, ...STRINGS, ...SETS, ...LOOPS];
  const cases = rows.map(([source, cost, min = cost, max = min]) => ({ source, cost, min, max }));

  it.each(cases)('$source', ({ source, cost, min, max }) => {
    const compiled = compile(ENV, source);
    if ('issues' in compiled) throw new Error(compiled.issues);
    const outcome = compiled.program.run((name) => (name === 'authorizer' ? allowing : undefined));
    expect(outcome).toMatchObject({ cost });
    expect(estimateCost(compiled.program, items)).toEqual({ min, max });
  });
});
