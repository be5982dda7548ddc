// Connections that stay open, and those that go wrong: raw clients with the administrator's certificate.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { type SimulatedCluster, startSimulatedCluster } from '../../scripts/tasks/simulated-cluster.ts';

let cluster: SimulatedCluster;
let identity: { ca: Buffer; cert: Buffer; key: Buffer };

const field = (text: string, name: string): Buffer =>
  Buffer.from(new RegExp(`${name}"?: "?([A-Za-z0-9+/=]+)`).exec(text)?.[1] ?? '', 'base64');

interface Answer {
  readonly code: number;
  readonly body: string;
}

function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((done, fail) => {
    const request = https.request(`${cluster.server}${path}`, { ...identity, method, headers }, (r) => {
      let text = '';
      r.on('data', (b: Buffer) => {
        text += b.toString();
      });
      r.on('end', () => done({ code: r.statusCode ?? 0, body: text }));
    });
    request.on('error', fail);
    request.end(body);
  });
}

/** What the server answers to bytes as they are, until it closes. */
function raw(text: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(cluster.server);
  return new Promise((done) => {
    const socket = tls.connect({ host: hostname, port: Number(port), ...identity }, () => socket.write(text));
    let all = '';
    socket.on('data', (b: Buffer) => {
      all += b.toString('latin1');
    });
    socket.on('close', () => done(all));
    socket.on('error', () => done(all));
  });
}

const EXEC = '/api/v1/namespaces/default/pods/talker/exec?container=c&stdout=true&stderr=true';

/** Opens a websocket; resolves with what comes on its channels, or with the code of the refusal. */
function exec(query: string, protocol: string, typed?: string): Promise<{ channels: string[]; refused?: number }> {
  return new Promise((done) => {
    const channels = ['', '', '', ''];
    const ws = new WebSocket(`${cluster.server.replace('https', 'wss')}${EXEC}${query}`, protocol, identity);
    ws.on('unexpected-response', (_, r) => done({ channels, refused: r.statusCode ?? 0 }));
    ws.on('error', () => {});
    ws.on('open', () => {
      if (typed === undefined) return;
      ws.send(Buffer.from(`\0${typed}`, 'latin1'));
      ws.send(Buffer.from([255, 0]));
    });
    ws.on('message', (data: Buffer) => {
      const channel = data[0] ?? 0;
      channels[channel] = `${channels[channel]}${data.toString('latin1', 1)}`;
    });
    ws.on('close', () => done({ channels }));
  });
}

beforeAll(async () => {
  cluster = await startSimulatedCluster(['--speed', '20']);
  const text = readFileSync(cluster.kubeconfig, 'utf8');
  identity = {
    ca: field(text, 'certificate-authority-data'),
    cert: field(text, 'client-certificate-data'),
    key: field(text, 'client-key-data'),
  };
  const container = { name: 'c', image: 'busybox:1.36', command: ['sleep', 'infinity'] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'talker' }, spec: { containers: [container] } };
  const json = { 'content-type': 'application/json' };
  await ask('POST', '/api/v1/namespaces/default/pods', JSON.stringify(pod), json);
  const phase = async (): Promise<string> => (await ask('GET', '/api/v1/namespaces/default/pods/talker')).body;
  await vi.waitFor(async () => expect(await phase()).toContain('"phase":"Running"'), { timeout: 20_000 });
});

afterAll(() => cluster.stop());

describe('a websocket into a container', () => {
  it('carries output, errors and the exit code on channels of their own', async () => {
    const script = encodeURIComponent('echo out; echo err >&2; exit 9');
    const { channels } = await exec(`&command=sh&command=-c&command=${script}`, 'v5.channel.k8s.io');
    expect(channels.slice(1, 3)).toEqual(['out\n', 'err\n']);
    expect(JSON.parse(channels[3] ?? '')).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '9' }] },
    });
  });

  it('closes standard input when the client says so', async () => {
    const { channels } = await exec('&stdin=true&command=cat', 'v5.channel.k8s.io', 'typed');
    expect(channels[1]).toBe('typed');
    expect(JSON.parse(channels[3] ?? '')).toMatchObject({ status: 'Success' });
  });

  it('is refused with a status where it cannot be', async () => {
    expect((await exec('&command=ls', 'v9.channel.k8s.io')).refused).toBe(400);
    expect((await exec('', 'v5.channel.k8s.io')).refused).toBe(400);
    const plain = await ask('GET', `${EXEC}&command=ls`);
    expect(plain).toMatchObject({ code: 400, body: expect.stringContaining('Upgrade request required') });
    const missing = await ask('GET', EXEC.replace('talker', 'nobody'));
    expect(missing).toMatchObject({ code: 404, body: expect.stringContaining('pods \\"nobody\\" not found') });
  });
});

describe('what is no proper request', () => {
  it.each([
    ['text that is no HTTP', 'hello\r\n\r\n'],
    [
      'an upgrade to nothing known',
      `GET ${EXEC}&command=ls HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tea\r\n\r\n`,
    ],
    [
      'a websocket without its key',
      `GET ${EXEC}&command=ls HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    ],
    [
      'an upgrade of a path with a broken escape',
      'GET /api/%zz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
  ])('%s closes the connection, and the server goes on', async (_, text) => {
    expect(await raw(text)).not.toContain(' 101 ');
    expect((await ask('GET', '/livez')).body).toBe('ok');
  });

  it('frames that are no SPDY end the connection alone', async () => {
    const head = `POST /api/v1/namespaces/default/pods/talker/portforward HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\n\r\n`;
    const wrong = Buffer.from([0x80, 3, 0, 1, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
    expect(await raw(Buffer.concat([Buffer.from(head), wrong]))).toContain(' 101 ');
    expect((await ask('GET', '/livez')).body).toBe('ok');
  });
});

describe('watches', () => {
  it('500 at a time each see a change once', async () => {
    const agent = new https.Agent({ maxSockets: 600, ...identity });
    const seen = new Array<number>(500).fill(0);
    const open: (() => void)[] = [];
    const path =
      '/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=0&fieldSelector=metadata.name%3Dnews';
    await Promise.all(
      seen.map(
        (_, i) =>
          new Promise<void>((done, fail) => {
            const request = https.get(`${cluster.server}${path}`, { agent }, (r) => {
              r.on('data', (b: Buffer) => {
                seen[i] = (seen[i] ?? 0) + b.toString().split('\n').length - 1;
              });
              done();
            });
            request.on('error', fail);
            open.push(() => request.destroy());
          }),
      ),
    );
    const news = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'news' } };
    await ask('POST', '/api/v1/namespaces/default/configmaps', JSON.stringify(news), {
      'content-type': 'application/json',
    });
    await expect.poll(() => seen.every((n) => n === 1), { timeout: 10_000 }).toBe(true);
    for (const close of open) close();
    agent.destroy();
    expect((await ask('GET', '/livez')).body).toBe('ok');
  });
});
