import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { credentialOf, parseTarget, requestOf } from '../../../src/node/https/request.ts';

interface Shown {
  readonly subject?: { readonly CN: string; readonly O: string | string[] };
  readonly authorized?: boolean;
  readonly headers?: { readonly [name: string]: string };
  readonly rawHeaders?: readonly string[];
}

function message({ subject, authorized = true, headers = {}, rawHeaders = [] }: Shown): IncomingMessage {
  const socket = { authorized, getPeerCertificate: () => (subject === undefined ? {} : { subject }) };
  return { headers, rawHeaders, method: 'GET', socket } as unknown as IncomingMessage;
}

describe('a target', () => {
  it('keeps every value of a query, under any name', () => {
    const parsed = parseTarget('/api/v1/pods?command=sh&command=-c&__proto__=1&constructor=2');
    expect(parsed).toHaveProperty('path', '/api/v1/pods');
    const query = 'query' in parsed ? parsed.query : {};
    expect(Object.entries(query)).toEqual([
      ['command', ['sh', '-c']],
      ['__proto__', ['1']],
      ['constructor', ['2']],
    ]);
  });

  it('with a broken encoding is refused', () => {
    expect(parseTarget('/api/%zz')).toEqual({ error: 'the path "/api/%zz" has a broken percent-encoding' });
  });
});

describe('who asks', () => {
  const subject = { CN: 'kubernetes-admin', O: ['system:masters', 'a'] };
  const headers = { authorization: 'Bearer t' };
  const certificate = { type: 'certificate', commonName: 'kubernetes-admin', organizations: ['system:masters', 'a'] };

  it.each<[string, Shown, unknown]>([
    ['nothing shown', {}, { type: 'anonymous' }],
    ['a token', { headers }, { type: 'token', token: 't' }],
    ['a certificate', { subject }, certificate],
    ['a certificate and a token', { subject, headers }, certificate],
    ['a foreign certificate', { subject, authorized: false }, undefined],
    ['a foreign certificate and a token', { subject, authorized: false, headers }, { type: 'token', token: 't' }],
    ['another scheme', { headers: { authorization: 'Basic dTpw' } }, { type: 'anonymous' }],
  ])('%s', (_, shown, expected) => {
    expect(credentialOf(message(shown))).toEqual(expected);
  });

  it('impersonates with what repeated headers say', () => {
    const rawHeaders = ['Impersonate-Group', 'a', 'Impersonate-Group', 'b', 'Impersonate-Extra-__proto__', 'x'];
    const m = message({ headers: { 'impersonate-user': 'jane' }, rawHeaders });
    const { impersonate } = requestOf(m, { path: '/', query: {} }, { type: 'anonymous' }, undefined);
    expect(impersonate).toMatchObject({ user: 'jane', groups: ['a', 'b'] });
    expect(Object.entries(impersonate?.extra ?? {})).toEqual([['__proto__', ['x']]]);
  });
});
