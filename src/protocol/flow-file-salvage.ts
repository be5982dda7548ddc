// What is left of a trace file that is no longer JSON as a whole: the steps that can still be read, and where it breaks.
import { isRecord } from '../model/object.ts';

export interface Salvaged {
  /** What the whole file would have been: a list of steps, or an object with `steps`. */
  readonly value: unknown;
  /** Sentences on where the file breaks. */
  readonly problems: readonly string[];
}

interface Found {
  readonly steps: readonly unknown[];
  readonly problems: readonly string[];
}

/** Undefined where not even the beginning of a list of steps can be read. */
export function salvage(text: string): Salvaged | undefined {
  const list = /^\s*\[/.exec(text);
  const named = list ? undefined : /"steps"\s*:\s*\[/.exec(text);
  const start = list ? list[0].length : named ? named.index + named[0].length : undefined;
  if (start === undefined) return undefined;
  const head = named ? parse(`${text.slice(0, start)}]}`) : [];
  if (named && !isRecord(head)) return undefined;
  const { steps, problems } = /^\r?\n\{.*\}[,\r\n\]]/.test(text.slice(start))
    ? byLine(text, start)
    : bySign(text, start);
  return { value: named ? { ...(head as object), steps } : steps, problems };
}

/** As the panel writes it, each step stands on a line: one that is damaged does not take the next with it. */
function byLine(text: string, start: number): Found {
  const first = lineAt(text, start);
  const steps: unknown[] = [];
  const broken: number[] = [];
  const lines = text.slice(start).split(/\r?\n/);
  let closed = false;
  let last = first;
  lines.forEach((line, i) => {
    const bare = line.replace(/,\s*$/, '').trim();
    if (bare === '') return;
    last = first + i;
    closed = bare === ']}' || bare === ']';
    if (closed) return;
    const step = parse(bare);
    if (step === undefined) broken.push(last);
    else steps.push(step);
  });
  if (closed)
    return {
      steps,
      problems:
        broken.length === 0
          ? ['The file is damaged near its beginning.']
          : broken.map((line) => `Line ${line} cannot be read: the step there is left out.`),
    };
  const inside = broken.filter((line) => line !== last);
  return {
    steps,
    problems: [
      `The file ends early: it breaks off in line ${last}, after ${afterStep(steps)}.`,
      ...inside.map((line) => `Line ${line} cannot be read: the step there is left out.`),
    ],
  };
}

/** Written in any other way: each object in the list, until one that has no end or cannot be read. */
function bySign(text: string, start: number): Found {
  const steps: unknown[] = [];
  let depth = 0;
  let from = start;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const sign = text[i];
    if (quoted) {
      if (sign === '\\') i++;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === '{' || sign === '[') {
      if (depth++ === 0) from = i;
    } else if (sign === '}' || sign === ']') {
      if (depth === 0)
        return { steps, problems: [`The file is damaged ${place(text, i)}, after ${afterStep(steps)}.`] };
      if (--depth > 0) continue;
      const step = parse(text.slice(from, i + 1));
      if (step === undefined)
        return { steps, problems: [`The file is damaged ${place(text, from)}, after ${afterStep(steps)}.`] };
      steps.push(step);
    }
  }
  const where = place(text, text.trimEnd().length);
  return { steps, problems: [`The file ends early: it breaks off ${where}, after ${afterStep(steps)}.`] };
}

function afterStep(steps: readonly unknown[]): string {
  const last = steps.at(-1);
  return last === undefined ? 'no step at all' : `step ${isRecord(last) ? last.id : steps.length}`;
}

/** Counted from 1, as editors do. */
function place(text: string, index: number): string {
  const before = text.lastIndexOf('\n', index - 1);
  return `in line ${lineAt(text, index)}, column ${index - before}`;
}

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
