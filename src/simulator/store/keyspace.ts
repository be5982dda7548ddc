// Keys in order, as etcd holds them: one sorted directory for each `/registry/RESOURCE/NAMESPACE/`. Directories are copied
// when they are written after a snapshot, so a snapshot costs one pointer for each directory.
import type { KeyValue } from './log.ts';

interface Directory {
  readonly entries: Map<string, KeyValue>;
  /** Keys in order, but for the last `unsorted`: they are put in their places when somebody asks for the order. */
  readonly keys: string[];
  unsorted: number;
  shared: boolean;
}

function directoryOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** Index of the first element that is not less than `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  if (high > 0 && (keys[high - 1] as string) < key) return high;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((keys[mid] as string) < key) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** The keys in order. New ones are merged from the back, so that a directory is sorted in one pass however many came. */
function sortedKeys(d: Directory): readonly string[] {
  if (d.unsorted === 0) return d.keys;
  const { keys } = d;
  const added = keys.slice(keys.length - d.unsorted).sort();
  let old = keys.length - added.length - 1;
  let next = added.length - 1;
  for (let at = keys.length - 1; next >= 0; at--) {
    const [a, b] = [keys[old], added[next] as string];
    if (a !== undefined && old >= 0 && a > b) {
      keys[at] = a;
      old--;
    } else {
      keys[at] = b;
      next--;
    }
  }
  d.unsorted = 0;
  return keys;
}

export class Keyspace {
  private readonly directories = new Map<string, Directory>();
  private last: { readonly path: string; readonly directory: Directory | undefined } = {
    path: '',
    directory: undefined,
  };
  private paths: string[] = [];
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Shares every directory; either side copies one when it writes to it. */
  clone(): Keyspace {
    const copy = new Keyspace();
    for (const [path, d] of this.directories) {
      d.shared = true;
      copy.directories.set(path, d);
    }
    copy.paths = this.paths.slice();
    copy.count = this.count;
    return copy;
  }

  get(key: string): KeyValue | undefined {
    return this.lookUp(key)?.entries.get(key);
  }

  /** The directory of a key. Mostly it is the one asked for last, and its path need not be cut from the key. */
  private lookUp(key: string): Directory | undefined {
    const { path, directory } = this.last;
    if (directory !== undefined && key.lastIndexOf('/') === path.length - 1 && key.startsWith(path)) return directory;
    const wanted = directoryOf(key);
    const found = this.directories.get(wanted);
    this.last = { path: wanted, directory: found };
    return found;
  }

  set(kv: KeyValue): void {
    const known = this.lookUp(kv.key);
    const d = known !== undefined && !known.shared ? known : this.own(directoryOf(kv.key));
    if (!d.entries.has(kv.key)) {
      const last = d.keys.at(-1);
      d.keys.push(kv.key);
      if (d.unsorted > 0 || (last !== undefined && last > kv.key)) d.unsorted++;
      this.count++;
    }
    d.entries.set(kv.key, kv);
  }

  delete(key: string): void {
    const path = directoryOf(key);
    if (!this.directories.get(path)?.entries.has(key)) return;
    const d = this.own(path);
    d.entries.delete(key);
    d.keys.splice(lowerBound(sortedKeys(d), key), 1);
    this.count--;
    if (d.keys.length > 0) return;
    this.directories.delete(path);
    this.last = { path: '', directory: undefined };
    this.paths.splice(lowerBound(this.paths, path), 1);
  }

  /** Everything below `prefix` (which ends in `/`), in the order of the keys. */
  *range(prefix: string): Generator<KeyValue, void> {
    for (let i = lowerBound(this.paths, prefix); i < this.paths.length; i++) {
      const path = this.paths[i] as string;
      if (!path.startsWith(prefix)) return;
      const d = this.directories.get(path);
      if (d === undefined) continue;
      for (const key of sortedKeys(d)) {
        const kv = d.entries.get(key);
        if (kv !== undefined) yield kv;
      }
    }
  }

  /** How many keys there are below `prefix`. */
  countBelow(prefix: string): number {
    let n = 0;
    for (let i = lowerBound(this.paths, prefix); i < this.paths.length; i++) {
      const path = this.paths[i] as string;
      if (!path.startsWith(prefix)) break;
      n += this.directories.get(path)?.keys.length ?? 0;
    }
    return n;
  }

  private own(path: string): Directory {
    let d = this.directories.get(path);
    if (d === undefined) {
      d = { entries: new Map(), keys: [], unsorted: 0, shared: false };
      this.paths.splice(lowerBound(this.paths, path), 0, path);
    } else if (d.shared) d = { entries: new Map(d.entries), keys: sortedKeys(d).slice(), unsorted: 0, shared: false };
    else return d;
    this.last = { path, directory: d };
    this.directories.set(path, d);
    return d;
  }
}
