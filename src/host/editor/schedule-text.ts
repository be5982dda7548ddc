// The answer to «Where would it be scheduled?» as text: for each pod the table of nodes and plugins.
import type { Scheduled } from '../../protocol/worker.ts';
import type { NodeVerdict } from '../../trace/step.ts';

type ScheduledPod = Scheduled['pods'][number];

/** @param object how the object is called: `Deployment web`. */
export function scheduleText(object: string, { exists, wanted, pods }: Scheduled): string {
  const head = [`Where would ${object} be scheduled?`, ''];
  if (wanted === 0) return [...head, 'It asks for no pods.', ''].join('\n');
  head.push(
    `${wanted === 1 ? 'One pod' : `${wanted} pods`}, onto the nodes of the simulator as they are now. Nothing was applied.`,
  );
  if (exists) head.push(`${object} is there already: its pods count as running, and these would come on top.`);
  if (pods.length < wanted) head.push(`The first ${pods.length} are shown; each counts for those after it.`);
  else if (wanted > 1) head.push('Each counts for those after it.');
  return [...head, ...groups(pods, wanted), '', ...NOTES, ''].join('\n');
}

const NOTES = [
  'Scores are after normalising and weighting, as kube-scheduler adds them up. Between equal totals it draws at random, so it',
  'may choose another of them. Pods that wait to be scheduled, and objects of the file that are not applied yet, do not count.',
];

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
  const lines = [...(why === message && event.length > 0 ? [] : [why]), ...event];
  if (nominated !== undefined) {
    lines.push(
      victims.length > 0
        ? `Preemption would make room on ${nominated} by evicting ${victims.join(', ')}.`
        : `Preemption would make room on ${nominated}.`,
    );
  }
  if (nodes.length > 0) lines.push('', ...nodeTable(nodes, chosen));
  if (filters.length > 0) lines.push('', `Filters, in order: ${filters.join(', ')}`);
  return lines;
}

function nodeTable(nodes: readonly NodeVerdict[], chosen: string | null): string[] {
  const sorted = [...nodes].sort((a, b) => rank(b, chosen) - rank(a, chosen) || (a.node < b.node ? -1 : 1));
  const plugins = [...new Set(nodes.flatMap(({ scores = [] }) => scores.map(({ plugin }) => plugin)))];
  const head = ['node', 'verdict', ...plugins, ...(plugins.length > 0 ? ['total'] : [])];
  const rows = sorted.map((node) => {
    const { rejectedBy, reasons = [], scores = [], total } = node;
    if (rejectedBy !== undefined) return [node.node, `✗ ${rejectedBy}: ${reasons.join(', ')}`];
    const of = (plugin: string): string => String(scores.find((s) => s.plugin === plugin)?.weighted ?? '');
    const verdict = node.node === chosen ? '✓ chosen' : '✓ passed';
    return [node.node, verdict, ...plugins.map(of), ...(plugins.length > 0 ? [String(total ?? '')] : [])];
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
