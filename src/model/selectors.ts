// Label selectors: from their text (`app=web,tier!=db,env in (a,b),!old`) or from a LabelSelector, and whether they
// match. Models k8s.io/apimachinery/pkg/labels, pkg/fields and metav1.LabelSelectorAsSelector.
import type { LabelSelector } from './generated/meta.v1.ts';
import { byObject, byText } from './remember.ts';

export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

export interface Selector {
  readonly requirements: readonly Requirement[];
  /** Matches no object at all: a nil LabelSelector. */
  readonly nothing?: true;
}

export type Labels = { readonly [key: string]: string } | undefined;

export const EVERYTHING: Selector = { requirements: [] };
export const NOTHING: Selector = { requirements: [], nothing: true };

/** Text that is no selector; `message` is in upstream's words. */
export class SelectorError extends Error {}

const SPECIAL = new Set(['=', '!', '(', ')', ',', '>', '<']);

interface Token {
  readonly type: 'word' | 'end' | '=' | '==' | '!=' | '!' | '(' | ')' | ',' | '>' | '<' | 'in' | 'notin';
  readonly text: string;
}

/** After an operator, `in` and `notin` are values. */
function tokens(text: string): Token[] {
  const out: Token[] = [];
  let i = 0;
  while (i < text.length) {
    const c = text[i] ?? '';
    if (/\s/.test(c)) i++;
    else if (SPECIAL.has(c)) {
      const two = text.slice(i, i + 2);
      const op = two === '==' || two === '!=' ? two : c;
      out.push({ type: op as Token['type'], text: op });
      i += op.length;
    } else {
      let j = i;
      while (j < text.length && !SPECIAL.has(text[j] ?? '') && !/\s/.test(text[j] ?? '')) j++;
      const word = text.slice(i, j);
      out.push({ type: word === 'in' || word === 'notin' ? word : 'word', text: word });
      i = j;
    }
  }
  out.push({ type: 'end', text: '' });
  return out;
}

class Parser {
  private readonly list: Token[];
  private at = 0;
  constructor(text: string) {
    this.list = tokens(text);
  }

  private peek(): Token {
    return this.list[this.at] ?? { type: 'end', text: '' };
  }

  private next(): Token {
    const t = this.peek();
    this.at++;
    return t;
  }

  /** Every requirement up to the end. */
  all(): Requirement[] {
    const out: Requirement[] = [];
    if (this.peek().type === 'end') return out;
    for (;;) {
      const first = this.peek();
      if (first.type !== 'word' && first.type !== '!' && first.type !== 'in' && first.type !== 'notin') {
        throw new SelectorError(`found '${first.text}', expected: !, identifier, or 'end of string'`);
      }
      out.push(this.requirement());
      const t = this.next();
      if (t.type === 'end') return out;
      if (t.type !== ',') throw new SelectorError(`found '${t.text}', expected: ',' or 'end of string'`);
      const after = this.peek();
      if (after.type !== 'word' && after.type !== '!')
        throw new SelectorError(`found '${after.text}', expected: identifier after ','`);
    }
  }

  private requirement(): Requirement {
    const negated = this.peek().type === '!';
    if (negated) this.next();
    const key = this.next();
    if (key.type === 'end' || SPECIAL.has(key.type))
      throw new SelectorError(`found '${key.text}', expected: identifier`);
    requireLabelKey(key.text);
    if (negated) return { key: key.text, operator: '!', values: [] };
    const op = this.peek();
    if (op.type === 'end' || op.type === ',') return { key: key.text, operator: 'exists', values: [] };
    this.next();
    switch (op.type) {
      case 'in':
      case 'notin':
        return { key: key.text, operator: op.type, values: this.values().map(checkedValue(key.text)) };
      case '=':
      case '==':
      case '!=':
        return { key: key.text, operator: op.type, values: [this.value()].map(checkedValue(key.text)) };
      case '>':
      case '<':
        return { key: key.text, operator: op.type === '>' ? 'gt' : 'lt', values: [integer(this.value())] };
      default:
        throw new SelectorError(`found '${op.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  private value(): string {
    const t = this.peek();
    if (t.type === 'end' || t.type === ',') return '';
    if (t.type !== 'word' && t.type !== 'in' && t.type !== 'notin')
      throw new SelectorError(`found '${t.text}', expected: identifier`);
    return this.next().text;
  }

  private values(): string[] {
    const open = this.next();
    if (open.type !== '(') throw new SelectorError(`found '${open.text}' expected: '('`);
    const out = new Set<string>();
    let empty = true;
    for (;;) {
      const t = this.next();
      if (t.type === 'word' || t.type === 'in' || t.type === 'notin') {
        out.add(t.text);
        empty = false;
        const after = this.peek();
        if (after.type !== ',' && after.type !== ')')
          throw new SelectorError(`found '${after.text}', expected: ',' or ')'`);
      } else if (t.type === ',') {
        if (empty || this.peek().type === ')' || this.peek().type === ',') out.add('');
        empty = true;
      } else if (t.type === ')') {
        if (out.size === 0) out.add('');
        return [...out].sort();
      } else throw new SelectorError(`found '${t.text}', expected: ',', ')' or identifier`);
    }
  }
}

const KEY =
  /^(?:([a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*)\/)?([A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)$/;
const VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const KEY_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** Why a text can be no key of a label, in upstream's words; undefined where it can. */
export function labelKeyProblem(key: string): string | undefined {
  const m = KEY.exec(key);
  if (m && (m[2]?.length ?? 0) <= 63 && (m[1]?.length ?? 0) <= 253) return undefined;
  return (m?.[2]?.length ?? 0) > 63 ? 'name part must be no more than 63 bytes' : KEY_RULE;
}

/** Why a text can be no value of a label, in upstream's words; undefined where it can. */
export function labelValueProblem(value: string): string | undefined {
  if (value.length <= 63 && VALUE.test(value)) return undefined;
  return value.length > 63 ? 'must be no more than 63 bytes' : VALUE_RULE;
}

function requireLabelKey(key: string): void {
  const why = labelKeyProblem(key);
  if (why !== undefined) throw new SelectorError(`key: Invalid value: ${JSON.stringify(key)}: ${why}`);
}

function checkedValue(key: string): (value: string, index: number) => string {
  return (value, index) => {
    const why = labelValueProblem(value);
    if (why === undefined) return value;
    throw new SelectorError(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${why}`);
  };
}

function integer(value: string): string {
  if (/^-?\d+$/.test(value)) return value;
  throw new SelectorError(
    `values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
  );
}

/** A label selector from its text; throws SelectorError. */
export const parseSelector = byText(5_000, (text): Selector => ({ requirements: new Parser(text).all() }));

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

/** A LabelSelector as a Selector: nil selects nothing, an empty one everything. */
export function selectorOf(s: LabelSelector | undefined): Selector {
  return s ? selectorFrom(s) : NOTHING;
}

const selectorFrom = byObject((s: LabelSelector): Selector => {
  const requirements: Requirement[] = Object.entries(s.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: '=',
    values: [value],
  }));
  for (const e of s.matchExpressions ?? []) {
    const operator = OPERATORS.get(e.operator);
    if (!operator) throw new SelectorError(`"${e.operator}" is not a valid label selector operator`);
    requirements.push({ key: e.key, operator, values: e.values ?? [] });
  }
  return { requirements };
});

/** `spec.selector` of a Service or ReplicationController; an absent or empty map selects nothing there, so ask before. */
export function selectorOfMap(labels: Labels): Selector {
  return {
    requirements: Object.entries(labels ?? {}).map(([key, value]) => ({ key, operator: '=', values: [value] })),
  };
}

/** The text as a whole number of 64 bits, which is what labels are compared as; undefined where it is none. */
function int64(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return undefined;
  const n = BigInt(text.replace(/^\+/, ''));
  return n === BigInt.asIntN(64, n) ? n : undefined;
}

function meets(r: Requirement, labels: Labels): boolean {
  const value = labels && Object.hasOwn(labels, r.key) ? labels[r.key] : undefined;
  switch (r.operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && r.values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !r.values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt': {
      const [actual, limit] = [int64(value), int64(r.values[0])];
      if (actual === undefined || limit === undefined) return false;
      return r.operator === 'gt' ? actual > limit : actual < limit;
    }
  }
}

export function matches(s: Selector, labels: Labels): boolean {
  return !s.nothing && s.requirements.every((r) => meets(r, labels));
}

/** Shorthand for controllers: does the LabelSelector of an object select these labels? */
export function selects(s: LabelSelector | undefined, labels: Labels): boolean {
  return matches(selectorOf(s), labels);
}

/** As upstream prints a selector: `app=web,env in (a,b)`, sorted by key. */
export function formatSelector(s: Selector): string {
  const sorted = [...s.requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return sorted.map(formatRequirement).join(',');
}

function formatRequirement(r: Requirement): string {
  switch (r.operator) {
    case '!':
      return `!${r.key}`;
    case 'exists':
      return r.key;
    case 'in':
    case 'notin':
      return `${r.key} ${r.operator} (${[...r.values].sort().join(',')})`;
    case 'gt':
      return `${r.key}>${r.values[0]}`;
    case 'lt':
      return `${r.key}<${r.values[0]}`;
    default:
      return `${r.key}${r.operator}${r.values[0]}`;
  }
}
