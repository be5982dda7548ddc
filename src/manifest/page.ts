// Explanation → the field's own page: the whole record as markdown, where the hover shows only the beginning.

import { literal } from '../model/markdown.ts';
import type { Explanation, FieldFacts } from './explanation.ts';
import { changeLabel, failureText, handlerLine, headline } from './markdown.ts';

/** The release that the records were checked against. */
const UPSTREAM = 'https://github.com/kubernetes/kubernetes/blob/v1.36.2';

/** What a page is made of: what is known of a field, and where it stands. */
export type PagedField = FieldFacts & Pick<Explanation, 'object' | 'pathText' | 'reading'>;

export function fieldPage(explanation: PagedField): string {
  const { object, pathText, version } = explanation;
  const of = `${object.apiVersion} ${object.kind}`;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`## ${title}`, lines.join('\n')];
  const list = (items: readonly string[]): string[] => items.map((item) => `- ${item}`);
  const parts = [
    `# ${literal(pathText)}`,
    `of ${of} · field \`${explanation.field}\` of \`${explanation.type}\` · ${version}`,
    headline(explanation),
    ...(explanation.reading ? [`⚠ ${explanation.reading}`] : []),
    ...(explanation.deprecated ? [`**Deprecated**: ${explanation.deprecated}`] : []),
    ...(explanation.is ? [explanation.is] : []),
    ...section('Who acts on it', list(explanation.handlers.map(handlerLine))),
    ...section('Who writes it', list(explanation.writtenBy.map((by) => `**${by.name}**: ${by.does}`))),
    ...(explanation.change ? section(changeLabel(explanation.change), [explanation.change.text]) : []),
    ...section('When it is wrong', list(explanation.wrong.map(failureText))),
    ...section('Works together with', list(explanation.with.map((field) => `\`${field}\``))),
    ...section('Since', explanation.since ? [explanation.since] : []),
    ...section('Where upstream does it', list(explanation.sources.map(sourceLink))),
    ...section('What the schema says', explanation.schemaText ? [explanation.schemaText] : []),
    ...(explanation.recorded ? [] : ['*No record is written of this field yet.*']),
  ];
  return `${parts.join('\n\n')}\n`;
}

function sourceLink(path: string): string {
  return `[${path}](${UPSTREAM}/${path})`;
}
