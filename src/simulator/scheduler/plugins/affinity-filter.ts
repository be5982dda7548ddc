// The half of InterPodAffinity that leaves nodes out. Models pkg/scheduler/framework/plugins/interpodaffinity/filtering.go.
import type { Cache } from '../framework/cache.ts';
import { stateKey } from '../framework/cycle-state.ts';
import { internKey, type NodeInfo } from '../framework/node-info.ts';
import type { Methods, PreFilterOutcome } from '../framework/plugin.ts';
import { type AffinityTerm, type NamespaceLookup, type PodInfo, termMatches } from '../framework/pod-info.ts';
import { skip, unresolvable, unschedulable } from '../framework/status.ts';
import { INTER_POD_AFFINITY } from './names.ts';

const AFFINITY = unresolvable(INTER_POD_AFFINITY, "node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = unschedulable(INTER_POD_AFFINITY, "node(s) didn't match pod anti-affinity rules");
const EXISTING = unschedulable(INTER_POD_AFFINITY, "node(s) didn't satisfy existing pods anti-affinity rules");
const SKIP: PreFilterOutcome = { status: skip(INTER_POD_AFFINITY) };

/** Domain (`key\nvalue`) → how many matches there are in it. */
type Counts = Map<string, number>;

interface Required {
  /** Pods that run and want to be away from this one. */
  readonly existing: Counts;
  readonly affinity: Counts;
  readonly anti: Counts;
}

const REQUIRED = stateKey<Required>((r) => ({
  existing: new Map(r.existing),
  affinity: new Map(r.affinity),
  anti: new Map(r.anti),
}));

function domain(term: AffinityTerm, node: NodeInfo): string | undefined {
  const value = node.labels[term.topologyKey];
  return value === undefined ? undefined : `${term.topologyKey}\n${value}`;
}

function add(counts: Counts, term: AffinityTerm, node: NodeInfo, by: number): void {
  const d = domain(term, node);
  if (d === undefined || by === 0) return;
  const n = (counts.get(d) ?? 0) + by;
  if (n === 0) counts.delete(d);
  else counts.set(d, n);
}

/** Pods on the node of which the test is true; remembered unless namespaces are selected by labels, which may change. */
export function countOn(
  node: NodeInfo,
  terms: readonly AffinityTerm[],
  key: number,
  test: (p: PodInfo) => boolean,
): number {
  if (terms.some((t) => t.selectsNamespaces)) return node.pods.filter(test).length;
  return node.countWhere(key, test);
}

function anyIn(counts: Counts, terms: readonly AffinityTerm[], node: NodeInfo): boolean {
  for (const t of terms) {
    const d = domain(t, node);
    if (d !== undefined && (counts.get(d) ?? 0) > 0) return true;
  }
  return false;
}

/** As upstream has it for required affinity: one pod has to meet all terms. */
function meetsAll(terms: readonly AffinityTerm[], p: PodInfo, lookup: NamespaceLookup): boolean {
  return terms.length > 0 && terms.every((t) => termMatches(t, p, lookup));
}

/** One pod more, or less, on the node. */
function account(r: Required, pod: PodInfo, other: PodInfo, node: NodeInfo, by: 1 | -1, lookup: NamespaceLookup): void {
  for (const t of other.requiredAntiAffinity) if (termMatches(t, pod, lookup)) add(r.existing, t, node, by);
  if (meetsAll(pod.requiredAffinity, other, lookup)) for (const t of pod.requiredAffinity) add(r.affinity, t, node, by);
  for (const t of pod.requiredAntiAffinity) if (termMatches(t, other, lookup)) add(r.anti, t, node, by);
}

/** Pods that the pod's own terms speak of, in every domain. */
function countOwn(r: Required, pod: PodInfo, nodes: readonly NodeInfo[], lookup: NamespaceLookup): void {
  const near = pod.requiredAffinity;
  const together = internKey(near.map((t) => t.key).join('&'));
  const apart = pod.requiredAntiAffinity.map((t) => internKey(t.key));
  for (const node of nodes) {
    if (node.pods.length === 0) continue;
    if (near.length > 0) {
      const n = countOn(node, near, together, (p) => meetsAll(near, p, lookup));
      for (const t of near) add(r.affinity, t, node, n);
    }
    pod.requiredAntiAffinity.forEach((t, i) => {
      const n = countOn(node, [t], apart[i] ?? 0, (p) => termMatches(t, p, lookup));
      add(r.anti, t, node, n);
    });
  }
}

function nearOthers(r: Required, pod: PodInfo, node: NodeInfo, lookup: NamespaceLookup): boolean {
  let present = true;
  for (const t of pod.requiredAffinity) {
    const d = domain(t, node);
    if (d === undefined) return false;
    if ((r.affinity.get(d) ?? 0) <= 0) present = false;
  }
  // The first of a group whose members want to be near each other may start anywhere.
  return present || (r.affinity.size === 0 && meetsAll(pod.requiredAffinity, pod, lookup));
}

export function affinityFilter(
  cache: Cache,
  lookup: NamespaceLookup,
): Methods<'preFilter' | 'addPod' | 'removePod' | 'filter'> {
  return {
    preFilter(state, pod, nodes) {
      const r: Required = { existing: new Map(), affinity: new Map(), anti: new Map() };
      for (const node of cache.withRequiredAntiAffinity) {
        for (const { term, count } of node.requiredAnti.entries()) {
          if (termMatches(term, pod, lookup)) add(r.existing, term, node, count);
        }
      }
      if (r.existing.size === 0 && pod.requiredAffinity.length + pod.requiredAntiAffinity.length === 0) return SKIP;
      if (pod.requiredAffinity.length + pod.requiredAntiAffinity.length > 0) countOwn(r, pod, nodes, lookup);
      state.write(REQUIRED, r);
      return undefined;
    },
    addPod(state, pod, other, node) {
      const r = state.read(REQUIRED);
      if (r !== undefined) account(r, pod, other, node, 1, lookup);
    },
    removePod(state, pod, other, node) {
      const r = state.read(REQUIRED);
      if (r !== undefined) account(r, pod, other, node, -1, lookup);
    },
    filter(state, pod, node) {
      const r = state.read(REQUIRED);
      if (r === undefined) return undefined;
      if (pod.requiredAffinity.length > 0 && !nearOthers(r, pod, node, lookup)) return AFFINITY;
      if (r.anti.size > 0 && anyIn(r.anti, pod.requiredAntiAffinity, node)) return ANTI_AFFINITY;
      if (r.existing.size > 0) {
        for (const key in node.labels) if ((r.existing.get(`${key}\n${node.labels[key]}`) ?? 0) > 0) return EXISTING;
      }
      return undefined;
    },
  };
}
