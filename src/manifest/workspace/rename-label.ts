// Another key or value for a label, wherever selectors tie labels together: templates, what selects their pods, what else that
// selects, and so on. What no selector of the workspace ties to the place keeps its label.
import type { LabelSelector } from '../../model/generated/meta.v1.ts';
import { labelKeyProblem, labelValueProblem, matches, selectorOf } from '../../model/selectors.ts';
import type { Position, TextRange } from '../explanation.ts';
import { contains, type Handle, type Location, located, near, unique } from './definitions.ts';
import type { LabelEntry, Labels, LabelTerm, ObjectFact, Reference } from './facts.ts';
import type { Renaming } from './renaming.ts';
import type { Workspace } from './workspace.ts';

/** What carries labels, or asks for them. */
interface Node {
  readonly at: Handle;
  readonly owner: ObjectFact;
  /** Whose labels these are: `Pod`, or the kind of the object. */
  readonly of: string;
  readonly namespace: string | undefined;
  readonly labels: Labels;
  readonly entries: ReadonlyMap<string, LabelEntry>;
  /** Keys, and values of them, that are named besides. */
  readonly terms: readonly LabelTerm[];
  /** Where it asks. */
  readonly selector?: Extract<Reference, { to: 'labels' }>;
}

/** A label's key, or its value under a key. */
interface Wanted {
  readonly key: string;
  readonly value?: string;
}

/** Of the kinds with pod templates the one whose selector may change. */
const MUTABLE = 'ReplicationController';

/** What would be renamed at a place in labels or a selector, or why nothing is; undefined where no label is. */
export function labelRenamingAt(workspace: Workspace, uri: string, position: Position): Renaming | string | undefined {
  const all = nodesOf(workspace);
  for (const node of all) {
    const found = node.at.uri === uri ? wantedAt(node, position) : undefined;
    if (found) return renaming(all, node, found.wanted, located(node.at, found.range));
  }
  return undefined;
}

function nodesOf(workspace: Workspace): Node[] {
  const nodes: Node[] = [];
  const none: LabelTerm[] = [];
  for (const at of workspace.handles()) {
    const { objects, pods, references } = at.facts;
    for (const owner of objects) {
      const { kind: of, namespace, labels, labelPlaces } = owner;
      if (labelPlaces) nodes.push({ at, owner, of, namespace, labels, entries: labelPlaces.entries, terms: none });
    }
    for (const { owner, namespace, labels, labelPlaces, labelTerms: terms } of pods) {
      nodes.push({ at, owner, of: 'Pod', namespace, labels, entries: labelPlaces?.entries ?? new Map(), terms });
    }
    for (const fact of references) {
      if (fact.to !== 'labels') continue;
      const { of, from: owner, namespace, entries, terms } = fact;
      const labels = fact.selector.matchLabels ?? {};
      nodes.push({ at, owner, of, namespace, labels, entries, terms, selector: fact });
    }
  }
  return nodes;
}

function wantedAt(node: Node, position: Position): { wanted: Wanted; range: TextRange } | undefined {
  const here = (range: TextRange | undefined): range is TextRange =>
    range !== undefined && contains(range, position, node.at.line);
  for (const [key, entry] of node.entries) {
    if (here(entry.key)) return { wanted: { key }, range: entry.key };
    const value = node.labels[key];
    if (here(entry.value)) return value === undefined ? undefined : { wanted: { key, value }, range: entry.value };
  }
  for (const { key, range, values } of node.terms) {
    if (here(range)) return { wanted: { key }, range };
    const value = values.find((one) => here(one.range));
    if (value) return { wanted: { key, value: value.text }, range: value.range };
  }
  return undefined;
}

function renaming(all: readonly Node[], start: Node, wanted: Wanted, at: Location): Renaming | string {
  const { key, value } = wanted;
  const found = connected(
    all.filter((node) => speaksOf(node, wanted)),
    start,
    wanted,
  );
  if (found.every(({ selector }) => selector)) {
    const who = start.of === 'Pod' ? 'pod or template' : start.of;
    return `No ${who} of this workspace carries this label: with another here, nothing would be selected.`;
  }
  if (value === undefined && start.of !== 'Pod' && /(^|\.)(kubernetes|k8s)\.io\//.test(key)) {
    return `\`${key}\` belongs to Kubernetes, whose components look for it by this name.`;
  }
  return {
    placeholder: value ?? key,
    at,
    places: unique(found.flatMap((node) => placesIn(node, wanted))),
    fixed: found.flatMap(({ selector }) => (selector?.own && selector.from.kind !== MUTABLE ? [selector.from] : [])),
    problem: (name) => problemOf(all, found, wanted, name),
  };
}

/** Everything that is tied to a node by selectors, and by standing in one object. */
function connected(speaking: readonly Node[], start: Node, { key }: Wanted): Node[] {
  const found = new Set([start]);
  for (const node of found) {
    for (const other of speaking) if (!found.has(other) && areTied(node, other, key)) found.add(other);
  }
  return [...found];
}

function areTied(one: Node, other: Node, key: string): boolean {
  if (one.owner === other.owner && isOwn(one) && isOwn(other)) return true;
  const [{ selector }, carrying] = one.selector ? [one, other] : [other, one];
  if (!selector || carrying.selector || selector.of !== carrying.of) return false;
  if (!selector.anyNamespace && !near(selector.namespace, carrying.namespace)) return false;
  return matches(selectorOf(without(selector.selector, key)), carrying.labels);
}

/** Labels of an object and of its template, and what it is there to select; not what its pods ask of other pods. */
function isOwn({ selector }: Node): boolean {
  return !selector || selector.own || /^(Service|PodDisruptionBudget|NetworkPolicy)$/.test(selector.from.kind);
}

/** The rest of a selector: of the label itself both sides speak already, were it only to exclude it. */
function without({ matchLabels = {}, matchExpressions = [] }: LabelSelector, key: string): LabelSelector {
  return {
    matchLabels: Object.fromEntries(Object.entries(matchLabels).filter(([name]) => name !== key)),
    matchExpressions: matchExpressions.filter((one) => one.key !== key),
  };
}

function speaksOf(node: Node, wanted: Wanted): boolean {
  return placesIn(node, wanted).length > 0;
}

function placesIn({ at, labels, entries, terms }: Node, { key, value }: Wanted): Location[] {
  const entry = entries.get(key);
  const own = value === undefined ? entry?.key : labels[key] === value ? entry?.value : undefined;
  const named = terms
    .filter((term) => term.key === key)
    .flatMap(({ range, values }) =>
      value === undefined ? [range] : values.filter(({ text }) => text === value).map((one) => one.range),
    );
  return [...(own ? [own] : []), ...named].map((one) => located(at, one));
}

/** Why a label cannot be called so; undefined where it can. */
function problemOf(
  all: readonly Node[],
  found: readonly Node[],
  { key, value }: Wanted,
  name: string,
): string | undefined {
  const wrong = value === undefined ? labelKeyProblem(name) : labelValueProblem(name);
  if (wrong !== undefined) return `kube-apiserver would say: ${wrong}`;
  if (name === (value ?? key)) return undefined;
  const taken =
    value === undefined
      ? found.find(({ labels }) => Object.hasOwn(labels, name))
      : all.find((node) => !node.selector && node.labels[key] === name && found.some((one) => meets(one, node)));
  if (!taken) return undefined;
  const who = `${taken.owner.kind} ${taken.owner.name}`.trim();
  return value === undefined
    ? `${who} has a label ${name} already.`
    : `${who} carries ${key}: ${name} already, and selectors could not tell the two apart any more.`;
}

function meets(one: Node, other: Node): boolean {
  return one !== other && one.of === other.of && near(one.namespace, other.namespace);
}
