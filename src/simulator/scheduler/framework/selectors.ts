// Label selectors, node selectors and tolerations, prepared once and matched many times.
// Models apimachinery's labels.Selector and component-helpers/scheduling/corev1.
import type {
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  Taint,
  Toleration,
} from '../../../model/generated/core.v1.ts';
import type { LabelSelector } from '../../../model/generated/meta.v1.ts';
import { formatSelector, matches, type Selector, selectorOf, selectorOfMap } from '../../../model/selectors.ts';

export type Labels = { readonly [key: string]: string };

export const NO_LABELS: Labels = {};

/** A prepared selector. Equal selectors have equal keys, so that counts can be shared between pods. */
export interface Matcher {
  readonly key: string;
  /** Selects everything. */
  readonly empty: boolean;
  matches(labels: Labels): boolean;
}

const NOTHING_MATCHER: Matcher = { key: 'nothing', empty: false, matches: () => false };
const EVERYTHING_MATCHER: Matcher = { key: 'everything', empty: true, matches: () => true };

const prepared = new Map<string, Matcher>();

function prepare(selector: Selector): Matcher {
  if (selector.nothing) return NOTHING_MATCHER;
  if (selector.requirements.length === 0) return EVERYTHING_MATCHER;
  const key = formatSelector(selector);
  const known = prepared.get(key);
  if (known !== undefined) return known;
  const matcher: Matcher = { key, empty: false, matches: (labels) => matches(selector, labels) };
  if (prepared.size > 20_000) prepared.clear();
  prepared.set(key, matcher);
  return matcher;
}

/** No selector selects nothing; an empty one selects everything. Throws SelectorError on an operator that is none. */
export function compileSelector(selector: LabelSelector | undefined): Matcher {
  return prepare(selectorOf(selector));
}

const prepareds = new WeakMap<LabelSelector, Matcher>();

/** All labels of `set`, and all of the selectors: how PodTopologySpread joins Services and the owner's selector. */
export function compileAll(set: Labels, selectors: readonly LabelSelector[]): Matcher {
  const [only] = selectors;
  if (only === undefined || selectors.length > 1 || Object.keys(set).length > 0) return prepare(joined(set, selectors));
  const known = prepareds.get(only) ?? prepare(joined(set, selectors));
  prepareds.set(only, known);
  return known;
}

function joined(set: Labels, selectors: readonly LabelSelector[]): Selector {
  const requirements = [...selectorOfMap(set).requirements];
  const seen = new Set(requirements.map((r) => formatSelector({ requirements: [r] })));
  for (const r of selectors.flatMap((s) => selectorOf(s).requirements)) {
    const text = formatSelector({ requirements: [r] });
    if (!seen.has(text)) requirements.push(r);
    seen.add(text);
  }
  return { requirements };
}

const NODE_OPERATORS = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
} as const;

interface PreparedTerm {
  readonly expressions: Selector;
  readonly fields: Selector;
  readonly empty: boolean;
}

// Terms are asked about once for each node, and never change.
const terms = new WeakMap<NodeSelectorTerm, PreparedTerm>();

function prepareTerm(term: NodeSelectorTerm): PreparedTerm {
  const known = terms.get(term);
  if (known !== undefined) return known;
  const selector = (list: readonly NodeSelectorRequirement[] = []): Selector => ({
    requirements: list.map((r) => ({ key: r.key, operator: NODE_OPERATORS[r.operator], values: r.values ?? [] })),
  });
  const expressions = selector(term.matchExpressions);
  const fields = selector(term.matchFields);
  const made = { expressions, fields, empty: expressions.requirements.length + fields.requirements.length === 0 };
  terms.set(term, made);
  return made;
}

/** A term without any requirement matches no node. `metadata.name` is the only field there is. */
export function nodeTermMatches(term: NodeSelectorTerm, labels: Labels, name: string): boolean {
  const { expressions, fields, empty } = prepareTerm(term);
  if (empty || !matches(expressions, labels)) return false;
  return fields.requirements.length === 0 || matches(fields, { 'metadata.name': name });
}

/** Terms are alternatives. */
export function nodeSelectorMatches(selector: NodeSelector, labels: Labels, name: string): boolean {
  return selector.nodeSelectorTerms.some((t) => nodeTermMatches(t, labels, name));
}

const INTEGER = /^[+-]?\d{1,19}$/;

function compare(actual: string | undefined, wanted: string | undefined, greater: boolean): boolean {
  if (actual === undefined || wanted === undefined || !INTEGER.test(actual) || !INTEGER.test(wanted)) return false;
  const a = BigInt(actual);
  const b = BigInt(wanted);
  return greater ? a > b : a < b;
}

/** `Gt` and `Lt` compare whole numbers; a taint whose value is none is not tolerated by them. */
export function tolerates(t: Toleration, taint: Taint): boolean {
  if (t.effect && t.effect !== taint.effect) return false;
  if (t.key && t.key !== taint.key) return false;
  switch (t.operator ?? 'Equal') {
    case 'Exists':
      return true;
    case 'Equal':
      return !!t.key && (t.value ?? '') === (taint.value ?? '');
    case 'Gt':
      return compare(taint.value, t.value, true);
    case 'Lt':
      return compare(taint.value, t.value, false);
  }
}

export function tolerated(tolerations: readonly Toleration[], taint: Taint): boolean {
  for (const t of tolerations) if (tolerates(t, taint)) return true;
  return false;
}

/** The first taint that nothing tolerates. */
export function firstUntolerated(taints: readonly Taint[], tolerations: readonly Toleration[]): Taint | undefined {
  for (const taint of taints) if (!tolerated(tolerations, taint)) return taint;
  return undefined;
}
