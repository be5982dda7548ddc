// The inside of a node's kube-proxy: the rules of one Service's port in the order of a packet's way, who caused each, what the
// last sync changed, and a packet that goes through all of them.

import { textOf } from '../../../src/netfilter/rules.ts';
import type { ServicePort } from '../../../src/netfilter/services.ts';
import type { Mode, Origin } from '../../../src/netfilter/types.ts';
import { asks, because } from '../../../src/netfilter/words.ts';
import { isWrite } from '../../../src/trace/fold.ts';
import type { Step } from '../../../src/trace/step.ts';
import { didLast } from '../inside/node.ts';
import { type At, cell, type Part, type Picker, type RuleChoice, type RuleRow } from '../inside/parts.ts';
import type { Story } from '../story.ts';
import { networkOf } from './network.ts';
import { diffOf, type NodeRules, type RuleLine, rulesAt, says } from './rules.ts';
import { wayParts } from './way.ts';

const MOST_ROWS = 80;
const MODES: readonly Mode[] = ['iptables', 'nftables'];

/** In what is simulated, and in what a real one would show besides. */
const LEFT_OUT =
  'Simplified: kubeadm runs kube-proxy in a pod of a DaemonSet, here it is a process of the machine. Rules of the network plugin and of others are not shown, Services stand in the order of their names where kube-proxy keeps none, and the kernel’s counters stand at zero.';

export function kubeProxy(at: At, node: string, choice: RuleChoice): Part[] {
  const { story, count } = at;
  const wanted = MODES.find((mode) => mode === choice.mode);
  const { sync, now, before } = rulesAt(story, node, count, wanted);
  const own = didLast(at, ({ actor }) => actor.component === 'kube-proxy' && actor.node === node);
  if (story.isStopped(undefined, node, count))
    return [{ type: 'note', text: 'The machine is off: the rules in its kernel are gone.', tone: 'bad' }, own];
  if (sync === undefined)
    return [
      { type: 'note', text: 'This trace tells of no sync of it so far: what rules there are is not known.' },
      own,
    ];
  if (now === undefined)
    return [{ type: 'note', text: 'This trace does not tell what its rules were made from.' }, own];
  const port = chosenPort(at, now, sync, choice);
  return [
    ...frozen(at, node, now),
    ...untold(now),
    { type: 'pick', pickers: pickers(now, port) },
    ...(port === undefined ? [] : [table(at, now, before, sync, port)]),
    ...(port === undefined ? [] : wayParts(at, node, now, port, choice)),
    ...leftAlone(now),
    {
      type: 'text',
      title: `All of it, as ${now.set.mode === 'iptables' ? 'iptables-save' : 'nft list table'} prints it`,
      text: () => textOf(now.set),
    },
    { type: 'note', text: LEFT_OUT },
    own,
  ];
}

function frozen({ story, count }: At, node: string, { seen }: NodeRules): Part[] {
  if (!story.isStopped('kube-proxy', node, count)) return [];
  const missed = story.steps
    .slice(seen, count)
    .filter((s) => isWrite(s) && (s.object?.resource === 'services' || s.object?.resource === 'endpointslices')).length;
  const since = missed === 0 ? 'nothing' : `${missed} ${missed === 1 ? 'write' : 'writes'}`;
  const text = `kube-proxy is stopped: the rules stay in the kernel as they are, packets go on by them, and nobody brings them up to date. Missed since: ${since} of Services and EndpointSlices.`;
  return [{ type: 'note', text, tone: 'bad' }];
}

function untold({ untold: count }: NodeRules): Part[] {
  if (count === 0) return [];
  const whose = count === 1 ? 'One Service has rules' : `${count} Services have rules`;
  return [
    { type: 'note', text: `${whose} that are not shown: the trace does not reach back to what they are made from.` },
  ];
}

const keyOf = ({ name, protocol }: ServicePort): string => `${name}/${protocol}`;

/** The reader's choice; else what the step is about; else the first that is not the API server's own. */
function chosenPort({ current }: At, { ports }: NodeRules, sync: Step, choice: RuleChoice): ServicePort | undefined {
  const about = [current, sync].flatMap((step) => step?.object ?? []).find(({ kind }) => kind === 'Service');
  const named = about && `${about.namespace}/${about.name}`;
  return (
    ports.find((port) => keyOf(port) === choice.service) ??
    ports.find(({ service }) => service === named) ??
    ports.find(({ service }) => service !== 'default/kubernetes') ??
    ports[0]
  );
}

function pickers({ ports, set, ownMode }: NodeRules, chosen: ServicePort | undefined): Picker[] {
  const services = ports.map((port) => ({
    value: keyOf(port),
    name: `${port.name} · ${port.protocol.toUpperCase()} ${port.number}`,
  }));
  const modes = MODES.map((mode) => ({
    value: mode,
    name: mode === ownMode ? `${mode}, as on this node` : `${mode}, as it would be`,
  }));
  return [
    { what: 'service', label: 'Service', options: services, value: chosen ? keyOf(chosen) : '' },
    { what: 'mode', label: 'Mode', options: modes, value: set.mode },
  ];
}

/** Chains in the order in which a packet comes to them; before them what all Services share. */
const ORDER = [
  /^(KUBE-FW|firewall)-/,
  /^(KUBE-EXT|external)-/,
  /^(KUBE-SVL|local)-/,
  /^(KUBE-SVC|service)-[A-Z2-7]{8}/,
  /^(KUBE-SEP|endpoint)-/,
  /^hairpin-connections$/,
];
const SHARED = ['KUBE-SERVICES', 'service-ips', 'KUBE-NODEPORTS', 'service-nodeports'];

function orderOf({ place }: RuleLine): number {
  const shared = SHARED.indexOf(place);
  return shared < 0 ? ORDER.findIndex((pattern) => pattern.test(place)) : shared - SHARED.length - 1;
}

function table(at: At, now: NodeRules, before: NodeRules | undefined, sync: Step, port: ServicePort): Part {
  const mine = ({ origin }: RuleLine): boolean => origin.service === port.service && origin.port === port.port;
  const diff = before === undefined ? { added: [], removed: [] } : diffOf(before, now);
  const added = new Set(diff.added);
  const lines = now.lines
    .filter(mine)
    .map((line) => ({ line, change: added.has(line) ? ('added' as const) : undefined }));
  const gone = diff.removed.filter(mine).map((line) => ({ line, change: 'removed' as const }));
  // Stable: within a chain the rules keep their order.
  const all = [...lines, ...gone].sort((a, b) => orderOf(a.line) - orderOf(b.line));
  const rows = all.slice(0, MOST_ROWS).map(({ line, change }): RuleRow => {
    const step = writer(at.story, line.origin, now.seen);
    return {
      chain: line.place,
      text: line.text,
      asks: line.rule.matches.length === 0 && now.set.mode === 'nftables' ? '' : asks(line.rule),
      does: says(line),
      because: because(line.origin),
      ...(change === undefined ? {} : { change }),
      ...(step === undefined ? {} : { step: step.id }),
    };
  });
  return {
    type: 'rules',
    title: `Rules for ${port.name}, in the order of a packet’s way`,
    note: noteOf(at, before, sync),
    rows,
    more: all.length - rows.length,
  };
}

function noteOf({ current }: At, before: NodeRules | undefined, sync: Step): string {
  const when = current?.id === sync.id ? 'this sync' : `its last sync, step ${sync.id}`;
  if (before === undefined) return `Written anew at ${when}.`;
  return `As of ${when}: + is what it added, − what it took away.`;
}

/** The write that made the object what the rule was made from. */
function writer(story: Story, { what, service = '', slice = '' }: Origin, count: number): Step | undefined {
  const [namespace = '', name = ''] = service.split('/');
  if (what === 'service') return networkOf(story).writerOf('services', namespace, name, count);
  if (what === 'endpoint') return networkOf(story).writerOf('endpointslices', namespace, slice, count);
  return undefined;
}

function leftAlone({ skipped }: NodeRules): Part[] {
  if (skipped.length === 0) return [];
  return [
    {
      type: 'table',
      title: 'Services without rules',
      columns: ['Service', 'Because'],
      rows: skipped.map(({ service, why }) => ({ cells: [cell(service), cell(why)] })),
      empty: '',
    },
  ];
}
