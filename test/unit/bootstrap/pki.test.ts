import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/kernel/random.ts';
import { APISERVER_NAMES, makePki } from '../../../src/simulator/bootstrap/pki/pki.ts';

const make = (seed: string) =>
  makePki({
    random: new Random(seed),
    nowMs: Date.UTC(2026, 0, 1),
    addresses: ['127.0.0.1', '10.96.0.1'],
    dnsNames: APISERVER_NAMES,
  });

describe('the cluster PKI', () => {
  it('issues certificates that OpenSSL reads and whose chain holds', () => {
    const pki = make('a');
    const ca = new X509Certificate(pki.ca.pem);
    const server = new X509Certificate(pki.apiserver.pem);
    const admin = new X509Certificate(pki.admin.pem);
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(server.verify(ca.publicKey)).toBe(true);
    expect(server.checkIssued(ca)).toBe(true);
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc');
    expect(admin.subject).toBe('O=kubeadm:cluster-admins\nCN=kubernetes-admin');
    expect(admin.verify(server.publicKey)).toBe(false);
    expect(Date.parse(admin.validTo)).toBe(Date.UTC(2027, 0, 1));
  });

  it('gives the same certificates for the same seed, and others for another', () => {
    expect(make('a').apiserver.pem).toBe(make('a').apiserver.pem);
    expect(make('a').apiserver.pem).not.toBe(make('b').apiserver.pem);
  });
});
