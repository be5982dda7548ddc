// The functions that Kubernetes adds to CEL, along the examples in upstream's documentation of each library
// (staging/src/k8s.io/apiserver/pkg/cel/library).
import { describe, expect, it } from 'vitest';
import { compile, extended } from '../../../src/cel/index.ts';
import { fromJson, toJson } from '../../../src/cel/json.ts';
import { DYN } from '../../../src/cel/types.ts';
import { BASE_ENVIRONMENT } from '../../../src/simulator/apiserver/cel/environment.ts';

const ENV = extended(BASE_ENVIRONMENT, [['object', DYN]]);
const OBJECT = fromJson({ spec: { replicas: 3, names: ['b', 'a'], ratio: 0.5 }, nothing: null });

/** The value as JSON, or `error: …`. */
function run(source: string): unknown {
  const compiled = compile(ENV, source);
  if ('issues' in compiled) return `issues: ${compiled.issues}`;
  const outcome = compiled.program.run((name) => (name === 'object' ? OBJECT : undefined));
  return 'value' in outcome ? toJson(outcome.value) : `error: ${outcome.error}`;
}

const holds = (...sources: readonly string[]) => it.each(sources)('%s', (source) => expect(run(source)).toBe(true));
const fails = (...rows: readonly (readonly [string, string])[]) =>
  it.each(rows)('%s', (source, words) => expect(run(source)).toBe(`error: ${words}`));

describe('times', () => {
  holds(
    'duration("1h2m3s4ms").getMilliseconds() == 3723004 && duration("1h2m3s").getSeconds() == 3723',
    'string(timestamp("2011-08-18T19:03:37.01+01:00")) == "2011-08-18T19:03:37.01+01:00"',
    'timestamp("2011-08-18T19:03:37+01:00") == timestamp("2011-08-18T18:03:37Z")',
    'timestamp("2011-08-18T19:03:37-01:30").getHours() == 19 && timestamp("2011-08-18T19:03:37-01:30").getHours("UTC") == 20',
    'string(timestamp("2011-08-18T19:03:37-01:30") + duration("1h")) == "2011-08-18T20:03:37-01:30"',
  );
  it('are looked at where they are literals', () => {
    expect(run('timestamp(253402300800) > timestamp(0)')).toContain('invalid timestamp argument');
    expect(run('timestamp(253402300799) > timestamp(0)')).toBe(true);
  });
});

describe('lists', () => {
  holds(
    '[1, 2, 3].isSorted() && !["b", "a"].isSorted() && ([] == [1] || [1].isSorted())',
    '[1, 3].sum() == 4 && [1.0, 3.0].sum() == 4.0 && [duration("1m"), duration("1s")].sum() == duration("61s")',
    '[1, 3].min() == 1 && [1, 3].max() == 3 && ["b", "a"].min() == "a"',
    '["a", "b", "b", "a"].indexOf("b") == 1 && ["a", "b", "b", "a"].lastIndexOf("b") == 2 && ["a"].indexOf("c") == -1',
    '[1, 2, 3, 4].slice(1, 3) == [2, 3] && [[1, 2], [3]].flatten() == [1, 2, 3]',
    '[3, 1, 2].sort() == [1, 2, 3] && ["b", "aa"].sortBy(s, s.size()) == ["b", "aa"] && [1, 1, 2].distinct() == [1, 2]',
    '[1, 2].reverse() == [2, 1] && lists.range(3) == [0, 1, 2] && [1, 2].first() == optional.of(1)',
    'sets.contains([1, 2, 3], [1, 3]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])',
  );
  fails(
    ['dyn([]).min()', 'min called on empty list'],
    ['[1, 2].slice(1, 5)', 'cannot slice(1, 5), list is length 2'],
    ['[1][5]', 'index out of bounds: 5'],
  );
});

describe('regular expressions', () => {
  holds(
    '"abc 123".find("[0-9]*") == "" && "abc 123".find("[0-9]+") == "123" && "xyz".find("[0-9]+") == ""',
    '"123 abc 456".findAll("[0-9]+") == ["123", "456"] && "123 abc 456".findAll("[0-9]+", 1) == ["123"]',
    '"foobar".matches("^foo.*r$") && !"foo".matches("^oo")',
    String.raw`"é1".matches("^\\pL\\d$")`,
  );
  it('are those of RE2', () => {
    expect(run('"a".matches("a(?=b)")')).toContain('invalid matches argument');
    expect(run('"a".matches(dyn("a(?=b)"))')).toContain(
      'error: error parsing regexp: invalid or unsupported Perl syntax',
    );
  });
});

describe('URLs', () => {
  holds(
    "url('https://user:pass@example.com:80/a/b?k=v&k=w&x=%20y#f').getHost() == 'example.com:80'",
    "url('https://example.com:80/').getHostname() == 'example.com' && url('https://example.com:80/').getPort() == '80'",
    "url('https://[::1]:80/').getHost() == '[::1]:80' && url('https://[::1]:80/').getHostname() == '::1'",
    "url('/path').getScheme() == '' && url('https://example.com/').getScheme() == 'https'",
    "url('https://example.com/path with spaces/').getEscapedPath() == '/path%20with%20spaces/'",
    "url('https://x.y/?k1=a&k2=b&k2=c').getQuery() == {'k1': ['a'], 'k2': ['b', 'c']}",
    "isURL('https://user:pass@example.com:80/path') && isURL('/absolute-path') && !isURL('../relative-path') && !isURL('https://a:b:c/')",
  );
});

describe('addresses', () => {
  holds(
    "isIP('127.0.0.1') && isIP('::1') && !isIP('127.0.0.256') && !isIP('010.0.0.1') && !isIP('::ffff:1.2.3.4')",
    "ip('192.168.0.1').family() == 4 && ip('fe80::1').isLinkLocalUnicast() && ip('224.0.0.1').isLinkLocalMulticast()",
    "ip('127.0.0.1').isLoopback() && ip('::').isUnspecified() && ip('8.8.8.8').isGlobalUnicast()",
    "ip('::0001') == ip('::1') && string(ip('2001:db8:0:0::1')) == '2001:db8::1'",
    "ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD')",
    "cidr('192.168.0.0/24').containsIP('192.168.0.1') && !cidr('192.168.0.0/24').containsIP(ip('192.168.1.1'))",
    "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.1.0.0/16').containsCIDR(cidr('10.0.0.0/8'))",
    "cidr('192.168.1.5/24').masked() == cidr('192.168.1.0/24') && cidr('192.168.1.5/24').ip() == ip('192.168.1.5')",
    "cidr('::1/128').prefixLength() == 128 && string(cidr('10.0.0.0/8')) == '10.0.0.0/8' && !isCIDR('10.0.0.0/33')",
  );
});

describe('quantities and versions', () => {
  holds(
    "quantity('200M') == quantity('0.2G') && isQuantity('1.3Gi') && !isQuantity('1.3GiB') && !isQuantity(' 1')",
    "quantity('50k').asInteger() == 50000 && quantity('50000000G').isInteger() && !quantity('9999999999999999999999999999999999999G').isInteger()",
    "quantity('50.703k').asApproximateFloat() == 50703.0 && quantity('-1').sign() == -1",
    "quantity('50k').add('20' == '20' ? quantity('20') : quantity('1')) == quantity('50.02k') && quantity('50k').sub(20) == quantity('49980')",
    "quantity('200M').compareTo(quantity('0.2G')) == 0 && quantity('150Mi').isGreaterThan(quantity('100Mi'))",
    "semver('1.2.3').compareTo(semver('1.2.3-rc.1')) == 1 && semver('1.0.0-alpha.2').isLessThan(semver('1.0.0-alpha.10'))",
    "semver('v1.0', true) == semver('1.0.0') && semver('01.01.01', true).minor() == 1 && !isSemver('v1.0') && isSemver('v1.0', true)",
  );
  fails(
    ["quantity('x')", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ["quantity('1.5').asInteger()", 'cannot convert value to integer'],
  );
});

describe('formats', () => {
  holds(
    "!format.dns1123Label().validate('my-name').hasValue() && format.named('dns1123Label').hasValue()",
    "format.dns1123Label().validate('My_name').value()[0].startsWith('a lowercase RFC 1123 label must consist of')",
    "!format.dns1123LabelPrefix().validate('my-name-').hasValue() && !format.named('nothing').hasValue()",
    "!format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue() && format.date().validate('2026-02-30').hasValue()",
    "format.byte().validate('a').hasValue() && !format.datetime().validate('2026-01-01T00:00:00Z').hasValue()",
  );
});

describe('texts', () => {
  holds(
    "'%d %s %f %s %s'.format([1, 'abc', 1.0, duration('1m'), timestamp('2000-01-01T00:00:00.000Z')]) == '1 abc 1.000000 60s 2000-01-01T00:00:00Z'",
    "'%o %o %o'.format([7, 8, 9]) == '7 10 11' && '%b'.format([9]) == '1001' && '%x'.format([255]) == 'ff'",
    "'a-b'.replace('-', '+').upperAscii() == 'A+B' && ' x '.trim() == 'x' && 'abc'.charAt(1) == 'b'",
  );
});

describe('values without a type', () => {
  holds(
    'object.spec.replicas + 1 == 4 && object.spec.ratio < 1 && type(object.spec.replicas) == int',
    "!has(object.spec.missing) && object.spec.?missing.orValue('x') == 'x' && object.?spec.?replicas.hasValue()",
    "object.nothing == null && !has(object.nothing.x) && 'spec' in object && object.spec.names.sort() == ['a', 'b']",
    "object.spec.names.map(n, n + '!').join(',') == 'b!,a!' && object.spec.exists(k, k == 'names')",
    'optional.of(1).orValue(dyn(1) / 0) == 1',
  );
  fails(
    ['object.spec.missing > 1', 'no such key: missing'],
    ['object.nothing.x == 1', 'no such key: x'],
    ['object.spec.replicas + "x" == ""', 'no such overload'],
    ['object.spec.names.all(n, n > 1)', 'no such overload'],
    ['1 / (object.spec.replicas - 3) > 0', 'division by zero'],
    ['int("x") == 1', 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['optional.none().value() == 1', 'optional.none() dereference'],
  );
});
