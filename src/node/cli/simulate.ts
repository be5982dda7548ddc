// `kube-anatomy simulate`: a simulated cluster on a loopback port until it is interrupted.
import fs from 'node:fs';
import path from 'node:path';
import { RefusedError } from '../../model/refused.ts';
import type { FromWorker, Served } from '../../protocol/worker.ts';
import { WorkerEngine } from '../../protocol/worker-engine.ts';
import { Cluster } from '../../simulator/cluster.ts';
import type { RuntimeMode } from '../../simulator/kubelet/kubelet.ts';
import type { DEFAULTS } from '../../simulator/options.ts';
import { writeSecretFile } from '../kubeconfig-file.ts';
import { openApiFrom } from '../openapi.ts';
import { callOut } from '../outbound.ts';
import { servePort } from '../serve-port.ts';
import { yaml } from '../yaml.ts';
import type { Command, Values } from './args.ts';

/** A new cluster has registered its nodes and is quiet after this much virtual time, µs: it was started that long ago. */
const WARM_UP = 30_000_000;

export const simulate: Command = {
  name: 'simulate',
  positionals: [],
  about: `Serves a simulated cluster on a loopback port until it is interrupted.
Prints one line, 'ready https://127.0.0.1:PORT', when kubectl can use it.`,
  flags: {
    kubeconfig: { type: 'string', value: 'FILE', help: 'where to write the kubeconfig (mode 0600)', required: true },
    nodes: { type: 'number', value: 'N', help: 'worker nodes, node-1 … node-N', default: 3, min: 0, max: 5000 },
    'control-plane-nodes': {
      type: 'number',
      value: 'N',
      help: 'Node objects for the control plane',
      default: 0,
      min: 0,
      max: 5,
    },
    'node-cpu': { type: 'string', value: 'C', help: 'CPU of each worker', default: '1' },
    'node-memory': { type: 'string', value: 'M', help: 'memory of each worker', default: '3840Mi' },
    runtime: { type: 'string', choices: ['fake', 'modelled'], help: 'container runtime', default: 'modelled' },
    proxy: {
      type: 'string',
      choices: ['iptables', 'nftables', 'none'],
      help: 'mode of the kube-proxies; by default iptables, and none with the fake runtime',
    },
    cloud: { type: 'boolean', help: 'a simulated cloud gives load balancers and disks' },
    seed: { type: 'string', value: 'S', help: 'the same seed and input give the same steps', default: '1' },
    speed: {
      type: 'number',
      value: 'X',
      help: 'virtual seconds a second of real time',
      default: 1,
      min: 0.01,
      max: 1000,
    },
    port: { type: 'number', value: 'P', help: 'loopback port; 0 takes a free one', default: 0, min: 0, max: 65535 },
    'audit-log': { type: 'string', value: 'FILE', help: 'where to write audit.k8s.io/v1 events, one a line' },
  },
  async run(values) {
    const audit = openAudit(values['audit-log']);
    const cluster = new Cluster({
      ...optionsOf(values),
      openapi: openApiFrom(dataFolder()),
      yaml,
      ...(audit ? { onAudit: audit.write } : {}),
    });
    cluster.runUntil(WARM_UP);
    const engine = new Driven(cluster);
    await engine.call('start', {
      nodes: 0,
      controlPlaneNodes: 1,
      seed: '',
      epochMs: 0,
      speed: Number(values.speed),
      running: true,
    });
    const served = (await engine.call('serve', { port: Number(values.port) })) as Served;
    writeSecretFile(String(values.kubeconfig), served.kubeconfig);
    process.stdout.write(`ready ${served.url}\n`);
    await Promise.race([interrupted(), engine.crashed]);
    await engine.call('unserve', null);
    audit?.close();
    return 0;
  },
};

/** Beside the bundle; run from source, where the build would have taken it from. */
function dataFolder(): string {
  const built = path.join(import.meta.dirname, 'data');
  return fs.existsSync(built) ? built : path.join(import.meta.dirname, '..', 'generated');
}

function optionsOf(values: Values): Partial<typeof DEFAULTS> {
  const registered = Number(values['control-plane-nodes']);
  return {
    seed: String(values.seed),
    epochMs: Date.now() - WARM_UP / 1000,
    nodes: Number(values.nodes),
    nodePrefix: 'node',
    controlPlaneNodes: Math.max(1, registered),
    registerControlPlane: registered > 0,
    nodeCpu: String(values['node-cpu']),
    nodeMemory: String(values['node-memory']),
    runtime: values.runtime as RuntimeMode,
    cloud: values.cloud === true,
    ...(values.proxy === undefined ? {} : { proxy: values.proxy as Exclude<typeof DEFAULTS.proxy, undefined> }),
  };
}

function openAudit(file: unknown): { write(event: object): void; close(): void } | undefined {
  if (typeof file !== 'string') return undefined;
  const fd = fs.openSync(file, 'w', 0o600);
  return {
    write: (event) => {
      fs.writeSync(fd, `${JSON.stringify(event)}\n`);
    },
    close: () => fs.closeSync(fd),
  };
}

/** The worker's engine in this very process: it paces the clock and serves, as it does in a thread. */
class Driven {
  readonly crashed: Promise<never>;
  private readonly engine: WorkerEngine<Cluster>;
  private readonly pending = new Map<number, { done(result: unknown): void; fail(e: Error): void }>();
  private nextId = 1;

  constructor(cluster: Cluster) {
    let crash: (e: Error) => void = () => {};
    this.crashed = new Promise<never>((_, fail) => {
      crash = fail;
    });
    this.engine = new WorkerEngine({
      create: () => cluster,
      time: {
        now: () => performance.now(),
        after: (ms, run) => {
          const timer = setTimeout(run, ms);
          return () => clearTimeout(timer);
        },
      },
      serve: servePort,
      outbound: callOut,
      post: (message) => this.receive(message, crash),
    });
  }

  call(method: 'start' | 'serve' | 'unserve', params: object | null): Promise<unknown> {
    const id = this.nextId++;
    return new Promise((done, fail) => {
      this.pending.set(id, { done, fail });
      this.engine.receive({ type: 'call', id, method, params });
    });
  }

  private receive(message: FromWorker, crash: (e: Error) => void): void {
    if (message.type === 'crashed') crash(new RefusedError(message.error.message, message.error.remedy));
    if (message.type !== 'reply' && message.type !== 'error') return;
    const waiting = this.pending.get(message.id);
    this.pending.delete(message.id);
    if (message.type === 'reply') waiting?.done(message.result);
    else waiting?.fail(new RefusedError(message.error.message, message.error.remedy));
  }
}

function interrupted(): Promise<void> {
  return new Promise((done) => {
    process.once('SIGINT', () => done());
    process.once('SIGTERM', () => done());
  });
}
