// Runs the plugins of one profile, extension point by extension point. Models pkg/scheduler/framework/runtime.
import type { Process } from '../../../kernel/process.ts';
import { type CycleState, stateKey } from './cycle-state.ts';
import type { NodeInfo } from './node-info.ts';
import type { NodeStatuses } from './node-statuses.ts';
import type { Enabled, Plugin, PostFilterOutcome } from './plugin.ts';
import type { PodInfo } from './pod-info.ts';
import { isRejected, messageOf, type Status, unschedulable } from './status.ts';

/** Pods that were promised a node by preemption but do not run there yet. */
export interface Nominator {
  nominatedFor(node: string): readonly PodInfo[];
}

type With<K extends keyof Plugin> = Plugin & Required<Pick<Plugin, K>>;

interface Scorer {
  readonly plugin: With<'score'>;
  readonly weight: number;
}

/** Which plugins take part in the rest of the cycle: those that did not answer Skip. */
interface Active {
  filters: readonly With<'filter'>[];
  scorers: readonly Scorer[];
}

const ACTIVE = stateKey<Active>();
const BATCH = 512;

function implementing<K extends keyof Plugin>(plugins: readonly Enabled[], ...points: K[]): With<K>[] {
  return plugins.map((e) => e.plugin).filter((p): p is With<K> => points.every((k) => p[k] !== undefined));
}

export interface PreFilterResult {
  readonly status?: Status;
  readonly nodeNames?: ReadonlySet<string>;
  /** The plugins that narrowed the nodes. */
  readonly narrowedBy: readonly string[];
}

export class Framework {
  readonly plugins: readonly Enabled[];
  private readonly preEnqueues: readonly With<'preEnqueue'>[];
  private readonly preFilters: readonly With<'preFilter'>[];
  private readonly filters: readonly With<'filter'>[];
  private readonly postFilters: readonly With<'postFilter'>[];
  private readonly preScores: readonly With<'preScore'>[];
  private readonly scorers: readonly Scorer[];
  private readonly reserves: readonly Plugin[];
  private readonly adders: readonly With<'addPod' | 'removePod'>[];
  private readonly nominator: Nominator;
  private scores = new Float64Array(BATCH);

  constructor(plugins: readonly Enabled[], nominator: Nominator) {
    this.plugins = plugins;
    this.nominator = nominator;
    this.preEnqueues = implementing(plugins, 'preEnqueue');
    this.preFilters = implementing(plugins, 'preFilter');
    this.filters = implementing(plugins, 'filter');
    this.postFilters = implementing(plugins, 'postFilter');
    this.preScores = implementing(plugins, 'preScore');
    this.scorers = plugins.flatMap(({ plugin, weight }) =>
      plugin.score === undefined ? [] : [{ plugin: plugin as With<'score'>, weight }],
    );
    this.reserves = plugins.map((e) => e.plugin).filter((p) => p.reserve !== undefined || p.unreserve !== undefined);
    this.adders = implementing(plugins, 'addPod', 'removePod');
  }

  /** The plugin of the profile that sorts the queue. */
  sorter(): With<'less'> {
    const [sorter] = implementing(this.plugins, 'less');
    if (sorter === undefined) throw new Error('the profile has no QueueSort plugin');
    return sorter;
  }

  filterNames(): readonly string[] {
    return this.filters.map((p) => p.name);
  }

  preEnqueue(pod: PodInfo): Status | undefined {
    for (const p of this.preEnqueues) {
      const status = p.preEnqueue(pod);
      if (status !== undefined) return status;
    }
    return undefined;
  }

  preFilter(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): PreFilterResult {
    const skipped = new Set<Plugin>();
    const narrowedBy: string[] = [];
    let nodeNames: ReadonlySet<string> | undefined;
    for (const p of this.preFilters) {
      const outcome = p.preFilter(state, pod, nodes);
      if (outcome?.status !== undefined) {
        if (outcome.status.code !== 'Skip') return { status: outcome.status, narrowedBy };
        skipped.add(p);
      }
      if (outcome?.nodeNames === undefined) continue;
      narrowedBy.push(p.name);
      const names: ReadonlySet<string> = outcome.nodeNames;
      nodeNames = nodeNames === undefined ? names : new Set([...nodeNames].filter((n) => names.has(n)));
      if (nodeNames.size > 0) continue;
      const plugins = narrowedBy.toSorted();
      const many =
        plugins.length === 1
          ? `node(s) didn't satisfy plugin ${plugins[0]}`
          : `node(s) didn't satisfy plugin(s) [${plugins.join(' ')}] simultaneously`;
      return { status: { code: 'UnschedulableAndUnresolvable', reasons: [many], plugin: p.name }, narrowedBy };
    }
    state.write(ACTIVE, { filters: this.filters.filter((p) => !skipped.has(p)), scorers: this.scorers });
    return { ...(nodeNames ? { nodeNames } : {}), narrowedBy };
  }

  private filter(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    const filters = state.read(ACTIVE)?.filters ?? this.filters;
    for (let i = 0; i < filters.length; i++) {
      const status = (filters[i] as With<'filter'>).filter(state, pod, node);
      if (status !== undefined) return status;
    }
    return undefined;
  }

  /**
   * Whether the pod fits the node, with those pods counted that were promised it and matter at least as much. It has to fit
   * without them too, since they may never come.
   */
  filterWithNominated(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    const promised = this.nominator.nominatedFor(node.name);
    if (promised.length === 0) return this.filter(state, pod, node);
    const ahead = promised.filter((p) => p.priority >= pod.priority && p.uid !== pod.uid);
    if (ahead.length === 0) return this.filter(state, pod, node);
    const crowded = node.clone();
    const copy = state.clone();
    for (const p of ahead) {
      crowded.addPod(p);
      this.addPod(copy, pod, p, crowded);
    }
    return this.filter(copy, pod, crowded) ?? this.filter(state, pod, node);
  }

  addPod(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo): void {
    for (const p of this.adders) p.addPod(state, pod, other, node);
  }

  removePod(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo): void {
    for (const p of this.adders) p.removePod(state, pod, other, node);
  }

  postFilter(state: CycleState, pod: PodInfo, statuses: NodeStatuses): PostFilterOutcome {
    const reasons: string[] = [];
    let nominate: string | undefined;
    let rejector = '';
    for (const p of this.postFilters) {
      const outcome = p.postFilter(state, pod, statuses);
      const { status } = outcome;
      if (status === undefined || status.code === 'UnschedulableAndUnresolvable' || !isRejected(status)) return outcome;
      if (outcome.nominate !== undefined) nominate = outcome.nominate;
      reasons.push(...status.reasons);
      if (rejector === '') rejector = status.plugin;
    }
    const status = unschedulable(rejector, ...reasons);
    return { status, ...(nominate === undefined ? {} : { nominate }) };
  }

  preScore(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Status | undefined {
    const skipped = new Set<Plugin>();
    for (const p of this.preScores) {
      const status = p.preScore(state, pod, nodes);
      if (status === undefined) continue;
      if (status.code !== 'Skip') return status;
      skipped.add(p);
    }
    const filters = state.read(ACTIVE)?.filters ?? this.filters;
    state.write(ACTIVE, { filters, scorers: this.scorers.filter((s) => !skipped.has(s.plugin)) });
    return undefined;
  }

  /** Adds up the weighted scores of the plugins into `totals`, one entry per node. */
  score(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[], totals: Float64Array): void {
    const n = nodes.length;
    if (this.scores.length < n) this.scores = new Float64Array(n * 2);
    const scores = this.scores.subarray(0, n);
    totals.fill(0, 0, n);
    for (const { plugin, weight } of state.read(ACTIVE)?.scorers ?? this.scorers) {
      plugin.score(state, pod, nodes, scores);
      plugin.normalizeScore?.(state, pod, scores, nodes);
      for (let i = 0; i < n; i++) totals[i] = (totals[i] as number) + (scores[i] as number) * weight;
    }
  }

  reserve(state: CycleState, pod: PodInfo, node: string): Status | undefined {
    for (const p of this.reserves) {
      const status = p.reserve?.(state, pod, node);
      if (status !== undefined) return status;
    }
    return undefined;
  }

  /** In the opposite order of reserve. */
  unreserve(state: CycleState, pod: PodInfo, node: string): void {
    for (const p of this.reserves.toReversed()) p.unreserve?.(state, pod, node);
  }

  permit(state: CycleState, pod: PodInfo, node: string): Status | undefined {
    for (const { plugin } of this.plugins) {
      const status = plugin.permit?.(state, pod, node);
      if (status !== undefined) return status;
    }
    return undefined;
  }

  /** Whether something has to be done before the pod can be bound. */
  willPreBind(state: CycleState, pod: PodInfo, node: string): boolean {
    return this.plugins.some(({ plugin }) => plugin.preBindPreFlight?.(state, pod, node) === true);
  }

  /** PreBind, Bind and PostBind. The answer is the error to report, or nothing. */
  *bind(state: CycleState, pod: PodInfo, node: string): Process<string | undefined> {
    for (const { plugin } of this.plugins) {
      const status = plugin.preBind === undefined ? undefined : yield* plugin.preBind(state, pod, node);
      if (status !== undefined) return `running PreBind plugin "${plugin.name}": ${messageOf(status)}`;
    }
    for (const { plugin } of this.plugins) {
      if (plugin.bind === undefined) continue;
      const status = yield* plugin.bind(state, pod, node);
      if (status?.code === 'Skip') continue;
      if (status !== undefined) return `running Bind plugin "${plugin.name}": ${messageOf(status)}`;
      break;
    }
    for (const { plugin } of this.plugins) plugin.postBind?.(state, pod, node);
    return undefined;
  }
}
