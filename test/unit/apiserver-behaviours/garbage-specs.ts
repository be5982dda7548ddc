// The garbage collector.
import { expect } from 'vitest';
import { pod, template, workload } from './pods.ts';
import type { Loose, Spec, Trial } from './trial.ts';

const GC = '[sig-api-machinery] Garbage collector should';
const LABELS = { app: 'gc-test' };
/** As many as upstream's framework takes where nodes have room. */
const MANY = 100;

async function controller(t: Trial, name: string, replicas: number, labels = LABELS): Promise<Loose> {
  const rcs = t.of('v1', 'replicationcontrollers');
  const made = await rcs.create({
    metadata: { name },
    spec: { replicas, selector: labels, template: template(labels) },
  });
  await rcs.until(name, `to have ${replicas} pods`, (rc) => rc.status.replicas === replicas, 120);
  return made;
}

async function podsGoWithController(t: Trial): Promise<void> {
  const [rcs, pods] = [t.of('v1', 'replicationcontrollers'), t.of('v1', 'pods')];
  const { metadata } = await controller(t, 'simpletest.rc', 2);
  await rcs.remove('simpletest.rc', { propagationPolicy: 'Background', preconditions: { uid: metadata.uid } });
  await t.until('no pods', async () => (await pods.items()).length === 0, 120);
  expect(await rcs.items()).toHaveLength(0);
}

async function podsAreOrphaned(t: Trial): Promise<void> {
  const [rcs, pods] = [t.of('v1', 'replicationcontrollers'), t.of('v1', 'pods')];
  const { metadata } = await controller(t, 'simpletest.rc', MANY);
  await rcs.remove('simpletest.rc', { propagationPolicy: 'Orphan', preconditions: { uid: metadata.uid } });
  await rcs.gone('simpletest.rc', 120);
  await t.pause(30);
  const left = await pods.items();
  expect(left).toHaveLength(MANY);
  expect(left.flatMap((p) => p.metadata.ownerReferences ?? [])).toEqual([]);
  expect(left.filter((p) => p.metadata.deletionTimestamp !== undefined)).toEqual([]);
  await pods.removeAll();
}

async function deployment(t: Trial): Promise<Loose> {
  const [deployments, sets] = [t.of('apps/v1', 'deployments'), t.of('apps/v1', 'replicasets')];
  const made = await deployments.create({ metadata: { name: 'gc' }, spec: workload(LABELS, { replicas: 2 }) });
  await t.until('a ReplicaSet', async () => (await sets.items()).length === 1);
  return made;
}

async function setsGoWithDeployment(t: Trial): Promise<void> {
  const { metadata } = await deployment(t);
  const options = { propagationPolicy: 'Background', preconditions: { uid: metadata.uid } };
  await t.of('apps/v1', 'deployments').remove('gc', options);
  const left = async (): Promise<number> =>
    (await t.of('apps/v1', 'replicasets').items()).length + (await t.of('apps/v1', 'deployments').items()).length;
  await t.until('nothing left', async () => (await left()) === 0, 90);
}

async function setsAreOrphaned(t: Trial): Promise<void> {
  const { metadata } = await deployment(t);
  const options = { propagationPolicy: 'Orphan', preconditions: { uid: metadata.uid } };
  const deployments = t.of('apps/v1', 'deployments');
  await deployments.remove('gc', options);
  await deployments.gone('gc');
  await t.pause(30);
  const sets = await t.of('apps/v1', 'replicasets').items();
  expect(sets).toHaveLength(1);
  expect(sets[0].metadata.ownerReferences ?? []).toEqual([]);
}

async function foreground(t: Trial): Promise<void> {
  const [rcs, pods] = [t.of('v1', 'replicationcontrollers'), t.of('v1', 'pods')];
  const { metadata } = await controller(t, 'simpletest.rc', MANY);
  await rcs.remove('simpletest.rc', { propagationPolicy: 'Foreground', preconditions: { uid: metadata.uid } });
  expect((await rcs.get('simpletest.rc')).metadata.finalizers).toEqual(['foregroundDeletion']);
  await rcs.gone('simpletest.rc', 120);
  expect(await pods.items()).toEqual([]);
}

async function twoOwners(t: Trial): Promise<void> {
  const [rcs, pods] = [t.of('v1', 'replicationcontrollers'), t.of('v1', 'pods')];
  const going = await controller(t, 'simpletest-rc-to-be-deleted', MANY, { app: 'going' });
  const staying = await rcs.create({
    metadata: { name: 'simpletest-rc-to-stay' },
    spec: {
      replicas: 0,
      selector: { 'another-key': 'another-value' },
      template: template({ 'another-key': 'another-value' }),
    },
  });
  const all = await pods.items();
  for (const p of all.slice(0, MANY / 2)) {
    const { name, uid } = staying.metadata;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ReplicationController', name, uid }];
    await pods.patch(p.metadata.name, 'strategic', { metadata: { ownerReferences } });
  }
  const options = { propagationPolicy: 'Foreground', preconditions: { uid: going.metadata.uid } };
  await rcs.remove(going.metadata.name, options);
  await rcs.gone(going.metadata.name, 180);
  const left = await pods.items();
  expect(left).toHaveLength(MANY / 2);
  for (const p of left) {
    expect(p.metadata.deletionTimestamp).toBeUndefined();
    expect(p.metadata.ownerReferences.map((r: Loose) => r.uid)).toEqual([staying.metadata.uid]);
  }
}

async function circle(t: Trial): Promise<void> {
  const pods = t.of('v1', 'pods');
  const made = [];
  for (const name of ['pod1', 'pod2', 'pod3']) made.push(await pods.create(pod(name)));
  for (const [i, p] of made.entries()) {
    const { name, uid } = made[(i + 2) % 3].metadata;
    const reference = { apiVersion: 'v1', kind: 'Pod', name, uid, controller: true, blockOwnerDeletion: true };
    await pods.patch(p.metadata.name, 'strategic', { metadata: { ownerReferences: [reference] } });
  }
  await pods.remove('pod1', { propagationPolicy: 'Foreground' });
  await t.until('no pods', async () => (await pods.items()).length === 0, 90);
}

export const GARBAGE: readonly Spec[] = [
  { title: `${GC} delete pods created by rc when not orphaning [Conformance]`, run: podsGoWithController },
  { title: `${GC} orphan pods created by rc if delete options say so [Serial] [Conformance]`, run: podsAreOrphaned },
  { title: `${GC} delete RS created by deployment when not orphaning [Conformance]`, run: setsGoWithDeployment },
  {
    title: `${GC} orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan [Conformance]`,
    run: setsAreOrphaned,
  },
  {
    title: `${GC} keep the rc around until all its pods are deleted if the deleteOptions says so [Serial] [Conformance]`,
    run: foreground,
  },
  {
    title: `${GC} not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted [Serial] [Conformance]`,
    run: twoOwners,
  },
  { title: `${GC} not be blocked by dependency circle [Conformance]`, run: circle },
];
