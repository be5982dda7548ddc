// What `kube-anatomy explain FILE` prints: one place, one line, or every field of a file. The hover says the same of a place.
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { ExplainedHandler, Explanation } from './explanation.ts';
import { failureText } from './markdown.ts';
import { createManifestService, type ManifestService } from './service.ts';

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
  const lines = [
    `${file}:${start.line + 1}:${start.column + 1}  ${explanation.pathText} (${of})`,
    `  ${facts(explanation)}`,
  ];
  if (explanation.reading) lines.push(`  Note: ${explanation.reading}`);
  if (explanation.deprecated) lines.push(`  Deprecated: ${explanation.deprecated}`);
  if (explanation.is) lines.push(`  ${explanation.is}`);
  lines.push(...explanation.handlers.map((handler) => `  ${handlerText(handler)}`));
  lines.push(...explanation.writtenBy.map((by) => `  Written by ${by.name}: ${by.does}`));
  if (explanation.change) lines.push(`  Change it: ${explanation.change.text}`);
  lines.push(...explanation.wrong.map((failure) => `  If it is wrong: ${failureText(failure)}`));
  if (explanation.with.length > 0) lines.push(`  With: ${explanation.with.join(', ')}`);
  const since = explanation.since ? [`since ${explanation.since}`] : [];
  lines.push(`  ${[explanation.version, ...since, ...explanation.sources].join(' · ')}`);
  return lines.join('\n');
}

function facts(explanation: Explanation): string {
  const values = explanation.values ? [explanation.values.join(' or ')] : [];
  const fallback = explanation.default ? [`default ${explanation.default}`] : [];
  return [explanation.fieldType, ...values, ...(explanation.required ? ['required'] : fallback)].join(' · ');
}

function handlerText({ name, step, does }: ExplainedHandler): string {
  return `${name}${step ? ` (${step})` : ''}: ${does}`;
}
