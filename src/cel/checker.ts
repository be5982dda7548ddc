// Static types of an expression. Models cel-go checker/checker.go, with the words of checker/errors.go.
import type { CallExpr, Expr, FoldExpr, ListExpr, MapExpr, SelectExpr, StructExpr } from './ast.ts';
import { qualifiedName } from './ast.ts';
import type { Issue } from './issues.ts';
import type { Overload } from './signature.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  ERROR,
  formatType,
  INT,
  isOptional,
  listOf,
  mapOf,
  mostGeneral,
  NULL,
  optionalOf,
  STRING,
  Substitution,
  sameType,
  type Type,
  UINT,
} from './types.ts';
import { Uint } from './values.ts';

/** What the checker needs to know of the world. */
export interface Declarations {
  variable(name: string): Type | undefined;
  overloads(fn: string): readonly Overload[] | undefined;
  /** Of an object type; undefined where it has no such field. */
  field(type: string, name: string): Type | undefined;
  /** Whether `type{…}` makes an object. */
  constructs(type: string): boolean;
}

export interface Checked {
  readonly type: Type;
  readonly issues: readonly Issue[];
  /** Names, or selections taken together, that stand for a declared variable. */
  readonly names: ReadonlyMap<Expr, string>;
  /** Calls whose target is no value but a part of the function's name. */
  readonly functions: ReadonlyMap<CallExpr, string>;
  readonly types: ReadonlyMap<Expr, Type>;
}

export function check(expr: Expr, declarations: Declarations): Checked {
  const checker = new Checker(declarations);
  const type = checker.check(expr);
  const { issues, names, functions, types, substitution } = checker;
  const final = new Map([...types].map(([e, t]) => [e, substitution.apply(t, true)] as const));
  return { type: substitution.apply(type, true), issues, names, functions, types: final };
}

function constantType(value: unknown): Type {
  if (value === null) return NULL;
  if (typeof value === 'boolean') return BOOL;
  if (typeof value === 'bigint') return INT;
  if (typeof value === 'number') return DOUBLE;
  if (typeof value === 'string') return STRING;
  return value instanceof Uint ? UINT : BYTES;
}

class Checker {
  readonly issues: Issue[] = [];
  readonly names = new Map<Expr, string>();
  readonly functions = new Map<CallExpr, string>();
  readonly types = new Map<Expr, Type>();
  readonly substitution = new Substitution();
  private readonly declarations: Declarations;
  /** Variables of the folds around, the innermost last. */
  private readonly scopes: Map<string, Type>[] = [];

  constructor(declarations: Declarations) {
    this.declarations = declarations;
  }

  check(e: Expr): Type {
    const type = this.substitution.apply(this.typeOf(e));
    this.types.set(e, type);
    return type;
  }

  private report(at: number, message: string): Type {
    this.issues.push({ at, message });
    return ERROR;
  }

  private shown(t: Type): string {
    return formatType(this.substitution.apply(t, true));
  }

  private typeOf(e: Expr): Type {
    switch (e.kind) {
      case 'const':
        return constantType(e.value);
      case 'ident': {
        const known = this.variable(e, e.name);
        return known ?? this.report(e.at, `undeclared reference to '${bare(e.name)}' (in container '')`);
      }
      case 'select':
        return this.select(e);
      case 'call':
        return this.call(e);
      case 'list':
        return this.list(e);
      case 'map':
        return this.map(e);
      case 'struct':
        return this.struct(e);
      case 'fold':
        return this.fold(e);
    }
  }

  private variable(e: Expr, name: string): Type | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const local = this.scopes[i]?.get(name);
      if (local === undefined) continue;
      this.names.set(e, name);
      return local;
    }
    const type = this.declarations.variable(bare(name));
    if (type !== undefined) this.names.set(e, bare(name));
    return type;
  }

  private select(e: SelectExpr): Type {
    const whole = e.test ? undefined : qualifiedName(e);
    const first = whole?.split('.')[0] ?? '';
    const local = this.scopes.some((s) => s.has(first));
    const known = whole === undefined || local ? undefined : this.variable(e, whole);
    if (known !== undefined) return known;
    const type = this.field(e.at, this.check(e.operand), e.field, false);
    return e.test ? BOOL : type;
  }

  private field(at: number, target: Type, name: string, optional: boolean): Type {
    const operand = this.substitution.apply(target);
    if (isOptional(operand)) {
      const inner = this.field(at, operand.params[0] ?? DYN, name, true);
      return inner.kind === 'error' ? inner : optionalOf(inner);
    }
    switch (operand.kind) {
      case 'map':
        return operand.params[1] ?? DYN;
      case 'object': {
        const found = this.declarations.field(operand.name, name);
        return found ?? this.report(at, `undefined field '${name}'`);
      }
      case 'param':
      case 'dyn':
      case 'error':
        return DYN;
      default:
        return optional && operand.kind === 'null'
          ? DYN
          : this.report(at, `type '${formatType(operand)}' does not support field selection`);
    }
  }

  private call(e: CallExpr): Type {
    if (e.fn === '_?._') return this.optionalSelect(e);
    const args = e.args.map((a) => this.check(a));
    if (e.target === undefined) {
      const name = bare(e.fn);
      const overloads = this.declarations.overloads(name);
      if (overloads === undefined) return this.report(e.at, `undeclared reference to '${name}' (in container '')`);
      return this.resolve(e.at, name, overloads, false, args);
    }
    const prefix = qualifiedName(e.target);
    if (prefix !== undefined) {
      const full = bare(`${prefix}.${e.fn}`);
      const overloads = this.declarations.overloads(full);
      if (overloads !== undefined) {
        this.functions.set(e, full);
        return this.resolve(e.at, full, overloads, false, args);
      }
    }
    const target = this.check(e.target);
    const overloads = this.declarations.overloads(e.fn);
    if (overloads === undefined) return this.report(e.at, `undeclared reference to '${e.fn}' (in container '')`);
    return this.resolve(e.at, e.fn, overloads, true, [target, ...args]);
  }

  private optionalSelect(e: CallExpr): Type {
    const [operand, name] = e.args;
    if (operand === undefined || name?.kind !== 'const' || typeof name.value !== 'string') return ERROR;
    this.types.set(name, STRING);
    const type = this.field(e.at, this.check(operand), name.value, false);
    return isOptional(type) || type.kind === 'error' ? type : optionalOf(type);
  }

  private resolve(
    at: number,
    fn: string,
    overloads: readonly Overload[],
    member: boolean,
    args: readonly Type[],
  ): Type {
    let result: Type | undefined;
    for (const o of overloads) {
      if (o.member !== member || o.args.length !== args.length) continue;
      const fresh = new Map<string, Type>();
      const want = o.args.map((t) => this.instance(t, fresh));
      if (!this.substitution.assign(want, args)) continue;
      const type = this.substitution.apply(this.instance(o.result, fresh));
      if (result === undefined) result = type;
      else if (!sameType(result, type)) result = DYN;
    }
    if (result !== undefined) return result;
    const shown = args.map((t) => this.shown(t));
    const signature = member ? `${shown[0]}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`;
    return this.report(at, `found no matching overload for '${fn}' applied to '${signature}'`);
  }

  /** The type with new parameters in place of its own. */
  private instance(t: Type, fresh: Map<string, Type>): Type {
    if (t.kind === 'param') {
      const known = fresh.get(t.name) ?? this.substitution.newParam();
      fresh.set(t.name, known);
      return known;
    }
    return t.params.length === 0 ? t : { ...t, params: t.params.map((p) => this.instance(p, fresh)) };
  }

  /** The type of elements of both types. */
  private join(before: Type | undefined, type: Type): Type {
    if (before === undefined) return type;
    if (this.substitution.assign([before], [type]))
      return mostGeneral(this.substitution.apply(before), this.substitution.apply(type));
    return DYN;
  }

  /** What an element marked with `?` holds. */
  private held(e: Expr, type: Type, optional: boolean): Type {
    if (!optional) return type;
    const t = this.substitution.apply(type);
    if (isOptional(t)) return t.params[0] ?? DYN;
    if (t.kind === 'dyn' || t.kind === 'error') return DYN;
    return this.report(e.at, `expected type 'optional_type(${this.shown(t)})' but found '${this.shown(t)}'`);
  }

  private list(e: ListExpr): Type {
    let type: Type | undefined;
    e.elements.forEach((x, i) => {
      type = this.join(type, this.held(x, this.check(x), e.optional.has(i)));
    });
    return listOf(type ?? this.substitution.newParam());
  }

  private map(e: MapExpr): Type {
    let key: Type | undefined;
    let value: Type | undefined;
    for (const entry of e.entries) {
      key = this.join(key, this.check(entry.key));
      value = this.join(value, this.held(entry.value, this.check(entry.value), entry.optional));
    }
    return mapOf(key ?? this.substitution.newParam(), value ?? this.substitution.newParam());
  }

  private struct(e: StructExpr): Type {
    const name = bare(e.type);
    if (!this.declarations.constructs(name)) {
      const known = this.declarations.variable(name);
      if (known === undefined) this.report(e.at, `undeclared reference to '${name}' (in container '')`);
      else if (known.kind === 'type') this.report(e.at, `'${name}' is not a message type`);
      else this.report(e.at, `'${name}' is not a type`);
      return ERROR;
    }
    for (const f of e.fields) {
      const given = this.held(f.value, this.check(f.value), f.optional);
      const want = this.declarations.field(name, f.name) ?? this.report(f.at, `undefined field '${f.name}'`);
      if (this.substitution.assign([want], [given])) continue;
      const message = `expected type of field '${f.name}' is '${this.shown(want)}' but provided type is '${this.shown(given)}'`;
      this.report(f.at, message);
    }
    return { kind: 'object', name, params: [] };
  }

  private fold(e: FoldExpr): Type {
    const range = this.substitution.apply(this.check(e.range));
    const accu = this.check(e.init);
    const [iter, iter2] = this.iterated(e, range);
    this.scopes.push(new Map([[e.accu, accu]]));
    this.scopes.push(new Map([[e.iter, iter], ...(e.iter2 === undefined ? [] : ([[e.iter2, iter2]] as const))]));
    this.mustBe(e.condition, BOOL);
    this.mustBe(e.step, accu);
    this.scopes.pop();
    const result = this.check(e.result);
    this.scopes.pop();
    return this.substitution.apply(result);
  }

  /** The types of the loop's variables. */
  private iterated(e: FoldExpr, range: Type): readonly [Type, Type] {
    const [a = DYN, b = DYN] = range.params;
    switch (range.kind) {
      case 'list':
        return e.iter2 === undefined ? [a, DYN] : [INT, a];
      case 'map':
        return [a, b];
      case 'dyn':
      case 'error':
        return [DYN, DYN];
      case 'param':
        this.substitution.assign([range], [DYN]);
        return [DYN, DYN];
      default:
        this.report(
          e.range.at,
          `expression of type '${this.shown(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
        return [ERROR, ERROR];
    }
  }

  private mustBe(e: Expr, want: Type): void {
    const got = this.check(e);
    if (this.substitution.assign([want], [got])) return;
    this.report(e.at, `expected type '${this.shown(want)}' but found '${this.shown(got)}'`);
  }
}

const bare = (name: string): string => (name.startsWith('.') ? name.slice(1) : name);
