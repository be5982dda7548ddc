// A packet to a Service from somewhere, and the rules that it meets: worked out by walking them, not told.

import { byObject } from '../../../src/model/remember.ts';
import { withPort } from '../../../src/netfilter/address.ts';
import { endpointsOf } from '../../../src/netfilter/endpoints.ts';
import { slicesByService } from '../../../src/netfilter/rules.ts';
import type { ServicePort } from '../../../src/netfilter/services.ts';
import { type Hop, type Packet, type Way, walk } from '../../../src/netfilter/walk.ts';
import { because, does } from '../../../src/netfilter/words.ts';
import { isRecord } from '../../../src/trace/fold.ts';
import type { At, Part, Picker, RuleChoice, WayHop } from '../inside/parts.ts';
import type { NodeRules } from './rules.ts';

type From = Packet['from'];
/** Of many endpoints, as many can be chosen. */
const MOST_PICKS = 50;
const FROMS: readonly From[] = ['pod', 'node', 'outside'];
/** For documentation, RFC 5737. */
const OUTSIDE = '198.51.100.7';

export function wayParts(at: At, node: string, rules: NodeRules, port: ServicePort, choice: RuleChoice): Part[] {
  const from = FROMS.find((one) => one === choice.from) ?? 'pod';
  const goals = goalsOf(port, rules);
  const goal = goals.find(({ value }) => value === choice.to) ?? goals[0];
  if (goal === undefined) return [];
  const source = sourceOf(at, node, from, rules);
  const { protocol } = port;
  const { nodeIPs, set } = rules;
  const pick = Math.max(0, Number(choice.pick ?? 0) || 0);
  const way = walk(set, { from, source: source.address, to: goal.to, port: goal.port, protocol, nodeIPs, pick });
  const chance = way.hops.find((hop) => hop.choice)?.choice;
  const pickers: Picker[] = [
    { what: 'from', label: 'From', options: FROMS.map((value) => ({ value, name: nameOf(value, node) })), value: from },
    { what: 'to', label: 'To', options: goals, value: goal.value },
  ];
  if (chance && chance.among.length > 1) {
    const options = chance.among
      .slice(0, MOST_PICKS)
      .map((name, i) => ({ value: String(i), name: endpointOf(rules, name) }));
    pickers.push({ what: 'pick', label: 'Chance takes', options, value: String(chance.taken) });
  }
  return [
    {
      type: 'way',
      title: `A packet to ${withPort({ ip: goal.to, port: goal.port })} from ${source.name}`,
      pickers,
      hops: way.hops.map((hop, i) => hopOf(hop, way.hops[i + 1], rules)),
      end: endOf(way, rules),
      good: way.end === 'delivered',
    },
  ];
}

interface Goal {
  readonly value: string;
  readonly name: string;
  readonly to: string;
  readonly port: number;
}

function goalsOf(port: ServicePort, { nodeIPs }: NodeRules): Goal[] {
  const goal = (what: string, to: string, number: number): Goal => ({
    value: `${to} ${number}`,
    name: `${what} ${withPort({ ip: to, port: number })}`,
    to,
    port: number,
  });
  return [
    goal('cluster IP', port.clusterIP, port.number),
    ...port.externalIPs.map((ip) => goal('external IP', ip, port.number)),
    ...port.loadBalancerIPs.map((ip) => goal('load balancer', ip, port.number)),
    ...(port.nodePort === 0 ? [] : nodeIPs.map((ip) => goal('node port', ip, port.nodePort))),
  ];
}

function nameOf(from: From, node: string): string {
  if (from === 'pod') return `a pod on ${node}`;
  return from === 'node' ? `a program on ${node} itself` : 'outside the cluster';
}

/** A pod that is there, with its address; where there is none, one that could be. */
function sourceOf(
  { story, count }: At,
  node: string,
  from: From,
  { nodeIPs, clusterCIDR }: NodeRules,
): { readonly name: string; readonly address: string } {
  if (from === 'node') return { name: nameOf(from, node), address: nodeIPs[0] ?? '127.0.0.1' };
  if (from === 'outside') return { name: `${OUTSIDE}, outside the cluster`, address: OUTSIDE };
  for (const pod of story.podsAt(count)) {
    if (pod.node !== node) continue;
    const status = story.objectAt(pod.key, count)?.status;
    const ip = isRecord(status) ? status.podIP : undefined;
    if (typeof ip === 'string' && !nodeIPs.includes(ip)) return { name: `pod ${pod.ref.name} on ${node}`, address: ip };
  }
  const first = clusterCIDR.split(/[,/]/)[0] ?? '';
  return { name: nameOf(from, node), address: first.replace(/\.0$/, '.254') };
}

/** Endpoints by address and port, and by the chain that they have. */
const endpointNames = byObject(({ lines, ports, snapshot, set }: NodeRules): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  const slices = slicesByService(snapshot.slices);
  for (const port of ports)
    for (const { name, pod } of endpointsOf(slices.get(port.service) ?? [], port, set.family))
      names.set(name, pod === '' ? name : `${name} (${pod})`);
  for (const { place, origin } of lines)
    if (/^(KUBE-SEP|endpoint)-/.test(place)) names.set(place, names.get(origin.endpoint ?? '') ?? place);
  return names;
});

/** `10.244.1.5:80 (web-7d8-x2)` for the chain or address of an endpoint. */
const endpointOf = (rules: NodeRules, name: string): string => endpointNames(rules).get(name) ?? name;

function hopOf(
  { hook, chain, depth, passed, line, actions, origin, found, choice }: Hop,
  next: Hop | undefined,
  rules: NodeRules,
): WayHop {
  const calls = actions.some((action) => action.do === 'jump' || action.do === 'goto');
  const inVain = calls && (next === undefined || next.hook !== hook || next.depth <= depth);
  const among = choice && choice.among.length > 1 ? choice : undefined;
  const chance =
    among && `chance: 1 of ${among.among.length}, here ${endpointOf(rules, among.among[among.taken] ?? '')}`;
  return {
    hook,
    chain,
    depth,
    text: line,
    does: [
      ...(found === undefined ? [] : [`finds ${found}`]),
      does({ actions }),
      ...(chance ? [chance] : []),
      ...(inVain ? ['nothing there is about it'] : []),
    ].join('; '),
    because: because(origin),
    passed,
  };
}

function endOf({ end, endpoint, masqueraded }: Way, rules: NodeRules): string {
  if (end === 'rejected') return 'Rejected: the sender is told at once (ICMP port unreachable).';
  if (end === 'dropped') return 'Dropped: the sender hears nothing, and waits.';
  if (end === 'untranslated' || endpoint === undefined)
    return 'No rule translates it: it goes on to the address it has.';
  const source = masqueraded
    ? "Its source becomes this node's address, so the answer comes back through this node."
    : 'It keeps its source address.';
  return `Delivered to ${endpointOf(rules, withPort(endpoint))}. ${source} conntrack sends later packets of the connection, and the answers, the same way without these rules.`;
}
