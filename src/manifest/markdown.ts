// Explanation → markdown of the hover: short, in one order, nothing that does not apply, the schema's own text last.
import type { Failure } from '../knowledge/record.ts';
import { code, literal } from '../model/markdown.ts';
import type { ExplainedHandler, Explanation, FieldFacts } from './explanation.ts';

export interface MarkdownLink {
  readonly title: string;
  /** Where it leads; the host may use command URIs. */
  readonly href: string;
}

const MOST_FAILURES = 3;
const MOST_PROSE = 400;

export function explanationMarkdown(explanation: Explanation, links: readonly MarkdownLink[] = []): string {
  const parts = [
    headline(explanation),
    // A hover shows its first lines, and one has to scroll for the rest.
    links.map(({ title, href }) => `[${title}](${href})`).join(' · '),
    explanation.reading && `⚠ ${explanation.reading}`,
    explanation.deprecated && `*Deprecated*: ${explanation.deprecated}`,
    explanation.is,
    ...explanation.handlers.map(handlerLine),
    ...explanation.writtenBy.map((by) => `*Written by* **${by.name}**: ${by.does}`),
    explanation.change && `*${changeLabel(explanation.change)}*: ${explanation.change.text}`,
    wrongText(explanation.wrong),
    explanation.with.length > 0 && `*With*: ${explanation.with.map(code).join(', ')}`,
    footer(explanation),
    explanation.schemaText && `---\n\n${beginning(explanation.schemaText)}`,
  ];
  return parts.filter((part) => typeof part === 'string' && part !== '').join('\n\n');
}

export function headline(explanation: FieldFacts): string {
  const { field, entry } = explanation;
  const name = entry === undefined ? field : `${field} › ${entry}`;
  const facts = [`**${literal(name)}**`, code(explanation.fieldType)];
  if (explanation.values) facts.push(choiceText(explanation.values.map(code)));
  if (explanation.required) facts.push('required');
  else if (explanation.default) facts.push(`default ${explanation.default}`);
  else if (hasNoDefault(explanation)) facts.push('default none');
  if (explanation.merge) facts.push(`merged ${explanation.merge}`);
  return facts.join(' · ');
}

/** What the system writes nobody changes: what is to be known of it stands there instead. */
export function changeLabel({ effect }: NonNullable<Explanation['change']>): string {
  return effect === 'system' ? 'Note' : 'Change it';
}

const MOST_CHOICES = 12;

/** The words that a field takes; of a long list, such as that of signals, the first and how many more. */
export function choiceText(values: readonly string[]): string {
  if (values.length <= MOST_CHOICES) return values.join(' or ');
  return `${values.slice(0, MOST_CHOICES / 2).join(', ')} … (${values.length} words)`;
}

/** Whether "none" is worth saying: not of structs, nor of what the system writes. */
function hasNoDefault({ recorded, writtenBy, fieldType }: FieldFacts): boolean {
  return recorded && writtenBy.length === 0 && !/^[A-Z]/.test(fieldType);
}

export function handlerLine(handler: ExplainedHandler): string {
  return `**${handler.name}**${handler.step ? ` · *${handler.step}*` : ''}: ${handler.does}`;
}

function wrongText(failures: readonly Failure[]): string {
  const [only, ...more] = shortened(failures.map(failureText));
  if (only === undefined) return '';
  return more.length === 0 ? `*If it is wrong*: ${only}` : `*If it is wrong*:\n${list([only, ...more])}`;
}

/** A hover is for a glance: the rest is on the field's page. */
function shortened(failures: readonly string[]): string[] {
  if (failures.length <= MOST_FAILURES) return [...failures];
  return [...failures.slice(0, MOST_FAILURES), `*… and ${failures.length - MOST_FAILURES} more ways, under More*`];
}

/** The first sentences of a long text. */
function beginning(text: string): string {
  if (text.length <= MOST_PROSE) return text;
  const end = text.lastIndexOf('. ', MOST_PROSE);
  return `${text.slice(0, end > 0 ? end + 1 : MOST_PROSE)} …`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

export function failureText(failure: Failure): string {
  const signs = [
    failure.event && `Event ${code(failure.event)}`,
    failure.status && code(failure.status),
    failure.error && code(failure.error),
  ].filter((sign) => typeof sign === 'string');
  return signs.length > 0 ? `${failure.text} ${signs.join(' · ')}` : failure.text;
}

function footer({ version, since, sources }: Explanation): string {
  return `*${[version, ...(since ? [`since ${since}`] : []), ...sources].join(' · ')}*`;
}
