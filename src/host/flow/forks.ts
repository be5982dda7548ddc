// Forks of the simulator: a second worker repeats it and runs both futures, so that neither the simulator nor the editor waits.
import { RefusedError } from '../../model/refused.ts';
import type { Comparison, ForkOptions } from '../../protocol/futures.ts';
import { SimulatorError, WorkerClient, type WorkerPort } from '../../protocol/worker-client.ts';
import type { SimulatorSession } from '../simulator/session.ts';

export class Forks {
  private readonly session: Pick<SimulatorSession, 'call'>;
  private readonly createWorker: () => WorkerPort;
  private running: WorkerClient | undefined;
  private kept: Comparison | undefined;

  constructor(session: Pick<SimulatorSession, 'call'>, createWorker: () => WorkerPort) {
    this.session = session;
    this.createWorker = createWorker;
  }

  /** What the last fork brought, until it is put away. */
  get last(): Comparison | undefined {
    return this.kept;
  }

  /** Runs both futures. One fork at a time: an older one that still runs is given up. */
  async run(options: ForkOptions, progress: (done: number) => void): Promise<Comparison> {
    this.end();
    const client = new WorkerClient(this.createWorker(), () => {});
    this.running = client;
    try {
      const inputs = await this.session.call('inputs', null);
      const comparison = await client.call('compare', { ...options, inputs }, progress);
      this.kept = comparison;
      return comparison;
    } catch (error) {
      if (this.running === client) throw error instanceof SimulatorError ? refusal(error) : error;
      throw new RefusedError('The fork was given up.', 'Nothing of it is left; the trace is as it was.');
    } finally {
      client.dispose();
      if (this.running === client) this.running = undefined;
    }
  }

  /** Gives up the fork that runs, and puts away what the last one brought. */
  end(): void {
    const { running } = this;
    this.running = undefined;
    this.kept = undefined;
    running?.dispose();
  }
}

function refusal({ message, remedy }: SimulatorError): RefusedError {
  return new RefusedError(message, remedy ?? 'Choose another change, or another step.');
}
