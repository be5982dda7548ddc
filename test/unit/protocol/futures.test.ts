// Forks of the real simulator: what was repeated is exactly what was, and only the change makes a difference.
import { describe, expect, test } from 'vitest';
import type { Change, Comparison, Inputs } from '../../../src/protocol/futures.ts';
import type { FromWorker, Method } from '../../../src/protocol/worker.ts';
import { WorkerClient } from '../../../src/protocol/worker-client.ts';
import { WorkerEngine } from '../../../src/protocol/worker-engine.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import type { ObjectRef, Step } from '../../../src/trace/step.ts';
import { inProcessWorker } from '../host/in-process.ts';
import { FakeSimulation, ManualTime } from './simulation.ts';

const SECOND = 1_000_000;
const START = {
  nodes: 2,
  controlPlaneNodes: 1,
  seed: 'fork',
  epochMs: Date.UTC(2026, 0, 1),
  speed: 1,
  running: true,
  settled: true,
};
const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'nginx:1.27'}]}
`;
const DEPLOYMENT: ObjectRef = {
  group: 'apps',
  resource: 'deployments',
  kind: 'Deployment',
  namespace: 'default',
  name: 'web',
};

/** A cluster in which a Deployment was applied while a view watched, some real time went by, and a pod was looked at. */
async function played(): Promise<{ inputs: Inputs; steps: readonly Step[]; client: WorkerClient }> {
  const port = inProcessWorker();
  const client = new WorkerClient(port, () => {});
  await client.call('start', START);
  port.time.pass(1_337);
  const watch = client.watch(
    { method: 'GET', path: '/api/v1/pods', query: { watch: ['1'] }, observer: true },
    { events: () => {}, end: () => {} },
  );
  await watch.opened;
  port.time.pass(211);
  await client.call('apply', { manifest: WEB, source: 'web.yaml', namespace: 'default' });
  port.time.pass(4_003);
  watch.stop();
  await client.call('request', { method: 'GET', path: '/api/v1/pods', observer: true });
  port.time.pass(3_000);
  const inputs = await client.call('inputs', null);
  return { inputs, steps: await client.call('steps', { after: 0, limit: 100_000 }), client };
}

async function fork(
  inputs: Inputs,
  step: Step | undefined,
  change: Change,
  options: { seconds?: number; repeat?: boolean } = {},
): Promise<Comparison> {
  if (!step) throw new Error('no such step');
  const { id, at, text } = step;
  const worker = new WorkerClient(inProcessWorker(), () => {});
  const forUs = (options.seconds ?? 20) * SECOND;
  return worker.call('compare', {
    inputs,
    step: { id, at, text },
    change,
    forUs,
    repeat: options.repeat ?? false,
  });
}

const applied = (steps: readonly Step[]): Step | undefined =>
  steps.find((s) => s.request?.verb === 'create' && s.object?.name === 'web');

describe('a fork is a replay', async () => {
  const { inputs, steps } = await played();

  test('without the change everything comes again as it was, upkeep and views included', async () => {
    const step = applied(steps);
    const { without, fork: at } = await fork(inputs, step, { type: 'cordon', node: 'worker-1' }, { repeat: true });
    const after = steps.filter(({ id }) => id > at);
    expect(after.length).toBeGreaterThan(50);
    expect(without.steps.slice(0, after.length)).toEqual(after);
  });

  test('the change comes first in the other, and its consequences follow', async () => {
    const step = applied(steps);
    const change: Change = { type: 'cordon', node: 'worker-1' };
    const result = await fork(inputs, step, change);
    expect(result.with.steps[0]).toMatchObject({ id: result.changeSteps[0], request: { verb: 'patch', code: 200 } });
    const pods = result.objects.filter(({ ref }) => ref.kind === 'Pod');
    expect(pods.some(({ fields }) => fields.some((f) => f.path === 'spec.nodeName' && f.after === 'worker-2'))).toBe(
      true,
    );
    const node = result.objects.find(({ ref }) => ref.kind === 'Node');
    expect(node).toMatchObject({ where: 'both', ref: { name: 'worker-1' } });
    expect(node?.fields).toContainEqual({ path: 'spec.unschedulable', after: true });
    expect(result.until - result.at).toBe(20 * SECOND);
  });

  test('a component that is stopped does nothing any more in one of them', async () => {
    const step = applied(steps);
    const target = { component: 'kube-scheduler' };
    const { without, with: changed, objects } = await fork(inputs, step, { type: 'stop', target });
    const scheduled = (list: readonly Step[]): number => list.filter((s) => s.kind === 'schedule').length;
    expect([scheduled(without.steps) > 0, scheduled(changed.steps)]).toEqual([true, 0]);
    const pods = objects.filter(({ ref }) => ref.kind === 'Pod');
    expect(pods).toHaveLength(2);
    expect(pods.every(({ where, fields }) => where === 'both' && fields.some((f) => f.path === 'spec.nodeName'))).toBe(
      true,
    );
  });

  test('scale, delete and apply; what only one of them has is told', async () => {
    const last = steps.findLast((s) => !s.routine);
    const scaled = await fork(inputs, last, { type: 'scale', object: DEPLOYMENT, replicas: 3 });
    expect(scaled.objects.filter(({ where }) => where === 'with').map(({ ref }) => ref.kind)).toEqual(['Pod']);
    const gone = await fork(inputs, last, { type: 'delete', object: DEPLOYMENT }, { seconds: 60 });
    expect(gone.objects.filter(({ where }) => where === 'without').map(({ ref }) => ref.kind)).toEqual(
      expect.arrayContaining(['Deployment', 'ReplicaSet', 'Pod']),
    );
    const manifest = WEB.replace('nginx:1.27', 'nginx:1.28');
    const rolled = await fork(inputs, last, { type: 'apply', manifest, namespace: 'default' }, { seconds: 60 });
    expect(rolled.objects.filter(({ ref }) => ref.kind === 'ReplicaSet').map(({ where }) => where)).toContain('with');
  });

  test('what the cluster refuses, and what is not there, is said', async () => {
    const [step] = steps.slice(-1);
    const missing = { ...DEPLOYMENT, name: 'nothing' };
    await expect(fork(inputs, step, { type: 'scale', object: missing, replicas: 1 })).rejects.toThrow(
      /The change cannot be made: .*"nothing" not found/,
    );
    await expect(fork(inputs, step, { type: 'apply', manifest: 'kind: [', namespace: 'default' })).rejects.toThrow(
      /The change cannot be made/,
    );
    await expect(fork(inputs, step, { type: 'stop', target: { node: 'worker-9' } })).rejects.toThrow(/no machine/);
  });

  test('a replay that is not the same is refused rather than shown', async () => {
    const other: Inputs = { ...inputs, start: { ...inputs.start, seed: 'another' } };
    await expect(
      fork(
        other,
        steps.findLast((s) => !s.routine),
        { type: 'cordon', node: 'worker-1' },
      ),
    ).rejects.toThrow(/cannot be repeated/);
    await expect(fork({ ...inputs, whole: false }, steps.at(-1), { type: 'cordon', node: 'worker-1' })).rejects.toThrow(
      /Too much came/,
    );
  });
});

test('progress is told under the number of the call; an engine that keeps nothing says so', async () => {
  const { inputs, steps } = await played();
  const sent: FromWorker[] = [];
  const engine = new WorkerEngine({
    create: (options) => new Cluster(options),
    time: new ManualTime(),
    post: (message) => sent.push(message),
  });
  const call = (id: number, method: Method, params: unknown): void =>
    engine.receive({ type: 'call', id, method, params });
  const step = steps.findLast((s) => !s.routine);
  call(7, 'compare', {
    inputs,
    step: { id: step?.id, at: step?.at, text: step?.text },
    change: { type: 'cordon', node: 'worker-1' },
    forUs: 600 * SECOND,
    repeat: false,
  });
  await Promise.resolve();
  const progress = sent.flatMap((m) => (m.type === 'progress' && m.id === 7 ? [m.done] : []));
  expect(progress.length).toBeGreaterThan(2);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  const silent = new WorkerEngine({
    create: () => new FakeSimulation(),
    time: new ManualTime(),
    post: (m) => sent.push(m),
  });
  silent.receive({ type: 'call', id: 1, method: 'start', params: START });
  silent.receive({ type: 'call', id: 2, method: 'inputs', params: null });
  await Promise.resolve();
  expect(sent.at(-1)).toMatchObject({ type: 'error', error: { message: /not kept/ } });
});
