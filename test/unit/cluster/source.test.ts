import { describe, expect, it } from 'vitest';
import { ApiSource } from '../../../src/cluster/api-source.ts';
import { FailureError } from '../../../src/cluster/failure.ts';
import { FakeTransport, ManualTiming, object, settled } from './fake.ts';

const PODS = '/api/v1/pods';
const NODES = '/api/v1/nodes';

function setUp() {
  const transport = new FakeTransport();
  const timing = new ManualTiming();
  const source = new ApiSource({
    id: 'context:dev',
    name: 'dev',
    kind: 'kubeconfig',
    open: async () => ({ transport, server: 'https://10.0.0.1:6443', user: 'jane' }),
    timing,
  });
  return { transport, timing, source };
}

describe('a source', () => {
  it('lists in pages, watches from the revision of the list, and applies events', async () => {
    const { transport, source } = setUp();
    const pods = Array.from({ length: 1201 }, (_, i) => object('Pod', `p${i}`, {}, 'demo'));
    transport.objects.set(PODS, pods);
    expect(await source.connect()).toMatchObject({ phase: 'connected' });
    expect(source.cache.size('pods')).toBe(1201);
    const watch = transport.open(PODS);
    expect(watch.query).toEqual({ watch: 'true', resourceVersion: '10', allowWatchBookmarks: 'true' });
    const bound = object('Pod', 'p0', { spec: { nodeName: 'w1' }, metadata: { resourceVersion: '11' } }, 'demo');
    watch.handler.events([
      { type: 'MODIFIED', object: bound },
      { type: 'DELETED', object: object('Pod', 'p1', {}, 'demo') },
    ]);
    expect(source.cache.onNode('w1').map((p) => p.metadata.name)).toEqual(['p0']);
    expect(source.cache.get('pods', 'demo/p1')).toBeUndefined();
  });

  it('opens a watch that the server ended again where it stood, and lists again after 410', async () => {
    const { transport, timing, source } = setUp();
    await source.connect();
    const first = transport.open(NODES);
    first.handler.events([{ type: 'BOOKMARK', object: { metadata: { resourceVersion: '42' } } }]);
    first.handler.end();
    timing.fire(1000);
    const second = transport.open(NODES);
    expect(second.query.resourceVersion).toBe('42');
    transport.objects.set(NODES, [object('Node', 'new')]);
    second.handler.events([
      { type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old resource version' } },
    ]);
    timing.fire(2000);
    await settled();
    expect(source.cache.get('nodes', 'new')).toBeDefined();
  });

  it('waits longer after each failure, up to 30 s, and says that what it shows may be old', async () => {
    const { transport, timing, source } = setUp();
    await source.connect();
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      const before = new Set(timing.timers);
      transport.open(PODS).handler.end({ kind: 'reset', detail: 'socket hang up' });
      expect(source.state).toMatchObject({
        phase: 'connected',
        stale: { message: expect.stringContaining('hang up') },
      });
      const timer = timing.timers.find((t) => !before.has(t));
      if (!timer) throw new Error('nothing was scheduled');
      waits.push(timer.ms);
      timer.cancelled = true;
      timer.run();
    }
    expect(waits).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
    expect(source.state).not.toHaveProperty('stale');
  });

  it('shows the rest where one resource may not be listed, and does not ask for it again', async () => {
    const { transport, timing, source } = setUp();
    const message = 'nodes is forbidden: User "jane" cannot list resource "nodes"';
    transport.answers.set(NODES, { code: 403, body: { kind: 'Status', message } });
    const state = await source.connect();
    if (state.phase !== 'connected') throw new Error(state.phase);
    expect(state.missing.get('nodes')?.message).toContain(message);
    const asked = transport.requests.length;
    timing.fire(60_000);
    expect(transport.requests.length).toBe(asked);
  });

  it('fails with what to do when the server does not know the caller, and lets go of everything', async () => {
    const { transport, timing, source } = setUp();
    transport.answers.set(NODES, { code: 401, body: { kind: 'Status', message: 'Unauthorized' } });
    const state = await source.connect();
    expect(state).toMatchObject({ phase: 'failed', remedy: expect.stringContaining('Log in') });
    expect(transport.closed).toBe(true);
    expect(transport.requests).toHaveLength(1);
    expect(timing.pending).toEqual([]);
  });

  it('gives up when credentials run out while it is connected', async () => {
    const { transport, source } = setUp();
    await source.connect();
    transport.open(PODS).handler.end({ kind: 'unauthorized', detail: 'Unauthorized', code: 401 });
    expect(source.state).toMatchObject({ phase: 'failed' });
    expect(transport.closed).toBe(true);
  });

  it('disconnects without leaving timers, watches, sockets or objects', async () => {
    const { transport, timing, source } = setUp();
    transport.objects.set(PODS, [object('Pod', 'p', {}, 'demo')]);
    await source.connect();
    transport.open(NODES).handler.end();
    source.disconnect();
    expect(timing.pending).toEqual([]);
    expect(transport.watches.every((w) => w.stopped || w.path === NODES)).toBe(true);
    expect(transport.closed).toBe(true);
    expect(source.cache.size('pods')).toBe(0);
    expect(source.state).toEqual({ phase: 'disconnected' });
  });

  it('does not come back to life when it is disconnected while connecting', async () => {
    const { transport, source } = setUp();
    const connecting = source.connect();
    source.disconnect();
    await connecting;
    await settled();
    expect(source.state).toEqual({ phase: 'disconnected' });
    expect(transport.closed).toBe(true);
    expect(transport.requests).toEqual([]);
  });

  it('reports what opening the way to the server failed with', async () => {
    const source = new ApiSource({
      id: 'context:gone',
      name: 'gone',
      kind: 'kubeconfig',
      open: async () => {
        throw new FailureError({ kind: 'credential-plugin', detail: 'aws: command not found' });
      },
      timing: new ManualTiming(),
    });
    expect(await source.connect()).toMatchObject({
      phase: 'failed',
      message: expect.stringContaining('aws: command not found'),
    });
  });
});
