// Who owns whom: kinds that definitions add, and circles.
import { expect, it } from 'vitest';
import { define } from './custom.ts';
import { InProcess } from './in-process.ts';
import { pod } from './pods.ts';
import { begin, type Loose } from './trial.ts';

const owner = (o: Loose): Loose => {
  const { apiVersion, kind, metadata } = o;
  return { ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, blockOwnerDeletion: true }] };
};

it('custom objects are collected with their owners, and own others', async () => {
  const server = new InProcess('custom owners');
  const t = await begin(server, 'owners');
  const objects = (await define(t, { namespaced: true })).objects('v1beta1');
  const maps = t.of('v1', 'configmaps');
  const top = await maps.create({ metadata: { name: 'top' } });
  const middle = await objects.create({
    metadata: { name: 'middle', ...owner({ ...top, kind: 'ConfigMap', apiVersion: 'v1' }) },
  });
  await maps.create({ metadata: { name: 'bottom', ...owner(middle) } });
  // The collector gets to know the kind within half a minute.
  await t.pause(40);
  await maps.get('bottom');
  await maps.remove('top', { propagationPolicy: 'Foreground' });
  await maps.gone('top');
  await objects.gone('middle', 1);
  await maps.gone('bottom', 1);
  const held = await objects.create({ metadata: { name: 'held' } });
  await maps.create({ metadata: { name: 'dependent', ...owner(held) } });
  await objects.remove('held', { propagationPolicy: 'Orphan' });
  await objects.gone('held');
  expect((await maps.get('dependent')).metadata.ownerReferences).toBeUndefined();
});

it('a namespace is not gone before its custom objects are', async () => {
  const server = new InProcess('custom namespace');
  const t = await begin(server, 'outer');
  const inner = await begin(server, 'inner');
  const made = await define(inner, { namespaced: true });
  const objects = made.objects('v1beta1');
  await objects.create({ metadata: { name: 'held', finalizers: ['example.com/hold'] } });
  const namespaces = t.of('v1', 'namespaces');
  await namespaces.remove('inner');
  const ns = await namespaces.until('inner', 'to say what is left', (n) =>
    n.status.conditions?.some((c: Loose) => c.type === 'NamespaceContentRemaining' && c.status === 'True'),
  );
  expect(JSON.stringify(ns.status.conditions)).toContain(`${made.plural}.${made.group} has 1 resource instances`);
  await objects.patch('held', 'merge', { metadata: { finalizers: null } });
  await namespaces.gone('inner', 60);
});

it.each(['fake', 'modelled'] as const)('a circle of owners is deleted under the %s runtime', async (runtime) => {
  const server = new InProcess('circle', runtime);
  const t = await begin(server, 'circle');
  const pods = t.of('v1', 'pods');
  const made: Loose[] = [];
  for (const name of ['pod1', 'pod2', 'pod3', 'pod4']) made.push(await pods.create(pod(name)));
  for (const [i, p] of made.entries()) {
    const metadata = owner({ apiVersion: 'v1', kind: 'Pod', metadata: made[(i + 3) % 4].metadata });
    await pods.patch(p.metadata.name, 'strategic', { metadata });
  }
  await pods.remove('pod1', { propagationPolicy: 'Foreground' });
  await t.until('no pods', async () => (await pods.items()).length === 0, 90);
});
