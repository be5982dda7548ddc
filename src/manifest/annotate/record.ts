// All that is known of a field as labelled lines: what «more» shows in the panel and in the exported page, besides who acts.
import type { FieldFacts } from '../explanation.ts';
import { changeLabel, choiceText, failureText } from '../markdown.ts';

export interface RecordRow {
  readonly label: string;
  /** May hold `code`. */
  readonly text: string;
}

export function recordRows(facts: FieldFacts, reading?: string): RecordRow[] {
  const row = (label: string, text: string | undefined): RecordRow[] => (text ? [{ label, text }] : []);
  return [
    ...row('Note', reading),
    ...row('Type', typeText(facts)),
    ...row('Deprecated', facts.deprecated),
    ...row('Is', facts.is),
    ...(facts.change ? row(changeLabel(facts.change), facts.change.text) : []),
    ...facts.wrong.flatMap((failure) => row('If it is wrong', failureText(failure))),
    ...row('With', facts.with.map((field) => `\`${field}\``).join(', ')),
    ...row('Since', facts.since),
    ...row('Upstream', [facts.version, ...facts.sources].join(' · ')),
    ...row('The schema says', facts.schemaText),
  ];
}

function typeText({ fieldType, values, required, default: fallback, merge }: FieldFacts): string {
  const parts = [`\`${fieldType}\``];
  if (values) parts.push(choiceText(values.map((value) => `\`${value}\``)));
  if (required) parts.push('required');
  else if (fallback) parts.push(`default ${fallback}`);
  if (merge) parts.push(`merged ${merge}`);
  return parts.join(' · ');
}
