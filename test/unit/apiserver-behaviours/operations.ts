// What nearly every kind's API is held to: discovery, then create, get, list, watch, patch, update, status, delete and
// deletecollection. As upstream's "should support … API operations".
import { expect } from 'vitest';
import { type Loose, type Resource, refused, type Trial } from './trial.ts';

export interface Operations {
  readonly apiVersion: string;
  readonly plural: string;
  readonly make: (name: string, t: Trial) => Loose;
  /** A name that the kind allows. */
  readonly name?: (n: number, t: Trial) => string;
  /** A condition or another part of status, where the kind has that sub-resource. */
  readonly status?: Loose;
  readonly updatedStatus?: Loose;
  /** A write to status leaves annotations as they are. */
  readonly statusFixesMetadata?: true;
}

/** The three documents that lead to a resource name it. */
export async function discovered(t: Trial, apiVersion: string, ...plurals: string[]): Promise<void> {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  if (group !== '') {
    const { groups } = await t.get('/apis');
    const found = groups.find((g: Loose) => g.name === group);
    expect(found?.versions.map((v: Loose) => v.version)).toContain(version);
    const one = await t.get(`/apis/${group}`);
    expect(one.versions.map((v: Loose) => v.groupVersion)).toContain(apiVersion);
  }
  const { resources, groupVersion } = await t.get(group === '' ? `/api/${version}` : `/apis/${apiVersion}`);
  expect(groupVersion).toBe(apiVersion);
  for (const plural of plurals) expect(resources.map((r: Loose) => r.name)).toContain(plural);
}

async function statusOperations(r: Resource, name: string, o: Operations): Promise<void> {
  const read = await r.get(name, 'status');
  expect(read.metadata.name).toBe(name);
  const body = { metadata: { annotations: { patchedstatus: 'true' } }, status: o.status };
  const patched = await r.patch(name, 'merge', body, 'status');
  expect(patched.metadata.annotations?.patchedstatus).toBe(o.statusFixesMetadata ? undefined : 'true');
  expect(patched.status).toMatchObject(o.status);
  const changed = { ...patched, status: { ...patched.status, ...(o.updatedStatus ?? o.status) } };
  const updated = await r.update(changed, 'status');
  expect(updated.status).toMatchObject(o.updatedStatus ?? o.status);
}

export async function apiOperations(t: Trial, o: Operations): Promise<void> {
  const r = t.of(o.apiVersion, o.plural);
  const name = o.name ?? ((n) => `${t.ns}-${n}`);
  const labels = { test: t.ns };
  const labelSelector = `test=${t.ns}`;
  const make = (n: number): Loose => {
    const object = o.make(name(n, t), t);
    return { ...object, metadata: { name: name(n, t), labels, ...object.metadata } };
  };
  t.cleanup(() => r.removeAll({ labelSelector }));
  await discovered(t, o.apiVersion, o.plural);

  const created = await r.create(make(1));
  await refused(r.create(make(1)), 409, 'AlreadyExists');
  await r.create(make(2));
  const watch = await r.watch({ labelSelector, resourceVersion: created.metadata.resourceVersion });
  await r.create(make(3));
  const got = await r.get(name(1, t));
  expect(got.metadata.uid).toBe(created.metadata.uid);
  expect(await r.items({ labelSelector })).toHaveLength(3);
  expect(await t.of(o.apiVersion, o.plural, '').items({ labelSelector })).toHaveLength(3);

  const patched = await r.patch(name(1, t), 'merge', { metadata: { annotations: { patched: 'true' } } });
  expect(patched.metadata.annotations).toMatchObject({ patched: 'true' });
  expect(Number(patched.metadata.resourceVersion)).toBeGreaterThan(Number(created.metadata.resourceVersion));
  const updated = await r.change(name(1, t), (x) => {
    x.metadata.annotations.updated = 'true';
  });
  expect(updated.metadata.annotations).toMatchObject({ patched: 'true', updated: 'true' });
  await t.event(watch, 'ADDED', (x) => x.metadata.name === name(3, t));
  await t.event(watch, 'MODIFIED', (x) => x.metadata.annotations?.patched === 'true');
  await t.event(watch, 'MODIFIED', (x) => x.metadata.annotations?.updated === 'true');
  if (o.status !== undefined) await statusOperations(r, name(1, t), o);

  await r.remove(name(1, t));
  await r.gone(name(1, t));
  await t.event(watch, 'DELETED', (x) => x.metadata.name === name(1, t));
  expect(await r.items({ labelSelector })).toHaveLength(2);
  await r.removeAll({ labelSelector });
  await t.until('the collection to be empty', async () => (await r.items({ labelSelector })).length === 0);
}
