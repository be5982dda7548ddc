// The simulator in process, tracing on: 1,000 pods of one Deployment on 100 nodes to all Running. In a process of its own,
// so that its peak memory is its own.
import { execFileSync } from 'node:child_process';
import { ROOT } from '../../scripts/lib/dependencies.mjs';
import { type Figure, median } from './figure.ts';

const RUN = `
import { Cluster } from './src/simulator/cluster.ts';
const [pods, nodes] = process.argv.slice(-2).map(Number);
const labels = { app: 'web' };
const from = performance.now();
const cluster = new Cluster({ nodes, nodeCpu: '64', nodeMemory: '256Gi', runtime: 'fake' });
cluster.settle(60e6);
cluster.request({ method: 'POST', path: '/apis/apps/v1/namespaces/default/deployments', body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: pods, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } } } } });
const running = () => {
  const r = cluster.request({ method: 'GET', path: '/apis/apps/v1/namespaces/default/deployments/web', observer: true });
  return r.body.status?.readyReplicas ?? 0;
};
while (running() < pods && cluster.now < 3600e6) cluster.runUntil(cluster.now + 1e6);
cluster.settle(60e6);
const seconds = (performance.now() - from) / 1000;
console.log(JSON.stringify({ seconds, steps: cluster.lastStep, running: running(), virtual: cluster.now / 1e6, mib: process.resourceUsage().maxRSS / 1024 }));
`;

interface Run {
  readonly seconds: number;
  readonly steps: number;
  readonly running: number;
  readonly virtual: number;
  readonly mib: number;
}

function simulate(pods: number, nodes: number): Run {
  const args = ['--input-type=module-typescript', '-e', RUN, '--', String(pods), String(nodes)];
  const run = JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })) as Run;
  if (run.running !== pods)
    throw new Error(`only ${run.running} of ${pods} pods were running after an hour of virtual time`);
  return run;
}

export default async function simulator(): Promise<Figure[]> {
  const runs: Run[] = [];
  const seconds = await median(3, () => {
    const run = simulate(1_000, 100);
    runs.push(run);
    return run.seconds;
  });
  const run = runs.find((r) => r.seconds === seconds) ?? runs[0];
  return [
    { name: 'simulator 1,000 pods on 100 nodes, wall', value: seconds, unit: 's', better: 'lower' },
    {
      name: 'simulator 1,000 pods on 100 nodes, peak memory',
      value: run?.mib ?? Number.NaN,
      unit: 'MiB',
      better: 'lower',
    },
    {
      name: 'simulator 1,000 pods on 100 nodes, steps',
      value: (run?.steps ?? 0) / seconds,
      unit: 'steps/s',
      better: 'higher',
    },
  ];
}
