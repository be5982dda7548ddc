// The real engine and the real cluster without a thread: a port whose messages are copied, and time that a test moves.
import type { WorkerPort } from '../../../src/protocol/worker-client.ts';
import { WorkerEngine } from '../../../src/protocol/worker-engine.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import { ManualTime } from '../protocol/simulation.ts';

export interface InProcess extends WorkerPort {
  readonly time: ManualTime;
  terminated: boolean;
  /** Ends it as a thread does that dies. */
  die(reason: string): void;
}

export function inProcessWorker(): InProcess {
  const time = new ManualTime();
  const toHost: ((message: unknown) => void)[] = [];
  const exits: ((reason: string | undefined) => void)[] = [];
  const engine = new WorkerEngine({
    create: (options) => new Cluster(options),
    time,
    journal: true,
    post: (message) => {
      for (const listener of toHost) listener(structuredClone(message));
    },
  });
  const port: InProcess = {
    time,
    terminated: false,
    post: (message) => engine.receive(structuredClone(message)),
    onMessage: (listener) => void toHost.push(listener),
    onExit: (listener) => void exits.push(listener),
    terminate: () => {
      port.terminated = true;
    },
    die: (reason) => {
      for (const exit of exits) exit(reason);
    },
  };
  return port;
}
