import { describe, expect, it } from 'vitest';
import type { FromWorker } from '../../../src/protocol/worker.ts';
import { type Notice, SimulatorError, WorkerClient } from '../../../src/protocol/worker-client.ts';
import { WorkerEngine } from '../../../src/protocol/worker-engine.ts';
import { parseFromWorker, parseToWorker } from '../../../src/protocol/worker-parse.ts';
import { FakeSimulation, ManualTime } from './simulation.ts';

const START = { nodes: 3, controlPlaneNodes: 1, seed: 's', epochMs: 0, speed: 1, running: true };
const SECOND = 1_000_000;

function setUp(options: { serve?: boolean } = {}) {
  const time = new ManualTime();
  const simulation = new FakeSimulation();
  const notices: Notice[] = [];
  let toHost: ((message: unknown) => void) | undefined;
  let exit: (reason: string | undefined) => void = () => {};
  const early: FromWorker[] = [];
  let closed = 0;
  const engine = new WorkerEngine({
    create: () => simulation,
    time,
    // What crosses is copied, as it is between threads.
    post: (m) => (toHost ? toHost(structuredClone(m)) : early.push(m)),
    ...(options.serve
      ? {
          serve: () => ({
            open: async () => ({ url: 'https://127.0.0.1:1', kubeconfig: 'k', close: async () => void closed++ }),
          }),
        }
      : {}),
  });
  const client = new WorkerClient(
    {
      post: (message) => engine.receive(structuredClone(message)),
      onMessage: (listener) => {
        toHost = listener;
        for (const message of early.splice(0)) listener(message);
      },
      onExit: (listener) => {
        exit = listener;
      },
      terminate: () => {},
    },
    (notice) => notices.push(notice),
  );
  return { time, simulation, notices, client, engine, die: (reason: string) => exit(reason), closed: () => closed };
}

describe('messages', () => {
  it.each([
    [null, /must be an object/],
    [{ type: 'reply' }, /message.type must be call/],
    [{ type: 'call', id: -1, method: 'topology', params: null }, /message.id/],
    [{ type: 'call', id: 1, method: 'toString', params: null }, /message.method must be one of start/],
    [
      { type: 'call', id: 1, method: 'start', params: { ...START, nodes: 1e9 } },
      /start params.nodes must be a whole number from 0 to 200/,
    ],
    [{ type: 'call', id: 1, method: 'pace', params: { speed: Number.NaN } }, /pace params.speed/],
    [{ type: 'call', id: 1, method: 'request', params: { method: 'EAT', path: '/' } }, /one of GET, POST/],
    [
      { type: 'call', id: 1, method: 'apply', params: { manifest: 'x'.repeat(4e6), source: '', namespace: '' } },
      /3 MiB/,
    ],
  ])('to the worker that are wrong are refused with the place: %#', (message, expected) => {
    expect(() => parseToWorker(message)).toThrow(expected);
  });

  it.each([
    [{ type: 'steps', steps: [{ id: 0 }] }, /steps.steps\[0\].id/],
    [{ type: 'error', id: 1, error: 'no' }, /error.error must be an object/],
    [{ type: '__proto__' }, /message.type/],
  ])('from the worker that are wrong are refused with the place: %#', (message, expected) => {
    expect(() => parseFromWorker(message)).toThrow(expected);
  });
});

describe('a worker', () => {
  it('answers a message that is none, and lives on', async () => {
    const { client, engine } = setUp();
    engine.receive({ type: 'call', id: 99, method: 'nonsense' });
    await expect(client.call('topology', null)).rejects.toMatchObject({ message: 'The simulator is not started.' });
  });

  it('paces virtual time by real time and speed, and stands still when it is paused', async () => {
    const { client, time, simulation } = setUp();
    await client.call('start', { ...START, speed: 10 });
    simulation.at(5 * SECOND, () => simulation.record('five'));
    time.pass(400);
    expect(simulation.steps).toHaveLength(0);
    time.pass(150);
    expect(simulation.steps).toHaveLength(1);
    const paused = await client.call('pace', { running: false });
    expect(paused).toMatchObject({ running: false, speed: 10, lastStep: 1 });
    time.pass(60_000);
    expect(simulation.now).toBe(paused.now);
    expect(time.waiting).toBe(0);
    await client.call('pace', { running: true, speed: 1 });
    time.pass(1000);
    expect(simulation.now - paused.now).toBeGreaterThanOrEqual(0.75 * SECOND);
    expect(simulation.now - paused.now).toBeLessThanOrEqual(SECOND);
  });

  it('lets virtual time fall behind rather than starve its messages', async () => {
    const { client, time, simulation } = setUp();
    await client.call('start', { ...START, speed: 1000 });
    for (let i = 1; i <= 1000; i++) {
      simulation.at(i * 100, () => {
        time.ms += 5;
      });
    }
    time.pass(1);
    const before = time.ms;
    expect(before).toBeLessThan(200);
    time.pass(20_000);
    expect(simulation.idle).toBe(true);
  });

  it('sends steps once, in order and in deltas, to those who follow', async () => {
    const { client, time, simulation, notices } = setUp();
    await client.call('start', START);
    simulation.record('before');
    await client.call('follow', { after: 0 });
    simulation.at(SECOND, () => simulation.record('after'));
    time.pass(1500);
    const texts = notices.flatMap((n) => (n.type === 'steps' ? [n.steps.map((s) => s.text)] : []));
    expect(texts).toEqual([['before'], ['after']]);
    await client.call('follow', { after: null });
    simulation.record('unseen');
    time.pass(1000);
    expect(notices.filter((n) => n.type === 'steps')).toHaveLength(2);
  });

  it('lets one thing happen while the clock stands: the next step that is not upkeep', async () => {
    const { client, simulation } = setUp();
    await client.call('start', { ...START, running: false });
    simulation.at(1, () => simulation.record('heartbeat', true));
    simulation.at(2, () => simulation.record('first'));
    simulation.at(3, () => simulation.record('second'));
    expect(await client.call('advance', { until: 'next-step' })).toMatchObject({ now: 2, lastStep: 2 });
    expect(await client.call('advance', { until: 'settled' })).toMatchObject({ now: 3, lastStep: 3 });
  });

  it('delivers watch events in batches, ends with the server, and stops upstream when it is told to', async () => {
    const { client, simulation, time } = setUp();
    await client.call('start', START);
    const seen: unknown[] = [];
    const listener = {
      events: (events: readonly { object: unknown }[]) => void seen.push(events.map((e) => e.object)),
      end: () => void seen.push('end'),
    };
    const request = { method: 'GET', path: '/api/v1/pods', query: { watch: ['true'] } } as const;
    const first = client.watch(request, listener);
    await first.opened;
    simulation.watchers[0]?.event({ type: 'ADDED', object: 'a' });
    simulation.watchers[0]?.event({ type: 'ADDED', object: 'b' });
    time.pass(300);
    simulation.watchers[0]?.end();
    time.pass(300);
    expect(seen).toEqual([['a', 'b'], 'end']);
    const second = client.watch(request, listener);
    await second.opened;
    second.stop();
    simulation.watchers[1]?.event({ type: 'ADDED', object: 'late' });
    await client.call('topology', null);
    expect(simulation.stoppedWatches).toBe(1);
    expect(seen).toHaveLength(2);
  });

  it('applies a manifest and tells after which step to look', async () => {
    const { client, simulation } = setUp();
    await client.call('start', START);
    simulation.record('earlier');
    const applied = await client.call('apply', {
      manifest: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n',
      source: 'c.yaml',
      namespace: 'demo',
    });
    expect(applied).toMatchObject({
      after: 1,
      objects: [{ name: 'c', namespace: 'demo', result: 'created', step: 3 }],
    });
  });

  it('refuses what cannot be done, with a remedy, and goes on', async () => {
    const { client } = setUp();
    await client.call('start', START);
    await expect(client.call('start', START)).rejects.toMatchObject({ remedy: expect.stringContaining('Reset') });
    await expect(client.call('fault', { action: 'stop', target: { node: 'nowhere' } })).rejects.toMatchObject({
      remedy: 'Machines: worker-1.',
    });
    await expect(client.call('serve', { port: 0 })).rejects.toMatchObject({
      remedy: expect.stringContaining('desktop'),
    });
    await expect(client.call('topology', null)).resolves.toMatchObject({ version: 'v1.36.2' });
  });

  it('asks where an object of a manifest would go, and lives on whatever comes of it', async () => {
    const { client, simulation } = setUp();
    await client.call('start', START);
    const ask = (kind: string, manifest: string) =>
      client.call('schedule', { manifest, namespace: 'default', object: { apiVersion: 'v1', kind, name: 'c' } });
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: c}\n';
    expect(await ask('Pod', pod)).toMatchObject({ pods: [] });
    await expect(ask('Node', pod)).rejects.toThrow('holds no Node c any more');
    await expect(ask('Pod', `${pod}\t- : [`)).rejects.toThrow(/^Line \d+: /);
    await expect(ask('Job', pod.replace('Pod', 'Job'))).rejects.toThrow('cannot be answered: a mistake');
    expect(simulation.steps).toEqual([]);
    await expect(client.call('topology', null)).resolves.toMatchObject({ version: 'v1.36.2' });
  });

  it('serves once and closes what it opened', async () => {
    const { client, closed } = setUp({ serve: true });
    await client.call('start', START);
    expect(await client.call('serve', { port: 0 })).toEqual({ url: 'https://127.0.0.1:1', kubeconfig: 'k' });
    await client.call('serve', { port: 0 });
    await client.call('unserve', null);
    expect(closed()).toBe(1);
  });

  it('says what a bug in the simulation was, and takes nothing more', async () => {
    const { client, simulation, time, notices } = setUp();
    await client.call('start', START);
    const waiting = client.watch(
      { method: 'GET', path: '/x', query: { watch: ['1'] } },
      { events: () => {}, end: () => notices.push({ type: 'ready', canServe: false }) },
    );
    await waiting.opened;
    simulation.at(1000, () => {
      throw new Error('invariant broken');
    });
    time.pass(300);
    expect(notices.at(-1)).toMatchObject({
      type: 'crashed',
      error: { message: expect.stringContaining('invariant broken') },
    });
    expect(notices.at(-2)).toEqual({ type: 'ready', canServe: false });
    await expect(client.call('topology', null)).rejects.toBeInstanceOf(SimulatorError);
    expect(time.waiting).toBe(0);
  });

  it('that dies rejects every call under way and says how to go on', async () => {
    const { client, notices, die } = setUp();
    const call = client.call('topology', null);
    const rejected = expect(call).rejects.toBeInstanceOf(SimulatorError);
    die('It needed more than 4096 MiB of memory.');
    await rejected;
    expect(notices.at(-1)).toMatchObject({
      type: 'crashed',
      error: { message: expect.stringContaining('4096 MiB'), remedy: expect.stringContaining('Start Simulator') },
    });
  });
});
