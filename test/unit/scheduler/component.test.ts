// kube-scheduler against the simulated API server: what it writes, in which order, and why.
import { beforeEach, describe, expect, it } from 'vitest';
import { Kernel, SECOND } from '../../../src/kernel/kernel.ts';
import { Scope } from '../../../src/kernel/process.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import type { Event } from '../../../src/model/generated/events.v1.ts';
import { type ApiServer, bootstrap, createApiServer } from '../../../src/simulator/apiserver/index.ts';
import { type Scheduler, startScheduler } from '../../../src/simulator/scheduler/scheduler.ts';
import { Store } from '../../../src/simulator/store/index.ts';
import { TraceLog } from '../../../src/trace/log.ts';
import { TraceIndex } from '../../../src/trace/query.ts';
import type { Step } from '../../../src/trace/step.ts';
import { node, pod, requests } from './support.ts';

const PODS = '/api/v1/namespaces/default/pods';

class World {
  readonly kernel = new Kernel({ seed: 'component', epochMs: Date.UTC(2026, 0, 1) });
  readonly trace = new TraceLog();
  readonly server: ApiServer;
  scope = new Scope();
  scheduler: Scheduler;

  constructor() {
    const store = new Store(this.kernel);
    this.server = createApiServer({ kernel: this.kernel, store, trace: this.trace, node: 'control-plane-1' });
    bootstrap(this.server, { address: '192.0.2.1', port: 6443, serviceCidr: '10.96.0.0/16' });
    this.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
    this.scheduler = this.start();
  }

  start(): Scheduler {
    this.scope = new Scope();
    return startScheduler(this, this.scope, { node: 'control-plane-1' });
  }

  ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, value?: unknown): unknown {
    const response = this.server.handle({
      method,
      path,
      userAgent: 'test/v1',
      credential: { type: 'certificate', commonName: 'admin', organizations: ['system:masters'] },
      contentType: method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      actor: { component: 'user' },
      ...(value === undefined ? {} : { body: { value } }),
    });
    if (response.code >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(response.body)}`);
    return response.body;
  }

  addNode(name: string, shape: Parameters<typeof node>[1] = {}): void {
    const n = node(name, shape);
    this.ask('POST', '/api/v1/nodes', { ...n, status: undefined });
    this.ask('PATCH', `/api/v1/nodes/${name}`, { spec: { taints: n.spec?.taints ?? null } });
    this.ask('PATCH', `/api/v1/nodes/${name}/status`, { status: n.status });
  }

  addPod(p: Pod): void {
    const { uid: _, ...metadata } = p.metadata;
    this.ask('POST', PODS, { ...p, metadata });
  }

  pod(name: string): Pod {
    return this.ask('GET', `${PODS}/${name}`) as Pod;
  }

  run(seconds: number): void {
    this.kernel.runUntil(this.kernel.now + seconds * SECOND);
  }

  events(): string[] {
    const list = this.ask('GET', '/apis/events.k8s.io/v1/namespaces/default/events') as { items: Event[] };
    return list.items.map((e) => `${e.type} ${e.reason} ${e.regarding?.name}: ${e.note}`).sort();
  }

  /** What the scheduler did since the step `from`, Events aside. */
  deeds(from: number): Step[] {
    return this.trace.after(from).filter((s) => s.actor.component === 'kube-scheduler' && !s.routine);
  }
}

const deed = (s: Step): string => `${s.action} ${s.request?.subresource ?? s.kind} ${s.object?.name}`;

describe('kube-scheduler', () => {
  let w: World;
  beforeEach(() => {
    w = new World();
    for (const n of ['n1', 'n2', 'n3']) w.addNode(n, { allocatable: { cpu: '1', memory: '4Gi', pods: '110' } });
    w.run(1);
  });

  it('binds a pod, and every step goes back to the request that made the pod', () => {
    const from = w.trace.length;
    w.addPod(pod('web', requests('100m')));
    w.run(1);
    const deeds = w.deeds(from);
    expect(deeds.map(deed)).toEqual(['ScheduleOne schedule web', 'create binding web']);
    const bound = w.pod('web');
    expect(bound.spec?.nodeName).toMatch(/^n[123]$/);
    expect(bound.status?.conditions?.find((c) => c.type === 'PodScheduled')?.status).toBe('True');
    expect(w.events()).toEqual([`Normal Scheduled web: Successfully assigned default/web to ${bound.spec?.nodeName}`]);
    const index = new TraceIndex(w.trace.after(0));
    const chain = index.chain(deeds[1]?.id ?? 0).map((s) => `${s.actor.component} ${s.action}`);
    expect(chain).toEqual(['kube-scheduler create', 'kube-scheduler ScheduleOne', 'user create']);
  });

  it('tells in its step what each node was good for', () => {
    const from = w.trace.length;
    w.addPod(pod('web', requests('100m')));
    w.run(1);
    const detail = w.deeds(from)[0]?.detail;
    if (detail?.type !== 'schedule') throw new Error('no table');
    expect(detail.nodes.map((n) => n.node).sort()).toEqual(['n1', 'n2', 'n3']);
    expect(detail.nodes[0]?.scores?.map((s) => s.plugin)).toContain('NodeResourcesFit');
    expect(detail.filters).toContain('NodeResourcesFit');
  });

  it('does not give the same room to two pods that come together', () => {
    for (const n of ['a', 'b', 'c']) w.addPod(pod(n, requests('700m')));
    w.run(1);
    expect(new Set(['a', 'b', 'c'].map((n) => w.pod(n).spec?.nodeName)).size).toBe(3);
  });

  it('says why a pod waits, and binds it when a node changes so that it fits', () => {
    w.addPod(pod('blue', { nodeSelector: { zone: 'blue' } }));
    w.run(3);
    const message =
      "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
    expect(w.pod('blue').status?.conditions?.[0]).toMatchObject({
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
    });
    expect(w.events()).toEqual([`Warning FailedScheduling blue: ${message}`]);
    const from = w.trace.length;
    w.ask('PATCH', '/api/v1/nodes/n2', { metadata: { labels: { unrelated: 'x' } } });
    w.run(1);
    expect(w.deeds(from)).toEqual([]);
    w.ask('PATCH', '/api/v1/nodes/n2', { metadata: { labels: { zone: 'blue' } } });
    w.run(1);
    expect(w.deeds(from).map(deed)).toEqual(['ScheduleOne schedule blue', 'create binding blue']);
    expect(w.pod('blue').spec?.nodeName).toBe('n2');
    expect(w.deeds(from)[0]?.causes.map((id) => w.trace.get(id)?.object?.name)).toEqual(['n2']);
  });

  it('preempts: promises the node, marks and deletes the victim, and binds once it has ended', () => {
    const size = requests('700m');
    w.ask('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'high' }, value: 1000 });
    for (const n of ['1', '2', '3'])
      w.addPod(pod(`low-${n}`, { nodeSelector: { 'kubernetes.io/hostname': `n${n}` }, ...size }));
    w.run(1);
    for (const n of ['1', '2', '3']) {
      w.ask('PATCH', `${PODS}/low-${n}/status`, { status: { phase: 'Running', startTime: `2026-01-01T00:00:0${n}Z` } });
    }
    w.run(1);
    const from = w.trace.length;
    w.addPod(pod('high', { priorityClassName: 'high', ...size }));
    w.run(2);
    expect(w.deeds(from).map(deed)).toEqual([
      'ScheduleOne schedule high',
      'patch status high',
      'patch status low-3',
      'delete request low-3',
    ]);
    expect(w.pod('high').status?.nominatedNodeName).toBe('n3');
    const victim = w.pod('low-3');
    expect(victim.metadata.deletionTimestamp).toBeDefined();
    expect(victim.status?.conditions?.find((c) => c.type === 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
    });
    const uid = w.pod('high').metadata.uid;
    expect(w.events()).toContain(`Normal Preempted low-3: Preempted by pod ${uid} on node n3`);
    expect(w.events()).toContain('Warning FailedScheduling high: 0/3 nodes are available: 3 Insufficient cpu.');
    w.ask('PATCH', `${PODS}/low-3/status`, { status: { phase: 'Failed' } });
    w.run(1);
    expect(w.pod('high').spec?.nodeName).toBe('n3');
  });

  it('leaves the room that a nominated pod waits for to that pod', () => {
    const size = requests('700m');
    w.ask('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'high' }, value: 1000 });
    for (const n of ['1', '2', '3'])
      w.addPod(pod(`low-${n}`, { nodeSelector: { 'kubernetes.io/hostname': `n${n}` }, ...size }));
    w.run(1);
    w.addPod(pod('high', { priorityClassName: 'high', ...size }));
    w.run(1);
    const promised = w.pod('high').status?.nominatedNodeName;
    w.addPod(pod('late', size));
    w.run(1);
    w.ask('PATCH', `${PODS}/low-${promised?.slice(1)}/status`, { status: { phase: 'Failed' } });
    w.run(5);
    expect(w.pod('high').spec?.nodeName).toBe(promised);
    expect(w.pod('late').spec?.nodeName).toBeUndefined();
  });

  it('stopped, leaves pods alone; started again, catches up from a fresh list', () => {
    w.scope.close();
    w.addPod(pod('web', requests('100m')));
    w.run(10);
    expect(w.pod('web').spec?.nodeName).toBeUndefined();
    w.scheduler = w.start();
    w.run(1);
    expect(w.pod('web').spec?.nodeName).toMatch(/^n[123]$/);
  });

  it('counts pods of before its start', () => {
    for (const n of ['a', 'b', 'c']) w.addPod(pod(n, requests('700m')));
    w.run(1);
    w.scope.close();
    w.scheduler = w.start();
    w.run(1);
    w.addPod(pod('d', requests('700m')));
    w.run(1);
    expect(w.pod('d').status?.conditions?.[0]?.message).toContain('3 Insufficient cpu');
  });

  it('waits for a gated pod, then schedules it', () => {
    const from = w.trace.length;
    w.addPod(pod('gated', { schedulingGates: [{ name: 'example.com/wait' }] }));
    w.run(2);
    expect(w.deeds(from).map(deed)).toEqual(['PreEnqueue decide gated']);
    w.ask('PATCH', `${PODS}/gated`, { spec: { schedulingGates: null } });
    w.run(1);
    expect(w.pod('gated').spec?.nodeName).toMatch(/^n[123]$/);
  });

  it('leaves pods of other schedulers alone, and does not try pods that are going', () => {
    const from = w.trace.length;
    w.addPod(pod('foreign', { schedulerName: 'mine' }));
    w.run(2);
    expect(w.deeds(from)).toEqual([]);
  });

  it('does the same again with the same seed', () => {
    const play = (): Pod[] => {
      const other = new World();
      for (const n of ['n1', 'n2', 'n3']) other.addNode(n);
      for (let i = 0; i < 9; i++) other.addPod(pod(`p${i}`));
      other.run(2);
      return Array.from({ length: 9 }, (_, i) => other.pod(`p${i}`));
    };
    expect(play().map((p) => p.spec)).toEqual(play().map((p) => p.spec));
  });
});

describe('without nodes', () => {
  it('a pod is tried again and again, and runs once there is a node', () => {
    const w = new World();
    w.addPod(pod('web'));
    w.run(29);
    expect(w.pod('web').status?.conditions?.[0]).toMatchObject({
      reason: 'Unschedulable',
      message: 'no nodes available to schedule pods',
    });
    expect(w.kernel.idle).toBe(true);
    w.addNode('n1');
    w.run(12);
    expect(w.pod('web').spec?.nodeName).toBe('n1');
  });
});
