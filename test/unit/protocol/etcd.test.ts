// A look into the etcd of a running simulation: who wrote what, and never what a Secret holds.
import { expect, test } from 'vitest';
import { WorkerClient } from '../../../src/protocol/worker-client.ts';
import { inProcessWorker } from '../host/in-process.ts';

const SECRET = (value: string): string => `apiVersion: v1
kind: Secret
metadata: {name: door}
stringData: {key: ${value}}
`;
const client = new WorkerClient(inProcessWorker(), () => {});
await client.call('start', {
  nodes: 1,
  controlPlaneNodes: 1,
  seed: 'etcd',
  epochMs: Date.UTC(2026, 0, 1),
  speed: 1,
  running: false,
  settled: true,
});
for (const value of ['open-sesame', 'open-barley'])
  await client.call('apply', { manifest: SECRET(value), source: 'x.yaml', namespace: 'default' });

test('keys lie as Kubernetes lays them out', async () => {
  const root = await client.call('etcdDirectory', { path: '/registry/', limit: 100 });
  const paths = root.directories.map((d) => d.path);
  expect(paths).toEqual(expect.arrayContaining(['/registry/secrets/', '/registry/minions/', '/registry/services/']));
  const services = await client.call('etcdDirectory', { path: '/registry/services/', limit: 100 });
  expect(services.directories.map((d) => d.path)).toEqual([
    '/registry/services/endpoints/',
    '/registry/services/specs/',
  ]);
  const minions = await client.call('etcdDirectory', { path: '/registry/minions/', limit: 100 });
  expect(minions.keys.map((k) => k.key)).toContain('/registry/minions/worker-1');
});

test('a revision says who wrote it with which request', async () => {
  const { revisions } = await client.call('etcdHistory', { key: '/registry/secrets/default/door' });
  expect(revisions.map((r) => r.type)).toEqual(['created', 'changed']);
  expect(revisions[1]?.previous).toBe(revisions[0]?.revision);
  expect(revisions.map((r) => r.writer?.request)).toEqual([
    'POST /api/v1/namespaces/default/secrets → 201',
    'PATCH /api/v1/namespaces/default/secrets/door → 200',
  ]);
  expect(revisions[0]?.writer).toMatchObject({ actor: { component: 'user' }, user: 'kubernetes-admin' });
});

test('the values of Secrets stay hidden, in history and in objects', async () => {
  const key = '/registry/secrets/default/door';
  const history = await client.call('etcdHistory', { key });
  const objects = await Promise.all(
    history.revisions.map((r) => client.call('etcdObject', { key, revision: r.revision })),
  );
  expect(objects.every((o) => o?.kind === 'Secret')).toBe(true);
  const all = JSON.stringify([history, objects]);
  for (const secret of ['open-sesame', 'open-barley', btoa('open-sesame'), btoa('open-barley')])
    expect(all).not.toContain(secret);
});
