// The cluster's certificate authority and the certificates that its parts show each other.
import type { Random } from '../../../kernel/random.ts';
import { type Certificate, issue } from './x509.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Source: kubeadm constants CACertificateValidityPeriod (10 years) and CertificateValidityPeriod (1 year), v1.36. */
const CA_VALIDITY = 10 * 365 * DAY;
const VALIDITY = 365 * DAY;

export interface Pki {
  readonly ca: Certificate;
  /** What kube-apiserver shows its clients. */
  readonly apiserver: Certificate;
  /** A client certificate in the group that kubeadm binds to cluster-admin. */
  readonly admin: Certificate;
}

export interface PkiOptions {
  readonly random: Random;
  /** Milliseconds since 1970. Certificates are valid from an hour before, for clocks that are a little behind. */
  readonly nowMs: number;
  readonly addresses: readonly string[];
  readonly dnsNames: readonly string[];
}

export function makePki(o: PkiOptions): Pki {
  const notBeforeMs = o.nowMs - HOUR;
  const ca = issue(o.random, {
    subject: { commonName: 'kubernetes' },
    notBeforeMs,
    notAfterMs: o.nowMs + CA_VALIDITY,
    usage: 'ca',
  });
  const notAfterMs = o.nowMs + VALIDITY;
  const { addresses, dnsNames } = o;
  return {
    ca,
    apiserver: issue(
      o.random,
      { subject: { commonName: 'kube-apiserver' }, notBeforeMs, notAfterMs, usage: 'server', addresses, dnsNames },
      ca,
    ),
    admin: issue(
      o.random,
      {
        subject: { commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'] },
        notBeforeMs,
        notAfterMs,
        usage: 'client',
      },
      ca,
    ),
  };
}

export const APISERVER_NAMES = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  'localhost',
];
