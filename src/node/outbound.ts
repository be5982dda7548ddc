// Calls that leave the simulation, as HTTPS requests of this machine. What goes wrong is told as Go's net/http tells it, because
// the simulated server quotes it.
import { request } from 'node:https';
import type { OutboundCall, OutboundResult } from '../model/outbound.ts';
import { authorityOf } from '../model/outbound.ts';

/** Far more than any AdmissionReview; an endless answer ends there. Bytes. */
const ANSWER_LIMIT = 16 * 1024 * 1024;

interface NodeError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
}

const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);
const SYSTEM: { readonly [code: string]: string } = {
  ECONNREFUSED: 'connection refused',
  ENETUNREACH: 'network is unreachable',
  EHOSTUNREACH: 'no route to host',
  ETIMEDOUT: 'connection timed out',
};
const CERTIFICATE = 'tls: failed to verify certificate: x509: ';

/** A refusal by each of several addresses comes as one error that holds them. */
function first(error: NodeError): NodeError {
  return error instanceof AggregateError && error.errors[0] instanceof Error ? (error.errors[0] as NodeError) : error;
}

function goWords(error: NodeError, url: string): string {
  const { code = '', message, address, port } = first(error);
  const { host = '' } = authorityOf(url) ?? {};
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${host}: no such host`;
  if (code === 'EAI_AGAIN') return `dial tcp: lookup ${host}: server misbehaving`;
  const system = SYSTEM[code];
  if (system !== undefined) {
    const at = address?.includes(':') ? `[${address}]` : address;
    return `dial tcp ${at ?? host}:${port ?? ''}: connect: ${system}`;
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'EOF';
  if (UNKNOWN_AUTHORITY.has(code)) return `${CERTIFICATE}certificate signed by unknown authority`;
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return `${CERTIFICATE}certificate has expired or is not yet valid`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `${CERTIFICATE}certificate is not valid for ${host}`;
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return 'http: server gave HTTP response to HTTPS client';
  return message;
}

/** An `Outbound`. */
export function callOut(call: OutboundCall, done: (result: OutboundResult) => void): void {
  const started = performance.now();
  let over = false;
  const finish = (result: OutboundResult): void => {
    if (over) return;
    over = true;
    clearTimeout(deadline);
    done(result);
  };
  const deadline = setTimeout(() => {
    finish({ ok: false, error: 'context deadline exceeded' });
    sent?.destroy();
  }, call.timeoutMs);
  let sent: ReturnType<typeof request> | undefined;
  try {
    sent = request(call.url, {
      method: call.method,
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': 'kube-apiserver-admission',
      },
      agent: false,
      ...(call.ca === undefined ? {} : { ca: call.ca }),
    });
  } catch (error) {
    finish({ ok: false, error: error instanceof Error ? error.message : String(error) });
    return;
  }
  sent.on('error', (error: NodeError) => finish({ ok: false, error: goWords(error, call.url) }));
  sent.on('response', (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= ANSWER_LIMIT) return;
      finish({ ok: false, error: 'http: response body too large' });
      response.destroy();
    });
    response.on('error', () => finish({ ok: false, error: 'unexpected EOF' }));
    response.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      finish({ ok: true, code: response.statusCode ?? 0, body, ms: performance.now() - started });
    });
  });
  sent.end(call.body);
}
