// Pods that a machine has from files, and the pods that show them in the API server.
import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../../src/model/generated/core.v1.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';

const SECOND = 1_000_000;
const PODS = '/api/v1/namespaces/kube-system/pods';
const NAME = 'proxy-worker-1';

const manifest: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'proxy', namespace: 'kube-system', labels: { tier: 'node' } },
  spec: { containers: [{ name: 'c', image: 'nginx:1.27' }], hostNetwork: true },
};

function begin(): Cluster {
  const cluster = new Cluster({ nodes: 1, registerControlPlane: false, staticPods: { 'worker-1': [manifest] } });
  cluster.runUntil(15 * SECOND);
  return cluster;
}

const read = (cluster: Cluster): Pod => cluster.request({ method: 'GET', path: `${PODS}/${NAME}` }).body as Pod;
const wait = (cluster: Cluster, seconds: number): void => cluster.runUntil(cluster.now + seconds * SECOND);

describe('a static pod', () => {
  it('runs without being scheduled, and is shown with its node as its owner', () => {
    const cluster = begin();
    const node = cluster.request({ method: 'GET', path: '/api/v1/nodes/worker-1' }).body as Node;
    const pod = read(cluster);
    const hash = pod.metadata.annotations?.['kubernetes.io/config.hash'];
    expect(hash).toMatch(/^[0-9a-f]{32}$/);
    expect(pod).toMatchObject({
      metadata: {
        labels: { tier: 'node' },
        annotations: { 'kubernetes.io/config.mirror': hash, 'kubernetes.io/config.source': 'file' },
        ownerReferences: [{ kind: 'Node', name: 'worker-1', uid: node.metadata.uid, controller: true }],
      },
      spec: { nodeName: 'worker-1' },
      status: { phase: 'Running', containerStatuses: [{ ready: true, restartCount: 0 }] },
    });
    expect(pod.spec?.tolerations).toContainEqual({ operator: 'Exists', effect: 'NoExecute' });
    const { body } = cluster.request({ method: 'GET', path: '/api/v1/namespaces/kube-system/events' });
    const started = (body as unknown as { items: { reason: string; involvedObject: { uid: string } }[] }).items.find(
      (e) => e.reason === 'Started',
    );
    expect(started?.involvedObject.uid).toBe(hash);
  });

  it('cannot be ended by deleting what shows it', () => {
    const cluster = begin();
    const before = read(cluster);
    expect(cluster.request({ method: 'DELETE', path: `${PODS}/${NAME}` }).code).toBe(200);
    wait(cluster, 15);
    const after = read(cluster);
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after.status?.containerStatuses).toEqual(before.status?.containerStatuses);
  });

  it('is started by a kubelet that finds no API server, and shown when there is one', () => {
    const cluster = begin();
    cluster.fault('stop', { component: 'kube-apiserver' });
    cluster.fault('stop', { node: 'worker-1' });
    cluster.fault('start', { node: 'worker-1' });
    const from = cluster.lastStep;
    wait(cluster, 20);
    expect(cluster.stepsAfter(from).some((s) => s.text.startsWith('StartContainer'))).toBe(true);
    cluster.fault('start', { component: 'kube-apiserver' });
    wait(cluster, 60);
    expect(read(cluster).status?.containerStatuses).toMatchObject([{ ready: true, restartCount: 1 }]);
  });

  it('goes on while there is no API server, and while there is no kubelet', () => {
    const cluster = begin();
    const before = read(cluster).status?.containerStatuses;
    for (const target of [{ component: 'kube-apiserver' }, { node: 'worker-1', component: 'kubelet' }]) {
      cluster.fault('stop', target);
      wait(cluster, 20);
      cluster.fault('start', target);
      wait(cluster, 30);
      expect(read(cluster).status?.containerStatuses).toEqual(before);
    }
  });
});
