// Which requests are approved without a person, which a signer signs, for how long, and which are cleaned up: pure.
// Models pkg/apis/certificates/helpers.go, pkg/controller/certificates/{approver,signer,authority,cleaner}, v1.36.
import type { CertificateSigningRequest } from '../../../model/generated/certificates.v1.ts';
import type { SigningRequest } from '../../bootstrap/pki/request.ts';

const DOMAIN = 'kubernetes.io';
export const KUBELET_CLIENT = `${DOMAIN}/kube-apiserver-client-kubelet`;
export const KUBELET_SERVING = `${DOMAIN}/kubelet-serving`;
export const APISERVER_CLIENT = `${DOMAIN}/kube-apiserver-client`;
export const LEGACY_UNKNOWN = `${DOMAIN}/legacy-unknown`;
/** The signers that kube-controller-manager runs. */
export const SIGNERS: readonly string[] = [KUBELET_SERVING, KUBELET_CLIENT, APISERVER_CLIENT, LEGACY_UNKNOWN];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Source: --cluster-signing-duration 8760h, v1.36. */
const LONGEST = 8760 * HOUR;
const SHORTEST = 10 * MINUTE;
const BACKDATE = 5 * MINUTE;
/** Shorter certificates are backdated on top of what was asked for. */
const SHORT = 8 * HOUR;

type Conditions = NonNullable<NonNullable<CertificateSigningRequest['status']>['conditions']>;

export function conditionsOf(csr: CertificateSigningRequest): Conditions {
  return csr.status?.conditions ?? [];
}

function has(csr: CertificateSigningRequest, type: string): boolean {
  return conditionsOf(csr).some((c) => c.type === type);
}

export function isDecided(csr: CertificateSigningRequest): boolean {
  return Boolean(csr.status?.certificate) || has(csr, 'Approved') || has(csr, 'Denied');
}

/** Approved, and neither signed nor failed. */
export function waitsForSigner(csr: CertificateSigningRequest): boolean {
  const failed = conditionsOf(csr).some((c) => c.type === 'Failed' && c.status === 'True');
  return has(csr, 'Approved') && !has(csr, 'Denied') && !failed && !csr.status?.certificate;
}

function usagesAre(usages: readonly string[], purpose: string): boolean {
  const given = new Set(usages);
  const needed = ['digital signature', purpose];
  given.delete('key encipherment');
  return given.size === needed.length && needed.every((u) => given.has(u));
}

function namesProblem(
  r: SigningRequest,
  forbidden: readonly ('dnsNames' | 'emails' | 'addresses' | 'uris')[],
): string | undefined {
  const words = { dnsNames: 'DNS', emails: 'Email', addresses: 'IP', uris: 'URI' } as const;
  const found = forbidden.find((kind) => r[kind] > 0);
  return found && `${words[found]} subjectAltNames are not allowed`;
}

const NOT_NODES = 'subject organization is not system:nodes';
const NOT_A_NODE = 'subject common name does not begin with system:node:';

function isNodes(r: SigningRequest): boolean {
  return r.organizations.length === 1 && r.organizations[0] === 'system:nodes';
}

/** Why a request is none for a kubelet's client certificate. */
export function kubeletClientProblem(r: SigningRequest, usages: readonly string[]): string | undefined {
  if (!isNodes(r)) return NOT_NODES;
  const names = namesProblem(r, ['dnsNames', 'emails', 'addresses', 'uris']);
  if (names !== undefined) return names;
  if (!r.commonName.startsWith('system:node:')) return NOT_A_NODE;
  return usagesAre(usages, 'client auth')
    ? undefined
    : 'usages did not match [client auth digital signature key encipherment]';
}

function kubeletServingProblem(r: SigningRequest, usages: readonly string[]): string | undefined {
  if (!isNodes(r)) return NOT_NODES;
  if (r.dnsNames === 0 && r.addresses === 0) return 'DNS or IP subjectAltName is required';
  const names = namesProblem(r, ['emails', 'uris']);
  if (names !== undefined) return names;
  if (!usagesAre(usages, 'server auth')) return 'usages did not match [digital signature key encipherment server auth]';
  return r.commonName.startsWith('system:node:') ? undefined : NOT_A_NODE;
}

function clientProblem(usages: readonly string[]): string | undefined {
  const other = usages.find((u) => !['digital signature', 'key encipherment', 'client auth'].includes(u));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

/** Why a signer refuses: the message of the Failed condition. */
export function signerProblem(signer: string, r: SigningRequest, usages: readonly string[]): string | undefined {
  switch (signer) {
    case KUBELET_CLIENT:
      return kubeletClientProblem(r, usages);
    case KUBELET_SERVING:
      return kubeletServingProblem(r, usages);
    case APISERVER_CLIENT:
      return clientProblem(usages);
    default:
      return undefined;
  }
}

export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** What was asked for, between ten minutes and a year, and never beyond the CA's own end. */
export function validity(expirationSeconds: number | undefined, nowMs: number, caNotAfterMs: number): Validity {
  const asked = expirationSeconds === undefined ? LONGEST : expirationSeconds * 1000;
  const ttl = Math.min(Math.max(asked, SHORTEST), LONGEST);
  const end = nowMs + ttl - (ttl > SHORT ? BACKDATE : 0);
  return { notBeforeMs: nowMs - BACKDATE, notAfterMs: Math.min(end, caNotAfterMs) };
}

/** Source: approvedExpiration, deniedExpiration and pendingExpiration in cleaner.go. */
const DECIDED_KEPT = HOUR;
const PENDING_KEPT = 24 * HOUR;

/** Why a request is deleted. `notAfterMs`: when its certificate ends. */
export function outdated(csr: CertificateSigningRequest, nowMs: number, notAfterMs?: number): string | undefined {
  const older = (time: string | undefined, than: number): boolean => nowMs - Date.parse(time ?? '') > than;
  const conditions = conditionsOf(csr);
  const issued = Boolean(csr.status?.certificate);
  for (const { type, lastUpdateTime } of conditions) {
    if (type === 'Approved' && issued && older(lastUpdateTime, DECIDED_KEPT)) return 'issued more than 1 h ago';
    if (type === 'Approved' && issued && notAfterMs !== undefined && nowMs > notAfterMs)
      return 'its certificate has expired';
    if ((type === 'Denied' || type === 'Failed') && older(lastUpdateTime, DECIDED_KEPT))
      return `${type.toLowerCase()} more than 1 h ago`;
  }
  if (conditions.length === 0 && older(csr.metadata.creationTimestamp, PENDING_KEPT))
    return 'nobody has decided on it for 24 h';
  return undefined;
}
