// Jobs, CronJobs and PodDisruptionBudgets.
import { expect } from 'vitest';
import { controllerOf, pod, readyPods, running, template } from './pods.ts';
import { type Loose, type Resource, refused, type Spec, type Trial } from './trial.ts';

const jobs = (t: Trial): Resource => t.of('batch/v1', 'jobs');

async function job(t: Trial, name: string): Promise<Loose> {
  const spec = {
    parallelism: 2,
    completions: 4,
    backoffLimit: 6,
    template: template({ job: name }, { restartPolicy: 'Never' }),
  };
  const made = await jobs(t).create({ metadata: { name }, spec });
  await readyPods(t, { job: name }, 2);
  return made;
}

async function adoption(t: Trial): Promise<void> {
  const made = await job(t, 'adopt-release');
  const pods = t.of('v1', 'pods');
  const [first] = await pods.items({ labelSelector: 'job=adopt-release' });
  const { name } = first.metadata;
  await pods.change(name, (p) => {
    p.metadata.ownerReferences = null;
  });
  await pods.until(name, 'to be adopted again', (p) => controllerOf(p)?.uid === made.metadata.uid, 600);
  await pods.change(name, (p) => {
    p.metadata.labels = null;
  });
  await pods.until(name, 'to be released', (p) => controllerOf(p) === undefined, 600);
}

async function jobStatus(t: Trial): Promise<void> {
  const made = await job(t, 'suspend-false-to-true');
  const { name, uid } = made.metadata;
  const custom = (lastTransitionTime: string): Loose => ({
    type: 'CustomConditionType',
    status: 'True',
    lastTransitionTime,
  });
  const found = (j: Loose): Loose => j.status.conditions.find((c: Loose) => c.type === 'CustomConditionType');
  const one = custom('2026-01-01T00:00:00Z');
  const body = {
    metadata: { annotations: { patchedstatus: 'true' } },
    status: { conditions: [{ lastProbeTime: null, ...one }] },
  };
  const patched = await jobs(t).patch(name, 'merge', body, 'status');
  expect(found(patched)).toMatchObject(one);
  expect(patched.metadata.annotations).toMatchObject({ patchedstatus: 'true' });
  const two = custom('2026-01-01T00:00:10Z');
  const updated = await jobs(t).change(name, (j) => Object.assign(found(j), two), 'status');
  expect(found(updated)).toMatchObject(two);
  expect((await jobs(t).get(name, 'status')).metadata.uid).toBe(uid);
}

async function deleted(t: Trial): Promise<void> {
  await job(t, 'foo');
  await jobs(t).remove('foo', { propagationPolicy: 'Foreground' });
  await jobs(t).gone('foo', 120);
  const pods = await t.of('v1', 'pods').items({ labelSelector: 'job=foo' });
  expect(pods).toEqual([]);
}

/** The CronJob's first Job never ends: no other one is started beside it. */
async function forbidden(t: Trial): Promise<void> {
  const spec = {
    schedule: '*/1 * * * ?',
    concurrencyPolicy: 'Forbid',
    jobTemplate: {
      spec: { parallelism: 1, completions: 1, template: template({ cron: 'forbid' }, { restartPolicy: 'OnFailure' }) },
    },
  };
  const crons = t.of('batch/v1', 'cronjobs');
  await crons.create({ metadata: { name: 'forbid' }, spec });
  const first = await crons.until('forbid', 'to start a Job', (c) => (c.status.active ?? []).length === 1, 90);
  expect(await jobs(t).items()).toHaveLength(1);
  await t.pause(150);
  const later = await crons.get('forbid');
  expect(later.status.active).toEqual(first.status.active);
  expect(await jobs(t).items()).toHaveLength(1);
  await crons.remove('forbid', { propagationPolicy: 'Background' });
}

const BUDGETED = { foo: 'bar' };
const budgets = (t: Trial): Resource => t.of('policy/v1', 'poddisruptionbudgets');

async function budget(
  t: Trial,
  name: string,
  minAvailable: number | string,
  labels: object = BUDGETED,
): Promise<Loose> {
  const spec = { minAvailable, selector: { matchLabels: BUDGETED } };
  await budgets(t).create({ metadata: { name, labels }, spec });
  return budgets(t).until(name, 'to be processed', (b) => b.status?.observedGeneration >= b.metadata.generation);
}

async function runningPods(t: Trial, count: number): Promise<Loose[]> {
  const pods = t.of('v1', 'pods');
  for (let i = 0; i < count; i++) {
    await pods.create(pod(`pod-${i}`, { metadata: { labels: BUDGETED }, spec: { restartPolicy: 'Always' } }));
    await running(pods, `pod-${i}`);
  }
  return readyPods(t, BUDGETED, count);
}

async function budgetCrud(t: Trial): Promise<void> {
  await budget(t, 'foo', '1%');
  await budgets(t).change('foo', (b) => {
    b.spec.minAvailable = '2%';
  });
  await budgets(t).until('foo', 'to be processed', (b) => b.status.observedGeneration === b.metadata.generation);
  await budgets(t).patch('foo', 'strategic', { spec: { minAvailable: '3%' } });
  const seen = await budgets(t).until(
    'foo',
    'to be processed',
    (b) => b.status.observedGeneration === b.metadata.generation,
  );
  expect(seen.spec.minAvailable).toBe('3%');
  await budgets(t).remove('foo');
  await budgets(t).gone('foo');
}

async function observed(t: Trial): Promise<void> {
  await budget(t, 'foo', 1);
  await runningPods(t, 3);
  await budgets(t).until('foo', 'to allow a disruption', (b) => b.status.disruptionsAllowed > 0);
}

async function budgetStatus(t: Trial): Promise<void> {
  await budget(t, 'foo', 1);
  const [first] = await runningPods(t, 1);
  const { name } = first.metadata;
  const when = new Date(t.server.now() * 1000).toISOString().replace(/\.\d+Z/, 'Z');
  await budgets(t).change(
    'foo',
    (b) => {
      b.status.disruptedPods = { [name]: when };
    },
    'status',
  );
  expect(Object.keys((await budgets(t).get('foo', 'status')).status.disruptedPods)).toContain(name);
  // Patches that name a version conflict with the controller's writes, and are sent again.
  const patched = await t.until('a patch without conflict', async () => {
    const { resourceVersion } = (await budgets(t).get('foo')).metadata;
    const body = { metadata: { resourceVersion }, status: { disruptedPods: null } };
    return budgets(t)
      .patch('foo', 'merge', body, 'status')
      .catch(() => undefined);
  });
  expect(patched.status.disruptedPods).toBeUndefined();
}

async function evict(t: Trial, name: string): Promise<unknown> {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: t.ns } };
  return t.of('v1', 'pods').createSub(name, 'eviction', body);
}

async function blocked(t: Trial): Promise<void> {
  await budget(t, 'foo', 3);
  const [first] = await runningPods(t, 3);
  const { name } = first.metadata;
  const status = await refused(evict(t, name), 429, 'TooManyRequests');
  expect(status.details.causes[0].reason).toBe('DisruptionBudget');
  await budgets(t).change('foo', (b) => {
    b.spec.minAvailable = 2;
  });
  await budgets(t).until('foo', 'to be processed', (b) => b.status.observedGeneration === b.metadata.generation);
  await t.until(
    'the eviction',
    async () =>
      await evict(t, name).then(
        () => true,
        () => false,
      ),
    60,
  );
  await budgets(t).patch('foo', 'strategic', { spec: { minAvailable: 3 } });
  await budgets(t).until(
    'foo',
    'to forbid disruptions',
    (b) => b.status.disruptionsAllowed === 0 && b.spec.minAvailable === 3,
  );
  const [other] = (await t.of('v1', 'pods').items()).filter((p) => p.metadata.deletionTimestamp === undefined);
  await refused(evict(t, other.metadata.name), 429, 'TooManyRequests');
  await budgets(t).remove('foo');
  await t.until(
    'the eviction',
    async () =>
      await evict(t, other.metadata.name).then(
        () => true,
        () => false,
      ),
    60,
  );
}

async function budgetCollection(t: Trial): Promise<void> {
  const special = { disruption: t.ns };
  const labelSelector = `disruption=${t.ns}`;
  await budget(t, 'foo', '1%', special);
  await budget(t, 'foo2', '2%', special);
  expect(await t.of('policy/v1', 'poddisruptionbudgets', '').items({ labelSelector })).toHaveLength(2);
  await budgets(t).removeAll({ labelSelector });
  await t.until('the collection to be gone', async () => (await budgets(t).items({ labelSelector })).length === 0);
}

const DISRUPTION = '[sig-apps] DisruptionController';

export const BATCH: readonly Spec[] = [
  { title: '[sig-apps] Job should adopt matching orphans and release non-matching pods [Conformance]', run: adoption },
  { title: '[sig-apps] Job should apply changes to a job status [Conformance]', run: jobStatus },
  { title: '[sig-apps] Job should delete a job [Conformance]', run: deleted },
  {
    title: '[sig-apps] CronJob should not schedule new jobs when ForbidConcurrent [Slow] [Conformance]',
    run: forbidden,
  },
  { title: `${DISRUPTION} should create a PodDisruptionBudget [Conformance]`, run: budgetCrud },
  { title: `${DISRUPTION} should observe PodDisruptionBudget status updated [Conformance]`, run: observed },
  { title: `${DISRUPTION} should update/patch PodDisruptionBudget status [Conformance]`, run: budgetStatus },
  { title: `${DISRUPTION} should block an eviction until the PDB is updated to allow it [Conformance]`, run: blocked },
  {
    title: `${DISRUPTION} Listing PodDisruptionBudgets for all namespaces should list and delete a collection of PodDisruptionBudgets [Conformance]`,
    run: budgetCollection,
  },
];
