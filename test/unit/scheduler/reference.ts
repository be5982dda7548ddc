// The default plugins once more, written node by node and pod by pod straight from upstream's formulas (v1.36), with no cache,
// no counting ahead and no code of the product: what the product answers is held against this.

import type {
  Node,
  NodeSelectorTerm,
  Pod,
  PodAffinityTerm,
  Service,
  Taint,
  TopologySpreadConstraint,
} from '../../../src/model/generated/core.v1.ts';
import type { LabelSelector } from '../../../src/model/generated/meta.v1.ts';

export interface World {
  readonly nodes: readonly Node[];
  readonly placed: readonly Placed[];
  readonly services: readonly Service[];
}

type Labels = { readonly [key: string]: string };
export interface Placed {
  readonly pod: Pod;
  readonly node: Node;
}

const labelsOf = (o: { readonly metadata: { readonly labels?: Labels } }): Labels => o.metadata.labels ?? {};
const nameOf = (o: Node | Pod): string => o.metadata.name ?? '';

function selects(s: LabelSelector | undefined, labels: Labels): boolean {
  if (s === undefined) return false;
  const equal = Object.entries(s.matchLabels ?? {}).every(([k, v]) => labels[k] === v);
  return equal && (s.matchExpressions ?? []).every((e) => meets(e, labels));
}

function meets(e: { key: string; operator: string; values?: readonly string[] }, labels: Labels): boolean {
  const value = labels[e.key];
  const values = e.values ?? [];
  switch (e.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    default:
      return value !== undefined && Number(value) < Number(values[0]);
  }
}

const nodeTerm = (t: NodeSelectorTerm, n: Node): boolean =>
  (t.matchExpressions ?? []).length > 0 && (t.matchExpressions ?? []).every((e) => meets(e, labelsOf(n)));

function wantsNode({ spec }: Pod, n: Node): boolean {
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (!Object.entries(spec?.nodeSelector ?? {}).every(([k, v]) => labelsOf(n)[k] === v)) return false;
  return required === undefined || required.nodeSelectorTerms.some((t) => nodeTerm(t, n));
}

function tolerated(p: Pod, t: Taint): boolean {
  return (p.spec?.tolerations ?? []).some(
    (x) =>
      (!x.effect || x.effect === t.effect) &&
      (!x.key || x.key === t.key) &&
      (x.operator === 'Exists' || (x.value ?? '') === (t.value ?? '')),
  );
}

/** In millicores and MiB, which is all that the generator makes. */
function amount(p: Pod, resource: 'cpu' | 'memory', missing: number): number {
  return (p.spec?.containers ?? []).reduce((sum, c) => {
    const q = c.resources?.requests?.[resource];
    return sum + (q === undefined ? missing : Number.parseInt(String(q), 10));
  }, 0);
}
const has = (n: Node, resource: 'cpu' | 'memory'): number =>
  Number.parseInt(String(n.status?.allocatable?.[resource]), 10);
const on = (n: Node, all: readonly Placed[]): Pod[] => all.filter((p) => p.node === n).map((p) => p.pod);
const used = (n: Node, all: readonly Placed[], r: 'cpu' | 'memory', missing: number): number =>
  on(n, all).reduce((sum, p) => sum + amount(p, r, missing), 0);

function fits(p: Pod, n: Node, all: readonly Placed[]): boolean {
  return (['cpu', 'memory'] as const).every((r) => {
    const wanted = amount(p, r, 0);
    return wanted === 0 || wanted <= has(n, r) - used(n, all, r, 0);
  });
}

function portsFree(p: Pod, n: Node, all: readonly Placed[]): boolean {
  const ports = (x: Pod): number[] =>
    (x.spec?.containers ?? []).flatMap((c) => (c.ports ?? []).flatMap((o) => o.hostPort ?? []));
  const taken = on(n, all).flatMap(ports);
  return ports(p).every((port) => !taken.includes(port));
}

/** `of`: whose term it is. */
function speaksOf(t: PodAffinityTerm, of: Pod, other: Pod): boolean {
  const namespaces = t.namespaces ?? [];
  const own = namespaces.length === 0 && t.namespaceSelector === undefined;
  const label = { 'kubernetes.io/metadata.name': other.metadata.namespace ?? '' };
  const there =
    (own && other.metadata.namespace === of.metadata.namespace) ||
    namespaces.includes(other.metadata.namespace ?? '') ||
    selects(t.namespaceSelector, label);
  return there && selects(t.labelSelector, labelsOf(other));
}

const near = (p: Pod) => p.spec?.affinity?.podAffinity;
const away = (p: Pod) => p.spec?.affinity?.podAntiAffinity;
const sameDomain = (key: string, a: Node, b: Node): boolean =>
  labelsOf(a)[key] !== undefined && labelsOf(a)[key] === labelsOf(b)[key];

function affinityAllows(p: Pod, n: Node, all: readonly Placed[]): boolean {
  const wanted = near(p)?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const unwanted = away(p)?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const e of all) {
    const terms = away(e.pod)?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    if (terms.some((t) => speaksOf(t, e.pod, p) && sameDomain(t.topologyKey, e.node, n))) return false;
    if (unwanted.some((t) => speaksOf(t, p, e.pod) && sameDomain(t.topologyKey, e.node, n))) return false;
  }
  if (wanted.length === 0) return true;
  if (wanted.some((t) => labelsOf(n)[t.topologyKey] === undefined)) return false;
  const matching = all.filter((e) => wanted.every((t) => speaksOf(t, p, e.pod)));
  if (wanted.every((t) => matching.some((e) => sameDomain(t.topologyKey, e.node, n)))) return true;
  const counted = matching.some((e) => wanted.some((t) => labelsOf(e.node)[t.topologyKey] !== undefined));
  return !counted && wanted.every((t) => speaksOf(t, p, p));
}

function affinityScore(p: Pod, n: Node, all: readonly Placed[]): number {
  let sum = 0;
  for (const e of all) {
    const add = (t: PodAffinityTerm, of: Pod, other: Pod, weight: number): void => {
      if (speaksOf(t, of, other) && sameDomain(t.topologyKey, e.node, n)) sum += weight;
    };
    for (const t of near(p)?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
      add(t.podAffinityTerm, p, e.pod, t.weight);
    for (const t of away(p)?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
      add(t.podAffinityTerm, p, e.pod, -t.weight);
    for (const t of near(e.pod)?.requiredDuringSchedulingIgnoredDuringExecution ?? []) add(t, e.pod, p, 1);
    for (const t of near(e.pod)?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
      add(t.podAffinityTerm, e.pod, p, t.weight);
    for (const t of away(e.pod)?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
      add(t.podAffinityTerm, e.pod, p, -t.weight);
  }
  return sum;
}

const constraints = (p: Pod, when: string): TopologySpreadConstraint[] =>
  (p.spec?.topologySpreadConstraints ?? []).filter((c) => c.whenUnsatisfiable === when);
const hasKeys = (n: Node, of: readonly Pick<TopologySpreadConstraint, 'topologyKey'>[]): boolean =>
  of.every((c) => labelsOf(n)[c.topologyKey] !== undefined);

function counts(p: Pod, c: Partial<TopologySpreadConstraint>, n: Node): boolean {
  if ((c.nodeAffinityPolicy ?? 'Honor') === 'Honor' && !wantsNode(p, n)) return false;
  const taints = (n.spec?.taints ?? []).filter((t) => t.effect !== 'PreferNoSchedule');
  return c.nodeTaintsPolicy !== 'Honor' || taints.every((t) => tolerated(p, t));
}

const matchingOn = (
  p: Pod,
  c: Pick<TopologySpreadConstraint, 'labelSelector'>,
  n: Node,
  all: readonly Placed[],
): number =>
  on(n, all).filter((o) => o.metadata.namespace === p.metadata.namespace && selects(c.labelSelector, labelsOf(o)))
    .length;

function spreadAllows(p: Pod, n: Node, nodes: readonly Node[], all: readonly Placed[]): boolean {
  const hard = constraints(p, 'DoNotSchedule');
  return hard.every((c) => {
    const value = labelsOf(n)[c.topologyKey];
    if (value === undefined) return false;
    const domains = new Map<string, number>();
    for (const m of nodes) {
      if (!hasKeys(m, hard) || !counts(p, c, m)) continue;
      const at = labelsOf(m)[c.topologyKey] ?? '';
      domains.set(at, (domains.get(at) ?? 0) + matchingOn(p, c, m, all));
    }
    const least = domains.size < (c.minDomains ?? 1) ? 0 : Math.min(...domains.values());
    return (domains.get(value) ?? 0) + (selects(c.labelSelector, labelsOf(p)) ? 1 : 0) - least <= c.maxSkew;
  });
}

const HOST = 'kubernetes.io/hostname';

type Soft = Pick<TopologySpreadConstraint, 'maxSkew' | 'topologyKey' | 'labelSelector'> &
  Partial<TopologySpreadConstraint>;

/** Of a pod without constraints of its own: over hosts and zones, as far as Services select it. */
function defaults(p: Pod, services: readonly Service[]): readonly Soft[] {
  const own = services.filter((s) => s.metadata.namespace === p.metadata.namespace);
  const selecting = own.filter((s) => selects({ matchLabels: s.spec?.selector ?? {} }, labelsOf(p)));
  const matchLabels = Object.assign({}, ...selecting.map((s) => s.spec?.selector));
  if (Object.keys(matchLabels).length === 0) return [];
  return [
    { topologyKey: HOST, maxSkew: 3, labelSelector: { matchLabels } },
    { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5, labelSelector: { matchLabels } },
  ];
}

function spreadScores(p: Pod, feasible: readonly Node[], { nodes, placed: all, services }: World): number[] {
  const own = (p.spec?.topologySpreadConstraints ?? []).length > 0;
  const soft: readonly Soft[] = own ? constraints(p, 'ScheduleAnyway') : defaults(p, services);
  const takesPart = (n: Node): boolean => !own || hasKeys(n, soft);
  const scored = feasible.filter(takesPart);
  const raw = feasible.map((n) => {
    if (!takesPart(n)) return undefined;
    let sum = 0;
    for (const c of soft) {
      if (labelsOf(n)[c.topologyKey] === undefined) continue;
      const values = new Set(scored.map((m) => labelsOf(m)[c.topologyKey]));
      const weight = Math.log((c.topologyKey === HOST ? scored.length : values.size) + 2);
      const there = nodes.filter((m) => takesPart(m) && counts(p, c, m) && sameDomain(c.topologyKey, m, n));
      const count =
        c.topologyKey === HOST ? matchingOn(p, c, n, all) : there.reduce((k, m) => k + matchingOn(p, c, m, all), 0);
      sum += count * weight + (c.maxSkew - 1);
    }
    return Math.round(sum);
  });
  const known = raw.filter((s) => s !== undefined);
  const [min, max] = [Math.min(...known), Math.max(0, ...known)];
  return raw.map((s) => (s === undefined ? 0 : max === 0 ? 100 : Math.trunc((100 * (max + min - s)) / max)));
}

const MB = 1024 * 1024;

function imageScore(p: Pod, n: Node, nodes: readonly Node[]): number {
  const wanted = (p.spec?.containers ?? []).map((c) => c.image ?? '');
  const holders = (image: string): Node[] =>
    nodes.filter((m) => (m.status?.images ?? []).some((i) => i.names?.includes(image)));
  const sum = wanted.reduce((bytes, image) => {
    const found = n.status?.images?.find((i) => i.names?.includes(image));
    return bytes + (found ? Math.trunc((found.sizeBytes ?? 0) * (holders(image).length / nodes.length)) : 0);
  }, 0);
  const max = 1000 * MB * wanted.length;
  return Math.trunc((100 * (Math.min(Math.max(sum, 23 * MB), max) - 23 * MB)) / (max - 23 * MB));
}

function stretch(raw: readonly number[], reverse: boolean): number[] {
  const max = Math.max(0, ...raw);
  return raw.map((s) => {
    const share = max === 0 ? 0 : Math.trunc((100 * s) / max);
    return reverse ? 100 - share : share;
  });
}

function balance(p: Pod, n: Node, all: readonly Placed[]): number {
  const at = (extra: number): number => {
    const share = (r: 'cpu' | 'memory'): number =>
      Math.min(1, (used(n, all, r, 0) + extra * amount(p, r, 0)) / has(n, r));
    return Math.trunc((1 - Math.abs(share('cpu') - share('memory')) / 2) * 100);
  };
  return 50 + Math.trunc((50 + at(1) - at(0)) / 2);
}

function least(p: Pod, n: Node, all: readonly Placed[]): number {
  const of = (r: 'cpu' | 'memory', missing: number): number => {
    const free = has(n, r) - used(n, all, r, missing) - amount(p, r, missing);
    return free < 0 ? 0 : Math.trunc((free * 100) / has(n, r));
  };
  return Math.trunc((of('cpu', 100) + of('memory', 200)) / 2);
}

export interface Expected {
  readonly filteredOut: readonly string[];
  readonly scores: { readonly [node: string]: { readonly [plugin: string]: number } };
}

export function decide(p: Pod, world: World): Expected {
  const { nodes, placed: all } = world;
  const feasible = nodes.filter(
    (n) =>
      wantsNode(p, n) &&
      (n.spec?.taints ?? []).every((t) => t.effect === 'PreferNoSchedule' || tolerated(p, t)) &&
      portsFree(p, n, all) &&
      fits(p, n, all) &&
      spreadAllows(p, n, nodes, all) &&
      affinityAllows(p, n, all),
  );
  const filteredOut = nodes
    .filter((n) => !feasible.includes(n))
    .map(nameOf)
    .sort();
  if (feasible.length < 2) return { filteredOut, scores: {} };
  const soft = feasible.map(
    (n) => (n.spec?.taints ?? []).filter((t) => t.effect === 'PreferNoSchedule' && !tolerated(p, t)).length,
  );
  const preferred = p.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const wishes = feasible.map((n) =>
    preferred.filter((t) => nodeTerm(t.preference, n)).reduce((s, t) => s + t.weight, 0),
  );
  const pods = feasible.map((n) => affinityScore(p, n, all));
  const [low, high] = [Math.min(...pods), Math.max(...pods)];
  const columns: { [plugin: string]: readonly number[] } = {
    TaintToleration: stretch(soft, true).map((s) => 3 * s),
    NodeAffinity: stretch(wishes, false).map((s) => 2 * s),
    NodeResourcesFit: feasible.map((n) => least(p, n, all)),
    NodeResourcesBalancedAllocation: feasible.map((n) => balance(p, n, all)),
    InterPodAffinity: pods.map((s) => (high > low ? 2 * Math.trunc(100 * ((s - low) / (high - low))) : 0)),
    ImageLocality: feasible.map((n) => imageScore(p, n, nodes)),
    PodTopologySpread: spreadScores(p, feasible, world).map((s) => 2 * s),
  };
  const scores = feasible.map((n, i) => [
    nameOf(n),
    Object.fromEntries(Object.entries(columns).map(([k, v]) => [k, v[i] ?? 0])),
  ]);
  return { filteredOut, scores: Object.fromEntries(scores) };
}
