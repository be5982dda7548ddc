// @kubernetes/client-node against the simulator over HTTPS: typed calls, a watch, errors as clients see them.
import { AppsV1Api, CoreV1Api, KubeConfig, Watch } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedCluster, startSimulatedCluster } from '../../scripts/tasks/simulated-cluster.ts';

let cluster: SimulatedCluster;
let config: KubeConfig;

beforeAll(async () => {
  cluster = await startSimulatedCluster(['--speed', '10']);
  config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
});

afterAll(() => cluster.stop());

describe('@kubernetes/client-node', () => {
  it('creates, reads, patches and deletes with resource versions that only grow', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const made = await core.createNamespacedConfigMap({
      namespace: 'default',
      body: { metadata: { name: 'settings' }, data: { a: '1' } },
    });
    const read = await core.readNamespacedConfigMap({ namespace: 'default', name: 'settings' });
    expect(read.data).toEqual({ a: '1' });
    expect(read.metadata?.uid).toBe(made.metadata?.uid);
    const replaced = await core.replaceNamespacedConfigMap({
      namespace: 'default',
      name: 'settings',
      body: { ...read, data: { a: '2' } },
    });
    expect(Number(replaced.metadata?.resourceVersion)).toBeGreaterThan(Number(made.metadata?.resourceVersion));
    // The version that was read first is stale now: optimistic concurrency refuses it.
    const stale = core.replaceNamespacedConfigMap({
      namespace: 'default',
      name: 'settings',
      body: { ...read, data: { a: '3' } },
    });
    await expect(stale).rejects.toMatchObject({ code: 409 });
    await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'settings' });
    await expect(core.readNamespacedConfigMap({ namespace: 'default', name: 'settings' })).rejects.toMatchObject({
      code: 404,
    });
  });

  it('watches a Deployment come up: each pod is added once, ends ready, in order', async () => {
    const seen: { type: string; name: string; version: number; ready: boolean }[] = [];
    const watch = new Watch(config);
    const opened = await watch.watch(
      '/api/v1/namespaces/default/pods',
      { labelSelector: 'app=seen' },
      (
        type,
        pod: {
          metadata: { name: string; resourceVersion: string };
          status: { conditions?: { type: string; status: string }[] };
        },
      ) => {
        const ready = pod.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
        seen.push({ type, name: pod.metadata.name, version: Number(pod.metadata.resourceVersion), ready });
      },
      () => {},
    );
    const labels = { app: 'seen' };
    await config.makeApiClient(AppsV1Api).createNamespacedDeployment({
      namespace: 'default',
      body: {
        metadata: { name: 'seen' },
        spec: {
          replicas: 2,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } },
        },
      },
    });
    await expect.poll(() => new Set(seen.filter((e) => e.ready).map((e) => e.name)).size, { timeout: 20_000 }).toBe(2);
    opened.abort();
    expect(seen.filter((e) => e.type === 'ADDED')).toHaveLength(2);
    const versions = seen.map((e) => e.version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  it('is refused without credentials', async () => {
    const anonymous = new KubeConfig();
    const current = config.getCurrentCluster();
    if (!current) throw new Error('the kubeconfig names no cluster');
    anonymous.loadFromClusterAndUser(current, { name: 'nobody' });
    await expect(anonymous.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: 'default' })).rejects.toMatchObject({
      code: 403,
    });
  });
});
