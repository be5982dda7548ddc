// The host's end: calls become promises, everything else becomes listeners. It knows no thread; a port carries messages.

import type { Calls, FromWorker, Method, WireWatchEvent, WorkerError } from './worker.ts';
import { parseFromWorker } from './worker-parse.ts';

/** A running worker, however it is made. */
export interface WorkerPort {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The worker ended: asked to, or with the reason it died of. */
  onExit(listener: (reason: string | undefined) => void): void;
  terminate(): void;
}

/** What the worker or the way to it says no with; the message is for people. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';
  readonly remedy: string | undefined;
  constructor(error: WorkerError) {
    super(error.message);
    this.remedy = error.remedy;
  }
}

export type Notice = Exclude<FromWorker, { type: 'reply' | 'error' | 'progress' | 'watch-events' | 'watch-end' }>;

export interface WatchListener {
  events(events: readonly WireWatchEvent[]): void;
  end(): void;
}

interface Pending {
  progress?(done: number): void;
  resolve(result: unknown): void;
  reject(error: SimulatorError): void;
}

const DIED: WorkerError = {
  message: 'The simulator stopped unexpectedly.',
  remedy: 'Start it again with “Kube Anatomy: Start Simulator”. Its objects are gone; manifests can be applied again.',
};

export class WorkerClient {
  private readonly port: WorkerPort;
  private readonly notify: (notice: Notice) => void;
  private readonly pending = new Map<number, Pending>();
  private readonly watches = new Map<number, WatchListener>();
  private nextId = 1;
  private ended: SimulatorError | undefined;

  constructor(port: WorkerPort, notify: (notice: Notice) => void) {
    this.port = port;
    this.notify = notify;
    port.onMessage((message) => this.receive(message));
    port.onExit((reason) => {
      if (this.ended) return;
      const error = { ...DIED, message: reason ? `${DIED.message} ${reason}` : DIED.message };
      this.end(error);
      notify({ type: 'crashed', error });
    });
  }

  /** `progress` hears how far it has come, 0 to 1, of a call that takes long. */
  call<M extends Method>(
    method: M,
    params: Calls[M]['params'],
    progress?: (done: number) => void,
  ): Promise<Calls[M]['result']> {
    return this.send(this.nextId++, method, params, progress);
  }

  /** Opens a watch. The promise rejects where the server refuses it; `stop` may be called at any time. */
  watch(
    params: Calls['watch']['params'],
    listener: WatchListener,
  ): { opened: Promise<Calls['watch']['result']>; stop(): void } {
    const id = this.nextId++;
    this.watches.set(id, listener);
    return {
      opened: this.send(id, 'watch', params),
      stop: () => {
        if (!this.watches.delete(id) || this.ended) return;
        this.call('unwatch', { watch: id }).catch(() => {});
      },
    };
  }

  /** Ends the worker. Whatever is pending is rejected; nothing is notified. */
  dispose(): void {
    if (this.ended) return;
    this.end({ message: 'The simulator was stopped.' });
    this.port.terminate();
  }

  private send<M extends Method>(
    id: number,
    method: M,
    params: Calls[M]['params'],
    progress?: (done: number) => void,
  ): Promise<Calls[M]['result']> {
    if (this.ended) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => {
      const settle = { resolve: resolve as (result: unknown) => void, reject };
      this.pending.set(id, progress ? { ...settle, progress } : settle);
      this.port.post({ type: 'call', id, method, params });
    });
  }

  private receive(message: unknown): void {
    if (this.ended) return;
    const parsed = parseFromWorker(message);
    switch (parsed.type) {
      case 'reply':
        this.settle(parsed.id)?.resolve(parsed.result);
        break;
      case 'error':
        this.watches.delete(parsed.id);
        this.settle(parsed.id)?.reject(new SimulatorError(parsed.error));
        break;
      case 'progress':
        this.pending.get(parsed.id)?.progress?.(parsed.done);
        break;
      case 'watch-events':
        this.watches.get(parsed.watch)?.events(parsed.events);
        break;
      case 'watch-end': {
        const watch = this.watches.get(parsed.watch);
        this.watches.delete(parsed.watch);
        watch?.end();
        break;
      }
      case 'crashed':
        this.end(parsed.error);
        this.port.terminate();
        this.notify(parsed);
        break;
      default:
        this.notify(parsed);
    }
  }

  private settle(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    return pending;
  }

  private end(error: WorkerError): void {
    this.ended = new SimulatorError(error);
    for (const p of this.pending.values()) p.reject(this.ended);
    this.pending.clear();
    const watches = [...this.watches.values()];
    this.watches.clear();
    for (const w of watches) w.end();
  }
}
