// Keeps what comes into a simulation from outside, and after how many of its events, so that it can be repeated exactly.
import type { KubeObject } from '../model/object.ts';
import type { Outbound } from '../model/outbound.ts';
import type { EtcdDirectory, EtcdHistory } from '../trace/etcd.ts';
import type { Exchange } from '../trace/exchange.ts';
import type { ObjectRef, Step, StepId } from '../trace/step.ts';
import type { Entry, Input } from './futures.ts';
import type { FaultTarget, Scheduled, Topology, WireRequest, WireResponse, WireWatchEvent } from './worker.ts';

export interface SimulationWatch {
  start(sink: { event(event: WireWatchEvent): void; end(): void }): void;
  stop(): void;
}

/** What else there is, when somebody asks where pods would go. */
export interface Given {
  /** Another cluster's objects, to ask about that one. */
  readonly snapshot?: readonly KubeObject[];
  /** The other objects of the manifest. */
  readonly beside?: readonly KubeObject[];
}

export interface SimulationStream {
  start(sink: { data(text: string): void; end(): void }): void;
  stop(): void;
}

/** A look into etcd. */
export interface EtcdPort {
  directory(path: string, limit: number): EtcdDirectory;
  history(key: string): EtcdHistory;
  object(key: string, revision: number): KubeObject | undefined;
}

/** Somebody at one end of a connection to a container; bytes as Latin-1. */
export interface Talk {
  start(sink: { out(bytes: string): void; err(bytes: string): void; end(code: number): void }): void;
  /** Undefined: no more will come. */
  input(bytes: string | undefined): void;
  stop(): void;
}

/** What a connection leads to; each connection to a port is one of its own. */
export type Opened<Refusal = unknown> =
  | { readonly session: Talk }
  | { readonly ports: (port: number) => Talk | { readonly error: string } }
  | { readonly status: Refusal };

/** What is started once and goes on until it is stopped: a watch, or a log that is followed. */
interface Flowing<Sink> {
  start(sink: Sink): void;
  stop(): void;
}

/** What the engine needs of a simulated cluster. Times are µs of virtual time. */
export interface Simulation {
  readonly now: number;
  readonly wallMs: number;
  readonly idle: boolean;
  readonly lastStep: StepId;
  nextAt(): number | undefined;
  runNext(): boolean;
  runUntil(at: number): void;
  /** `about`: plurals of the only resources that are asked about. */
  stepsAfter(id: StepId, limit: number, about?: ReadonlySet<string>): readonly Step[];
  request(request: WireRequest): WireResponse & { readonly watch?: SimulationWatch };
  /** Calls `done` once, when the webhooks that have a say have answered. */
  submit(request: WireRequest, done: (response: WireResponse) => void): void;
  /** Takes the way out of the simulation. */
  connectOut(outbound: Outbound): void;
  /** A request in the API server's own form, as it came over HTTPS. */
  served?(
    request: unknown,
    done: (response: { readonly watch?: SimulationWatch; readonly stream?: SimulationStream }) => void,
  ): void;
  /** A connection in the API server's own form, once it was allowed. */
  connect?(connection: unknown): Opened;
  /** Changes nothing. Throws RefusedError for what cannot be answered. */
  schedule(object: KubeObject, namespace: string, given?: Given): Scheduled;
  topology(): Topology;
  /** Throws RefusedError for what cannot be stopped or is not there. */
  fault(action: 'stop' | 'start', target: FaultTarget): void;
  /** What went over the wire for a step; undefined where nothing did, or it is no longer kept. */
  exchange(id: StepId): Exchange | undefined;
  /** The store as people look into it. */
  readonly etcd: EtcdPort;
  /** Everything that is stored. */
  objects(): readonly { readonly ref: ObjectRef; readonly value: KubeObject }[];
}

/** A person does not do more than this; a program that talks to the served cluster might. */
const MOST = 50_000;
/** Bytes said to containers; `kubectl cp` of something large says more. */
const MOST_SAID = 4_000_000;

export class Journal implements Simulation {
  readonly entries: Entry[] = [];
  private readonly simulation: Simulation;
  private events = 0;
  private lost = 0;
  private calls = 0;
  private said = 0;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  /** False when more came in than is kept. */
  get whole(): boolean {
    return this.lost === 0;
  }

  /** Notes an input that does not come through here; answers its number. */
  note(input: Input): number {
    if (this.entries.length >= MOST) this.lost++;
    else this.entries.push({ events: this.events, at: this.simulation.now, input });
    return this.entries.length - 1;
  }

  /** The watch that an input opened, or the log that it follows, with its end noted too. */
  noted<Sink>(flowing: Flowing<Sink>, input: number): Flowing<Sink> {
    return {
      start: (sink) => flowing.start(sink),
      stop: () => {
        this.note({ type: 'unwatch', input });
        flowing.stop();
      },
    };
  }

  /** A connection to a container, with what is said there noted. */
  connected<Refusal>(connection: unknown, open: () => Opened<Refusal>): Opened<Refusal> {
    const input = this.note({ type: 'connect', connection });
    const opened = open();
    if ('session' in opened) return { session: this.overheard(opened.session, input) };
    if ('status' in opened) return opened;
    return {
      ports: (port) => {
        const inside = this.note({ type: 'port', input, port });
        const talk = opened.ports(port);
        return 'error' in talk ? talk : this.overheard(talk, inside);
      },
    };
  }

  private overheard(talk: Talk, input: number): Talk {
    let heard = true;
    return {
      start: (sink) => {
        this.note({ type: 'talk', input, does: 'start' });
        talk.start(sink);
      },
      input: (bytes) => {
        this.said += bytes?.length ?? 0;
        const keeps = this.said <= MOST_SAID;
        if (heard && !keeps) this.note({ type: 'unheard', input });
        heard = keeps;
        if (keeps)
          this.note({ type: 'talk', input, ...(bytes === undefined ? { does: 'end' } : { does: 'say', bytes }) });
        talk.input(bytes);
      },
      stop: () => {
        this.note({ type: 'talk', input, does: 'stop' });
        talk.stop();
      },
    };
  }

  get etcd(): EtcdPort {
    return this.simulation.etcd;
  }

  get now(): number {
    return this.simulation.now;
  }

  get wallMs(): number {
    return this.simulation.wallMs;
  }

  get idle(): boolean {
    return this.simulation.idle;
  }

  get lastStep(): StepId {
    return this.simulation.lastStep;
  }

  nextAt(): number | undefined {
    return this.simulation.nextAt();
  }

  runNext(): boolean {
    const ran = this.simulation.runNext();
    if (ran) this.events++;
    return ran;
  }

  /** Runs what is due and stands at `at`. */
  runUntil(at: number): void {
    for (let next = this.nextAt(); next !== undefined && next <= at; next = this.nextAt()) this.runNext();
    this.simulation.runUntil(at);
  }

  stepsAfter(id: StepId, limit: number, about?: ReadonlySet<string>): readonly Step[] {
    return this.simulation.stepsAfter(id, limit, about);
  }

  request(request: WireRequest): ReturnType<Simulation['request']> {
    const input = this.note({ type: 'request', request });
    const response = this.simulation.request(request);
    return response.watch ? { ...response, watch: this.noted(response.watch, input) } : response;
  }

  submit(request: WireRequest, done: (response: WireResponse) => void): void {
    this.note({ type: 'request', request, waits: true });
    this.simulation.submit(request, done);
  }

  connectOut(outbound: Outbound): void {
    this.simulation.connectOut((call, done) => {
      const number = this.calls++;
      outbound(call, (result) => {
        this.note({ type: 'answer', call: number, result });
        done(result);
      });
    });
  }

  schedule(object: KubeObject, namespace: string, given?: Given): Scheduled {
    return this.simulation.schedule(object, namespace, given);
  }

  topology(): Topology {
    return this.simulation.topology();
  }

  fault(action: 'stop' | 'start', target: FaultTarget): void {
    this.note({ type: 'fault', action, target });
    this.simulation.fault(action, target);
  }

  exchange(id: StepId): Exchange | undefined {
    return this.simulation.exchange(id);
  }

  objects(): ReturnType<Simulation['objects']> {
    return this.simulation.objects();
  }
}
