// The process that rollout.ts starts: pods of one Deployment to all Running, tracing on, and prints a Rollout as JSON.
// Arguments: how many pods, how many nodes, `proxy` for a kube-proxy on every node, and `service` for a Service in front of
// the pods.
import { Cluster } from '../../src/simulator/cluster.ts';
import type { Rollout } from './rollout.ts';

const SECOND = 1_000_000;
const [pods = 0, nodes = 0] = process.argv.slice(2).map(Number);
const withService = process.argv.includes('service');
const proxy = process.argv.includes('proxy') ? 'iptables' : 'none';
const labels = { app: 'web' };
const path = '/apis/apps/v1/namespaces/default/deployments';

const start = performance.now();
const cluster = new Cluster({ nodes, nodeCpu: '64', nodeMemory: '256Gi', runtime: 'fake', proxy });
cluster.settle(60 * SECOND);
const booted = performance.now();
if (withService) {
  const spec = { selector: labels, ports: [{ port: 80 }] };
  const body = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec };
  cluster.request({ method: 'POST', path: '/api/v1/namespaces/default/services', body });
}
cluster.request({
  method: 'POST',
  path,
  body: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: pods,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } },
    },
  },
});
const running = (): number => {
  const { body } = cluster.request({ method: 'GET', path: `${path}/web`, observer: true });
  return (body as { status?: { readyReplicas?: number } }).status?.readyReplicas ?? 0;
};
while (running() < pods && cluster.now < 3600 * SECOND) cluster.runUntil(cluster.now + SECOND);
const rollout: Rollout = {
  pods,
  nodes,
  running: running(),
  boot: (booted - start) / 1000,
  seconds: (performance.now() - start) / 1000,
  steps: cluster.lastStep,
  virtual: cluster.now / SECOND,
  mib: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(rollout));
