// As `iptables-save` prints it: addresses first, then the protocol, then modules in the order of the rule.
import { withPort } from './address.ts';
import type { Action, Chain, Family, Match, Rule, RuleSet } from './types.ts';

/** kube-proxy's bit: iptables.masqueradeBit 14. */
const MARK = '0x4000';
/** The kernel keeps a probability as a share of 2³¹. */
const SHARES = 0x8000_0000;

/** `-A KUBE-SVC-… …`. */
export function iptablesLine(chain: string, { matches, actions }: Rule, family: Family): string {
  const first = matches.flatMap((match) => leading(match));
  const remembers = actions.find((action) => action.do === 'remember');
  const modules = matches.flatMap((match) => {
    const words = moduleOf(match, family);
    // To remember is a match in iptables, and its place is before the protocol's module.
    return match.on === 'port' && remembers
      ? [`-m recent --set --name ${remembers.set} ${mask(family)}`, ...words]
      : words;
  });
  const targets = actions.flatMap((action) => target(action, family));
  return ['-A', chain, ...first, ...modules, ...targets].join(' ');
}

function leading(match: Match): string[] {
  if (match.on === 'protocol') return [`-p ${match.is}`];
  if ((match.on !== 'source' && match.on !== 'destination') || !('in' in match)) return [];
  const [range = ''] = match.in;
  if (range.endsWith('/0')) return [];
  const written = range.includes('/') ? range : `${range}/${range.includes(':') ? 128 : 32}`;
  return [`${match.not ? '! ' : ''}${match.on === 'source' ? '-s' : '-d'} ${written}`];
}

const mask = (family: Family): string =>
  `--mask ${family === 'IPv4' ? '255.255.255.255' : 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'} --rsource`;

function moduleOf(match: Match, family: Family): string[] {
  switch (match.on) {
    case 'comment':
      return [`-m comment --comment "${match.text}"`];
    case 'port':
      return [`-m ${match.protocol}${match.is === undefined ? '' : ` --dport ${match.is}`}`];
    case 'state':
      return [`-m conntrack ${match.not ? '! ' : ''}--ctstate ${match.is}`];
    case 'mark':
      return [`-m mark ${match.not ? '! ' : ''}--mark ${MARK}/${MARK}`];
    case 'source-local':
      return ['-m addrtype --src-type LOCAL'];
    case 'destination-local':
      return ['-m addrtype --dst-type LOCAL'];
    case 'counter':
      // Two spaces: nfacct prints its option with one of its own.
      return [`-m nfacct --nfacct-name  ${match.name}`];
    case 'recent':
      return [`-m recent --rcheck --seconds ${match.seconds} --reap --name ${match.set} ${mask(family)}`];
    case 'random':
      return [`-m statistic --mode random --probability ${probability(match.of)}`];
    default:
      return [];
  }
}

/** kube-proxy writes ten digits; what the kernel makes of them is printed with eleven. */
function probability(of: number): string {
  return (Math.round(Number((1 / of).toFixed(10)) * SHARES) / SHARES).toFixed(11);
}

function target(action: Action, family: Family): string[] {
  switch (action.do) {
    case 'jump':
      return [`-j ${action.chain}`];
    case 'reject':
      return [`-j REJECT --reject-with ${family === 'IPv4' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable'}`];
    case 'accept':
    case 'drop':
    case 'return':
      return [`-j ${action.do.toUpperCase()}`];
    case 'mark':
      return [`-j MARK --set-xmark ${MARK}/${MARK}`];
    case 'unmark':
      return [`-j MARK --set-xmark ${MARK}/0x0`];
    case 'masquerade':
      return ['-j MASQUERADE --random-fully'];
    case 'rewrite':
      return [`-j DNAT --to-destination ${withPort(action.to)}`];
    default:
      return [];
  }
}

/** Both tables, the filter table first; counters at zero. */
export function iptablesSave(set: RuleSet): string {
  return (['filter', 'nat'] as const).map((table) => tableText(set, table)).join('');
}

const HOOK_ORDER = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

function tableText({ chains, family }: RuleSet, table: 'filter' | 'nat'): string {
  const own = chains.filter((chain) => chain.table === table);
  const hooks = own
    .filter((chain) => chain.hook)
    .sort((a, b) => HOOK_ORDER.indexOf(a.name) - HOOK_ORDER.indexOf(b.name));
  const others = own.filter((chain) => !chain.hook).sort((a, b) => (a.name < b.name ? -1 : 1));
  const all: readonly Chain[] = [...hooks, ...others];
  const lines = [
    `*${table}`,
    ...all.map((chain) => `:${chain.name} ${chain.hook ? 'ACCEPT' : '-'} [0:0]`),
    ...all.flatMap((chain) => chain.rules.map((rule) => iptablesLine(chain.name, rule, family))),
    'COMMIT',
  ];
  return `${lines.join('\n')}\n`;
}
