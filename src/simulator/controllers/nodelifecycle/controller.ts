// The node lifecycle controller: watches over nodes' heartbeats and turns what it sees into conditions and taints.
// Models pkg/controller/nodelifecycle, v1.36.

import { MS, SECOND, type Timer } from '../../../kernel/kernel.ts';
import { type Process, sleep, spawn } from '../../../kernel/process.ts';
import { rfc3339 } from '../../../kernel/time.ts';
import type { Lease } from '../../../model/generated/coordination.v1.ts';
import type { Node, Pod, Taint } from '../../../model/generated/core.v1.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { LEASES, NODES, PODS } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { byNode } from '../common/indices.ts';
import { isPodReady } from '../common/pods.ts';
import {
  conditionOf,
  isEvictionTaint,
  noExecuteTaints,
  noScheduleTaints,
  silentConditions,
  swapsTaint,
} from './decide.ts';
import { disruption, healthOf, type ZoneState, zoneOf } from './zones.ts';

/** Source: --node-monitor-period 5s, --node-monitor-grace-period 50s, --node-startup-grace-period 60s, v1.36. */
const MONITOR = 5 * SECOND;
const GRACE = 50 * SECOND;
const STARTUP_GRACE = 60 * SECOND;
/** Source: NodeEvictionPeriod in pkg/controller/nodelifecycle/scheduler, 100 ms: how often the queues are looked at. */
const EVICTION_PERIOD = SECOND / 10;
const WORKERS = 8;
const LEASE_NAMESPACE = 'kube-node-lease';

interface Health {
  /** µs when the last sign of life was seen, and what it was. */
  at: number;
  renewTime: string | undefined;
  heartbeat: string | undefined;
  started: boolean;
}

/** The nodes of one zone that wait to be tainted for eviction, and how fast that goes. */
interface Zone {
  state: ZoneState;
  /** Nodes a second. */
  rate: number;
  readonly waiting: string[];
  /** µs before which the rate lets no other through. */
  nextAt: number;
  timer: Timer | undefined;
}

export class NodeLifecycleController {
  private readonly ctx: ComponentContext;
  private readonly nodes: Informer<Node>;
  private readonly pods: Informer<Pod>;
  private readonly leases: Informer<Lease>;
  private readonly events: EventRecorder;
  private readonly health = new Map<string, Health>();
  private readonly zones = new Map<string, Zone>();
  /** Nodes that a pass has seen, with what an Event about them needs once they are gone. */
  private readonly known = new Map<string, Node>();

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.events = new EventRecorder(ctx, 'node-controller');
    this.nodes = ctx.informers.of(NODES);
    this.pods = ctx.informers.of(PODS);
    this.leases = ctx.informers.of(LEASES);
    this.pods.addIndex(byNode);
    const queue = new WorkQueue(ctx.kernel);
    const changed = (n: Node, cause: StepId): void => queue.add(n.metadata.name ?? '', [cause]);
    this.nodes.onChange({
      add: changed,
      update: (n, _, cause) => changed(n, cause),
      remove: (n) => this.health.delete(n.metadata.name ?? ''),
    });
    const start = (): void => {
      startWorkers(ctx.kernel, ctx.scope, queue, WORKERS, (k, c) => this.taintByCondition(k, c));
      this.monitorLater();
    };
    this.nodes.onSynced(() => this.pods.onSynced(() => this.leases.onSynced(start)));
  }

  private get now(): string {
    return rfc3339(this.ctx.kernel.wallMs);
  }

  private *taintByCondition(name: string, causes: readonly StepId[]): Process<SyncResult> {
    const node = this.nodes.get(name);
    const taints = node === undefined ? undefined : noScheduleTaints(node, this.now);
    if (node === undefined || taints === undefined) return undefined;
    return yield* this.writeTaints(node, taints, causes);
  }

  private *writeTaints(node: Node, taints: readonly Taint[], causes: readonly StepId[]): Process<SyncResult> {
    const { name = '' } = node.metadata;
    const patch = {
      metadata: { resourceVersion: node.metadata.resourceVersion },
      spec: { taints: taints.length > 0 ? taints : null },
    };
    const result = yield* this.ctx.client.patch(NODES, '', name, 'merge', patch, { causes });
    return result.ok || result.code === 404 ? undefined : { error: result.status.message ?? 'patch failed' };
  }

  private monitorLater(): void {
    const { kernel, scope } = this.ctx;
    kernel.schedule(MONITOR, () => spawn(scope, this.monitor()), true);
  }

  /** Source: classifyNodes and monitorNodeHealth, v1.36. */
  private greet(): void {
    for (const node of this.nodes.all()) {
      const { name = '' } = node.metadata;
      if (!this.known.has(name)) this.tellNode(node, 'RegisteredNode', `Registered Node ${name} in Controller`);
      this.known.set(name, node);
    }
    for (const [name, node] of this.known) {
      if (this.nodes.get(name) !== undefined) continue;
      this.tellNode(node, 'RemovingNode', `Removing Node ${name} from Controller`);
      this.known.delete(name);
    }
  }

  private tellNode({ metadata: { name = '', uid = '' } }: Node, reason: string, what: string): void {
    const subject = { apiVersion: 'v1', kind: 'Node', object: { metadata: { name, uid } } };
    this.events.event(subject, 'Normal', reason, `Node ${name} event: ${what}`, []);
  }

  private *monitor(): Process<void> {
    this.greet();
    for (const node of [...this.nodes.all()]) if (this.needsCare(node)) yield* this.check(node);
    yield* this.handleDisruption();
    this.monitorLater();
  }

  /** Whether a node is silent, or has taints that its conditions do not ask for; most of a thousand are well. */
  private needsCare(node: Node): boolean {
    this.observe(node);
    return this.isSilent(node) || noExecuteTaints(node, this.now) !== undefined;
  }

  private isSilent(node: Node): boolean {
    const health = this.health.get(node.metadata.name ?? '');
    if (health === undefined || conditionOf(node, 'Ready')?.status === 'Unknown') return false;
    return this.ctx.kernel.now - health.at > (health.started ? GRACE : STARTUP_GRACE);
  }

  private *check(node: Node): Process<void> {
    const { name = '' } = node.metadata;
    if (this.isSilent(node)) yield* this.giveUp(node, conditionOf(node, 'Ready')?.status === 'True');
    const current = this.nodes.get(name);
    if (current === undefined || noExecuteTaints(current, this.now) === undefined) return;
    const fine = conditionOf(current, 'Ready')?.status === 'True';
    if (fine || swapsTaint(current)) yield* this.taintForEviction(name);
    else this.evict(current);
  }

  private zone(key: string): Zone {
    const known = this.zones.get(key);
    if (known !== undefined) return known;
    const zone: Zone = { state: 'Initial', rate: 0.1, waiting: [], nextAt: 0, timer: undefined };
    this.zones.set(key, zone);
    return zone;
  }

  private *handleDisruption(): Process<void> {
    const health = healthOf(this.nodes.all());
    for (const [key, zone] of this.zones) if (!health.has(key) && zone.waiting.length === 0) this.zones.delete(key);
    const known = new Map([...health.keys()].map((key) => [key, this.zone(key).state]));
    const { changes, stops, resumes } = disruption(health, known);
    for (const { zone: key, state, rate } of changes) {
      const zone = this.zone(key);
      if (zone.state !== 'Initial' || state !== 'Normal') this.tellState(key, state, rate, health.get(key));
      zone.state = state;
      zone.rate = rate;
      this.drainLater(zone);
    }
    if (stops) for (const node of [...this.nodes.all()]) yield* this.forgive(node);
    if (resumes) for (const h of this.health.values()) h.at = this.ctx.kernel.now;
  }

  private tellState(key: string, state: ZoneState, rate: number, health?: { ready: number; notReady: number }): void {
    const { ready = 0, notReady = 0 } = health ?? {};
    const where = key === '' ? 'the cluster' : `zone ${key}`;
    const so =
      rate === 0
        ? 'no node is tainted for eviction'
        : `one node every ${Math.round(1 / rate)} s is tainted for eviction`;
    this.ctx.record({
      kind: 'decide',
      action: 'HandleDisruption',
      causes: [],
      text: `in ${where} ${notReady} of ${ready + notReady} nodes are not ready → ${state}: ${so}.`,
      detail: { type: 'decide', inputs: { zone: key, ready, notReady, state, nodesPerSecond: rate } },
    });
  }

  /** Takes back what says that the pods have to leave. */
  private *forgive(node: Node): Process<void> {
    const { waiting } = this.zone(zoneOf(node));
    const at = waiting.indexOf(node.metadata.name ?? '');
    if (at >= 0) waiting.splice(at, 1);
    const current = this.nodes.get(node.metadata.name ?? '');
    const taints = (current?.spec?.taints ?? []).filter((t) => t.effect !== 'NoExecute' || !isEvictionTaint(t.key));
    if (current !== undefined && taints.length < (current.spec?.taints ?? []).length)
      yield* this.writeTaints(current, taints, []);
  }

  private observe(node: Node): void {
    const { name = '' } = node.metadata;
    const renewTime = this.leases.get(`${LEASE_NAMESPACE}/${name}`)?.spec?.renewTime;
    const heartbeat = conditionOf(node, 'Ready')?.lastHeartbeatTime;
    const known = this.health.get(name) ?? { at: this.ctx.kernel.now, renewTime, heartbeat, started: false };
    if (known.renewTime !== renewTime || known.heartbeat !== heartbeat) known.at = this.ctx.kernel.now;
    known.renewTime = renewTime;
    known.heartbeat = heartbeat;
    known.started ||= heartbeat !== undefined;
    this.health.set(name, known);
  }

  private *giveUp(node: Node, wasReady: boolean): Process<void> {
    const { name = '', uid = '' } = node.metadata;
    const step = this.ctx.record({
      kind: 'decide',
      action: 'MonitorNodeHealth',
      object: { group: '', resource: 'nodes', kind: 'Node', name, uid },
      causes: [],
      text: `has heard nothing from the kubelet on ${name} for ${GRACE / SECOND} s → sets its conditions to Unknown.`,
      detail: { type: 'decide', inputs: { graceSeconds: GRACE / SECOND } },
    });
    const next: Node = {
      ...node,
      apiVersion: 'v1',
      kind: 'Node',
      status: { ...node.status, conditions: silentConditions(node, this.now) },
    };
    const updated = yield* this.ctx.client.update(NODES, next, { causes: [step], subresource: 'status' });
    if (!updated.ok || !wasReady) return;
    const subject = { apiVersion: 'v1', kind: 'Node', object: { metadata: { name, uid: name } } };
    this.events.event(subject, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`, [updated.step]);
    // Until here the watch has brought the node's new status to the worker that taints it.
    yield* sleep(this.ctx.kernel, MS);
    for (const pod of this.pods.byIndex(byNode, name)) yield* this.markNotReady(pod, updated.step);
  }

  private *markNotReady(pod: Pod, cause: StepId): Process<void> {
    if (!isPodReady(pod)) return;
    const conditions = (pod.status?.conditions ?? []).map((c) =>
      c.type === 'Ready' ? { ...c, status: 'False' as const, lastTransitionTime: this.now } : c,
    );
    const next: Pod = { ...pod, apiVersion: 'v1', kind: 'Pod', status: { ...pod.status, conditions } };
    yield* this.ctx.client.update(PODS, next, { causes: [cause], subresource: 'status' });
    this.events.event({ apiVersion: 'v1', kind: 'Pod', object: pod }, 'Warning', 'NodeNotReady', 'Node is not ready', [
      cause,
    ]);
  }

  /** Nodes are tainted for eviction one after the other, so that a broken network does not empty the cluster. */
  private evict(node: Node): void {
    const { name = '' } = node.metadata;
    const zone = this.zone(zoneOf(node));
    if (zone.waiting.includes(name)) return;
    zone.waiting.push(name);
    this.drainLater(zone);
  }

  private drainLater(zone: Zone): void {
    zone.timer?.cancel();
    zone.timer = undefined;
    if (zone.waiting.length === 0 || zone.rate === 0) return;
    const { kernel, scope } = this.ctx;
    const wait = Math.max(EVICTION_PERIOD, zone.nextAt - kernel.now);
    zone.timer = kernel.schedule(wait, () => {
      if (scope.alive) spawn(scope, this.drain(zone));
    });
  }

  private *drain(zone: Zone): Process<void> {
    const name = zone.waiting[0];
    if (name === undefined || zone.rate === 0) return;
    zone.nextAt = this.ctx.kernel.now + SECOND / zone.rate;
    yield* this.taintForEviction(name);
    if (zone.waiting[0] === name) zone.waiting.shift();
    this.drainLater(zone);
  }

  private *taintForEviction(name: string): Process<void> {
    const node = this.nodes.get(name);
    const taints = node === undefined ? undefined : noExecuteTaints(node, this.now);
    if (node !== undefined && taints !== undefined) yield* this.writeTaints(node, taints, []);
  }
}
