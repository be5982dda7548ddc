// How fast nodes may be emptied, zone by zone: a broken network must not empty the cluster. Pure.
// Models handleDisruption and ComputeZoneState in pkg/controller/nodelifecycle/node_lifecycle_controller.go, v1.36.
import type { Node } from '../../../model/generated/core.v1.ts';
import { conditionOf } from './decide.ts';

/** Source: --node-eviction-rate, --secondary-node-eviction-rate, --large-cluster-size-threshold, --unhealthy-zone-threshold. */
const RATE = 0.1;
const SECONDARY_RATE = 0.01;
const LARGE_ZONE = 50;
const UNHEALTHY = 0.55;
const EXCLUDED = 'node.kubernetes.io/exclude-disruption';

export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** Region and zone of a node; empty where it says neither. */
export function zoneOf(node: Node): string {
  const label = (key: string): string => node.metadata.labels?.[`topology.kubernetes.io/${key}`] ?? '';
  const [region, zone] = [label('region'), label('zone')];
  return region === '' && zone === '' ? '' : `${region}:${zone}`;
}

export interface ZoneHealth {
  readonly ready: number;
  readonly notReady: number;
}

/** By zone, the nodes that count. */
export function healthOf(nodes: Iterable<Node>): Map<string, ZoneHealth> {
  const out = new Map<string, ZoneHealth>();
  for (const node of nodes) {
    if (node.metadata.labels?.[EXCLUDED] !== undefined) continue;
    const zone = zoneOf(node);
    const { ready, notReady } = out.get(zone) ?? { ready: 0, notReady: 0 };
    const fine = conditionOf(node, 'Ready')?.status === 'True';
    out.set(zone, { ready: ready + (fine ? 1 : 0), notReady: notReady + (fine ? 0 : 1) });
  }
  return out;
}

export function stateOf({ ready, notReady }: ZoneHealth): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  return notReady > 2 && notReady / (ready + notReady) >= UNHEALTHY ? 'PartialDisruption' : 'Normal';
}

/** Nodes that may be tainted for eviction in a second. */
export function rateOf(state: ZoneState, { ready, notReady }: ZoneHealth): number {
  if (state !== 'PartialDisruption') return RATE;
  return ready + notReady > LARGE_ZONE ? SECONDARY_RATE : 0;
}

export interface Change {
  readonly zone: string;
  readonly state: ZoneState;
  /** Nodes a second; 0: none. */
  readonly rate: number;
}

export interface Disruption {
  readonly changes: readonly Change[];
  /** All zones are down: it is more likely that the control plane is cut off, and nothing is evicted. */
  readonly stops: boolean;
  /** That is over: every node gets its full grace period again. */
  readonly resumes: boolean;
}

/** @param known the state of each zone as of the last pass. */
export function disruption(health: ReadonlyMap<string, ZoneHealth>, known: ReadonlyMap<string, ZoneState>): Disruption {
  const next = [...health].map(([zone, h]) => ({ zone, state: stateOf(h), health: h }));
  const allFull = next.length > 0 && next.every((z) => z.state === 'FullDisruption');
  const still = next.map((z) => known.get(z.zone) ?? 'Initial');
  const wereFull = still.length > 0 && still.every((s) => s === 'FullDisruption');
  if (allFull && wereFull) return { changes: [], stops: false, resumes: false };
  if (allFull) {
    const changes = next.map(({ zone }) => ({ zone, state: 'FullDisruption' as const, rate: 0 }));
    return { changes, stops: true, resumes: false };
  }
  const changed = next.filter((z) => wereFull || z.state !== (known.get(z.zone) ?? 'Initial'));
  const changes = changed.map((z) => ({ zone: z.zone, state: z.state, rate: rateOf(z.state, z.health) }));
  return { changes, stops: false, resumes: wereFull };
}
