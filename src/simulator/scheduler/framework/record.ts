// What every plugin said in one attempt. A record keeps its numbers in one typed array; the table that people read is made
// only when somebody asks for it.
import type { NodeVerdict, PluginScore, ScheduleDetail } from '../../../trace/step.ts';
import type { Status } from './status.ts';

export interface Column {
  readonly plugin: string;
  readonly weight: number;
}

/** One attempt for one pod. */
export class DecisionRecord {
  readonly filters: readonly string[];
  /** All nodes of the cluster at that time. */
  allNodes = 0;
  /** Nodes that passed all filters, and nodes that did not. */
  feasible = 0;
  rejectedCount = 0;
  /** Why the others were not looked at. */
  unseenFor = 'since enough had passed';
  chosen: string | undefined;
  /** The sentence that the pod shows, where there is no node. */
  message: string | undefined;
  /** The highest total, and how many nodes share it. */
  best = 0;
  tied = 1;
  /** Where preemption would make room, and the keys of the pods that would have to go. */
  nominated: string | undefined;
  victims: readonly string[] = [];
  readonly rejected: { readonly node: string; readonly status: Status }[] = [];
  /** Nodes that a PreFilter plugin refused without anybody looking at them. */
  spokenFor: readonly string[] = [];
  /** Nodes that passed, in the order of the search; of many the best. Without columns nothing was scored. */
  scored: readonly string[] = [];
  columns: readonly Column[] = [];
  /** For each scored node its total, then raw and normalised score of each column. */
  values: Uint16Array | Float64Array = new Uint16Array(0);

  constructor(filters: readonly string[]) {
    this.filters = filters;
  }

  totalOf(row: number): number {
    return this.values[row * (1 + 2 * this.columns.length)] ?? 0;
  }

  scoresOf(row: number): PluginScore[] {
    const from = row * (1 + 2 * this.columns.length) + 1;
    return this.columns.map(({ plugin, weight }, i) => {
      const normalized = this.values[from + 2 * i + 1] ?? 0;
      return { plugin, raw: this.values[from + 2 * i] ?? 0, normalized, weighted: normalized * weight };
    });
  }

  verdicts(): NodeVerdict[] {
    const passed = this.scored.map((node, row) => ({
      node,
      ...(this.columns.length === 0 ? {} : { scores: this.scoresOf(row), total: this.totalOf(row) }),
    }));
    const out = this.rejected.map(({ node, status }) => ({
      node,
      rejectedBy: status.plugin,
      reasons: status.reasons,
    }));
    return [...passed, ...out];
  }

  why(): string {
    if (this.chosen === undefined) return this.message ?? 'no node was chosen';
    if (this.columns.length === 0)
      return `${this.chosen} is the only node that passed all filters, so nothing was scored`;
    if (this.tied > 1) {
      return `${this.tied} nodes share the highest total of ${this.best}; the seeded draw took ${this.chosen}`;
    }
    const rest = this.scored.flatMap((node, row) => (node === this.chosen ? [] : [this.totalOf(row)]));
    const lead = rest.length === 0 ? '' : `, ${this.best - Math.max(...rest)} more than the next`;
    return `${this.chosen} has the highest total: ${this.best}${lead}`;
  }

  detail(): ScheduleDetail {
    const hidden = this.feasible + this.rejectedCount - this.scored.length - this.rejected.length;
    const unseen = this.allNodes - this.feasible - this.rejectedCount;
    const notes = [
      ...(hidden > 0 ? [`${hidden} more nodes were looked at than this table shows`] : []),
      ...(unseen > 0 && this.feasible > 0 ? [`${unseen} nodes were not looked at, ${this.unseenFor}`] : []),
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
