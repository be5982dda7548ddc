// From text to tokens. Models cel-go parser/gen/CEL.g4; positions are counted in code points, as upstream counts them.
import type { Issue } from './issues.ts';

export type TokenKind = 'ident' | 'quoted' | 'int' | 'uint' | 'float' | 'string' | 'bytes' | 'op' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
}

/** As the grammar names the alternatives in messages. */
export const NAMES: Readonly<Partial<Record<TokenKind, string>>> = {
  float: 'NUM_FLOAT',
  int: 'NUM_INT',
  uint: 'NUM_UINT',
  string: 'STRING',
  bytes: 'BYTES',
  ident: 'IDENTIFIER',
  quoted: 'ESC_IDENTIFIER',
};

const SPACE = /[\t \r\n\f]+/y;
const COMMENT = /\/\/[^\n]*/y;
const IDENT = /[_a-zA-Z][_a-zA-Z0-9]*/y;
const QUOTED = /`[a-zA-Z0-9_.\-/ ]+`/y;
const FLOAT = /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y;
const UINT = /(?:0x[0-9a-fA-F]+|\d+)[uU]/y;
const INT = /(?:0x[0-9a-fA-F]+|\d+)/y;
const OP = /(?:==|!=|<=|>=|&&|\|\||[[\]{}().,\-!?<>+*/%:])/y;
const ESCAPE = String.raw`\\(?:[abfnrtv\\"'${'`'}?]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})`;
const plain = (quote: string): string => `${quote}(?:${ESCAPE}|[^\\\\${quote}\\n\\r])*${quote}`;
const triple = (quote: string): string => `${quote}{3}(?:${ESCAPE}|[^\\\\])*?${quote}{3}`;
const rawPlain = (quote: string): string => `${quote}[^${quote}\\n\\r]*${quote}`;
const rawTriple = (quote: string): string => `${quote}{3}[\\s\\S]*?${quote}{3}`;
const COOKED = [triple('"'), triple("'"), plain('"'), plain("'")].join('|');
const RAW = [rawTriple('"'), rawTriple("'"), rawPlain('"'), rawPlain("'")].join('|');
const STRING = new RegExp(`(?:[rR](?:${RAW})|${COOKED})`, 'y');
const BYTES = new RegExp(`[bB](?:[rR](?:${RAW})|${COOKED})`, 'y');

/** The longest that the grammar reads comes first. */
const RULES: readonly (readonly [TokenKind | undefined, RegExp])[] = [
  [undefined, SPACE],
  [undefined, COMMENT],
  ['bytes', BYTES],
  ['string', STRING],
  ['ident', IDENT],
  ['quoted', QUOTED],
  ['float', FLOAT],
  ['uint', UINT],
  ['int', INT],
  ['op', OP],
];

/** How far upstream's lexer gets before it gives up on what starts here. */
function unrecognized(text: string, at: number): string {
  const c = text[at] ?? '';
  const pair = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (c === '&' || c === '|' || c === '=') {
    const next = text[at + 1];
    return next === undefined || next === '\n' ? c : c + String.fromCodePoint(text.codePointAt(at + 1) ?? 0);
  }
  if (c !== '"' && c !== "'") return pair;
  const rest = new RegExp(`${c}(?:${ESCAPE}|[^\\\\${c}\\n\\r])*(?:\\\\.?)?`, 'y');
  rest.lastIndex = at;
  return rest.exec(text)?.[0] || pair;
}

function points(text: string): number {
  let n = 0;
  for (const _ of text) n++;
  return n;
}

export function tokenize(text: string, issues: Issue[]): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (let i = 0; i < text.length; ) {
    let matched = '';
    for (const [kind, rule] of RULES) {
      rule.lastIndex = i;
      matched = rule.exec(text)?.[0] ?? '';
      if (matched === '') continue;
      if (kind !== undefined) tokens.push({ kind, text: matched, at });
      break;
    }
    if (matched === '') {
      matched = unrecognized(text, i);
      issues.push({ at, message: `Syntax error: token recognition error at: '${matched}'` });
    }
    i += matched.length;
    at += points(matched);
  }
  tokens.push({ kind: 'end', text: '<EOF>', at });
  return tokens;
}
