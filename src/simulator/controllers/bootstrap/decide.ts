// Bootstrap tokens: which are valid, and the signatures that they put under the cluster-info ConfigMap. Pure.
// Models k8s.io/cluster-bootstrap/token/{jws,util} and pkg/controller/bootstrap/util.go, v1.36.
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { decodeBase64, encodeBase64Url, encodeBase64UrlBytes, fromUtf8, utf8 } from '../../../model/base64.ts';
import type { Secret } from '../../../model/generated/core.v1.ts';
import { parseTime } from '../../../model/time.ts';

export const TOKEN_TYPE = 'bootstrap.kubernetes.io/token';
export const NAMESPACE = 'kube-system';
const NAME_PREFIX = 'bootstrap-token-';
export const SIGNATURE_PREFIX = 'jws-kubeconfig-';

export function isToken(secret: Secret): boolean {
  return secret.type === TOKEN_TYPE && secret.metadata.namespace === NAMESPACE;
}

function read(secret: Secret, key: string): string {
  const bytes = decodeBase64(secret.data?.[key] ?? '');
  return (bytes && fromUtf8(bytes)) ?? '';
}

/** Milliseconds that a token is valid for still; undefined: for ever. An expiration that cannot be read is in the past. */
export function timeLeft(secret: Secret, nowMs: number): number | undefined {
  const expires = read(secret, 'expiration');
  return expires === '' ? undefined : Math.max(0, (parseTime(expires) ?? 0) - nowMs);
}

/** Id and secret of a token that may sign; undefined where it may not. */
export function signingToken(secret: Secret, nowMs: number): { readonly id: string; readonly key: string } | undefined {
  const [id, key] = [read(secret, 'token-id'), read(secret, 'token-secret')];
  if (id === '' || key === '' || secret.metadata.name !== NAME_PREFIX + id) return undefined;
  if (timeLeft(secret, nowMs) === 0 || read(secret, 'usage-bootstrap-signing') !== 'true') return undefined;
  return { id, key };
}

/** A JSON Web Signature without its content, which stands in the ConfigMap already. */
export function detachedSignature(content: string, id: string, key: string): string {
  const header = encodeBase64Url(JSON.stringify({ alg: 'HS256', kid: id }));
  return `${header}..${encodeBase64UrlBytes(hmac(sha256, utf8(key), utf8(`${header}.${encodeBase64Url(content)}`)))}`;
}

export type Data = { readonly [key: string]: string };

/** The ConfigMap's data with the signatures of all tokens; undefined where nothing changes. */
export function signedData(data: Data, tokens: Iterable<Secret>, nowMs: number): Data | undefined {
  const content = data.kubeconfig;
  if (content === undefined) return undefined;
  const next: Record<string, string> = {};
  for (const [k, v] of Object.entries(data)) if (!k.startsWith(SIGNATURE_PREFIX)) next[k] = v;
  for (const secret of tokens) {
    const token = isToken(secret) ? signingToken(secret, nowMs) : undefined;
    if (token !== undefined) next[SIGNATURE_PREFIX + token.id] = detachedSignature(content, token.id, token.key);
  }
  const keys = Object.keys(next);
  const same = keys.length === Object.keys(data).length && keys.every((k) => next[k] === data[k]);
  return same ? undefined : next;
}
