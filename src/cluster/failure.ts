// Why a cluster could not be reached or refused, and what to do about it. One table, so that every failure has a remedy.
import { isRecord } from '../model/object.ts';

export type FailureKind =
  | 'refused'
  | 'dns'
  | 'timeout'
  | 'reset'
  | 'unreachable'
  | 'tls-untrusted'
  | 'tls-expired'
  | 'tls-not-yet-valid'
  | 'tls-hostname'
  | 'tls-client-certificate'
  | 'tls-other'
  | 'credential-plugin'
  | 'credential-file'
  | 'kubeconfig'
  | 'unauthorized'
  | 'forbidden'
  | 'not-kubernetes'
  | 'too-old'
  | 'server'
  | 'stopped'
  | 'api-server-stopped'
  | 'other';

export interface Failure {
  readonly kind: FailureKind;
  /** What the other side or the operating system said. */
  readonly detail: string;
  readonly code?: number;
}

export class FailureError extends Error {
  override readonly name = 'FailureError';
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.detail);
    this.failure = failure;
  }
}

/**
 * The failure that an error carries. Told by its name, not its class: the bundle that is loaded on Connect has a copy of the
 * class of its own.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof Error && error.name === 'FailureError' && 'failure' in error) return error.failure as Failure;
  return { kind: 'other', detail: error instanceof Error ? error.message : String(error) };
}

export interface Explained {
  readonly message: string;
  readonly remedy: string;
  /** Trying again by itself may help; where it is false a person has to change something first. */
  readonly retry: boolean;
}

export interface FailureContext {
  /** Name of the context. */
  readonly context: string;
  /** URL of the server. */
  readonly server: string;
  /** Kubeconfig user of the context. */
  readonly user?: string;
}

type Explain = (f: Failure, c: FailureContext) => Omit<Explained, 'retry'> & { retry?: boolean };

const CHECK = (c: FailureContext): string => `kubectl --context ${quote(c.context)} get nodes`;

function quote(name: string): string {
  return /^[\w@:./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

const explanations: { readonly [K in FailureKind]: Explain } = {
  refused: (_, c) => ({
    message: `Nothing listens at ${c.server}.`,
    remedy:
      'Start the cluster (kind, minikube and the like stop with their machine), or correct “server” in the kubeconfig.',
    retry: true,
  }),
  dns: (_, c) => ({
    message: `The name in ${c.server} cannot be resolved.`,
    remedy: 'Connect to the network or VPN the cluster is in, or correct “server” in the kubeconfig.',
    retry: true,
  }),
  timeout: (_, c) => ({
    message: `${c.server} did not answer in time.`,
    remedy: 'Connect to the network or VPN the cluster is in; a firewall that drops packets looks the same.',
    retry: true,
  }),
  reset: (f, c) => ({
    message: `${c.server} closed the connection (${f.detail}).`,
    remedy: `The API server may be restarting, or a proxy stands between. Try “${CHECK(c)}”.`,
    retry: true,
  }),
  unreachable: (f, c) => ({
    message: `There is no way to ${c.server} (${f.detail}).`,
    remedy: 'Connect to the network or VPN the cluster is in.',
    retry: true,
  }),
  'tls-untrusted': (f, c) => ({
    message: `The certificate of ${c.server} is not signed by the authority in the kubeconfig (${f.detail}).`,
    remedy:
      'Fetch the kubeconfig again: a re-created cluster has a new authority. Where a proxy opens TLS, add its authority to “certificate-authority-data”.',
  }),
  'tls-expired': (f, c) => ({
    message: `A certificate on the way to ${c.server} has expired (${f.detail}).`,
    remedy:
      'Renew it on the control plane with “kubeadm certs renew all” and restart the static pods; then fetch the kubeconfig again. A wrong clock on this machine looks the same.',
  }),
  'tls-not-yet-valid': (_, c) => ({
    message: `The certificate of ${c.server} is not valid yet.`,
    remedy: 'Compare the clocks of this machine and of the control plane, and set the one that is wrong.',
  }),
  'tls-hostname': (f, c) => ({
    message: `The certificate of ${c.server} was made for other names (${f.detail}).`,
    remedy:
      'Use a name or address the certificate lists in “server”, set “tls-server-name” in the kubeconfig, or add the name to the API server’s certificate (kubeadm: “apiServer.certSANs”).',
  }),
  'tls-client-certificate': (f, c) => ({
    message: `${c.server} does not accept the client certificate of ${c.user ?? 'this context'} (${f.detail}).`,
    remedy: 'Fetch the kubeconfig again; client certificates of kubeadm are valid for one year.',
  }),
  'tls-other': (f, c) => ({
    message: `No TLS connection to ${c.server} (${f.detail}).`,
    remedy: 'See whether “server” in the kubeconfig has the right port and scheme, and whether a proxy stands between.',
  }),
  'credential-plugin': (f, c) => ({
    message: `The credential plugin of ${c.user ?? 'this context'} failed: ${f.detail}`,
    remedy: `Run “${CHECK(c)}” in a terminal; the plugin may want to be installed, or you to log in.`,
  }),
  'credential-file': (f) => ({
    message: `A file that the kubeconfig names cannot be read: ${f.detail}`,
    remedy: 'Put the file back, or correct its path in the kubeconfig.',
  }),
  kubeconfig: (f) => ({ message: f.detail, remedy: 'Correct the kubeconfig, then refresh the list of clusters.' }),
  unauthorized: (_, c) => ({
    message: `${c.server} does not know who you are (401 Unauthorized): the token or certificate of ${c.user ?? 'this context'} is missing, expired or from another cluster.`,
    remedy: `Log in to the cluster again, or fetch its kubeconfig again. “${CHECK(c)}” fails in the same way until then.`,
  }),
  forbidden: (f, c) => ({
    message: `${c.user ?? 'You'} may not do this (403 Forbidden): ${f.detail}`,
    remedy:
      'Ask an administrator for a role that allows it; the ClusterRole “view” is enough for namespaced objects, nodes need a role of their own.',
  }),
  'not-kubernetes': (f, c) => ({
    message: `What answers at ${c.server} is not a Kubernetes API server (${f.detail}).`,
    remedy: 'See whether “server” in the kubeconfig points at a login page, a proxy or another program.',
  }),
  'too-old': (f) => ({ message: f.detail, remedy: 'The list is read again.', retry: true }),
  server: (f, c) => ({
    message: `${c.server} answered with an error (${f.code ?? '5xx'}): ${f.detail}`,
    remedy: 'The API server or its etcd may be starting or overloaded; its log says more.',
    retry: true,
  }),
  'api-server-stopped': () => ({
    message: 'The API server is stopped, so nothing of the cluster can be read or changed; what runs goes on.',
    remedy: 'Start kube-apiserver in the Anatomy view.',
    retry: true,
  }),
  stopped: (f) => ({ message: f.detail, remedy: 'Start the simulator again.' }),
  other: (f, c) => ({
    message: `${c.server} could not be used: ${f.detail}`,
    remedy: `Try “${CHECK(c)}”; if that works, please report this message.`,
    retry: true,
  }),
};

export function explainFailure(failure: Failure, context: FailureContext): Explained {
  return { retry: false, ...explanations[failure.kind](failure, context) };
}

/** Error codes of Node's sockets, resolver and OpenSSL. Source: nodejs.org/api/errors.html and /api/tls.html. */
const CODES: { readonly [code: string]: FailureKind } = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ETIMEDOUT: 'timeout',
  ESOCKETTIMEDOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  CERT_SIGNATURE_FAILURE: 'tls-untrusted',
  CERT_UNTRUSTED: 'tls-untrusted',
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-hostname',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'tls-client-certificate',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'tls-client-certificate',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'tls-client-certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'tls-expired',
  'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE': 'tls-client-certificate',
  'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED': 'tls-expired',
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: 'tls-client-certificate',
  ENOENT: 'credential-file',
  EACCES: 'credential-file',
  EISDIR: 'credential-file',
};

/** The kind of an error that Node threw, by its code; `message` is looked at where the code says nothing. */
export function failureOfCode(code: string | undefined, message: string): Failure {
  const known = code !== undefined && Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  if (known) return { kind: known, detail: message };
  if (code?.startsWith('ERR_SSL') || code?.startsWith('ERR_OSSL') || code === 'EPROTO')
    return { kind: 'tls-other', detail: message };
  return { kind: 'other', detail: message };
}

/** The failure in an answer of the server, or undefined where it is a success. */
export function failureOfResponse(code: number, body: unknown): Failure | undefined {
  if (code >= 200 && code < 300) {
    return isRecord(body) ? undefined : { kind: 'not-kubernetes', detail: `${code} without a JSON object`, code };
  }
  const said = isRecord(body) && typeof body.message === 'string' ? body.message : undefined;
  const detail = said ?? `HTTP ${code}`;
  if (code === 401) return { kind: 'unauthorized', detail, code };
  if (code === 403) return { kind: 'forbidden', detail, code };
  if (code === 410) return { kind: 'too-old', detail, code };
  if (code >= 500 || code === 429) return { kind: 'server', detail, code };
  if (said === undefined) return { kind: 'not-kubernetes', detail, code };
  return { kind: 'other', detail, code };
}
