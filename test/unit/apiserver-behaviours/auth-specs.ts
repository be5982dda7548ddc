// ServiceAccounts and their tokens, questions of access, Events.
import { expect } from 'vitest';
import { pod } from './pods.ts';
import type { Loose, Resource, Spec, Trial } from './trial.ts';

const accounts = (t: Trial): Resource => t.of('v1', 'serviceaccounts');

async function optOut(t: Trial): Promise<void> {
  await accounts(t).create({ metadata: { name: 'mount' }, automountServiceAccountToken: true });
  await accounts(t).create({ metadata: { name: 'nomount' }, automountServiceAccountToken: false });
  const cases: readonly (readonly [account: string, pod: boolean | undefined, mounted: boolean])[] = [
    ['default', undefined, true],
    ['default', true, true],
    ['default', false, false],
    ['mount', undefined, true],
    ['mount', true, true],
    ['mount', false, false],
    ['nomount', undefined, false],
    ['nomount', true, true],
    ['nomount', false, false],
  ];
  for (const [i, [serviceAccountName, wanted, mounted]] of cases.entries()) {
    const spec = {
      serviceAccountName,
      restartPolicy: 'Never',
      ...(wanted === undefined ? {} : { automountServiceAccountToken: wanted }),
    };
    const made = await t.of('v1', 'pods').create(pod(`pod-${i}`, { spec }));
    const paths = (made.spec.containers[0].volumeMounts ?? []).map((m: Loose) => m.mountPath);
    expect(paths.includes('/var/run/secrets/kubernetes.io/serviceaccount')).toBe(mounted);
  }
}

async function token(t: Trial): Promise<void> {
  await accounts(t).create({ metadata: { name: 'e2e-sa' } });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [] } };
  const made = await accounts(t).createSub('e2e-sa', 'token', request);
  expect(made.status.token).not.toBe('');
  const review = await t
    .of('authentication.k8s.io/v1', 'tokenreviews')
    .create({ metadata: {}, spec: { token: made.status.token } });
  expect(review.status.error).toBeUndefined();
  expect(review.status.authenticated).toBe(true);
  expect(review.status.user.username).toBe(`system:serviceaccount:${t.ns}:e2e-sa`);
}

async function rootCertificate(t: Trial): Promise<void> {
  const maps = t.of('v1', 'configmaps');
  const name = 'kube-root-ca.crt';
  const { uid } = (await maps.get(name)).metadata;
  await maps.remove(name);
  await t.until('it to be made again', async () => {
    const { code, body } = await t.reply({ method: 'GET', path: `${maps.path}/${name}` });
    return code === 200 && body.metadata.uid !== uid;
  });
  await maps.change(name, (m) => {
    m.data = { 'ca.crt': '' };
  });
  await maps.until(name, 'to be put right', (m) => m.data['ca.crt'] !== '');
}

async function accountLifecycle(t: Trial): Promise<void> {
  const labels = { 'test-serviceaccount-static': 'true' };
  const labelSelector = 'test-serviceaccount-static=true';
  const watch = await accounts(t).watch({ labelSelector });
  await accounts(t).create({ metadata: { name: 'testserviceaccount', labels } });
  await t.event(watch, 'ADDED');
  await accounts(t).patch('testserviceaccount', 'strategic', { automountServiceAccountToken: false });
  await t.event(watch, 'MODIFIED', (a) => a.automountServiceAccountToken === false);
  expect(await t.of('v1', 'serviceaccounts', '').items({ labelSelector })).toHaveLength(1);
  await accounts(t).removeAll({ labelSelector });
  await t.event(watch, 'DELETED');
}

async function accountUpdate(t: Trial): Promise<void> {
  await accounts(t).create({ metadata: { name: 'e2e-sa' } });
  const updated = await accounts(t).change('e2e-sa', (a) => {
    a.automountServiceAccountToken = true;
  });
  expect(updated.automountServiceAccountToken).toBe(true);
}

async function access(t: Trial): Promise<void> {
  const { metadata } = await accounts(t).create({ metadata: { name: 'e2e' } });
  const user = `system:serviceaccount:${t.ns}:${metadata.name}`;
  const resourceAttributes = { namespace: t.ns, verb: 'list', resource: 'configmaps', version: 'v1' };
  const api = 'authorization.k8s.io/v1';
  const spec = { user, uid: metadata.uid, resourceAttributes };
  const before = await t.of(api, 'subjectaccessreviews').create({ metadata: {}, spec });
  expect(before.status.allowed).toBe(false);
  const local = await t.of(api, 'localsubjectaccessreviews').create({ metadata: { namespace: t.ns }, spec });
  expect(local.status.allowed).toBe(false);
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
  const subjects = [{ kind: 'ServiceAccount', name: 'e2e', namespace: t.ns }];
  await t.of('rbac.authorization.k8s.io/v1', 'rolebindings').create({ metadata: { name: 'e2e' }, roleRef, subjects });
  const after = await t.of(api, 'subjectaccessreviews').create({ metadata: {}, spec });
  expect(after.status.allowed).toBe(true);
}

const coreEvent = (t: Trial, name: string, labels: object): Loose => ({
  metadata: { name, labels },
  message: 'This is a test event',
  reason: 'Test',
  type: 'Normal',
  count: 1,
  involvedObject: { namespace: t.ns },
});

async function coreLifecycle(t: Trial): Promise<void> {
  const events = t.of('v1', 'events');
  const labels = { 'testevent-constant': 'true' };
  const labelSelector = 'testevent-constant=true';
  await events.create(coreEvent(t, 'event-test', labels));
  const items = await t.of('v1', 'events', '').items({ labelSelector });
  expect(items.filter((e) => e.metadata.namespace === t.ns)).toHaveLength(1);
  await events.patch('event-test', 'strategic', { message: 'This is a test event - patched' });
  const got = await events.get('event-test');
  expect(got.message).toBe('This is a test event - patched');
  const series = { count: 100, lastObservedTime: '2026-01-01T00:00:00.000000Z' };
  await events.change('event-test', (e) => {
    e.series = series;
  });
  expect((await events.get('event-test')).series).toEqual(series);
  await events.remove('event-test');
  expect(await events.items({ labelSelector })).toEqual([]);
}

async function coreCollection(t: Trial): Promise<void> {
  const events = t.of('v1', 'events');
  const labels = { 'testevent-set': t.ns };
  const labelSelector = `testevent-set=${t.ns}`;
  for (const i of [1, 2, 3]) await events.create(coreEvent(t, `test-event-${i}`, labels));
  expect(await events.items({ labelSelector })).toHaveLength(3);
  await events.removeAll({ labelSelector });
  await t.until('none to be left', async () => (await events.items({ labelSelector })).length === 0);
}

const newEvent = (t: Trial, name: string, labels: object): Loose => ({
  metadata: { name, labels },
  regarding: { kind: 'Pod', name: 'some-pod', namespace: t.ns },
  eventTime: '2026-01-01T00:00:00.000000Z',
  note: 'This is a test event',
  action: 'Do',
  reason: 'Test',
  type: 'Normal',
  reportingController: 'test-controller',
  reportingInstance: 'test-node',
});

async function newLifecycle(t: Trial): Promise<void> {
  const events = t.of('events.k8s.io/v1', 'events');
  const labels = { 'testevent-constant': 'true' };
  await events.create(newEvent(t, 'event-test', labels));
  const all = await t
    .of('events.k8s.io/v1', 'events', '')
    .items({ fieldSelector: 'reportingController=test-controller' });
  expect(all.filter((e) => e.metadata.namespace === t.ns)).toHaveLength(1);
  const first = await events.get('event-test');
  expect(first).toMatchObject(newEvent(t, 'event-test', labels));
  const series = { count: 2, lastObservedTime: '2026-01-01T00:00:05.000000Z' };
  expect((await events.patch('event-test', 'strategic', { series })).series).toEqual(series);
  const next = { count: 100, lastObservedTime: '2026-01-01T00:01:05.000000Z' };
  await events.change('event-test', (e) => {
    e.series = next;
  });
  expect((await events.get('event-test')).series).toEqual(next);
  await events.remove('event-test');
  expect(await events.items({ fieldSelector: 'reportingController=test-controller' })).toEqual([]);
}

async function newCollection(t: Trial): Promise<void> {
  const events = t.of('events.k8s.io/v1', 'events');
  const labels = { 'testevent-set': 'true' };
  for (const i of [1, 2, 3]) await events.create(newEvent(t, `test-event-${i}`, labels));
  expect(await events.items({ labelSelector: 'testevent-set=true' })).toHaveLength(3);
  await events.removeAll({ labelSelector: 'testevent-set=true' });
  await t.until(
    'none to be left',
    async () => (await events.items({ labelSelector: 'testevent-set=true' })).length === 0,
  );
}

const ACCOUNTS = '[sig-auth] ServiceAccounts should';

export const AUTH: readonly Spec[] = [
  { title: `${ACCOUNTS} allow opting out of API token automount [Conformance]`, run: optOut },
  { title: `${ACCOUNTS} create a serviceAccountToken and ensure a successful TokenReview [Conformance]`, run: token },
  { title: `${ACCOUNTS} guarantee kube-root-ca.crt exist in any namespace [Conformance]`, run: rootCertificate },
  { title: `${ACCOUNTS} run through the lifecycle of a ServiceAccount [Conformance]`, run: accountLifecycle },
  { title: `${ACCOUNTS} update a ServiceAccount [Conformance]`, run: accountUpdate },
  { title: '[sig-auth] SubjectReview should support SubjectReview API operations [Conformance]', run: access },
];

export const EVENTS: readonly Spec[] = [
  { title: '[sig-instrumentation] Events should manage the lifecycle of an event [Conformance]', run: coreLifecycle },
  { title: '[sig-instrumentation] Events should delete a collection of events [Conformance]', run: coreCollection },
  {
    title:
      '[sig-instrumentation] Events API should ensure that an event can be fetched, patched, deleted, and listed [Conformance]',
    run: newLifecycle,
  },
  { title: '[sig-instrumentation] Events API should delete a collection of events [Conformance]', run: newCollection },
];
