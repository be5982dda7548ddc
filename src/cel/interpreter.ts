// Evaluation: a checked tree becomes nested functions once, and runs as often as wanted. Models cel-go interpreter/planner.go and
// interpretable.go.
import type { CallExpr, Expr, FoldExpr, ListExpr, MapExpr, SelectExpr, StructExpr } from './ast.ts';
import type { Checked } from './checker.ts';
import { callCost, LIST_COST, MAP_COST, type Meter, STRUCT_COST } from './cost.ts';
import { MAP_INSERT, NOT_FALSE } from './macros.ts';
import * as op from './operators.ts';
import { dispatch, type Overload } from './signature.ts';
import {
  ArrayList,
  CelError,
  Dict,
  type Key,
  keyText,
  List,
  MapDict,
  NONE,
  noSuchOverload,
  Optional,
  Struct,
  typeName,
  Uint,
  type Value,
} from './values.ts';

/** What an expression runs against. */
export interface Frame {
  readonly meter: Meter;
  /** Values of declared variables; undefined where one has none. */
  readonly variable: (name: string) => Value | undefined;
  readonly locals: Local | undefined;
}

interface Local {
  readonly name: string;
  readonly value: Value | Failed;
  readonly outer: Local | undefined;
}

/** An accumulator that could not be worked out: `false && (1 / 0 > 0)` in a macro is still false. */
class Failed {
  readonly error: CelError;
  constructor(error: CelError) {
    this.error = error;
  }
}

export type Eval = (f: Frame) => Value;

export interface Library {
  overloads(fn: string): readonly Overload[] | undefined;
  /** Values of names that no variable has: types. */
  constant(name: string): Value | undefined;
}

/** The list or map that a macro builds; only the macro's own steps see it while it grows. */
class Growing extends ArrayList {
  readonly grown: Value[];
  constructor() {
    const grown: Value[] = [];
    super(grown);
    this.grown = grown;
  }
}

class GrowingMap extends MapDict {
  readonly grown: Map<string, readonly [Key, Value]>;
  constructor() {
    const grown = new Map<string, readonly [Key, Value]>();
    super(grown);
    this.grown = grown;
  }
}

const BINARY: Readonly<Record<string, (a: Value, b: Value) => Value>> = {
  '_+_': op.add,
  '_-_': op.subtract,
  '_*_': op.multiply,
  '_/_': op.divide,
  '_%_': op.modulo,
  '_==_': op.equals,
  '_!=_': (a, b) => !op.equals(a, b),
  '_<_': (a, b) => op.compare(a, b) < 0,
  '_<=_': (a, b) => op.compare(a, b) <= 0,
  '_>_': (a, b) => op.compare(a, b) > 0,
  '_>=_': (a, b) => op.compare(a, b) >= 0,
  '@in': op.contains,
};

function bool(v: Value): boolean {
  if (typeof v !== 'boolean') throw noSuchOverload();
  return v;
}

/** `&&` and `||`: one side that decides makes errors of the other side not matter. */
function logical(left: Eval, right: Eval, decides: boolean): Eval {
  return (f) => {
    const one = attempt(() => bool(left(f)));
    if (one === decides) return decides;
    const other = attempt(() => bool(right(f)));
    if (other === decides) return decides;
    if (one instanceof Failed) throw one.error;
    if (other instanceof Failed) throw other.error;
    return other;
  };
}

function insert(map: Map<string, readonly [Key, Value]>, key: Value, value: Value): void {
  const text = keyText(key);
  if (text === undefined || typeof key === 'number') throw new CelError(`unsupported key type: ${typeName(key)}`);
  if (map.has(text)) throw new CelError(`insert failed: key ${key instanceof Uint ? key.value : key} already exists`);
  map.set(text, [key as Key, value]);
}

export class Planner {
  private readonly checked: Checked;
  private readonly library: Library;

  constructor(checked: Checked, library: Library) {
    this.checked = checked;
    this.library = library;
  }

  plan(e: Expr): Eval {
    switch (e.kind) {
      case 'const': {
        const { value } = e;
        return () => value;
      }
      case 'ident':
        return this.name(e.name);
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

  private name(name: string): Eval {
    const bare = name.startsWith('.') ? name.slice(1) : name;
    const fixed = this.library.constant(bare);
    return (f) => {
      f.meter.charge(1);
      for (let l = f.locals; l !== undefined; l = l.outer) {
        if (l.name !== name) continue;
        if (l.value instanceof Failed) throw l.value.error;
        return l.value;
      }
      const variable = f.variable(bare);
      const found = variable === undefined ? fixed : variable;
      if (found === undefined) throw new CelError(`no such attribute(s): ${bare}`);
      return found;
    };
  }

  private select(e: SelectExpr): Eval {
    const variable = this.checked.names.get(e);
    if (variable !== undefined) return this.name(variable);
    const operand = this.plan(e.operand);
    const { field } = e;
    if (e.test) {
      return (f) => {
        const v = operand(f);
        return op.lookup(v instanceof Optional ? (v.value ?? null) : v, field) !== undefined;
      };
    }
    return (f) => {
      const v = operand(f);
      f.meter.charge(1);
      if (!(v instanceof Optional)) return fieldOf(v, field);
      return v.value instanceof Dict || v.value === undefined ? optionalLookup(v, field) : fieldOf(v.value, field);
    };
  }

  private call(e: CallExpr): Eval {
    const named = this.checked.functions.get(e);
    const member = e.target !== undefined && named === undefined;
    const args = (member && e.target ? [e.target, ...e.args] : e.args).map((a) => this.plan(a));
    const [a, b, c] = args;
    const fn = named ?? (e.target === undefined && e.fn.startsWith('.') ? e.fn.slice(1) : e.fn);
    if (!member && a !== undefined) {
      if (b !== undefined) {
        if (fn === '_&&_') return logical(a, b, false);
        if (fn === '_||_') return logical(a, b, true);
        if (fn === '_?_:_' && c !== undefined) return (f) => (bool(a(f)) ? b(f) : c(f));
        const special = this.access(fn, a, b) ?? this.binary(fn, a, b);
        if (special !== undefined) return special;
      }
      const unary = this.unary(fn, a);
      if (unary !== undefined) return unary;
    }
    if (fn === MAP_INSERT) return mapInsert(args);
    if (member && a !== undefined && b !== undefined && (fn === 'or' || fn === 'orValue'))
      return this.otherwise(fn, a, b);
    return this.invoke(fn, member, args);
  }

  /** `o.or(x)` and `o.orValue(x)` look at x only where o is empty. */
  private otherwise(fn: string, target: Eval, other: Eval): Eval {
    return (f) => {
      const held = target(f);
      f.meter.charge(1);
      if (!(held instanceof Optional)) throw new CelError(`no such overload: ${fn}(${typeName(held)})`);
      if (held.value === undefined) return other(f);
      return fn === 'or' ? held : held.value;
    };
  }

  private unary(fn: string, a: Eval): Eval | undefined {
    if (fn === '!_') {
      return (f) => {
        const v = a(f);
        f.meter.charge(1);
        return !bool(v);
      };
    }
    if (fn === '-_') {
      return (f) => {
        const v = a(f);
        f.meter.charge(1);
        return op.negate(v);
      };
    }
    if (fn !== NOT_FALSE) return undefined;
    return (f) => {
      f.meter.charge(1);
      try {
        return a(f) !== false;
      } catch (e) {
        if (e instanceof CelError) return true;
        throw e;
      }
    };
  }

  private access(fn: string, a: Eval, b: Eval): Eval | undefined {
    if (fn === '_[_]') {
      return (f) => {
        const container = a(f);
        const key = b(f);
        f.meter.charge(1);
        return container instanceof Optional ? optionalLookup(container, key) : op.index(container, key);
      };
    }
    if (fn !== '_?._' && fn !== '_[?_]') return undefined;
    return (f) => {
      const container = a(f);
      const key = b(f);
      f.meter.charge(1);
      return optionalLookup(container instanceof Optional ? container : new Optional(container), key);
    };
  }

  private binary(fn: string, a: Eval, b: Eval): Eval | undefined {
    const run = BINARY[fn];
    if (run === undefined) return undefined;
    return (f) => {
      const x = a(f);
      const y = b(f);
      if (x instanceof Growing && fn === '_+_' && y instanceof List) {
        f.meter.charge(1);
        x.grown.push(...y);
        return x;
      }
      const result = run(x, y);
      f.meter.charge(callCost(fn, [x, y], result));
      return result;
    };
  }

  private invoke(fn: string, member: boolean, args: readonly Eval[]): Eval {
    const overloads = this.library.overloads(fn) ?? [];
    return (f) => {
      const values = args.map((a) => a(f));
      const result = dispatch(fn, overloads, member, values).run(values);
      f.meter.charge(callCost(fn, values, result));
      return result;
    };
  }

  private list(e: ListExpr): Eval {
    const elements = e.elements.map((x) => this.plan(x));
    return (f) => {
      const out: Value[] = [];
      elements.forEach((element, i) => {
        const v = element(f);
        if (!e.optional.has(i)) out.push(v);
        else if (!(v instanceof Optional)) throw notOptional(v);
        else if (v.value !== undefined) out.push(v.value);
      });
      f.meter.charge(LIST_COST);
      return new ArrayList(out);
    };
  }

  private map(e: MapExpr): Eval {
    const entries = e.entries.map(({ key, value, optional }) => [this.plan(key), this.plan(value), optional] as const);
    return (f) => {
      const out = new Map<string, readonly [Key, Value]>();
      for (const [key, value, optional] of entries) {
        const k = key(f);
        const v = value(f);
        if (!optional) insert(out, k, v);
        else if (!(v instanceof Optional)) throw notOptional(v);
        else if (v.value !== undefined) insert(out, k, v.value);
      }
      f.meter.charge(MAP_COST);
      return new MapDict(out);
    };
  }

  private struct(e: StructExpr): Eval {
    const fields = e.fields.map(({ name, value, optional }) => [name, this.plan(value), optional] as const);
    const type = e.type.startsWith('.') ? e.type.slice(1) : e.type;
    return (f) => {
      const out = new Map<string, Value>();
      for (const [name, value, optional] of fields) {
        const v = value(f);
        if (!optional) out.set(name, v);
        else if (!(v instanceof Optional)) throw notOptional(v);
        else if (v.value !== undefined) out.set(name, v.value);
      }
      f.meter.charge(STRUCT_COST);
      return new Struct(type, out);
    };
  }

  private fold(e: FoldExpr): Eval {
    const range = this.plan(e.range);
    const init = this.start(e);
    const [condition, step, result] = [e.condition, e.step, e.result].map((x) => this.plan(x)) as [Eval, Eval, Eval];
    return (f) => {
      const over = range(f);
      let accu: Value | Failed = init(f);
      const scope = (): Local => ({ name: e.accu, value: accu, outer: f.locals });
      for (const [first, second] of pairs(over, e.iter2 !== undefined)) {
        const outer = scope();
        const inner: Local = { name: e.iter, value: first, outer };
        const locals = e.iter2 === undefined ? inner : { name: e.iter2, value: second, outer: inner };
        const frame = { ...f, locals };
        if (condition(frame) === false) break;
        accu = attempt(() => step(frame));
      }
      const value = result({ ...f, locals: scope() });
      if (value instanceof Growing) return new ArrayList(value.grown);
      return value instanceof GrowingMap ? new MapDict(value.grown) : value;
    };
  }

  /** An empty list or map that a macro starts with may grow in place. */
  private start(e: FoldExpr): Eval {
    const init = this.plan(e.init);
    if (e.init.kind !== 'list' && e.init.kind !== 'map') return init;
    const list = e.init.kind === 'list';
    return (f) => {
      f.meter.charge(list ? LIST_COST : MAP_COST);
      return list ? new Growing() : new GrowingMap();
    };
  }
}

function attempt(run: () => Value): Value | Failed {
  try {
    return run();
  } catch (e) {
    if (e instanceof CelError) return new Failed(e);
    throw e;
  }
}

const notOptional = (v: Value): CelError =>
  new CelError(`cannot initialize optional entry from non-optional value of type ${typeName(v)}`);

function fieldOf(v: Value, field: string): Value {
  const found = v instanceof Dict ? v.find(field) : undefined;
  if (found === undefined) throw new CelError(`no such key: ${field}`);
  return found;
}

function optionalLookup(container: Optional, key: Value): Value {
  if (container.value === undefined) return NONE;
  const found = op.lookup(container.value, key);
  return found === undefined ? NONE : new Optional(found);
}

/** What a loop goes over: elements or keys, or with two variables index or key and value. */
function* pairs(over: Value, two: boolean): Generator<readonly [Value, Value]> {
  if (over instanceof List) {
    for (let i = 0; i < over.size; i++) yield two ? [BigInt(i), over.at(i)] : [over.at(i), null];
  } else if (over instanceof Dict) {
    for (const k of over.keys()) yield [k, two ? (over.find(k) ?? null) : null];
  } else throw noSuchOverload();
}

function mapInsert(args: readonly Eval[]): Eval {
  return (f) => {
    const [map, key = null, value = null] = args.map((a) => a(f));
    f.meter.charge(1);
    if (!(map instanceof GrowingMap)) throw noSuchOverload();
    if (args.length === 3) insert(map.grown, key, value);
    else if (key instanceof Dict) for (const k of key.keys()) insert(map.grown, k, key.find(k) ?? null);
    else throw noSuchOverload();
    return map;
  };
}
