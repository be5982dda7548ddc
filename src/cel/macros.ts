// Macros: calls that are rewritten while an expression is parsed. Models cel-go parser/macro.go, cel/library.go (optionals) and
// ext/comprehensions.go.
import { call, constant, type Expr, type FoldExpr, ident, list, select } from './ast.ts';

/** The accumulator of a fold; no name of an expression can be like it. */
export const ACCU = '@result';
export const NOT_FALSE = '@not_strictly_false';
export const MAP_INSERT = 'cel.@mapInsert';
export const SORT_BY = '@sortByAssociatedKeys';

/** Upstream words the same mistake in two ways. */
const KEEPING = new Set(['map', 'filter']);

export interface MacroCall {
  readonly fn: string;
  readonly at: number;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
  error(at: number, message: string): void;
}

type Expand = (m: MacroCall) => Expr | undefined;

interface Loop {
  readonly iter: string;
  readonly iter2?: string | undefined;
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

const accu = (at: number): Expr => ident(at, ACCU);

function fold(m: MacroCall, loop: Loop): FoldExpr {
  const range = m.target ?? list(m.at, []);
  return { kind: 'fold', at: m.at, range, accu: ACCU, iter2: undefined, ...loop };
}

/** The names of the loop's variables. */
function variables(m: MacroCall, count: 1 | 2): readonly string[] | undefined {
  const names: string[] = [];
  for (const arg of m.args.slice(0, count)) {
    if (arg.kind !== 'ident' || arg.name.startsWith('.')) {
      m.error(
        arg.at,
        `argument ${count === 1 && KEEPING.has(m.fn) ? 'is not an identifier' : 'must be a simple name'}`,
      );
      return undefined;
    }
    if (arg.name === ACCU || arg.name === '__result__') {
      m.error(arg.at, 'iteration variable overwrites accumulator variable');
      return undefined;
    }
    names.push(arg.name);
  }
  if (count === 2 && names[0] === names[1]) {
    m.error(m.args[1]?.at ?? m.at, `duplicate variable name: ${names[1]}`);
    return undefined;
  }
  return names;
}

type Shape = (m: MacroCall, args: readonly Expr[], iter: string) => Omit<Loop, 'iter' | 'iter2'>;

function looping(count: 1 | 2, shape: Shape): Expand {
  return (m) => {
    const names = variables(m, count);
    if (names === undefined) return undefined;
    const [iter = '', iter2] = names;
    return fold(m, { iter, iter2, ...shape(m, m.args.slice(count), iter) });
  };
}

const and = (at: number, a: Expr, b: Expr): Expr => call(at, '_&&_', [a, b]);
const either = (at: number, a: Expr, b: Expr, c: Expr): Expr => call(at, '_?_:_', [a, b, c]);
const nothing = (at: number): Expr => constant(at, null);

const all: Shape = ({ at }, [p = nothing(at)]) => ({
  init: constant(at, true),
  condition: call(at, NOT_FALSE, [accu(at)]),
  step: and(at, accu(at), p),
  result: accu(at),
});

const exists: Shape = ({ at }, [p = nothing(at)]) => ({
  init: constant(at, false),
  condition: call(at, NOT_FALSE, [call(at, '!_', [accu(at)])]),
  step: call(at, '_||_', [accu(at), p]),
  result: accu(at),
});

const existsOne: Shape = ({ at }, [p = nothing(at)]) => ({
  init: constant(at, 0n),
  condition: constant(at, true),
  step: either(at, p, call(at, '_+_', [accu(at), constant(at, 1n)]), accu(at)),
  result: call(at, '_==_', [accu(at), constant(at, 1n)]),
});

/** Collects: the last argument is what is kept, one before it says of which. */
function collecting(init: (at: number) => Expr, add: (at: number, value: Expr, iter: string) => Expr): Shape {
  return ({ at }, args, iter) => {
    const value = args.at(-1) ?? nothing(at);
    const step = add(at, value, iter);
    const when = args.length > 1 ? args[0] : undefined;
    return {
      init: init(at),
      condition: constant(at, true),
      step: when === undefined ? step : either(at, when, step, accu(at)),
      result: accu(at),
    };
  };
}

const append = (at: number, value: Expr): Expr => call(at, '_+_', [accu(at), list(at, [value])]);
const emptyMap = (at: number): Expr => ({ kind: 'map', at, entries: [] });
const toList = collecting((at) => list(at, []), append);
const toMap = collecting(emptyMap, (at, value, iter) => call(at, MAP_INSERT, [accu(at), ident(at, iter), value]));
const toEntries = collecting(emptyMap, (at, value) => call(at, MAP_INSERT, [accu(at), value]));

const filter: Shape = ({ at }, [p = nothing(at)], iter) => ({
  init: list(at, []),
  condition: constant(at, true),
  step: either(at, p, append(at, ident(at, iter)), accu(at)),
  result: accu(at),
});

const has: Expand = (m) => {
  const [arg] = m.args;
  if (arg?.kind === 'select' && !arg.test) return select(m.at, arg.operand, arg.field, true);
  m.error(arg?.at ?? m.at, 'invalid argument to has() macro');
  return undefined;
};

/** The expression with the name bound to the value. */
const bound = (at: number, name: string, value: Expr, e: Expr): FoldExpr => ({
  kind: 'fold',
  at,
  range: list(at, []),
  iter: '#unused',
  iter2: undefined,
  accu: name,
  init: value,
  condition: constant(at, false),
  step: ident(at, name),
  result: e,
});

const bind: Expand = (m) => {
  const [v, value = nothing(m.at), e = nothing(m.at)] = m.args;
  if (v?.kind === 'ident') return bound(m.at, v.name, value, e);
  m.error(v?.at ?? m.at, 'cel.bind() variable names must be simple identifiers');
  return undefined;
};

/** `x.optMap(v, e)`: e with v bound to what x holds, in an optional again unless e is one. */
function optional(flat: boolean): Expand {
  return (m) => {
    const { at, target = nothing(at), args } = m;
    const [v, e = nothing(at)] = args;
    if (v?.kind !== 'ident') {
      m.error(v?.at ?? at, `${flat ? 'optFlatMap' : 'optMap'}() variable name must be a simple identifier`);
      return undefined;
    }
    const made = bound(at, v.name, call(at, 'value', [], target), e);
    const some = flat ? made : call(at, 'of', [made], ident(at, 'optional'));
    return either(at, call(at, 'hasValue', [], target), some, call(at, 'none', [], ident(at, 'optional')));
  };
}

/** `x.sortBy(v, key)`: the keys of all elements are worked out, then the elements are put in their order. */
const sortBy: Expand = (m) => {
  const keys = looping(1, toList)(m);
  return keys === undefined ? undefined : call(m.at, SORT_BY, [keys], m.target ?? nothing(m.at));
};

const MACROS: ReadonlyMap<string, Expand> = new Map([
  ['has/1', has],
  ['.all/2', looping(1, all)],
  ['.exists/2', looping(1, exists)],
  ['.exists_one/2', looping(1, existsOne)],
  ['.existsOne/2', looping(1, existsOne)],
  ['.map/2', looping(1, toList)],
  ['.map/3', looping(1, toList)],
  ['.filter/2', looping(1, filter)],
  ['.all/3', looping(2, all)],
  ['.exists/3', looping(2, exists)],
  ['.exists_one/3', looping(2, existsOne)],
  ['.existsOne/3', looping(2, existsOne)],
  ['.transformList/3', looping(2, toList)],
  ['.transformList/4', looping(2, toList)],
  ['.transformMap/3', looping(2, toMap)],
  ['.transformMap/4', looping(2, toMap)],
  ['.transformMapEntry/3', looping(2, toEntries)],
  ['.transformMapEntry/4', looping(2, toEntries)],
  ['.sortBy/2', sortBy],
  ['.cel.bind/3', bind],
  ['.optMap/2', optional(false)],
  ['.optFlatMap/2', optional(true)],
]);

/** The macro of this name, style and number of arguments. */
export function macro(fn: string, target: boolean, args: number): Expand | undefined {
  return MACROS.get(`${target ? '.' : ''}${fn}/${args}`);
}
