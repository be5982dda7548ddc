// Sequences that several workload kinds share: /scale, /status, collections, adoption.
import { expect } from 'vitest';
import { controllerOf, pod, readyPods } from './pods.ts';
import type { Loose, Resource, Trial } from './trial.ts';

/** Reads /scale, writes it, patches it; spec.replicas follows. */
export async function scales(r: Resource, name: string): Promise<void> {
  const scale = await r.get(name, 'scale');
  expect(scale).toMatchObject({ apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas: 1 } });
  expect(scale.status.replicas).toBe(1);
  const body = { ...scale, metadata: { ...scale.metadata, resourceVersion: undefined }, spec: { replicas: 2 } };
  expect((await r.update(body, 'scale')).spec.replicas).toBe(2);
  expect((await r.get(name)).spec.replicas).toBe(2);
  await r.patch(name, 'strategic', { spec: { replicas: 4 } }, 'scale');
  expect((await r.get(name)).spec.replicas).toBe(4);
}

const named = (o: Loose, type: string): Loose => o.status.conditions?.find((c: Loose) => c.type === type);

/** Reads /status, updates and patches it; a watch tells of both. */
export async function showsStatus(t: Trial, r: Resource, name: string, labelSelector: string): Promise<void> {
  const before = await r.get(name, 'status');
  expect(before.metadata.name).toBe(name);
  const { resourceVersion } = before.metadata;
  const watch = await r.watch({ labelSelector, resourceVersion });
  const update = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' };
  const updated = await r.change(
    name,
    (o) => {
      o.status.conditions = [...(o.status.conditions ?? []), update];
    },
    'status',
  );
  expect(named(updated, 'StatusUpdate')).toMatchObject(update);
  await t.event(watch, 'MODIFIED', (o) => named(o, 'StatusUpdate')?.message === update.message);
  const body = { status: { conditions: [{ type: 'StatusPatched', status: 'True' }] } };
  const patched = await r.patch(name, 'merge', body, 'status');
  expect(named(patched, 'StatusPatched')).toMatchObject({ status: 'True' });
  await t.event(watch, 'MODIFIED', (o) => named(o, 'StatusPatched') !== undefined);
}

/** Three of a kind are listed in all namespaces and deleted by their label. */
export async function collected(t: Trial, apiVersion: string, plural: string, spec: Loose): Promise<void> {
  const r = t.of(apiVersion, plural);
  const labels = { e2e: t.ns };
  const labelSelector = `e2e=${t.ns}`;
  await r.create({ metadata: { name: 'collected', labels }, spec });
  expect(await t.of(apiVersion, plural, '').items({ labelSelector })).toHaveLength(1);
  await r.removeAll({ labelSelector });
  await t.until('the collection to be gone', async () => (await r.items({ labelSelector })).length === 0);
}

/** A pod without owner is adopted by a controller that selects it, and released when its label changes. */
export async function adopts(t: Trial, make: (labels: Record<string, string>) => Promise<Loose>): Promise<Loose> {
  const pods = t.of('v1', 'pods');
  const labels = { name: 'pod-adoption' };
  await pods.create(pod('pod-adoption', { metadata: { labels } }));
  const owner = await make(labels);
  await pods.until('pod-adoption', 'to be adopted', (p) => controllerOf(p)?.uid === owner.metadata.uid);
  return owner;
}

export async function releases(t: Trial, owner: Loose): Promise<void> {
  const pods = t.of('v1', 'pods');
  const [first] = await readyPods(t, { name: 'pod-adoption' }, 1);
  expect(controllerOf(first)?.uid).toBe(owner.metadata.uid);
  await pods.change(first.metadata.name, (p) => {
    p.metadata.labels.name = 'not-matching-name';
  });
  await pods.until(first.metadata.name, 'to be released', (p) => controllerOf(p) === undefined);
}
