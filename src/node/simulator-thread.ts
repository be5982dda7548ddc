// The simulator's worker thread, as the host's port to it. An end that was not asked for is told with its reason.
import { Worker } from 'node:worker_threads';
import type { WorkerPort } from '../protocol/worker-client.ts';

/** Far more than a cluster of 10,000 pods takes; beyond it the thread ends instead of the machine's memory. */
const HEAP_MB = 4096;

export function spawnSimulator(file: string): WorkerPort {
  const worker = new Worker(file, {
    name: 'kube-anatomy-simulator',
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  let reason: string | undefined;
  let terminating = false;
  worker.on('error', (error: NodeJS.ErrnoException) => {
    reason =
      error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? `It needed more than ${HEAP_MB} MiB of memory.` : error.message;
  });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', listener),
    onExit: (listener) =>
      void worker.on('exit', (code) =>
        listener(terminating ? undefined : (reason ?? `Its thread ended with code ${code}.`)),
      ),
    terminate: () => {
      terminating = true;
      void worker.terminate();
    },
  };
}
