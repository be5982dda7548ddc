// A served cluster over HTTPS, asked as client-go asks: with a client certificate, built-in kinds in protobuf, and protobuf
// the first choice for the answer.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { parse } from 'yaml';
import { encodeProtobuf } from '../../support/protobuf.ts';
import type { Call, Query, Reply, Seen, Server, Stream } from '../../unit/apiserver-behaviours/trial.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

interface Config {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string };
  }[];
}

export class Served implements Server {
  /** At the speed of the clock, upstream's minute may be a second. */
  readonly patience = 60;
  private readonly agent: https.Agent;
  private readonly url: string;
  private readonly speed: number;
  private readonly from = Date.now();

  /** @param speed virtual seconds in a real one. */
  constructor(kubeconfig: string, speed: number) {
    const config = parse(readFileSync(kubeconfig, 'utf8')) as Config;
    const [cluster, user] = [config.clusters[0]?.cluster, config.users[0]?.user];
    if (cluster === undefined || user === undefined) throw new Error(`${kubeconfig} names no cluster or no user`);
    const pem = (data: string): Buffer => Buffer.from(data, 'base64');
    this.url = cluster.server;
    this.speed = speed;
    this.agent = new https.Agent({
      keepAlive: true,
      ca: pem(cluster['certificate-authority-data']),
      cert: pem(user['client-certificate-data']),
      key: pem(user['client-key-data']),
    });
  }

  private open(
    call: Call,
    got: (response: import('node:http').IncomingMessage) => void,
    failed: (e: Error) => void,
  ): () => void {
    const query = new URLSearchParams(call.query ?? {}).toString();
    const { bytes, type } = bodyOf(call);
    const headers = {
      Accept: call.accept ?? `${PROTOBUF}, */*`,
      'User-Agent': 'e2e.test/v1.36.2 (linux/amd64) kubernetes/0000000',
      ...(bytes === undefined ? {} : { 'Content-Length': bytes.length }),
      ...(type === undefined ? {} : { 'Content-Type': type }),
    };
    const url = `${this.url}${call.path}${query === '' ? '' : `?${query}`}`;
    const request = https.request(url, { method: call.method, headers, agent: this.agent }, got);
    request.on('error', failed);
    request.end(bytes);
    return () => request.destroy();
  }

  call(call: Call): Promise<Reply> {
    return new Promise((done, fail) => {
      this.open(
        call,
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', fail);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const contentType = response.headers['content-type'] ?? '';
            const body = contentType.startsWith('application/json') ? JSON.parse(text) : text;
            done({ code: response.statusCode ?? 0, contentType, body });
          });
        },
        fail,
      );
    });
  }

  watch(path: string, query: Query): Promise<Stream> {
    return new Promise((done, fail) => {
      const events: Seen[] = [];
      const stop = this.open(
        { method: 'GET', path, query },
        (response) => {
          let rest = '';
          response.setEncoding('utf8');
          response.on('error', () => undefined);
          response.on('data', (chunk: string) => {
            const lines = (rest + chunk).split('\n');
            rest = lines.pop() ?? '';
            events.push(...lines.map((line) => JSON.parse(line) as Seen));
          });
          done({ events, stop });
        },
        fail,
      );
    });
  }

  pause(seconds: number): Promise<void> {
    return new Promise((done) => {
      setTimeout(done, (seconds * 1000) / this.speed);
    });
  }

  now(): number {
    return (this.from + (Date.now() - this.from) * this.speed) / 1000;
  }

  close(): void {
    this.agent.destroy();
  }
}

/** Built-in kinds go as protobuf; patches, custom kinds and what is text already as they are. */
function bodyOf({ method, body, contentType }: Call): { bytes?: Buffer; type?: string } {
  if (body === undefined) return {};
  if (typeof body === 'string') return { bytes: Buffer.from(body), ...(contentType ? { type: contentType } : {}) };
  const encoded = method === 'PATCH' ? undefined : encodeProtobuf(body);
  if (encoded !== undefined) return { bytes: encoded, type: PROTOBUF };
  return { bytes: Buffer.from(JSON.stringify(body)), type: contentType ?? 'application/json' };
}
