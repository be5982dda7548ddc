// A cluster behind an API server: one reflector for each watched resource feeds one cache. What differs between the
// simulator and a real cluster is the transport alone.
import { ObjectCache } from './cache.ts';
import { Connection } from './connection.ts';
import { explainFailure, type Failure, type FailureContext, FailureError, failureOf } from './failure.ts';
import type { Timing } from './reflector.ts';
import { type Resource, WATCHED } from './resources.ts';
import type { ClusterSource, SourceState } from './source.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';

export interface ApiSourceOptions {
  readonly id: string;
  readonly name: string;
  readonly kind: ClusterSource['kind'];
  /** Opens the way to the server. Rejects with FailureError where there is none: no such file, no such context. */
  readonly open: () => Promise<{ readonly transport: Transport; readonly server: string; readonly user?: string }>;
  readonly timing: Timing;
  readonly resources?: readonly Resource[];
}

export class ApiSource implements ClusterSource {
  readonly id: string;
  readonly name: string;
  readonly kind: ClusterSource['kind'];
  readonly cache = new ObjectCache();
  private readonly options: ApiSourceOptions;
  private readonly listeners = new Set<(state: SourceState) => void>();
  private current: SourceState = { phase: 'disconnected' };
  private connection: Connection | undefined;
  private context: FailureContext;
  /** Raised by each connect and disconnect: what comes late from an earlier one is dropped. */
  private generation = 0;

  constructor(options: ApiSourceOptions) {
    this.options = options;
    this.id = options.id;
    this.name = options.name;
    this.kind = options.kind;
    this.context = { context: options.name, server: options.name };
  }

  get state(): SourceState {
    return this.current;
  }

  onState(listener: (state: SourceState) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  async connect(): Promise<SourceState> {
    if (this.current.phase === 'connecting' || this.current.phase === 'connected') return this.current;
    const generation = ++this.generation;
    this.set({ phase: 'connecting' });
    let failure: Failure | undefined;
    try {
      const { transport, server, user } = await this.options.open();
      if (generation !== this.generation) {
        transport.close();
        return this.current;
      }
      this.context = { context: this.name, server, ...(user === undefined ? {} : { user }) };
      this.connection = this.connectionOver(transport);
      failure = await this.connection.start(this.options.resources ?? WATCHED);
    } catch (error) {
      failure = failureOf(error);
    }
    if (generation !== this.generation) return this.current;
    if (failure) this.fail(failure);
    else this.showConnected();
    return this.current;
  }

  disconnect(): void {
    this.release();
    this.set({ phase: 'disconnected' });
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    if (!this.connection) throw new FailureError({ kind: 'stopped', detail: `${this.name} is not connected.` });
    return this.connection.transport.request({ ...request, asUser: request.asUser ?? true });
  }

  private connectionOver(transport: Transport): Connection {
    return new Connection(transport, this.cache, this.options.timing, {
      explain: (failure) => explainFailure(failure, this.context),
      changed: () => this.current.phase === 'connected' && this.showConnected(),
      lost: (failure) => this.fail(failure),
    });
  }

  private showConnected(): void {
    const { missing = new Map(), stale } = this.connection ?? {};
    this.set({ phase: 'connected', missing: new Map(missing), ...(stale ? { stale } : {}) });
  }

  private fail(failure: Failure): void {
    this.release();
    const { message, remedy } = explainFailure(failure, this.context);
    this.set({ phase: 'failed', message, remedy });
  }

  private release(): void {
    this.generation++;
    this.connection?.close();
    this.connection = undefined;
    this.cache.clear();
  }

  private set(state: SourceState): void {
    this.current = state;
    for (const listener of [...this.listeners]) listener(state);
  }
}
