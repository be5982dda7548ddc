// From tokens to a tree: precedence by recursive descent. Models cel-go parser/parser.go and the grammar in parser/gen/CEL.g4,
// with the words of its syntax errors where a learner is likely to meet them.
import { call, constant, type Entry, type Expr, type FieldInit, ident, list, qualifiedName, select } from './ast.ts';
import type { Issue } from './issues.ts';
import { type Token, type TokenKind, tokenize } from './lexer.ts';
import { number, unquote } from './literals.ts';
import { macro } from './macros.ts';

const MAX_DEPTH = 250;
const MAX_CODE_POINTS = 100_000;
const RESERVED = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);
const STARTS = `'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER`;
const EXPRESSION = `{${STARTS}}`;
const RELATIONS = ['<', '<=', '>=', '>', '==', '!=', 'in'];
const CLOSING = new Set([')', ']', '}']);
const LITERALS: readonly TokenKind[] = ['int', 'uint', 'float', 'string', 'bytes'];

/** Ends the parse; the issue has been noted. */
class Stop extends Error {}

export interface Parsed {
  readonly expr: Expr | undefined;
  readonly issues: readonly Issue[];
}

export function parse(text: string, bindings = false): Parsed {
  const issues: Issue[] = [];
  const size = [...text].length;
  if (size > MAX_CODE_POINTS) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${MAX_CODE_POINTS}`;
    return { expr: undefined, issues: [{ at: -1, message }] };
  }
  const parser = new Parser(tokenize(text, issues), issues, bindings);
  return { expr: parser.whole(), issues };
}

class Parser {
  private readonly tokens: readonly Token[];
  private readonly issues: Issue[];
  private readonly bindings: boolean;
  private i = 0;
  private depth = 0;

  constructor(tokens: readonly Token[], issues: Issue[], bindings: boolean) {
    this.bindings = bindings;
    this.tokens = tokens;
    this.issues = issues;
  }

  whole(): Expr | undefined {
    try {
      const e = this.expr();
      if (this.next.kind !== 'end') {
        const how = this.tokens[this.i + 1]?.kind === 'end' ? 'extraneous' : 'mismatched';
        this.error(this.next.at, `Syntax error: ${how} input '${this.next.text}' expecting <EOF>`);
      }
      return e;
    } catch (e) {
      if (!(e instanceof Stop)) throw e;
      return undefined;
    }
  }

  private get next(): Token {
    return this.tokens[this.i] ?? { kind: 'end', text: '<EOF>', at: 0 };
  }

  private error(at: number, message: string): void {
    this.issues.push({ at, message });
  }

  private stop(at: number, message: string): never {
    this.error(at, message);
    throw new Stop();
  }

  private take(): Token {
    const token = this.next;
    this.i++;
    return token;
  }

  private is(op: string): boolean {
    return this.next.kind === 'op' && this.next.text === op;
  }

  private accept(op: string): Token | undefined {
    return this.is(op) ? this.take() : undefined;
  }

  private expect(op: string, expecting = `'${op}'`): Token {
    const { next } = this;
    if (this.is(op)) return this.take();
    const after = this.tokens[this.i + 1];
    if (after?.kind === 'op' && after.text === op) {
      this.error(next.at, `Syntax error: extraneous input '${next.text}' expecting ${expecting}`);
      this.i += 2;
      return after;
    }
    // What was opened and is still open at the end.
    if (next.kind === 'end' && CLOSING.has(op)) this.stop(next.at, `Syntax error: missing '${op}' at '<EOF>'`);
    return this.stop(next.at, `Syntax error: mismatched input '${next.text}' expecting ${expecting}`);
  }

  private deeper<T>(run: () => T): T {
    if (++this.depth > MAX_DEPTH) this.tooDeep();
    const result = run();
    this.depth--;
    return result;
  }

  private tooDeep(): never {
    return this.stop(-1, `expression recursion limit exceeded: ${MAX_DEPTH}`);
  }

  private expr(): Expr {
    return this.deeper(() => {
      const condition = this.logic('||', '_||_', () => this.logic('&&', '_&&_', () => this.relation()));
      const op = this.accept('?');
      if (op === undefined) return condition;
      const yes = this.logic('||', '_||_', () => this.logic('&&', '_&&_', () => this.relation()));
      this.expect(':');
      return call(op.at, '_?_:_', [condition, yes, this.expr()]);
    });
  }

  /** Chains of one logical operator become balanced trees, so that they may be long. */
  private logic(op: string, fn: string, operand: () => Expr): Expr {
    const terms = [operand()];
    const ops: number[] = [];
    for (let token = this.accept(op); token !== undefined; token = this.accept(op)) {
      ops.push(token.at);
      terms.push(operand());
    }
    return balanced(fn, terms, ops, 0, terms.length - 1);
  }

  private chain(operand: () => Expr, ops: readonly string[], name: (op: string) => string): Expr {
    let left = operand();
    let links = 0;
    while ((this.next.kind === 'op' || this.next.text === 'in') && ops.includes(this.next.text)) {
      const { at, text } = this.take();
      left = call(at, name(text), [left, operand()]);
      if (++links + this.depth > MAX_DEPTH) this.tooDeep();
    }
    return left;
  }

  private relation(): Expr {
    const binary = (op: string): string => (op === 'in' ? '@in' : `_${op}_`);
    const product = (): Expr => this.chain(() => this.unary(), ['*', '/', '%'], binary);
    return this.chain(() => this.chain(product, ['+', '-'], binary), RELATIONS, binary);
  }

  private unary(): Expr {
    const { next } = this;
    if (!this.is('!') && !this.is('-')) return this.member();
    let count = 0;
    while (this.is(next.text)) {
      const number = this.tokens[this.i + 1]?.kind;
      // A minus right before a number belongs to it.
      if (next.text === '-' && (number === 'int' || number === 'float')) break;
      this.take();
      count++;
    }
    const operand = this.member();
    return count % 2 === 0 ? operand : call(next.at, next.text === '!' ? '!_' : '-_', [operand]);
  }

  private member(): Expr {
    let e = this.primary();
    let links = 0;
    for (;;) {
      if (this.is('.')) e = this.afterDot(e);
      else if (this.is('[')) e = this.index(e);
      else if (this.is('{') && this.named(e)) e = this.struct(e);
      else return e;
      if (++links + this.depth > MAX_DEPTH) this.tooDeep();
    }
  }

  private parenthesized = new WeakSet<Expr>();

  private named(e: Expr): boolean {
    return qualifiedName(e) !== undefined && !this.parenthesized.has(e);
  }

  private afterDot(e: Expr): Expr {
    const dot = this.take();
    const optional = this.accept('?');
    const name = this.fieldName('{IDENTIFIER, ESC_IDENTIFIER}', 'IDENTIFIER');
    if (optional) return call(dot.at, '_?._', [e, constant(name.at, name.text)]);
    const open = name.kind === 'ident' ? this.accept('(') : undefined;
    if (open === undefined) return select(dot.at, e, name.text);
    return this.finish(open.at, name.text, this.args(')'), e);
  }

  private fieldName(expecting: string, short = expecting): Token {
    const token = this.next;
    if (token.kind === 'ident' && !['true', 'false', 'null', 'in'].includes(token.text)) return this.take();
    if (token.kind === 'quoted') {
      this.error(token.at, "unsupported syntax: '`'");
      const { at, kind, text } = this.take();
      return { at, kind, text: text.slice(1, -1) };
    }
    if (token.kind === 'ident' || token.kind === 'end')
      return this.stop(token.at, `Syntax error: mismatched input '${token.text}' expecting ${short}`);
    const before = this.tokens[this.i - 1];
    if (before?.text === '.')
      return this.stop(before.at, `Syntax error: no viable alternative at input '.${token.text}'`);
    return this.stop(token.at, `Syntax error: mismatched input '${token.text}' expecting ${expecting}`);
  }

  private index(e: Expr): Expr {
    const open = this.take();
    const optional = this.accept('?');
    const key = this.expr();
    this.expect(']');
    return call(open.at, optional ? '_[?_]' : '_[_]', [e, key]);
  }

  /** Arguments up to the closing token, which is taken. */
  private args(close: string): Expr[] {
    const out: Expr[] = [];
    if (this.accept(close)) return out;
    do out.push(this.expr());
    while (this.accept(','));
    this.expect(close);
    return out;
  }

  private finish(at: number, fn: string, args: readonly Expr[], target?: Expr): Expr {
    const binds = this.bindings && target?.kind === 'ident' && target.name === 'cel';
    const expand = macro(binds ? `cel.${fn}` : fn, target !== undefined, args.length);
    const made = expand?.({ at, fn, target, args, error: (where, message) => this.error(where, message) });
    if (made !== undefined) return made;
    return call(at, fn, args, target);
  }

  private primary(): Expr {
    const token = this.next;
    if (token.kind === 'op') return this.bracketed(token);
    if (token.kind === 'ident') return this.name(this.take(), '');
    if (LITERALS.includes(token.kind)) return this.literal(this.take(), false);
    return this.unexpected(token);
  }

  private unexpected(token: Token): Expr {
    const after = this.tokens[this.i + 1];
    if (token.kind !== 'end' && after !== undefined && startsExpression(after)) {
      this.error(token.at, `Syntax error: extraneous input '${token.text}' expecting ${EXPRESSION}`);
      this.i++;
      return this.primary();
    }
    return this.stop(token.at, `Syntax error: mismatched input '${token.text}' expecting ${EXPRESSION}`);
  }

  private bracketed(token: Token): Expr {
    switch (token.text) {
      case '(': {
        this.take();
        const e = this.expr();
        this.expect(')');
        this.parenthesized.add(e);
        return e;
      }
      case '[':
        return this.listLiteral(this.take());
      case '{':
        return this.mapLiteral(this.take());
      case '-': {
        this.take();
        const { kind } = this.next;
        if (kind === 'int' || kind === 'float') return this.literal({ ...this.take(), at: token.at }, true);
        return this.stop(this.next.at, `Syntax error: no viable alternative at input '${token.text}'`);
      }
      case '.': {
        this.take();
        if (this.next.kind === 'ident' && !['true', 'false', 'null', 'in'].includes(this.next.text))
          return this.name(this.take(), '.');
        return this.stop(this.next.at, `Syntax error: no viable alternative at input '.${this.next.text}'`);
      }
      default:
        return this.unexpected(token);
    }
  }

  private name(token: Token, dot: '' | '.'): Expr {
    const { at, text } = token;
    if (dot === '') {
      if (text === 'true' || text === 'false') return constant(at, text === 'true');
      if (text === 'null') return constant(at, null);
      if (text === 'in') {
        this.i--;
        return this.stop(at, `Syntax error: mismatched input 'in' expecting ${EXPRESSION}`);
      }
    }
    if (RESERVED.has(text)) this.error(at, `reserved identifier: ${text}`);
    const open = this.accept('(');
    if (open) return this.finish(open.at, dot + text, this.args(')'));
    return ident(at, dot + text);
  }

  private literal({ kind, text, at }: Token, negative: boolean): Expr {
    const isText = kind === 'string' || kind === 'bytes';
    const read = isText ? unquote(text, kind === 'bytes') : number(text, negative);
    if (typeof read !== 'string') return constant(at, read.value);
    this.error(at, read);
    return constant(at, null);
  }

  private listLiteral(open: Token): Expr {
    const elements: Expr[] = [];
    const optional = new Set<number>();
    while (!this.accept(']')) {
      if (elements.length === 0 && this.accept(',')) {
        this.expect(']');
        break;
      }
      if (this.next.kind === 'end' && elements.length > 0) this.expect(']');
      if (this.accept('?')) optional.add(elements.length);
      elements.push(this.expr());
      if (!this.accept(',')) {
        this.expect(']');
        break;
      }
    }
    return list(open.at, elements, optional);
  }

  private mapLiteral(open: Token): Expr {
    const entries: Entry[] = [];
    while (!this.accept('}')) {
      if (this.next.kind === 'end') {
        const set = `{'[', '{', '}', '(', '.', ',', '-', '!', '?', ${STARTS.slice(STARTS.indexOf("'true'"))}}`;
        this.stop(this.next.at, `Syntax error: mismatched input '<EOF>' expecting ${set}`);
      }
      if (entries.length === 0 && this.accept(',')) {
        this.expect('}');
        break;
      }
      const optional = this.accept('?') !== undefined;
      const key = this.expr();
      const { at } = this.expect(':');
      entries.push({ at, key, value: this.expr(), optional });
      if (!this.accept(',')) {
        this.expect('}');
        break;
      }
    }
    return { kind: 'map', at: open.at, entries };
  }

  private struct(e: Expr): Expr {
    const open = this.take();
    const fields: FieldInit[] = [];
    while (!this.accept('}')) {
      if (fields.length === 0 && this.accept(',')) {
        this.expect('}');
        break;
      }
      const optional = this.accept('?') !== undefined;
      const name = this.fieldName(
        optional ? '{IDENTIFIER, ESC_IDENTIFIER}' : "{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}",
      );
      const { at } = this.expect(':');
      fields.push({ at, name: name.text, value: this.expr(), optional });
      if (!this.accept(',')) {
        this.expect('}');
        break;
      }
    }
    return { kind: 'struct', at: open.at, type: qualifiedName(e) ?? '', fields };
  }
}

function startsExpression({ kind, text }: Token): boolean {
  if (kind === 'op') return ['[', '{', '(', '.', '-', '!'].includes(text);
  return LITERALS.includes(kind) || (kind === 'ident' && text !== 'in');
}

function balanced(fn: string, terms: readonly Expr[], ops: readonly number[], from: number, to: number): Expr {
  const [first] = terms;
  if (from === to) return terms[from] ?? first ?? constant(0, null);
  const middle = (from + to + 1) >> 1;
  const left = balanced(fn, terms, ops, from, middle - 1);
  return call(ops[middle - 1] ?? 0, fn, [left, balanced(fn, terms, ops, middle, to)]);
}
