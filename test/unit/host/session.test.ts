import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { summarizePod } from '../../../src/cluster/tree/pod.ts';
import { objectsOf } from '../../../src/host/simulator/flow-steps.ts';
import { SimulatorSession } from '../../../src/host/simulator/session.ts';
import { ManualTiming, settled } from '../cluster/fake.ts';
import { type InProcess, inProcessWorker } from './in-process.ts';

const START = { nodes: 3, controlPlaneNodes: 1, seed: 's', epochMs: Date.UTC(2026, 0, 1), speed: 1, running: true };
const WEB = readFileSync(path.join(import.meta.dirname, '../../../media/samples/web.yaml'), 'utf8');

function setUp() {
  const workers: InProcess[] = [];
  const timing = new ManualTiming();
  const session = new SimulatorSession({
    createWorker: () => {
      const worker = inProcessWorker();
      workers.push(worker);
      return worker;
    },
    timing,
    now: () => workers.at(-1)?.time.ms ?? 0,
  });
  const phases: string[] = [];
  session.onState.add(({ phase }) => phases.push(phase));
  const pass = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += 100) {
      workers.at(-1)?.time.pass(100);
      await settled();
    }
  };
  return { session, workers, phases, pass, timing };
}

describe('a session with the simulator', () => {
  it('starts, fills the tree’s cache, and takes a Deployment to Running', async () => {
    const { session, phases, pass } = setUp();
    await session.start(START);
    expect(phases).toEqual(['starting', 'running']);
    await pass(5000);
    expect(session.source.state.phase).toBe('connected');
    expect(
      session.source.cache
        .list('nodes')
        .map((n) => n.metadata.name)
        .sort(),
    ).toEqual(expect.arrayContaining(['worker-1', 'worker-2', 'worker-3']));
    const applied = await session.call('apply', { manifest: WEB, source: 'web.yaml', namespace: 'default' });
    expect(applied.objects).toMatchObject([{ kind: 'Deployment', result: 'created' }]);
    await pass(10_000);
    const pods = session.source.cache.list('pods').filter((p) => p.metadata.name?.startsWith('web-'));
    expect(pods.map((p) => summarizePod(p).status)).toEqual(['Running', 'Running', 'Running']);
    const steps = await session.call('steps', { after: applied.after, limit: 10_000 });
    const components = new Set(steps.map((s) => s.actor.component));
    for (const c of ['user', 'deployment-controller', 'replicaset-controller', 'kube-scheduler', 'kubelet'])
      expect(components).toContain(c);
    // A view that looks leaves no trace of its own in what a learner reads.
    expect(steps.filter((s) => !s.routine && s.actor.component === 'user').map((s) => s.request?.verb)).toEqual([
      'get',
      'create',
    ]);
    expect(objectsOf(session.source.cache).some((o) => o.ref.kind === 'Pod' && o.ref.name.startsWith('web-'))).toBe(
      true,
    );
  });

  it('starts once however often it is asked', async () => {
    const { session, workers } = setUp();
    await Promise.all([session.start(START), session.start(START)]);
    await session.start(START);
    expect(workers).toHaveLength(1);
  });

  it('stops and starts again from the beginning', async () => {
    const { session, workers, phases, pass } = setUp();
    await session.start(START);
    await pass(3000);
    session.stop();
    expect(workers[0]?.terminated).toBe(true);
    expect(session.source.cache.size('nodes')).toBe(0);
    expect(session.clock).toBeUndefined();
    await session.start(START);
    expect(phases).toEqual(['starting', 'running', 'stopped', 'starting', 'running']);
    expect(session.run).toBe(2);
  });

  it('can be stopped while it starts', async () => {
    const { session, phases } = setUp();
    const starting = session.start(START);
    session.stop();
    await starting;
    await session.start(START);
    expect(phases.at(-1)).toBe('running');
  });

  it('says why the worker died, and can be started again', async () => {
    const { session, workers } = setUp();
    await session.start(START);
    workers[0]?.die('It needed more than 4096 MiB of memory.');
    expect(session.state).toMatchObject({ phase: 'crashed', message: expect.stringContaining('4096 MiB') });
    await expect(session.call('topology', null)).rejects.toThrow('not running');
    await session.start(START);
    expect(session.state.phase).toBe('running');
  });

  it('fails with a remedy where no worker can be made', async () => {
    const session = new SimulatorSession({
      createWorker: () => {
        throw new Error('no such file');
      },
      timing: new ManualTiming(),
      now: () => 0,
    });
    await expect(session.start(START)).rejects.toThrow('no such file');
    expect(session.state).toMatchObject({ phase: 'crashed', remedy: expect.stringContaining('Start') });
  });

  it('says that what is shown may be old while the API server is stopped, and catches up after', async () => {
    const { session, pass, timing } = setUp();
    await session.start(START);
    await pass(3000);
    await session.fault('stop', { component: 'kube-apiserver' });
    await pass(500);
    timing.fire(1000);
    await pass(500);
    expect(session.source.state).toMatchObject({ phase: 'connected', stale: { message: expect.any(String) } });
    const refused = await session.call('apply', { manifest: WEB, source: 'web.yaml', namespace: 'default' });
    expect(refused.objects[0]).toMatchObject({
      result: 'failed',
      message: expect.stringMatching(/refused|unavailable|stopped/i),
    });
    await session.fault('start', { component: 'kube-apiserver' });
    for (let i = 0; i < 5; i++) {
      timing.fire(60_000);
      await pass(500);
    }
    expect(session.source.state).not.toHaveProperty('stale');
    await session.call('apply', { manifest: WEB, source: 'web.yaml', namespace: 'default' });
    await pass(10_000);
    expect(session.source.cache.list('deployments').map((d) => d.status?.readyReplicas)).toEqual([3]);
  });

  it('stops a component, and the topology says so', async () => {
    const { session } = setUp();
    await session.start(START);
    await session.fault('stop', { component: 'kube-scheduler' });
    const [machine] = session.topology?.machines ?? [];
    expect(machine?.components.find((c) => c.component === 'kube-scheduler')?.running).toBe(false);
    await expect(session.fault('stop', { component: 'kube-dns' })).rejects.toMatchObject({
      remedy: expect.stringContaining('kube-scheduler'),
    });
  });
});
