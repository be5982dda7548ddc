// The life of the simulator: at most one worker, its clock, its machines, and the cluster that the views see. A reset is a
// new session; a worker that dies leaves the reason behind.
import { ApiSource } from '../../cluster/api-source.ts';
import { FailureError } from '../../cluster/failure.ts';
import type { Timing } from '../../cluster/reflector.ts';
import type { Calls, Clock, FaultTarget, Method, StartOptions, Topology } from '../../protocol/worker.ts';
import { type Notice, SimulatorError, WorkerClient, type WorkerPort } from '../../protocol/worker-client.ts';
import type { Step } from '../../trace/step.ts';
import { Listeners } from '../listeners.ts';
import { simulatorTransport } from './transport.ts';

export type SessionState =
  | { readonly phase: 'stopped' }
  | { readonly phase: 'starting' }
  | { readonly phase: 'running' }
  | { readonly phase: 'crashed'; readonly message: string; readonly remedy: string };

export interface SessionOptions {
  readonly createWorker: () => WorkerPort;
  readonly timing: Timing;
  /** Milliseconds of real time. */
  readonly now: () => number;
}

export class SimulatorSession {
  readonly onState = new Listeners<SessionState>();
  readonly onClock = new Listeners<Clock>();
  readonly onTopology = new Listeners<Topology>();
  readonly onSteps = new Listeners<readonly Step[]>();
  /** The simulated cluster. It is connected while the simulator runs. */
  readonly source: ApiSource;
  /** Raised by each start: what belongs to another run is recognised by it. */
  run = 0;
  private readonly options: SessionOptions;
  private client: WorkerClient | undefined;
  private starting: Promise<void> | undefined;
  private current: SessionState = { phase: 'stopped' };
  private lastClock: { readonly clock: Clock; readonly realMs: number } | undefined;
  private machines: Topology | undefined;

  constructor(options: SessionOptions) {
    this.options = options;
    this.source = new ApiSource({
      id: 'simulator',
      name: 'simulator',
      kind: 'simulator',
      open: async () => {
        if (!this.client) throw new FailureError({ kind: 'stopped', detail: 'The simulator is not running.' });
        return { transport: simulatorTransport(this.client), server: 'the simulator' };
      },
      timing: options.timing,
    });
  }

  get state(): SessionState {
    return this.current;
  }

  get topology(): Topology | undefined {
    return this.machines;
  }

  get clock(): Clock | undefined {
    return this.lastClock?.clock;
  }

  /** What the simulated machines' clocks show now, milliseconds since 1970. */
  get wallMs(): number {
    if (!this.lastClock) return this.options.now();
    const { clock, realMs } = this.lastClock;
    return clock.wallMs + (clock.running ? (this.options.now() - realMs) * clock.speed : 0);
  }

  /** Starts the simulator unless it runs. Rejects with SimulatorError, and leaves the state `crashed`. */
  start(options: StartOptions): Promise<void> {
    if (this.current.phase === 'running') return Promise.resolve();
    if (this.starting) return this.starting;
    const starting = this.launch(options).finally(() => {
      if (this.starting === starting) this.starting = undefined;
    });
    this.starting = starting;
    return starting;
  }

  stop(): void {
    this.starting = undefined;
    this.source.disconnect();
    this.client?.dispose();
    this.client = undefined;
    this.lastClock = undefined;
    this.machines = undefined;
    this.set({ phase: 'stopped' });
  }

  call<M extends Method>(method: M, params: Calls[M]['params']): Promise<Calls[M]['result']> {
    if (!this.client) {
      const remedy = 'Start it with “Kube Anatomy: Start Simulator”.';
      return Promise.reject(new SimulatorError({ message: 'The simulator is not running.', remedy }));
    }
    return this.client.call(method, params);
  }

  async pace(change: Calls['pace']['params']): Promise<void> {
    this.tick(await this.call('pace', change));
  }

  async advance(until: 'next-step' | 'settled'): Promise<void> {
    this.tick(await this.call('advance', { until }));
  }

  async fault(action: 'stop' | 'start', target: FaultTarget): Promise<void> {
    this.setTopology(await this.call('fault', { action, target }));
  }

  private async launch(options: StartOptions): Promise<void> {
    this.set({ phase: 'starting' });
    const run = ++this.run;
    let client: WorkerClient | undefined;
    try {
      client = new WorkerClient(this.options.createWorker(), (notice) => {
        if (run === this.run) this.receive(notice);
      });
      this.client = client;
      this.tick(await client.call('start', options));
      this.setTopology(await client.call('topology', null));
      this.set({ phase: 'running' });
    } catch (error) {
      client?.dispose();
      // Somebody stopped it meanwhile: that is not a failure. A crash was told of already.
      if (run === this.run && this.state.phase === 'starting') this.fail(error);
      if (run !== this.run || this.state.phase === 'stopped') return;
      throw error;
    }
    await this.source.connect();
  }

  private receive(notice: Notice): void {
    if (notice.type === 'clock') this.tick(notice.clock);
    else if (notice.type === 'topology') this.setTopology(notice.topology);
    else if (notice.type === 'steps') this.onSteps.fire(notice.steps);
    else if (notice.type === 'crashed') this.fail(new SimulatorError(notice.error));
  }

  private tick(clock: Clock): void {
    this.lastClock = { clock, realMs: this.options.now() };
    this.onClock.fire(clock);
  }

  private setTopology(topology: Topology): void {
    this.machines = topology;
    this.onTopology.fire(topology);
  }

  private fail(error: unknown): void {
    this.client = undefined;
    this.lastClock = undefined;
    this.machines = undefined;
    this.source.disconnect();
    const remedy = error instanceof SimulatorError ? error.remedy : undefined;
    this.set({
      phase: 'crashed',
      message: error instanceof Error ? error.message : String(error),
      remedy: remedy ?? 'Start it again with “Kube Anatomy: Start Simulator”.',
    });
  }

  private set(state: SessionState): void {
    this.current = state;
    this.onState.fire(state);
  }
}
