// Makes a half-written document readable by blanking the lines that break it. Every character keeps its place,
// so that positions in the repaired text are positions in the text on screen.

const KEY = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#"'[\]{},&*!|>%@`-][^#]*?|-[^\s#][^#]*?)\s*:(?=\s|$)/;

/** Stands for a character of template markup until it is known what else is on its line. */
const FILLER = '\u0001';
/** And then for markup inside a line: it reads as text, and is told from any that somebody writes. */
export const MASKED = '…';

/** A line that is nothing but a statement of Jinja, as Ansible and Salt write them. */
const STATEMENT = /^[ \t]*\{%.*%\}[ \t]*\r?$/gm;

export function isTemplated(text: string): boolean {
  return text.includes('{{') || (text.includes('{%') && text.search(STATEMENT) !== -1);
}

/** Helm, Jinja and other templates: `{{ … }}` becomes filler of the same length; lines of nothing else become blank. */
export function maskTemplates(text: string): string {
  const parts: string[] = [];
  let at = 0;
  for (let open = text.indexOf('{{'); open !== -1; open = text.indexOf('{{', at)) {
    const close = text.indexOf('}}', open);
    if (close === -1) break;
    parts.push(text.slice(at, open), filled(text.slice(open, close + 2)));
    at = close + 2;
  }
  const masked = [...parts, text.slice(at)].join('');
  return maskLines(text.includes('{%') ? masked.replace(STATEMENT, filled) : masked);
}

/** On its first line and its last something else may stand; those between are its own. */
function filled(markup: string): string {
  if (!markup.includes('\n')) return FILLER.repeat(markup.length);
  const lines = markup.split('\n');
  const fill = (line: string, k: number): string => {
    const end = line.endsWith('\r') ? '\r' : '';
    return `${(k === 0 || k === lines.length - 1 ? FILLER : ' ').repeat(line.length - end.length)}${end}`;
  };
  return lines.map(fill).join('\n');
}

/** Looks only at lines with filler: of a large text most are without. */
function maskLines(text: string): string {
  const parts: string[] = [];
  let at = 0;
  for (let found = text.indexOf(FILLER); found !== -1; found = text.indexOf(FILLER, at)) {
    const start = text.slice(at, found).lastIndexOf('\n') + 1 + at;
    const next = text.indexOf('\n', found);
    const end = next === -1 ? text.length : next;
    const line = text.slice(start, end);
    const blank = line.replaceAll(FILLER, '').trim() === '';
    parts.push(text.slice(at, start), line.replaceAll(FILLER, blank ? ' ' : MASKED));
    at = end;
  }
  return [...parts, text.slice(at)].join('');
}

/** Longer lines are left as they are: they are data or garbage, and not worth the time. */
const LONG_LINE = 4000;

interface State {
  /** Indentation of the key that opened a block scalar; -1 outside. */
  block: number;
  /** Open brackets of a flow collection, and the indentation of the line that opened it. */
  flow: number;
  flowIndent: number;
}

/** The same text with the lines blanked that are no complete piece of block YAML. */
export function repair(text: string): string {
  const lines = text.split('\n');
  const state: State = { block: -1, flow: 0, flowIndent: 0 };
  return lines.map((line) => repairLine(line, state)).join('\n');
}

function blank(line: string): string {
  return line.endsWith('\r') ? `${' '.repeat(line.length - 1)}\r` : ' '.repeat(line.length);
}

function repairLine(line: string, state: State): string {
  if (line.length > LONG_LINE) return line;
  const indent = line.search(/[^ ]/);
  const rest = indent === -1 ? '' : line.slice(indent).trimEnd();
  if (rest === '' || rest.startsWith('#')) return line;
  if (state.block >= 0) {
    if (indent > state.block) return line;
    state.block = -1;
  }
  if (state.flow > 0) {
    const looksLikeBlock = indent <= state.flowIndent && KEY.test(rest.replace(/^(- +)+/, ''));
    if (!looksLikeBlock) {
      state.flow = Math.max(0, state.flow + brackets(rest));
      return line;
    }
    state.flow = 0;
  }
  if (line[indent] === '\t') return blank(line);
  if (/^(---|\.\.\.|%)/.test(line)) return line;
  return repairEntry(line, indent, rest, state);
}

function repairEntry(line: string, indent: number, rest: string, state: State): string {
  const dashes = /^(?:-(?: +|$))+/.exec(rest)?.[0] ?? '';
  const body = rest.slice(dashes.length);
  const key = KEY.exec(body)?.[0];
  if (key === undefined) {
    if (dashes === '') return blank(line);
    return body === '' || isWhole(body) ? line : cutFrom(line, indent + dashes.length);
  }
  const value = body.slice(key.length).trim();
  const column = indent + dashes.length;
  if (/^(?:[&!]\S+\s+)*[|>][-+0-9]*(?:\s+#.*)?$/.test(value)) {
    state.block = column;
    return line;
  }
  const opened = brackets(value);
  if (opened > 0 && /^[[{]/.test(value)) {
    state.flow = opened;
    state.flowIndent = column;
    return line;
  }
  return isWhole(value) ? line : cutFrom(line, column + key.length);
}

/** A value that ends on its line: quotes and brackets closed, and no second `key:` inside. */
function isWhole(value: string): boolean {
  if (value === '') return true;
  if (value.startsWith('"')) return /^"(?:[^"\\]|\\.)*"\s*(?:#.*)?$/.test(value);
  if (value.startsWith("'")) return /^'(?:[^']|'')*'\s*(?:#.*)?$/.test(value);
  if (/^[[{]/.test(value)) return brackets(value) === 0;
  return !/^[@`%\]}]/.test(value) && !/^[^#]*?:\s/.test(value);
}

function cutFrom(line: string, column: number): string {
  return line.slice(0, column) + blank(line.slice(column));
}

/** Opening minus closing brackets outside quotes. */
function brackets(text: string): number {
  let depth = 0;
  let quote = '';
  for (const char of text) {
    if (quote) {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    else if (char === '#' && depth === 0) break;
  }
  return depth;
}
