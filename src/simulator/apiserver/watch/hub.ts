// The API server's watch cache: tells each watcher of each change once and in order, and looks only at the watchers that a
// change can concern. Models k8s.io/apiserver/pkg/storage/cacher.
import { type Kernel, SECOND, type Timer } from '../../../kernel/kernel.ts';
import type { KubeObject } from '../../../model/object.ts';
import type { Change, Store } from '../../store/index.ts';
import { Watcher, type WatchOptions } from './watcher.ts';

const BOOKMARKS_EVERY = 60 * SECOND;

/** Fields by which watchers of a resource are told apart without asking each. Models TriggerPublisher of pods' registry. */
const TRIGGERS: Record<string, (o: KubeObject) => string> = {
  '/registry/pods/': (o) => (o as { spec?: { nodeName?: string } }).spec?.nodeName ?? '',
};

/** The field of `TRIGGERS` as a field selector names it. */
export const TRIGGER_FIELDS: Record<string, string> = { '/registry/pods/': 'spec.nodeName' };

class Watchers {
  readonly all = new Set<Watcher>();
  readonly byNamespace = new Map<string, Set<Watcher>>();
  /** By `namespace/name`, or by `/name` where the namespace is open. */
  readonly byName = new Map<string, Set<Watcher>>();
  readonly byTrigger = new Map<string, Set<Watcher>>();

  bucket(w: Watcher): [Map<string, Set<Watcher>>, string] | undefined {
    const { name, namespace, trigger } = w.options;
    if (name !== '') return [this.byName, `${namespace}/${name}`];
    if (trigger !== undefined) return [this.byTrigger, trigger];
    return namespace === '' ? undefined : [this.byNamespace, namespace];
  }

  add(w: Watcher): void {
    const place = this.bucket(w);
    if (place === undefined) {
      this.all.add(w);
      return;
    }
    const [map, key] = place;
    const set = map.get(key);
    if (set) set.add(w);
    else map.set(key, new Set([w]));
  }

  remove(w: Watcher): void {
    const place = this.bucket(w);
    if (place === undefined) {
      this.all.delete(w);
      return;
    }
    const [map, key] = place;
    const set = map.get(key);
    set?.delete(w);
    if (set?.size === 0) map.delete(key);
  }
}

export class WatchHub {
  readonly store: Store;
  readonly kernel: Kernel;
  private readonly resources = new Map<string, Watchers>();
  private readonly open = new Set<Watcher>();
  private readonly bookmarked = new Set<Watcher>();
  private bookmarkTimer: Timer | undefined;

  constructor(kernel: Kernel, store: Store) {
    this.kernel = kernel;
    this.store = store;
    store.subscribe((change) => this.dispatch(change));
  }

  /** How many watches are open. */
  get size(): number {
    return this.open.size;
  }

  watch(options: WatchOptions): Watcher {
    return new Watcher(this, options);
  }

  add(w: Watcher): void {
    this.open.add(w);
    const known = this.resources.get(w.options.prefix);
    const watchers = known ?? new Watchers();
    if (known === undefined) this.resources.set(w.options.prefix, watchers);
    watchers.add(w);
    if (!w.options.bookmarks) return;
    this.bookmarked.add(w);
    this.bookmarkTimer ??= this.kernel.schedule(BOOKMARKS_EVERY, () => this.sendBookmarks(), true);
  }

  remove(w: Watcher): void {
    if (!this.open.delete(w)) return;
    this.bookmarked.delete(w);
    this.resources.get(w.options.prefix)?.remove(w);
  }

  /** The server goes away: every watch ends. */
  endAll(): void {
    for (const w of [...this.open]) w.finish();
  }

  /** Ends the watches of one resource, as when its CustomResourceDefinition changes. */
  endResource(prefix: string): void {
    for (const w of [...this.open]) if (w.options.prefix === prefix) w.finish();
  }

  private sendBookmarks(): void {
    this.bookmarkTimer = undefined;
    if (this.bookmarked.size === 0) return;
    this.bookmarkTimer = this.kernel.schedule(BOOKMARKS_EVERY, () => this.sendBookmarks(), true);
    for (const w of [...this.bookmarked]) w.bookmark(false);
  }

  private dispatch(change: Change): void {
    const watchers = this.resources.get(change.prefix);
    if (watchers === undefined) return;
    const { namespace = '', name = '' } = change.object.metadata;
    for (const w of watchers.all) w.offer(change);
    offerAll(watchers.byNamespace, namespace, change);
    offerAll(watchers.byName, `${namespace}/${name}`, change);
    if (namespace !== '') offerAll(watchers.byName, `/${name}`, change);
    const trigger = TRIGGERS[change.prefix];
    if (trigger === undefined || watchers.byTrigger.size === 0) return;
    const now = change.current === undefined ? undefined : trigger(change.current.value);
    const before = change.previous === undefined ? undefined : trigger(change.previous.value);
    if (now !== undefined) offerAll(watchers.byTrigger, now, change);
    if (before !== undefined && before !== now) offerAll(watchers.byTrigger, before, change);
  }
}

function offerAll(map: ReadonlyMap<string, ReadonlySet<Watcher>>, key: string, change: Change): void {
  const set = map.get(key);
  if (set !== undefined) for (const w of set) w.offer(change);
}
