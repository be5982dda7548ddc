// How many endpoints each zone should have for its share of the cluster's CPUs, for Services that ask for topology aware hints.
// Models staging/src/k8s.io/endpointslice/topologycache, v1.36.
import type { Node } from '../../../model/generated/core.v1.ts';
import { quantity } from '../../../model/quantity.ts';

export const ZONE = 'topology.kubernetes.io/zone';
/** An endpoint may get this much more than its share of the traffic. */
const OVERLOAD = 0.2;
const NOT_COUNTED = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

export interface Allocation {
  readonly minimum: number;
  readonly maximum: number;
  readonly desired: number;
}

export class TopologyCache {
  private nodes: (() => Iterable<Node>) | undefined = () => [];
  private known: ReadonlyMap<string, number> | undefined;
  private readonly endpoints = new Map<string, Map<string, ReadonlyMap<string, number>>>();
  private readonly populated = new Set<string>();

  /** The nodes are others than before; they are read when somebody needs them. */
  setNodes(nodes: () => Iterable<Node>): void {
    this.nodes = nodes;
  }

  /** Each zone's share of the CPUs; undefined where the nodes do not tell, or are in one zone. */
  private get shares(): ReadonlyMap<string, number> | undefined {
    if (this.nodes) this.known = sharesOf(this.nodes());
    this.nodes = undefined;
    return this.known;
  }

  isPopulated(service: string): boolean {
    return this.populated.has(service);
  }

  setHints(service: string, family: string, byZone: ReadonlyMap<string, number>): void {
    const known = this.endpoints.get(service) ?? new Map<string, ReadonlyMap<string, number>>();
    known.set(family, byZone);
    this.endpoints.set(service, known);
    this.populated.add(service);
  }

  removeHints(service: string, family: string): void {
    const known = this.endpoints.get(service);
    known?.delete(family);
    if ((known?.size ?? 0) === 0) this.endpoints.delete(service);
    this.populated.delete(service);
  }

  /** Services with too few endpoints in some zone, now that the nodes are others. */
  overloaded(): string[] {
    const all = [...this.endpoints].filter(([, families]) => [...families.values()].some((z) => this.isOverloaded(z)));
    return all.map(([service]) => service);
  }

  private isOverloaded(byZone: ReadonlyMap<string, number>): boolean {
    if (byZone.size === 0) return false;
    if (this.shares === undefined) return true;
    const total = [...byZone.values()].reduce((a, b) => a + b, 0);
    return [...this.shares].some(([zone, share]) => {
      const has = byZone.get(zone);
      return has === undefined || has < least(total * share);
    });
  }

  /** For each zone how many endpoints it should have; a text where that cannot be said. */
  allocate(endpoints: number): ReadonlyMap<string, Allocation> | string {
    const { shares } = this;
    if (shares === undefined)
      return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes';
    const counts = `(${endpoints} endpoints, ${shares.size} zones)`;
    if (shares.size > endpoints) return `Insufficient number of endpoints ${counts}`;
    const minimums = new Map([...shares].map(([zone, share]) => [zone, least(share * endpoints)]));
    const sum = [...minimums.values()].reduce((a, b) => a + b, 0);
    if (sum > endpoints) {
      return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${counts}`;
    }
    return new Map(
      [...minimums].map(([zone, minimum]) => {
        const desired = Math.max((shares.get(zone) ?? 0) * endpoints, minimum);
        return [zone, { minimum, maximum: minimum + endpoints - sum, desired }];
      }),
    );
  }
}

function least(desired: number): number {
  return Math.ceil(desired * (1 / (1 + OVERLOAD)));
}

function sharesOf(nodes: Iterable<Node>): ReadonlyMap<string, number> | undefined {
  const byZone = new Map<string, number>();
  for (const { metadata, status } of nodes) {
    if (NOT_COUNTED.some((label) => metadata.labels?.[label] !== undefined)) continue;
    if (status?.conditions?.find((c) => c.type === 'Ready')?.status !== 'True') continue;
    const zone = metadata.labels?.[ZONE];
    const cpu = Number(quantity(status?.allocatable?.cpu ?? 0).nano / 1_000_000n);
    if (!zone || cpu === 0) return undefined;
    byZone.set(zone, (byZone.get(zone) ?? 0) + cpu);
  }
  if (byZone.size < 2) return undefined;
  const total = [...byZone.values()].reduce((a, b) => a + b, 0);
  return new Map([...byZone].sort().map(([zone, cpu]) => [zone, cpu / total]));
}
