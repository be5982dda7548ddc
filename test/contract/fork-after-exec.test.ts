// A fork after somebody spoke to a container over HTTPS: it goes back to the very step, and nothing is left out.
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { openApiFrom } from '../../src/node/openapi.ts';
import { servePort } from '../../src/node/serve-port.ts';
import { yaml } from '../../src/node/yaml.ts';
import { WorkerClient, type WorkerPort } from '../../src/protocol/worker-client.ts';
import { WorkerEngine } from '../../src/protocol/worker-engine.ts';
import { Cluster } from '../../src/simulator/cluster.ts';

const START = {
  nodes: 1,
  controlPlaneNodes: 1,
  seed: 'exec',
  epochMs: Date.UTC(2026, 0, 1),
  speed: 20,
  running: true,
  settled: true,
};
const POD = `apiVersion: v1
kind: Pod
metadata: {name: talker}
spec: {containers: [{name: c, image: 'busybox:1.36', command: [sleep, infinity]}]}
`;

/** The engine as the worker thread has it, in this thread. */
function worker(): WorkerPort {
  const listeners: ((message: unknown) => void)[] = [];
  const engine = new WorkerEngine({
    create: (options) =>
      new Cluster({
        ...options,
        openapi: openApiFrom(path.join(import.meta.dirname, '..', '..', 'dist', 'data')),
        yaml,
      }),
    time: {
      now: () => performance.now(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    },
    post: (message) => {
      for (const listener of listeners) listener(structuredClone(message));
    },
    serve: servePort,
    journal: true,
  });
  return {
    post: (message) => engine.receive(structuredClone(message)),
    onMessage: (listener) => void listeners.push(listener),
    onExit: () => {},
    terminate: () => {},
  };
}

const field = (text: string, name: string): Buffer =>
  Buffer.from(new RegExp(`${name}"?: "?([A-Za-z0-9+/=]+)`).exec(text)?.[1] ?? '', 'base64');

it('kubectl exec does not stand in the way of a fork', async () => {
  const client = new WorkerClient(worker(), () => {});
  await client.call('start', START);
  const { url, kubeconfig } = await client.call('serve', { port: 0 });
  const identity = {
    ca: field(kubeconfig, 'certificate-authority-data'),
    cert: field(kubeconfig, 'client-certificate-data'),
    key: field(kubeconfig, 'client-key-data'),
  };
  await client.call('apply', { manifest: POD, source: 'pod.yaml', namespace: 'default' });
  const running = async (): Promise<string> =>
    JSON.stringify(
      (await client.call('request', { method: 'GET', path: '/api/v1/namespaces/default/pods/talker', observer: true }))
        .body,
    );
  await vi.waitFor(async () => expect(await running()).toContain('"phase":"Running"'), { timeout: 30_000 });
  const exec = '/api/v1/namespaces/default/pods/talker/exec?container=c&stdin=true&stdout=true&command=sh';
  const said = await new Promise<string>((done, fail) => {
    let text = '';
    const ws = new WebSocket(`${url.replace('https', 'wss')}${exec}`, 'v5.channel.k8s.io', identity);
    ws.on('error', fail);
    ws.on('open', () => {
      ws.send(Buffer.from('\0sleep 2; echo well; exit 0\n', 'latin1'));
      ws.send(Buffer.from([255, 0]));
    });
    ws.on('message', (data: Buffer) => {
      if (data[0] === 1) text += data.toString('latin1', 1);
    });
    ws.on('close', () => done(text));
  });
  expect(said).toBe('well\n');
  await client.call('apply', { manifest: POD.replace('talker', 'later'), source: 'pod.yaml', namespace: 'default' });
  await client.call('advance', { until: 'settled' });
  await client.call('pace', { running: false });
  const steps = await client.call('steps', { after: 0, limit: 100_000 });
  const step = steps.findLast((one) => !one.routine && one.object?.name === 'later');
  if (!step) throw new Error('no step about the second pod');
  const { id, at, text } = step;
  const comparison = await new WorkerClient(worker(), () => {}).call('compare', {
    inputs: await client.call('inputs', null),
    step: { id, at, text },
    change: { type: 'cordon', node: 'worker-1' },
    forUs: 1_000_000,
    repeat: false,
  });
  expect(comparison.fork).toBeGreaterThanOrEqual(id);
  expect(comparison.notes).toEqual([]);
  await client.call('unserve', null);
});
