// A comparison as Markdown: the equal of the diff editor for reading, searching, and pasting.
import { stringify } from 'yaml';
import { code } from '../model/markdown.ts';
import type { LineBlame } from './blame.ts';
import type { Comparison, Difference } from './compare.ts';
import { type ExactWrite, lineWords } from './words.ts';

export interface ComparisonAbout {
  /** `web.yaml`. */
  readonly file: string;
  /** `Deployment web of simulator`. */
  readonly object: string;
  /** ms since 1970 by the cluster's clock. */
  readonly now: number;
  readonly exact: (line: LineBlame) => ExactWrite | undefined;
  /** What `kubectl apply` of the file would send; undefined where that is nothing. */
  readonly patch?: unknown;
  /** The object keeps what was applied last: what the file no longer names would be removed. */
  readonly applied: boolean;
}

/** Values are cut where they would fill the page. */
const LONGEST = 100;

export function comparisonTranscript(comparison: Comparison, about: ComparisonAbout): string {
  const { differences, hidden } = comparison;
  const of = (kind: Difference['kind']): Difference[] => differences.filter((one) => one.kind === kind);
  const parts = [`# ${about.file} and ${about.object}`];
  if (hidden) parts.push('Values of Secrets are hidden and not compared.');
  if (differences.length === 0) parts.push('Every field of the one is in the other.');
  const changed = of('changed').map(
    (one) => `- ${code(one.path)}: ${text(one.mine)} → ${text(one.live)}${by(one, about)}`,
  );
  if (changed.length > 0) parts.push('## Changed since', changed.join('\n'));
  const missing = of('missing').map((one) => `- ${code(one.path)}: ${text(one.mine)}`);
  if (missing.length > 0) parts.push('## Only in the file', missing.join('\n'));
  const added = grouped(of('added'), about);
  if (added.size > 0) parts.push('## Added to what the file says');
  for (const [who, rows] of added) {
    parts.push(`### ${who}`, rows.map((one) => `- ${code(one.path)}: ${text(one.live)}`).join('\n'));
  }
  parts.push('## What kubectl apply of this file would send now', applyText(about));
  return `${parts.join('\n\n')}\n`;
}

/** Whom each addition came from; those that cannot be told of last. */
function grouped(list: readonly Difference[], about: ComparisonAbout): Map<string, Difference[]> {
  const groups = new Map<string, Difference[]>();
  for (const one of list) {
    const who = words(one, about) || 'Named by the request, or empty';
    const group = groups.get(who);
    if (group) group.push(one);
    else groups.set(who, [one]);
  }
  return groups;
}

function words({ line }: Difference, { now, exact }: ComparisonAbout): string {
  return line ? lineWords(line, now, exact(line)) : 'nobody';
}

function by(one: Difference, about: ComparisonAbout): string {
  const who = words(one, about);
  return who === '' ? '' : ` (${who})`;
}

function applyText({ patch, applied }: ComparisonAbout): string {
  const first = applied
    ? ''
    : 'The object does not say what was applied last, so kubectl would warn, and could remove nothing. ';
  if (patch === undefined) return `${first}Nothing: the live object has all that the file says.`;
  const body = stringify(patch, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
  return `${first}This patch; \`null\` removes what was applied before and is no longer in the file.\n\n\`\`\`yaml\n${body}\n\`\`\``;
}

function text(value: unknown): string {
  const whole = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return code(whole.length > LONGEST ? `${whole.slice(0, LONGEST - 1)}…` : whole);
}
