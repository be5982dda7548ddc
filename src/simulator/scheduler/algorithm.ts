// One attempt for one pod: filter, score, choose. Pure: reads the cache, draws from the seeded random, changes nothing.
// Models schedulePod and findNodesThatFitPod in pkg/scheduler/schedule_one.go.
import type { Random } from '../../kernel/random.ts';
import type { Cache } from './framework/cache.ts';
import { CycleState } from './framework/cycle-state.ts';
import { type Diagnosis, fitMessage } from './framework/fit-error.ts';
import type { Framework } from './framework/framework.ts';
import type { NodeInfo } from './framework/node-info.ts';
import { NodeStatuses } from './framework/node-statuses.ts';
import type { PodInfo } from './framework/pod-info.ts';
import type { DecisionRecord } from './framework/record.ts';
import type { Recorder } from './framework/recorder.ts';
import { isRejected, messageOf, type Status, unresolvable } from './framework/status.ts';

/** Fewer nodes than this are all looked at. */
const MIN_FEASIBLE = 100;
const MIN_PERCENTAGE = 5;
const NOMINATED = 'since the nominated one is tried first';

/** How many nodes that fit are enough. Source: numFeasibleNodesToFind with percentageOfNodesToScore 0. */
export function feasibleNodesToFind(all: number): number {
  if (all < MIN_FEASIBLE) return all;
  const percentage = Math.max(50 - Math.trunc(all / 125), MIN_PERCENTAGE);
  return Math.max(Math.trunc((all * percentage) / 100), MIN_FEASIBLE);
}

export interface Placed {
  readonly node: string;
  readonly state: CycleState;
  readonly record: DecisionRecord;
}

export interface NotPlaced {
  readonly node?: undefined;
  readonly record: DecisionRecord;
  /** Why, as the pod shows it. */
  readonly message: string;
  /** Whether the pod was refused, as against something having broken. */
  readonly refused: boolean;
  /** Absent when the nodes were not looked at. */
  readonly diagnosis?: Diagnosis;
  /** To be written to status.nominatedNodeName: a node, or empty to clear it; absent to leave it. */
  readonly nominate?: string;
  readonly victims: readonly PodInfo[];
}

interface Found {
  readonly feasible: readonly NodeInfo[];
  readonly diagnosis: Diagnosis;
  readonly error?: Status;
  /** Why some nodes were not looked at, where it is not that enough had passed. */
  readonly unseenFor?: string;
}

export class Algorithm {
  private readonly framework: Framework;
  private readonly cache: Cache;
  private readonly random: Random;
  private readonly recorder: Recorder;
  private readonly keep: number;
  /** Where the next search starts, so that all nodes get their turn. */
  private nextStart = 0;
  private totals = new Float64Array(512);

  /** `keep`: how many nodes' scores, and how many refusals, a record holds. */
  constructor(framework: Framework, cache: Cache, random: Random, recorder: Recorder, keep: number) {
    this.framework = framework;
    this.cache = cache;
    this.random = random;
    this.recorder = recorder;
    this.keep = keep;
  }

  attempt(pod: PodInfo): Placed | NotPlaced {
    const record = this.recorder.begin();
    const result = this.run(pod, record);
    this.recorder.finish(this.keep);
    return result;
  }

  private run(pod: PodInfo, record: DecisionRecord): Placed | NotPlaced {
    const state = new CycleState();
    const all = this.cache.nodes();
    record.allNodes = all.length;
    if (record.allNodes === 0) return broken(record, 'no nodes available to schedule pods', true);
    const { feasible, diagnosis, error, unseenFor } = this.findFeasible(state, pod);
    record.feasible = feasible.length;
    // Nodes that PreFilter has spoken for were refused too, though nobody looked at them.
    if (diagnosis.statuses.absent.reasons.length > 0 && unseenFor !== NOMINATED) {
      const fit = new Set(feasible);
      record.spokenFor = all.filter((n) => !fit.has(n) && !diagnosis.statuses.has(n.name)).map((n) => n.name);
    }
    if (unseenFor !== undefined) record.unseenFor = unseenFor;
    if (error !== undefined) return broken(record, messageOf(error));
    if (feasible.length === 0) return this.afterFailure(state, pod, record, diagnosis);
    if (feasible.length === 1) {
      const node = (feasible[0] as NodeInfo).name;
      record.scored = [node];
      record.chosen = node;
      return { node, state, record };
    }
    const failed = this.framework.preScore(state, pod, feasible);
    if (failed !== undefined) return broken(record, messageOf(failed));
    if (this.totals.length < feasible.length) this.totals = new Float64Array(feasible.length * 2);
    this.framework.score(state, pod, feasible, this.totals);
    const row = this.choose(feasible.length, record);
    this.recorder.scored(feasible, this.totals, row, this.keep);
    const node = (feasible[row] as NodeInfo).name;
    record.chosen = node;
    return { node, state, record };
  }

  /** The row with the highest total; among equals the seed decides. */
  private choose(rows: number, record: DecisionRecord): number {
    const { totals } = this;
    let best = Number.NEGATIVE_INFINITY;
    let tied = 0;
    for (let i = 0; i < rows; i++) {
      const total = totals[i] as number;
      if (total < best) continue;
      tied = total > best ? 1 : tied + 1;
      best = total;
    }
    record.best = best;
    record.tied = tied;
    let left = tied === 1 ? 0 : this.random.int(tied);
    let row = totals.indexOf(best);
    while (left-- > 0) row = totals.indexOf(best, row + 1);
    return row;
  }

  private findFeasible(state: CycleState, pod: PodInfo): Found {
    const all = this.cache.nodes();
    const pre = this.framework.preFilter(state, pod, all);
    const statuses = new NodeStatuses();
    const diagnosis: Diagnosis = {
      allNodes: all.length,
      statuses,
      preFilterMessage: pre.status === undefined ? '' : messageOf(pre.status),
      postFilterMessage: '',
      unschedulablePlugins: new Set(pre.narrowedBy),
      pendingPlugins: new Set(),
    };
    if (pre.status !== undefined) {
      statuses.absent = pre.status;
      blame(diagnosis, pre.status);
      return { feasible: [], diagnosis, ...(isRejected(pre.status) ? {} : { error: pre.status }) };
    }
    const nominated = this.cache.node(pod.pod.status?.nominatedNodeName ?? '');
    if (nominated !== undefined) {
      const feasible = this.filterNodes(state, pod, [nominated], diagnosis);
      if (feasible.length > 0) return { feasible, diagnosis, unseenFor: NOMINATED };
      diagnosis.broken = undefined;
    }
    let nodes = all;
    if (pre.nodeNames !== undefined) {
      nodes = [...pre.nodeNames].flatMap((name) => this.cache.node(name) ?? []);
      const by = pre.narrowedBy.toSorted().join(' ');
      statuses.absent = unresolvable('', `node(s) didn't satisfy plugin(s) [${by}]`);
    }
    const feasible = this.filterNodes(state, pod, nodes, diagnosis);
    const unseenFor = nodes === all ? undefined : `since ${pre.narrowedBy.join(' and ')} had left them out`;
    this.nextStart = (this.nextStart + feasible.length + statuses.size) % all.length;
    const { broken: error } = diagnosis;
    return { feasible, diagnosis, ...(error ? { error } : {}), ...(unseenFor === undefined ? {} : { unseenFor }) };
  }

  private filterNodes(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[], d: Diagnosis): NodeInfo[] {
    const enough = feasibleNodesToFind(nodes.length);
    const feasible: NodeInfo[] = new Array(Math.min(enough, nodes.length));
    let found = 0;
    for (let i = 0; i < nodes.length && found < enough; i++) {
      const node = nodes[(this.nextStart + i) % nodes.length] as NodeInfo;
      const status = this.framework.filterWithNominated(state, pod, node);
      if (status === undefined) {
        feasible[found++] = node;
        continue;
      }
      if (status.code === 'Error') {
        d.broken = { ...status, reasons: [`running "${status.plugin}" filter plugin: ${messageOf(status)}`] };
        return [];
      }
      d.statuses.set(node.name, status);
      this.recorder.rejected(node.name, status);
      blame(d, status);
    }
    feasible.length = found;
    return feasible;
  }

  private afterFailure(state: CycleState, pod: PodInfo, record: DecisionRecord, diagnosis: Diagnosis): NotPlaced {
    const outcome = this.framework.postFilter(state, pod, diagnosis.statuses);
    if (outcome.status !== undefined) diagnosis.postFilterMessage = messageOf(outcome.status);
    const message = fitMessage(diagnosis);
    record.message = message;
    record.nominated = outcome.nominate || undefined;
    record.victims = (outcome.victims ?? []).map((v) => v.key);
    return {
      record,
      message,
      refused: true,
      diagnosis,
      victims: outcome.victims ?? [],
      ...(outcome.nominate === undefined ? {} : { nominate: outcome.nominate }),
    };
  }
}

function blame(d: Diagnosis, status: Status): void {
  if (status.plugin === '') return;
  if (status.code === 'Pending') d.pendingPlugins.add(status.plugin);
  else d.unschedulablePlugins.add(status.plugin);
}

function broken(record: DecisionRecord, message: string, refused = false): NotPlaced {
  record.message = message;
  return { record, message, refused, nominate: '', victims: [] };
}
