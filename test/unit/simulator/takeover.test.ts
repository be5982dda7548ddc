// Several control-plane machines: of each loop one replica works, and another takes over when it is gone.
import { describe, expect, it } from 'vitest';
import type { Lease } from '../../../src/model/generated/coordination.v1.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeList } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

describe('a control plane of three', () => {
  const cluster = new Cluster({ nodes: 2, controlPlaneNodes: 3 });
  cluster.settle(MINUTE);
  const holder = (name: string): string | undefined => {
    const path = `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${name}`;
    return (cluster.request({ method: 'GET', path, observer: true }).body as Lease).spec?.holderIdentity?.split('_')[0];
  };
  const running = (): number => {
    const path = '/api/v1/namespaces/default/pods';
    const { items } = cluster.request({ method: 'GET', path, observer: true }).body as KubeList<Pod>;
    return items.filter((p) => p.status?.phase === 'Running').length;
  };
  const deploy = (name: string): void => {
    const labels = { app: name };
    const spec = {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image: 'nginx:1.27' }] } },
    };
    const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
    expect(cluster.request({ method: 'POST', path: '/apis/apps/v1/namespaces/default/deployments', body }).code).toBe(
      201,
    );
  };

  it('has one leader of each kind, and each pod once', () => {
    const leaders = ['kube-controller-manager', 'kube-scheduler'].map(holder);
    for (const leader of leaders) expect(leader).toMatch(/^control-plane-[123]$/);
    deploy('one');
    cluster.settle(MINUTE);
    expect(running()).toBe(1);
  });
  it.each(['kube-controller-manager', 'kube-scheduler'])('another %s takes over, and the work goes on', (component) => {
    const before = holder(component) ?? '';
    const running0 = running();
    cluster.fault('stop', { node: before, component });
    deploy(component.slice(5, 9));
    cluster.runUntil(cluster.now + 30 * SECOND);
    expect(holder(component)).not.toBe(before);
    expect(running()).toBe(running0 + 1);
    cluster.fault('start', { node: before, component });
    cluster.runUntil(cluster.now + 30 * SECOND);
    expect(holder(component)).not.toBe(before);
  });
});
