// The rules of a Service's port in mode nftables. Models syncProxyRules in pkg/proxy/nftables/proxier.go, v1.36, whose
// recorded result differs from older versions: endpoints have chains of their own only where clients stay with one.
import { contains } from './address.ts';
import { type Block, fromEndpoint, fromService, type Part, type Placed, type Situation, situation } from './block.ts';
import type { ServiceEndpoint } from './endpoints.ts';
import { nftablesChain, nftablesEndpoint } from './names.ts';
import type { ServicePort } from './services.ts';
import type { Action, Chain, Element, Match, NamedSet, Origin } from './types.ts';

const goto = (chain: string): Action => ({ do: 'goto', chain });
const MASQUERADE: Action = { do: 'mark' };
const INGRESS = 'status.loadBalancer.ingress';

export function nftablesBlock(part: Part): Block {
  const writer = new Writer(part, situation(part));
  writer.chainsAndSets();
  writer.capture();
  writer.external();
  writer.firewall();
  writer.endpoints();
  const { chains, rules, sets, elements } = writer;
  return { port: part.port, chains, rules, sets, elements };
}

class Writer {
  readonly chains: Chain[] = [];
  readonly rules: Placed[] = [];
  readonly sets: NamedSet[] = [];
  readonly elements: { set: string; element: Element }[] = [];
  private readonly part: Part;
  private readonly port: ServicePort;
  private readonly state: Situation;
  private readonly cluster: string;
  private readonly local: string;
  private readonly ext: string;
  private readonly fw: string;

  constructor(part: Part, state: Situation) {
    this.part = part;
    this.port = part.port;
    this.state = state;
    this.cluster = nftablesChain('service', part.port);
    this.local = nftablesChain('local', part.port);
    this.ext = nftablesChain('external', part.port);
    this.fw = nftablesChain('firewall', part.port);
  }

  private get hasFirewall(): boolean {
    return this.port.loadBalancerIPs.length > 0 && this.port.sourceRanges.length > 0;
  }

  private add(chain: string, matches: readonly Match[], action: Action, origin: Origin, comment?: string): void {
    const rule = { matches, actions: [action], origin, ...(comment === undefined ? {} : { comment }) };
    this.rules.push({ chain, rule });
  }

  private put(
    set: string,
    key: readonly (string | number)[],
    origin: Origin,
    verdict?: Action,
    comment?: string,
  ): void {
    const element: Element = {
      key: key.map(String),
      origin,
      ...(verdict === undefined ? {} : { verdict }),
      ...(comment === undefined ? {} : { comment }),
    };
    this.elements.push({ set, element });
  }

  private own(name: string, origin: Origin): void {
    this.chains.push({ name, rules: [], origin });
  }

  /** In the order in which they are made. */
  chainsAndSets(): void {
    const { port, state, part } = this;
    const { sticky } = port;
    if (sticky !== undefined) {
      for (const e of part.reach.all) {
        const origin = fromEndpoint(port, e);
        this.own(nftablesEndpoint('endpoint', port, e), origin);
        const type = part.family === 'IPv4' ? 'ipv4_addr' : 'ipv6_addr';
        this.sets.push({ name: nftablesEndpoint('affinity', port, e), type, timeout: sticky, elements: [], origin });
      }
    }
    if (state.usesCluster) this.own(this.cluster, fromService(port, 'spec.selector'));
    if (state.usesLocal) this.own(this.local, fromService(port, 'spec.internalTrafficPolicy'));
    if (state.usesExternal) this.own(this.ext, fromService(port, 'spec.externalTrafficPolicy'));
    if (this.hasFirewall) this.own(this.fw, fromService(port, 'spec.loadBalancerSourceRanges'));
  }

  /** Which packets are for this port: elements of maps that every packet is looked up in once. */
  capture(): void {
    const { port, state } = this;
    const { protocol, number, nodePort, name } = port;
    const refusal: Action = state.refusal === 'reject' ? goto('reject-chain') : { do: 'drop' };
    const internal = fromService(port, 'spec.clusterIP');
    this.put('cluster-ips', [port.clusterIP], internal);
    const target = state.internalLocal ? this.local : this.cluster;
    if (state.hasInternal) this.put('service-ips', [port.clusterIP, protocol, number], internal, goto(target));
    else this.put('no-endpoint-services', [port.clusterIP, protocol, number], internal, refusal, name);
    const outside = [
      ...port.externalIPs.map((ip) => [ip, 'spec.externalIPs'] as const),
      ...port.loadBalancerIPs.map((ip) => [ip, INGRESS] as const),
    ];
    for (const [ip, field] of outside) {
      const [key, origin] = [[ip, protocol, number], fromService(port, field)] as const;
      if (this.part.reach.any) this.put('service-ips', key, origin, goto(this.ext));
      if (this.hasFirewall && field === INGRESS) this.put('firewall-ips', key, origin, goto(this.fw));
      if (!state.hasExternal) this.put('no-endpoint-services', key, origin, refusal, name);
    }
    if (nodePort === 0) return;
    const [key, origin] = [[protocol, nodePort], fromService(port, 'spec.ports[].nodePort')] as const;
    if (this.part.reach.any) this.put('service-nodeports', key, origin, goto(this.ext));
    if (!state.hasExternal) this.put('no-endpoint-nodeports', key, origin, refusal, name);
  }

  external(): void {
    const { port, state, part, ext } = this;
    if (!state.usesExternal) return;
    const origin = fromService(port, 'spec.externalTrafficPolicy');
    if (!port.externalLocal) this.add(ext, [], MASQUERADE, origin, 'masquerade');
    else {
      if (part.clusterCIDR !== undefined) {
        const pods: Match = { on: 'source', in: [part.clusterCIDR] };
        this.add(ext, [pods], goto(this.cluster), origin, 'short-circuit pod traffic');
      }
      this.add(ext, [{ on: 'source-local' }], MASQUERADE, origin, 'masquerade local traffic');
      this.add(ext, [{ on: 'source-local' }], goto(this.cluster), origin, 'short-circuit local traffic');
    }
    if (state.hasExternal) this.add(ext, [], goto(port.externalLocal ? this.local : this.cluster), origin);
  }

  /** spec.loadBalancerSourceRanges: who else comes is dropped before anything is translated. */
  firewall(): void {
    const { port, part } = this;
    if (!this.hasFirewall) return;
    const allowed = port.sourceRanges.some((range) => part.node.ips.some((ip) => contains(range, ip)));
    const sources = [...port.sourceRanges, ...(allowed ? port.loadBalancerIPs : [])];
    const origin = fromService(port, 'spec.loadBalancerSourceRanges');
    this.add(this.fw, [{ on: 'source', in: sources, not: true }], { do: 'drop' }, origin);
  }

  endpoints(): void {
    const { port, part, state } = this;
    const { reach } = part;
    if (port.sticky !== undefined) for (const e of reach.all) this.stickyEndpoint(e);
    if (state.usesCluster) this.choice(this.cluster, reach.cluster, 'spec.selector');
    if (state.usesLocal) this.choice(this.local, reach.local, 'spec.internalTrafficPolicy');
    // Only a pod on this node can come back to itself through a Service on this node.
    for (const e of reach.all)
      if (e.node === part.node.name)
        this.put('hairpin-connections', [e.ip, e.ip, port.protocol, e.port], fromEndpoint(port, e));
  }

  private stickyEndpoint(e: ServiceEndpoint): void {
    const { port } = this;
    const chain = nftablesEndpoint('endpoint', port, e);
    const origin = fromEndpoint(port, e);
    this.add(chain, [], { do: 'remember', set: nftablesEndpoint('affinity', port, e) }, origin);
    this.add(chain, [{ on: 'protocol', is: port.protocol }], { do: 'rewrite', to: e }, origin);
  }

  private choice(chain: string, endpoints: readonly ServiceEndpoint[], field: string): void {
    const { port } = this;
    if (port.sticky === undefined) {
      const among = endpoints.map((e) => ({ to: { ip: e.ip, port: e.port } }));
      this.add(chain, [{ on: 'protocol', is: port.protocol }], { do: 'choose', among }, fromService(port, field));
      return;
    }
    const origin = fromService(port, 'spec.sessionAffinity');
    for (const e of endpoints) {
      const set = nftablesEndpoint('affinity', port, e);
      this.add(chain, [{ on: 'source-set', set }], goto(nftablesEndpoint('endpoint', port, e)), origin);
    }
    const among = endpoints.map((e) => ({ chain: nftablesEndpoint('endpoint', port, e) }));
    this.add(chain, [], { do: 'choose', among }, fromService(port, field));
  }
}
