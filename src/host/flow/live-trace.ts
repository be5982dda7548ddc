// A live cluster as a trace that grows: what its watches bring is explained step by step, and its Events are asked for.
import { apiPath, WATCHED } from '../../cluster/resources.ts';
import type { ClusterSource } from '../../cluster/source.ts';
import type { Lease } from '../../model/generated/coordination.v1.ts';
import { isRecord, type KubeObject } from '../../model/object.ts';
import { equal } from '../../model/paths.ts';
import {
  type ClockState,
  FLOW_PROTOCOL,
  type FlowLeader,
  type FlowObject,
  type ToFlow,
  type Topology,
} from '../../protocol/flow.ts';
import { LED_BY_LEASE, leadersOf, machinesOf } from '../../protocol/flow-cluster.ts';
import { type FlowMachine, topologyOf } from '../../protocol/flow-topology.ts';
import { Inference, type SeenChange } from '../../provenance/inferred.ts';
import type { Step } from '../../trace/step.ts';
import { objectsOf } from '../simulator/flow-steps.ts';
import { withCallers } from './audit-trace.ts';

/** How often the cluster's Events, and who leads, are asked for, ms; and how many Events. */
const ASK_EVERY = 4_000;
const EVENTS_MOST = 500;
/** The oldest steps make room, so that a panel that stays open for days does not fill the memory. */
const MOST = 20_000;

export interface LivePorts {
  /** Milliseconds since 1970. */
  now(): number;
  after(ms: number, run: () => void): () => void;
  /** `from` is how many steps there were before. */
  grown(from: number, steps: readonly Step[]): void;
  changed(topology: Topology): void;
  /** What the reader is told above the steps, which stay; `clock` says that no more will come, or that they may. */
  tell(message: ToFlow): void;
}

export class LiveTrace {
  readonly steps: Step[] = [];
  readonly source: ClusterSource;
  private readonly ports: LivePorts;
  private readonly start: number;
  private readonly inference = new Inference();
  private readonly seeds: readonly FlowObject[];
  private readonly stops: (() => void)[] = [];
  private waiting: SeenChange[] = [];
  private machines: readonly FlowMachine[];
  private leaders: readonly FlowLeader[] = [];
  /** Who has acted so far. */
  private readonly callers = new Set<string>();
  /** What the drawing was last made from. */
  private drawn = '';
  private eventsFailed = false;
  private stopped = false;
  /** What the reader was told last of the connection; a panel that is shown again is told again. */
  private trouble: ToFlow | undefined;

  constructor(source: ClusterSource, ports: LivePorts) {
    this.source = source;
    this.ports = ports;
    this.start = ports.now();
    this.seeds = objectsOf(source.cache);
    for (const { name } of WATCHED) for (const object of source.cache.list(name)) this.inference.know(object);
    this.machines = this.seenMachines();
    this.drawn = this.signature();
    this.stops.push(
      source.cache.onChange((changes) => {
        if (this.waiting.length === 0) void Promise.resolve().then(() => this.flush());
        const at = this.at;
        this.waiting.push(...changes.map((change): SeenChange => ({ at, ...change })));
      }),
      source.onState((state) => this.state(state)),
    );
    this.ready = this.askLeaders(true);
    void this.ask(true);
  }

  /** Done when it is known who leads, so that the first picture has each in its place; never rejects. */
  readonly ready: Promise<void>;

  get name(): string {
    return this.source.name;
  }

  /** What the panel begins with. */
  messages(): ToFlow[] {
    return [this.init(), ...(this.trouble ? [this.trouble] : [])];
  }

  private init(): ToFlow {
    return {
      type: 'init',
      protocol: FLOW_PROTOCOL,
      source: { id: `${this.source.id}-${this.start}`, name: this.name, kind: 'cluster' },
      topology: this.topology,
      objects: this.seeds,
      steps: this.steps,
      autoplay: false,
      clock: this.clock,
      epochMs: this.start,
    };
  }

  private get clock(): ClockState {
    return { running: this.source.state.phase === 'connected', speed: 0, atUs: this.at };
  }

  stop(): void {
    this.stopped = true;
    for (const stop of this.stops.splice(0)) stop();
  }

  private get at(): number {
    return Math.max(0, Math.round((this.ports.now() - this.start) * 1000));
  }

  private get topology(): Topology {
    // Whose loops worked when the trace began is drawn large, and stays there.
    const large = this.leaders.find(({ component, from }) => component === LED_BY_LEASE[0] && from === 0)?.node;
    const first = ({ name }: FlowMachine): number => Number(name !== large);
    const machines = large === undefined ? this.machines : this.machines.toSorted((a, b) => first(a) - first(b));
    const topology = withCallers(topologyOf(machines), this.steps);
    return this.leaders.length === 0 ? topology : { ...topology, leaders: this.leaders };
  }

  private seenMachines(): readonly FlowMachine[] {
    const { cache } = this.source;
    return machinesOf(cache.list('nodes'), cache.list('pods'));
  }

  private signature(): string {
    return `${JSON.stringify(this.machines)} ${JSON.stringify(this.leaders)} ${this.callers.size}`;
  }

  /** Tells of another topology, where something of it has changed. */
  private redraw(): void {
    const now = this.signature();
    if (now === this.drawn) return;
    this.drawn = now;
    this.ports.changed(this.topology);
  }

  /** A source that lets go of its cluster empties its cache: that is not the cluster losing its objects. */
  private flush(): void {
    const changes = this.waiting;
    this.waiting = [];
    if (this.stopped || this.source.state.phase !== 'connected') return;
    if (changes.some(movesMachines)) this.machines = this.seenMachines();
    const order = changes.toSorted((a, b) => a.at - b.at || revision(a) - revision(b));
    this.add(order.flatMap((change) => this.inference.take(change) ?? []));
  }

  private add(steps: readonly Step[]): void {
    if (steps.length === 0) return;
    const room = MOST - this.steps.length;
    if (room <= 0) return;
    const from = this.steps.length;
    const fresh = steps.slice(0, room);
    this.steps.push(...fresh);
    for (const { actor } of fresh) this.callers.add(actor.component);
    this.redraw();
    this.ports.grown(from, fresh);
    if (this.steps.length >= MOST)
      this.tell(`${MOST} steps are kept, and more came.`, 'Open the flow panel again to go on from now.');
  }

  private tell(message: string, advice: string): void {
    this.trouble = { type: 'error', message, advice };
    this.ports.tell(this.trouble);
  }

  private state(state: ClusterSource['state']): void {
    this.ports.tell({ type: 'state', clock: this.clock });
    if (state.phase === 'connected') this.trouble = undefined;
    if (state.phase === 'failed')
      this.tell(`${this.name} is gone: ${state.message}`, `${state.remedy} What was seen until then stays here.`);
    else if (state.phase === 'disconnected')
      this.tell(
        `${this.name} was disconnected.`,
        'Connect again and open the flow panel anew; what was seen stays here.',
      );
    else if (state.phase === 'connected' && state.stale)
      this.tell(`${this.name}: ${state.stale.message}`, `${state.stale.remedy} Steps may be missing.`);
  }

  /** What no watch brings is asked for again and again. */
  private async ask(first: boolean): Promise<void> {
    if (this.stopped) return;
    await Promise.all([this.askEvents(first), first ? this.ready : this.askLeaders(false)]);
    if (!this.stopped) this.stops.push(this.ports.after(ASK_EVERY, () => void this.ask(false)));
  }

  /** Where several could lead, the Leases say who does. Nobody watches them: they are renewed every two seconds. */
  private async askLeaders(first: boolean): Promise<void> {
    const twice = LED_BY_LEASE.filter(
      (id) => this.machines.filter(({ components }) => components?.includes(id)).length > 1,
    );
    if (twice.length === 0 || this.source.state.phase !== 'connected') return;
    const leases = await Promise.all(twice.map((id) => this.lease(id)));
    if (this.stopped) return;
    const names = this.machines.map(({ name }) => name);
    const from = first ? 0 : this.at;
    const found = leadersOf(
      leases.flatMap((lease) => lease ?? []),
      names,
      from,
    );
    const fresh = found.filter(
      ({ component, node }) => this.leaders.findLast((one) => one.component === component)?.node !== node,
    );
    this.leaders = [...this.leaders, ...fresh];
    if (first) this.drawn = this.signature();
    else this.redraw();
  }

  /** Undefined where it may not be read, or is not there. */
  private async lease(name: string): Promise<Lease | undefined> {
    const path = apiPath({ group: 'coordination.k8s.io', version: 'v1', name: 'leases' }, 'kube-system', name);
    const answer = await this.source.request({ method: 'GET', path, asUser: false }).catch(() => undefined);
    return answer?.code === 200 && isRecord(answer.body) ? (answer.body as unknown as Lease) : undefined;
  }

  /** What happened before the trace began is only taken note of. */
  private async askEvents(first: boolean): Promise<void> {
    if (this.stopped || this.eventsFailed) return;
    if (this.source.state.phase === 'connected') {
      const path = apiPath({ group: '', version: 'v1', name: 'events' });
      const answer = await this.source
        .request({ method: 'GET', path, query: { limit: String(EVENTS_MOST) }, asUser: false })
        .catch(() => undefined);
      if (this.stopped) return;
      if (answer && answer.code >= 400) {
        this.eventsFailed = true;
        this.tell(
          `Events of ${this.name} may not be read (${answer.code}).`,
          'Steps are inferred from the objects alone.',
        );
        return;
      }
      const items =
        isRecord(answer?.body) && Array.isArray(answer.body.items) ? (answer.body.items as KubeObject[]) : [];
      const events = items.toSorted((a, b) => eventRevision(a) - eventRevision(b));
      if (first) for (const event of events) this.inference.skipEvent(event);
      else this.add(events.flatMap((event) => this.inference.takeEvent(event, this.at) ?? []));
    }
  }
}

/** Whether a change may be one of what runs where: most are of a pod's status. */
function movesMachines({ resource, before, after }: SeenChange): boolean {
  if (resource === 'nodes') return true;
  if (resource !== 'pods') return false;
  if (before === undefined || after === undefined) return true;
  const nodeOf = (o: KubeObject): unknown => (o as { spec?: { nodeName?: unknown } }).spec?.nodeName;
  return nodeOf(before) !== nodeOf(after) || !equal(before.metadata.labels, after.metadata.labels);
}

function revision({ before, after }: SeenChange): number {
  return Number((after ?? before)?.metadata.resourceVersion) || 0;
}

function eventRevision({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion) || 0;
}
