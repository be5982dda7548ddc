// Pods: their life, their status, their class, their runtime; and where they are scheduled.
import { expect } from 'vitest';
import { condition, isReady, pod, readyPods, running } from './pods.ts';
import { type Loose, type Resource, refused, type Spec, type Trial } from './trial.ts';

const pods = (t: Trial): Resource => t.of('v1', 'pods');

async function generation(t: Trial): Promise<void> {
  const made = await pods(t).create(
    pod('generation', { metadata: { generation: 100 }, spec: { terminationGracePeriodSeconds: 30 } }),
  );
  expect(made.metadata.generation).toBe(1);
  await running(pods(t), 'generation');
  const path = `${pods(t).path}/generation`;
  const last = await t.ask({ method: 'DELETE', path, query: { gracePeriodSeconds: '30' } });
  expect(last.metadata.generation).toBe(2);
  expect(last.metadata.deletionTimestamp).toBeDefined();
  expect(last.spec.terminationGracePeriodSeconds).toBe(30);
  await pods(t).gone('generation', 90);
}

async function quality(t: Trial): Promise<void> {
  const amounts = { cpu: '100m', memory: '100Mi' };
  await pods(t).create(pod('qos', { resources: { limits: amounts, requests: amounts } }));
  expect((await pods(t).get('qos')).status.qosClass).toBe('Guaranteed');
}

async function deadline(t: Trial): Promise<void> {
  await pods(t).create(pod('deadline', { spec: { activeDeadlineSeconds: 3600 } }));
  await running(pods(t), 'deadline');
  await pods(t).change('deadline', (p) => {
    p.spec.activeDeadlineSeconds = 5;
  });
  const ended = await pods(t).until('deadline', 'to be ended', (p) => p.status.phase === 'Failed', 30);
  expect(ended.status.reason).toBe('DeadlineExceeded');
}

async function submitted(t: Trial): Promise<void> {
  const labels = { time: t.ns };
  const labelSelector = `time=${t.ns}`;
  expect(await pods(t).items({ labelSelector })).toEqual([]);
  const watch = await pods(t).watch({ labelSelector });
  await pods(t).create(pod('submit-remove', { metadata: { labels }, spec: { terminationGracePeriodSeconds: 30 } }));
  expect(await pods(t).items({ labelSelector })).toHaveLength(1);
  await t.event(watch, 'ADDED');
  await running(pods(t), 'submit-remove');
  await pods(t).remove('submit-remove', { gracePeriodSeconds: 30 });
  const last = await t.event(watch, 'DELETED');
  expect(last.metadata.deletionTimestamp).toBeDefined();
  expect(last.spec.terminationGracePeriodSeconds).not.toBe(0);
  expect(await pods(t).items({ labelSelector })).toEqual([]);
}

async function updated(t: Trial): Promise<void> {
  await pods(t).create(pod('update', { metadata: { labels: { name: 'foo', time: 'before' } } }));
  await running(pods(t), 'update');
  await pods(t).change('update', (p) => {
    p.metadata.labels.time = 'after';
  });
  expect((await pods(t).items({ labelSelector: 'time=after' })).map((p) => p.metadata.name)).toEqual(['update']);
}

async function collection(t: Trial): Promise<void> {
  const labels = { type: 'Testing' };
  for (const i of [1, 2, 3])
    await pods(t).create(pod(`test-pod-${i}`, { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1 } }));
  await readyPods(t, labels, 3);
  await pods(t).removeAll({ labelSelector: 'type=Testing' });
  await t.until(
    'none to be left',
    async () => (await pods(t).items({ labelSelector: 'type=Testing' })).length === 0,
    90,
  );
}

async function hostIP(t: Trial): Promise<void> {
  await pods(t).create(pod('hostip'));
  const { status } = await pods(t).until('hostip', 'to have an address', (p) => p.status.hostIP !== undefined);
  expect(status.hostIPs[0].ip).toBe(status.hostIP);
}

async function patchedStatus(t: Trial): Promise<void> {
  await pods(t).create(pod('patch-status'));
  await running(pods(t), 'patch-status');
  const patch = { status: { message: 'Patched by e2e test', reason: 'E2E' } };
  const done = await pods(t).patch('patch-status', 'strategic', patch, 'status');
  expect(done.status).toMatchObject(patch.status);
}

async function lifecycle(t: Trial): Promise<void> {
  const labels = { 'test-pod-static': 'true' };
  const labelSelector = 'test-pod-static=true';
  const watch = await pods(t).watch({ labelSelector });
  await pods(t).create(pod('pod-test', { metadata: { labels } }));
  await t.event(watch, 'ADDED');
  await t.event(watch, 'MODIFIED', (p) => p.status.phase === 'Running');
  const patch = {
    metadata: { labels: { 'test-pod': 'patched' } },
    spec: { containers: [{ name: 'c', image: 'agnhost' }] },
  };
  await pods(t).patch('pod-test', 'strategic', patch);
  await t.event(watch, 'MODIFIED', (p) => p.metadata.labels['test-pod'] === 'patched');
  const got = await pods(t).get('pod-test');
  expect(got).toMatchObject({
    metadata: { labels: { 'test-pod': 'patched' } },
    spec: { containers: [{ image: 'agnhost' }] },
  });
  const status = await pods(t).get('pod-test', 'status');
  const conditions = status.status.conditions.map((c: Loose) => (c.type === 'Ready' ? { ...c, status: 'False' } : c));
  const { resourceVersion: _, ...metadata } = status.metadata;
  const written = await pods(t).update({ ...status, metadata, status: { ...status.status, conditions } }, 'status');
  expect(condition(written, 'Ready').status).toBe('False');
  await pods(t).removeAll({ labelSelector });
  await t.event(watch, 'DELETED');
}

const classes = (t: Trial): Resource => t.of('node.k8s.io/v1', 'runtimeclasses');
const classed = (name: string): Loose =>
  pod('runtime-class', {
    spec: { runtimeClassName: name, restartPolicy: 'Never', automountServiceAccountToken: false },
  });

async function runtimeClass(t: Trial, more: object): Promise<Loose> {
  const name = `${t.ns}-preconfigured`;
  t.cleanup(() => classes(t).remove(name));
  await classes(t).create({ metadata: { name }, handler: 'test-handler', ...more });
  const made = await t.until('admission to know the class', () =>
    pods(t)
      .create(classed(name))
      .catch(() => undefined),
  );
  return pods(t).until(made.metadata.name, 'to be scheduled', (p) => condition(p, 'PodScheduled')?.status === 'True');
}

async function overhead(t: Trial): Promise<void> {
  const scheduled = await runtimeClass(t, { overhead: { podFixed: { cpu: '10m', memory: '1Mi' } } });
  expect(scheduled.spec.overhead).toEqual({ cpu: '10m', memory: '1Mi' });
}

async function withoutOverhead(t: Trial): Promise<void> {
  expect((await runtimeClass(t, {})).spec.overhead).toBeUndefined();
}

async function unknownClass(t: Trial): Promise<void> {
  await refused(pods(t).create(classed(`${t.ns}-nonexistent`)), 403, 'Forbidden');
}

async function deletedClass(t: Trial): Promise<void> {
  const name = `${t.ns}-delete-me`;
  await classes(t).create({ metadata: { name }, handler: 'runc' });
  await classes(t).remove(name);
  await classes(t).gone(name);
  await refused(pods(t).create(classed(name)), 403, 'Forbidden');
}

const RUNTIME = '[sig-node] RuntimeClass should';

export const PODS: readonly Spec[] = [
  {
    title:
      '[sig-node] Pods Extended (pod generation) Pod Generation custom-set generation on new pods and graceful delete [Conformance]',
    run: generation,
  },
  {
    title:
      '[sig-node] Pods Extended Pods Set QOS Class should be set on Pods with matching resource requests and limits for memory and cpu [Conformance]',
    run: quality,
  },
  {
    title: '[sig-node] Pods should allow activeDeadlineSeconds to be updated [NodeConformance] [Conformance]',
    run: deadline,
  },
  { title: '[sig-node] Pods should be submitted and removed [NodeConformance] [Conformance]', run: submitted },
  { title: '[sig-node] Pods should be updated [NodeConformance] [Conformance]', run: updated },
  { title: '[sig-node] Pods should delete a collection of pods [Conformance]', run: collection },
  { title: '[sig-node] Pods should get a host IP [NodeConformance] [Conformance]', run: hostIP },
  { title: '[sig-node] Pods should patch a pod status [Conformance]', run: patchedStatus },
  { title: '[sig-node] Pods should run through the lifecycle of Pods and PodStatus [Conformance]', run: lifecycle },
  {
    title: `${RUNTIME} reject a Pod requesting a non-existent RuntimeClass [NodeConformance] [Conformance]`,
    run: unknownClass,
  },
  {
    title: `${RUNTIME} reject a Pod requesting a deleted RuntimeClass [NodeConformance] [Conformance]`,
    run: deletedClass,
  },
  {
    title: `${RUNTIME} schedule a Pod requesting a RuntimeClass and initialize its Overhead [NodeConformance] [Conformance]`,
    run: overhead,
  },
  {
    title: `${RUNTIME} schedule a Pod requesting a RuntimeClass without PodOverhead [NodeConformance] [Conformance]`,
    run: withoutOverhead,
  },
];

/** An Event of the scheduler's about the pod. */
async function unschedulable(t: Trial, name: string): Promise<void> {
  await t.until('FailedScheduling', async () => {
    const events = await t.of('v1', 'events').items({ fieldSelector: `involvedObject.name=${name}` });
    return events.some((e) => e.reason === 'FailedScheduling' && e.type === 'Warning');
  });
  expect((await pods(t).get(name)).spec.nodeName).toBeUndefined();
}

async function limits(t: Trial): Promise<void> {
  const nodes = await t.of('v1', 'nodes').items();
  // Each node is filled to seven tenths of what it can give, then a pod that wants half of a node finds none.
  for (const [i, n] of nodes.entries()) {
    expect(n.status.allocatable.cpu).toBe('1');
    const spec = { nodeSelector: { 'kubernetes.io/hostname': n.metadata.name } };
    await pods(t).create(
      pod(`filler-${i}`, { spec, resources: { requests: { cpu: '700m' }, limits: { cpu: '700m' } } }),
    );
    await running(pods(t), `filler-${i}`);
  }
  await pods(t).create(pod('additional-pod', { resources: { requests: { cpu: '500m' }, limits: { cpu: '500m' } } }));
  await unschedulable(t, 'additional-pod');
}

async function selectorMatches(t: Trial): Promise<void> {
  const nodes = t.of('v1', 'nodes');
  const key = `kubernetes.io/e2e-${t.ns}`;
  await nodes.patch('node-3', 'strategic', { metadata: { labels: { [key]: '42' } } });
  t.cleanup(() => nodes.patch('node-3', 'strategic', { metadata: { labels: { [key]: null } } }));
  await pods(t).create(pod('with-labels', { spec: { nodeSelector: { [key]: '42' } } }));
  await running(pods(t), 'with-labels');
  expect((await pods(t).get('with-labels')).spec.nodeName).toBe('node-3');
}

async function selectorDoesNot(t: Trial): Promise<void> {
  await pods(t).create(pod('restricted-pod', { spec: { nodeSelector: { label: 'nonempty' } } }));
  await unschedulable(t, 'restricted-pod');
}

async function untainted(t: Trial): Promise<void> {
  const nodes = await t.of('v1', 'nodes').items({ fieldSelector: 'spec.unschedulable=false' });
  const open = nodes.filter(
    (n) => isReady(n) && (n.spec.taints ?? []).every((x: Loose) => x.effect === 'PreferNoSchedule'),
  );
  expect(open.length).toBeGreaterThanOrEqual(2);
}

const AMOUNTS = {
  min: { cpu: '50m', memory: '100Mi', 'ephemeral-storage': '100Gi' },
  max: { cpu: '500m', memory: '500Mi', 'ephemeral-storage': '500Gi' },
  default: { cpu: '500m', memory: '500Mi', 'ephemeral-storage': '500Gi' },
  defaultRequest: { cpu: '100m', memory: '200Mi', 'ephemeral-storage': '200Gi' },
};

async function limitRange(t: Trial): Promise<void> {
  const ranges = t.of('v1', 'limitranges');
  const watch = await ranges.watch({ labelSelector: `time=${t.ns}` });
  await ranges.create({
    metadata: { name: 'limit-range', labels: { time: t.ns } },
    spec: { limits: [{ type: 'Container', ...AMOUNTS }] },
  });
  await t.event(watch, 'ADDED');
  expect((await ranges.get('limit-range')).spec.limits[0]).toMatchObject(AMOUNTS);
  const resources = (name: string): Promise<Loose> =>
    pods(t)
      .get(name)
      .then((p) => p.spec.containers[0].resources);
  await pods(t).create(pod('pod-no-resources'));
  expect(await resources('pod-no-resources')).toEqual({ requests: AMOUNTS.defaultRequest, limits: AMOUNTS.default });
  const partial = { requests: { cpu: '300m', memory: '150Mi' }, limits: { cpu: '300m' } };
  await pods(t).create(pod('pod-partial-resources', { resources: partial }));
  expect(await resources('pod-partial-resources')).toEqual({
    requests: { ...AMOUNTS.defaultRequest, ...partial.requests },
    limits: { ...AMOUNTS.default, ...partial.limits },
  });
  const small = pod('pfpod', { resources: { requests: { cpu: '10m', memory: '50Mi' } } });
  const large = pod('pfpod', {
    resources: { requests: { cpu: '600m', memory: '600Mi' }, limits: { cpu: '600m', memory: '600Mi' } },
  });
  await refused(pods(t).create(small), 403, 'Forbidden');
  await refused(pods(t).create(large), 403, 'Forbidden');
  const min = { cpu: '9m', memory: '49Mi', 'ephemeral-storage': '49Gi' };
  await ranges.change('limit-range', (r) => {
    r.spec.limits[0].min = min;
  });
  expect((await ranges.get('limit-range')).spec.limits[0].min).toEqual(min);
  await pods(t).create({ ...small, metadata: { name: 'small' } });
  await refused(pods(t).create(large), 403, 'Forbidden');
  await ranges.remove('limit-range', { gracePeriodSeconds: 30 });
  await ranges.gone('limit-range');
  await pods(t).create({ ...large, metadata: { name: 'large' } });
}

async function limitRanges(t: Trial): Promise<void> {
  const ranges = t.of('v1', 'limitranges');
  const labels = { 'e2e-test': t.ns };
  const labelSelector = `e2e-test=${t.ns}`;
  const name = 'e2e-limitrange';
  await ranges.create({ metadata: { name, labels }, spec: { limits: [{ type: 'Container', ...AMOUNTS }] } });
  expect(await t.of('v1', 'limitranges', '').items({ labelSelector })).toHaveLength(1);
  const patch = {
    metadata: { labels: { [name]: 'patched' } },
    spec: { limits: [{ type: 'Container', min: { cpu: '9m' } }] },
  };
  const patched = await ranges.patch(name, 'strategic', patch);
  expect(patched.metadata.labels).toMatchObject({ [name]: 'patched' });
  await ranges.removeAll({ labelSelector: `${name}=patched` });
  await t.until('none to be left', async () => (await ranges.items({ labelSelector })).length === 0);
}

const PREDICATES = '[sig-scheduling] SchedulerPredicates [Serial] validates';

export const SCHEDULING: readonly Spec[] = [
  { title: `${PREDICATES} resource limits of pods that are allowed to run [Conformance]`, run: limits },
  { title: `${PREDICATES} that NodeSelector is respected if matching [Conformance]`, run: selectorMatches },
  { title: `${PREDICATES} that NodeSelector is respected if not matching [Conformance]`, run: selectorDoesNot },
  {
    title: '[sig-architecture] Conformance Tests should have at least two untainted nodes [Conformance]',
    run: untainted,
  },
  {
    title:
      '[sig-scheduling] LimitRange should create a LimitRange with defaults and ensure pod has those defaults applied. [Conformance]',
    run: limitRange,
  },
  {
    title: '[sig-scheduling] LimitRange should list, patch and delete a LimitRange by collection [Conformance]',
    run: limitRanges,
  },
];
