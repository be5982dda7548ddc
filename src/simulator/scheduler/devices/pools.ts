// The devices within reach of a node, pool by pool. Models GatherPools of k8s.io/dynamic-resource-allocation/structured
// (internal/incubating/pools_incubating.go), v1.36.
import type { NodeSelector } from '../../../model/generated/core.v1.ts';
import type { CounterSet, Device, ResourceSlice } from '../../../model/generated/resource.v1.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { nodeSelectorMatches } from '../framework/selectors.ts';

export interface Pool {
  readonly driver: string;
  readonly name: string;
  /** Slices are being replaced: what is there is not all. */
  readonly incomplete: boolean;
  /** What is wrong with its slices. */
  readonly invalid?: string;
  /** Those with devices for the node. */
  readonly slices: readonly ResourceSlice[];
  /** Those with devices for other nodes, which may draw on the same counters. */
  readonly elsewhere: readonly ResourceSlice[];
  readonly counters: ReadonlyMap<string, CounterSet>;
}

interface Where {
  readonly nodeName?: string;
  readonly allNodes?: boolean;
  readonly nodeSelector?: NodeSelector;
}

export function reaches({ nodeName, allNodes, nodeSelector }: Where, node: NodeInfo): boolean {
  if (nodeName) return nodeName === node.name;
  if (allNodes) return true;
  return nodeSelector !== undefined && nodeSelectorMatches(nodeSelector, node.labels, node.name);
}

/** Whether the slice has something for the node; counters belong to all. */
function concerns({ spec }: ResourceSlice, node: NodeInfo): boolean {
  if ((spec.sharedCounters?.length ?? 0) > 0) return true;
  if (spec.nodeName || spec.allNodes || spec.nodeSelector !== undefined) return reaches(spec, node);
  return spec.perDeviceNodeSelection === true && (spec.devices ?? []).some((d) => reaches(d, node));
}

const generation = (s: ResourceSlice): number => s.spec.pool.generation;
const nameOf = (s: ResourceSlice): string => s.metadata.name ?? '';
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function countersOf(slices: readonly ResourceSlice[]): ReadonlyMap<string, CounterSet> | string {
  const out = new Map<string, CounterSet>();
  for (const set of slices.flatMap((s) => s.spec.sharedCounters ?? [])) {
    if (out.has(set.name)) return `duplicate counter set name ${set.name}`;
    out.set(set.name, set);
  }
  return out;
}

const devicesOf = (slices: readonly ResourceSlice[]): readonly Device[] => slices.flatMap((s) => s.spec.devices ?? []);

function problem(
  own: readonly ResourceSlice[],
  all: readonly ResourceSlice[],
  sets: Pool['counters'],
): string | undefined {
  const seen = new Set<string>();
  for (const { name } of devicesOf(own)) {
    if (seen.has(name)) return `duplicate device name ${name}`;
    seen.add(name);
  }
  for (const { counterSet, counters } of devicesOf(all).flatMap((d) => d.consumesCounters ?? [])) {
    const set = sets.get(counterSet);
    if (set === undefined) return `counter set ${counterSet} not found`;
    const missing = Object.keys(counters).find((c) => set.counters[c] === undefined);
    if (missing !== undefined) return `counter ${missing} not found in counter set ${counterSet}`;
  }
  return undefined;
}

/** `own`: slices of one pool that concern the node; `all`: every slice of that pool. Undefined while newer ones replace them. */
function build(own: readonly ResourceSlice[], all: readonly ResourceSlice[]): Pool | undefined {
  const newest = Math.max(...own.map(generation));
  if (all.some((s) => generation(s) > newest)) return undefined;
  const [current, whole] = [own, all].map((list) =>
    list.filter((s) => generation(s) === newest).sort((a, b) => byName(nameOf(a), nameOf(b))),
  ) as [ResourceSlice[], ResourceSlice[]];
  const [first] = current;
  if (first === undefined) return undefined;
  const { driver, pool } = first.spec;
  const base = { driver, name: pool.name, incomplete: false, slices: [], elsewhere: [], counters: new Map() };
  if (whole.length !== pool.resourceSliceCount) return { ...base, incomplete: true };
  const counters = countersOf(whole);
  if (typeof counters === 'string') return { ...base, invalid: counters };
  const withDevices = (s: ResourceSlice): boolean => (s.spec.sharedCounters?.length ?? 0) === 0;
  const slices = current.filter(withDevices);
  const invalid = problem(slices, whole, counters);
  if (invalid !== undefined) return { ...base, invalid };
  const elsewhere = whole.filter((s) => withDevices(s) && !slices.includes(s));
  return { ...base, slices, elsewhere, counters };
}

/** The slices of the cluster by pool, and which pools may have something for a node; made once for a pod. */
export class SliceIndex {
  private readonly pools = new Map<string, ResourceSlice[]>();
  private readonly onNode = new Map<string, Set<string>>();
  private readonly shared = new Set<string>();

  constructor(slices: Iterable<ResourceSlice>) {
    for (const s of slices) {
      const { driver, pool, nodeName } = s.spec;
      const key = `${driver}/${pool.name}`;
      const known = this.pools.get(key);
      if (known) known.push(s);
      else this.pools.set(key, [s]);
      const keys = nodeName ? (this.onNode.get(nodeName) ?? new Set()) : this.shared;
      keys.add(key);
      if (nodeName) this.onNode.set(nodeName, keys);
    }
  }

  /** Pools by name, those whose devices take time to attach last. */
  poolsFor(node: NodeInfo): Pool[] {
    const keys = new Set([...this.shared, ...(this.onNode.get(node.name) ?? [])]);
    const pools = [...keys].sort(byName).flatMap((key) => {
      const all = this.pools.get(key) ?? [];
      const own = all.filter((s) => concerns(s, node));
      return own.length === 0 ? [] : (build(own, all) ?? []);
    });
    const slow = (p: Pool): boolean => devicesOf(p.slices).some((d) => (d.bindingConditions?.length ?? 0) > 0);
    return [...pools.filter((p) => !slow(p)), ...pools.filter(slow)];
  }
}
