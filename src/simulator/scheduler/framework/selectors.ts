// Label selectors, node selectors and tolerations, prepared once and matched many times.
// Models apimachinery's labels.Selector and component-helpers/scheduling/corev1.
import type {
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  Taint,
  Toleration,
} from '../../../model/generated/core.v1.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../../../model/generated/meta.v1.ts';

export type Labels = { readonly [key: string]: string };

export const NO_LABELS: Labels = {};

/** A prepared selector. Equal selectors have equal keys, so that counts can be shared between pods. */
export interface Matcher {
  readonly key: string;
  /** Selects everything. */
  readonly empty: boolean;
  matches(labels: Labels): boolean;
}

const NOTHING: Matcher = { key: 'nothing', empty: false, matches: () => false };
const EVERYTHING: Matcher = { key: 'everything', empty: true, matches: () => true };

function requirementMatches(r: LabelSelectorRequirement, labels: Labels): boolean {
  const value = labels[r.key];
  switch (r.operator) {
    case 'In':
      return value !== undefined && (r.values?.includes(value) ?? false);
    case 'NotIn':
      return value === undefined || !(r.values?.includes(value) ?? false);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

const prepared = new Map<string, Matcher>();

function prepare(pairs: readonly (readonly [string, string])[], reqs: readonly LabelSelectorRequirement[]): Matcher {
  if (pairs.length === 0 && reqs.length === 0) return EVERYTHING;
  const key = JSON.stringify([pairs, reqs]);
  const known = prepared.get(key);
  if (known !== undefined) return known;
  const matcher: Matcher = {
    key,
    empty: false,
    matches(labels) {
      for (const [k, v] of pairs) if (labels[k] !== v) return false;
      for (const r of reqs) if (!requirementMatches(r, labels)) return false;
      return true;
    },
  };
  if (prepared.size > 20_000) prepared.clear();
  prepared.set(key, matcher);
  return matcher;
}

function sorted(labels: Labels | undefined): [string, string][] {
  return Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** No selector selects nothing; an empty one selects everything. */
export function compileSelector(selector: LabelSelector | undefined): Matcher {
  if (selector === undefined) return NOTHING;
  return prepare(sorted(selector.matchLabels), selector.matchExpressions ?? []);
}

/** All labels of `set`, and all of the selectors: how PodTopologySpread joins Services and the owner's selector. */
export function compileAll(set: Labels, selectors: readonly LabelSelector[]): Matcher {
  const merged: { [key: string]: string } = { ...set };
  const reqs: LabelSelectorRequirement[] = [];
  for (const s of selectors) {
    for (const [k, v] of Object.entries(s.matchLabels ?? {})) {
      if (merged[k] !== undefined && merged[k] !== v) reqs.push({ key: k, operator: 'In', values: [v] });
      else merged[k] = v;
    }
    reqs.push(...(s.matchExpressions ?? []));
  }
  return prepare(sorted(merged), reqs);
}

const INTEGER = /^[+-]?\d{1,19}$/;

function compare(actual: string | undefined, wanted: string | undefined, greater: boolean): boolean {
  if (actual === undefined || wanted === undefined || !INTEGER.test(actual) || !INTEGER.test(wanted)) return false;
  const a = BigInt(actual);
  const b = BigInt(wanted);
  return greater ? a > b : a < b;
}

function nodeRequirementMatches(r: NodeSelectorRequirement, labels: Labels): boolean {
  if (r.operator === 'Gt' || r.operator === 'Lt') return compare(labels[r.key], r.values?.[0], r.operator === 'Gt');
  return requirementMatches(r, labels);
}

/** A term without any requirement matches no node. */
export function nodeTermMatches(term: NodeSelectorTerm, labels: Labels, name: string): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  for (const r of expressions) if (!nodeRequirementMatches(r, labels)) return false;
  for (const r of fields) {
    if (r.key !== 'metadata.name' || !requirementMatches(r, { 'metadata.name': name })) return false;
  }
  return true;
}

/** Terms are alternatives. */
export function nodeSelectorMatches(selector: NodeSelector, labels: Labels, name: string): boolean {
  return selector.nodeSelectorTerms.some((t) => nodeTermMatches(t, labels, name));
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
