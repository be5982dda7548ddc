// The simulator in a Node worker thread, where it can also be served to kubectl over HTTPS.
import path from 'node:path';
import { parentPort } from 'node:worker_threads';
import { openApiFrom } from './node/openapi.ts';
import { callOut } from './node/outbound.ts';
import { servePort } from './node/serve-port.ts';
import { yaml } from './node/yaml.ts';
import { WorkerEngine } from './protocol/worker-engine.ts';
import { Cluster } from './simulator/cluster.ts';

const port = parentPort;
if (!port) throw new Error('simulator.node-worker runs as a worker thread only');

const engine = new WorkerEngine({
  create: (options) => new Cluster({ ...options, openapi: openApiFrom(path.join(__dirname, 'data')), yaml }),
  time: {
    now: () => performance.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  },
  post: (message) => port.postMessage(message),
  outbound: callOut,
  serve: servePort,
  journal: true,
});

port.on('message', (message: unknown) => engine.receive(message));
