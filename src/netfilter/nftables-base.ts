// What is in the table whatever Services there are, in mode nftables. Models setupNFTables in
// pkg/proxy/nftables/proxier.go, v1.36.
import type { Action, Chain, Family, Hook, HookName, Match, NamedSet, Origin, Rule } from './types.ts';

const BASE: Origin = { what: 'base' };
const NEW: Match = { on: 'state', is: 'NEW' };
const jump = (chain: string): Action => ({ do: 'jump', chain });

function rule(matches: readonly Match[], actions: readonly Action[], comment?: string): Rule {
  return { matches, actions, origin: BASE, ...(comment === undefined ? {} : { comment }) };
}

export interface NftablesBase {
  readonly family: Family;
  readonly clusterCIDR: string | undefined;
  readonly serviceCIDRs: readonly string[];
  /** Addresses of the node that take NodePorts: nodePortAddresses `primary`. */
  readonly nodeIPs: readonly string[];
}

/** Sets and maps in the order in which they are made; their elements come from Services. */
export function nftablesSets({ family, nodeIPs }: NftablesBase): NamedSet[] {
  const address = family === 'IPv4' ? 'ipv4_addr' : 'ipv6_addr';
  const set = (name: string, type: string, comment: string, more: Partial<NamedSet> = {}): NamedSet => ({
    name,
    type,
    comment,
    elements: [],
    origin: BASE,
    ...more,
  });
  const map = (name: string, type: string, comment: string): NamedSet =>
    set(name, `${type} : verdict`, comment, { map: true });
  const full = `${address} . inet_proto . inet_service`;
  const port = 'inet_proto . inet_service';
  const elements = nodeIPs.map((ip) => ({ key: [ip], origin: { what: 'base', field: 'status.addresses' } as const }));
  return [
    set('hairpin-connections', `${address} . ${full}`, 'service hairpin connections'),
    set('cluster-ips', address, 'Active ClusterIPs'),
    set('nodeport-ips', address, 'IPs that accept NodePort traffic', { elements }),
    map('no-endpoint-services', full, 'vmap to drop or reject packets to services with no endpoints'),
    map('no-endpoint-nodeports', port, 'vmap to drop or reject packets to service nodeports with no endpoints'),
    map('firewall-ips', full, 'destinations that are subject to LoadBalancerSourceRanges'),
    map('service-ips', full, 'ClusterIP, ExternalIP and LoadBalancer IP traffic'),
    map('service-nodeports', port, 'NodePort traffic'),
  ];
}

export function nftablesChains(base: NftablesBase): Chain[] {
  return [...hooked(), ...checks(), services(base), masquerading(), clusterIPs(base), rejectChain()];
}

const chain = (name: string, rules: readonly Rule[], more: Partial<Chain> = {}): Chain => ({
  name,
  rules,
  origin: BASE,
  ...more,
});

function hooked(): Chain[] {
  const at = (
    type: Hook['type'],
    where: HookName,
    name: string,
    priority: number,
    words: string,
    to: readonly string[],
  ) =>
    chain(
      name,
      to.map((target) => rule(type === 'filter' ? [NEW] : [], [jump(target)])),
      { hook: { at: where, type, priority, words } },
    );
  return [
    at('filter', 'prerouting', 'filter-prerouting-pre-dnat', -110, 'dstnat - 10', ['firewall-check']),
    at('filter', 'output', 'filter-output-pre-dnat', -110, '-110', ['firewall-check']),
    at('filter', 'input', 'filter-input', 0, 'filter', ['nodeport-endpoints-check', 'service-endpoints-check']),
    at('filter', 'forward', 'filter-forward', 0, 'filter', ['service-endpoints-check', 'cluster-ips-check']),
    at('filter', 'output', 'filter-output', 0, 'filter', ['service-endpoints-check', 'cluster-ips-check']),
    at('nat', 'prerouting', 'nat-prerouting', -100, 'dstnat', ['services']),
    at('nat', 'output', 'nat-output', -100, '-100', ['services']),
    at('nat', 'postrouting', 'nat-postrouting', 100, 'srcnat', ['masquerading']),
  ];
}

const byAll = (map: string): Action => ({ do: 'lookup', map, by: ['address', 'protocol', 'port'] });
const byPort = (map: string): Action => ({ do: 'lookup', map, by: ['protocol', 'port'] });
const NODE: Match = { on: 'destination-set', set: 'nodeport-ips' };

function checks(): Chain[] {
  return [
    chain('nodeport-endpoints-check', [rule([NODE], [byPort('no-endpoint-nodeports')])]),
    chain('service-endpoints-check', [rule([], [byAll('no-endpoint-services')])]),
    chain('firewall-check', [rule([], [byAll('firewall-ips')])]),
  ];
}

function services({ clusterCIDR }: NftablesBase): Chain {
  const cluster: Match = { on: 'destination-set', set: 'cluster-ips' };
  const outside: Rule[] =
    clusterCIDR === undefined
      ? []
      : [
          rule(
            [cluster, { on: 'source', in: [clusterCIDR], not: true }],
            [{ do: 'mark' }],
            'masquerade clusterIP traffic from outside cluster',
          ),
        ];
  return chain('services', [...outside, rule([], [byAll('service-ips')]), rule([NODE], [byPort('service-nodeports')])]);
}

function masquerading(): Chain {
  const hairpin: Match[] = [{ on: 'rewritten' }, { on: 'tuple', set: 'hairpin-connections' }];
  return chain('masquerading', [
    rule([{ on: 'mark' }], [{ do: 'unmark' }, { do: 'masquerade' }]),
    rule(hairpin, [{ do: 'masquerade' }]),
  ]);
}

function clusterIPs({ serviceCIDRs }: NftablesBase): Chain {
  const reject = rule(
    [{ on: 'destination-set', set: 'cluster-ips' }],
    [{ do: 'reject' }],
    'Reject traffic to invalid ports of ClusterIPs',
  );
  const drop = rule(
    [{ on: 'destination', in: serviceCIDRs }],
    [{ do: 'drop' }],
    'Drop traffic to unallocated ClusterIPs',
  );
  return chain('cluster-ips-check', [reject, ...(serviceCIDRs.length > 0 ? [drop] : [])]);
}

function rejectChain(): Chain {
  const comment = 'helper for @no-endpoint-services / @no-endpoint-nodeports';
  return chain('reject-chain', [rule([], [{ do: 'reject' }])], { comment });
}
