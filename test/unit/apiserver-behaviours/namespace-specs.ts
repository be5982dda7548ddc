// Namespaces, and in which order they are emptied.
import { expect } from 'vitest';
import { condition, pod, running } from './pods.ts';
import { begin, type Loose, refused, type Spec, type Trial } from './trial.ts';

const NAMESPACES = '[sig-api-machinery] Namespaces [Serial] should';

/** Another namespace, deleted and waited for while `fill` put something in, then made again and found empty. */
async function emptied(t: Trial, fill: (inner: Trial) => Promise<string>): Promise<void> {
  const name = `nsdeletetest-${t.ns}`;
  const namespaces = t.of('v1', 'namespaces');
  const inner = await begin(t.server, name);
  t.cleanup(() => namespaces.remove(name));
  const path = await fill(inner);
  await namespaces.remove(name);
  await namespaces.gone(name, 90);
  await begin(t.server, name);
  await refused(t.get(path), 404, 'NotFound');
}

const pods = (t: Trial): Promise<void> =>
  emptied(t, async (inner) => {
    await inner.of('v1', 'pods').create(pod('test-pod', { spec: { terminationGracePeriodSeconds: 30 } }));
    await running(inner.of('v1', 'pods'), 'test-pod');
    return `/api/v1/namespaces/${inner.ns}/pods/test-pod`;
  });

const services = (t: Trial): Promise<void> =>
  emptied(t, async (inner) => {
    const spec = { selector: { foo: 'bar' }, ports: [{ port: 80, targetPort: 80 }] };
    await inner.of('v1', 'services').create({ metadata: { name: 'test-service' }, spec });
    return `/api/v1/namespaces/${inner.ns}/services/test-service`;
  });

async function patched(t: Trial): Promise<void> {
  const namespaces = t.of('v1', 'namespaces');
  await namespaces.patch(t.ns, 'strategic', { metadata: { labels: { testLabel: 'testValue' } } });
  expect((await namespaces.get(t.ns)).metadata.labels).toMatchObject({ testLabel: 'testValue' });
}

async function updated(t: Trial): Promise<void> {
  const done = await t.of('v1', 'namespaces').change(t.ns, (x) => {
    x.metadata.labels[t.ns] = 'updated';
  });
  expect(done.metadata.labels).toMatchObject({ [t.ns]: 'updated' });
}

async function status(t: Trial): Promise<void> {
  const namespaces = t.of('v1', 'namespaces');
  expect((await namespaces.get(t.ns, 'status')).status.phase).toBe('Active');
  const patch = { type: 'StatusPatch', status: 'True', reason: 'E2E', message: 'Patched by an e2e test' };
  const body = { metadata: { annotations: { 'e2e-patched-ns-status': t.ns } }, status: { conditions: [patch] } };
  const one = await namespaces.patch(t.ns, 'merge', body, 'status');
  expect(one.metadata.annotations).toMatchObject({ 'e2e-patched-ns-status': t.ns });
  expect(one.status.conditions.at(-1)).toMatchObject(patch);
  const update = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Updated by an e2e test' };
  const two = await namespaces.change(t.ns, (x) => void x.status.conditions.push(update), 'status');
  expect(two.status.conditions.map((c: Loose) => c.type)).toEqual(['StatusPatch', 'StatusUpdate']);
}

async function finalizer(t: Trial): Promise<void> {
  const namespaces = t.of('v1', 'namespaces');
  const name = `e2e-ns-${t.ns}`;
  await namespaces.create({ metadata: { name } });
  t.cleanup(() => namespaces.remove(name));
  const added = await namespaces.change(
    name,
    (x) => void x.spec.finalizers.push('e2e.example.com/fakeFinalizer'),
    'finalize',
  );
  expect(added.spec.finalizers).toEqual(['kubernetes', 'e2e.example.com/fakeFinalizer']);
  const less = await namespaces.change(name, (x) => void x.spec.finalizers.pop(), 'finalize');
  expect(less.spec.finalizers).toEqual(['kubernetes']);
}

async function podsFirst(t: Trial): Promise<void> {
  const namespaces = t.of('v1', 'namespaces');
  const inner = await begin(t.server, `ordered-${t.ns}`);
  const [all, maps] = [inner.of('v1', 'pods'), inner.of('v1', 'configmaps')];
  await all.create(pod('test-pod', { metadata: { finalizers: ['e2e.example.com/finalizer'] } }));
  await running(all, 'test-pod');
  await maps.create({ metadata: { name: 'test-configmap' }, data: { key: 'value' } });
  await namespaces.remove(inner.ns);
  await namespaces.until(
    inner.ns,
    'to say what is left',
    (ns) => ns.status.phase === 'Terminating' && condition(ns, 'NamespaceDeletionContentFailure') !== undefined,
  );
  await maps.get('test-configmap');
  expect((await all.get('test-pod')).metadata.deletionTimestamp).toBeDefined();
  await all.change('test-pod', (p) => {
    p.metadata.finalizers = [];
  });
  await all.gone('test-pod');
  await namespaces.gone(inner.ns, 300);
}

export const NAMESPACE: readonly Spec[] = [
  { title: `${NAMESPACES} ensure that all pods are removed when a namespace is deleted [Conformance]`, run: pods },
  {
    title: `${NAMESPACES} ensure that all services are removed when a namespace is deleted [Conformance]`,
    run: services,
  },
  { title: `${NAMESPACES} patch a Namespace [Conformance]`, run: patched },
  { title: `${NAMESPACES} apply an update to a Namespace [Conformance]`, run: updated },
  { title: `${NAMESPACES} apply changes to a namespace status [Conformance]`, run: status },
  { title: `${NAMESPACES} apply a finalizer to a Namespace [Conformance]`, run: finalizer },
  {
    title: '[sig-api-machinery] OrderedNamespaceDeletion namespace deletion should delete pod first [Conformance]',
    run: podsFirst,
  },
];
