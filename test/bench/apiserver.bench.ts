// The API server: writes in process and over HTTPS, large lists, many watchers, and what a pod takes in memory.
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { serveHttps } from '../../src/node/https/server.ts';
import type { WatchSink } from '../../src/simulator/apiserver/api.ts';
import { Cluster } from '../../src/simulator/cluster.ts';
import { type Figure, median } from './figure.ts';
import type { Job, Load } from './https-load.ts';

const WRITES = 5_000;
const CONNECTIONS = 16;
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';

const empty = (): Cluster => new Cluster({ nodes: 0, registerControlPlane: false });
const configMap = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { app: 'web' } },
  data: { 'settings.yaml': 'level: debug\nregion: eu-west\n', mode: 'fast' },
});
const pod = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'nginx:1.27', resources: { requests: { cpu: '100m' } } }] },
});

function make(cluster: Cluster, collection: string, body: object): void {
  const { code } = cluster.request({ method: 'POST', path: collection, body });
  if (code !== 201) throw new Error(`${collection} answered ${code}`);
}

/** Requests a second. */
function createsInProcess(cluster: Cluster, run: number): number {
  const from = performance.now();
  for (let i = 0; i < WRITES; i++) make(cluster, CONFIG_MAPS, configMap(`settings-${run}-${i}`));
  return (WRITES * 1000) / (performance.now() - from);
}

function watched(watchers: number): Cluster {
  const cluster = empty();
  let seen = 0;
  const sink: WatchSink = { event: () => seen++, end: () => {} };
  for (let i = 0; i < watchers; i++) {
    const { watch } = cluster.request({ method: 'GET', path: CONFIG_MAPS, query: { watch: ['true'] } });
    watch?.start(sink);
  }
  return cluster;
}

async function inProcess(): Promise<Figure[]> {
  let run = 0;
  const [alone, crowded] = [watched(0), watched(200)];
  createsInProcess(alone, run++);
  createsInProcess(crowded, run++);
  const rate = await median(5, () => createsInProcess(alone, run++));
  const slowed = await median(5, () => createsInProcess(crowded, run++));
  return [
    { name: 'create ConfigMaps, in process', value: rate, unit: '1/s', target: 10_000, better: 'higher' },
    { name: 'the same with 200 watchers', value: rate / slowed, unit: 'times', target: 2, better: 'lower' },
  ];
}

function memoryOfPods(cluster: Cluster, count: number): Figure {
  const heap = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  for (let i = 0; i < count; i++) make(cluster, PODS, pod(`web-${i}`));
  const each = (heap() - before) / count;
  const { body } = cluster.request({ method: 'GET', path: `${PODS}/web-0` });
  const value = (each - JSON.stringify(body).length) / 1024;
  return { name: 'memory of a pod beyond its JSON', value, unit: 'KiB', target: 12, better: 'lower' };
}

async function overHttps(): Promise<Figure[]> {
  const cluster = empty();
  // The ServiceAccount that pods need is made by a controller.
  cluster.settle(60_000_000);
  const { pki, server: api } = cluster;
  const nothing = (): void => {};
  const connect = (): never => {
    throw new Error('no node here has containers');
  };
  const adapter = await serveHttps({ api, pki, port: 0, before: nothing, after: nothing, connect });
  const workerData: Load = { url: adapter.url, ca: pki.ca.pem, cert: pki.admin.pem, key: pki.admin.keyPem };
  const client = new Worker(path.join(import.meta.dirname, 'https-load.ts'), { workerData });
  const run = async (job: Job): Promise<number> => {
    client.postMessage(job);
    const [ms] = (await once(client, 'message')) as [number];
    return ms;
  };
  let round = 0;
  const creates = async (): Promise<number> => {
    const body = JSON.stringify(configMap(`settings-${round++}-{n}`));
    const job: Job = { connections: CONNECTIONS, count: 2_000, method: 'POST', path: CONFIG_MAPS, body, code: 201 };
    return (job.count * 1000) / (await run(job));
  };
  const list = (collection: string): Promise<number> =>
    median(9, () => run({ connections: 1, count: 1, method: 'GET', path: collection, code: 200 }));
  await creates();
  const few = await list(CONFIG_MAPS);
  const rate = await median(3, creates);
  const memory = memoryOfPods(cluster, 10_000);
  const many = await list(PODS);
  await client.terminate();
  await adapter.close();
  return [
    {
      name: `create ConfigMaps, HTTPS, ${CONNECTIONS} connections`,
      value: rate,
      unit: '1/s',
      target: 1_500,
      better: 'higher',
    },
    { name: 'list 2,000 ConfigMaps, HTTPS', value: few, unit: 'ms', target: 15, better: 'lower' },
    { name: 'list 10,000 pods, HTTPS', value: many, unit: 'ms', target: 300, better: 'lower' },
    memory,
  ];
}

export default async function apiserver(): Promise<Figure[]> {
  const peak = (): Figure => {
    return { name: 'peak memory', value: process.resourceUsage().maxRSS / 1024, unit: 'MiB', better: 'lower' };
  };
  return [...(await inProcess()), ...(await overHttps()), peak()];
}
