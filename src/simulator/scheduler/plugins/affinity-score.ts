// The half of InterPodAffinity that scores. Models pkg/scheduler/framework/plugins/interpodaffinity/scoring.go.
import type { Cache } from '../framework/cache.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import { stateKey } from '../framework/cycle-state.ts';
import { internKey, type NodeInfo, type TermBag } from '../framework/node-info.ts';
import { MAX_SCORE, type Methods } from '../framework/plugin.ts';
import { type AffinityTerm, type PodInfo, termMatches } from '../framework/pod-info.ts';
import { skip } from '../framework/status.ts';
import { countOn } from './affinity-filter.ts';
import { INTER_POD_AFFINITY } from './names.ts';

const NOTHING_TO_SCORE = skip(INTER_POD_AFFINITY);

/** A pod that runs and requires to be near this one counts as if it preferred it by this much. Source: default arguments. */
const HARD_AFFINITY_WEIGHT = 1;

/** Topology key → value → sum of weights. */
type Scores = Map<string, Map<string, number>>;

const SCORES = stateKey<Scores>();

function add(scores: Scores, term: AffinityTerm, node: NodeInfo, weight: number): void {
  const value = node.labels[term.topologyKey];
  if (value === undefined || weight === 0) return;
  let values = scores.get(term.topologyKey);
  if (values === undefined) {
    values = new Map();
    scores.set(term.topologyKey, values);
  }
  values.set(value, (values.get(value) ?? 0) + weight);
}

export function affinityScore(cache: Cache, cluster: ClusterLookup): Methods<'preScore' | 'score' | 'normalizeScore'> {
  const theirs = (
    scores: Scores,
    bag: TermBag,
    pod: PodInfo,
    node: NodeInfo,
    weight: (t: AffinityTerm) => number,
  ): void => {
    for (const { term, count } of bag.entries()) {
      if (termMatches(term, pod, cluster)) add(scores, term, node, weight(term) * count);
    }
  };
  const ours = (scores: Scores, terms: readonly AffinityTerm[], node: NodeInfo, sign: 1 | -1): void => {
    for (const t of terms) {
      const n = countOn(node, [t], internKey(t.key), (p) => termMatches(t, p, cluster));
      add(scores, t, node, sign * t.weight * n);
    }
  };
  return {
    preScore(state, pod, feasible) {
      const prefers = pod.preferredAffinity.length + pod.preferredAntiAffinity.length > 0;
      if (feasible.length === 0 || (!prefers && cache.withAffinity.size === 0)) return NOTHING_TO_SCORE;
      const scores: Scores = new Map();
      for (const node of prefers ? cache.nodes() : cache.withAffinity) {
        if (prefers && node.pods.length > 0) {
          ours(scores, pod.preferredAffinity, node, 1);
          ours(scores, pod.preferredAntiAffinity, node, -1);
        }
        if (!node.hasAffinity) continue;
        theirs(scores, node.required, pod, node, () => HARD_AFFINITY_WEIGHT);
        theirs(scores, node.preferred, pod, node, (t) => t.weight);
        theirs(scores, node.preferredAnti, pod, node, (t) => -t.weight);
      }
      if (scores.size === 0) return NOTHING_TO_SCORE;
      state.write(SCORES, scores);
      return undefined;
    },
    score(state, _pod, nodes, scores) {
      const byKey = state.read(SCORES) ?? new Map();
      nodes.forEach((node, i) => {
        let sum = 0;
        for (const [key, values] of byKey) {
          const value = node.labels[key];
          if (value !== undefined) sum += values.get(value) ?? 0;
        }
        scores[i] = sum;
      });
    },
    /** The lowest becomes 0, the highest 100. */
    normalizeScore(_state, _pod, scores) {
      let min = Number.POSITIVE_INFINITY;
      let max = Number.NEGATIVE_INFINITY;
      for (const s of scores) {
        min = Math.min(min, s);
        max = Math.max(max, s);
      }
      for (let i = 0; i < scores.length; i++) {
        scores[i] = max > min ? Math.trunc(MAX_SCORE * (((scores[i] as number) - min) / (max - min))) : 0;
      }
    },
  };
}
