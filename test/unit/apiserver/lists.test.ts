import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../src/kernel/kernel.ts';
import { ask, type Bench, bench, bodyOf, collect, configMap, pod, shape } from './support.ts';

const CM = '/api/v1/namespaces/default/configmaps';
const names = (list: { items: { metadata: { name: string } }[] }): string[] => list.items.map((i) => i.metadata.name);

function withMaps(...list: string[]): Bench {
  const b = bench();
  for (const name of list) ask(b, `POST ${CM}`, configMap(name));
  return b;
}

describe('list', () => {
  it('comes in pages that show one moment, whatever is written meanwhile', () => {
    const b = withMaps('a', 'b', 'c', 'd', 'e');
    const first = bodyOf(ask(b, `GET ${CM}`, undefined, { q: { limit: '2' } }));
    expect(names(first)).toEqual(['a', 'b']);
    expect(first.metadata.remainingItemCount).toBe(3);
    ask(b, `DELETE ${CM}/c`);
    ask(b, `POST ${CM}`, configMap('bb'));
    const next = { limit: '2', continue: first.metadata.continue };
    const second = bodyOf(ask(b, `GET ${CM}`, undefined, { q: next }));
    expect(names(second)).toEqual(['c', 'd']);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    b.store.compact(b.store.revision);
    const late = bodyOf(ask(b, `GET ${CM}`, undefined, { q: next }));
    expect(late).toMatchObject({ code: 410, reason: 'Expired' });
    expect(late.message).toContain('The provided continue parameter is too old');
    const rest = bodyOf(ask(b, `GET ${CM}`, undefined, { q: { continue: late.metadata.continue } }));
    expect(names(rest)).toEqual(['bb', 'd', 'e']);
  });

  it('shows the past with resourceVersionMatch=Exact', () => {
    const b = withMaps('a');
    const resourceVersion = String(b.store.revision);
    ask(b, `POST ${CM}`, configMap('b'));
    const q = { resourceVersion, resourceVersionMatch: 'Exact' };
    expect(names(bodyOf(ask(b, `GET ${CM}`, undefined, { q })))).toEqual(['a']);
    const ahead = { resourceVersion: String(b.store.revision + 10), resourceVersionMatch: 'NotOlderThan' };
    expect(bodyOf(ask(b, `GET ${CM}`, undefined, { q: ahead }))).toMatchObject({ code: 504, reason: 'Timeout' });
    expect(bodyOf(ask(b, `GET ${CM}`, undefined, { q: { resourceVersion: 'x' } })).code).toBe(400);
  });

  it('selects by label and by field, and names what it cannot', () => {
    const b = withMaps('a', 'b');
    ask(b, `POST ${CM}`, { metadata: { name: 'c', labels: { env: 'prod' } } });
    const by = (q: Record<string, string>): unknown => bodyOf(ask(b, `GET ${CM}`, undefined, { q }));
    expect(names(by({ labelSelector: 'env in (prod,test)' }) as never)).toEqual(['c']);
    expect(names(by({ fieldSelector: 'metadata.name!=a' }) as never)).toEqual(['b', 'c']);
    expect(by({ fieldSelector: 'data.x=y' })).toMatchObject({
      code: 400,
      message: 'field label not supported: data.x',
    });
    expect(by({ labelSelector: 'a==b==c' })).toMatchObject({ code: 400, reason: 'BadRequest' });
  });

  it('leaves kind and apiVersion of items to the list, for clients outside', () => {
    const list = bodyOf(ask(withMaps('a'), `GET ${CM}`));
    expect(list.kind).toBe('ConfigMapList');
    expect(list.items[0].kind).toBeUndefined();
  });
});

describe('Table', () => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

  it('prints pods as kubectl get does', () => {
    const b = bench();
    ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
    const made = bodyOf(ask(b, 'POST /api/v1/namespaces/default/pods', pod('p', { spec: { nodeName: 'node-1' } })));
    const status = {
      phase: 'Running',
      podIP: '10.244.1.2',
      containerStatuses: [
        {
          name: 'main',
          ready: true,
          restartCount: 2,
          image: 'nginx:1.27',
          imageID: '',
          state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
          lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:00:30Z' } },
        },
      ],
    };
    expect(ask(b, 'PUT /api/v1/namespaces/default/pods/p/status', { ...made, status }).code).toBe(200);
    b.kernel.runUntil(5 * MINUTE + 3 * SECOND);
    const table = bodyOf(ask(b, 'GET /api/v1/namespaces/default/pods', undefined, { accept }));
    expect(table.kind).toBe('Table');
    expect(table.columnDefinitions.map((c: { name: string }) => c.name).slice(0, 5)).toEqual([
      'Name',
      'Ready',
      'Status',
      'Restarts',
      'Age',
    ]);
    expect(table.rows[0].cells).toEqual([
      'p',
      '1/1',
      'Running',
      '2 (4m33s ago)',
      '5m3s',
      '10.244.1.2',
      'node-1',
      '<none>',
      '<none>',
    ]);
    expect(table.rows[0].object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'p' } });
  });

  it('describes the columns once in a watch', () => {
    const b = withMaps('a', 'b');
    const response = ask(b, `GET ${CM}`, undefined, { accept, q: { watch: 'true' } });
    const seen: { columnDefinitions: unknown }[] = [];
    response.watch?.start({ event: (e) => seen.push(e.object as never), end: () => {} });
    expect(seen.map((t) => Array.isArray(t.columnDefinitions))).toEqual([true, false]);
  });
});

describe('watch', () => {
  it('starts with what is there and says where that ends', () => {
    const b = withMaps('a');
    const q = { sendInitialEvents: 'true', allowWatchBookmarks: 'true', resourceVersionMatch: 'NotOlderThan' };
    const seen = collect(b, CM, q);
    expect(shape(seen.events)).toEqual(['ADDED a', 'BOOKMARK ']);
    expect(seen.events[1]?.object.metadata).toMatchObject({
      resourceVersion: String(b.store.revision),
      annotations: { 'k8s.io/initial-events-end': 'true' },
    });
    expect(bodyOf(ask(b, `GET ${CM}`, undefined, { q: { watch: '1', sendInitialEvents: 'true' } })).code).toBe(422);
  });

  it('gets bookmarks every minute and ends in time', () => {
    const b = withMaps();
    const seen = collect(b, CM, { allowWatchBookmarks: 'true', timeoutSeconds: '150' });
    b.kernel.runUntil(140 * SECOND);
    expect(seen.events.map((e) => e.type)).toEqual(['BOOKMARK', 'BOOKMARK']);
    b.kernel.runUntil(151 * SECOND);
    expect(seen.ended).toBe(true);
  });

  it('of one node sees only the pods there, as they come and go', () => {
    const b = bench();
    ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
    const PODS = '/api/v1/namespaces/default/pods';
    const seen = collect(b, '/api/v1/pods', { fieldSelector: 'spec.nodeName=node-1' });
    ask(b, `POST ${PODS}`, pod('p'));
    ask(b, `POST ${PODS}`, pod('q'));
    ask(b, `POST ${PODS}/p/binding`, { target: { kind: 'Node', name: 'node-1' } });
    ask(b, `POST ${PODS}/q/binding`, { target: { kind: 'Node', name: 'node-2' } });
    ask(b, `DELETE ${PODS}/p`, { gracePeriodSeconds: 0 });
    expect(shape(seen.events)).toEqual(['ADDED p', 'MODIFIED p', 'DELETED p']);
  });
});
