// A small cluster of the real simulator in which web was applied, and forks of it, for tests of what shows them.
import { Forks } from '../../../src/host/flow/forks.ts';
import { flowTopology } from '../../../src/host/simulator/flow-steps.ts';
import type { Topology } from '../../../src/protocol/flow.ts';
import type { Change, Comparison } from '../../../src/protocol/futures.ts';
import { WorkerClient } from '../../../src/protocol/worker-client.ts';
import type { Step } from '../../../src/trace/step.ts';
import { inProcessWorker } from '../host/in-process.ts';

const SECOND = 1_000_000;
/** A Deployment of two pods. */
export const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'nginx:1.27'}]}
`;

export interface Played {
  readonly steps: readonly Step[];
  readonly topology: Topology;
  readonly forks: Forks;
  /** From the step at which web was applied on. */
  fork(change: Change, seconds?: number): Promise<Comparison>;
}

export async function playedWeb(): Promise<Played> {
  const port = inProcessWorker();
  const client = new WorkerClient(port, () => {});
  await client.call('start', {
    nodes: 3,
    controlPlaneNodes: 1,
    seed: 'forked',
    epochMs: Date.UTC(2026, 0, 1),
    speed: 1,
    running: true,
    settled: true,
  });
  port.time.pass(1_000);
  await client.call('apply', { manifest: WEB, source: 'web.yaml', namespace: 'default' });
  port.time.pass(8_000);
  const steps = await client.call('steps', { after: 0, limit: 100_000 });
  const topology = flowTopology(await client.call('topology', null));
  const forks = new Forks(client, inProcessWorker);
  const applied = steps.find((s) => s.request?.verb === 'create' && s.object?.name === 'web');
  if (!applied) throw new Error('web was not applied');
  const { id, at, text } = applied;
  const fork = (change: Change, seconds = 20): Promise<Comparison> =>
    forks.run({ step: { id, at, text }, change, forUs: seconds * SECOND, repeat: false }, () => {});
  return { steps, topology, forks, fork };
}
