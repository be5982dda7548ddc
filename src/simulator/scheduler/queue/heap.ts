// A binary heap whose items can be found, moved and taken out by key. Equal items come out in the order they went in.
// Models pkg/scheduler/backend/heap.

interface Entry<T> {
  readonly key: string;
  item: T;
  readonly seq: number;
}

export class KeyedHeap<T> {
  private readonly entries: Entry<T>[] = [];
  private readonly at = new Map<string, number>();
  private readonly less: (a: T, b: T) => boolean;
  private seq = 0;

  constructor(less: (a: T, b: T) => boolean) {
    this.less = less;
  }

  get size(): number {
    return this.entries.length;
  }

  has(key: string): boolean {
    return this.at.has(key);
  }

  get(key: string): T | undefined {
    const i = this.at.get(key);
    return i === undefined ? undefined : this.entries[i]?.item;
  }

  peek(): T | undefined {
    return this.entries[0]?.item;
  }

  /** Adds the item, or puts it in the place of the one with the same key. */
  set(key: string, item: T): void {
    const i = this.at.get(key);
    if (i !== undefined) {
      const entry = this.entries[i] as Entry<T>;
      entry.item = item;
      this.down(this.up(i));
      return;
    }
    this.entries.push({ key, item, seq: this.seq++ });
    this.at.set(key, this.entries.length - 1);
    this.up(this.entries.length - 1);
  }

  pop(): T | undefined {
    const top = this.entries[0];
    if (top !== undefined) this.delete(top.key);
    return top?.item;
  }

  delete(key: string): boolean {
    const i = this.at.get(key);
    if (i === undefined) return false;
    this.at.delete(key);
    const last = this.entries.pop() as Entry<T>;
    if (i < this.entries.length) {
      this.entries[i] = last;
      this.at.set(last.key, i);
      this.down(this.up(i));
    }
    return true;
  }

  private before(i: number, j: number): boolean {
    const a = this.entries[i] as Entry<T>;
    const b = this.entries[j] as Entry<T>;
    if (this.less(a.item, b.item)) return true;
    return !this.less(b.item, a.item) && a.seq < b.seq;
  }

  private swap(i: number, j: number): void {
    const a = this.entries[i] as Entry<T>;
    const b = this.entries[j] as Entry<T>;
    this.entries[i] = b;
    this.entries[j] = a;
    this.at.set(b.key, i);
    this.at.set(a.key, j);
  }

  private up(from: number): number {
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(i, parent)) break;
      this.swap(i, parent);
      i = parent;
    }
    return i;
  }

  private down(from: number): void {
    let i = from;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.entries.length) return;
      if (child + 1 < this.entries.length && this.before(child + 1, child)) child++;
      if (!this.before(child, i)) return;
      this.swap(i, child);
      i = child;
    }
  }
}
