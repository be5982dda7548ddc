// Certificate signing requests with keys of their own.
import { p256 } from '@noble/curves/nist.js';
import { Random } from '../../../src/kernel/random.ts';
import { encodeBase64, utf8 } from '../../../src/model/base64.ts';
import * as der from '../../../src/simulator/bootstrap/pki/der.ts';
import { makeKey } from '../../../src/simulator/bootstrap/pki/x509.ts';

/** spec.request. `forge`: signed with the right key, but over something else. */
export function requestFor(commonName: string, organizations: string[], dns: string[] = [], forge = false): string {
  const key = makeKey(new Random('request'));
  const attribute = (id: string, v: string): der.Bytes => der.set(der.sequence(der.oid(id), der.utf8String(v)));
  const subject = der.sequence(...organizations.map((o) => attribute('2.5.4.10', o)), attribute('2.5.4.3', commonName));
  const algorithm = der.sequence(der.oid('1.2.840.10045.2.1'), der.oid('1.2.840.10045.3.1.7'));
  const names = der.sequence(
    der.oid('2.5.29.17'),
    der.octets(der.sequence(...dns.map((d) => der.implicit(2, utf8(d))))),
  );
  const wanted = der.sequence(der.oid('1.2.840.113549.1.9.14'), der.set(der.sequence(names)));
  const info = der.sequence(
    der.integer(Uint8Array.of(0)),
    subject,
    der.sequence(algorithm, der.bits(key.publicKey)),
    der.explicit(0, ...(dns.length > 0 ? [wanted] : [])),
  );
  const signed = p256.sign(forge ? utf8('else') : info, key.privateKey, { format: 'der', lowS: false });
  const whole = der.sequence(info, der.sequence(der.oid('1.2.840.10045.4.3.2')), der.bits(signed));
  return encodeBase64(utf8(der.pem('CERTIFICATE REQUEST', whole)));
}
