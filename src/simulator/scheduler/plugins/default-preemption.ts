// No node fits: would one, if pods of lower priority were evicted? Picks the node where that does the least harm.
// Models pkg/scheduler/framework/plugins/defaultpreemption and pkg/scheduler/framework/preemption.
import type { Random } from '../../../kernel/random.ts';
import type { Cache } from '../framework/cache.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import type { CycleState } from '../framework/cycle-state.ts';
import { Action } from '../framework/events.ts';
import { fitMessage } from '../framework/fit-error.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { NodeStatuses } from '../framework/node-statuses.ts';
import type { Plugin, PostFilterOutcome } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { failure, type Status, unresolvable, unschedulable } from '../framework/status.ts';
import { DEFAULT_PREEMPTION } from './names.ts';
import { type Candidate, moreImportant, pickCandidate, splitByBudget } from './preemption-choice.ts';

/** Source: DefaultPreemptionArgs. */
const MIN_CANDIDATES_PERCENT = 10;
const MIN_CANDIDATES = 100;

const NOT_HELPFUL = unresolvable(DEFAULT_PREEMPTION, 'Preemption is not helpful for scheduling');
const NO_VICTIMS = unresolvable(DEFAULT_PREEMPTION, 'No preemption victims found for incoming pod');
const IN_PROGRESS = unresolvable(DEFAULT_PREEMPTION, 'waiting for the preemption for this pod to be finished');

/** What preemption needs of the framework to try a node out. */
export interface TryOut {
  filterWithNominated(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined;
  addPod(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo): void;
  removePod(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo): void;
}

export interface PreemptionOptions {
  readonly cache: Cache;
  readonly cluster: ClusterLookup;
  readonly random: Random;
  /** Asked for late, since the framework is built from its plugins. */
  readonly framework: () => TryOut;
  /** Whether evictions for this pod are still being sent. */
  readonly evicting: (uid: string) => boolean;
}

/** Being deleted because of an earlier preemption. */
function leaving(p: PodInfo): boolean {
  if (p.pod.metadata.deletionTimestamp === undefined) return false;
  const c = p.pod.status?.conditions?.find((x) => x.type === 'DisruptionTarget');
  return c?.status === 'True' && c.reason === 'PreemptionByScheduler';
}

/** Why the pod may not preempt now, if it may not. */
function ineligible(pod: PodInfo, statuses: NodeStatuses, cache: Cache): string | undefined {
  if (pod.pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = pod.pod.status?.nominatedNodeName;
  if (!nominated || statuses.get(nominated).code === 'UnschedulableAndUnresolvable') return undefined;
  const node = cache.node(nominated);
  const waits = node?.pods.some((p) => p.priority < pod.priority && leaving(p)) ?? false;
  return waits ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

/** Takes all lower pods off a copy of the node, then gives back as many as still fit beside the pod, the most important first. */
function selectVictims(o: PreemptionOptions, state: CycleState, pod: PodInfo, on: NodeInfo): Candidate | Status {
  const lower = on.pods.filter((p) => p.priority < pod.priority);
  if (lower.length === 0) return NO_VICTIMS;
  const framework = o.framework();
  const node = on.clone();
  const remove = (p: PodInfo): void => {
    node.removePod(p.uid);
    framework.removePod(state, pod, p, node);
  };
  for (const p of lower) remove(p);
  const status = framework.filterWithNominated(state, pod, node);
  if (status !== undefined) return status;
  lower.sort(moreImportant);
  const { violating, others } = splitByBudget(lower, o.cluster.disruptionBudgets());
  const victims: PodInfo[] = [];
  const reprieve = (p: PodInfo): boolean => {
    node.addPod(p);
    framework.addPod(state, pod, p, node);
    if (framework.filterWithNominated(state, pod, node) === undefined) return true;
    remove(p);
    victims.push(p);
    return false;
  };
  const violations = violating.filter((p) => !reprieve(p)).length;
  for (const p of others) reprieve(p);
  if (victims.length === 0) return failure(DEFAULT_PREEMPTION, `expected at least one victim pod on node "${on.name}"`);
  if (violating.length > 0 && others.length > 0) victims.sort(moreImportant);
  return { node: on.name, victims, violations };
}

/** Tries nodes from a random one on, until there are enough candidates and one of them breaks no budget. */
function findCandidates(
  o: PreemptionOptions,
  state: CycleState,
  pod: PodInfo,
  nodes: readonly NodeInfo[],
): { candidates: Candidate[]; statuses: NodeStatuses } {
  const statuses = new NodeStatuses();
  const enough = Math.min(
    nodes.length,
    Math.max(MIN_CANDIDATES, Math.trunc((nodes.length * MIN_CANDIDATES_PERCENT) / 100)),
  );
  const harmless: Candidate[] = [];
  const harmful: Candidate[] = [];
  const offset = nodes.length === 0 ? 0 : o.random.int(nodes.length);
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[(offset + i) % nodes.length] as NodeInfo;
    const found = selectVictims(o, state.clone(), pod, node);
    if ('code' in found) {
      statuses.set(node.name, found);
      continue;
    }
    (found.violations === 0 ? harmless : harmful).push(found);
    if (harmless.length > 0 && harmless.length + harmful.length >= enough) break;
  }
  return { candidates: [...harmless, ...harmful], statuses };
}

function preempt(o: PreemptionOptions, state: CycleState, pod: PodInfo, statuses: NodeStatuses): PostFilterOutcome {
  const refused = ineligible(pod, statuses, o.cache);
  if (refused !== undefined) return { status: unschedulable(DEFAULT_PREEMPTION, `preemption: ${refused}`) };
  const nodes = o.cache.nodes();
  const potential = statuses.withCode(nodes, 'Unschedulable');
  const found = findCandidates(o, state, pod, potential);
  const best = pickCandidate(found.candidates);
  if (best !== undefined) return { nominate: best.node, victims: best.victims };
  found.statuses.absent = NOT_HELPFUL;
  const message = fitMessage({
    allNodes: nodes.length,
    statuses: found.statuses,
    preFilterMessage: '',
    postFilterMessage: '',
    unschedulablePlugins: new Set(),
    pendingPlugins: new Set(),
  });
  return { status: unschedulable(DEFAULT_PREEMPTION, `preemption: ${message}`), nominate: '' };
}

export function defaultPreemption(options: PreemptionOptions): Plugin {
  return {
    name: DEFAULT_PREEMPTION,
    // Other plugins decide when the pod is tried again; this one only holds it back while evictions are being sent.
    events: [{ resource: 'AssignedPod', actions: Action.delete, hint: () => 'Skip' }],
    preEnqueue: (pod) => (options.evicting(pod.uid) ? IN_PROGRESS : undefined),
    postFilter: (state, pod, statuses) => preempt(options, state, pod, statuses),
  };
}
