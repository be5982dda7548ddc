// What `kube-anatomy explain FILE` prints: one place, one line, or every field of a file. The hover says the same of a place.
import type { Knowledge } from '../knowledge/knowledge.ts';
import { allKinds } from '../model/schema.ts';
import { parseFieldPath } from '../trace/fieldpath.ts';
import { known } from './explain.ts';
import type { ExplainedHandler, Explanation, FieldFacts } from './explanation.ts';
import { changeLabel, choiceText, failureText } from './markdown.ts';
import { fieldPage } from './page.ts';
import { createManifestService, type ManifestService } from './service.ts';
import { descend, type Place, rootPlace } from './typing.ts';
import { groupOf } from './workspace/naming.ts';

export interface ExplainRequest {
  readonly knowledge: Knowledge;
  /** Name of the file, for messages. */
  readonly file: string;
  readonly text: string;
  /** One-based, as editors and compilers count. Without it every field of the file is explained. */
  readonly line?: number;
  /** One-based UTF-16 column; without it the first thing on the line. */
  readonly column?: number;
}

/** Explanations in the order of the text. */
export interface ExplainAnswer {
  readonly file: string;
  readonly explanations: readonly Explanation[];
  /** Why there are none, as a sentence. */
  readonly problem?: string;
}

const URI = 'explain:';

export function runExplain(request: ExplainRequest): ExplainAnswer {
  const { file, text, line, column } = request;
  const service = createManifestService({ knowledge: request.knowledge });
  service.update(URI, 1, text);
  const lines = text.split('\n');
  if (line === undefined)
    return answer(
      file,
      lines.flatMap((content, index) => fieldsOfLine(service, content, index)),
    );
  if (!Number.isInteger(line) || line < 1 || line > lines.length) {
    return { file, explanations: [], problem: `${file} has lines 1 to ${lines.length}; there is no line ${line}.` };
  }
  const content = lines[line - 1] ?? '';
  if (column === undefined) return answer(file, fieldsOfLine(service, content, line - 1), line);
  if (!Number.isInteger(column) || column < 1) {
    return { file, explanations: [], problem: `Columns count from 1; there is no column ${column}.` };
  }
  const found = service.explainAt(URI, line - 1, column - 1);
  return answer(file, found ? [found] : [], line);
}

function answer(file: string, explanations: readonly Explanation[], line?: number): ExplainAnswer {
  if (explanations.length > 0) return { file, explanations };
  const where = line === undefined ? `${file} holds no field` : `Nothing at line ${line} of ${file} is a field`;
  return { file, explanations, problem: `${where} of a known Kubernetes object.` };
}

/** The fields whose keys stand on a line: usually one, in flow style more. */
function fieldsOfLine(service: ManifestService, content: string, line: number): Explanation[] {
  const found: Explanation[] = [];
  for (const match of content.matchAll(/[A-Za-z][\w./-]*(?="?'?\s*:)/g)) {
    const explanation = service.explainAt(URI, line, match.index);
    if (explanation?.on === 'key' && explanation.range.start.line === line) found.push(explanation);
  }
  return found;
}

/** The answer as lines for a terminal. */
export function explainText({ file, explanations, problem }: ExplainAnswer): string {
  const blocks = explanations.map((explanation) => explanationText(file, explanation));
  return [...blocks, ...(problem === undefined ? [] : [problem])].join('\n\n');
}

function explanationText(file: string, explanation: Explanation): string {
  const { start } = explanation.range;
  const { object } = explanation;
  const of = `${object.kind}${object.name === undefined ? '' : ` ${object.name}`}`;
  const head = `${file}:${start.line + 1}:${start.column + 1}  ${explanation.pathText} (${of})`;
  const reading = explanation.reading ? [`Note: ${explanation.reading}`] : [];
  const [type = '', ...rest] = factLines(explanation);
  return [head, ...[type, ...reading, ...rest].map((line) => `  ${line}`)].join('\n');
}

function factLines(facts: FieldFacts): string[] {
  const since = facts.since ? [`since ${facts.since}`] : [];
  return [
    typeLine(facts),
    ...(facts.deprecated ? [`Deprecated: ${facts.deprecated}`] : []),
    ...(facts.is ? [facts.is] : []),
    ...facts.handlers.map(handlerText),
    ...facts.writtenBy.map((by) => `Written by ${by.name}: ${by.does}`),
    ...(facts.change ? [`${changeLabel(facts.change)}: ${facts.change.text}`] : []),
    ...facts.wrong.map((failure) => `If it is wrong: ${failureText(failure)}`),
    ...(facts.with.length > 0 ? [`With: ${facts.with.join(', ')}`] : []),
    [facts.version, ...since, ...facts.sources].join(' · '),
  ];
}

function typeLine(facts: FieldFacts): string {
  const values = facts.values ? [choiceText(facts.values)] : [];
  const fallback = facts.default ? [`default ${facts.default}`] : [];
  return [facts.fieldType, ...values, ...(facts.required ? ['required'] : fallback)].join(' · ');
}

function handlerText({ name, step, does }: ExplainedHandler): string {
  return `${name}${step ? ` (${step})` : ''}: ${does}`;
}

/**
 * What is known of a field of an object that stands in no text, such as one that a step changed.
 * The path is that of a step's change: `spec.containers[name="web"].image`.
 */
export function explainField(
  knowledge: Knowledge,
  object: { readonly group: string; readonly kind: string },
  path: string,
): FieldFacts | undefined {
  const apiVersion = servedVersion(object.group, object.kind);
  let place: Place | undefined = rootPlace(apiVersion ?? '', object.kind);
  for (const segment of parseFieldPath(path)) {
    place = place && descend(place, 'field' in segment ? segment.field : 0);
  }
  return place && known(knowledge, place);
}

function servedVersion(group: string, kind: string): string | undefined {
  return allKinds().find(([version, name]) => name === kind && groupOf(version) === group)?.[0];
}

/** The page of a field of an object, without a manifest; undefined where nothing is known. `path` as `diff` writes it. */
export function fieldPageOf(
  knowledge: Knowledge,
  object: { readonly group: string; readonly kind: string },
  path: string,
): string | undefined {
  const facts = explainField(knowledge, object, path);
  const apiVersion = servedVersion(object.group, object.kind) ?? '';
  return facts && fieldPage({ ...facts, object: { apiVersion, kind: object.kind }, pathText: path });
}

/** The facts as lines for a panel that shows plain text. */
export function factsText(facts: FieldFacts): string {
  return factLines(facts).join('\n');
}
