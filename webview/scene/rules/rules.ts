// The rules on a node at a step: what its kube-proxy knew at its last sync, worked out again from the objects of the trace.

import { byObject } from '../../../src/model/remember.ts';
import { familyOf } from '../../../src/netfilter/address.ts';
import { nftablesElement } from '../../../src/netfilter/nftables-text.ts';
import { lineOf, nodeFacts, rulesOf } from '../../../src/netfilter/rules.ts';
import { keyOfService, portsOf, type ServicePort, skipped } from '../../../src/netfilter/services.ts';
import type { Family, Mode, Origin, Rule, RuleSet } from '../../../src/netfilter/types.ts';
import { does } from '../../../src/netfilter/words.ts';
import type { Step } from '../../../src/trace/step.ts';
import type { Story } from '../story.ts';
import { networkOf, type Snapshot } from './network.ts';

/** One line of a node's rules: a rule in its chain, or an element of a set or map. */
export interface RuleLine {
  readonly text: string;
  /** The chain or set that it stands in. */
  readonly place: string;
  readonly rule: Pick<Rule, 'matches' | 'actions'>;
  readonly origin: Origin;
  /** What the set is for whose element this is, where an element alone decides nothing. */
  readonly member?: string;
}

export interface NodeRules {
  /** How its kube-proxy writes them. */
  readonly ownMode: Mode;
  readonly set: RuleSet;
  readonly lines: readonly RuleLine[];
  readonly ports: readonly ServicePort[];
  readonly snapshot: Snapshot;
  readonly nodeIPs: readonly string[];
  readonly clusterCIDR: string;
  /** How many steps had happened when the objects were as the rules have them. */
  readonly seen: number;
  /** Services that have rules which the trace does not reach back to. */
  readonly untold: number;
  /** Services that kube-proxy leaves alone, and why. */
  readonly skipped: readonly { readonly service: string; readonly why: string }[];
}

export interface Synced {
  /** The last sync; undefined where this trace tells of none. */
  readonly sync: Step | undefined;
  readonly now: NodeRules | undefined;
  /** Before that sync; undefined where there is nothing to compare with. */
  readonly before: NodeRules | undefined;
}

const dataOf = ({ detail }: Step): { readonly [name: string]: unknown } =>
  (detail?.type === 'node' && detail.data) || {};
const isMode = (value: unknown): value is Mode => value === 'iptables' || value === 'nftables';

const KEPT = 8;
const kept = byObject((_: Story) => new Map<string, NodeRules | undefined>());

/** What a node's kernel had after `count` steps, as the mode asked for would write it. */
export function rulesAt(story: Story, node: string, count: number, mode?: Mode, family: Family = 'IPv4'): Synced {
  const syncs = networkOf(story).syncs(node, count);
  const [sync, earlier] = [syncs.at(-1), syncs.at(-2)];
  if (sync === undefined) return { sync: undefined, now: undefined, before: undefined };
  return {
    sync,
    now: made(story, node, sync, mode, family),
    before: earlier && made(story, node, earlier, mode, family),
  };
}

function made(story: Story, node: string, sync: Step, mode: Mode | undefined, family: Family): NodeRules | undefined {
  const known = kept(story);
  const key = `${node}/${sync.id}/${mode}/${family}`;
  if (known.has(key)) return known.get(key);
  if (known.size >= KEPT) known.clear();
  const value = compute(story, node, sync, mode, family);
  known.set(key, value);
  return value;
}

function compute(
  story: Story,
  name: string,
  sync: Step,
  wanted: Mode | undefined,
  family: Family,
): NodeRules | undefined {
  const network = networkOf(story);
  const { mode: ownMode, clusterCIDR, revision, services: all } = dataOf(sync);
  const node = network.node(name, (story.positionOf(sync.id) ?? 0) + 1);
  if (!isMode(ownMode) || typeof clusterCIDR !== 'string' || typeof revision !== 'number' || !node) return undefined;
  const seen = network.countAt(revision);
  const snapshot = network.at(seen);
  const unknown = network.unknown(snapshot);
  const services = snapshot.services.filter((service) => !unknown.has(keyOfService(service)));
  const config = { mode: wanted ?? ownMode, clusterCIDRs: clusterCIDR.split(',').filter((range) => range !== '') };
  const set = rulesOf({ ...snapshot, services, node, config }, family);
  const told = services.filter((service) => skipped(service) === undefined);
  const left = services.flatMap((service) => {
    const why = skipped(service);
    return why === undefined ? [] : [{ service: keyOfService(service), why }];
  });
  return {
    ownMode,
    set,
    lines: linesIn(set),
    ports: told.flatMap((service) => portsOf(service, family)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    snapshot,
    nodeIPs: nodeFacts(node).ips.filter((ip) => familyOf(ip) === family),
    clusterCIDR,
    seen,
    untold: Math.max(0, (typeof all === 'number' ? all : 0) - told.length),
    skipped: left,
  };
}

function linesIn({ mode, family, chains, sets }: RuleSet): RuleLine[] {
  const elements = sets.flatMap((set) =>
    set.elements.map((element): RuleLine => {
      const actions = element.verdict === undefined ? [] : [element.verdict];
      const text = `${set.name} { ${nftablesElement(element, family)} }`;
      const member = set.map || set.comment === undefined ? {} : { member: set.comment };
      return { text, place: set.name, rule: { matches: [], actions }, origin: element.origin, ...member };
    }),
  );
  const rules = chains.flatMap(({ name, rules: own }) =>
    own.map((rule): RuleLine => ({ text: lineOf(mode, name, rule, family), place: name, rule, origin: rule.origin })),
  );
  return [...elements, ...rules];
}

/** What a rule does to a packet, in words. */
export const says = ({ rule, member }: RuleLine): string =>
  member === undefined ? does(rule) : `is in the set “${member}”`;

export interface LineDiff {
  readonly added: readonly RuleLine[];
  readonly removed: readonly RuleLine[];
}

/** The lines that are only in one of two states. */
export function diffOf(before: NodeRules | undefined, now: NodeRules): LineDiff {
  const texts = ({ lines }: NodeRules): Set<string> => new Set(lines.map(({ text }) => text));
  const was = before === undefined ? new Set<string>() : texts(before);
  const is = texts(now);
  return {
    added: now.lines.filter(({ text }) => !was.has(text)),
    removed: (before?.lines ?? []).filter(({ text }) => !is.has(text)),
  };
}

/** What a sync changed, for whoever inspects it; undefined where the trace does not reach far enough back to tell. */
export function ruleChanges(story: Story, step: Step): (LineDiff & { readonly mode: Mode }) | undefined {
  const at = story.positionOf(step.id);
  if (at === undefined || step.actor.node === undefined) return undefined;
  const { now, before } = rulesAt(story, step.actor.node, at + 1);
  if (now === undefined || (before === undefined && now.untold > 0)) return undefined;
  return { mode: now.ownMode, ...diffOf(before, now) };
}
