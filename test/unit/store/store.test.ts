import { describe, expect, it } from 'vitest';
import { Kernel, SECOND } from '../../../src/kernel/kernel.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { CompactedError, EtcdView, Store } from '../../../src/simulator/store/index.ts';

const PREFIX = '/registry/configmaps/';
const kernel = (): Kernel => new Kernel({ seed: 's', epochMs: 0 });

function put(store: Store, name: string, data = '', namespace = 'a', lease = 0): void {
  const value = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, resourceVersion: String(store.revision + 1) },
    data: { k: data },
  } as KubeObject;
  store.put(PREFIX, `${PREFIX}${namespace}/${name}`, value, lease);
}

function remove(store: Store, name: string, namespace = 'a'): void {
  const key = `${PREFIX}${namespace}/${name}`;
  const last = store.get(key)?.value;
  if (last) store.delete(PREFIX, key, last);
}

const keys = (store: Store, prefix = PREFIX): string[] =>
  [...store.range(prefix)].map((kv) => kv.key.slice(PREFIX.length));

describe('Store', () => {
  it('counts revisions for the whole store and versions for each key', () => {
    const store = new Store(kernel());
    put(store, 'x', '1');
    put(store, 'y');
    put(store, 'x', '2');
    expect(store.get(`${PREFIX}a/x`)).toMatchObject({ createRevision: 2, modRevision: 4, version: 2 });
    expect(store.revision).toBe(4);
  });

  it('lists in the order of keys, as etcd does: "a-b/" comes before "a/"', () => {
    const store = new Store(kernel());
    for (const [n, ns] of [
      ['z', 'a'],
      ['b', 'a'],
      ['x', 'a-b'],
      ['m', 'c'],
    ] as const)
      put(store, n, '', ns);
    expect(keys(store)).toEqual(['a-b/x', 'a/b', 'a/z', 'c/m']);
    expect(keys(store, `${PREFIX}a/`)).toEqual(['a/b', 'a/z']);
    expect(store.count(PREFIX)).toBe(4);
  });

  it('remembers every revision until it is compacted', () => {
    const store = new Store(kernel());
    put(store, 'x', '1');
    put(store, 'y', '1');
    put(store, 'x', '2');
    remove(store, 'y');
    const at = (r: number): string[] =>
      store
        .rangeAt(PREFIX, r)
        .map((kv) => `${kv.value.metadata.name}=${(kv.value as unknown as { data: { k: string } }).data.k}`);
    expect([at(2), at(3), at(4), at(5)]).toEqual([['x=1'], ['x=1', 'y=1'], ['x=2', 'y=1'], ['x=2']]);
    store.compact(4);
    expect(() => store.rangeAt(PREFIX, 3)).toThrow(CompactedError);
    expect(() => store.changesSince(PREFIX, 3)).toThrow(CompactedError);
    expect(at(4)).toEqual(['x=2', 'y=1']);
    expect(store.changesSince(PREFIX, 4)).toHaveLength(1);
  });

  it('shows the history of a key with what each revision changed', () => {
    const store = new Store(kernel());
    put(store, 'x', '1');
    put(store, 'x', '2');
    remove(store, 'x');
    const view = new EtcdView(store, () => undefined);
    const key = `${PREFIX}a/x`;
    const history = view.history(key).revisions;
    expect(history.map((h) => h.type)).toEqual(['created', 'changed', 'deleted']);
    expect(history[1]?.changed).toContainEqual({ path: 'data.k', before: '1', after: '2' });
    expect(view.directory(`${PREFIX}a/`)).toMatchObject({ keys: [], deleted: [{ key, revision: 4 }] });
    put(store, 'x', '3');
    expect(view.directory(PREFIX).directories).toEqual([{ path: `${PREFIX}a/`, keys: 1 }]);
    expect(view.directory(`${PREFIX}a/`).keys[0]).toMatchObject({ key, version: 1, modRevision: 5 });
    expect(view.directory(`${PREFIX}a/`).deleted).toEqual([]);
    put(store, 'z');
    expect(view.directory(`${PREFIX}a/`, 1)).toMatchObject({ keys: [{ key }], more: 1 });
  });

  it('shows objects at a revision until compaction', () => {
    const store = new Store(kernel());
    put(store, 'x', '1');
    put(store, 'x', '2');
    put(store, 'x', '3');
    const view = new EtcdView(store, () => undefined);
    const key = `${PREFIX}a/x`;
    const at = (revision: number) => (view.object(key, revision) as { data?: { k: string } } | undefined)?.data?.k;
    expect([1, 2, 3, 4].map(at)).toEqual([undefined, '1', '2', '3']);
    store.compact(3);
    expect([2, 3, 4].map(at)).toEqual([undefined, '2', '3']);
    expect(view.history(key)).toMatchObject({ compacted: 3, revisions: [{ revision: 4, previous: 3 }] });
    store.compact(4);
    expect(view.history(key)).toMatchObject({ current: { modRevision: 4 }, revisions: [] });
    expect(at(4)).toBe('3');
  });

  it('forks share their past and nothing else', () => {
    const k = kernel();
    const store = new Store(k);
    for (let i = 0; i < 3000; i++) put(store, `x${i}`);
    const fork = new Store(k, store.snapshot());
    put(store, 'only-here');
    put(fork, 'only-there');
    put(fork, 'x0', 'changed');
    expect(store.get(`${PREFIX}a/only-there`)).toBeUndefined();
    expect(fork.get(`${PREFIX}a/only-here`)).toBeUndefined();
    expect(store.get(`${PREFIX}a/x0`)?.version).toBe(1);
    expect(fork.get(`${PREFIX}a/x1`)?.value).toBe(store.get(`${PREFIX}a/x1`)?.value);
    expect(fork.changesSince(PREFIX, 3001).map((c) => c.revision)).toEqual([3002, 3003]);
    expect(store.changesSince(PREFIX, 3001).map((c) => c.revision)).toEqual([3002]);
  });

  it('removes leased keys when the lease runs out, and tells', () => {
    const k = kernel();
    const store = new Store(k);
    const lease = store.grantLease(10);
    put(store, 'short', '', 'a', lease);
    put(store, 'long');
    store.publish(7);
    const told: string[] = [];
    store.subscribe((c) =>
      told.push(`${c.current ? 'put' : 'delete'} ${c.object.metadata.name} ${c.object.metadata.resourceVersion}`),
    );
    k.runUntil(11 * SECOND);
    expect(keys(store)).toEqual(['a/long']);
    expect(told).toEqual(['delete short 4']);
  });

  it('tells changes in one order, even when a subscriber writes', () => {
    const store = new Store(kernel());
    const told: number[] = [];
    store.subscribe((c) => {
      if (c.object.metadata.name === 'x') {
        put(store, 'y');
        store.publish(2);
      }
    });
    store.subscribe((c) => told.push(c.revision));
    put(store, 'x');
    store.publish(1);
    expect(told).toEqual([2, 3]);
  });
});
