// The worker's end: takes calls, paces the virtual clock by real time, and tells the host what happened, in deltas.
// It knows neither the thread it runs in nor the simulator's parts: both are ports, wired in the entry points.
import { type ApplyRequest, applyManifestLater } from '../cluster/apply/apply.ts';
import { readManifest } from '../cluster/apply/text.ts';
import { isRecord, type KubeObject } from '../model/object.ts';
import type { Outbound } from '../model/outbound.ts';
import { RefusedError } from '../model/refused.ts';
import type { StepId } from '../trace/step.ts';
import { compareFutures } from './futures-run.ts';
import { Journal, type Simulation, type SimulationWatch } from './journal.ts';
import { networkAfter } from './network.ts';
import type {
  Calls,
  Clock,
  FromWorker,
  Method,
  Scheduled,
  ScheduleOptions,
  Served,
  StartOptions,
  ToWorker,
  WireResponse,
  WireWatchEvent,
  WorkerError,
} from './worker.ts';
import { ProtocolError, parseToWorker } from './worker-parse.ts';

export type { Simulation, SimulationWatch };
export { RefusedError };

export interface RealTime {
  /** Milliseconds, only ever compared with each other. */
  now(): number;
  after(ms: number, run: () => void): () => void;
}

export interface ServePort {
  /** `before` and `after` are called around each request that comes in. */
  open(port: number, around: { before(): void; after(): void }): Promise<Served & { close(): Promise<void> }>;
}

export interface EngineOptions<S extends Simulation> {
  readonly create: (options: StartOptions) => S;
  readonly time: RealTime;
  readonly post: (message: FromWorker) => void;
  /** Makes the calls that leave the simulation. Absent where none can. */
  readonly outbound?: Outbound;
  /** Absent where there are no sockets. `journal` wants to know what comes in that way. */
  readonly serve?: (simulation: S, journal: Journal | undefined) => ServePort;
  /** Keeps what comes in, so that the simulation can be repeated from any step on. */
  readonly journal?: boolean;
}

/** How long one turn may run before messages get theirs. */
const TURN_MS = 25;
const LONGEST_SLEEP_MS = 250;
const CLOCK_EVERY_MS = 250;
const STEPS_A_MESSAGE = 500;
/** `advance` gives up here: nothing a person waits for takes longer. */
const ADVANCE_LIMIT_US = 10 * 60 * 1_000_000;
/** A cluster that has not come to rest by then is shown as it is. */
const START_LIMIT_US = 2 * 60 * 1_000_000;

interface Running<S extends Simulation> {
  readonly cluster: S;
  /** The cluster, or the journal before it. */
  readonly simulation: Simulation;
  readonly start: StartOptions;
  running: boolean;
  speed: number;
  /** Real and virtual time that belong together. */
  baseMs: number;
  baseUs: number;
}

type Handlers = {
  readonly [M in Method]: (params: Calls[M]['params'], id: number) => Calls[M]['result'] | Promise<Calls[M]['result']>;
};

export class WorkerEngine<S extends Simulation = Simulation> {
  private readonly options: EngineOptions<S>;
  private at: Running<S> | undefined;
  private cancelTimer: (() => void) | undefined;
  private followed: StepId | null = null;
  private clockSentMs = Number.NEGATIVE_INFINITY;
  private readonly watches = new Map<
    number,
    { readonly watch: SimulationWatch; events: WireWatchEvent[]; ended: boolean }
  >();
  private server: (Served & { close(): Promise<void> }) | undefined;
  private topologySent = '';

  constructor(options: EngineOptions<S>) {
    this.options = options;
    options.post({ type: 'ready', canServe: options.serve !== undefined });
  }

  /** Takes one message. Never throws: what is wrong with it is answered. */
  receive(message: unknown): void {
    let call: ToWorker;
    try {
      call = parseToWorker(message);
    } catch (error) {
      const id = (message as { id?: unknown } | null)?.id;
      this.options.post({ type: 'error', id: typeof id === 'number' ? id : 0, error: errorOf(error) });
      return;
    }
    void this.answer(call);
  }

  private async answer(call: ToWorker): Promise<void> {
    const { id } = call;
    try {
      const handler = this.handlers[call.method] as (params: unknown, id: number) => unknown;
      if (this.at && call.method !== 'start') this.catchUp();
      const value = handler.call(this.handlers, call.params, id);
      const result = value instanceof Promise ? await value : value;
      this.options.post({ type: 'reply', id, result });
      this.flush();
      this.arm();
    } catch (error) {
      if (isExpected(error)) this.options.post({ type: 'error', id, error: errorOf(error) });
      else this.crash(error);
    }
  }

  private readonly handlers: Handlers = {
    start: (options) => {
      if (this.at) throw new RefusedError('The simulator runs already.', 'Reset it to start again from the beginning.');
      const cluster = this.options.create(options);
      const simulation = this.options.journal ? new Journal(cluster) : cluster;
      this.connectOut(simulation);
      this.at = {
        cluster,
        simulation,
        start: options,
        running: options.running,
        speed: options.speed,
        baseMs: this.options.time.now(),
        baseUs: simulation.now,
      };
      if (options.settled) this.advance('settled', START_LIMIT_US);
      this.topologySent = JSON.stringify(simulation.topology());
      return this.clock();
    },
    request: (request) => new Promise((done) => this.simulation().submit(request, (r) => done(plain(r)))),
    watch: (request, id) => {
      const { watch, ...response } = this.simulation().request(request);
      if (watch) this.openWatch(id, watch);
      else if (response.code >= 200 && response.code < 300)
        throw new RefusedError(`${request.path} was not answered with a watch.`);
      return plain(response);
    },
    unwatch: ({ watch }) => {
      this.watches.get(watch)?.watch.stop();
      this.watches.delete(watch);
      return null;
    },
    apply: async ({ manifest, namespace }) => {
      const simulation = this.simulation();
      const after = simulation.lastStep;
      const send = ({ discovery, ...r }: ApplyRequest, done: (response: WireResponse) => void): void =>
        simulation.submit({ ...r, ...(discovery ? { observer: true } : {}) }, done);
      return { ...(await applyManifestLater(manifest, namespace, send)), after };
    },
    schedule: (options) => schedule(this.simulation(), options),
    pace: ({ running, speed }) => {
      const at = this.running();
      at.running = running ?? at.running;
      at.speed = speed ?? at.speed;
      this.rebase();
      return this.clock();
    },
    advance: ({ until }) => {
      this.advance(until);
      return this.clock();
    },
    steps: ({ after, limit }) => this.simulation().stepsAfter(after, limit),
    etcdDirectory: ({ path, limit }) => this.simulation().etcd.directory(path, limit),
    etcdHistory: ({ key }) => this.simulation().etcd.history(key),
    etcdObject: ({ key, revision }) => this.simulation().etcd.object(key, revision) ?? null,
    exchange: ({ step }) => this.simulation().exchange(step) ?? null,
    network: ({ after }) => networkAfter(this.simulation(), after),
    follow: ({ after }) => {
      this.followed = after;
      return null;
    },
    topology: () => this.simulation().topology(),
    fault: ({ action, target }) => {
      this.simulation().fault(action, target);
      return this.simulation().topology();
    },
    inputs: () => {
      const journal = this.journal();
      if (!journal) throw new RefusedError('What this simulation was given is not kept.');
      return { start: this.running().start, entries: journal.entries, whole: journal.whole };
    },
    compare: (options, id) => {
      const { create, post } = this.options;
      return compareFutures(create, options, (done) => post({ type: 'progress', id, done }));
    },
    serve: ({ port }) => this.serve(port),
    unserve: async () => {
      await this.server?.close();
      this.server = undefined;
      return null;
    },
  };

  private running(): Running<S> {
    if (!this.at)
      throw new RefusedError('The simulator is not started.', 'Start it with “Kube Anatomy: Start Simulator”.');
    return this.at;
  }

  private simulation(): Simulation {
    return this.running().simulation;
  }

  private journal(): Journal | undefined {
    const { simulation } = this.running();
    return simulation instanceof Journal ? simulation : undefined;
  }

  private clock(): Clock {
    const { simulation: s, running, speed } = this.running();
    return { now: s.now, wallMs: s.wallMs, running, speed, idle: s.idle, lastStep: s.lastStep };
  }

  /** What comes back from outside meets a clock that has caught up, and what it sets off is told. */
  private connectOut(simulation: Simulation): void {
    const { outbound } = this.options;
    if (outbound === undefined) return;
    simulation.connectOut((call, done) =>
      outbound(call, (result) => {
        if (this.at?.simulation !== simulation) return;
        this.guard(() => {
          this.catchUp();
          done(result);
          this.flush();
          this.arm();
        });
      }),
    );
  }

  private openWatch(id: number, watch: SimulationWatch): void {
    const entry = { watch, events: [] as WireWatchEvent[], ended: false };
    this.watches.set(id, entry);
    watch.start({
      event: ({ type, object }) => void entry.events.push({ type, object }),
      end: () => {
        entry.ended = true;
      },
    });
  }

  private async serve(port: number): Promise<Served> {
    if (!this.options.serve) {
      throw new RefusedError(
        'A browser cannot listen on a port.',
        'Open the folder in VS Code on the desktop to serve the simulator for kubectl.',
      );
    }
    const { cluster } = this.running();
    this.server ??= await this.options.serve(cluster, this.journal()).open(port, {
      before: () => this.guard(() => this.catchUp()),
      after: () =>
        this.guard(() => {
          this.flush();
          this.arm();
        }),
    });
    const { url, kubeconfig } = this.server;
    return { url, kubeconfig };
  }

  private advance(until: 'next-step' | 'settled', forUs = ADVANCE_LIMIT_US): void {
    const { simulation } = this.running();
    const limit = simulation.now + forUs;
    let seen = simulation.lastStep;
    for (let next = simulation.nextAt(); next !== undefined && next <= limit; next = simulation.nextAt()) {
      if (until === 'settled' && simulation.idle) break;
      simulation.runNext();
      if (until === 'next-step' && simulation.lastStep > seen) {
        if (simulation.stepsAfter(seen, STEPS_A_MESSAGE).some((s) => !s.routine)) break;
        seen = simulation.lastStep;
      }
    }
    this.rebase();
  }

  private rebase(): void {
    const at = this.running();
    at.baseMs = this.options.time.now();
    at.baseUs = at.simulation.now;
  }

  /** Runs what is due by now. False when there was too much for one turn. */
  private catchUp(): boolean {
    const at = this.running();
    if (!at.running) return true;
    const { simulation } = at;
    const start = this.options.time.now();
    const target = at.baseUs + (start - at.baseMs) * 1000 * at.speed;
    let next = simulation.nextAt();
    for (let n = 1; next !== undefined && next <= target; n++) {
      simulation.runNext();
      if (n % 16 === 0 && this.options.time.now() - start > TURN_MS) {
        // The machine is slower than the asked speed: virtual time falls behind rather than messages.
        this.rebase();
        return false;
      }
      next = simulation.nextAt();
    }
    simulation.runUntil(target);
    return true;
  }

  private arm(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    const at = this.at;
    if (!at?.running) return;
    const next = at.simulation.nextAt();
    const due = next === undefined ? LONGEST_SLEEP_MS : (next - at.simulation.now) / 1000 / at.speed;
    this.cancelTimer = this.options.time.after(Math.min(LONGEST_SLEEP_MS, Math.max(1, Math.ceil(due))), () =>
      this.turn(),
    );
  }

  private turn(): void {
    this.guard(() => {
      this.catchUp();
      this.flush();
      this.arm();
    });
  }

  private flush(): void {
    const at = this.at;
    if (!at) return;
    const { post, time } = this.options;
    for (const [id, entry] of this.watches) {
      const events = entry.events.splice(0);
      if (events.length > 0) post({ type: 'watch-events', watch: id, events });
      if (!entry.ended) continue;
      this.watches.delete(id);
      post({ type: 'watch-end', watch: id });
    }
    while (this.followed !== null) {
      const steps = at.simulation.stepsAfter(this.followed, STEPS_A_MESSAGE);
      const last = steps.at(-1);
      if (!last) break;
      post({ type: 'steps', steps });
      this.followed = last.id;
    }
    if (time.now() - this.clockSentMs < CLOCK_EVERY_MS) return;
    this.clockSentMs = time.now();
    post({ type: 'clock', clock: this.clock() });
    const topology = at.simulation.topology();
    const text = JSON.stringify(topology);
    if (text === this.topologySent) return;
    this.topologySent = text;
    post({ type: 'topology', topology });
  }

  private guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.crash(error);
    }
  }

  /** A bug in the simulation: nothing after it can be trusted. */
  private crash(error: unknown): void {
    this.cancelTimer?.();
    this.at = undefined;
    this.watches.clear();
    void this.server?.close();
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.options.post({
      type: 'crashed',
      error: {
        message: `The simulator failed: ${what}`,
        remedy: 'Start it again, and please report this message with what you did before.',
      },
    });
  }
}

function schedule(simulation: Simulation, { manifest, namespace, object, snapshot }: ScheduleOptions): Scheduled {
  const { objects, problems } = readManifest(manifest);
  const [problem] = problems;
  if (problem) throw new RefusedError(`Line ${problem.line}: ${problem.message}`);
  const all = objects.map((o) => o.object as unknown as KubeObject).filter((o) => isRecord(o.metadata));
  const found = all.find(
    ({ apiVersion, kind, metadata }) =>
      apiVersion === object.apiVersion &&
      kind === object.kind &&
      metadata.name === object.name &&
      metadata.namespace === object.namespace,
  );
  if (!found) throw new RefusedError(`The manifest holds no ${object.kind} ${object.name ?? ''} any more.`);
  try {
    const beside = all.filter((o) => o !== found);
    return simulation.schedule(found, namespace, { beside, ...(snapshot && { snapshot }) });
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    // Asking changed nothing, so the simulation is as good as before.
    throw new RefusedError(`This cannot be answered: ${error instanceof Error ? error.message : error}`);
  }
}

function plain(response: WireResponse): WireResponse {
  const { code, body, text, warnings, step } = response;
  return {
    code,
    step,
    ...(body === undefined ? {} : { body }),
    ...(text === undefined ? {} : { text }),
    ...(warnings === undefined ? {} : { warnings }),
  };
}

function isExpected(error: unknown): error is Error {
  return error instanceof RefusedError || error instanceof ProtocolError;
}

function errorOf(error: unknown): WorkerError {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = error instanceof RefusedError ? error.remedy : undefined;
  return { message, ...(remedy === undefined ? {} : { remedy }) };
}
