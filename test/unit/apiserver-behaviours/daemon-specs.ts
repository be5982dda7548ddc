// DaemonSets and the revisions that they keep.
import { expect } from 'vitest';
import { showsStatus } from './lifecycle.ts';
import { isReady, selectorOf, template, workload } from './pods.ts';
import type { Loose, Resource, Spec, Trial } from './trial.ts';

const DAEMON = '[sig-apps] Daemon set [Serial] should';
const NAME = 'daemon-set';
const LABELS = { 'daemonset-name': NAME };
const NODES = ['node-1', 'node-2', 'node-3'];
const NEW_IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.59';

const sets = (t: Trial): Resource => t.of('apps/v1', 'daemonsets');
const revisions = (t: Trial): Resource => t.of('apps/v1', 'controllerrevisions');

function daemons(t: Trial): Promise<Loose[]> {
  return t.of('v1', 'pods').items({ labelSelector: selectorOf(LABELS) });
}

/** Until one available pod runs on each of these nodes and on no other. */
function on(t: Trial, nodes: readonly string[], is: (p: Loose) => boolean = () => true): Promise<Loose[]> {
  return t.until(
    `daemon pods on ${nodes}`,
    async () => {
      const pods = (await daemons(t)).filter((p) => p.metadata.deletionTimestamp === undefined);
      const good = pods.filter((p) => isReady(p) && is(p));
      return good.length === pods.length && String(good.map((p) => p.spec.nodeName).sort()) === String(nodes)
        ? good
        : undefined;
    },
    300,
  );
}

async function make(t: Trial, more: object = {}, name = NAME): Promise<Loose> {
  return sets(t).create({ metadata: { name, labels: LABELS }, spec: workload(LABELS, more) });
}

async function settled(t: Trial, count: number): Promise<void> {
  await sets(t).until(
    NAME,
    `to count ${count}`,
    ({ status: s }) =>
      s.desiredNumberScheduled === count && s.currentNumberScheduled === count && (s.numberReady ?? 0) === count,
  );
}

async function simple(t: Trial): Promise<void> {
  await make(t);
  const [first] = await on(t, NODES);
  await settled(t, 3);
  await t.of('v1', 'pods').remove(first.metadata.name);
  await t.until('it to go', async () => !(await daemons(t)).some((p) => p.metadata.uid === first.metadata.uid));
  await on(t, NODES);
}

async function label(t: Trial, color: string | null): Promise<void> {
  await t.of('v1', 'nodes').patch('node-2', 'strategic', { metadata: { labels: { 'daemonset-color': color } } });
}

async function complex(t: Trial): Promise<void> {
  t.cleanup(() => label(t, null));
  await make(t, { template: template(LABELS, { nodeSelector: { 'daemonset-color': 'blue' } }) });
  await on(t, []);
  await label(t, 'blue');
  await on(t, ['node-2']);
  await settled(t, 1);
  await label(t, 'green');
  await on(t, []);
  await sets(t).patch(NAME, 'strategic', {
    spec: {
      template: { spec: { nodeSelector: { 'daemonset-color': 'green' } } },
      updateStrategy: { type: 'RollingUpdate' },
    },
  });
  await on(t, ['node-2']);
  await settled(t, 1);
}

async function failed(t: Trial): Promise<void> {
  await make(t);
  const [first] = await on(t, NODES);
  await settled(t, 3);
  const { resourceVersion: _, ...metadata } = first.metadata;
  const body = { ...first, metadata, status: { ...first.status, phase: 'Failed' } };
  await t.of('v1', 'pods').update(body, 'status');
  await t.of('v1', 'pods').gone(first.metadata.name);
  await on(t, NODES);
}

async function updated(t: Trial): Promise<void> {
  await make(t, { updateStrategy: { type: 'RollingUpdate' } });
  await on(t, NODES);
  const [first] = await revisions(t).items({ labelSelector: selectorOf(LABELS) });
  expect(first.revision).toBe(1);
  const hash = first.metadata.labels['controller-revision-hash'];
  for (const p of await daemons(t)) expect(p.metadata.labels['controller-revision-hash']).toBe(hash);
  await sets(t).patch(NAME, 'strategic', {
    spec: { template: { spec: { containers: [{ name: 'c', image: NEW_IMAGE }] } } },
  });
  const pods = await on(t, NODES, (p) => p.spec.containers[0].image === NEW_IMAGE);
  await settled(t, 3);
  const two = await revisions(t).items({ labelSelector: selectorOf(LABELS) });
  const current = two.find((r) => r.revision === 2);
  for (const p of pods)
    expect(p.metadata.labels['controller-revision-hash']).toBe(current.metadata.labels['controller-revision-hash']);
}

async function collection(t: Trial): Promise<void> {
  await make(t);
  await on(t, NODES);
  const labelSelector = selectorOf(LABELS);
  expect(await t.of('apps/v1', 'daemonsets', '').items({ labelSelector })).toHaveLength(1);
  await sets(t).removeAll({ labelSelector });
  expect(await sets(t).items({ labelSelector })).toEqual([]);
}

async function status(t: Trial): Promise<void> {
  await make(t);
  await on(t, NODES);
  await settled(t, 3);
  await showsStatus(t, sets(t), NAME, selectorOf(LABELS));
}

async function history(t: Trial): Promise<void> {
  await make(t);
  await on(t, NODES);
  const all = revisions(t);
  const labelSelector = selectorOf(LABELS);
  const only = async (): Promise<Loose> => {
    const items = await t.of('apps/v1', 'controllerrevisions', '').items({ labelSelector });
    expect(items).toHaveLength(1);
    return items[0];
  };
  const initial = await only();
  const { name } = initial.metadata;
  const patched = await all.patch(name, 'strategic', { metadata: { labels: { [name]: 'patched' } } });
  expect(patched.metadata.labels[name]).toBe('patched');
  const { ownerReferences } = initial.metadata;
  const copy = {
    metadata: { name: `${NAME}-new`, ownerReferences, labels: LABELS },
    data: initial.data,
    revision: initial.revision + 1,
  };
  const made = await all.create(copy);
  expect(await all.items({ labelSelector })).toHaveLength(2);
  await all.remove(name);
  await t.until('one to be left', async () => (await all.items({ labelSelector })).length === 1);
  const changed = await all.change(made.metadata.name, (r) => {
    r.metadata.labels[made.metadata.name] = 'updated';
  });
  expect(changed.metadata.labels[made.metadata.name]).toBe('updated');
  await sets(t).patch(NAME, 'strategic', { spec: { template: { spec: { terminationGracePeriodSeconds: 1 } } } });
  await t.until('two again', async () => (await all.items({ labelSelector })).length === 2);
  await all.removeAll({ labelSelector: `${made.metadata.name}=updated` });
  await t.until('one to be left', async () => (await all.items({ labelSelector })).length === 1);
  expect((await only()).revision).toBe(3);
}

export const DAEMONS: readonly Spec[] = [
  { title: `${DAEMON} run and stop simple daemon [Conformance]`, run: simple },
  { title: `${DAEMON} run and stop complex daemon [Conformance]`, run: complex },
  { title: `${DAEMON} retry creating failed daemon pods [Conformance]`, run: failed },
  {
    title: `${DAEMON} update pod when spec was updated and update strategy is RollingUpdate [Conformance]`,
    run: updated,
  },
  { title: `${DAEMON} list and delete a collection of DaemonSets [Conformance]`, run: collection },
  { title: `${DAEMON} verify changes to a daemon set status [Conformance]`, run: status },
  {
    title: '[sig-apps] ControllerRevision [Serial] should manage the lifecycle of a ControllerRevision [Conformance]',
    run: history,
  },
];
