// The simulator's worker in a browser: the bundle that vscode.dev runs, without any of Node.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import { launchChromium } from '../../scripts/tasks/chromium.ts';
import { SAMPLES } from '../../scripts/tasks/samples.ts';

const WORKER = path.resolve(import.meta.dirname, '../../dist/simulator.worker.js');

/** Runs in the page: starts the worker, applies the manifest, and waits until its pods run. */
async function playInPage(manifest: string): Promise<string[]> {
  const worker = new Worker('/simulator.worker.js');
  const replies = new Map<number, (message: { type: string; result: never; error?: unknown }) => void>();
  worker.onmessage = ({ data }) => replies.get(data.id)?.(data);
  let id = 0;
  const call = <T>(method: string, params: unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      replies.set(++id, (m) => (m.type === 'reply' ? resolve(m.result) : reject(new Error(JSON.stringify(m.error)))));
      worker.postMessage({ type: 'call', id, method, params });
    });
  const start = {
    nodes: 3,
    controlPlaneNodes: 1,
    seed: 'b',
    epochMs: Date.now(),
    speed: 1,
    running: false,
    settled: true,
  };
  await call('start', start);
  await call('apply', { manifest, source: 'web.yaml', namespace: 'default' });
  await call('advance', { until: 'settled' });
  const request = { method: 'GET', path: '/api/v1/namespaces/default/pods' };
  const { body } = await call<{ body: { items: { status: { phase: string } }[] } }>('request', request);
  worker.terminate();
  return body.items.map((p) => p.status.phase);
}

test('the same core takes a Deployment to Running in a Web Worker', async () => {
  const server = createServer((request, response) => {
    const isScript = request.url === '/simulator.worker.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? readFileSync(WORKER) : '<!DOCTYPE html><title>worker</title>');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const phases = await page.evaluate(playInPage, readFileSync(path.join(SAMPLES, 'web.yaml'), 'utf8'));
    expect(phases).toEqual(['Running', 'Running', 'Running']);
  } finally {
    await browser.close();
    server.close();
  }
});
