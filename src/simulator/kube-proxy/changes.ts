// What a sync of kube-proxy changes on a node. Nodes that come to the same rules share the work: a Service whose traffic
// policy is Cluster is worked out once for a thousand nodes.
import type { ServiceCIDR } from '../../model/generated/networking.v1.ts';
import { contains } from '../../netfilter/address.ts';
import { endpointsOf, reachable, type ServiceEndpoint } from '../../netfilter/endpoints.ts';
import { blockOf, linesOf, ofFamily, rulesOf } from '../../netfilter/rules.ts';
import { portsOf, type ServicePort, usesLocal } from '../../netfilter/services.ts';
import type { Family, NodeFacts, ProxyConfig } from '../../netfilter/types.ts';
import type { ServiceState } from './feed.ts';

const FAMILIES: readonly Family[] = ['IPv4', 'IPv6'];
/** What was worked out last is asked for again by the next node. */
const REMEMBERED = 400;

interface PortState {
  readonly port: ServicePort;
  readonly family: Family;
  readonly endpoints: readonly ServiceEndpoint[];
}

/** A Service's state as one node sees it. */
export interface Seen {
  readonly state: ServiceState;
  readonly node: NodeFacts;
}

export interface LineChanges {
  readonly added: number;
  readonly removed: number;
}

export class RuleChanges {
  readonly config: ProxyConfig;
  private readonly ports = new Map<ServiceState, readonly PortState[]>();
  private readonly prints = new Map<string, string>();
  private readonly counts = new Map<string, LineChanges>();

  constructor(config: ProxyConfig) {
    this.config = config;
  }

  /** Whether a node's rules for a Service are others than before. */
  differ(key: string, before: Seen, after: Seen): boolean {
    return this.print(key, before) !== this.print(key, after);
  }

  /** How many lines two states differ in: asked for by somebody who reads a step, of one node after the other. */
  count(key: string, before: Seen, after: Seen): LineChanges {
    const id = `${this.idOf(key, before)} ${this.idOf(key, after)}`;
    const known = this.counts.get(id);
    if (known !== undefined) return known;
    if (this.counts.size >= REMEMBERED) this.counts.clear();
    const [was, is] = [new Set(this.lines(before)), new Set(this.lines(after))];
    let added = 0;
    for (const line of is) if (!was.delete(line)) added++;
    const made = { added, removed: was.size };
    this.counts.set(id, made);
    return made;
  }

  /** How many lines there are without any Service. */
  base({ name, ips }: NodeFacts, serviceCIDRs: Iterable<ServiceCIDR>): number {
    const addresses = ips.map((address) => ({ type: 'InternalIP', address }));
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { addresses } } as const;
    const { chains, sets } = rulesOf({ services: [], slices: [], serviceCIDRs, node, config: this.config });
    return [...chains.map(({ rules }) => rules), ...sets.map(({ elements }) => elements)].flat().length;
  }

  private lines({ state, node }: Seen): string[] {
    return this.portsOf(state).flatMap(({ port, family, endpoints }) => {
      const clusterCIDR = ofFamily(this.config.clusterCIDRs, family);
      const part = { port, family, node, clusterCIDR, reach: reachable(endpoints, port, node) };
      return linesOf(blockOf(part, this.config.mode), this.config.mode, family);
    });
  }

  /** A text that is the same exactly when the rules are. */
  private print(key: string, seen: Seen): string {
    const id = this.idOf(key, seen);
    const known = this.prints.get(id);
    if (known !== undefined) return known;
    if (this.prints.size >= REMEMBERED) this.prints.clear();
    const made = this.portsOf(seen.state)
      .map((one) => this.printOf(one, seen.node))
      .join('\n');
    this.prints.set(id, made);
    return made;
  }

  /** The same for nodes whose rules are the same. */
  private idOf(key: string, { state, node }: Seen): string {
    return `${key}@${state.version}/${this.nearness(this.portsOf(state), node)}`;
  }

  private printOf({ port, endpoints }: PortState, node: NodeFacts): string {
    const { cluster, local, all, any } = reachable(endpoints, port, node);
    const names = (list: readonly ServiceEndpoint[]): string => list.map(({ name }) => name).join();
    const hairpin = this.config.mode === 'nftables' ? names(all.filter((e) => e.node === node.name)) : '';
    return [JSON.stringify(port), any, names(cluster), names(local), hairpin, allowed(port, node)].join('|');
  }

  /** What of a node makes its rules for these ports differ from other nodes'; "" where nothing does. */
  private nearness(ports: readonly PortState[], node: NodeFacts): string {
    const parts: string[] = [];
    for (const one of ports) {
      const { onNodes, zones, nodes } = placesOf(one);
      if ((this.config.mode === 'nftables' || usesLocal(one.port)) && onNodes.has(node.name)) parts.push(node.name);
      if (zones) parts.push(`zone ${node.zone}`);
      if (nodes.has(node.name)) parts.push(`for ${node.name}`);
      if (allowed(one.port, node)) parts.push('allowed');
    }
    return parts.join();
  }

  private portsOf(state: ServiceState): readonly PortState[] {
    const known = this.ports.get(state);
    if (known !== undefined) return known;
    if (this.ports.size >= REMEMBERED) this.ports.clear();
    const made = portStates(state);
    this.ports.set(state, made);
    return made;
  }
}

function portStates({ service, slices }: ServiceState): PortState[] {
  if (service === undefined) return [];
  return FAMILIES.flatMap((family) =>
    portsOf(service, family).map((port) => ({ port, family, endpoints: endpointsOf(slices, port, family) })),
  );
}

function allowed({ sourceRanges, loadBalancerIPs }: ServicePort, { ips }: NodeFacts): boolean {
  return loadBalancerIPs.length > 0 && sourceRanges.some((range) => ips.some((ip) => contains(range, ip)));
}

interface Places {
  readonly onNodes: ReadonlySet<string>;
  /** Whether any endpoint has hints for zones. */
  readonly zones: boolean;
  /** Nodes that hints name. */
  readonly nodes: ReadonlySet<string>;
}

const places = new WeakMap<PortState, Places>();

function placesOf(one: PortState): Places {
  const known = places.get(one);
  if (known !== undefined) return known;
  const made = {
    onNodes: new Set(one.endpoints.map(({ node }) => node)),
    zones: one.endpoints.some((e) => e.zones.length > 0),
    nodes: new Set(one.endpoints.flatMap((e) => e.nodes)),
  };
  places.set(one, made);
  return made;
}
