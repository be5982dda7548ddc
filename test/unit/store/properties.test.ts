import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/simulator/apiserver/index.ts';
import { ask, bench, bodyOf, collect } from '../apiserver/support.ts';

const names = ['a', 'b', 'c', 'd'];
const CM = (ns: string, name = ''): string => `/api/v1/namespaces/${ns}/configmaps${name ? `/${name}` : ''}`;

const command = fc.record({
  op: fc.constantFrom('create', 'update', 'delete', 'watch', 'stop', 'finalize', 'compact'),
  name: fc.constantFrom(...names),
  namespace: fc.constantFrom('default', 'kube-public'),
  label: fc.constantFrom('x', 'y'),
  value: fc.integer({ min: 0, max: 2 }),
});
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

interface Seen {
  readonly from: number;
  readonly namespace: string;
  readonly label: string;
  readonly watch: ReturnType<typeof collect>;
  open: boolean;
}

function play(commands: readonly Command[]): { b: ReturnType<typeof bench>; watches: Seen[]; revisions: number[] } {
  const b = bench();
  const watches: Seen[] = [];
  const revisions = [b.store.revision];
  for (const c of commands) {
    const metadata = { name: c.name, labels: { l: c.label } };
    const path = CM(c.namespace, c.name);
    if (c.op === 'create') ask(b, `POST ${CM(c.namespace)}`, { metadata, data: { v: String(c.value) } });
    if (c.op === 'update') ask(b, `PUT ${path}`, { metadata, data: { v: String(c.value) } });
    if (c.op === 'finalize') {
      const finalizers = c.value === 0 ? [] : ['example.com/hold'];
      ask(b, `PATCH ${path}`, { metadata: { finalizers } }, { contentType: 'application/merge-patch+json' });
    }
    if (c.op === 'delete') ask(b, `DELETE ${path}`);
    if (c.op === 'compact') b.store.compact(b.store.revision);
    if (c.op === 'watch') {
      const watch = collect(b, CM(c.namespace), { labelSelector: `l=${c.label}` });
      watches.push({ from: b.store.revision, namespace: c.namespace, label: c.label, watch, open: true });
    }
    const oldest = watches.find((w) => w.open);
    if (c.op === 'stop' && oldest) {
      oldest.watch.stop();
      oldest.open = false;
    }
    revisions.push(b.store.revision);
  }
  return { b, watches, revisions };
}

/** Applies the events to an empty cache, checking each against it. */
function replay(events: readonly WatchEvent[]): Map<string, string> {
  const cache = new Map<string, string>();
  for (const e of events) {
    const { name = '', resourceVersion = '' } = (e.object as { metadata: { name?: string; resourceVersion?: string } })
      .metadata;
    if (e.type === 'ADDED') expect(cache.has(name)).toBe(false);
    else expect(cache.has(name)).toBe(true);
    if (e.type === 'DELETED') cache.delete(name);
    else cache.set(name, resourceVersion);
  }
  return cache;
}

describe('whatever is asked', () => {
  it('revisions only grow, and each watcher sees each change once and in order', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const { b, watches, revisions } = play(commands);
        for (let i = 1; i < revisions.length; i++) expect(revisions[i]).toBeGreaterThanOrEqual(revisions[i - 1] ?? 0);
        for (const w of watches) {
          const live = w.watch.events
            .slice()
            .map((e) => Number((e.object as { metadata: { resourceVersion: string } }).metadata.resourceVersion));
          const changes = live.filter((r) => r > w.from);
          expect(changes).toEqual([...new Set(changes)].sort((x, y) => x - y));
          const cache = replay(w.watch.events);
          if (!w.open) continue;
          const now = bodyOf(
            ask(b, `GET ${CM(w.namespace)}`, undefined, { q: { labelSelector: `l=${w.label}` } }),
          ).items;
          const listed = now.map((o: { metadata: { name: string; resourceVersion: string } }) => [
            o.metadata.name,
            o.metadata.resourceVersion,
          ]);
          expect(new Map(listed)).toEqual(cache);
        }
      }),
      { numRuns: 150, seed: 20261121 },
    );
  });
});
