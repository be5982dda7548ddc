// The way of a connection's first packet through a node's rules: worked out by going through them as the kernel does, hook by
// hook and rule by rule. Models Documentation/networking/nf_conntrack and iptables(8); nothing outside the rules is asked.
import { contains, withPort } from './address.ts';
import { lineOf } from './rules.ts';
import type { Action, Chain, Choice, Endpoint, HookName, Match, Origin, Rule, RuleSet } from './types.ts';

export interface Packet {
  /** Who sends it: a pod on this node, a program of the node itself, somebody outside the cluster. */
  readonly from: 'pod' | 'node' | 'outside';
  readonly source: string;
  readonly to: string;
  readonly port: number;
  /** Lower case. */
  readonly protocol: string;
  /** Addresses of the node. */
  readonly nodeIPs: readonly string[];
  /** Which one chance takes where endpoints are chosen at random, counted from 0. */
  readonly pick: number;
}

/** A rule that the packet matched. */
export interface Hop {
  /** `nat prerouting`: where in the kernel. */
  readonly hook: string;
  readonly chain: string;
  /** How deep in jumps; 0 in a chain that the kernel comes to by itself. */
  readonly depth: number;
  /** Rules of the chain that were tried in vain since the last one that matched. */
  readonly passed: number;
  readonly line: string;
  readonly actions: readonly Action[];
  readonly origin: Origin;
  /** What the map had (nftables). */
  readonly found?: string;
  /** Where chance decides: what there is to choose from, and which was taken. */
  readonly choice?: { readonly among: readonly string[]; readonly taken: number };
}

export interface Way {
  readonly hops: readonly Hop[];
  /** `untranslated`: no rule is about this address and port. */
  readonly end: 'delivered' | 'rejected' | 'dropped' | 'untranslated';
  /** The endpoint that it goes to. */
  readonly endpoint?: Endpoint;
  /** Its source becomes the node's address, so that the answer comes back this way. */
  readonly masqueraded: boolean;
}

type Verdict = 'accept' | 'drop' | 'reject' | 'return';

/** Chains call each other no deeper than this; the kernel's own limit is of this size. */
const DEEPEST = 16;

export function walk(set: RuleSet, packet: Packet): Way {
  const walker = new Walker(set, packet);
  const isHere = (ip: string): boolean => packet.nodeIPs.includes(ip) || contains('127.0.0.0/8', ip) || ip === '::1';
  const first: HookName = packet.from === 'node' ? 'output' : 'prerouting';
  let verdict = walker.hook(first);
  const here = isHere(walker.to);
  if (verdict === undefined && first === 'prerouting') verdict = walker.hook(here ? 'input' : 'forward');
  if (verdict === undefined && !here) verdict = walker.hook('postrouting');
  const { hops, endpoint, masqueraded } = walker;
  if (verdict !== undefined) return { hops, masqueraded: false, end: verdict === 'drop' ? 'dropped' : 'rejected' };
  if (endpoint === undefined) return { hops, masqueraded, end: 'untranslated' };
  return { hops, masqueraded, end: 'delivered', endpoint };
}

class Walker {
  readonly hops: Hop[] = [];
  endpoint: Endpoint | undefined;
  masqueraded = false;
  private readonly set: RuleSet;
  private readonly packet: Packet;
  private readonly chains: ReadonlyMap<string, Chain>;
  private mark = false;
  private where = '';

  constructor(set: RuleSet, packet: Packet) {
    this.set = set;
    this.packet = packet;
    this.chains = new Map(set.chains.map((chain) => [`${chain.table ?? ''} ${chain.name}`, chain]));
  }

  get to(): string {
    return this.endpoint?.ip ?? this.packet.to;
  }

  private get port(): number {
    return this.endpoint?.port ?? this.packet.port;
  }

  /** Goes through the chains that hang here, by priority. What accepts ends one of them; the others still have their say. */
  hook(at: HookName): 'drop' | 'reject' | undefined {
    const chains = this.set.chains.filter(({ hook }) => hook?.at === at);
    for (const chain of chains.toSorted((a, b) => (a.hook?.priority ?? 0) - (b.hook?.priority ?? 0))) {
      this.where = `${chain.hook?.type} ${at}`;
      const verdict = this.run(chain, 0);
      if (verdict === 'drop' || verdict === 'reject') return verdict;
    }
    return undefined;
  }

  private run(chain: Chain, depth: number): Verdict | undefined {
    let passed = 0;
    const lottery = lotteryOf(chain.rules);
    for (const [i, rule] of chain.rules.entries()) {
      const options = optionsOf(lottery, i);
      if (!rule.matches.every((match) => this.matches(match, options))) {
        passed++;
        continue;
      }
      const found = this.lookUp(rule);
      if (found === null) {
        passed++;
        continue;
      }
      this.note(chain, rule, { depth, passed }, found, options);
      passed = 0;
      for (const action of [...rule.actions.filter((one) => one.do !== 'lookup'), ...(found ? [found.verdict] : [])]) {
        const verdict = this.act(action, chain, depth);
        if (verdict !== undefined) return verdict === 'return' ? undefined : verdict;
      }
    }
    return undefined;
  }

  private note(
    chain: Chain,
    rule: Rule,
    at: { readonly depth: number; readonly passed: number },
    found: Found | undefined,
    options: Options | undefined,
  ): void {
    const choose = rule.actions.find((action) => action.do === 'choose');
    const among = choose ? choose.among.map(nameOf) : options?.among;
    const choice = among && { among, taken: this.packet.pick % among.length };
    this.hops.push({
      hook: this.where,
      chain: chain.name,
      ...at,
      line: lineOf(this.set.mode, chain.name, rule, this.set.family),
      actions: found ? [found.verdict] : rule.actions,
      // An element says whose it is; the rule that looks it up is everybody's.
      origin: found?.origin ?? rule.origin,
      ...(found ? { found: found.key } : {}),
      ...(choice ? { choice } : {}),
    });
  }

  private act(action: Action, chain: Chain, depth: number): Verdict | undefined {
    switch (action.do) {
      case 'jump':
        return this.into(action.chain, chain, depth);
      case 'goto':
        return this.into(action.chain, chain, depth) ?? 'return';
      case 'choose':
        return this.take(action.among[this.packet.pick % action.among.length], chain, depth);
      case 'rewrite':
        this.endpoint = action.to;
        // The way through a chain of type nat is at its end when the destination is set.
        return 'accept';
      case 'mark':
        this.mark = true;
        return undefined;
      case 'unmark':
        this.mark = false;
        return undefined;
      case 'masquerade':
        this.masqueraded = true;
        return 'accept';
      case 'remember':
      case 'lookup':
        return undefined;
      default:
        return action.do;
    }
  }

  private take(choice: Choice | undefined, chain: Chain, depth: number): Verdict | undefined {
    if (choice === undefined) return undefined;
    if ('chain' in choice) return this.into(choice.chain, chain, depth) ?? 'return';
    return this.act({ do: 'rewrite', to: choice.to }, chain, depth);
  }

  private into(name: string, from: Chain, depth: number): Verdict | undefined {
    const chain = this.chains.get(`${from.table ?? ''} ${name}`);
    return chain === undefined || depth >= DEEPEST ? undefined : this.run(chain, depth + 1);
  }

  /** Undefined: the rule looks nothing up. Null: its map has nothing for the packet. */
  private lookUp(rule: Rule): Found | null | undefined {
    const action = rule.actions.find((one) => one.do === 'lookup');
    if (action === undefined) return undefined;
    const parts = { address: this.to, protocol: this.packet.protocol, port: String(this.port) };
    const key = action.by.map((part) => parts[part]);
    const element = this.set.sets
      .find(({ name }) => name === action.map)
      ?.elements.find((one) => one.key.every((part, i) => part === key[i]));
    if (element?.verdict === undefined) return null;
    return { key: `${action.map} { ${key.join(' . ')} }`, verdict: element.verdict, origin: element.origin };
  }

  private has(name: string, key: readonly string[]): boolean {
    const set = this.set.sets.find((one) => one.name === name);
    return set?.elements.some((one) => one.key.every((part, i) => part === key[i])) ?? false;
  }

  private matches(match: Match, options: Options | undefined): boolean {
    const { packet, to } = this;
    switch (match.on) {
      case 'source':
        return match.in.some((range) => contains(range, packet.source)) !== (match.not ?? false);
      case 'destination':
        return match.in.some((range) => contains(range, to)) !== (match.not ?? false);
      case 'source-set':
        return this.has(match.set, [packet.source]);
      case 'destination-set':
        return this.has(match.set, [to]);
      case 'tuple':
        return this.has(match.set, [packet.source, to, packet.protocol, String(this.port)]);
      case 'protocol':
        return match.is === packet.protocol;
      case 'port':
        return match.protocol === packet.protocol && (match.is === undefined || match.is === this.port);
      case 'source-local':
        return packet.from === 'node';
      case 'destination-local':
        return packet.nodeIPs.includes(to) || contains('127.0.0.0/8', to);
      case 'mark':
        return this.mark !== (match.not ?? false);
      case 'state':
        return this.isState(match.is) !== (match.not ?? false);
      case 'rewritten':
        return this.endpoint !== undefined;
      case 'random':
        return options !== undefined && options.index === packet.pick % options.among.length;
      case 'recent':
        // The first packet of a client that nobody remembers.
        return false;
      default:
        return true;
    }
  }

  private isState(states: string): boolean {
    return states.split(',').some((one) => one === 'NEW' || (one === 'DNAT' && this.endpoint !== undefined));
  }
}

interface Found {
  readonly key: string;
  readonly verdict: Action;
  readonly origin: Origin;
}

interface Options {
  readonly among: readonly string[];
  /** Which of them this rule is. */
  readonly index: number;
}

const nameOf = (one: Choice): string => ('chain' in one ? one.chain : withPort(one.to));

/** iptables chooses by several rules: one in n, one in n - 1 of the rest, and so on, and the last without a condition. */
interface Lottery {
  readonly among: readonly string[];
  /** Index of the first of these rules. */
  readonly first: number;
}

function lotteryOf(rules: readonly Rule[]): Lottery | undefined {
  const first = rules.findIndex(({ matches }) => matches.some((match) => match.on === 'random'));
  const size = rules[first]?.matches.find((match) => match.on === 'random')?.of;
  if (size === undefined) return undefined;
  const among = rules
    .slice(first, first + size)
    .map(({ actions: [action] }) => (action?.do === 'jump' ? action.chain : ''));
  return { among, first };
}

function optionsOf(lottery: Lottery | undefined, i: number): Options | undefined {
  if (lottery === undefined || i < lottery.first || i >= lottery.first + lottery.among.length) return undefined;
  return { among: lottery.among, index: i - lottery.first };
}
