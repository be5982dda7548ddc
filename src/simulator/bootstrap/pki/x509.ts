// X.509 version 3 certificates on P-256, signed deterministically (RFC 6979), so that a seed gives the same PKI each time.
// Source of the profile: RFC 5280; of what Kubernetes puts into subjects: kubernetes.io/docs/setup/best-practices/certificates.
import { p256 } from '@noble/curves/nist.js';
import type { Random } from '../../../kernel/random.ts';
import { utf8 } from '../../../model/base64.ts';
import * as der from './der.ts';

export interface KeyPair {
  readonly privateKey: der.Bytes;
  /** Uncompressed point. */
  readonly publicKey: der.Bytes;
}

export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

export interface CertificateRequest {
  readonly subject: Subject;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly usage: 'ca' | 'server' | 'client';
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
}

export interface Certificate {
  readonly subject: Subject;
  readonly pem: string;
  readonly keyPem: string;
  readonly key: KeyPair;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

const ECDSA_SHA256 = der.sequence(der.oid('1.2.840.10045.4.3.2'));
const P256 = der.oid('1.2.840.10045.3.1.7');
export const KEY_USAGE = '2.5.29.15';
export const PURPOSES = '2.5.29.37';
export const CONSTRAINTS = '2.5.29.19';
export const ALTERNATIVE_NAMES = '2.5.29.17';
const PUBLIC_KEY = der.sequence(der.oid('1.2.840.10045.2.1'), P256);

export function makeKey(random: Random): KeyPair {
  for (;;) {
    const privateKey = random.bytes(32);
    if (p256.utils.isValidSecretKey(privateKey)) return { privateKey, publicKey: p256.getPublicKey(privateKey, false) };
  }
}

function name(subject: Subject): der.Bytes {
  const attribute = (id: string, value: string): der.Bytes => der.set(der.sequence(der.oid(id), der.utf8String(value)));
  const organizations = (subject.organizations ?? []).map((o) => attribute('2.5.4.10', o));
  return der.sequence(...organizations, attribute('2.5.4.3', subject.commonName));
}

export function extension(id: string, critical: boolean, value: der.Bytes): der.Bytes {
  return der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}

function address(text: string): der.Bytes {
  return Uint8Array.from(text.split('.').map(Number));
}

function extensions(r: CertificateRequest): der.Bytes[] {
  const ca = r.usage === 'ca';
  // digitalSignature; a CA also signs certificates.
  const keyUsage = ca ? der.bits(Uint8Array.of(0x84), 2) : der.bits(Uint8Array.of(0x80), 7);
  const purpose = r.usage === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2';
  const names = [
    ...(r.dnsNames ?? []).map((d) => der.implicit(2, utf8(d))),
    ...(r.addresses ?? []).map((a) => der.implicit(7, address(a))),
  ];
  return [
    extension(KEY_USAGE, true, keyUsage),
    ...(ca ? [] : [extension(PURPOSES, false, der.sequence(der.oid(purpose)))]),
    extension(CONSTRAINTS, true, ca ? der.sequence(der.boolean(true)) : der.sequence()),
    ...(names.length > 0 ? [extension(ALTERNATIVE_NAMES, false, der.sequence(...names))] : []),
  ];
}

/** The parts of a certificate that its issuer puts together, in DER where they come from elsewhere. */
export interface Template {
  readonly subject: der.Bytes;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: der.Bytes;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly extensions: readonly der.Bytes[];
}

export interface Issuer {
  readonly subject: Subject;
  readonly key: KeyPair;
}

/** PEM of what `issuer` signs. */
export function certify(random: Random, template: Template, issuer: Issuer): string {
  const serial = random.bytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const tbs = der.sequence(
    der.explicit(0, der.integer(Uint8Array.of(2))),
    der.integer(serial),
    ECDSA_SHA256,
    name(issuer.subject),
    der.sequence(der.time(template.notBeforeMs), der.time(template.notAfterMs)),
    template.subject,
    template.publicKey,
    der.explicit(3, der.sequence(...template.extensions)),
  );
  const signature = p256.sign(tbs, issuer.key.privateKey, { format: 'der', lowS: false });
  return der.pem('CERTIFICATE', der.sequence(tbs, ECDSA_SHA256, der.bits(signature)));
}

/** A certificate signed by `issuer`, or by itself where there is none. */
export function issue(random: Random, request: CertificateRequest, issuer?: Certificate): Certificate {
  const key = makeKey(random);
  const { subject, notBeforeMs, notAfterMs } = request;
  const template = {
    subject: name(subject),
    publicKey: der.sequence(PUBLIC_KEY, der.bits(key.publicKey)),
    notBeforeMs,
    notAfterMs,
    extensions: extensions(request),
  };
  return {
    subject,
    pem: certify(random, template, issuer ?? { subject, key }),
    keyPem: der.pem('EC PRIVATE KEY', privateKey(key)),
    key,
    notBeforeMs,
    notAfterMs,
  };
}

function privateKey(key: KeyPair): der.Bytes {
  return der.sequence(
    der.integer(Uint8Array.of(1)),
    der.octets(key.privateKey),
    der.explicit(0, P256),
    der.explicit(1, der.bits(key.publicKey)),
  );
}
