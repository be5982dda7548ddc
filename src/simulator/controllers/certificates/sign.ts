// The certificate for an approved request. Models pkg/controller/certificates/authority, v1.36.
import type { Random } from '../../../kernel/random.ts';
import * as der from '../../bootstrap/pki/der.ts';
import type { SigningRequest } from '../../bootstrap/pki/request.ts';
import * as x509 from '../../bootstrap/pki/x509.ts';
import type { Validity } from './decide.ts';

/** Numbers of bits in KeyUsage. */
const KEY_USAGES: { readonly [usage: string]: number } = {
  signing: 0,
  'digital signature': 0,
  'content commitment': 1,
  'key encipherment': 2,
  'data encipherment': 3,
  'key agreement': 4,
  'cert sign': 5,
  'crl sign': 6,
  'encipher only': 7,
  'decipher only': 8,
};
/** In the order of Go's ExtKeyUsage constants, in which a certificate lists them. */
const PURPOSES: readonly (readonly [oid: string, ...usages: string[]])[] = [
  ['2.5.29.37.0', 'any'],
  ['1.3.6.1.5.5.7.3.1', 'server auth'],
  ['1.3.6.1.5.5.7.3.2', 'client auth'],
  ['1.3.6.1.5.5.7.3.3', 'code signing'],
  ['1.3.6.1.5.5.7.3.4', 'email protection', 's/mime'],
  ['1.3.6.1.5.5.7.3.5', 'ipsec end system'],
  ['1.3.6.1.5.5.7.3.6', 'ipsec tunnel'],
  ['1.3.6.1.5.5.7.3.7', 'ipsec user'],
  ['1.3.6.1.5.5.7.3.8', 'timestamping'],
  ['1.3.6.1.5.5.7.3.9', 'ocsp signing'],
  ['1.3.6.1.4.1.311.10.3.3', 'microsoft sgc'],
  ['2.16.840.1.113730.4.1', 'netscape sgc'],
];

/** A BIT STRING without trailing zeros, as DER wants it. */
function keyUsage(usages: readonly string[]): der.Bytes | undefined {
  const set = usages.flatMap((u) => KEY_USAGES[u] ?? []);
  if (set.length === 0) return undefined;
  const last = Math.max(...set);
  const bytes = new Uint8Array((last >> 3) + 1);
  for (const bit of set) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return der.bits(bytes, 7 - (last & 7));
}

/** PEM. The subject, its alternative names and the key are the request's; the rest is the policy's. */
export function sign(
  random: Random,
  request: SigningRequest,
  usages: readonly string[],
  { notBeforeMs, notAfterMs }: Validity,
  ca: x509.Certificate,
): string {
  const purposes = PURPOSES.filter(([, ...names]) => names.some((u) => usages.includes(u)));
  const bits = keyUsage(usages);
  const extensions = [
    ...(bits === undefined ? [] : [x509.extension(x509.KEY_USAGE, true, bits)]),
    ...(purposes.length === 0
      ? []
      : [x509.extension(x509.PURPOSES, false, der.sequence(...purposes.map(([oid]) => der.oid(oid))))]),
    x509.extension(x509.CONSTRAINTS, true, der.sequence()),
    ...(request.alternativeNames ? [x509.extension(x509.ALTERNATIVE_NAMES, false, request.alternativeNames)] : []),
  ];
  const { subject, publicKey } = request;
  return x509.certify(random, { subject, publicKey, notBeforeMs, notAfterMs, extensions }, ca);
}
