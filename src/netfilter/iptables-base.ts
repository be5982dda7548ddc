// What is in the tables whatever Services there are, in mode iptables. Models iptablesJumpChains and syncProxyRules in
// pkg/proxy/iptables/proxier.go, and pkg/kubelet/kubelet_network_linux.go, v1.36.
import type { Table } from './block.ts';
import { LOCALHOST } from './iptables.ts';
import type { Action, Chain, Family, Hook, HookName, Match, Origin, Rule } from './types.ts';

const BASE: Origin = { what: 'base' };
const KUBELET: Origin = { what: 'kubelet' };
const comment = (text: string): Match => ({ on: 'comment', text });
const NEW: Match = { on: 'state', is: 'NEW' };

function rule(matches: readonly Match[], ...actions: readonly Action[]): Rule {
  return { matches, actions, origin: BASE };
}

/** First what the kernel comes to by itself; then chains of kube-proxy and of the kubelet. */
export function iptablesBase(family: Family): { readonly chains: readonly Chain[]; readonly last: Rule } {
  const chains = [...filterHooks(), ...natHooks(), ...filterChains(family), ...natChains()];
  const text = 'kubernetes service nodeports; NOTE: this must be the last rule in this chain';
  const loopback: Match[] = family === 'IPv6' ? [{ on: 'destination', in: ['::1/128'], not: true }] : [];
  return { chains, last: rule([...loopback, comment(text), { on: 'destination-local' }], jump('KUBE-NODEPORTS')) };
}

const jump = (chain: string): Action => ({ do: 'jump', chain });

function hooked(table: Table, at: HookName, rules: readonly Rule[]): Chain {
  // Priorities of nf_nat: before filter where the destination changes, after it where the source does.
  const priority = table === 'filter' ? 0 : at === 'prerouting' || at === 'output' ? -100 : 100;
  const hook: Hook = { at, type: table, priority };
  return { name: at.toUpperCase(), table, hook, rules, origin: BASE };
}

const own = (table: Table, name: string, rules: readonly Rule[] = [], origin = BASE): Chain => ({
  name,
  table,
  rules,
  origin,
});

function filterHooks(): Chain[] {
  const firewall = rule([NEW, comment('kubernetes load balancer firewall')], jump('KUBE-PROXY-FIREWALL'));
  const portals = rule([NEW, comment('kubernetes service portals')], jump('KUBE-SERVICES'));
  const external = rule(
    [NEW, comment('kubernetes externally-visible service portals')],
    jump('KUBE-EXTERNAL-SERVICES'),
  );
  const health = rule([comment('kubernetes health check service ports')], jump('KUBE-NODEPORTS'));
  const forwarding = rule([comment('kubernetes forwarding rules')], jump('KUBE-FORWARD'));
  const kubelet: Rule = { ...rule([], jump('KUBE-FIREWALL')), origin: KUBELET };
  return [
    hooked('filter', 'input', [firewall, health, external, kubelet]),
    hooked('filter', 'forward', [firewall, forwarding, portals, external]),
    hooked('filter', 'output', [firewall, portals, kubelet]),
  ];
}

function natHooks(): Chain[] {
  const portals = rule([comment('kubernetes service portals')], jump('KUBE-SERVICES'));
  const postrouting = rule([comment('kubernetes postrouting rules')], jump('KUBE-POSTROUTING'));
  return [
    hooked('nat', 'prerouting', [portals]),
    hooked('nat', 'input', []),
    hooked('nat', 'output', [portals]),
    hooked('nat', 'postrouting', [postrouting]),
  ];
}

function filterChains(family: Family): Chain[] {
  const block = rule(
    [
      { on: 'source', in: [LOCALHOST], not: true },
      { on: 'destination', in: [LOCALHOST] },
      comment('block incoming localnet connections'),
      { on: 'state', is: 'RELATED,ESTABLISHED,DNAT', not: true },
    ],
    { do: 'drop' },
  );
  const forward = [
    rule(
      [
        { on: 'state', is: 'INVALID' },
        { on: 'counter', name: 'ct_state_invalid_dropped_pkts' },
      ],
      { do: 'drop' },
    ),
    rule([comment('kubernetes forwarding rules'), { on: 'mark' }], { do: 'accept' }),
    rule([comment('kubernetes forwarding conntrack rule'), { on: 'state', is: 'RELATED,ESTABLISHED' }], {
      do: 'accept',
    }),
  ];
  return [
    own('filter', 'KUBE-EXTERNAL-SERVICES'),
    own('filter', 'KUBE-FIREWALL', family === 'IPv4' ? [{ ...block, origin: KUBELET }] : [], KUBELET),
    own('filter', 'KUBE-FORWARD', forward),
    own('filter', 'KUBE-KUBELET-CANARY', [], KUBELET),
    own('filter', 'KUBE-NODEPORTS'),
    own('filter', 'KUBE-PROXY-CANARY'),
    own('filter', 'KUBE-PROXY-FIREWALL'),
    own('filter', 'KUBE-SERVICES'),
  ];
}

function natChains(): Chain[] {
  const masquerade = rule([comment('kubernetes service traffic requiring SNAT')], { do: 'masquerade' });
  return [
    own('nat', 'KUBE-KUBELET-CANARY', [], KUBELET),
    own('nat', 'KUBE-MARK-MASQ', [rule([], { do: 'mark' })]),
    own('nat', 'KUBE-NODEPORTS'),
    own('nat', 'KUBE-POSTROUTING', [
      rule([{ on: 'mark', not: true }], { do: 'return' }),
      rule([], { do: 'unmark' }),
      masquerade,
    ]),
    own('nat', 'KUBE-PROXY-CANARY'),
    own('nat', 'KUBE-SERVICES'),
  ];
}
