// What is wrong with an expression, shown as cel-go shows it: message, line of the source, and a caret under the place.
// Models cel-go common/error.go and common/errors.go.

export interface Issue {
  /** In code points from the start. */
  readonly at: number;
  readonly message: string;
}

const MAX_SHOWN = 100;

interface Place {
  readonly line: number;
  readonly column: number;
  readonly text: readonly string[];
}

function place(source: readonly string[], at: number): Place {
  let line = 1;
  let start = 0;
  for (let i = 0; i < at && i < source.length; i++) {
    if (source[i] !== '\n') continue;
    line++;
    start = i + 1;
  }
  let end = source.indexOf('\n', start);
  if (end < 0) end = source.length;
  return { line, column: at - start, text: source.slice(start, end) };
}

const wide = (ch: string | undefined): boolean => ch !== undefined && (ch.codePointAt(0) ?? 0) > 0x7f;

function show(source: readonly string[], { at, message }: Issue): string {
  if (at < 0) return `ERROR: <input>:-1:0: ${message}`;
  const { line, column, text } = place(source, at);
  const dots = text.slice(0, column).map((ch) => (wide(ch) ? '．' : '.'));
  const under = dots.join('') + (wide(text[column]) ? '＾' : '^');
  const shown = text.map((ch) => (ch === '\t' ? ' ' : ch)).join('');
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${shown}\n | ${under}`;
}

/** All issues in the order of their places, one after the other. */
export function showIssues(text: string, issues: readonly Issue[]): string {
  const source = [...text];
  const sorted = [...issues].sort((a, b) => a.at - b.at);
  const shown = sorted.slice(0, MAX_SHOWN).map((i) => show(source, i));
  if (sorted.length > MAX_SHOWN) shown.push(`${sorted.length - MAX_SHOWN} more errors were truncated`);
  return shown.join('\n');
}
