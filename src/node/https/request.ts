// From an HTTP request to the API server's own: path, query, identity. Nothing here decides; what cannot be read is said.
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { ApiRequest, Credential, Impersonation, Query, RequestBody } from '../../simulator/apiserver/api.ts';

/** Upstream's limit on request bodies: 3 MiB (MaxRequestBodyBytes, staging/src/k8s.io/apiserver/pkg/server/config.go, v1.36). */
export const BODY_LIMIT = 3 * 1024 * 1024;

export type Parsed = { readonly path: string; readonly query: Query } | { readonly error: string };

export function parseTarget(target: string): Parsed {
  const mark = target.indexOf('?');
  const raw = mark < 0 ? target : target.slice(0, mark);
  let path: string;
  try {
    path = decodeURIComponent(raw);
  } catch {
    return { error: `the path ${JSON.stringify(raw)} has a broken percent-encoding` };
  }
  return { path, query: grouped(mark < 0 ? [] : new URLSearchParams(target.slice(mark + 1))) };
}

/** The values of each name, in order. A Map, because names such as `__proto__` come from outside. */
function grouped(pairs: Iterable<readonly [name: string, value: string]>): Record<string, string[]> {
  const out = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const known = out.get(name);
    if (known) known.push(value);
    else out.set(name, [value]);
  }
  return Object.fromEntries(out);
}

function listOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** A connection shows its certificate once; the API server knows a caller again by the same object. */
const certified = new WeakMap<TLSSocket, Credential>();

/**
 * A certificate is asked before a token, so it wins where both are shown. Undefined: a certificate was shown that the
 * cluster's CA did not sign, and no token. Models pkg/kubeapiserver/authenticator/config.go.
 */
export function credentialOf(message: IncomingMessage): Credential | undefined {
  const socket = message.socket as TLSSocket;
  const known = certified.get(socket);
  if (known !== undefined) return known;
  const subject = socket.getPeerCertificate()?.subject;
  if (subject !== undefined && socket.authorized) {
    const credential = {
      type: 'certificate',
      commonName: listOf(subject.CN)[0] ?? '',
      organizations: listOf(subject.O),
    } as const;
    certified.set(socket, credential);
    return credential;
  }
  const token = /^Bearer\s+(\S+)\s*$/i.exec(message.headers.authorization ?? '')?.[1];
  if (token !== undefined) return { type: 'token', token };
  return subject === undefined ? { type: 'anonymous' } : undefined;
}

function impersonationOf(message: IncomingMessage): Impersonation | undefined {
  const { headers } = message;
  const user = listOf(headers['impersonate-user'])[0];
  if (user === undefined) return undefined;
  const extras: [string, string][] = [];
  const groups: string[] = [];
  // Repeated headers are joined in `headers`; the raw list keeps them apart.
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    const name = (message.rawHeaders[i] ?? '').toLowerCase();
    const value = message.rawHeaders[i + 1] ?? '';
    if (name === 'impersonate-group') groups.push(value);
    if (name.startsWith('impersonate-extra-')) extras.push([name.slice('impersonate-extra-'.length), value]);
  }
  const extra = grouped(extras);
  const uid = listOf(headers['impersonate-uid'])[0];
  return {
    user,
    ...(groups.length > 0 ? { groups } : {}),
    ...(uid === undefined ? {} : { uid }),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

export function requestOf(
  message: IncomingMessage,
  target: { path: string; query: Query },
  credential: Credential,
  body: RequestBody | undefined,
): ApiRequest {
  const { headers } = message;
  const impersonate = impersonationOf(message);
  const contentType = body !== undefined && 'value' in body ? 'application/json' : headers['content-type'];
  return {
    method: (message.method ?? 'GET') as ApiRequest['method'],
    path: target.path,
    query: target.query,
    ...(body === undefined ? {} : { body }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(headers.accept === undefined ? {} : { accept: headers.accept }),
    userAgent: headers['user-agent'] ?? '',
    credential,
    ...(impersonate ? { impersonate } : {}),
  };
}
