// The annotated manifest as Markdown: the equal of the panel for reading, searching, and pasting.
import type { AnnotatedField, AnnotatedManifest } from './model.ts';
import { ORDER_NOTE, stagesOf } from './order.ts';

/** @param name of the file, for the title. */
export function annotationTranscript(name: string, manifest: AnnotatedManifest): string {
  const { objects, problems } = manifest;
  const stages = stagesOf(manifest);
  const numbers = new Map(stages.map(({ id, number }) => [id, number]));
  const parts = [`# What becomes of ${name}`];
  for (const { line, message } of problems) parts.push(`Line ${line + 1} cannot be read: ${message}`);
  if (objects.length === 0)
    parts.push('There is no Kubernetes object in it: nothing names both `apiVersion` and `kind`.');
  else parts.push('## Line by line', lineByLine(manifest, numbers), '## In the order of acting', ORDER_NOTE);
  for (const { number, title, when, entries } of stages) {
    const rows = entries.map(
      ({ line, field, act }) => `- line ${line + 1}, \`${field.path}\`: ${verb(act)}${act.does}`,
    );
    parts.push(`### ${number}. ${title}`, when, rows.join('\n'));
  }
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function lineByLine({ lines }: AnnotatedManifest, numbers: ReadonlyMap<string, number>): string {
  const rows = lines.flatMap(({ fields }, line) =>
    fields.map((field) => `- line ${line + 1}, ${told(field, numbers)}`),
  );
  return rows.join('\n');
}

function told(field: AnnotatedField, numbers: ReadonlyMap<string, number>): string {
  const acts = field.acts.map(({ stage, name, step }) => `${numbers.get(stage)} ${name}${step ? ` (${step})` : ''}`);
  const who = acts.length > 0 ? acts.join('; ') : (field.facts.is ?? 'holds what is below it');
  return `\`${field.path}\`: ${who}${field.reading ? ` ⚠ ${field.reading}` : ''}`;
}

const verb = ({ writes }: { readonly writes?: true }): string => (writes ? 'written ' : '');
