// Pods that are evicted while they are not running yet, and what the scheduler says of those that come after them.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import { Played } from './played.ts';

const PODS = '/api/v1/namespaces/default/pods';
const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      nodeSelector: { kubernetes.io/hostname: worker-1 }
      containers: [{ name: web, image: "nginx:1.27" }]
`;

describe('an eviction', () => {
  const p = new Played({ registerControlPlane: false });
  const pods = (): readonly Pod[] => p.list<Pod>(PODS);
  const evict = (name: string): number => {
    const metadata = { name, namespace: 'default' };
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata };
    return p.cluster.request({ method: 'POST', path: `${PODS}/${name}/eviction`, body }).code;
  };

  it('says why the pod goes also where no budget was asked, because it was still pending', () => {
    p.create(WEB);
    p.run(0.1);
    const [first] = pods();
    expect(first?.status?.phase).toBe('Pending');
    p.patch('/api/v1/nodes/worker-1', { spec: { unschedulable: true } });
    p.run(0.02);
    const name = first?.metadata.name ?? '';
    expect(evict(name)).toBe(201);
    const marked = (): unknown => {
      const pod = pods().find((x) => x.metadata.name === name);
      return pod?.status?.conditions?.find((c) => c.type === 'DisruptionTarget');
    };
    const told = { status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' };
    const before = marked();
    expect(before).toMatchObject(told);
    p.run(0.1);
    expect(evict(name)).toBe(201);
    expect(marked()).toEqual(before);
  });

  // As recorded: pdb-eviction. The scheduler's first note has made the pod another one, so the second is an Event of its own.
  it('leaves a pod whose every reason to wait is an Event of its own', () => {
    p.run(3);
    p.patch('/api/v1/nodes/worker-1', { spec: { unschedulable: null } });
    p.run(3);
    const said = p.events('default-scheduler').filter((e) => e.startsWith('Warning FailedScheduling'));
    const rest =
      "2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
    expect(said).toEqual([
      `Warning FailedScheduling: 0/3 nodes are available: 1 node(s) were unschedulable, ${rest}`,
      `Warning FailedScheduling: 0/3 nodes are available: 1 node(s) had untolerated taint(s), ${rest}`,
    ]);
    expect(pods().map((x) => x.status?.phase)).toEqual(['Running']);
  });
});
