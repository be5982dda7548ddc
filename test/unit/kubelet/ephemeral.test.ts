import { describe, expect, it } from 'vitest';
import type { Event, Pod } from '../../../src/model/generated/core.v1.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';

const MINUTE = 60_000_000;
const PODS = '/api/v1/namespaces/default/pods';

function running(): Cluster {
  const cluster = new Cluster({ nodes: 1 });
  cluster.settle(MINUTE);
  const containers = [{ name: 'web', image: 'nginx:1.27' }];
  expect(
    cluster.request({ method: 'POST', path: PODS, body: { metadata: { name: 'p' }, spec: { containers } } }).code,
  ).toBe(201);
  cluster.settle(MINUTE);
  return cluster;
}

function debug(cluster: Cluster, container: object): void {
  const { code, body } = cluster.request({
    method: 'PATCH',
    path: `${PODS}/p/ephemeralcontainers`,
    contentType: 'application/strategic-merge-patch+json',
    body: { spec: { ephemeralContainers: [container] } },
  });
  expect(code, JSON.stringify(body)).toBe(200);
  cluster.settle(MINUTE);
}

const podOf = (c: Cluster): Pod => c.request({ method: 'GET', path: `${PODS}/p` }).body as Pod;

describe('an ephemeral container', () => {
  it('starts in a pod that runs, beside the others, and is neither ready nor counted', () => {
    const cluster = running();
    debug(cluster, { name: 'debugger', image: 'busybox:1.36', stdin: true, tty: true });
    const { status } = podOf(cluster);
    const [found] = status?.ephemeralContainerStatuses ?? [];
    expect(found).toMatchObject({ name: 'debugger', ready: false, restartCount: 0 });
    // As containerd names it.
    expect(found?.image).toBe('docker.io/library/busybox:1.36');
    expect(found?.state?.running?.startedAt).toBeDefined();
    expect(found).not.toHaveProperty('started');
    expect(status?.phase).toBe('Running');
    expect(status?.conditions?.find((c) => c.type === 'Ready')?.status).toBe('True');
    const events = cluster.request({ method: 'GET', path: '/api/v1/namespaces/default/events' }).body as {
      items: Event[];
    };
    const path = 'spec.ephemeralContainers{debugger}';
    const said = events.items.filter((e) => e.involvedObject.fieldPath === path).map((e) => e.reason);
    expect(said).toEqual(['Pulled', 'Created', 'Started']);
  });

  it('that ends is not started again', () => {
    const cluster = running();
    debug(cluster, { name: 'once', image: 'busybox:1.36', command: ['sh', '-c', 'exit 4'] });
    cluster.runUntil(cluster.now + 5 * MINUTE);
    const [found] = podOf(cluster).status?.ephemeralContainerStatuses ?? [];
    expect(found).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 4, reason: 'Error' } } });
    expect(podOf(cluster).status?.phase).toBe('Running');
  });

  it('goes with its pod', () => {
    const cluster = running();
    debug(cluster, { name: 'debugger', image: 'busybox:1.36', stdin: true });
    cluster.request({ method: 'DELETE', path: `${PODS}/p` });
    cluster.settle(2 * MINUTE);
    expect(cluster.request({ method: 'GET', path: `${PODS}/p` }).code).toBe(404);
  });
});
