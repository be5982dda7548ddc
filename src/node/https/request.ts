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
  const query: Record<string, string[]> = {};
  if (mark >= 0) {
    for (const [k, v] of new URLSearchParams(target.slice(mark + 1))) {
      const known = query[k];
      if (known) known.push(v);
      else query[k] = [v];
    }
  }
  return { path, query };
}

function listOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Undefined: a certificate was shown that the cluster's CA did not sign. */
export function credentialOf(message: IncomingMessage): Credential | undefined {
  const authorization = message.headers.authorization;
  if (authorization !== undefined) {
    const token = /^Bearer\s+(\S+)\s*$/i.exec(authorization)?.[1];
    return token === undefined ? { type: 'anonymous' } : { type: 'token', token };
  }
  const socket = message.socket as TLSSocket;
  const certificate = socket.getPeerCertificate();
  if (certificate?.subject === undefined) return { type: 'anonymous' };
  if (!socket.authorized) return undefined;
  const { CN, O } = certificate.subject;
  return { type: 'certificate', commonName: listOf(CN)[0] ?? '', organizations: listOf(O) };
}

export function impersonationOf(message: IncomingMessage): Impersonation | undefined {
  const { headers } = message;
  const user = listOf(headers['impersonate-user'])[0];
  if (user === undefined) return undefined;
  const extra: Record<string, string[]> = {};
  const groups: string[] = [];
  // Repeated headers are joined in `headers`; the raw list keeps them apart.
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    const name = (message.rawHeaders[i] ?? '').toLowerCase();
    const value = message.rawHeaders[i + 1] ?? '';
    if (name === 'impersonate-group') groups.push(value);
    if (!name.startsWith('impersonate-extra-')) continue;
    const key = name.slice('impersonate-extra-'.length);
    extra[key] = [...(extra[key] ?? []), value];
  }
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
