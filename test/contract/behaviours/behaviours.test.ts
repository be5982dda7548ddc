// Upstream's conformance behaviours against the served simulator, over HTTPS and in protobuf as client-go speaks.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type SimulatedCluster, startSimulatedCluster } from '../../../scripts/tasks/simulated-cluster.ts';
import { BEHAVIOURS } from '../../unit/apiserver-behaviours/index.ts';
import { begin } from '../../unit/apiserver-behaviours/trial.ts';
import { Served } from './https.ts';

const SPEED = 50;
let cluster: SimulatedCluster;
let server: Served;

beforeAll(async () => {
  cluster = await startSimulatedCluster(['--runtime', 'fake', '--speed', String(SPEED)]);
  server = new Served(cluster.kubeconfig, SPEED);
});

afterAll(async () => {
  server.close();
  await cluster.stop();
});

describe.each(Object.entries(BEHAVIOURS))('%s', (group, specs) => {
  it.each(specs.map((spec, i) => [spec.title, spec, i] as const))('%s', async (_, { run, level }, i) => {
    const t = await begin(server, `${group}-${i + 1}`, level);
    try {
      await run(t);
    } finally {
      await t.end();
    }
  });
});
