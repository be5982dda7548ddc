// Watches the plugins of a profile by wrapping them, so that no plugin knows of it (as kube-scheduler-simulator does).
// Buffers are used again for each attempt; what is kept is copied out at its end.
import type { NodeInfo } from './node-info.ts';
import type { Enabled, Plugin } from './plugin.ts';
import { type Column, DecisionRecord } from './record.ts';
import type { Status } from './status.ts';

class Scores {
  readonly plugin: string;
  readonly weight: number;
  asked = false;
  raw = new Float64Array(512);
  normalized = new Float64Array(512);

  constructor(plugin: string, weight: number) {
    this.plugin = plugin;
    this.weight = weight;
  }

  given(scores: Float64Array): void {
    this.asked = true;
    if (this.raw.length < scores.length) this.raw = new Float64Array(scores.length * 2);
    this.raw.set(scores);
  }

  settle(scores: Float64Array): void {
    if (this.normalized.length < scores.length) this.normalized = new Float64Array(scores.length * 2);
    this.normalized.set(scores);
  }
}

/** One attempt at a time. */
export class Recorder {
  private readonly scores: Scores[] = [];
  private filters: readonly string[] = [];
  private columns: readonly Column[] = [];
  private record: DecisionRecord | undefined;

  wrap(plugins: readonly Enabled[]): readonly Enabled[] {
    this.filters = plugins.flatMap(({ plugin }) => (plugin.filter === undefined ? [] : [plugin.name]));
    return plugins.map(({ plugin, weight }) => ({ plugin: this.watch(plugin, weight), weight }));
  }

  begin(): DecisionRecord {
    this.record = new DecisionRecord(this.filters);
    for (const s of this.scores) s.asked = false;
    return this.record;
  }

  private watch(plugin: Plugin, weight: number): Plugin {
    const { score, normalizeScore } = plugin;
    if (score === undefined) return plugin;
    const scores = new Scores(plugin.name, weight);
    this.scores.push(scores);
    return {
      ...plugin,
      score(state, pod, nodes, values) {
        score(state, pod, nodes, values);
        scores.given(values);
      },
      normalizeScore(state, pod, values, nodes) {
        normalizeScore?.(state, pod, values, nodes);
        scores.settle(values);
      },
    };
  }

  /** A node that a filter left out. */
  rejected(node: string, status: Status): void {
    this.record?.rejected.push({ node, status });
  }

  /** Notes the outcome of scoring; of more than `keep` nodes the best are kept, and the chosen one in any case. */
  scored(nodes: readonly NodeInfo[], totals: Float64Array, chosen: number, keep: number): void {
    const record = this.record;
    if (record === undefined) return;
    const rows = best(totals, nodes.length, chosen, keep);
    const columns = this.scores.filter((s) => s.asked);
    record.scored = rows.map((i) => (nodes[i] as NodeInfo).name);
    const size = rows.length * (1 + 2 * columns.length);
    // Scores are whole, mostly small, and kept for every pod.
    const small = new Uint16Array(size);
    if (filled(small, rows, totals, columns)) record.values = small;
    else {
      record.values = new Float64Array(size);
      filled(record.values, rows, totals, columns);
    }
    record.columns = this.sharedColumns(columns);
  }

  /** Records of like attempts share the names of their columns. */
  private sharedColumns(scores: readonly Scores[]): readonly Column[] {
    const known = this.columns;
    if (known.length === scores.length && known.every((c, i) => c.plugin === scores[i]?.plugin)) return known;
    this.columns = scores.map(({ plugin, weight }) => ({ plugin, weight }));
    return this.columns;
  }

  /** Of more than `keep` nodes that were left out, the first are kept. */
  finish(keep: number): void {
    const record = this.record;
    if (record === undefined) return;
    // A nominated node is asked alone first, and again among all when it does not fit.
    const [first, ...rest] = record.rejected;
    if (rest.some((r) => r.node === first?.node)) record.rejected.shift();
    record.rejectedCount = record.rejected.length;
    if (record.rejected.length > keep) record.rejected.length = keep;
    this.record = undefined;
  }
}

/** For each row its total, then raw and normalised score of each column. False where the array cannot hold one of them. */
function filled(
  values: DecisionRecord['values'],
  rows: readonly number[],
  totals: Float64Array,
  columns: readonly Scores[],
): boolean {
  let at = 0;
  let held = true;
  const put = (value: number): void => {
    values[at] = value;
    held &&= values[at] === value;
    at++;
  };
  for (const row of rows) {
    put(totals[row] as number);
    for (const c of columns) {
      put(c.raw[row] as number);
      put(c.normalized[row] as number);
    }
  }
  return held;
}

/** Rows in their order where there are few; else the `keep` best, the chosen one first. */
function best(totals: Float64Array, n: number, chosen: number, keep: number): number[] {
  if (n <= keep) return Array.from({ length: n }, (_, i) => i);
  const rows = [chosen];
  for (let i = 0; i < n; i++) {
    if (i === chosen) continue;
    const total = totals[i] as number;
    if (rows.length === keep && total <= (totals[rows[keep - 1] as number] as number)) continue;
    let at = rows.length;
    while (at > 1 && (totals[rows[at - 1] as number] as number) < total) at--;
    rows.splice(at, 0, i);
    if (rows.length > keep) rows.pop();
  }
  return rows;
}
