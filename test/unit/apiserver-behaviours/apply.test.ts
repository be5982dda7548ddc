// Server-side apply as several managers see it: shared ownership, conflicts, force, lists by key and sets, subresources.
// Expectations from the documentation of server-side apply and structured-merge-diff's own rules (v1.36).
import { describe, expect, it } from 'vitest';
import { define } from './custom.ts';
import { InProcess } from './in-process.ts';
import { begin, type Loose, type Resource, refused, type Trial } from './trial.ts';

const server = new InProcess('apply');
let spaces = 0;

async function trial(): Promise<Trial> {
  return begin(server, `apply-${++spaces}`);
}

type Apply = (manager: string, body: Loose, force?: boolean) => Promise<Loose>;

/** Applies to one object of a resource; `sub` for its status. */
function applier(r: Resource, identity: Loose, sub = ''): Apply {
  return (fieldManager, body, force = false) => {
    const { metadata, ...rest } = body;
    const object = { ...identity, ...rest, metadata: { name: identity.metadata.name, ...metadata } };
    return r.patch(identity.metadata.name, 'apply', object, sub, { fieldManager, ...(force ? { force: 'true' } : {}) });
  };
}

const map = (t: Trial): { r: Resource; apply: Apply } => {
  const r = t.of('v1', 'configmaps');
  return { r, apply: applier(r, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' } }) };
};

const owners = (o: Loose): string[] =>
  o.metadata.managedFields.map((f: Loose) => [f.manager, f.operation, f.subresource].filter(Boolean).join(' '));

describe('fields of several managers', () => {
  it('a value that two have applied stays until both have let it go', async () => {
    const { r, apply } = map(await trial());
    await apply('a', { data: { shared: '1', own: 'a' } });
    await apply('b', { data: { shared: '1' } });
    expect((await apply('a', {})).data).toEqual({ shared: '1' });
    expect(owners(await r.get('m'))).toEqual(['b Apply']);
    expect((await apply('b', {})).data).toBeUndefined();
  });

  it('another value is a conflict; force takes the field from everybody who has it', async () => {
    const { r, apply } = map(await trial());
    await apply('a', { data: { k: '1', l: '1' } });
    await apply('b', { data: { k: '1' } });
    const status = await refused(apply('c', { data: { k: '2' } }), 409, 'Conflict');
    expect(status.details.causes).toEqual([
      { reason: 'FieldManagerConflict', message: 'conflict with "a"', field: '.data.k' },
      { reason: 'FieldManagerConflict', message: 'conflict with "b"', field: '.data.k' },
    ]);
    expect((await apply('c', { data: { k: '2' } }, true)).data).toEqual({ k: '2', l: '1' });
    expect(owners(await r.get('m')).sort()).toEqual(['a Apply', 'c Apply']);
    // The one it was taken from meets the conflict now, and lets go without harm.
    await refused(apply('a', { data: { k: '1', l: '1' } }), 409, 'Conflict');
    expect((await apply('a', { data: { l: '1' } })).data).toEqual({ k: '2', l: '1' });
  });

  it('what was written by an update conflicts too, and is shared when the value is the same', async () => {
    const t = await trial();
    const { r, apply } = map(t);
    await r.create({ metadata: { name: 'm' }, data: { k: '1', l: '1' } }, { fieldManager: 'editor' });
    const { details } = await refused(apply('a', { data: { k: '2' } }), 409, 'Conflict');
    expect(details.causes[0].message).toBe('conflict with "editor" using v1');
    const same = await apply('a', { data: { k: '1' } });
    expect(owners(same).sort()).toEqual(['a Apply', 'editor Update']);
    // The updater still holds it: it stays when the applier lets go.
    expect((await apply('a', { data: {} })).data).toEqual({ k: '1', l: '1' });
  });

  it('an update takes what it changes from appliers, who meet it as a conflict', async () => {
    const { r, apply } = map(await trial());
    await apply('a', { data: { k: '1' } });
    await r.patch('m', 'merge', { data: { k: '2' } }, '', { fieldManager: 'editor' });
    expect(owners(await r.get('m'))).toEqual(['editor Update']);
    await refused(apply('a', { data: { k: '1' } }), 409, 'Conflict');
    expect((await apply('a', { data: { k: '1' } }, true)).data).toEqual({ k: '1' });
  });

  it('a field that nobody holds any longer has its default again', async () => {
    const t = await trial();
    const r = t.of('apps/v1', 'deployments');
    const apply = applier(r, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } });
    const labels = { app: 'd' };
    const spec = {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x' }] } },
    };
    expect((await apply('a', { spec: { ...spec, replicas: 3 } })).spec.replicas).toBe(3);
    expect((await apply('a', { spec })).spec.replicas).toBe(1);
  });

  it('a trial run says what would come of it and stores nothing', async () => {
    const { r, apply } = map(await trial());
    await apply('a', { data: { k: '1' } });
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data: { k: '2' } };
    const dry = await r.patch('m', 'apply', body, '', { fieldManager: 'a', dryRun: 'All' });
    expect(dry.data).toEqual({ k: '2' });
    expect((await r.get('m')).data).toEqual({ k: '1' });
  });
});

describe('lists', () => {
  it('items with a key are merged by it, those of others left where they are', async () => {
    const t = await trial();
    const r = t.of('apps/v1', 'deployments');
    const apply = applier(r, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } });
    const labels = { app: 'd' };
    const selector = { matchLabels: labels };
    const of = (container: Loose): Loose => ({
      spec: { template: { spec: { containers: [{ name: 'c', ...container }] } } },
    });
    const first = of({ image: 'x', env: [{ name: 'A', value: '1' }], ports: [{ containerPort: 80 }] });
    await apply('a', { spec: { selector, template: { metadata: { labels }, spec: first.spec.template.spec } } });
    const container = (o: Loose): Loose => o.spec.template.spec.containers[0];
    const second = await apply(
      'b',
      of({ env: [{ name: 'B', value: '2' }], ports: [{ containerPort: 80, protocol: 'UDP' }] }),
    );
    expect(container(second).env).toEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ]);
    expect(container(second).ports).toEqual([
      { containerPort: 80, protocol: 'TCP' },
      { containerPort: 80, protocol: 'UDP' },
    ]);
    const third = await apply('b', of({}));
    expect(container(third).env).toEqual([{ name: 'A', value: '1' }]);
    expect(container(third).ports).toEqual([{ containerPort: 80, protocol: 'TCP' }]);
    // Command lines are one value: whoever applies another one replaces it as a whole.
    await apply('b', of({ args: ['one', 'two'] }));
    const { details } = await refused(apply('c', of({ args: ['one'] })), 409, 'Conflict');
    expect(details.causes[0].field).toBe('.spec.template.spec.containers[name="c"].args');
  });

  it('values of a set belong to those who applied them', async () => {
    const t = await trial();
    const { r, apply } = map(t);
    await apply('a', { metadata: { finalizers: ['example.com/a', 'example.com/both'] } });
    const both = await apply('b', { metadata: { finalizers: ['example.com/b', 'example.com/both'] } });
    expect([...both.metadata.finalizers].sort()).toEqual(['example.com/a', 'example.com/b', 'example.com/both']);
    const one = await apply('a', { metadata: {} });
    expect([...one.metadata.finalizers].sort()).toEqual(['example.com/b', 'example.com/both']);
    await apply('b', { metadata: {} });
    expect((await r.get('m')).metadata.finalizers).toBeUndefined();
  });

  it('a custom schema says which of its lists are maps, sets and single values', async () => {
    const t = await trial();
    const text = { type: 'string' };
    const item = { type: 'object', required: ['key'], properties: { key: text, value: text } };
    const properties = {
      byKey: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['key'], items: item },
      set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
      whole: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: text },
      atom: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: text },
    };
    const schema = { type: 'object', properties: { spec: { type: 'object', properties } } };
    const made = await define(t, { namespaced: true, schema });
    const r = made.objects('v1beta1');
    const apply = applier(r, { apiVersion: `${made.group}/v1beta1`, kind: made.kind, metadata: { name: 'x' } });
    await apply('a', { spec: { byKey: [{ key: 'a', value: '1' }], set: ['a'], whole: ['a'], atom: { a: '1' } } });
    const merged = await apply('b', { spec: { byKey: [{ key: 'b', value: '2' }], set: ['b'] } });
    expect(merged.spec.byKey).toEqual([
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ]);
    expect([...merged.spec.set].sort()).toEqual(['a', 'b']);
    await refused(apply('b', { spec: { whole: ['b'] } }), 409, 'Conflict');
    await refused(apply('b', { spec: { atom: { b: '2' } } }), 409, 'Conflict');
    const forced = await apply('b', { spec: { atom: { b: '2' } } }, true);
    expect(forced.spec.atom).toEqual({ b: '2' });
    expect(forced.spec.byKey).toEqual([{ key: 'a', value: '1' }]);
  });
});

describe('parts of an object', () => {
  it('status has owners of its own, and the object does not touch it', async () => {
    const t = await trial();
    const r = t.of('v1', 'pods');
    const identity = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } };
    const spec = { containers: [{ name: 'c', image: 'x' }], nodeName: 'nowhere' };
    await applier(r, identity)('a', { spec });
    const conditions = [{ type: 'example.com/Gate', status: 'True' }];
    const done = await applier(r, identity, 'status')('gate', { status: { conditions } });
    expect(owners(done)).toEqual(expect.arrayContaining(['a Apply', 'gate Apply status']));
    const again = await applier(r, identity)('a', { spec, status: { conditions: [] } });
    expect(again.status.conditions.map((c: Loose) => c.type)).toContain('example.com/Gate');
    const gone = await applier(r, identity, 'status')('gate', {});
    expect((gone.status.conditions ?? []).map((c: Loose) => c.type)).not.toContain('example.com/Gate');
  });

  it('who scales holds the replicas, and an applier who names them meets a conflict', async () => {
    const t = await trial();
    const r = t.of('apps/v1', 'deployments');
    const apply = applier(r, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } });
    const labels = { app: 'd' };
    const spec = {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x' }] } },
    };
    await apply('a', { spec: { ...spec, replicas: 1 } });
    await r.patch('d', 'merge', { spec: { replicas: 5 } }, 'scale', { fieldManager: 'scaler' });
    expect(owners(await r.get('d'))).toEqual(expect.arrayContaining(['a Apply', 'scaler Update scale']));
    const { details } = await refused(apply('a', { spec: { ...spec, replicas: 1 } }), 409, 'Conflict');
    expect(details.causes[0]).toMatchObject({ field: '.spec.replicas' });
    expect(details.causes[0].message).toContain('conflict with "scaler" with subresource "scale" using apps/v1');
    // Who no longer names them leaves them to the scaler.
    expect((await apply('a', { spec })).spec.replicas).toBe(5);
  });

  it('an apply has to name its manager, its object and no owners', async () => {
    const t = await trial();
    const { r, apply } = map(t);
    const identity = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' } };
    await refused(r.patch('m', 'apply', identity), 422, 'Invalid');
    await refused(
      apply('a', { metadata: { managedFields: [{ manager: 'x', operation: 'Apply', apiVersion: 'v1' }] } }),
      400,
      'BadRequest',
    );
    await refused(r.patch('other', 'apply', identity, '', { fieldManager: 'a' }), 400, 'BadRequest');
    const made = await apply('a', { data: { k: '1' } });
    await apply('a', { data: { k: '2' } });
    const { resourceVersion } = made.metadata;
    await refused(apply('a', { metadata: { resourceVersion }, data: { k: '3' } }), 409, 'Conflict');
    await refused(apply('a', { metadata: { uid: '00000000-0000-4000-8000-000000000000' } }), 409, 'Conflict');
  });
});
