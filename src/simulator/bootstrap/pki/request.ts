// Certificate signing requests (PKCS #10): read as far as a signer needs it. Source: RFC 2986, and RFC 5280 for extensions.
import { p256 } from '@noble/curves/nist.js';
import { decodeBase64, fromUtf8 } from '../../../model/base64.ts';
import type { Bytes } from './der.ts';
import * as der from './der.ts';
import { ALTERNATIVE_NAMES } from './x509.ts';

export interface SigningRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** Subject alternative names by kind. */
  readonly dnsNames: number;
  readonly addresses: number;
  readonly emails: number;
  readonly uris: number;
  /** DER, as they go into the certificate. */
  readonly subject: Bytes;
  readonly publicKey: Bytes;
  readonly alternativeNames: Bytes | undefined;
  /** Whether the requester holds the key; undefined for keys other than P-256, which are not checked here. */
  readonly signed: boolean | undefined;
}

/** What is no request: the message says what is wrong with it. */
export class RequestError extends Error {}

interface Element {
  readonly tag: number;
  /** With tag and length. */
  readonly whole: Bytes;
  readonly content: Bytes;
}

const TRUNCATED = 'asn1: syntax error: data truncated';

/** The elements that follow each other in `bytes`. Throws RequestError. */
function elements(bytes: Bytes): Element[] {
  const out: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1];
    if (first === undefined) throw new RequestError(TRUNCATED);
    const digits = first < 0x80 ? 0 : first & 0x7f;
    if (digits > 3) throw new RequestError(TRUNCATED);
    let length = digits === 0 ? first : 0;
    for (let i = 0; i < digits; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
    const start = at + 2 + digits;
    const end = start + length;
    if (end > bytes.length) throw new RequestError(TRUNCATED);
    out.push({ tag, whole: bytes.subarray(at, end), content: bytes.subarray(start, end) });
    at = end;
  }
  return out;
}

function hex(bytes: Bytes): string {
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

const contentOf = (dotted: string): string => hex(elements(der.oid(dotted))[0]?.content ?? new Uint8Array());
const COMMON_NAME = contentOf('2.5.4.3');
const ORGANIZATION = contentOf('2.5.4.10');
const EXTENSION_REQUEST = contentOf('1.2.840.113549.1.9.14');
const NAMES = contentOf(ALTERNATIVE_NAMES);
const P256 = contentOf('1.2.840.10045.3.1.7');

function texts(subject: Bytes, type: string): string[] {
  return elements(subject)
    .flatMap((set) => elements(set.content))
    .flatMap((attribute) => {
      const [id, value] = elements(attribute.content);
      return id && value && hex(id.content) === type ? [fromUtf8(value.content) ?? ''] : [];
    });
}

/** The value of the extension with the alternative names, if the request has one. */
function requestedNames(attributes: Bytes): Bytes | undefined {
  for (const attribute of elements(attributes)) {
    const [id, values] = elements(attribute.content);
    if (id === undefined || values === undefined || hex(id.content) !== EXTENSION_REQUEST) continue;
    for (const list of elements(values.content)) {
      for (const e of elements(list.content)) {
        const parts = elements(e.content);
        if (parts[0] && hex(parts[0].content) === NAMES) return parts.at(-1)?.content;
      }
    }
  }
  return undefined;
}

function verified(info: Bytes, publicKey: Bytes, signature: Element): boolean | undefined {
  const [algorithm, bits] = elements(elements(publicKey)[0]?.content ?? new Uint8Array());
  const curve = algorithm && elements(algorithm.content)[1];
  if (curve === undefined || bits === undefined || hex(curve.content) !== P256) return undefined;
  try {
    const options = { format: 'der', lowS: false } as const;
    return p256.verify(signature.content.subarray(1), info, bits.content.subarray(1), options);
  } catch {
    return false;
  }
}

/** The first block of a kind in a field of bytes, without its PEM. */
function blockOf(field: string, label: string): Bytes | undefined {
  const text = fromUtf8(decodeBase64(field) ?? new Uint8Array()) ?? '';
  const body = new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`).exec(text)?.[1];
  const bytes = body === undefined ? undefined : decodeBase64(body.replace(/\s/g, ''));
  return bytes && elements(bytes)[0]?.content;
}

/** When a certificate ends, milliseconds since 1970; undefined where it cannot be read. Throws RequestError. */
export function certificateEnd(field: string): number | undefined {
  const certificate = blockOf(field, 'CERTIFICATE');
  const tbs = certificate && elements(certificate)[0];
  const validity = tbs && elements(tbs.content)[4];
  const end = validity && elements(validity.content)[1];
  const text = (end && fromUtf8(end.content)) ?? '';
  const [, year = '', month, day, hour, minute, second] = /^(\d{2,4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  if (year === '') return undefined;
  const full = year.length === 4 ? year : `${Number(year) < 50 ? '20' : '19'}${year}`;
  return Date.parse(`${full}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** @param field base64 of the PEM, as it stands in spec.request. Throws RequestError. */
export function parseRequest(field: string): SigningRequest {
  const request = blockOf(field, 'CERTIFICATE REQUEST');
  if (request === undefined) throw new RequestError('PEM block type must be CERTIFICATE REQUEST');
  const [info, , signature] = elements(request);
  const [, subject, publicKey, attributes] = elements(info?.content ?? request);
  if (!info || !signature || !subject || !publicKey) throw new RequestError(TRUNCATED);
  const alternativeNames = requestedNames(attributes?.content ?? new Uint8Array());
  const kinds =
    alternativeNames === undefined ? [] : elements(elements(alternativeNames)[0]?.content ?? alternativeNames);
  const count = (n: number): number => kinds.filter((k) => (k.tag & 0x1f) === n).length;
  return {
    commonName: texts(subject.content, COMMON_NAME)[0] ?? '',
    organizations: texts(subject.content, ORGANIZATION),
    dnsNames: count(2),
    addresses: count(7),
    emails: count(1),
    uris: count(6),
    subject: subject.whole,
    publicKey: publicKey.whole,
    alternativeNames,
    signed: verified(info.whole, publicKey.whole, signature),
  };
}
