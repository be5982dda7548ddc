// Lists one resource, then watches it from there, and lists again when the server has forgotten where the watch stood.
// Models client-go/tools/cache/reflector.go.
import { isRecord, type KubeObject } from '../model/object.ts';
import type { Brought } from './cache.ts';
import { type Failure, FailureError, failureOf, failureOfResponse } from './failure.ts';
import { apiPath, type Resource } from './resources.ts';
import type { Transport, TransportEvent, TransportWatch } from './transport.ts';

/** Time as an argument, so that tests need no clock. */
export interface Timing {
  /** Calls `run` after `ms`; the returned function cancels. */
  after(ms: number, run: () => void): () => void;
  /** From 0 up to 1. */
  random(): number;
}

export interface ReflectorEvents {
  listed(objects: readonly KubeObject[]): void;
  changed(events: readonly Brought[]): void;
  /** The list or the watch failed. Unless `stop` is called, it is tried again after a pause. */
  failed(failure: Failure): void;
  /** A watch is open: what is shown is current. */
  watching(): void;
}

const PAGE = 500;
const FIRST_PAUSE_MS = 800;
const LONGEST_PAUSE_MS = 30_000;
/** A watch that lived this long was healthy: the next failure starts with the shortest pause again. */
const HEALTHY_MS = 10_000;

export class Reflector {
  private readonly transport: Transport;
  private readonly resource: Resource;
  private readonly events: ReflectorEvents;
  private readonly timing: Timing;
  private watch: TransportWatch | undefined;
  private cancelTimer: (() => void) | undefined;
  private cancelHealthy: (() => void) | undefined;
  private revision = '';
  private failures = 0;
  private stopped = false;

  constructor(transport: Transport, resource: Resource, events: ReflectorEvents, timing: Timing) {
    this.transport = transport;
    this.resource = resource;
    this.events = events;
    this.timing = timing;
  }

  /** Resolves after the first list, with the failure where it failed; then goes on by itself. */
  async start(): Promise<Failure | undefined> {
    return this.listThenWatch();
  }

  stop(): void {
    this.stopped = true;
    this.watch?.stop();
    this.cancelTimer?.();
    this.cancelHealthy?.();
  }

  private async listThenWatch(): Promise<Failure | undefined> {
    try {
      const objects = await this.list();
      if (this.stopped) return undefined;
      this.events.listed(objects);
    } catch (error) {
      if (this.stopped) return undefined;
      const failure = failureOf(error);
      // A first list that fails is the caller's to judge; it stops the reflector where trying again is pointless.
      this.events.failed(failure);
      this.pause(() => void this.listThenWatch());
      return failure;
    }
    this.openWatch();
    return undefined;
  }

  private async list(): Promise<KubeObject[]> {
    const objects: KubeObject[] = [];
    let next = '';
    do {
      const query = { limit: String(PAGE), ...(next ? { continue: next } : {}) };
      const response = await this.transport.request({ method: 'GET', path: apiPath(this.resource), query });
      const failure = failureOfResponse(response.code, response.body);
      // The pages of a list stay valid for a few minutes only; one that outlives them starts again.
      if (failure?.kind === 'too-old' && next) {
        objects.length = 0;
        next = '';
        continue;
      }
      if (failure) throw new FailureError(failure);
      const page = readList(response.body, this.resource);
      objects.push(...page.items);
      this.revision = page.revision;
      next = page.next;
    } while (next && !this.stopped);
    return objects;
  }

  private openWatch(): void {
    if (this.stopped) return;
    const query = { watch: 'true', resourceVersion: this.revision, allowWatchBookmarks: 'true' };
    let over = false;
    const watch = this.transport.watch(apiPath(this.resource), query, {
      open: () => {
        this.cancelHealthy = this.timing.after(HEALTHY_MS, () => {
          this.failures = 0;
        });
        this.events.watching();
      },
      events: (events) => {
        const failure = this.deliver(events);
        if (!failure || over) return;
        over = true;
        this.watch?.stop();
        this.ended(failure);
      },
      end: (failure) => {
        if (over) return;
        over = true;
        this.ended(failure);
      },
    });
    // The transport may have ended the watch before it could be kept.
    if (over) watch.stop();
    else this.watch = watch;
  }

  private deliver(events: readonly TransportEvent[]): Failure | undefined {
    const changes: Brought[] = [];
    let failure: Failure | undefined;
    for (const { type, object } of events) {
      if (type === 'ERROR') {
        const code = isRecord(object) && typeof object.code === 'number' ? object.code : 500;
        failure = failureOfResponse(code, object) ?? { kind: 'server', detail: 'the watch ended with an error' };
        break;
      }
      if (!isObject(object)) continue;
      this.revision = object.metadata.resourceVersion ?? this.revision;
      if (type === 'BOOKMARK') continue;
      const managers = object.metadata.managedFields;
      changes.push({
        object: complete(object, this.resource),
        deleted: type === 'DELETED',
        ...(Array.isArray(managers) && { managers }),
      });
    }
    if (changes.length > 0 && !this.stopped) this.events.changed(changes);
    return failure;
  }

  private ended(failure: Failure | undefined): void {
    this.watch = undefined;
    this.cancelHealthy?.();
    if (this.stopped) return;
    if (failure?.kind === 'too-old') {
      this.pause(() => void this.listThenWatch());
      return;
    }
    // Servers end watches after some minutes; going on from the same revision loses nothing.
    if (failure) this.events.failed(failure);
    this.pause(() => this.openWatch());
  }

  private pause(then: () => void): void {
    if (this.stopped) return;
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures);
    this.failures++;
    this.cancelTimer = this.timing.after(longest * (0.5 + this.timing.random() / 2), () => {
      this.cancelTimer = undefined;
      if (!this.stopped) then();
    });
  }
}

function isObject(x: unknown): x is KubeObject {
  return isRecord(x) && isRecord(x.metadata);
}

interface Page {
  readonly items: KubeObject[];
  readonly revision: string;
  readonly next: string;
}

function readList(body: unknown, resource: Resource): Page {
  if (!isRecord(body) || !Array.isArray(body.items)) {
    throw new FailureError({ kind: 'not-kubernetes', detail: `no list of ${resource.name} in the answer` });
  }
  const metadata = isRecord(body.metadata) ? body.metadata : {};
  return {
    items: body.items.filter(isObject).map((o) => complete(o, resource)),
    revision: typeof metadata.resourceVersion === 'string' ? metadata.resourceVersion : '',
    next: typeof metadata.continue === 'string' ? metadata.continue : '',
  };
}

/** Items of a list carry no kind. Of managedFields only the managers are kept: their sets of fields are often half of an object. */
function complete(object: KubeObject, resource: Resource): KubeObject {
  const { managedFields, ...metadata } = object.metadata;
  const managers = Array.isArray(managedFields)
    ? { managedFields: managedFields.map(({ fieldsV1: _, ...entry }) => entry) }
    : {};
  const apiVersion = resource.group ? `${resource.group}/${resource.version}` : resource.version;
  return { ...object, apiVersion, kind: resource.kind, metadata: { ...metadata, ...managers } };
}
