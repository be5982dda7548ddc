// The simulator in a browser's Web Worker: the same core as on the desktop, without sockets.
import type { FromWorker } from './protocol/worker.ts';
import { WorkerEngine } from './protocol/worker-engine.ts';
import { Cluster } from './simulator/cluster.ts';

const scope = globalThis as unknown as {
  postMessage(message: FromWorker): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
};

const engine = new WorkerEngine({
  create: (options) => new Cluster(options),
  time: {
    now: () => performance.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  },
  post: (message) => scope.postMessage(message),
  journal: true,
});

scope.addEventListener('message', (event) => engine.receive(event.data));
