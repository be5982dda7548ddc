// Rules in words, for those who do not read iptables.
import { withPort } from './address.ts';
import type { Action, Choice, Match, Origin, Rule } from './types.ts';

/** What a packet must be like for the rule; "every packet" where it asks nothing. */
export function asks({ matches }: Pick<Rule, 'matches'>): string {
  const parts = matches.map(asked).filter((text) => text !== '');
  return parts.length === 0 ? 'every packet' : parts.join(', ');
}

function asked(match: Match): string {
  switch (match.on) {
    case 'source':
      return `${match.not ? 'not ' : ''}from ${match.in.join(' or ')}`;
    case 'destination':
      return `${match.not ? 'not ' : ''}to ${match.in.join(' or ')}`;
    case 'source-set':
      return 'from a client that stays with this endpoint';
    case 'destination-set':
      return `to an address in ${match.set}`;
    case 'protocol':
      return match.is.toUpperCase();
    case 'port':
      return match.is === undefined ? '' : `port ${match.is}`;
    case 'source-local':
      return 'from this node itself';
    case 'destination-local':
      return 'to an address of this node';
    case 'mark':
      return match.not ? 'not marked for masquerading' : 'marked for masquerading';
    case 'state':
      return `connection ${match.not ? 'not ' : ''}${match.is.toLowerCase().replaceAll(',', ' or ')}`;
    case 'rewritten':
      return 'with a translated destination';
    case 'random':
      return `one in ${match.of} at random (${percent(match.of)})`;
    case 'recent':
      return `from a client that was here in the last ${match.seconds} s`;
    case 'tuple':
      return `back to where it came from (${match.set})`;
    default:
      return '';
  }
}

export const percent = (of: number): string => `${Math.round(1000 / of) / 10} %`;

export function does({ actions }: Pick<Rule, 'actions'>): string {
  return actions.length === 0 ? 'nothing' : actions.map(done).join(', then ');
}

const nameOf = (one: Choice): string => ('chain' in one ? one.chain : withPort(one.to));
/** Of so many endpoints, not all are named. */
const NAMED = 4;

function done(action: Action): string {
  switch (action.do) {
    case 'jump':
      return `go through ${action.chain}`;
    case 'goto':
      return `go on in ${action.chain}`;
    case 'mark':
      return 'mark it for masquerading';
    case 'unmark':
      return 'take the mark away';
    case 'masquerade':
      return "masquerade: the source becomes this node's address";
    case 'rewrite':
      return `DNAT: the destination becomes ${withPort(action.to)}`;
    case 'remember':
      return 'remember the client';
    case 'lookup':
      return `look it up in ${action.map}`;
    case 'choose': {
      const named = action.among.slice(0, NAMED).map(nameOf);
      const more = action.among.length - named.length;
      const list = `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
      const straight = action.among[0] !== undefined && 'to' in action.among[0];
      const what = straight ? 'DNAT: the destination becomes' : 'go on in';
      return action.among.length === 1
        ? `${what} ${list}`
        : `${what} one of ${action.among.length} at random, ${percent(action.among.length)} each: ${list}`;
    }
    case 'return':
      return 'go back';
    default:
      return action.do;
  }
}

/** Who caused it, in a few words. */
export function because({ what, service = '', endpoint, pod, slice, field = '' }: Origin): string {
  if (what === 'base') return field === '' ? 'always there' : `the Node's ${field}`;
  if (what === 'kubelet') return 'the kubelet';
  if (what === 'service') return `Service ${service}: ${field}`;
  const behind = pod === undefined ? endpoint : `pod ${pod}`;
  return `EndpointSlice ${slice}: ${behind}`;
}
