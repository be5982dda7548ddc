// The small checks that the kinds are made of.
import { describe, expect, it } from 'vitest';
import { Errors, Path } from '../../../src/simulator/apiserver/validation/field.ts';
import { cidrContains, parseCidr, parseIp } from '../../../src/simulator/apiserver/validation/ip.ts';
import * as names from '../../../src/simulator/apiserver/validation/names.ts';
import { goJson, Ordered, valueText } from '../../../src/simulator/apiserver/validation/value.ts';
import { validateClientConfig } from '../../../src/simulator/apiserver/validation/webhooks.ts';

describe('names', () => {
  const good = [
    [names.isDns1123Label, ['a', 'a-1', '0', 'x'.repeat(63)]],
    [names.isDns1123Subdomain, ['a.b', 'a-b.c-d', `${'x'.repeat(63)}.a`, 'x'.repeat(253)]],
    [names.isDns1035Label, ['a', 'a-1']],
    [names.isQualifiedName, ['a', 'A_b.c', 'example.com/Name']],
    [names.isLabelValue, ['', 'a', 'A.b_c-d']],
    [names.isPortName, ['http', '1-a', 'a'.repeat(15)]],
    [names.isConfigMapKey, ['a', '.a', 'A_b-c']],
  ] as const;
  const bad = [
    [names.isDns1123Label, ['', 'A', '-a', 'a-', 'a.b', 'x'.repeat(64)]],
    [names.isDns1123Subdomain, ['', 'a..b', '.a', 'a_b', 'x'.repeat(254)]],
    [names.isDns1035Label, ['1a', '', 'A']],
    [names.isQualifiedName, ['', '/', 'a/b/c', 'A/b', 'a/', '-a']],
    [names.isLabelValue, ['-a', 'a-', 'a b', 'x'.repeat(64)]],
    [names.isPortName, ['', '1', 'a--b', '-a', 'a'.repeat(16), 'a_b']],
    [names.isConfigMapKey, ['', '..', '..a', 'a b', 'x'.repeat(254)]],
  ] as const;

  it('that are sound say nothing', () => {
    for (const [check, texts] of good) for (const text of texts) expect([text, check(text)]).toEqual([text, []]);
  });

  it('that are not say why', () => {
    for (const [check, texts] of bad) for (const text of texts) expect(check(text), text).not.toEqual([]);
  });
});

describe('values', () => {
  it('are marshalled as Go marshals them', () => {
    expect(goJson({ b: 1, a: '<&>' })).toBe(String.raw`{"a":"\u003c\u0026\u003e","b":1}`);
    expect(
      goJson(
        new Ordered([
          ['B', null],
          ['A', []],
        ]),
      ),
    ).toBe('{"B":null,"A":[]}');
    expect([undefined, 1, true, 'a', ['a']].map(valueText)).toEqual(['null', '1', 'true', '"a"', '["a"]']);
  });
});

describe('addresses', () => {
  it('are parsed in both families', () => {
    expect(parseIp('10.0.0.1')).toEqual([10, 0, 0, 1]);
    expect(parseIp('::1')).toHaveLength(16);
    for (const text of ['', '1.2.3', '1.2.3.256', '1.2.3.4.5', 'x', '::1::', '12345::']) {
      expect(parseIp(text), text).toBeUndefined();
    }
  });

  it('lie in a range or not', () => {
    const range = parseCidr('10.0.0.0/8');
    const ip = (text: string) => parseIp(text) ?? [];
    if (!range) throw new Error('no range');
    expect([ip('10.1.2.3'), ip('11.0.0.0')].map((a) => cidrContains(range, a))).toEqual([true, false]);
    expect(['10.0.0.0/33', '10.0.0.0', 'x/8', '::/129'].map(parseCidr)).toEqual(Array(4).fill(undefined));
  });
});

describe('webhooks', () => {
  const refused = (config: Parameters<typeof validateClientConfig>[2]) => {
    const errs = new Errors();
    validateClientConfig(errs, Path.of('c'), config);
    return errs.list.map((e) => `${e.field}: ${e.message}`);
  };

  it('are reached by a URL or a Service', () => {
    expect(refused({ url: 'https://example.com:8443/path' })).toEqual([]);
    expect(refused({ service: { name: 's', namespace: 'n', path: '/a/b' } })).toEqual([]);
    expect(refused({})).toEqual(['c: Required value: exactly one of url or service is required']);
  });

  it('have a plain URL', () => {
    const form = '; desired format: https://host[/path]';
    expect(refused({ url: 'http://u:p@example.com/?q#f' })).toEqual([
      `c.url: Invalid value: "http": 'https' is the only allowed URL scheme${form}`,
      'c.url: Invalid value: "u:p": user information is not permitted in the URL',
      'c.url: Invalid value: "f": fragments are not permitted in the URL',
      'c.url: Invalid value: "q": query parameters are not permitted in the URL',
    ]);
    expect(refused({ url: 'https://' })).toEqual([`c.url: Invalid value: "": host must be specified${form}`]);
  });

  it('have a path of names', () => {
    expect(refused({ service: { namespace: 'n', path: '/a//b', port: 0 } })).toEqual([
      'c.service.name: Required value: service name is required',
      'c.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive',
      'c.service.path: Invalid value: "/a//b": segment[1] may not be empty',
    ]);
  });
});
