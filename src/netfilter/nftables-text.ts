// As `nft list table ip kube-proxy` prints it.
import { byAddress, withPort } from './address.ts';
import type { Action, Chain, Choice, Element, Family, Match, NamedSet, Rule, RuleSet } from './types.ts';

/** kube-proxy's bit: nftables.masqueradeBit 14. */
const MARK = '0x00004000';
const NEXT = ',\n\t\t\t     ';

const ip = (family: Family): string => (family === 'IPv4' ? 'ip' : 'ip6');

/** A rule without its chain. */
export function nftablesRule({ matches, actions, comment }: Rule, family: Family): string {
  const words = [...matches.map((match) => matchText(match, family)), ...actions.map((a) => actionText(a, family))];
  return [...words.filter((word) => word !== ''), ...(comment === undefined ? [] : [`comment "${comment}"`])].join(' ');
}

function matchText(match: Match, family: Family): string {
  const x = ip(family);
  switch (match.on) {
    case 'source':
    case 'destination': {
      const side = match.on === 'source' ? 'saddr' : 'daddr';
      if (!('in' in match)) return '';
      const sorted = [...match.in].sort(byAddress);
      const ranges = sorted.length === 1 ? sorted[0] : `{ ${sorted.join(', ')} }`;
      return `${x} ${side} ${match.not ? '!= ' : ''}${ranges}`;
    }
    case 'source-set':
      return `${x} saddr @${match.set}`;
    case 'destination-set':
      return `${x} daddr @${match.set}`;
    case 'protocol':
      return `meta l4proto ${match.is}`;
    case 'source-local':
      return 'fib saddr type local';
    case 'state':
      return `ct state ${match.is.toLowerCase()}`;
    case 'mark':
      return `meta mark & ${MARK} != 0x00000000`;
    case 'rewritten':
      return 'ct status dnat';
    case 'tuple':
      return `${x} saddr . ${x} daddr . meta l4proto . th dport @${match.set}`;
    default:
      return '';
  }
}

function actionText(action: Action, family: Family): string {
  const x = ip(family);
  switch (action.do) {
    case 'jump':
    case 'goto':
      return `${action.do} ${action.chain}`;
    case 'mark':
      return `meta mark set meta mark | ${MARK}`;
    case 'unmark':
      return `meta mark set meta mark ^ ${MARK}`;
    case 'masquerade':
      return 'masquerade fully-random';
    case 'rewrite':
      return `dnat to ${withPort(action.to)}`;
    case 'remember':
      return `update @${action.set} { ${x} saddr }`;
    case 'lookup': {
      const parts = { address: `${x} daddr`, protocol: 'meta l4proto', port: 'th dport' };
      return `${action.by.map((part) => parts[part]).join(' . ')} vmap @${action.map}`;
    }
    case 'choose':
      return choiceText(action.among, x);
    default:
      return action.do;
  }
}

function choiceText(among: readonly Choice[], x: string): string {
  const list = among.map(
    (one, i) => `${i} : ${'chain' in one ? `goto ${one.chain}` : `${one.to.ip} . ${one.to.port}`}`,
  );
  const random = `numgen random mod ${among.length}`;
  const straight = among[0] !== undefined && 'to' in among[0];
  return straight ? `dnat ${x} to ${random} map { ${list.join(', ')} }` : `${random} vmap { ${list.join(', ')} }`;
}

/** `10.96.0.1 . tcp . 443 : goto service-…`. */
export function nftablesElement({ key, verdict, comment }: Element, family: Family): string {
  const note = comment === undefined ? '' : ` comment "${comment}"`;
  return `${key.join(' . ')}${note}${verdict === undefined ? '' : ` : ${actionText(verdict, family)}`}`;
}

export function nftablesList({ family, sets, chains }: RuleSet): string {
  const parts = [...sets.map((set) => setText(set, family)), ...chains.map((chain) => chainText(chain, family))];
  return `table ${ip(family)} kube-proxy {\n\tcomment "rules for kube-proxy"\n${parts.join('\n')}}\n`;
}

function setText(set: NamedSet, family: Family): string {
  const lines = [`\t${set.map ? 'map' : 'set'} ${set.name} {`, `\t\ttype ${set.type}`];
  if (set.timeout !== undefined)
    lines.push('\t\tsize 65535', '\t\tflags dynamic,timeout', `\t\ttimeout ${duration(set.timeout)}`);
  if (set.comment !== undefined) lines.push(`\t\tcomment "${set.comment}"`);
  if (set.elements.length > 0) lines.push(`\t\telements = { ${elements(set, family)} }`);
  return [...lines, '\t}', ''].join('\n');
}

/** Plain IPv4 addresses stand two to a line, everything else one. */
function elements({ elements: list, type, map }: NamedSet, family: Family): string {
  const sorted = [...list].sort((a, b) => byAddress(a.key[0] ?? '', b.key[0] ?? ''));
  const texts = (map ? list : sorted).map((element) => nftablesElement(element, family));
  return texts
    .map((text, i) => (i === 0 ? text : `${type === 'ipv4_addr' && i % 2 === 1 ? ', ' : NEXT}${text}`))
    .join('');
}

/** `3h`, `1m30s`. */
function duration(seconds: number): string {
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ];
  let left = seconds;
  let out = '';
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) out += `${count}${unit}`;
  }
  return out;
}

function chainText({ name, hook, comment, rules }: Chain, family: Family): string {
  const lines = [`\tchain ${name} {`];
  if (comment !== undefined) lines.push(`\t\tcomment "${comment}"`);
  if (hook) lines.push(`\t\ttype ${hook.type} hook ${hook.at} priority ${hook.words}; policy accept;`);
  return [...lines, ...rules.map((rule) => `\t\t${nftablesRule(rule, family)}`), '\t}', ''].join('\n');
}
