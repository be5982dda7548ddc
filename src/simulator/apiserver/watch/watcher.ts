// One watch: what it asked for first, then each change once and in order.
import type { Kernel, Timer } from '../../../kernel/kernel.ts';
import type { KubeObject } from '../../../model/object.ts';
import { expired } from '../../../model/status.ts';
import type { StepId } from '../../../trace/step.ts';
import { type Change, CompactedError, type Store } from '../../store/index.ts';
import type { Watch, WatchEvent, WatchSink } from '../api.ts';

export interface WatchOptions {
  /** `/registry/pods/`. */
  readonly prefix: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** "" for all. */
  readonly namespace: string;
  /** "" for all. */
  readonly name: string;
  /** The value of the resource's trigger field that the watcher is limited to. */
  readonly trigger?: string | undefined;
  /** Undefined: everything in the namespace matches. */
  readonly matches: ((o: KubeObject) => boolean) | undefined;
  /** What the watcher is shown in place of the stored object: another version, a Table. */
  readonly view: ((o: KubeObject) => KubeObject) | undefined;
  /** Tell of changes after this revision; undefined: of everything that is there first. */
  readonly after: number | undefined;
  readonly bookmarks: boolean;
  /** Mark the end of the initial events with a bookmark (`sendInitialEvents`). */
  readonly markInitial: boolean;
  /** µs of virtual time after which the server ends the watch. */
  readonly timeout: number;
}

/** The change told last, and its event, which all watchers share that see it the same way: they are told one after the other. */
let told: { readonly change: Change; readonly event: WatchEvent } | undefined;

function eventOf(change: Change, type: WatchEvent['type']): WatchEvent {
  if (told !== undefined && told.change === change && told.event.type === type) return told.event;
  const event = { type, object: objectOf(change, type), cause: change.cause };
  told = { change, event };
  return event;
}

function objectOf(change: Change, type: WatchEvent['type']): KubeObject {
  if (type !== 'DELETED' || change.current === undefined || change.previous === undefined) return change.object;
  // The object left the selection: its last state within, with the revision at which it left.
  const last = change.previous.value;
  return { ...last, metadata: { ...last.metadata, resourceVersion: String(change.revision) } };
}

/** What a watcher needs of the hub that it is one of. */
interface Hub {
  readonly kernel: Kernel;
  readonly store: Store;
  add(watcher: Watcher): void;
  remove(watcher: Watcher): void;
}

export class Watcher implements Watch {
  readonly options: WatchOptions;
  private readonly hub: Hub;
  private sink: WatchSink | undefined;
  private timer: Timer | undefined;
  private last: number;
  private ended = false;

  constructor(hub: Hub, options: WatchOptions) {
    this.hub = hub;
    this.options = options;
    this.last = options.after ?? 0;
  }

  start(sink: WatchSink): void {
    if (this.ended || this.sink !== undefined) return;
    this.sink = sink;
    this.timer = this.hub.kernel.schedule(this.options.timeout, () => this.finish(), true);
    if (this.options.after === undefined) this.sendInitial();
    if (this.replay() && !this.ended) this.hub.add(this);
  }

  stop(): void {
    if (this.ended) return;
    this.ended = true;
    this.timer?.cancel();
    this.hub.remove(this);
  }

  /** The server ends the watch. */
  finish(): void {
    if (this.ended) return;
    this.stop();
    this.sink?.end();
  }

  offer(change: Change): void {
    if (this.ended || change.revision <= this.last) return;
    this.last = change.revision;
    const is = change.current !== undefined && this.selects(change.current.value);
    const was = change.previous !== undefined && this.selects(change.previous.value);
    if (!is && !was) return;
    this.send(eventOf(change, is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED'));
  }

  /** @param initial whether it marks the end of the initial events. */
  bookmark(initial: boolean): void {
    const { apiVersion, kind } = this.options;
    this.last = Math.max(this.last, this.hub.store.revision);
    const annotations = initial ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
    const metadata = { resourceVersion: String(this.last), ...annotations };
    this.sink?.event({ type: 'BOOKMARK', object: { kind, apiVersion, metadata }, cause: 0 });
  }

  private selects(o: KubeObject): boolean {
    const { namespace, name, matches } = this.options;
    if (namespace !== '' && o.metadata.namespace !== namespace) return false;
    if (name !== '' && o.metadata.name !== name) return false;
    return matches === undefined || matches(o);
  }

  private send(event: WatchEvent): void {
    const { view } = this.options;
    if (view === undefined) this.sink?.event(event);
    else this.sink?.event({ ...event, object: view(event.object as KubeObject) });
  }

  private sendInitial(): void {
    const { store } = this.hub;
    const { prefix, namespace } = this.options;
    this.last = store.revision;
    for (const kv of [...store.range(namespace === '' ? prefix : `${prefix}${namespace}/`)]) {
      if (this.ended) return;
      if (this.selects(kv.value)) this.send({ type: 'ADDED', object: kv.value, cause: 0 as StepId });
    }
    if (this.options.markInitial) this.bookmark(true);
  }

  /** Catches up with what was written since. False when that has been compacted away. */
  private replay(): boolean {
    const { store } = this.hub;
    try {
      while (!this.ended && this.last < store.revision) {
        const from = this.last;
        for (const change of store.changesSince(this.options.prefix, from)) this.offer(change);
        if (this.last === from) break;
      }
      return true;
    } catch (e) {
      if (!(e instanceof CompactedError)) throw e;
      const message = `too old resource version: ${this.last} (${e.compactRevision})`;
      this.sink?.event({ type: 'ERROR', object: expired(message), cause: 0 });
      this.finish();
      return false;
    }
  }
}
