import { describe, expect, it } from 'vitest';
import { explainFailure, failureOfCode, failureOfResponse } from '../../../src/cluster/failure.ts';

const context = { context: 'prod eu', server: 'https://10.0.0.1:6443', user: 'jane' };

describe('a failure', () => {
  it.each([
    ['ECONNREFUSED', 'refused', /Nothing listens/, /Start the cluster/],
    ['ENOTFOUND', 'dns', /cannot be resolved/, /VPN/],
    ['ETIMEDOUT', 'timeout', /did not answer/, /firewall/],
    ['CERT_HAS_EXPIRED', 'tls-expired', /expired/, /kubeadm certs renew/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls-untrusted', /not signed by/, /kubeconfig again/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls-hostname', /other names/, /tls-server-name/],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'tls-client-certificate', /client certificate/, /one year/],
    ['EPROTO', 'tls-other', /No TLS/, /port and scheme/],
    ['ENOENT', 'credential-file', /cannot be read/, /path/],
  ])('%s says what it is and what to do', (code, kind, message, remedy) => {
    const failure = failureOfCode(code, `${code} happened`);
    expect(failure.kind).toBe(kind);
    const explained = explainFailure(failure, context);
    expect(explained.message).toMatch(message);
    expect(explained.remedy).toMatch(remedy);
  });

  it.each([
    [401, { message: 'Unauthorized' }, 'unauthorized', /does not know who you are/],
    [403, { message: 'nodes is forbidden' }, 'forbidden', /nodes is forbidden/],
    [500, { message: 'etcdserver: leader changed' }, 'server', /leader changed/],
    [302, undefined, 'not-kubernetes', /not a Kubernetes API server/],
    [200, undefined, 'not-kubernetes', /not a Kubernetes API server/],
  ])('%i of the server is understood', (code, body, kind, message) => {
    const failure = failureOfResponse(code, body);
    expect(failure?.kind).toBe(kind);
    if (failure) expect(explainFailure(failure, context).message).toMatch(message);
  });

  it('is none for an object', () => {
    expect(failureOfResponse(200, { kind: 'Pod' })).toBeUndefined();
  });

  it('quotes a context for the shell', () => {
    const { remedy } = explainFailure({ kind: 'unauthorized', detail: '' }, context);
    expect(remedy).toContain("--context 'prod eu' ");
  });

  it('does not try again by itself what only a person can mend', () => {
    const retried = (['refused', 'timeout', 'reset', 'server', 'dns'] as const).map(
      (kind) => explainFailure({ kind, detail: '' }, context).retry,
    );
    const given = (['unauthorized', 'tls-expired', 'tls-untrusted', 'credential-plugin'] as const).map(
      (kind) => explainFailure({ kind, detail: '' }, context).retry,
    );
    expect([new Set(retried), new Set(given)]).toEqual([new Set([true]), new Set([false])]);
  });
});
