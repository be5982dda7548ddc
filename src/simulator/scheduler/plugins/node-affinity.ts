// nodeSelector and required node affinity leave nodes out, preferred node affinity scores.
// Models pkg/scheduler/framework/plugins/nodeaffinity.
import type { Node, NodeSelector, Pod, PreferredSchedulingTerm } from '../../../model/generated/core.v1.ts';
import { stateKey } from '../framework/cycle-state.ts';
import { Action } from '../framework/events.ts';
import { defaultNormalize } from '../framework/normalize.ts';
import type { Plugin, PreFilterOutcome } from '../framework/plugin.ts';
import { type Labels, NO_LABELS, nodeSelectorMatches, nodeTermMatches } from '../framework/selectors.ts';
import { skip, unresolvable } from '../framework/status.ts';
import { NODE_AFFINITY } from './names.ts';

const MISMATCH = unresolvable(NODE_AFFINITY, "node(s) didn't match Pod's node affinity/selector");
const CONFLICT = unresolvable(NODE_AFFINITY, 'pod affinity terms conflict');
const SKIP: PreFilterOutcome = { status: skip(NODE_AFFINITY) };
const NOTHING_TO_SCORE = skip(NODE_AFFINITY);

const PREFERRED = stateKey<readonly PreferredSchedulingTerm[]>();

function requiredOf(pod: Pod): NodeSelector | undefined {
  return pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
}

/** Whether a node with these labels is one that the pod may run on. */
export function matchesNodeAffinity(pod: Pod, labels: Labels, name: string): boolean {
  const selector = pod.spec?.nodeSelector;
  if (selector !== undefined) for (const k in selector) if (labels[k] !== selector[k]) return false;
  const required = requiredOf(pod);
  return required === undefined || nodeSelectorMatches(required, labels, name);
}

/** Node names when every term names its node, as DaemonSet pods do: then no other node has to be looked at. */
function namedNodes(required: NodeSelector): ReadonlySet<string> | undefined {
  const all = new Set<string>();
  for (const t of required.nodeSelectorTerms) {
    let names: string[] | undefined;
    for (const r of t.matchFields ?? []) {
      if (r.key !== 'metadata.name' || r.operator !== 'In') continue;
      const values: readonly string[] = r.values ?? [];
      names = names === undefined ? [...values] : names.filter((n) => values.includes(n));
    }
    if (names === undefined) return undefined;
    for (const n of names) all.add(n);
  }
  return all;
}

function hint(pod: Pod, previous: unknown, current: unknown): 'Queue' | 'Skip' {
  const fits = (n: Node | undefined): boolean =>
    n !== undefined && matchesNodeAffinity(pod, n.metadata.labels ?? NO_LABELS, n.metadata.name ?? '');
  if (!fits(current as Node | undefined)) return 'Skip';
  return previous !== undefined && fits(previous as Node) ? 'Skip' : 'Queue';
}

export function nodeAffinity(): Plugin {
  return {
    name: NODE_AFFINITY,
    events: [{ resource: 'Node', actions: Action.add | Action.updateNodeLabel, hint }],
    preFilter(_state, pod) {
      const required = requiredOf(pod.pod);
      if (required === undefined && pod.pod.spec?.nodeSelector === undefined) return SKIP;
      if (required === undefined || required.nodeSelectorTerms.length === 0) return undefined;
      const nodeNames = namedNodes(required);
      if (nodeNames === undefined) return undefined;
      return nodeNames.size === 0 ? { status: CONFLICT } : { nodeNames };
    },
    filter: (_state, pod, node) => (matchesNodeAffinity(pod.pod, node.labels, node.name) ? undefined : MISMATCH),
    preScore(state, pod) {
      const terms = pod.pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
      if (terms.length === 0) return NOTHING_TO_SCORE;
      state.write(PREFERRED, terms);
      return undefined;
    },
    /** The weights of the preferred terms that the node meets, added up. */
    score(state, _pod, nodes, scores) {
      const preferred = state.read(PREFERRED) ?? [];
      nodes.forEach((node, i) => {
        let sum = 0;
        for (const t of preferred) if (nodeTermMatches(t.preference, node.labels, node.name)) sum += t.weight;
        scores[i] = sum;
      });
    },
    normalizeScore: (_state, _pod, scores) => defaultNormalize(scores, false),
  };
}
