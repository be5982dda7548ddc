// The simulated cluster as a whole: the documented way of a pod, repeatable byte for byte, told in components that are known.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyManifest } from '../../../src/cluster/apply/apply.ts';
import { findComponent } from '../../../src/knowledge/components.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeList } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import type { ClusterOptions } from '../../../src/simulator/options.ts';
import { TraceIndex } from '../../../src/trace/query.ts';

const WEB = readFileSync(path.resolve(import.meta.dirname, '../../../media/samples/web.yaml'), 'utf8');
const MINUTE = 60_000_000;

function apply(options: Partial<ClusterOptions> = {}): Cluster {
  const cluster = new Cluster(options);
  cluster.settle(MINUTE);
  const { objects } = applyManifest(WEB, 'default', {
    request: ({ discovery, ...r }) => cluster.request({ ...r, observer: discovery ?? false }),
  });
  expect(objects.map((o) => o.result)).toEqual(['created']);
  cluster.settle(MINUTE);
  return cluster;
}

function pods(cluster: Cluster): readonly Pod[] {
  const r = cluster.request({ method: 'GET', path: '/api/v1/namespaces/default/pods', observer: true });
  return (r.body as KubeList<Pod>).items;
}

describe('a Deployment in a fresh cluster', () => {
  const cluster = apply();
  const steps = cluster.stepsAfter(0);
  const index = new TraceIndex(steps);

  it('ends in three running pods, one on each worker', () => {
    expect(pods(cluster).map((p) => p.status?.phase)).toEqual(['Running', 'Running', 'Running']);
    expect(new Set(pods(cluster).map((p) => p.spec?.nodeName))).toEqual(new Set(['worker-1', 'worker-2', 'worker-3']));
  });

  it('says of a condition that is true no longer why it was not', () => {
    const conditions = pods(cluster).flatMap((p) => p.status?.conditions ?? []);
    expect(conditions.filter((c) => c.type === 'Ready').map((c) => c.status)).toEqual(['True', 'True', 'True']);
    expect(conditions.filter((c) => c.status === 'True' && (c.reason || c.message))).toEqual([]);
  });

  it('goes the documented way: Deployment, ReplicaSet, pod, binding, sandbox, network, container, status', () => {
    const at = (what: (s: (typeof steps)[number]) => boolean): number => steps.findIndex(what);
    const order = [
      at((s) => s.actor.component === 'user' && s.action === 'create' && s.object?.resource === 'deployments'),
      at(
        (s) =>
          s.actor.component === 'deployment-controller' &&
          s.action === 'create' &&
          s.object?.resource === 'replicasets',
      ),
      at(
        (s) => s.actor.component === 'replicaset-controller' && s.action === 'create' && s.object?.resource === 'pods',
      ),
      at((s) => s.kind === 'schedule'),
      at((s) => s.request?.subresource === 'binding'),
      at((s) => s.action === 'SyncPod'),
      at((s) => s.action === 'RunPodSandbox'),
      at((s) => s.actor.component === 'cni'),
      at((s) => s.action === 'CreateContainer'),
      at((s) => s.action === 'StartContainer'),
      at(
        (s) =>
          s.actor.component === 'kubelet' &&
          (s.changed?.some((c) => c.path === 'status.phase' && c.after === 'Running') ?? false),
      ),
    ];
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('every step that came of the apply walks back to it', () => {
    const root = steps.find(
      (s) => s.actor.component === 'user' && s.object?.resource === 'deployments' && s.action === 'create',
    );
    const running = steps.filter(
      (s) =>
        s.changed?.some((c) => c.path === 'status.phase' && c.after === 'Running') && s.object?.namespace === 'default',
    );
    expect(running).toHaveLength(3);
    for (const s of running) {
      const chain = index.chain(s.id);
      expect(chain[0]?.id).toBe(s.id);
      expect(chain.at(-1)?.id).toBe(root?.id);
    }
  });

  it('names only components that are explained, and says something of every step', () => {
    for (const s of steps) {
      expect(findComponent(s.actor.component), s.actor.component).toBeDefined();
      expect(s.text, `${s.id} ${s.action}`).toMatch(/\S/);
      for (const cause of s.causes) expect(cause).toBeLessThan(s.id);
    }
  });
});

describe('a seed', () => {
  it('gives the same steps and the same audit log again, byte for byte', () => {
    const record = (seed: string): { steps: string; audit: string } => {
      const audit: object[] = [];
      const cluster = apply({ seed, onAudit: (e) => audit.push(e) });
      return { steps: JSON.stringify(cluster.stepsAfter(0)), audit: JSON.stringify(audit) };
    };
    const first = record('a');
    expect(first.audit.length).toBeGreaterThan(1000);
    expect(record('a')).toEqual(first);
    expect(record('b').steps).not.toBe(first.steps);
  });
});

describe('a stopped component', () => {
  it('freezes what is its own and nothing else; started again it catches up', () => {
    const cluster = new Cluster();
    cluster.settle(MINUTE);
    cluster.fault('stop', { component: 'kube-scheduler' });
    applyManifest(WEB, 'default', { request: (r) => cluster.request(r) });
    cluster.settle(MINUTE);
    expect(pods(cluster).map((p) => p.spec?.nodeName)).toEqual([undefined, undefined, undefined]);
    cluster.fault('start', { component: 'kube-scheduler' });
    cluster.settle(MINUTE);
    expect(pods(cluster).map((p) => p.status?.phase)).toEqual(['Running', 'Running', 'Running']);
  });

  it('without the controller manager a Deployment stays an object and nothing more', () => {
    const cluster = new Cluster();
    cluster.settle(MINUTE);
    cluster.fault('stop', { component: 'kube-controller-manager' });
    applyManifest(WEB, 'default', { request: (r) => cluster.request(r) });
    cluster.settle(MINUTE);
    expect(pods(cluster)).toEqual([]);
    cluster.fault('start', { component: 'kube-controller-manager' });
    cluster.settle(MINUTE);
    expect(pods(cluster)).toHaveLength(3);
  });

  it('refuses what it does not know, and says what there is', () => {
    const cluster = new Cluster();
    expect(() => cluster.fault('stop', { component: 'replicaset-controller' })).toThrow(
      /no component 'replicaset-controller'/,
    );
    expect(() => cluster.fault('stop', { node: 'worker-9' })).toThrow(/no machine 'worker-9'/);
  });
});
