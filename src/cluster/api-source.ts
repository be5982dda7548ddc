// A cluster behind an API server: one reflector for each watched resource feeds one cache. What differs between the
// simulator and a real cluster is the transport alone.
import { ObjectCache } from './cache.ts';
import {
  type Explained,
  explainFailure,
  type Failure,
  type FailureContext,
  FailureError,
  failureOf,
} from './failure.ts';
import { Reflector, type Timing } from './reflector.ts';
import { type Resource, type ResourceName, WATCHED } from './resources.ts';
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
  private transport: Transport | undefined;
  private context: FailureContext;
  private reflectors: Reflector[] = [];
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
    try {
      const { transport, server, user } = await this.options.open();
      if (generation !== this.generation) {
        transport.close();
        return this.current;
      }
      this.transport = transport;
      this.context = { context: this.name, server, ...(user === undefined ? {} : { user }) };
      await this.listAll(transport, generation);
    } catch (error) {
      if (generation === this.generation) this.fail(failureOf(error));
    }
    return this.current;
  }

  disconnect(): void {
    this.release();
    this.cache.clear();
    this.set({ phase: 'disconnected' });
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    if (!this.transport) throw new FailureError({ kind: 'stopped', detail: `${this.name} is not connected.` });
    return this.transport.request({ ...request, asUser: request.asUser ?? true });
  }

  private async listAll(transport: Transport, generation: number): Promise<void> {
    const missing = new Map<ResourceName, Explained>();
    const broken = new Map<ResourceName, Explained>();
    const failures: Failure[] = [];
    const update = (): void => {
      if (generation !== this.generation || this.current.phase !== 'connected') return;
      const [stale] = broken.values();
      this.set({ phase: 'connected', missing: new Map(missing), ...(stale ? { stale } : {}) });
    };
    const open = (resource: Resource): Promise<Failure | undefined> => {
      const reflector = new Reflector(
        transport,
        resource,
        {
          listed: (objects) => {
            missing.delete(resource.name);
            this.cache.replace(resource.name, objects);
            update();
          },
          changed: (events) => this.cache.apply(resource.name, events),
          failed: (failure) => {
            const explained = this.explain(failure);
            if (this.current.phase === 'connected' && !explained.retry && !isOptional(failure)) {
              this.fail(failure);
              return;
            }
            broken.set(resource.name, explained);
            update();
          },
          watching: () => {
            if (broken.delete(resource.name)) update();
          },
        },
        this.options.timing,
      );
      this.reflectors.push(reflector);
      return reflector.start().then((failure) => {
        if (!failure) return undefined;
        if (!isOptional(failure)) return failure;
        // Asking again would be refused again, and each refusal is in somebody's audit log.
        reflector.stop();
        broken.delete(resource.name);
        missing.set(resource.name, this.explain(failure));
        failures.push(failure);
        return undefined;
      });
    };
    // One first: where the server cannot be reached at all, ten attempts say the same ten times.
    const [first, ...rest] = this.options.resources ?? WATCHED;
    if (!first) return;
    const fatal = (await open(first)) ?? (await Promise.all(rest.map(open))).find((f) => f !== undefined);
    if (generation !== this.generation) return;
    const all = this.options.resources ?? WATCHED;
    if (fatal) this.fail(fatal);
    else if (failures.length === all.length && failures[0]) this.fail(failures[0]);
    else {
      this.current = { phase: 'connected', missing };
      update();
    }
  }

  private explain(failure: Failure): Explained {
    return explainFailure(failure, this.context);
  }

  private fail(failure: Failure): void {
    this.release();
    this.cache.clear();
    const { message, remedy } = this.explain(failure);
    this.set({ phase: 'failed', message, remedy });
  }

  private release(): void {
    this.generation++;
    for (const reflector of this.reflectors.splice(0)) reflector.stop();
    this.transport?.close();
    this.transport = undefined;
  }

  private set(state: SourceState): void {
    this.current = state;
    for (const listener of [...this.listeners]) listener(state);
  }
}

/** A resource that may not be read, or that an old server does not have, leaves the others usable. */
function isOptional(failure: Failure): boolean {
  return failure.kind === 'forbidden' || failure.code === 404;
}
