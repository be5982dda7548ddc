// What stops when one component does, what goes on, and that it catches up from a fresh list when it is started again.
import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../src/model/generated/apps.v1.ts';
import type { Node, Pod } from '../../../src/model/generated/core.v1.ts';
import { Played } from '../controllers/played.ts';

const web = (name: string, replicas: number): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec: {replicas: ${replicas}, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: x}]}}}
`;
const PODS = '/api/v1/namespaces/default/pods';

function running(): Played {
  const played = new Played();
  played.create(web('old', 2));
  played.run(10);
  return played;
}
/** How many pods of an app there are, have a node, run. */
function count(played: Played, app: string): [there: number, placed: number, running: number] {
  const pods = played.list<Pod>(PODS).filter((p) => p.metadata.labels?.app === app);
  return [
    pods.length,
    pods.filter((p) => p.spec?.nodeName).length,
    pods.filter((p) => p.status?.phase === 'Running').length,
  ];
}
const refused = (act: () => void): string => {
  try {
    act();
  } catch (error) {
    return String(error);
  }
  return '';
};

describe('without one component', () => {
  it('kube-scheduler: pods are made and wait; those that have a node go on', () => {
    const played = running();
    played.cluster.fault('stop', { component: 'kube-scheduler' });
    played.create(web('new', 3));
    played.run(60);
    expect([count(played, 'new'), count(played, 'old')]).toEqual([
      [3, 0, 0],
      [2, 2, 2],
    ]);
    played.cluster.fault('start', { component: 'kube-scheduler' });
    // It gave its Lease back, so nobody waits for its end.
    played.run(5);
    expect(count(played, 'new')).toEqual([3, 3, 3]);
  });

  it('kube-controller-manager: nothing is made or counted; a bare pod is scheduled and runs', () => {
    const played = running();
    played.cluster.fault('stop', { component: 'kube-controller-manager' });
    played.create(web('new', 3));
    played.create(
      'apiVersion: v1\nkind: Pod\nmetadata: {name: bare, labels: {app: bare}}\nspec: {containers: [{name: c, image: x}]}\n',
    );
    const victim = played.list<Pod>(PODS).find((p) => p.metadata.labels?.app === 'old');
    played.delete(`${PODS}/${victim?.metadata.name}`);
    played.run(60);
    expect([count(played, 'new'), count(played, 'bare'), count(played, 'old')]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [1, 1, 1],
    ]);
    const status = played.get<Deployment>('/apis/apps/v1/namespaces/default/deployments/old')?.status;
    expect(status?.readyReplicas).toBe(2);
    played.cluster.fault('start', { component: 'kube-controller-manager' });
    played.run(30);
    expect([count(played, 'new'), count(played, 'old')]).toEqual([
      [3, 3, 3],
      [2, 2, 2],
    ]);
  });

  it('kube-controller-manager: what was deleted meanwhile is collected, and nothing of it is made again', () => {
    const played = running();
    played.cluster.fault('stop', { component: 'kube-controller-manager' });
    played.delete('/apis/apps/v1/namespaces/default/deployments/old');
    played.run(60);
    expect(count(played, 'old')).toEqual([2, 2, 2]);
    const before = played.cluster.lastStep;
    played.cluster.fault('start', { component: 'kube-controller-manager' });
    played.run(60);
    expect(count(played, 'old')).toEqual([0, 0, 0]);
    // A fresh list and the watch after it leave no gap in which a controller would act on what is gone.
    const made = played.cluster
      .stepsAfter(before)
      .filter((s) => s.action === 'create' && s.object?.resource === 'pods');
    expect(made).toEqual([]);
  });

  it('one kubelet: its pods go on unseen, and after its grace period the node is given up', () => {
    const played = running();
    played.cluster.fault('stop', { component: 'kubelet', node: 'worker-1' });
    const ready = (): string | undefined =>
      played.get<Node>('/api/v1/nodes/worker-1')?.status?.conditions?.find((c) => c.type === 'Ready')?.status;
    played.run(30);
    expect(ready()).toBe('True');
    played.run(40);
    expect(ready()).toBe('Unknown');
    played.cluster.fault('start', { component: 'kubelet', node: 'worker-1' });
    played.run(20);
    expect(ready()).toBe('True');
    expect(played.get<Node>('/api/v1/nodes/worker-1')?.spec?.taints).toBeUndefined();
  });

  it('kube-apiserver: nobody is answered, and nothing that runs is touched', () => {
    const played = running();
    const names = (): (string | undefined)[] => played.list<Pod>(PODS).map((p) => p.metadata.name);
    const before = names();
    played.cluster.fault('stop', { component: 'kube-apiserver' });
    expect(refused(() => played.create(web('new', 1)))).not.toBe('');
    played.run(300);
    played.cluster.fault('start', { component: 'kube-apiserver' });
    played.run(60);
    expect(names()).toEqual(before);
    played.create(web('new', 1));
    played.run(30);
    expect(count(played, 'new')).toEqual([1, 1, 1]);
  });

  it('etcd: kube-apiserver answers that its storage does not, and everything is there again afterwards', () => {
    const played = running();
    const before = played.cluster.objects().length;
    played.cluster.fault('stop', { component: 'etcd' });
    expect(refused(() => played.create(web('new', 1)))).toMatch(/etcdserver: request timed out/);
    const etcd = (): unknown => played.cluster.topology().machines[0]?.components.find((c) => c.component === 'etcd');
    expect(etcd()).toEqual({ component: 'etcd', running: false, stoppable: true });
    const ready = played.cluster.request({ method: 'GET', path: '/readyz' });
    expect([ready.code, ready.text]).toEqual([500, expect.stringContaining('[-]etcd failed: reason withheld')]);
    const lost = played.cluster.lastStep;
    played.run(30);
    const stopped = played.cluster.stepsAfter(lost).filter((s) => s.action === 'LoseLeadership');
    expect(stopped.map((s) => s.actor.component).sort()).toEqual(['kube-controller-manager', 'kube-scheduler']);
    expect(played.cluster.objects().length).toBe(before);
    played.cluster.fault('start', { component: 'etcd' });
    played.create(web('new', 1));
    played.run(60);
    expect([count(played, 'new'), count(played, 'old')]).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ]);
  });
});
