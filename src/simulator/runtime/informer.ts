// A component's view of the cluster: list once, then watch, into a local cache with handlers and indices.
// Models client-go's tools/cache: components decide from this cache, which lags behind the API server.
import { type Kernel, SECOND } from '../../kernel/kernel.ts';
import { type Process, type Scope, sleep, spawn } from '../../kernel/process.ts';
import { type KubeList, type KubeObject, keyOf } from '../../model/object.ts';
import type { StepId } from '../../trace/step.ts';
import type { Query, Watch, WatchEvent } from '../apiserver/api.ts';
import type { Client } from './client.ts';
import { type Kind, pathOf } from './kinds.ts';

/** The values under which an object is found. The function itself is what an index is known by. */
export type Index<T> = (object: T) => readonly string[];

export interface Handler<T> {
  /** `cause`: the step of the write that this tells of; 0 for what the first list held. */
  add?(object: T, cause: StepId): void;
  update?(object: T, previous: T, cause: StepId): void;
  remove?(object: T, cause: StepId): void;
}

/** µs from the API server's commit to the component's handler: a writer usually sees its own write before its next sync. */
const WATCH_LATENCY = 400;
/** How long a reflector waits before it tries again; upstream backs off from 0.8 s to 30 s. */
const RETRY_MIN = 0.8 * SECOND;
const RETRY_MAX = 30 * SECOND;

export class Informer<T extends KubeObject> {
  readonly kind: Kind<T>;
  synced = false;
  private readonly kernel: Kernel;
  private readonly client: Client;
  private readonly scope: Scope;
  private readonly query: Query;
  private readonly objects = new Map<string, T>();
  private readonly handlers: Handler<T>[] = [];
  private readonly indices = new Map<Index<T>, Map<string, Set<string>>>();
  private watch: Watch | undefined;
  private readonly whenSynced: (() => void)[] = [];

  constructor(kernel: Kernel, client: Client, scope: Scope, kind: Kind<T>, query: Query = {}) {
    this.kernel = kernel;
    this.client = client;
    this.scope = scope;
    this.kind = kind;
    this.query = query;
    scope.onClose(() => this.watch?.stop());
    spawn(scope, this.run());
  }

  get(key: string): T | undefined {
    return this.objects.get(key);
  }

  all(): IterableIterator<T> {
    return this.objects.values();
  }

  get size(): number {
    return this.objects.size;
  }

  /** Objects under this value of an index, which must have been added. */
  byIndex(of: Index<T>, value: string): T[] {
    const index = this.indices.get(of);
    if (index === undefined) throw new Error(`informer for ${this.kind.resource} has no index ${of.name}`);
    const out: T[] = [];
    for (const key of index.get(value) ?? []) {
      const o = this.objects.get(key);
      if (o !== undefined) out.push(o);
    }
    return out;
  }

  addIndex(of: Index<T>): void {
    if (this.indices.has(of)) return;
    const index = new Map<string, Set<string>>();
    this.indices.set(of, index);
    for (const [key, o] of this.objects) link(index, key, of(o));
  }

  /** Handlers added late are told of everything that is there. */
  onChange(handler: Handler<T>): void {
    this.handlers.push(handler);
    for (const o of this.objects.values()) handler.add?.(o, 0);
  }

  onSynced(run: () => void): void {
    if (this.synced) run();
    else this.whenSynced.push(run);
  }

  private *run(): Process<void> {
    let retry = RETRY_MIN;
    for (;;) {
      const version = yield* this.listAll();
      if (version !== undefined) {
        retry = RETRY_MIN;
        yield* this.watchFrom(version);
      } else {
        yield* sleep(this.kernel, retry);
        retry = Math.min(retry * 2, RETRY_MAX);
      }
    }
  }

  private *listAll(): Process<string | undefined> {
    const result = yield* this.client.list<T>(this.kind, '', {
      causes: [],
      query: { ...this.query, resourceVersion: ['0'] },
    });
    if (!result.ok) return undefined;
    this.replace(result.value);
    if (!this.synced) {
      this.synced = true;
      for (const run of this.whenSynced.splice(0)) run();
    }
    return result.value.metadata.resourceVersion ?? '0';
  }

  private *watchFrom(resourceVersion: string): Process<void> {
    let version = resourceVersion;
    for (;;) {
      const query: Query = {
        ...this.query,
        watch: ['true'],
        allowWatchBookmarks: ['true'],
        resourceVersion: [version],
      };
      // Since v1.35 one request lists and watches (WatchListClient of client-go), so that nothing happens between the two
      // that nobody hears of for long: here the second part waits for no limit.
      const request = { method: 'GET', path: pathOf(this.kind), query, causes: [] } as const;
      const response = yield* this.client.send(request, version === resourceVersion);
      const watch = response.watch;
      if (watch === undefined) return;
      const end: { version: string; failed: boolean } = yield* this.consume(watch, version);
      this.watch = undefined;
      version = end.version;
      if (end.failed) return;
    }
  }

  private *consume(watch: Watch, from: string): Process<{ version: string; failed: boolean }> {
    const state = { version: from, failed: false };
    this.watch = watch;
    yield (resume) => {
      watch.start({
        event: (e) => {
          this.kernel.schedule(WATCH_LATENCY, () => {
            if (!this.scope.alive || state.failed) return;
            if (e.type === 'ERROR') state.failed = true;
            else {
              state.version = e.object.metadata?.resourceVersion ?? state.version;
              this.apply(e);
            }
          });
        },
        end: () => this.kernel.schedule(WATCH_LATENCY, () => resume(undefined)),
      });
    };
    return state;
  }

  private apply(e: WatchEvent): void {
    const object = e.object as T;
    if (e.type === 'DELETED') this.drop(keyOf(object), object, e.cause);
    else if (e.type !== 'BOOKMARK') this.put(object, e.cause);
  }

  private replace(list: KubeList<T>): void {
    const seen = new Set<string>();
    for (const o of list.items) {
      seen.add(keyOf(o));
      this.put(o, 0);
    }
    for (const [key, o] of [...this.objects]) if (!seen.has(key)) this.drop(key, o, 0);
  }

  private put(object: T, cause: StepId): void {
    const key = keyOf(object);
    const previous = this.objects.get(key);
    this.objects.set(key, object);
    for (const [of, keys] of this.indices) {
      const [was, is] = [previous === undefined ? [] : of(previous), of(object)];
      if (was.length === is.length && was.every((v, i) => v === is[i])) continue;
      unlink(keys, key, was);
      link(keys, key, is);
    }
    for (const h of this.handlers) {
      if (previous === undefined) h.add?.(object, cause);
      else h.update?.(object, previous, cause);
    }
  }

  private drop(key: string, last: T, cause: StepId): void {
    const previous = this.objects.get(key);
    if (previous === undefined) return;
    this.objects.delete(key);
    for (const [of, keys] of this.indices) unlink(keys, key, of(previous));
    for (const h of this.handlers) h.remove?.(last, cause);
  }
}

function link(keys: Map<string, Set<string>>, key: string, values: readonly string[]): void {
  for (const v of values) {
    const set = keys.get(v);
    if (set) set.add(key);
    else keys.set(v, new Set([key]));
  }
}

function unlink(keys: Map<string, Set<string>>, key: string, values: readonly string[]): void {
  for (const v of values) {
    const set = keys.get(v);
    set?.delete(key);
    if (set?.size === 0) keys.delete(v);
  }
}

/** The informers that the controllers of one process share, as upstream's SharedInformerFactory. */
export class InformerFactory {
  private readonly kernel: Kernel;
  private readonly client: Client;
  private readonly scope: Scope;
  private readonly made = new Map<string, Informer<never>>();

  constructor(kernel: Kernel, client: Client, scope: Scope) {
    this.kernel = kernel;
    this.client = client;
    this.scope = scope;
  }

  of<T extends KubeObject>(kind: Kind<T>, query: Query = {}): Informer<T> {
    const key = `${kind.group}/${kind.resource}?${JSON.stringify(query)}`;
    const known = this.made.get(key);
    if (known !== undefined) return known as unknown as Informer<T>;
    const informer = new Informer(this.kernel, this.client, this.scope, kind, query);
    this.made.set(key, informer as unknown as Informer<never>);
    return informer;
  }
}
