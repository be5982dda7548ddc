// Text that kubectl cannot read at all: what the parser met, said plainly, and what kubectl says of it. Its words were recorded
// from kubectl v1.35.2, whose lines count otherwise and are left out.
import type { Alias } from 'yaml';
import type { Finding } from '../finding.ts';
import type { ReadProblem } from '../read-problem.ts';

interface Plain {
  /** What the parser says. */
  readonly met: RegExp;
  readonly message: string;
  readonly words?: string;
  /** What is open there; the parser notices when it comes to the end, and its reader looks for the beginning. */
  readonly opened?: '[' | '{' | '"';
}

const PLAIN: readonly Plain[] = [
  {
    met: /^Tabs are not allowed/,
    message: 'YAML is indented with spaces: no tab can stand here.',
    words: 'found character that cannot start any token',
  },
  {
    met: /^Flow sequence .* end with a \]$/,
    message: 'This list is not closed: where is its `]`?',
    opened: '[',
    words: "did not find expected ',' or ']'",
  },
  {
    met: /^Flow map .* end with a \}$/,
    message: 'This map is not closed: where is its `}`?',
    opened: '{',
    words: "did not find expected ',' or '}'",
  },
  { met: /^Missing , between flow/, message: 'A comma is missing before this.' },
  {
    met: /^Missing closing/,
    message: 'This quote is not closed.',
    opened: '"',
    words: 'found unexpected end of stream',
  },
  {
    met: /^Nested mappings are not allowed/,
    message:
      'After a value no other key can stand on the line, nor further in below it. In quotes all of it is one text.',
    words: 'mapping values are not allowed in this context',
  },
  {
    met: /^All (mapping|sequence) items must start at the same column$/,
    message: 'What belongs together begins in one column, and this does not.',
    words: 'did not find expected key',
  },
  {
    met: /^Implicit (map )?keys need to be/,
    message: 'A colon is missing: each line of a map is a key, a colon, a space and a value.',
  },
  {
    met: /^Plain value cannot start with/,
    message: 'No text begins with this character unless it is in quotes.',
    words: 'found character that cannot start any token',
  },
  {
    met: /^Invalid escape sequence/,
    message: 'In double quotes a backslash begins an escape, and there is none like this.',
    words: 'found unknown escape character',
  },
  {
    met: /^Unexpected .* at node end$/,
    message: 'The value has ended before this. In quotes all of it is one text.',
    words: 'did not find expected key',
  },
  { met: /^Unexpected .* token\b/, message: 'This cannot stand here: what is above it has ended already.' },
];

/** Of everything that the parser met the first: whoever reads the text stops there, and the rest is most often its consequence. */
export function unreadable(problems: readonly ReadProblem[], text: string): Finding[] {
  const [some, ...others] = problems;
  if (!some) return [];
  const first = others.reduce((a, b) => (b.from < a.from ? b : a), some);
  const plain = PLAIN.find(({ met }) => met.test(first.message));
  // Of JSON kubectl speaks otherwise.
  const words = JSON_TEXT.test(text) ? undefined : plain?.words;
  const opened = plain?.opened && openedAt(text.slice(0, first.from), plain.opened);
  const [from, to] = opened === undefined ? [first.from, first.to] : [opened, opened + 1];
  const { put } = first;
  const replacement = put && {
    title: `Write \`${put.text}\``,
    text: put.text,
    bare: true as const,
    from: put.at,
    to: put.at,
  };
  return [{ ...finding(from, to, plain?.message ?? first.message, words), ...(replacement && { replacement }) }];
}

/** Where the innermost bracket, or the quote, begins that is still open at the end of a text. */
function openedAt(text: string, wanted: '[' | '{' | '"'): number | undefined {
  const brackets: number[] = [];
  let quote: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    const before = text[at - 1] ?? '\n';
    if (quote !== undefined) {
      if (char === '\\' && text[quote] === '"') at++;
      else if (char === text[quote]) quote = undefined;
    } else if ((char === '"' || char === "'") && /[\s[{,:(-]/.test(before)) quote = at;
    else if (char === '#' && /\s/.test(before)) {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    } else if (char === '[' || char === '{') {
      // In plain text a bracket is only a bracket.
      if (brackets.length > 0 || /[\s[{,]/.test(before)) brackets.push(at);
    } else if (char === ']' || char === '}') brackets.pop();
  }
  return wanted === '"' ? quote : brackets.findLast((at) => text[at] === wanted);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const REPLACED = '\ufffd';
const JSON_TEXT = /^\s*[{[]/;

/** What the parser lets pass, and kubectl does not, or changes. */
export function odd(text: string, unknown: Alias | undefined): Finding[] {
  const control = JSON_TEXT.test(text) ? undefined : CONTROL.exec(text)?.index;
  if (control !== undefined) {
    const message = 'A control character stands here, which may only be written as an escape in double quotes.';
    return [finding(control, control + 1, message, 'control characters are not allowed', '')];
  }
  if (unknown) {
    const [from = 0, to = 0] = unknown.range ?? [];
    const message = `No anchor \`&${unknown.source}\` stands above this.`;
    return [finding(from, to, message, `unknown anchor '${unknown.source}' referenced`, '')];
  }
  const at = text.indexOf(REPLACED);
  if (at === -1) return [];
  const message = `Here are bytes that are no UTF-8. Whoever reads the file puts \`${REPLACED}\` in their place, kubectl too: save it as UTF-8.`;
  return [{ ...finding(at, at + 1, message), severity: 'warning' }];
}

function finding(from: number, to: number, message: string, words?: string, line = ' line …:'): Finding {
  return {
    family: 'syntax',
    severity: 'error',
    component: 'user',
    from,
    to,
    message,
    ...(words !== undefined && { words: `error converting YAML to JSON: yaml:${line} ${words}` }),
  };
}
