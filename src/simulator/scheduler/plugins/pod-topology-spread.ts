// Keeps matching pods even over zones, hosts and the like: DoNotSchedule leaves nodes out, ScheduleAnyway scores.
// Models pkg/scheduler/framework/plugins/podtopologyspread.
import type { Cache } from '../framework/cache.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import { type CycleState, stateKey } from '../framework/cycle-state.ts';
import { Action } from '../framework/events.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { MAX_SCORE, type Plugin, type PreFilterOutcome } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { skip, unresolvable, unschedulable } from '../framework/status.ts';
import { POD_TOPOLOGY_SPREAD } from './names.ts';
import {
  type Constraint,
  constraintsOf,
  defaultConstraints,
  HOSTNAME,
  hasAllKeys,
  included,
  matching,
} from './topology-constraints.ts';
import { nodeHint, podHint } from './topology-hints.ts';

const SKEWED = unschedulable(POD_TOPOLOGY_SPREAD, "node(s) didn't match pod topology spread constraints");
const NO_LABEL = unresolvable(
  POD_TOPOLOGY_SPREAD,
  "node(s) didn't match pod topology spread constraints (missing required label)",
);
const SKIP: PreFilterOutcome = { status: skip(POD_TOPOLOGY_SPREAD) };
const NOTHING_TO_SCORE = skip(POD_TOPOLOGY_SPREAD);

/** Matching pods in each domain of one hard constraint. */
interface Domains {
  readonly constraint: Constraint;
  readonly counts: Map<string, number>;
  /** The smallest count, worked out when it is asked for. */
  min: number | undefined;
  readonly self: number;
}

interface Soft {
  readonly constraints: readonly Constraint[];
  readonly ignored: ReadonlySet<NodeInfo>;
  readonly counts: readonly Map<string, number>[];
  /** Constraints whose label no candidate has: they score nothing. */
  readonly silent: readonly boolean[];
  readonly weights: readonly number[];
}

const HARD = stateKey<readonly Domains[]>((all) => all.map((d) => ({ ...d, counts: new Map(d.counts) })));
const SOFT = stateKey<Soft>();

function smallest(d: Domains): number {
  if (d.min === undefined) {
    d.min = Number.POSITIVE_INFINITY;
    for (const n of d.counts.values()) if (n < d.min) d.min = n;
    if (d.counts.size < d.constraint.minDomains || d.counts.size === 0) d.min = 0;
  }
  return d.min;
}

function count(pod: PodInfo, nodes: readonly NodeInfo[]): readonly Domains[] {
  const constraints = constraintsOf(pod, 'DoNotSchedule');
  const all: Domains[] = constraints.map((constraint) => ({
    constraint,
    counts: new Map(),
    min: undefined,
    self: constraint.selector.matches(pod.labels) ? 1 : 0,
  }));
  for (const node of nodes) {
    if (!hasAllKeys(constraints, node.labels)) continue;
    for (const { constraint, counts } of all) {
      if (!included(constraint, pod, node)) continue;
      const value = node.labels[constraint.topologyKey] ?? '';
      counts.set(value, (counts.get(value) ?? 0) + matching(constraint, pod, node));
    }
  }
  return all;
}

/** Another pod was put on the node, or taken from it, to see what would follow. */
function change(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo, by: 1 | -1): void {
  const all = state.read(HARD) ?? [];
  if (other.namespace !== pod.namespace || other.pod.metadata.deletionTimestamp !== undefined) return;
  if (!all.every((d) => node.labels[d.constraint.topologyKey] !== undefined)) return;
  for (const d of all) {
    if (!d.constraint.selector.matches(other.labels) || !included(d.constraint, pod, node)) continue;
    const value = node.labels[d.constraint.topologyKey] ?? '';
    d.counts.set(value, (d.counts.get(value) ?? 0) + by);
    d.min = undefined;
  }
}

function soft(
  pod: PodInfo,
  constraints: readonly Constraint[],
  feasible: readonly NodeInfo[],
  all: readonly NodeInfo[],
  needAllKeys: boolean,
): Soft {
  const ignored = new Set<NodeInfo>();
  const counts = constraints.map(() => new Map<string, number>());
  if (needAllKeys) for (const node of feasible) if (!hasAllKeys(constraints, node.labels)) ignored.add(node);
  const silent = constraints.map((c, i) => {
    if (c.topologyKey === HOSTNAME) return false;
    const of = counts[i];
    let labelled = false;
    let last: string | undefined;
    for (const node of feasible) {
      if (ignored.size > 0 && ignored.has(node)) continue;
      const label = node.labels[c.topologyKey];
      labelled ||= label !== undefined;
      const value = label ?? '';
      // Neighbours are often of one zone.
      if (value !== last) of?.set(value, 0);
      last = value;
    }
    return !labelled;
  });
  const weights = constraints.map((c, i) => {
    const size = c.topologyKey === HOSTNAME ? feasible.length - ignored.size : (counts[i]?.size ?? 0);
    return Math.log(size + 2);
  });
  constraints.forEach((c, i) => {
    const of = counts[i];
    // Counts per host are made node by node when scoring. A single nameless domain scores nothing.
    if (of === undefined || c.topologyKey === HOSTNAME || (of.size === 1 && of.has(''))) return;
    for (const node of all) {
      const value = node.labels[c.topologyKey] ?? '';
      const known = of.get(value);
      if (known === undefined || (needAllKeys && !hasAllKeys(constraints, node.labels))) continue;
      const n = matching(c, pod, node);
      if (n > 0 && included(c, pod, node)) of.set(value, known + n);
    }
  });
  return { constraints, ignored, counts, silent, weights };
}

function rawScores(s: Soft, pod: PodInfo, nodes: readonly NodeInfo[], scores: Float64Array): void {
  scores.fill(0);
  s.constraints.forEach((c, k) => {
    if (s.silent[k]) return;
    const weight = s.weights[k] as number;
    const counts = c.topologyKey === HOSTNAME ? undefined : s.counts[k];
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i] as NodeInfo;
      const value = node.labels[c.topologyKey];
      if (value === undefined || (s.ignored.size > 0 && s.ignored.has(node))) continue;
      const n = counts === undefined ? matching(c, pod, node) : (counts.get(value) ?? 0);
      scores[i] = (scores[i] as number) + (n * weight + (c.maxSkew - 1));
    }
  });
  for (let i = 0; i < nodes.length; i++) scores[i] = Math.round(scores[i] as number);
}

function normalize(s: Soft, scores: Float64Array, nodes: readonly NodeInfo[]): void {
  const isIgnored = (i: number): boolean => s.ignored.size > 0 && s.ignored.has(nodes[i] as NodeInfo);
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  for (let i = 0; i < scores.length; i++) {
    if (isIgnored(i)) continue;
    const score = scores[i] as number;
    if (score < min) min = score;
    if (score > max) max = score;
  }
  for (let i = 0; i < scores.length; i++) {
    if (isIgnored(i)) scores[i] = 0;
    else if (max === 0) scores[i] = MAX_SCORE;
    else scores[i] = Math.trunc((MAX_SCORE * (max + min - (scores[i] as number))) / max);
  }
}

export function podTopologySpread(cache: Cache, cluster: ClusterLookup): Plugin {
  return {
    name: POD_TOPOLOGY_SPREAD,
    events: [
      { resource: 'AssignedPod', actions: Action.add | Action.delete | Action.updatePodLabel, hint: podHint },
      { resource: 'UnscheduledPod', actions: Action.updatePodLabel },
      {
        resource: 'Node',
        actions: Action.add | Action.delete | Action.updateNodeLabel | Action.updateNodeTaint,
        hint: nodeHint,
      },
    ],
    preFilter(state, pod, nodes) {
      if (!(pod.pod.spec?.topologySpreadConstraints ?? []).some((c) => c.whenUnsatisfiable === 'DoNotSchedule'))
        return SKIP;
      state.write(HARD, count(pod, nodes));
      return undefined;
    },
    addPod: (state, pod, other, node) => change(state, pod, other, node, 1),
    removePod: (state, pod, other, node) => change(state, pod, other, node, -1),
    filter(state, _pod, node) {
      for (const d of state.read(HARD) ?? []) {
        const value = node.labels[d.constraint.topologyKey];
        if (value === undefined) return NO_LABEL;
        if ((d.counts.get(value) ?? 0) + d.self - smallest(d) > d.constraint.maxSkew) return SKEWED;
      }
      return undefined;
    },
    preScore(state, pod, feasible) {
      const own = (pod.pod.spec?.topologySpreadConstraints?.length ?? 0) > 0;
      const constraints = own ? constraintsOf(pod, 'ScheduleAnyway') : defaultConstraints(pod, cluster);
      if (constraints.length === 0) return NOTHING_TO_SCORE;
      // Default constraints also spread over hosts where zones are not labelled.
      state.write(SOFT, soft(pod, constraints, feasible, cache.nodes(), own));
      return undefined;
    },
    score(state, pod, nodes, scores) {
      const s = state.read(SOFT);
      if (s === undefined) scores.fill(0);
      else rawScores(s, pod, nodes, scores);
    },
    normalizeScore(state, _pod, scores, nodes) {
      const s = state.read(SOFT);
      if (s !== undefined) normalize(s, scores, nodes);
    },
  };
}
