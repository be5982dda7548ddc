// From Services, EndpointSlices and a node to the whole of the node's rules, in one family.
import type { Node } from '../model/generated/core.v1.ts';
import type { EndpointSlice } from '../model/generated/discovery.v1.ts';
import { familyOf } from './address.ts';
import type { Block, Part } from './block.ts';
import { endpointsOf, reachable, serviceOfSlice } from './endpoints.ts';
import { iptablesBlock } from './iptables.ts';
import { iptablesBase } from './iptables-base.ts';
import { iptablesLine, iptablesSave } from './iptables-text.ts';
import { nftablesBlock } from './nftables.ts';
import { nftablesChains, nftablesSets } from './nftables-base.ts';
import { nftablesElement, nftablesList, nftablesRule } from './nftables-text.ts';
import { keyOfService, portsOf } from './services.ts';
import type { Chain, Element, Family, Inputs, Mode, NamedSet, NodeFacts, Rule, RuleSet } from './types.ts';

const ZONE = 'topology.kubernetes.io/zone';

/** What of a Node matters. Models GetNodeHostIPs: internal addresses come before external ones; the first of each family. */
export function nodeFacts({ metadata, status }: Node): NodeFacts {
  const addresses = status?.addresses ?? [];
  const ordered = ['InternalIP', 'ExternalIP'].flatMap((type) => addresses.filter((one) => one.type === type));
  const ips: string[] = [];
  for (const { address } of ordered) if (!ips.some((ip) => familyOf(ip) === familyOf(address))) ips.push(address);
  return { name: metadata.name ?? '', zone: metadata.labels?.[ZONE] ?? '', ips };
}

export function blockOf(part: Part, mode: Mode): Block {
  return mode === 'iptables' ? iptablesBlock(part) : nftablesBlock(part);
}

export function slicesByService(slices: Iterable<EndpointSlice>): Map<string, EndpointSlice[]> {
  const out = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = serviceOfSlice(slice);
    if (key === undefined) continue;
    const list = out.get(key);
    if (list) list.push(slice);
    else out.set(key, [slice]);
  }
  return out;
}

export const ofFamily = (ranges: readonly string[], family: Family): string | undefined =>
  ranges.find((range) => familyOf(range) === family);

/** Blocks of every port, in the order of their names. Upstream's order is that of a Go map: any. */
export function blocksOf({ services, slices, node, config }: Inputs, family: Family): Block[] {
  const facts = nodeFacts(node);
  const clusterCIDR = ofFamily(config.clusterCIDRs, family);
  const known = slicesByService(slices);
  const sorted = [...services].sort((a, b) => (keyOfService(a) < keyOfService(b) ? -1 : 1));
  return sorted.flatMap((service) =>
    portsOf(service, family).map((port) => {
      const endpoints = endpointsOf(known.get(port.service) ?? [], port, family);
      return blockOf({ port, reach: reachable(endpoints, port, facts), node: facts, family, clusterCIDR }, config.mode);
    }),
  );
}

export function rulesOf(inputs: Inputs, family: Family = 'IPv4'): RuleSet {
  const blocks = blocksOf(inputs, family);
  const { mode, clusterCIDRs } = inputs.config;
  if (mode === 'iptables') {
    const { chains, last } = iptablesBase(family);
    const all = gather(chains, blocks).map((chain) =>
      chain.name === 'KUBE-SERVICES' && chain.table === 'nat' ? { ...chain, rules: [...chain.rules, last] } : chain,
    );
    return { mode, family, chains: all, sets: [] };
  }
  const serviceCIDRs = [...inputs.serviceCIDRs].flatMap(({ spec }) => spec?.cidrs ?? []);
  const base = {
    family,
    clusterCIDR: ofFamily(clusterCIDRs, family),
    serviceCIDRs: serviceCIDRs.filter((range) => familyOf(range) === family),
    nodeIPs: nodeFacts(inputs.node).ips.filter((ip) => familyOf(ip) === family),
  };
  return { mode, family, chains: gather(nftablesChains(base), blocks), sets: gatherSets(nftablesSets(base), blocks) };
}

/** Chains of all, then those of each block, each with what blocks put into it. */
function gather(base: readonly Chain[], blocks: readonly Block[]): Chain[] {
  const place = (table: string | undefined, chain: string): string => `${table ?? ''}/${chain}`;
  const added = new Map<string, Rule[]>();
  for (const { rules } of blocks) {
    for (const { table, chain, rule } of rules) {
      const list = added.get(place(table, chain));
      if (list) list.push(rule);
      else added.set(place(table, chain), [rule]);
    }
  }
  return [...base, ...blocks.flatMap(({ chains }) => chains)].map((chain) => {
    const more = added.get(place(chain.table, chain.name));
    return more === undefined ? chain : { ...chain, rules: [...chain.rules, ...more] };
  });
}

function gatherSets(base: readonly NamedSet[], blocks: readonly Block[]): NamedSet[] {
  const added = new Map<string, Map<string, Element>>();
  for (const { elements } of blocks) {
    for (const { set, element } of elements) {
      const known = added.get(set) ?? new Map<string, Element>();
      added.set(set, known);
      // The ports of one Service share its cluster IP.
      const key = element.key.join(' ');
      if (!known.has(key)) known.set(key, element);
    }
  }
  const all = base.map((set) => ({ ...set, elements: [...set.elements, ...(added.get(set.name)?.values() ?? [])] }));
  return [...all, ...blocks.flatMap(({ sets }) => sets)];
}

/** The text of all of it, as the tool of the mode prints it. */
export const textOf = (set: RuleSet): string => (set.mode === 'iptables' ? iptablesSave(set) : nftablesList(set));

/** One rule as one line, with its chain. */
export function lineOf(mode: Mode, chain: string, rule: Rule, family: Family): string {
  return mode === 'iptables' ? iptablesLine(chain, rule, family) : `${chain}: ${nftablesRule(rule, family)}`;
}

/** Everything that a block adds, one line each: what two syncs are compared by. */
export function linesOf({ rules, sets, elements }: Block, mode: Mode, family: Family): string[] {
  return [
    ...elements.map(({ set, element }) => `${set} { ${nftablesElement(element, family)} }`),
    ...sets.map(({ name }) => `set ${name}`),
    ...rules.map(({ chain, rule }) => lineOf(mode, chain, rule, family)),
  ];
}
