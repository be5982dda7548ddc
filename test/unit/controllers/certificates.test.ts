// What comes back is read by Node's OpenSSL.
import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64, fromUtf8, utf8 } from '../../../src/model/base64.ts';
import type { CertificateSigningRequest } from '../../../src/model/generated/certificates.v1.ts';
import { parseRequest, RequestError } from '../../../src/simulator/bootstrap/pki/request.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import * as decide from '../../../src/simulator/controllers/certificates/decide.ts';
import { requestFor } from './csr.ts';
import { NOW } from './objects.ts';

const MINUTE = 60_000_000;
const HOUR = 3_600_000;
const BASE = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

function make(name: string, spec: Partial<CertificateSigningRequest['spec']>): CertificateSigningRequest {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: requestFor('jane', ['dev']),
      signerName: decide.APISERVER_CLIENT,
      usages: ['client auth'],
      ...spec,
    },
  };
}

describe('a request', () => {
  it('is read: subject, names, and whether its sender holds the key', () => {
    const r = parseRequest(requestFor('system:node:n1', ['system:nodes', 'x'], ['n1', 'n1.local']));
    expect(r).toMatchObject({
      commonName: 'system:node:n1',
      organizations: ['system:nodes', 'x'],
      dnsNames: 2,
      signed: true,
    });
    expect(parseRequest(requestFor('jane', [], [], true)).signed).toBe(false);
  });
  it.each([
    '',
    'AAAA',
    encodeBase64(utf8('-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----')),
  ])('that is none is refused: %s', (field) => expect(() => parseRequest(field)).toThrow(RequestError));

  const node = parseRequest(requestFor('system:node:n1', ['system:nodes']));
  const serving = parseRequest(requestFor('system:node:n1', ['system:nodes'], ['n1']));
  const person = parseRequest(requestFor('jane', ['dev']));
  const client = ['digital signature', 'client auth'];
  it.each<[string, decide.Validity | string | undefined, string | undefined]>([
    ['a kubelet’s', decide.kubeletClientProblem(node, client), undefined],
    ['with key encipherment too', decide.kubeletClientProblem(node, [...client, 'key encipherment']), undefined],
    ['not of system:nodes', decide.kubeletClientProblem(person, client), 'subject organization is not system:nodes'],
    ['with names', decide.kubeletClientProblem(serving, client), 'DNS subjectAltNames are not allowed'],
    [
      'other usages',
      decide.kubeletClientProblem(node, ['client auth']),
      'usages did not match [client auth digital signature key encipherment]',
    ],
    [
      'serving without names',
      decide.signerProblem(decide.KUBELET_SERVING, node, []),
      'DNS or IP subjectAltName is required',
    ],
    ['serving', decide.signerProblem(decide.KUBELET_SERVING, serving, ['digital signature', 'server auth']), undefined],
    [
      'a server’s from the client signer',
      decide.signerProblem(decide.APISERVER_CLIENT, person, ['server auth']),
      'invalid usage for client certificate: server auth',
    ],
    [
      'anything from the legacy signer',
      decide.signerProblem(decide.LEGACY_UNKNOWN, person, ['server auth']),
      undefined,
    ],
  ])('%s', (_, got, wanted) => expect(got).toBe(wanted));
});

describe('how long', () => {
  const far = NOW + 99_999 * HOUR;
  const minutes = (seconds: number | undefined, ca = far): [number, number] => {
    const { notBeforeMs, notAfterMs } = decide.validity(seconds, NOW, ca);
    return [(notBeforeMs - NOW) / 60_000, (notAfterMs - NOW) / 60_000];
  };
  it('a year, ten minutes at least, backdated by five minutes', () => {
    expect(minutes(undefined)).toEqual([-5, 8760 * 60 - 5]);
    expect(minutes(60)).toEqual([-5, 10]);
    expect(minutes(3600)).toEqual([-5, 60]);
    expect(minutes(9 * 3600)).toEqual([-5, 9 * 60 - 5]);
    expect(minutes(undefined, NOW + HOUR)).toEqual([-5, 60]);
  });
  it('a request is kept: an hour when decided, a day when not', () => {
    const past = (hours: number): string => new Date(NOW - hours * HOUR).toISOString();
    const decided = (type: string, hours: number): CertificateSigningRequest => ({
      ...make('a', {}),
      status: { certificate: 'x', conditions: [{ type, status: 'True', lastUpdateTime: past(hours) }] },
    });
    expect(decide.outdated(decided('Approved', 0.9), NOW)).toBeUndefined();
    expect(decide.outdated(decided('Approved', 1.1), NOW)).toBe('issued more than 1 h ago');
    expect(decide.outdated(decided('Denied', 1.1), NOW)).toBe('denied more than 1 h ago');
    expect(decide.outdated(decided('Approved', 0.5), NOW, NOW - 1)).toBe('its certificate has expired');
    const open = { ...make('a', {}), metadata: { name: 'a', creationTimestamp: past(25) } };
    expect(decide.outdated(open, NOW)).toBe('nobody has decided on it for 24 h');
  });
});

describe('in a cluster', () => {
  const cluster = new Cluster({ nodes: 1, registerControlPlane: false });
  cluster.settle(MINUTE);
  const read = (name: string): CertificateSigningRequest =>
    cluster.request({ method: 'GET', path: `${BASE}/${name}`, observer: true }).body as CertificateSigningRequest;
  const create = (body: CertificateSigningRequest): void => {
    expect(cluster.request({ method: 'POST', path: BASE, body }).code).toBe(201);
    cluster.settle(MINUTE);
  };
  const approve = (name: string): void => {
    const csr = read(name);
    const condition = { type: 'Approved', status: 'True', reason: 'KubectlApprove', message: 'yes' };
    const body = { ...csr, status: { conditions: [condition] } };
    expect(cluster.request({ method: 'PUT', path: `${BASE}/${name}/approval`, body }).code).toBe(200);
    cluster.settle(MINUTE);
  };
  const certificateOf = (name: string): X509Certificate =>
    new X509Certificate(fromUtf8(decodeBase64(read(name).status?.certificate ?? '') ?? new Uint8Array()) ?? '');

  it('a person’s waits for approval and is then signed by the cluster’s CA', () => {
    create(make('jane', { expirationSeconds: 3600 }));
    expect(read('jane').status).toEqual({});
    approve('jane');
    const certificate = certificateOf('jane');
    const ca = new X509Certificate(cluster.pki.ca.pem);
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.checkIssued(ca)).toBe(true);
    expect(certificate.subject.split('\n')).toEqual(['O=dev', 'CN=jane']);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.ca).toBe(false);
    expect(Date.parse(certificate.validTo) - cluster.wallMs).toBeGreaterThan(58 * 60_000);
    const sign = cluster.stepsAfter(0).find((s) => s.action === 'SignCertificate');
    expect(sign).toMatchObject({ actor: { component: 'certificate-controller' }, fidelity: 'simulated' });
  });
  it('one with names keeps them', () => {
    const request = requestFor('system:node:n1', ['system:nodes'], ['n1.local']);
    create(
      make('serving', { request, signerName: decide.KUBELET_SERVING, usages: ['digital signature', 'server auth'] }),
    );
    approve('serving');
    expect(certificateOf('serving').subjectAltName).toBe('DNS:n1.local');
  });
  it('one that is not what the signer signs fails, and says why', () => {
    create(make('wrong', { usages: ['server auth'] }));
    approve('wrong');
    expect(read('wrong').status?.conditions?.[1]).toMatchObject({
      type: 'Failed',
      reason: 'SignerValidationFailure',
      message: 'invalid usage for client certificate: server auth',
    });
  });
  it('a kubelet’s is approved without a person where its sender may ask for one', () => {
    const spec = {
      request: requestFor('system:node:new', ['system:nodes']),
      signerName: decide.KUBELET_CLIENT,
      usages: ['digital signature', 'client auth'] as const,
    };
    create(make('kubelet', spec));
    expect(read('kubelet').status?.conditions?.[0]?.message).toBe(
      'Auto approving kubelet client certificate after SubjectAccessReview.',
    );
    expect(certificateOf('kubelet').subject).toBe('O=system:nodes\nCN=system:node:new');
  });
  it('an hour later the cleaner takes what was issued', () => {
    cluster.runUntil(cluster.now + 130 * MINUTE);
    expect(cluster.request({ method: 'GET', path: `${BASE}/jane`, observer: true }).code).toBe(404);
  });
});
