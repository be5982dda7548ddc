// What kube-proxy has put into a node's kernel, as data: chains of rules, and for nftables sets and maps. Each rule and each
// element says what it came from; text, walks and differences are made of these values.
import type { Node, Service } from '../model/generated/core.v1.ts';
import type { EndpointSlice } from '../model/generated/discovery.v1.ts';
import type { ServiceCIDR } from '../model/generated/networking.v1.ts';

export type Mode = 'iptables' | 'nftables';
export type Family = 'IPv4' | 'IPv6';

/** The part of kube-proxy's configuration that shapes rules (kubeproxy.config.k8s.io/v1alpha1). */
export interface ProxyConfig {
  readonly mode: Mode;
  /** `clusterCIDR`: who comes from a pod, in `detectLocalMode: ClusterCIDR`. One range a family at the most. */
  readonly clusterCIDRs: readonly string[];
}

/** Everything that a node's rules are worked out from. */
export interface Inputs {
  readonly services: Iterable<Service>;
  readonly slices: Iterable<EndpointSlice>;
  readonly serviceCIDRs: Iterable<ServiceCIDR>;
  readonly node: Node;
  readonly config: ProxyConfig;
}

/** What of a node matters to its rules. */
export interface NodeFacts {
  readonly name: string;
  /** The label topology.kubernetes.io/zone; "" without one. */
  readonly zone: string;
  /** One of each family at the most. */
  readonly ips: readonly string[];
}

/** Where a rule comes from. */
export interface Origin {
  /** `base`: kube-proxy writes it whatever Services there are. `kubelet`: the kubelet writes it. */
  readonly what: 'base' | 'kubelet' | 'service' | 'endpoint';
  /** `namespace/name`. */
  readonly service?: string;
  /** Name of the Service's port, "" where it has none, and its protocol: a Service may have one name for each of them. */
  readonly port?: string;
  /** `10.244.1.5:80`. */
  readonly endpoint?: string;
  /** `EndpointSlice namespace/name`'s name. */
  readonly slice?: string;
  /** The pod behind the endpoint, as the EndpointSlice's targetRef has it. */
  readonly pod?: string;
  /** The field that made it: `spec.clusterIP`, `endpoints[].addresses`. */
  readonly field?: string;
}

type Not = { readonly not?: true };

/** What a packet must be like. In the order of a rule, as its tool prints them. */
export type Match =
  /** Its address lies in one of these ranges; a range without a length is one address. */
  | ({ readonly on: 'source' | 'destination'; readonly in: readonly string[] } & Not)
  /** Its address is in a named set (nftables). */
  | { readonly on: 'source-set' | 'destination-set'; readonly set: string }
  /** `tcp`, `udp`, `sctp`. */
  | { readonly on: 'protocol'; readonly is: string }
  /** Destination port; undefined: iptables names the protocol's module and asks it nothing. */
  | { readonly on: 'port'; readonly is: number | undefined; readonly protocol: string }
  /** The address is one of this machine's own. */
  | { readonly on: 'source-local' | 'destination-local' }
  | ({ readonly on: 'mark' } & Not)
  /** Of conntrack: `NEW`, `INVALID`, `RELATED,ESTABLISHED`. */
  | ({ readonly on: 'state'; readonly is: string } & Not)
  /** The connection's destination was rewritten (nftables). */
  | { readonly on: 'rewritten' }
  /** One in so many packets, at random (iptables). */
  | { readonly on: 'random'; readonly of: number }
  /** The client came here within so many seconds (iptables). */
  | { readonly on: 'recent'; readonly set: string; readonly seconds: number }
  /** Source, destination, protocol and port stand together in a set (nftables). */
  | { readonly on: 'tuple'; readonly set: string }
  /** Matches always; the kernel counts under this name. */
  | { readonly on: 'counter'; readonly name: string }
  | { readonly on: 'comment'; readonly text: string };

export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

export type Action =
  | { readonly do: 'jump' | 'goto'; readonly chain: string }
  | { readonly do: 'accept' | 'drop' | 'reject' | 'return' }
  /** Sets kube-proxy's bit in the packet's mark: this packet is to be masqueraded when it leaves. */
  | { readonly do: 'mark' | 'unmark' }
  | { readonly do: 'masquerade' }
  | { readonly do: 'rewrite'; readonly to: Endpoint }
  /** Notes the client's address for session affinity. */
  | { readonly do: 'remember'; readonly set: string }
  /** Goes on with what a map has for the packet (nftables). `by` names the key's parts. */
  | { readonly do: 'lookup'; readonly map: string; readonly by: readonly ('address' | 'protocol' | 'port')[] }
  /** Goes on with one of these at random (nftables). */
  | { readonly do: 'choose'; readonly among: readonly Choice[] };

export type Choice = { readonly chain: string } | { readonly to: Endpoint };

export interface Rule {
  readonly matches: readonly Match[];
  readonly actions: readonly Action[];
  /** Of nftables; in iptables a comment is a match. */
  readonly comment?: string;
  readonly origin: Origin;
}

export type HookName = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

/** Where in a packet's way the kernel comes to a chain by itself; the lower the priority the earlier. */
export interface Hook {
  readonly at: HookName;
  readonly type: 'filter' | 'nat';
  readonly priority: number;
  /** As `nft list` writes the priority. */
  readonly words?: string;
}

export interface Chain {
  readonly name: string;
  /** Of iptables; nftables has one table. */
  readonly table?: 'filter' | 'nat';
  readonly hook?: Hook;
  readonly comment?: string;
  readonly rules: readonly Rule[];
  readonly origin: Origin;
}

export interface Element {
  readonly key: readonly string[];
  readonly verdict?: Action;
  readonly comment?: string;
  readonly origin: Origin;
}

/** A set or, where its elements have verdicts, a map (nftables). */
export interface NamedSet {
  readonly name: string;
  readonly map?: true;
  readonly type: string;
  readonly comment?: string;
  /** Its elements are clients, which the kernel adds and forgets after so many seconds. */
  readonly timeout?: number;
  readonly elements: readonly Element[];
  readonly origin: Origin;
}

export interface RuleSet {
  readonly mode: Mode;
  readonly family: Family;
  readonly chains: readonly Chain[];
  readonly sets: readonly NamedSet[];
}
