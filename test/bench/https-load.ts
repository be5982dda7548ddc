// A client in a thread of its own: keeps a number of connections busy with requests, and says how long they took together.
import { Agent, request } from 'node:https';
import { parentPort, workerData } from 'node:worker_threads';

export interface Load {
  readonly url: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** `path` and `body` may name the number of the request as `{n}`. */
export interface Job {
  readonly connections: number;
  readonly count: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** The status that every answer must have. */
  readonly code: number;
}

const { url, ca, cert, key } = workerData as Load;
const agent = new Agent({ keepAlive: true, maxSockets: 64, ca, cert, key });

function send(job: Job, n: number): Promise<void> {
  const body = job.body?.replaceAll('{n}', String(n));
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': body.length };
  return new Promise((done, fail) => {
    const sent = request(
      `${url}${job.path.replaceAll('{n}', String(n))}`,
      { method: job.method, agent, headers },
      (response) => {
        response.on('data', () => {});
        response.on('end', () =>
          response.statusCode === job.code ? done() : fail(new Error(`${job.path}: ${response.statusCode}`)),
        );
      },
    );
    sent.on('error', fail);
    sent.end(body);
  });
}

async function run(job: Job): Promise<number> {
  let next = 0;
  const busy = async (): Promise<void> => {
    while (next < job.count) await send(job, next++);
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: job.connections }, busy));
  return performance.now() - from;
}

parentPort?.on('message', async (job: Job) => parentPort?.postMessage(await run(job)));
