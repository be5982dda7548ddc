// Many clients, and clients that stop half way: the server goes on for the others.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SimulatedCluster, startSimulatedCluster } from '../../scripts/tasks/simulated-cluster.ts';

const WATCHES = 500;
const MAPS = '/api/v1/namespaces/default/configmaps';

let cluster: SimulatedCluster;
let server: URL;
let identity: { ca: Buffer; cert: Buffer; key: Buffer };
let agent: https.Agent;

beforeAll(async () => {
  cluster = await startSimulatedCluster(['--runtime', 'fake', '--nodes', '1']);
  const config = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8'));
  const [{ cluster: where }, { user }] = [config.clusters[0], config.users[0]];
  const decoded = (text: string): Buffer => Buffer.from(text, 'base64');
  server = new URL(where.server);
  identity = {
    ca: decoded(where['certificate-authority-data']),
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
  };
  agent = new https.Agent({ ...identity, maxSockets: 2 * WATCHES });
}, 60_000);

afterAll(async () => {
  agent?.destroy();
  await cluster?.stop();
});

function send(method: string, path: string, body?: object): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' };
    const request = https.request(new URL(path, server), { agent, method, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject).end(body && JSON.stringify(body));
  });
}

/** Resolves once the watch is open, with a promise of having seen the name. */
function watch(name: string): Promise<{ readonly seen: Promise<void> }> {
  return new Promise((opened, reject) => {
    const request = https.get(new URL(`${MAPS}?watch=1`, server), { agent }, (response) => {
      opened({
        seen: new Promise((seen) => {
          let text = '';
          response
            .on('error', () => undefined)
            .on('data', (chunk) => {
              text += chunk;
              if (text.includes(`"name":"${name}"`)) seen();
            });
        }),
      });
    });
    request.on('error', reject);
  });
}

describe('a crowd', () => {
  test('500 watches at a time all see a change', { timeout: 90_000 }, async () => {
    const watches = await Promise.all(Array.from({ length: WATCHES }, () => watch('seen')));
    expect(await send('POST', MAPS, { metadata: { name: 'seen' } })).toBe(201);
    await Promise.all(watches.map(({ seen }) => seen));
  });

  test('a client that stops in the middle of a body, or closes its half, holds nobody up', {
    timeout: 60_000,
  }, async () => {
    const head = `POST ${MAPS} HTTP/1.1\r\nHost: ${server.host}\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{"meta`;
    for (const stop of ['end', 'destroy', 'stay'] as const) {
      const socket = connect({ host: server.hostname, port: Number(server.port), ...identity });
      await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
      socket.on('error', () => undefined).write(head);
      if (stop !== 'stay') socket[stop]();
      expect(await send('GET', '/version')).toBe(200);
      socket.destroy();
    }
    expect(await send('GET', `${MAPS}/meta`)).toBe(404);
  });
});
