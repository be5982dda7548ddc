// What upstream's test framework and client-go's informers do around every behaviour.
import { describe, expect, it } from 'vitest';
import { InProcess } from './in-process.ts';
import { isReady } from './pods.ts';
import { begin, type Loose, refused, type Trial } from './trial.ts';

const server = new InProcess('framework');
let spaces = 0;
const trial = (): Promise<Trial> => begin(server, `framework-${++spaces}`);

async function maps(t: Trial, count: number): Promise<void> {
  for (let i = 0; i < count; i++)
    await t.of('v1', 'configmaps').create({ metadata: { name: `m-${i}`, labels: { e2e: '1' } } });
}

describe('before the first behaviour', () => {
  it('nodes are ready and schedulable, and nothing waits in kube-system', async () => {
    const t = await trial();
    const nodes = await t.of('v1', 'nodes').items({ fieldSelector: 'spec.unschedulable=false', resourceVersion: '0' });
    expect(nodes).toHaveLength(3);
    for (const n of nodes) {
      expect(isReady(n)).toBe(true);
      expect(n.spec.taints ?? []).toEqual([]);
    }
    const pods = await t.of('v1', 'pods', 'kube-system').items();
    expect(pods.filter((p) => p.status.phase === 'Pending')).toEqual([]);
    expect((await t.of('v1', 'services', 'default').get('kubernetes')).spec.clusterIP).toMatch(/^10\./);
  });

  it('namespaces have names of their own, labels for PodSecurity, an account and the root certificate', async () => {
    const t = await trial();
    const ns = await t.of('v1', 'namespaces').create({ metadata: { generateName: 'e2e-' } });
    expect(ns.metadata.name).toMatch(/^e2e-.{5}$/);
    expect(ns.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': ns.metadata.name });
    await t.of('v1', 'namespaces').remove(ns.metadata.name);
    await t.of('v1', 'namespaces').gone(ns.metadata.name, 60);
  });
});

describe('answers', () => {
  const PROTOBUF = 'application/vnd.kubernetes.protobuf';
  const META = 'as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
  it.each([
    ['protobuf alone', PROTOBUF, 406, 'Status'],
    ['protobuf or anything', `${PROTOBUF}, */*`, 200, 'NodeList'],
    ['protobuf or JSON', `${PROTOBUF},application/json`, 200, 'NodeList'],
    [
      'metadata in protobuf or JSON',
      `${PROTOBUF};${META},application/json;${META},application/json`,
      200,
      'PartialObjectMetadataList',
    ],
    ['a Table or JSON', 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json', 200, 'Table'],
    ['a Table of another version', 'application/json;as=Table;v=v2;g=meta.k8s.io', 406, 'Status'],
  ])('to those who accept %s', async (_, accept, code, kind) => {
    const reply = await server.call({ method: 'GET', path: '/api/v1/nodes', accept });
    expect(reply.code).toBe(code);
    expect(reply.contentType).toBe('application/json');
    expect(reply.body.kind).toBe(kind);
  });

  it('as a Table carry the metadata of what they show', async () => {
    const t = await trial();
    await maps(t, 2);
    const path = t.of('v1', 'configmaps').path;
    const table = await t.ask({
      method: 'GET',
      path,
      query: { limit: '1', labelSelector: 'e2e=1' },
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    expect(table.rows).toHaveLength(1);
    expect(table.rows[0].object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'm-0' } });
    expect(table.metadata.continue).toBeTypeOf('string');
  });
});

describe('lists', () => {
  it('that are continued after compaction may go on with what is there now, and say so', async () => {
    const t = await trial();
    await maps(t, 9);
    const r = t.of('v1', 'configmaps');
    const labelSelector = 'e2e=1';
    const first = await r.list({ limit: '3', labelSelector });
    await t.pause(11 * 60);
    await r.remove('m-5');
    await r.create({ metadata: { name: 'm-9', labels: { e2e: '1' } } });
    const status = await refused(
      r.list({ limit: '3', labelSelector, continue: first.metadata.continue }),
      410,
      'Expired',
    );
    const again = await r.list({ limit: '3', labelSelector, continue: status.metadata.continue });
    expect(again.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
    const names = again.items.map((m: Loose) => m.metadata.name);
    for (let next = again.metadata.continue; next; ) {
      const page = await r.list({ limit: '3', labelSelector, continue: next });
      names.push(...page.items.map((m: Loose) => m.metadata.name));
      next = page.metadata.continue;
    }
    expect(names).toEqual(['m-3', 'm-4', 'm-6', 'm-7', 'm-8', 'm-9']);
  });

  it.each([
    [{ resourceVersionMatch: 'Exact' }, 422],
    [{ resourceVersionMatch: 'Exact', resourceVersion: '0' }, 422],
    [{ resourceVersionMatch: 'Sometimes', resourceVersion: '1' }, 422],
    [{ resourceVersionMatch: 'NotOlderThan', resourceVersion: '0' }, 200],
    [{ resourceVersion: 'many' }, 400],
  ])('with %j', async (query, code) => {
    const t = await trial();
    const { path } = t.of('v1', 'configmaps');
    expect((await t.reply({ method: 'GET', path, query: query as Record<string, string> })).code).toBe(code);
  });
});

describe('watches', () => {
  it('from a version that was compacted away end with 410, and start again from a list', async () => {
    const t = await trial();
    const r = t.of('v1', 'configmaps');
    const old = (await r.list()).metadata.resourceVersion;
    await maps(t, 1);
    await t.pause(11 * 60);
    const stale = await r.watch({ resourceVersion: old });
    const status = await t.event(stale, 'ERROR');
    expect(status).toMatchObject({ kind: 'Status', code: 410, reason: 'Expired' });
    const fresh = await r.watch({ resourceVersion: (await r.list()).metadata.resourceVersion });
    await r.remove('m-0');
    await t.event(fresh, 'DELETED');
  });

  it('begin with what is there, mark where that ends, and go on', async () => {
    const t = await trial();
    await maps(t, 2);
    const options = { allowWatchBookmarks: 'true', sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' };
    const w = await t.of('v1', 'configmaps').watch({ ...options, labelSelector: 'e2e=1' });
    const mark = await t.event(w, 'BOOKMARK', (o) => o.metadata.annotations?.['k8s.io/initial-events-end'] === 'true');
    expect(mark).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' });
    expect(w.events.map((e) => e.type)).toEqual(['ADDED', 'ADDED', 'BOOKMARK']);
    await t.of('v1', 'configmaps').remove('m-1');
    const gone = await t.event(w, 'DELETED');
    expect(Number(gone.metadata.resourceVersion)).toBeGreaterThan(Number(mark.metadata.resourceVersion));
  });

  it('of nothing begin with the mark alone', async () => {
    const t = await trial();
    const options = { allowWatchBookmarks: 'true', sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' };
    const w = await t.of('resource.k8s.io/v1', 'resourceclaims').watch(options);
    await t.event(w, 'BOOKMARK');
    expect(w.events).toHaveLength(1);
  });
});
