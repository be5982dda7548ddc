// One connection of a source: a reflector for each resource, and what is known of those that do not work.
import type { ObjectCache } from './cache.ts';
import type { Explained, Failure } from './failure.ts';
import { Reflector, type Timing } from './reflector.ts';
import type { Resource, ResourceName } from './resources.ts';
import type { Transport } from './transport.ts';

export interface ConnectionEvents {
  explain(failure: Failure): Explained;
  /** What works or does not has changed. */
  changed(): void;
  /** Only a person can mend this: the connection is of no use any more. */
  lost(failure: Failure): void;
}

export class Connection {
  readonly transport: Transport;
  /** Resources that may not be listed, or that an old server does not have. */
  readonly missing = new Map<ResourceName, Explained>();
  /** Resources whose watch is being opened again. */
  private readonly broken = new Map<ResourceName, Explained>();
  private readonly cache: ObjectCache;
  private readonly timing: Timing;
  private readonly events: ConnectionEvents;
  private readonly reflectors: Reflector[] = [];
  private open = false;

  constructor(transport: Transport, cache: ObjectCache, timing: Timing, events: ConnectionEvents) {
    this.transport = transport;
    this.cache = cache;
    this.timing = timing;
    this.events = events;
  }

  /** Why what is shown may be old. */
  get stale(): Explained | undefined {
    return [...this.broken.values()][0];
  }

  /** Lists everything and starts to watch. Resolves with the failure where nothing can be shown. */
  async start([first, ...rest]: readonly Resource[]): Promise<Failure | undefined> {
    if (!first) return undefined;
    const refusals: Failure[] = [];
    const start = async (resource: Resource): Promise<Failure | undefined> => {
      const failure = await this.reflect(resource);
      if (!failure || !isOptional(failure)) return failure;
      refusals.push(failure);
      return undefined;
    };
    // One first: where the server cannot be reached at all, ten attempts say the same ten times.
    const fatal = (await start(first)) ?? (await Promise.all(rest.map(start))).find((f) => f !== undefined);
    if (fatal) return fatal;
    this.open = true;
    return refusals.length === rest.length + 1 ? refusals[0] : undefined;
  }

  close(): void {
    this.open = false;
    for (const reflector of this.reflectors.splice(0)) reflector.stop();
    this.transport.close();
  }

  private async reflect(resource: Resource): Promise<Failure | undefined> {
    const { name } = resource;
    const reflector = new Reflector(
      this.transport,
      resource,
      {
        listed: (objects) => this.cache.replace(name, objects),
        changed: (events) => this.cache.apply(name, events),
        failed: (failure) => this.failed(name, failure),
        watching: () => this.broken.delete(name) && this.events.changed(),
      },
      this.timing,
    );
    this.reflectors.push(reflector);
    const failure = await reflector.start();
    if (failure && isOptional(failure)) {
      // Asking again would be refused again, and each refusal is in somebody's audit log.
      reflector.stop();
      this.broken.delete(name);
      this.missing.set(name, this.events.explain(failure));
    }
    return failure;
  }

  private failed(name: ResourceName, failure: Failure): void {
    const explained = this.events.explain(failure);
    if (this.open && !explained.retry && !isOptional(failure)) {
      this.events.lost(failure);
      return;
    }
    this.broken.set(name, explained);
    this.events.changed();
  }
}

/** What may not be read, or is not there, leaves the others usable. */
function isOptional(failure: Failure): boolean {
  return failure.kind === 'forbidden' || failure.code === 404;
}
