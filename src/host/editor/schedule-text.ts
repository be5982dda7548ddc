// The answer to «Where would it be scheduled?» as text: for each pod the table of nodes and plugins.
import type { Scheduled } from '../../protocol/worker.ts';
import type { NodeVerdict } from '../../trace/step.ts';

type ScheduledPod = Scheduled['pods'][number];

export interface OtherCluster {
  readonly name: string;
  /** Kinds that could not be read. */
  readonly missing: readonly string[];
}

/**
 * @param object how the object is called: `Deployment web`.
 * @param other the cluster that a snapshot was taken of; the simulator without it.
 */
export function scheduleText(object: string, { wanted, pods, notes }: Scheduled, other?: OtherCluster): string {
  const title = `Where would ${object} be scheduled?`;
  if (wanted === 0) return `${[title, '', ...wrapped(['It asks for no pods.', ...notes].join(' '))].join('\n')}\n`;
  const about = [
    `${wanted === 1 ? 'One pod' : `${wanted} pods`}, onto the nodes of ${other?.name ?? 'the simulator'} as they are now. Nothing was applied.`,
    ...(pods.length > 1 ? ['Each pod counts for those after it.'] : []),
  ];
  return [
    title,
    '',
    ...wrapped(about.join(' ')),
    ...(notes.length > 0 ? ['', ...notes.flatMap(bullet)] : []),
    ...groups(pods, wanted),
    '',
    ...wrapped([NOTES, ...(other ? notesOn(other) : [])].join(' ')),
    '',
  ].join('\n');
}

const NOTES =
  'Scores are after normalising and weighting, as kube-scheduler adds them up. Between equal totals it draws at random, so ' +
  'it may choose another of them. Pods that wait to be scheduled, and other pods and workloads of the file, do not count.';

function notesOn({ name, missing }: OtherCluster): string[] {
  return [
    `Worked out by the simulator's API server and scheduler, v1.36 with default settings, from a snapshot: ${name} itself was not asked, and may run another version, other settings, policies or webhooks that change pods, or an autoscaler that adds nodes.`,
    ...(missing.length > 0 ? [`Not to be read there, and so left out: ${missing.join(', ')}.`] : []),
  ];
}

/** Where prose is broken, so that it can be read beside the manifest; tables go on. */
const WIDTH = 76;

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function bullet(note: string): string[] {
  return wrapped(note).map((line, i) => `${i === 0 ? '–' : ' '} ${line}`);
}

/** Pods in a row of which the same is to be said are told of together. */
function groups(pods: readonly ScheduledPod[], wanted: number): string[] {
  const found: { readonly first: number; last: number; readonly text: string; readonly chosen: string | null }[] = [];
  for (const [i, pod] of pods.entries()) {
    const text = podText(pod).join('\n');
    const before = found.at(-1);
    if (before?.text === text) before.last = i;
    else found.push({ first: i, last: i, text, chosen: pod.chosen });
  }
  return found.flatMap(({ first, last, text, chosen }) => {
    const which = first === last ? `Pod ${first + 1}` : `Pods ${first + 1} to ${last + 1}`;
    const verdict = chosen ?? (first === last ? 'stays Pending' : 'stay Pending');
    const title = `${wanted === 1 ? 'Pod' : `${which} of ${wanted}`} → ${verdict}`;
    return ['', title, '─'.repeat(title.length), text];
  });
}

function podText({ detail, chosen, message, nominated, victims }: ScheduledPod): string[] {
  const { why, nodes, filters } = detail;
  // A pod that a gate holds back was never tried, and so has no such Event.
  const event = message !== null && filters.length > 0 ? [`FailedScheduling: ${message}`] : [];
  const lines = [...(why === message && event.length > 0 ? [] : [why]), ...event].flatMap(wrapped);
  if (nominated !== undefined) {
    lines.push(
      victims.length > 0
        ? `Preemption would make room on ${nominated} by evicting ${victims.join(', ')}.`
        : `Preemption would make room on ${nominated}.`,
    );
  }
  if (nodes.length > 0) lines.push('', ...nodeTable(nodes, chosen));
  if (filters.length > 0) lines.push('', ...wrapped(`Filters, in order: ${filters.join(', ')}`));
  return lines;
}

function nodeTable(nodes: readonly NodeVerdict[], chosen: string | null): string[] {
  const sorted = [...nodes].sort((a, b) => rank(b, chosen) - rank(a, chosen) || (a.node < b.node ? -1 : 1));
  const plugins = [...new Set(nodes.flatMap(({ scores = [] }) => scores.map(({ plugin }) => plugin)))];
  const head = ['node', 'verdict', ...(plugins.length > 0 ? ['total'] : []), ...plugins];
  const rows = sorted.map((node) => {
    const { rejectedBy, reasons = [], scores = [], total } = node;
    if (rejectedBy !== undefined) return [node.node, `✗ ${rejectedBy}: ${reasons.join(', ')}`];
    const of = (plugin: string): string => String(scores.find((s) => s.plugin === plugin)?.weighted ?? '');
    const verdict = node.node === chosen ? '✓ chosen' : '✓ passed';
    return [node.node, verdict, ...(plugins.length > 0 ? [String(total ?? '')] : []), ...plugins.map(of)];
  });
  // A reason is as long as it is and stands last in its row: it widens nothing.
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => (row.length === head.length || i === 0 ? (row[i]?.length ?? 0) : 0))),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** The chosen node first, then by total, those filtered out last. */
function rank({ node, rejectedBy, total }: NodeVerdict, chosen: string | null): number {
  if (node === chosen) return Number.POSITIVE_INFINITY;
  return rejectedBy === undefined ? (total ?? 0) : -1;
}
