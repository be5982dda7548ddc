// A live trace over the port through which every cluster is seen; here the simulator plays the real cluster.
import { afterAll, expect, test } from 'vitest';
import { ObjectCache } from '../../../src/cluster/cache.ts';
import type { ClusterSource } from '../../../src/cluster/source.ts';
import type { TransportRequest } from '../../../src/cluster/transport.ts';
import { LiveTrace } from '../../../src/host/flow/live-trace.ts';
import { SimulatorSession } from '../../../src/host/simulator/session.ts';
import type { ToFlow, Topology } from '../../../src/protocol/flow.ts';
import { parseToFlow } from '../../../src/protocol/flow-parse.ts';
import type { Step } from '../../../src/trace/step.ts';
import { Story } from '../../../webview/scene/story.ts';
import { lease, nodes, pods } from '../../support/high-availability.ts';
import { WEB } from '../webview/forked.ts';
import { type InProcess, inProcessWorker } from './in-process.ts';

let port: InProcess | undefined;
const session = new SimulatorSession({
  createWorker: () => {
    port = inProcessWorker();
    return port;
  },
  timing: { after: () => () => {}, random: () => 0.5 },
  now: () => 0,
});
afterAll(() => session.stop());

/** Lets messages and what waits for them go by. */
async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

test('what a cluster does from now on is told; its end is said, and is not its objects’ end', async () => {
  await session.start({
    nodes: 2,
    controlPlaneNodes: 1,
    seed: 'live',
    epochMs: Date.UTC(2026, 0, 1),
    speed: 1,
    running: true,
    settled: true,
  });
  await turns();
  const grown: { from: number; steps: readonly Step[] }[] = [];
  const said: ToFlow[] = [];
  let askEvents: (() => void) | undefined;
  let now = 1_000;
  const trace = new LiveTrace(session.source, {
    now: () => now,
    after: (_, run) => {
      askEvents = run;
      return () => {};
    },
    grown: (from, steps) => grown.push({ from, steps }),
    changed: () => {},
    tell: (message) => said.push(message),
  });
  const [init] = trace.messages();
  if (init?.type !== 'init') throw new Error('no init');
  expect(parseToFlow(JSON.parse(JSON.stringify(init))).ok).toBe(true);
  expect(init.objects?.some(({ ref }) => ref.kind === 'Node' && ref.name === 'worker-1')).toBe(true);
  await turns();
  expect(trace.steps).toEqual([]);

  await session.call('apply', { manifest: WEB, source: 'web.yaml', namespace: 'default' });
  now += 5_000;
  for (let i = 0; i < 20; i++) {
    port?.time.pass(400);
    await turns();
  }
  askEvents?.();
  await turns();
  const { steps } = trace;
  expect(grown.flatMap((one) => one.steps)).toEqual(steps);
  expect(steps.map(({ id }) => id)).toEqual(steps.map((_, i) => i + 1));
  const story = new Story(init.topology, init.objects, steps);
  const pods = story.podsAt(steps.length).filter(({ ref }) => ref.namespace === 'default');
  expect(pods.map(({ look, node }) => [look, node === undefined])).toEqual([
    ['ready', false],
    ['ready', false],
  ]);
  expect(new Set(steps.filter((s) => s.fidelity === 'inferred').map((s) => s.actor.component))).toEqual(
    new Set(['user', 'deployment-controller', 'replicaset-controller', 'kube-scheduler', 'kubelet']),
  );
  expect(steps.some((s) => s.fidelity === 'observed' && s.action === 'ScalingReplicaSet')).toBe(true);

  const count = steps.length;
  session.source.disconnect();
  await turns();
  expect(trace.steps).toHaveLength(count);
  expect(said.filter(({ type }) => type === 'error')).toMatchObject([{ message: 'simulator was disconnected.' }]);
  expect(said.findLast(({ type }) => type === 'state')).toMatchObject({ clock: { running: false } });
  // A panel that was hidden meanwhile has all of it again, and is told again.
  const again = trace.messages();
  expect(again.map(({ type }) => type)).toEqual(['init', 'error']);
  expect(again[0]?.type === 'init' && again[0].steps).toHaveLength(count);
  trace.stop();
});

test('where several control-plane nodes run, who leads is asked for, drawn large, and told when it changes', async () => {
  const cache = new ObjectCache();
  cache.apply(
    'nodes',
    nodes().map((object) => ({ object, deleted: false })),
  );
  cache.apply(
    'pods',
    pods().map((object) => ({ object, deleted: false })),
  );
  const holders: { [name: string]: string } = { 'kube-controller-manager': 'cp-2', 'kube-scheduler': 'cp-3' };
  const source: ClusterSource = {
    id: 'ha',
    name: 'prod',
    cache,
    state: { phase: 'connected', version: 'v1.36.2' },
    onState: () => () => {},
    request: ({ path }: TransportRequest) => {
      const name = path.split('/').at(-1) ?? '';
      const holder = holders[name];
      return Promise.resolve(
        holder === undefined
          ? { code: 200, headers: {}, body: { items: [] } }
          : { code: 200, headers: {}, body: lease(name, holder) },
      );
    },
  } as unknown as ClusterSource;
  let again: (() => void) | undefined;
  let now = 1_000;
  const changed: Topology[] = [];
  const trace = new LiveTrace(source, {
    now: () => now,
    after: (_, run) => {
      again = run;
      return () => {};
    },
    grown: () => {},
    changed: (topology) => changed.push(topology),
    tell: () => {},
  });
  await trace.ready;
  const [init] = trace.messages();
  if (init?.type !== 'init') throw new Error('no init');
  expect(parseToFlow(JSON.parse(JSON.stringify(init))).ok).toBe(true);
  expect(init.topology.nodes.map(({ name }) => name)).toEqual(['cp-2', 'cp-1', 'cp-3', 'worker-1', 'worker-2']);
  const story = new Story(init.topology, init.objects, []);
  expect([story.leaderAt('deployment-controller', 0), story.leaderAt('kube-scheduler', 0)]).toEqual(['cp-2', 'cp-3']);
  await turns();
  holders['kube-controller-manager'] = 'cp-1';
  now += 4_000;
  again?.();
  await turns();
  expect(changed).toHaveLength(1);
  // What was is told as it was, and nothing changes its place.
  story.topology = changed[0] ?? init.topology;
  expect([0, 3_999_999, 4_000_000].map((at) => story.leaderAt('kube-controller-manager', at))).toEqual([
    'cp-2',
    'cp-2',
    'cp-1',
  ]);
  expect(changed[0]?.nodes).toEqual(init.topology.nodes);
  trace.stop();
});
