// The rules of a Service's port in mode iptables. Models syncProxyRules in pkg/proxy/iptables/proxier.go, v1.36.
import { contains } from './address.ts';
import {
  type Block,
  fromEndpoint,
  fromService,
  type Part,
  type Placed,
  type Situation,
  situation,
  type Table,
} from './block.ts';
import type { ServiceEndpoint } from './endpoints.ts';
import { iptablesChain, iptablesEndpoint } from './names.ts';
import type { ServicePort } from './services.ts';
import type { Action, Chain, Match, Origin } from './types.ts';

export const LOCALHOST = '127.0.0.0/8';
/** Names under which the kernel counts. Source: pkg/proxy/metrics/metrics.go, v1.36. */
const LOCALHOST_COUNTER = 'localhost_nps_accepted_pkts';

const comment = (text: string): Match => ({ on: 'comment', text });
const jump = (chain: string): Action => ({ do: 'jump', chain });
const ADDRESS_FIELDS = { cluster: 'spec.clusterIP', external: 'spec.externalIPs' } as const;
const INGRESS = 'status.loadBalancer.ingress';

export function iptablesBlock(part: Part): Block {
  const state = situation(part);
  const writer = new Writer(part, state);
  writer.capture();
  writer.internal();
  writer.external();
  writer.firewall();
  writer.endpoints();
  const { chains, rules } = writer;
  return { port: part.port, chains, rules, sets: [], elements: [] };
}

class Writer {
  readonly chains: Chain[] = [];
  readonly rules: Placed[] = [];
  private readonly part: Part;
  private readonly port: ServicePort;
  private readonly state: Situation;
  private readonly cluster: string;
  private readonly local: string;
  private readonly ext: string;

  constructor(part: Part, state: Situation) {
    this.part = part;
    this.port = part.port;
    this.state = state;
    this.cluster = iptablesChain('SVC', part.port);
    this.local = iptablesChain('SVL', part.port);
    this.ext = iptablesChain('EXT', part.port);
  }

  private get hasFirewall(): boolean {
    return this.part.reach.any && this.port.loadBalancerIPs.length > 0 && this.port.sourceRanges.length > 0;
  }

  private add(
    table: Table,
    chain: string,
    matches: readonly Match[],
    action: Action | undefined,
    origin: Origin,
  ): void {
    const actions = action === undefined ? [] : [action];
    this.rules.push({ table, chain, rule: { matches, actions, origin } });
  }

  private own(name: string, origin: Origin): void {
    this.chains.push({ name, table: 'nat', rules: [], origin });
  }

  /** To an address and the Service's port. */
  private to(address: string | undefined, text: string, number = this.port.number): Match[] {
    const { protocol } = this.port;
    return [
      ...(address === undefined ? [] : [{ on: 'destination', in: [address] } as const]),
      { on: 'protocol', is: protocol },
      comment(text),
      { on: 'port', is: number, protocol },
    ];
  }

  /** Which packets are for this port: in KUBE-SERVICES and KUBE-NODEPORTS, or refused in the filter table. */
  capture(): void {
    const { port, state } = this;
    const { name } = port;
    const internal = fromService(port, ADDRESS_FIELDS.cluster);
    const target = state.internalLocal ? this.local : this.cluster;
    if (state.hasInternal)
      this.add('nat', 'KUBE-SERVICES', this.to(port.clusterIP, `${name} cluster IP`), jump(target), internal);
    else
      this.add(
        'filter',
        'KUBE-SERVICES',
        this.to(port.clusterIP, `${name} ${state.why}`),
        { do: state.refusal },
        internal,
      );
    for (const ip of port.externalIPs)
      this.captureExternal(ip, `${name} external IP`, this.ext, fromService(port, ADDRESS_FIELDS.external));
    const lbTarget = this.hasFirewall ? iptablesChain('FW', port) : this.ext;
    for (const ip of port.loadBalancerIPs) this.captureLoadBalancer(ip, lbTarget);
    if (port.nodePort !== 0) this.captureNodePort();
    if (port.healthCheckNodePort !== 0) {
      const number = port.healthCheckNodePort;
      const matches: Match[] = [
        { on: 'protocol', is: 'tcp' },
        comment(`${name} health check node port`),
        { on: 'port', is: number, protocol: 'tcp' },
      ];
      this.add('filter', 'KUBE-NODEPORTS', matches, { do: 'accept' }, fromService(port, 'spec.healthCheckNodePort'));
    }
  }

  private captureExternal(ip: string, text: string, target: string, origin: Origin): void {
    const { state, port } = this;
    if (this.part.reach.any) this.add('nat', 'KUBE-SERVICES', this.to(ip, text), jump(target), origin);
    if (!state.hasExternal)
      this.add(
        'filter',
        'KUBE-EXTERNAL-SERVICES',
        this.to(ip, `${port.name} ${state.why}`),
        { do: state.refusal },
        origin,
      );
  }

  private captureLoadBalancer(ip: string, target: string): void {
    const { port } = this;
    this.captureExternal(ip, `${port.name} loadbalancer IP`, target, fromService(port, INGRESS));
    if (!this.hasFirewall) return;
    const text = `${port.name} traffic not accepted by ${iptablesChain('FW', port)}`;
    const origin = fromService(port, 'spec.loadBalancerSourceRanges');
    this.add('filter', 'KUBE-PROXY-FIREWALL', this.to(ip, text), { do: 'drop' }, origin);
  }

  private captureNodePort(): void {
    const { port, state } = this;
    const { nodePort: number, protocol, name } = port;
    const origin = fromService(port, 'spec.ports[].nodePort');
    if (this.part.reach.any) {
      if (this.part.family === 'IPv4') {
        const matches: Match[] = [...this.to(LOCALHOST, name, number), { on: 'counter', name: LOCALHOST_COUNTER }];
        this.add('nat', 'KUBE-NODEPORTS', matches, jump(this.ext), origin);
      }
      this.add('nat', 'KUBE-NODEPORTS', this.to(undefined, name, number), jump(this.ext), origin);
    }
    if (state.hasExternal) return;
    const matches: Match[] = [
      { on: 'protocol', is: protocol },
      comment(`${name} ${state.why}`),
      { on: 'destination-local' },
      { on: 'port', is: number, protocol },
    ];
    this.add('filter', 'KUBE-EXTERNAL-SERVICES', matches, { do: state.refusal }, origin);
  }

  /** Who comes from outside the cluster's pods is masqueraded, so that answers come back the same way. */
  internal(): void {
    const { port, state, part } = this;
    if (!state.hasInternal || part.clusterCIDR === undefined) return;
    const target = state.internalLocal ? this.local : this.cluster;
    const matches: Match[] = [
      { on: 'source', in: [part.clusterCIDR], not: true },
      ...this.to(port.clusterIP, `${port.name} cluster IP`),
    ];
    this.add('nat', target, matches, jump('KUBE-MARK-MASQ'), fromService(port, ADDRESS_FIELDS.cluster));
  }

  external(): void {
    const { port, state, ext, part } = this;
    if (!state.usesExternal) return;
    const origin = fromService(port, 'spec.externalTrafficPolicy');
    const about = `${port.name} external destinations`;
    this.own(ext, origin);
    const add = (matches: readonly Match[], chain: string): void => this.add('nat', ext, matches, jump(chain), origin);
    if (!port.externalLocal) add([comment(`masquerade traffic for ${about}`)], 'KUBE-MARK-MASQ');
    else {
      if (part.clusterCIDR !== undefined)
        add([{ on: 'source', in: [part.clusterCIDR] }, comment(`pod traffic for ${about}`)], this.cluster);
      add([comment(`masquerade LOCAL traffic for ${about}`), { on: 'source-local' }], 'KUBE-MARK-MASQ');
      add([comment(`route LOCAL traffic for ${about}`), { on: 'source-local' }], this.cluster);
    }
    if (state.hasExternal) add([], port.externalLocal ? this.local : this.cluster);
  }

  /** spec.loadBalancerSourceRanges: who else comes is not translated, and dropped in the filter table. */
  firewall(): void {
    const { port, part } = this;
    if (!this.hasFirewall) return;
    const chain = iptablesChain('FW', port);
    const origin = fromService(port, 'spec.loadBalancerSourceRanges');
    this.own(chain, origin);
    const text = comment(`${port.name} loadbalancer IP`);
    const from = (range: string): void =>
      this.add('nat', chain, [{ on: 'source', in: [range] }, text], jump(this.ext), origin);
    for (const range of port.sourceRanges) from(range);
    // A node that the ranges allow and that has the load balancer's address on itself comes from that address.
    if (port.sourceRanges.some((range) => part.node.ips.some((ip) => contains(range, ip))))
      for (const ip of port.loadBalancerIPs) from(ip);
    const rest = `other traffic to ${port.name} will be dropped by KUBE-PROXY-FIREWALL`;
    this.add('nat', chain, [comment(rest)], undefined, origin);
  }

  endpoints(): void {
    const { reach } = this.part;
    if (this.state.usesCluster) this.choice(this.cluster, reach.cluster, 'spec.selector');
    if (this.state.usesLocal) this.choice(this.local, reach.local, 'spec.internalTrafficPolicy');
    for (const endpoint of reach.all) this.endpoint(endpoint);
  }

  private choice(chain: string, endpoints: readonly ServiceEndpoint[], field: string): void {
    const { port } = this;
    this.own(chain, fromService(port, field));
    if (port.sticky !== undefined) {
      for (const e of endpoints) {
        const set = iptablesEndpoint(port, e);
        const matches: Match[] = [comment(`${port.name} -> ${e.name}`), { on: 'recent', set, seconds: port.sticky }];
        this.add('nat', chain, matches, jump(set), fromService(port, 'spec.sessionAffinity'));
      }
    }
    endpoints.forEach((e, i) => {
      const left = endpoints.length - i;
      const matches: Match[] = [comment(`${port.name} -> ${e.name}`)];
      if (left > 1) matches.push({ on: 'random', of: left });
      this.add('nat', chain, matches, jump(iptablesEndpoint(port, e)), fromEndpoint(port, e));
    });
  }

  private endpoint(e: ServiceEndpoint): void {
    const { port } = this;
    const chain = iptablesEndpoint(port, e);
    const origin = fromEndpoint(port, e);
    const { protocol } = port;
    this.own(chain, origin);
    const hairpin: Match[] = [{ on: 'source', in: [e.ip] }, comment(port.name)];
    this.add('nat', chain, hairpin, jump('KUBE-MARK-MASQ'), origin);
    const matches: Match[] = [
      { on: 'protocol', is: protocol },
      comment(port.name),
      { on: 'port', is: undefined, protocol },
    ];
    const actions: Action[] = [
      ...(port.sticky === undefined ? [] : [{ do: 'remember', set: chain } as const]),
      { do: 'rewrite', to: e },
    ];
    this.rules.push({ table: 'nat', chain, rule: { matches, actions, origin } });
  }
}
