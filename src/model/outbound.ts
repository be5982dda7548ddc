// A call that leaves the simulation: HTTPS to a program that is really there. The simulated server asks for it through this
// port, and whoever runs the simulator answers it, or says that it cannot.

export interface OutboundCall {
  readonly method: 'GET' | 'POST';
  /** `https://host[:port]/path?query`. */
  readonly url: string;
  readonly body?: string;
  /** PEM: the authorities that may have signed the other side's certificate; the machine's own where absent. */
  readonly ca?: string;
  /** Of real time. */
  readonly timeoutMs: number;
}

export type OutboundResult =
  /** Whatever the HTTP status; `ms` of real time. */
  | { readonly ok: true; readonly code: number; readonly body: string; readonly ms: number }
  /** No answer: why, in the words of Go's net/http without the URL (`dial tcp 127.0.0.1:1: connect: connection refused`). */
  | { readonly ok: false; readonly error: string };

/** Calls `done` once, at once or later. */
export type Outbound = (call: OutboundCall, done: (result: OutboundResult) => void) => void;

/** Scheme, authority and host of an https URL; undefined for what is none. */
export function authorityOf(url: string): { readonly host: string; readonly port: string } | undefined {
  const m = /^https:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?(?=[/?#]|$)/i.exec(url);
  if (m?.[1] === undefined || m[1] === '') return undefined;
  return { host: m[1].replace(/^\[|\]$/g, ''), port: m[2] ?? '443' };
}

const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$/i;

/** Where nothing leaves the simulation, a call fails as on a machine without a network. */
export const noOutbound: Outbound = (call, done) => {
  const { host, port } = authorityOf(call.url) ?? { host: '', port: '' };
  const error = ADDRESS.test(host)
    ? `dial tcp ${host.includes(':') ? `[${host}]` : host}:${port}: connect: network is unreachable`
    : `dial tcp: lookup ${host}: no such host`;
  done({ ok: false, error });
};
