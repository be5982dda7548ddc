// A comparison of two futures as Markdown: the plain-text equal of the two columns.
import type { Comparison } from '../../src/protocol/futures.ts';
import { duration, line, markdownText, valueText } from '../../src/trace/words.ts';
import { type Actors, changeWords, type FuturesView, objectName } from './futures.ts';

const WHERE = { without: 'only without the change', with: 'only with the change', both: 'not alike' } as const;
const ROW = {
  same: 'both',
  differs: 'other outcome',
  'only-without': 'only without',
  'only-with': 'only with',
  change: 'the change',
} as const;

/** Times are told from `origin` (µs). */
export function futuresMarkdown(names: Actors, comparison: Comparison, view: FuturesView, origin: number): string {
  const out = [`# What if: ${markdownText(changeWords(comparison.change))}`, ''];
  for (const text of view.sentences) out.push(markdownText(text), '');
  if (comparison.objects.length > 0) out.push('## Objects that differ at the end', '');
  for (const { ref, where, fields } of comparison.objects) {
    out.push(`- **${markdownText(objectName(ref))}** ${WHERE[where]}`);
    for (const { path, before, after } of fields)
      out.push(`  - ${markdownText(`${path}: ${valueText(before)} → ${valueText(after)}`)}`);
  }
  out.push('', '## Steps after the fork', '');
  view.rows.forEach(({ without, with: changed, kind }, i) => {
    const step = changed ?? without;
    if (!step) return;
    const first = i === view.first ? ' **← the first difference**' : '';
    const other =
      kind === 'differs' && without ? `; without the change: ${markdownText(without.text.replace(/\.$/, ''))}` : '';
    const at = duration(step.at - origin);
    out.push(`- ${at} _${ROW[kind]}_ ${markdownText(line(names, step))}${other}${first}`);
  });
  return `${out.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
}
