// @kubernetes/client-node against the simulator over HTTPS: typed calls, a watch, errors as clients see them.
import https from 'node:https';
import { PassThrough } from 'node:stream';
import {
  AppsV1Api,
  Attach,
  CoreV1Api,
  Exec,
  KubeConfig,
  PortForward,
  type V1Status,
  Watch,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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

  describe('in a container', () => {
    /** Collects what is written. */
    function sink(): { stream: PassThrough; text(): string } {
      const stream = new PassThrough();
      let all = '';
      stream.on('data', (chunk: Buffer) => {
        all += chunk.toString();
      });
      return { stream, text: () => all };
    }

    beforeAll(async () => {
      const core = config.makeApiClient(CoreV1Api);
      const ports = [{ containerPort: 80 }];
      const containers = [{ name: 'c', image: 'nginx:1.27', ports, stdin: true }];
      await core.createNamespacedPod({
        namespace: 'default',
        body: { metadata: { name: 'talker' }, spec: { containers } },
      });
      const phase = async () => (await core.readNamespacedPod({ namespace: 'default', name: 'talker' })).status?.phase;
      await vi.waitUntil(async () => (await phase()) === 'Running', { timeout: 20_000 });
    });

    it('runs a command, and tells how it ended', async () => {
      const [out, err] = [sink(), sink()];
      const command = ['sh', '-c', 'echo hello; exit 3'];
      const ended = await new Promise<V1Status>((done, fail) => {
        new Exec(config).exec('default', 'talker', 'c', command, out.stream, err.stream, null, false, done).catch(fail);
      });
      await expect.poll(out.text).toBe('hello\n');
      expect(ended).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode' });
    });

    it('attaches to what runs', async () => {
      const [out, err] = [sink(), sink()];
      const ws = await new Attach(config).attach('default', 'talker', 'c', out.stream, err.stream, null, false);
      expect(ws.readyState).toBe(ws.OPEN);
      ws.close();
    });

    it('forwards a port', async () => {
      const [out, err, input] = [sink(), sink(), new PassThrough()];
      await new PortForward(config, false).portForward('default', 'talker', [80], out.stream, err.stream, input);
      input.write('GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await expect.poll(out.text, { timeout: 10_000 }).toContain('simulated answer to GET /x');
      expect(err.text()).toBe('');
    });

    it('hears that nothing listens on a port', async () => {
      const [out, err] = [sink(), sink()];
      await new PortForward(config, false).portForward(
        'default',
        'talker',
        [81],
        out.stream,
        err.stream,
        new PassThrough(),
      );
      await expect.poll(err.text, { timeout: 10_000 }).toContain('connection refused');
    });
  });

  it('gets large answers compressed, which it asks for', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const data = { text: 'x'.repeat(300_000) };
    await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'large' }, data } });
    const user = config.getCurrentUser();
    const field = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64');
    const answer = await new Promise<{ encoding: string | undefined; size: number }>((done, fail) => {
      const request = https.get(
        `${cluster.server}/api/v1/namespaces/default/configmaps/large`,
        {
          ca: field(config.getCurrentCluster()?.caData),
          cert: field(user?.certData),
          key: field(user?.keyData),
          headers: { 'Accept-Encoding': 'gzip' },
        },
        (response) => {
          let size = 0;
          response.on('data', (chunk: Buffer) => {
            size += chunk.length;
          });
          response.on('end', () => done({ encoding: response.headers['content-encoding'], size }));
        },
      );
      request.on('error', fail);
    });
    expect(answer.encoding).toBe('gzip');
    expect(answer.size).toBeLessThan(50_000);
    const read = await core.readNamespacedConfigMap({ namespace: 'default', name: 'large' });
    expect(read.data).toEqual(data);
  });
});
