// What every plugin said in one attempt, noted by wrapping the plugins, so that no plugin knows of it. A record keeps
// numbers in typed arrays; the table that people read is made only when somebody asks for it.
import type { NodeVerdict, PluginScore, ScheduleDetail } from '../../../trace/step.ts';
import type { NodeInfo } from './node-info.ts';
import type { Enabled, Plugin } from './plugin.ts';
import type { Status } from './status.ts';

interface Column {
  readonly plugin: string;
  readonly weight: number;
  readonly raw: Float64Array;
  readonly normalized: Float64Array;
}

/** One attempt for one pod. */
export class DecisionRecord {
  readonly filters: readonly string[];
  /** All nodes of the cluster at that time. */
  allNodes = 0;
  /** Nodes that passed all filters. */
  feasible = 0;
  chosen: string | undefined;
  /** The sentence that the pod shows, where there is no node. */
  message: string | undefined;
  /** Nodes that shared the highest total, the chosen one among them. */
  tied = 1;
  nominated: string | undefined;
  /** Keys of the pods that are to make room. */
  victims: readonly string[] = [];
  readonly rejected: { readonly node: string; readonly status: Status }[] = [];
  /** Nodes that were scored, the best first where only some are kept. */
  scored: readonly string[] = [];
  totals: Float64Array = new Float64Array(0);
  columns: readonly Column[] = [];

  constructor(filters: readonly string[]) {
    this.filters = filters;
  }

  rejectedCount = 0;

  verdicts(): NodeVerdict[] {
    const passed = this.scored.map((node, i) => ({
      node,
      ...(this.columns.length === 0 ? {} : { scores: this.scoresOf(i), total: this.totals[i] ?? 0 }),
    }));
    const out = this.rejected.map(({ node, status }) => ({
      node,
      rejectedBy: status.plugin,
      reasons: status.reasons,
    }));
    return [...passed, ...out];
  }

  scoresOf(row: number): PluginScore[] {
    return this.columns.map((c) => {
      const normalized = c.normalized[row] ?? 0;
      return { plugin: c.plugin, raw: c.raw[row] ?? 0, normalized, weighted: normalized * c.weight };
    });
  }

  why(): string {
    if (this.chosen === undefined) return this.message ?? 'no node was chosen';
    if (this.feasible === 1) return `${this.chosen} is the only node that passed all filters, so nothing was scored`;
    const best = this.totals[this.scored.indexOf(this.chosen)] ?? 0;
    if (this.tied > 1)
      return `${this.tied} nodes share the highest total of ${best}; the seeded draw took ${this.chosen}`;
    const next = this.runnerUp();
    return `${this.chosen} has the highest total: ${best}${next === undefined ? '' : `, ${best - next} more than the next`}`;
  }

  private runnerUp(): number | undefined {
    const rest = [...this.totals].filter((_, i) => this.scored[i] !== this.chosen);
    return rest.length === 0 ? undefined : Math.max(...rest);
  }

  detail(): ScheduleDetail {
    const shown = this.scored.length + this.rejected.length;
    const left = this.feasible + this.rejectedCount - shown;
    const unseen = this.allNodes - this.feasible - this.rejectedCount;
    const notes = [
      ...(left > 0 ? [`${left} more nodes were looked at than this table shows`] : []),
      ...(unseen > 0 ? [`${unseen} nodes were not looked at, since enough had passed`] : []),
    ];
    return {
      type: 'schedule',
      nodes: this.verdicts(),
      ...(this.chosen === undefined ? {} : { chosen: this.chosen }),
      why: [this.why(), ...notes].join('; '),
      filters: this.filters,
    };
  }
}

/** Watches the plugins of a profile. One attempt at a time. */
export class Recorder {
  private readonly weights = new Map<string, number>();
  private filters: readonly string[] = [];
  private record: DecisionRecord | undefined;
  private raw = new Map<string, number[]>();
  private normalized = new Map<string, Float64Array>();
  /** While preemption tries nodes out, its questions are not verdicts. */
  private paused = false;

  wrap(plugins: readonly Enabled[]): readonly Enabled[] {
    this.filters = plugins.flatMap(({ plugin }) => (plugin.filter === undefined ? [] : [plugin.name]));
    return plugins.map(({ plugin, weight }) => {
      this.weights.set(plugin.name, weight);
      return { plugin: this.watch(plugin), weight };
    });
  }

  begin(): DecisionRecord {
    this.record = new DecisionRecord(this.filters);
    this.raw.clear();
    this.normalized.clear();
    this.paused = false;
    return this.record;
  }

  private watch(plugin: Plugin): Plugin {
    const { filter, score, normalizeScore, postFilter } = plugin;
    const watched: Plugin = { ...plugin };
    if (filter !== undefined) {
      watched.filter = (state, pod, node) => {
        const status = filter(state, pod, node);
        if (status !== undefined && !this.paused) this.record?.rejected.push({ node: node.name, status });
        return status;
      };
    }
    if (score !== undefined) {
      watched.score = (state, pod, node) => {
        const value = score(state, pod, node);
        let list = this.raw.get(plugin.name);
        if (list === undefined) {
          list = [];
          this.raw.set(plugin.name, list);
        }
        list.push(value);
        return value;
      };
      watched.normalizeScore = (state, pod, scores, nodes) => {
        normalizeScore?.(state, pod, scores, nodes);
        this.normalized.set(plugin.name, scores.slice());
      };
    }
    if (postFilter !== undefined) {
      watched.postFilter = (state, pod, statuses) => {
        this.paused = true;
        const outcome = postFilter(state, pod, statuses);
        this.paused = false;
        return outcome;
      };
    }
    return watched;
  }

  /** Notes the outcome of scoring; of more than `keep` nodes the best are kept. */
  scored(nodes: readonly NodeInfo[], totals: Float64Array, keep: number): void {
    const record = this.record;
    if (record === undefined) return;
    const rows = best(totals, nodes.length, keep);
    record.scored = rows.map((i) => (nodes[i] as NodeInfo).name);
    record.totals = pick(totals, rows);
    record.columns = [...this.raw].map(([plugin, raw]) => ({
      plugin,
      weight: this.weights.get(plugin) ?? 1,
      raw: pick(raw, rows),
      normalized: pick(this.normalized.get(plugin) ?? raw, rows),
    }));
  }

  /** Of more than `keep` nodes that were left out, the first are kept. */
  finish(keep: number): void {
    const record = this.record;
    if (record === undefined) return;
    record.rejectedCount = record.rejected.length;
    if (record.rejected.length > keep) record.rejected.length = keep;
    this.record = undefined;
  }
}

function pick(from: ArrayLike<number>, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (i) => from[i] ?? 0);
}

function best(totals: Float64Array, n: number, keep: number): number[] {
  const all = Array.from({ length: n }, (_, i) => i);
  if (n <= keep) return all;
  return all.sort((a, b) => (totals[b] as number) - (totals[a] as number) || a - b).slice(0, keep);
}
