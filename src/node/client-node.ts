// A real cluster through @kubernetes/client-node, which knows every way to authenticate. Requests are plain HTTPS of our own,
// so that disconnecting can end each of them.
import http from 'node:http';
import https from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import { KubeConfig } from '@kubernetes/client-node';
import { type Failure, FailureError, failureOf, failureOfCode, failureOfResponse } from '../cluster/failure.ts';
import type {
  Transport,
  TransportEvent,
  TransportRequest,
  TransportResponse,
  TransportWatch,
  WatchHandler,
} from '../cluster/transport.ts';

const TIMEOUT_MS = 15_000;
/** Bookmarks come every minute; a watch that is silent for so long has lost its connection. */
const WATCH_SILENCE_MS = 150_000;
const MAX_LINE = 64 * 1024 * 1024;
const USER_AGENT = 'kube-anatomy';

/** Loads the files as kubectl merges them, and makes the context current. Rejects with FailureError. */
export async function openContext(
  files: readonly string[],
  context: string,
): Promise<{ transport: Transport; server: string; user?: string }> {
  const config = load(files);
  const found = config.getContextObject(context);
  if (!found) throw kubeconfigError(`There is no context “${context}” in ${files.join(', ')}.`);
  config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (!cluster?.server) throw kubeconfigError(`The context “${context}” names no cluster with a server.`);
  return { transport: new HttpsTransport(config, cluster.server), server: cluster.server, user: found.user };
}

function kubeconfigError(detail: string): FailureError {
  return new FailureError({ kind: 'kubeconfig', detail });
}

function load(files: readonly string[]): KubeConfig {
  const merged = new KubeConfig();
  for (const file of files) {
    const one = new KubeConfig();
    try {
      one.loadFromFile(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw kubeconfigError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
    // For each name the first file wins; the library's own merge refuses what is there twice.
    for (const cluster of one.clusters) if (!merged.getCluster(cluster.name)) merged.addCluster(cluster);
    for (const user of one.users) if (!merged.getUser(user.name)) merged.addUser(user);
    for (const context of one.contexts) if (!merged.getContextObject(context.name)) merged.addContext(context);
  }
  return merged;
}

class HttpsTransport implements Transport {
  private readonly config: KubeConfig;
  private readonly server: string;
  private readonly open = new Set<http.ClientRequest>();
  private readonly agents = new Set<http.Agent>();
  private closed = false;

  constructor(config: KubeConfig, server: string) {
    this.config = config;
    this.server = server.replace(/\/+$/, '');
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    const response = await this.send(request, TIMEOUT_MS);
    const text = await textOf(response);
    const code = response.statusCode ?? 0;
    try {
      return { code, body: text === '' ? undefined : JSON.parse(text) };
    } catch {
      return { code, body: undefined };
    }
  }

  watch(path: string, query: { readonly [name: string]: string }, handler: WatchHandler): TransportWatch {
    let stopped = false;
    let response: http.IncomingMessage | undefined;
    const end = (failure?: Failure): void => {
      if (stopped) return;
      stopped = true;
      handler.end(failure);
    };
    this.send({ method: 'GET', path, query }, TIMEOUT_MS).then(
      async (opened) => {
        response = opened;
        if (stopped) opened.destroy();
        else if (opened.statusCode === 200) {
          handler.open();
          opened.setTimeout(WATCH_SILENCE_MS, () => opened.destroy(new Error('nothing was heard for too long')));
          readEvents(opened, (events) => !stopped && handler.events(events), end);
        } else
          end(
            failureOfResponse(opened.statusCode ?? 0, parse(await textOf(opened))) ?? {
              kind: 'not-kubernetes',
              detail: 'no watch',
            },
          );
      },
      (error: unknown) => end(failureOf(error)),
    );
    return {
      stop: () => {
        stopped = true;
        response?.destroy();
      },
    };
  }

  close(): void {
    this.closed = true;
    for (const request of this.open) request.destroy();
    for (const agent of this.agents) agent.destroy();
    this.open.clear();
    this.agents.clear();
  }

  /** Sends the request; resolves with the head of the answer. */
  private async send(request: TransportRequest, timeoutMs: number): Promise<http.IncomingMessage> {
    const options: https.RequestOptions = { headers: { 'User-Agent': USER_AGENT, Accept: 'application/json' } };
    try {
      await this.config.applyToHTTPSOptions(options);
    } catch (error) {
      throw new FailureError(credentialFailure(error));
    }
    if (this.closed) throw new FailureError({ kind: 'stopped', detail: 'Disconnected.' });
    if (options.agent instanceof http.Agent) this.agents.add(options.agent);
    const url = new URL(`${this.server}${encodeURI(request.path)}`);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    if (body !== undefined) {
      options.headers = {
        ...options.headers,
        'Content-Type': request.contentType ?? 'application/json',
        'Content-Length': String(Buffer.byteLength(body)),
      };
    }
    const { request: start } = url.protocol === 'http:' ? http : https;
    return new Promise((resolve, reject) => {
      const message = start(url, { ...options, method: request.method });
      this.open.add(message);
      const timer = setTimeout(
        () => message.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
        timeoutMs,
      );
      message.on('response', (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      message.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        reject(new FailureError(socketFailure(error)));
      });
      message.on('close', () => {
        clearTimeout(timer);
        this.open.delete(message);
        reject(new FailureError({ kind: 'reset', detail: 'the connection was closed' }));
      });
      message.end(body);
    });
  }
}

function socketFailure(error: NodeJS.ErrnoException): Failure {
  // Happy eyeballs tries several addresses and reports one error for all of them.
  const inner = error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException | undefined) : undefined;
  return failureOfCode(error.code ?? inner?.code, error.message || inner?.message || 'no connection');
}

function credentialFailure(error: unknown): Failure {
  const { code, message } = error as NodeJS.ErrnoException;
  const detail = message ?? String(error);
  if (code === 'ENOENT' && !/spawn/.test(detail)) return { kind: 'credential-file', detail };
  if (/HTTP protocol is not allowed/.test(detail))
    return { kind: 'kubeconfig', detail: `The server is http://, which would send credentials in the clear.` };
  if (code?.startsWith('ERR_OSSL') || code?.startsWith('ERR_TLS')) return failureOfCode(code, detail);
  return { kind: 'credential-plugin', detail };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOf(response: http.IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const decoder = new StringDecoder('utf8');
    let text = '';
    response.on('data', (chunk: Buffer) => {
      text += decoder.write(chunk);
    });
    response.on('end', () => resolve(text + decoder.end()));
    response.on('error', (error) => reject(new FailureError(socketFailure(error))));
    response.on('aborted', () => reject(new FailureError({ kind: 'reset', detail: 'the connection was closed' })));
  });
}

/** One JSON object a line, as a watch sends them; what one chunk holds is delivered together. */
function readEvents(
  response: http.IncomingMessage,
  deliver: (events: TransportEvent[]) => void,
  end: (failure?: Failure) => void,
): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  response.on('data', (chunk: Buffer) => {
    rest += decoder.write(chunk);
    if (rest.length > MAX_LINE) {
      response.destroy(new Error('a watch event is too large'));
      return;
    }
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    const events = lines.filter((l) => l.trim() !== '').map(parse);
    deliver(events.filter((e): e is TransportEvent => typeof e === 'object' && e !== null && 'type' in e));
  });
  response.on('end', () => end());
  response.on('error', (error) => end(socketFailure(error)));
  response.on('aborted', () => end({ kind: 'reset', detail: 'the connection was closed' }));
}
