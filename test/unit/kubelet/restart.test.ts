// A kubelet that stops, and a machine that is switched off: not the same for the containers.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';

const SECOND = 1_000_000;
const PATH = '/api/v1/namespaces/default/pods';

function clusterWithPod(): Cluster {
  const cluster = new Cluster({ nodes: 1, registerControlPlane: false });
  cluster.runUntil(5 * SECOND);
  const spec = { nodeName: 'worker-1', containers: [{ name: 'c', image: 'nginx:1.27' }] };
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'default' }, spec };
  expect(cluster.request({ method: 'POST', path: PATH, body }).code).toBe(201);
  cluster.runUntil(cluster.now + 5 * SECOND);
  return cluster;
}

const read = (cluster: Cluster): Pod => cluster.request({ method: 'GET', path: `${PATH}/a` }).body as Pod;

function outage(cluster: Cluster, target: { node: string; component?: string }): Pod {
  cluster.fault('stop', target);
  cluster.runUntil(cluster.now + 10 * SECOND);
  cluster.fault('start', target);
  cluster.runUntil(cluster.now + 10 * SECOND);
  return read(cluster);
}

describe('after an outage', () => {
  it('of the kubelet, the container has gone on', () => {
    const cluster = clusterWithPod();
    const before = read(cluster).status;
    const after = outage(cluster, { node: 'worker-1', component: 'kubelet' }).status;
    expect(after?.containerStatuses).toEqual(before?.containerStatuses);
    expect(after?.podIP).toBe(before?.podIP);
  });
  it('of the machine, the container was started anew in a new sandbox', () => {
    const cluster = clusterWithPod();
    const before = read(cluster).status;
    const after = outage(cluster, { node: 'worker-1' }).status;
    expect(after?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      state: { running: {} },
      lastState: { terminated: { exitCode: 255, reason: 'Unknown' } },
    });
    expect(after?.podIP).not.toBe(before?.podIP);
  });
});
