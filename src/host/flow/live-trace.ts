// A live cluster as a trace that grows: what its watches bring is explained step by step, and its Events are asked for.
import type { ObjectCache } from '../../cluster/cache.ts';
import { apiPath, WATCHED } from '../../cluster/resources.ts';
import type { ClusterSource } from '../../cluster/source.ts';
import { isRecord, type KubeObject } from '../../model/object.ts';
import { type ClockState, FLOW_PROTOCOL, type FlowObject, type ToFlow, type Topology } from '../../protocol/flow.ts';
import { Inference, type SeenChange } from '../../provenance/inferred.ts';
import type { Step } from '../../trace/step.ts';
import { objectsOf } from '../simulator/flow-steps.ts';
import { topologyFrom } from './audit-trace.ts';

/** How often the cluster's Events are asked for, ms; and how many. */
const EVENTS_EVERY = 4_000;
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
  private nodes = '';
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
    this.nodes = nodesOf(source.cache).join();
    this.stops.push(
      source.cache.onChange((changes) => {
        if (this.waiting.length === 0) void Promise.resolve().then(() => this.flush());
        const at = this.at;
        this.waiting.push(...changes.map((change): SeenChange => ({ at, ...change })));
      }),
      source.onState((state) => this.state(state)),
    );
    void this.askEvents(true);
  }

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
    return topologyFrom(nodesOf(this.source.cache), this.steps);
  }

  /** A source that lets go of its cluster empties its cache: that is not the cluster losing its objects. */
  private flush(): void {
    const changes = this.waiting;
    this.waiting = [];
    if (this.stopped || this.source.state.phase !== 'connected') return;
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
    const nodes = `${nodesOf(this.source.cache).join()} ${new Set(this.steps.map(({ actor }) => actor.component)).size}`;
    if (nodes !== this.nodes) this.ports.changed(this.topology);
    this.nodes = nodes;
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
    this.stops.push(this.ports.after(EVENTS_EVERY, () => void this.askEvents(false)));
  }
}

function revision({ before, after }: SeenChange): number {
  return Number((after ?? before)?.metadata.resourceVersion) || 0;
}

function eventRevision({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion) || 0;
}

function nodesOf(cache: ObjectCache): string[] {
  return cache.list('nodes').flatMap(({ metadata }) => metadata.name ?? []);
}
