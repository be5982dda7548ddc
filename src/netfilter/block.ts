// What one port of one Service adds to a node's rules. Blocks are independent of each other, so that a change of one Service
// is worked out once, and for all nodes on which it comes to the same.
import type { Reachable, ServiceEndpoint } from './endpoints.ts';
import { isExternal, type ServicePort, usesCluster, usesLocal } from './services.ts';
import type { Chain, Element, Family, NamedSet, NodeFacts, Origin, Rule } from './types.ts';

export type Table = 'filter' | 'nat';

/** A rule and the chain it is appended to. */
export interface Placed {
  readonly chain: string;
  /** Of iptables. */
  readonly table?: Table;
  readonly rule: Rule;
}

export interface Block {
  readonly port: ServicePort;
  /** Its own chains, without their rules, in the order in which they are made. */
  readonly chains: readonly Chain[];
  readonly rules: readonly Placed[];
  /** Its own sets (nftables). */
  readonly sets: readonly NamedSet[];
  /** What it adds to the sets and maps of all (nftables). */
  readonly elements: readonly { readonly set: string; readonly element: Element }[];
}

/** What a block is made from. */
export interface Part {
  readonly port: ServicePort;
  readonly reach: Reachable;
  readonly node: NodeFacts;
  readonly family: Family;
  /** Range of the cluster's pods in this family. */
  readonly clusterCIDR: string | undefined;
}

/** What a block needs to know of its endpoints and policies before it writes anything. */
export interface Situation {
  readonly hasInternal: boolean;
  readonly hasExternal: boolean;
  readonly internalLocal: boolean;
  readonly usesCluster: boolean;
  readonly usesLocal: boolean;
  readonly usesExternal: boolean;
  /** What becomes of packets to the cluster IP, and from outside, where there is no endpoint for them. */
  readonly refusal: 'reject' | 'drop';
  readonly why: string;
}

export function situation({ port, reach }: Part): Situation {
  const noLocal = reach.local.length === 0;
  return {
    hasInternal: reach.any && !(port.internalLocal && noLocal),
    hasExternal: reach.any && !(port.externalLocal && noLocal),
    internalLocal: port.internalLocal,
    usesCluster: reach.cluster.length > 0 && usesCluster(port),
    usesLocal: !noLocal && usesLocal(port),
    usesExternal: reach.any && isExternal(port),
    refusal: reach.any ? 'drop' : 'reject',
    why: reach.any ? 'has no local endpoints' : 'has no endpoints',
  };
}

export const fromService = ({ service, port }: ServicePort, field: string): Origin => ({
  what: 'service',
  service,
  port,
  field,
});

export const fromEndpoint = ({ service, port }: ServicePort, { name, slice, pod }: ServiceEndpoint): Origin => ({
  what: 'endpoint',
  service,
  port,
  endpoint: name,
  slice,
  ...(pod === '' ? {} : { pod }),
  field: 'endpoints[].addresses',
});
