// The simulated API server on a socket: HTTPS on loopback, client certificates or tokens. It turns bytes into requests
// and responses into bytes; every decision is the API server's.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { constants, gzip } from 'node:zlib';
import type {
  ApiRequest,
  ApiResponse,
  ApiServerPort,
  Connection,
  Credential,
  RequestBody,
  TextStream,
  Watch,
} from '../../simulator/apiserver/api.ts';
import type { Pki } from '../../simulator/bootstrap/pki/pki.ts';
import type { Opened } from '../../simulator/containers/kubelets.ts';
import { decodeProtobuf, PROTOBUF_TYPE, ProtobufError } from './protobuf.ts';
import { BODY_LIMIT, credentialOf, parseTarget, requestOf } from './request.ts';
import { answerPlainly, upgrade } from './upgrade.ts';

const LOOPBACK = '127.0.0.1';
/** A body that stops arriving is given up after this, so that half-open connections do not pile up. */
const BODY_TIMEOUT_MS = 60_000;

/** A path of our own beside Kubernetes', for those who may do everything. Undefined: not one of ours. */
export type Control = (
  method: string,
  path: string,
  body: string,
) => { readonly code: number; readonly body: unknown } | undefined;

export interface ServeOptions {
  readonly api: Pick<ApiServerPort, 'submit'>;
  readonly pki: Pki;
  readonly port: number;
  /** Called around each request, so that the virtual clock catches up before and goes on after. */
  readonly before: () => void;
  readonly after: () => void;
  readonly control?: Control;
  /** The kubelets' side of exec, attach and port-forward. */
  readonly connect: (connection: Connection) => Opened;
}

export interface HttpsAdapter {
  readonly url: string;
  close(): Promise<void>;
}

export async function serveHttps(options: ServeOptions): Promise<HttpsAdapter> {
  const { pki } = options;
  const server = createServer(
    {
      key: pki.apiserver.keyPem,
      cert: pki.apiserver.pem,
      ca: pki.ca.pem,
      requestCert: true,
      rejectUnauthorized: false,
      keepAliveTimeout: 90_000,
    },
    (message, response) => void answer(options, message, response).catch((e) => failed(response, e)),
  );
  server.requestTimeout = BODY_TIMEOUT_MS;
  server.on('upgrade', (message, socket, head) => upgraded(options, message, socket, head));
  server.on('clientError', (_error, socket) => socket.destroy());
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://${LOOPBACK}:${port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
        for (const socket of upgradedSockets) socket.destroy();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, LOOPBACK, () => {
      server.off('error', fail);
      done();
    });
  });
}

async function answer(options: ServeOptions, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(message);
  if (body === 'aborted') return;
  if (body === 'too large')
    return refuse(response, 413, 'RequestEntityTooLarge', `Request entity is too large: limit is ${BODY_LIMIT}`);
  const target = parseTarget(message.url ?? '/');
  if ('error' in target) return refuse(response, 400, 'BadRequest', target.error);
  const credential = credentialOf(message);
  if (credential === undefined) return refuse(response, 401, 'Unauthorized', 'Unauthorized');
  if (options.control !== undefined && mayControl(credential)) {
    const controlled = options.control(message.method ?? 'GET', target.path, body.bytes.toString('utf8'));
    if (controlled !== undefined) return sendJson(response, controlled.code, controlled.body);
  }
  let request: ApiRequest;
  try {
    request = requestOf(message, target, credential, bodyOf(message, body.bytes));
  } catch (e) {
    if (!(e instanceof ProtobufError)) throw e;
    return refuse(response, 400, 'BadRequest', e.message);
  }
  options.before();
  try {
    options.api.submit(request, (answered) => {
      if (!message.socket.destroyed) send(message, response, answered);
    });
  } finally {
    options.after();
  }
}

/** Connections that are no longer HTTP, which the server does not close by itself. */
const upgradedSockets = new Set<Duplex>();

function upgraded(options: ServeOptions, message: IncomingMessage, socket: Duplex, head: Buffer): void {
  upgradedSockets.add(socket);
  socket.on('close', () => upgradedSockets.delete(socket));
  socket.on('error', () => socket.destroy());
  const refused = (code: number, reason: string, text: string): void =>
    answerPlainly(socket, code, statusBody(code, reason, text));
  const target = parseTarget(message.url ?? '/');
  if ('error' in target) {
    refused(400, 'BadRequest', target.error);
    return;
  }
  const credential = credentialOf(message);
  if (credential === undefined) {
    refused(401, 'Unauthorized', 'Unauthorized');
    return;
  }
  const around = (run: () => void): void => {
    options.before();
    try {
      run();
    } catch (e) {
      process.stderr.write(`${e instanceof Error ? e.stack : String(e)}\n`);
      socket.destroy();
    } finally {
      options.after();
    }
  };
  around(() => {
    options.api.submit(requestOf(message, target, credential, undefined), (response) => {
      // A stopped API server refuses connections.
      if (response.code === 0) socket.destroy();
      else upgrade({ message, socket, head, around }, response, options.connect);
    });
  });
}

/** Protobuf is read here, so that the API server sees what it stands for. */
function bodyOf(message: IncomingMessage, bytes: Buffer): RequestBody | undefined {
  if (bytes.length === 0) return undefined;
  if (message.headers['content-type']?.startsWith(PROTOBUF_TYPE)) return { value: decodeProtobuf(bytes) };
  return { raw: bytes.toString('utf8') };
}

function mayControl(credential: Credential): boolean {
  return (
    credential.type === 'certificate' &&
    credential.organizations.some((o) => o === 'system:masters' || o === 'kubeadm:cluster-admins')
  );
}

function readBody(message: IncomingMessage): Promise<{ bytes: Buffer } | 'too large' | 'aborted'> {
  return new Promise((done) => {
    const chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT) chunks.push(chunk);
      else done('too large');
    });
    message.on('end', () => done({ bytes: Buffer.concat(chunks) }));
    message.on('error', () => done('aborted'));
    message.on('close', () => done('aborted'));
  });
}

/** A bug in the simulator: the caller gets upstream's 500, the one who runs it the stack. */
function failed(response: ServerResponse, e: unknown): void {
  process.stderr.write(`${e instanceof Error ? e.stack : String(e)}\n`);
  if (response.headersSent) response.destroy();
  else refuse(response, 500, 'InternalError', `Internal error occurred: ${e instanceof Error ? e.message : String(e)}`);
}

function statusBody(code: number, reason: string, message: string): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}

function refuse(response: ServerResponse, code: number, reason: string, message: string): void {
  sendJson(response, code, statusBody(code, reason, message));
}

function sendJson(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

function send(message: IncomingMessage, response: ServerResponse, r: ApiResponse): void {
  // A stopped API server refuses connections.
  if (r.code === 0) {
    message.socket.destroy();
    return;
  }
  if (r.connection !== undefined) {
    refuse(response, 400, 'BadRequest', 'Upgrade request required');
    return;
  }
  for (const w of r.warnings ?? []) response.appendHeader('Warning', warningHeader(w));
  response.setHeader('Cache-Control', 'no-cache, private');
  response.setHeader('Content-Type', r.contentType);
  for (const [k, v] of Object.entries(r.headers ?? {})) response.setHeader(k, v);
  response.statusCode = r.code;
  if (r.watch !== undefined) stream(response, r.watch);
  else if (r.stream !== undefined) follow(response, r.stream);
  else deliver(message, response, r.text ?? (r.body === undefined ? '' : `${JSON.stringify(r.body)}\n`));
}

/** Smaller answers are not worth it. Source: defaultGzipThresholdBytes, endpoints/handlers/responsewriters/writers.go. */
const GZIP_FROM = 128 * 1024;

function deliver(message: IncomingMessage, response: ServerResponse, text: string): void {
  const { 'accept-encoding': accepted = '' } = message.headers;
  if (text.length < GZIP_FROM || !/\bgzip\b/.test(String(accepted))) {
    response.end(text);
    return;
  }
  response.setHeader('Content-Encoding', 'gzip');
  response.setHeader('Vary', 'Accept-Encoding');
  // Off this thread, which keeps the cluster's clock.
  gzip(text, { level: constants.Z_BEST_SPEED }, (error, packed) => {
    if (error === null) response.end(packed);
    else response.destroy(error);
  });
}

/** As Go sends it: a header's bytes are UTF-8, which Node takes as Latin-1. Control characters end a header. */
function warningHeader(text: string): string {
  const quoted = text.replace(/\p{Cc}/gu, ' ').replace(/[\\"]/g, '\\$&');
  return `299 - "${Buffer.from(quoted, 'utf8').toString('latin1')}"`;
}

/** A watcher that reads so slowly that this much waits for it is let go, as upstream does; it may come back. Bytes. */
const MAX_WAITING = 16 * 1024 * 1024;

function stream(response: ServerResponse, watch: Watch): void {
  response.flushHeaders();
  response.on('close', () => watch.stop());
  watch.start({
    event: (e) => {
      response.write(`${JSON.stringify({ type: e.type, object: e.object })}\n`);
      if (response.writableLength > MAX_WAITING) response.destroy();
    },
    end: () => response.end(),
  });
}

function follow(response: ServerResponse, text: TextStream): void {
  response.flushHeaders();
  response.on('close', () => text.stop());
  text.start({ data: (t) => response.write(t), end: () => response.end() });
}
