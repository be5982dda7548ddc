// An environment: which names and functions expressions may use, and what they mean. Compiling parses, checks and plans.
// Models cel-go cel/env.go and program.go.

import type { Expr } from './ast.ts';
import { type Checked, check } from './checker.ts';
import { Meter } from './cost.ts';
import { Planner } from './interpreter.ts';
import { type Issue, showIssues } from './issues.ts';
import { literalIssues, mixedIssues } from './literal-checks.ts';
import { parse } from './parser.ts';
import type { Declared, Overload } from './signature.ts';
import { DYN, type Type, typeOf } from './types.ts';
import { CelError, CostExceeded, TypeValue, type Value } from './values.ts';

/** Object types: their fields, and whether expressions may make them. */
export interface TypeProvider {
  field(type: string, name: string): Type | undefined;
  constructs(type: string): boolean;
}

export interface Environment {
  readonly functions: ReadonlyMap<string, readonly Overload[]>;
  readonly variables: ReadonlyMap<string, Type>;
  readonly types: readonly TypeProvider[];
  /** Elements of a list or map that is written out must be of one type, but for arguments of format(). */
  readonly homogeneous: boolean;
  /** `cel.bind(name, value, expression)` is there. */
  readonly bindings?: boolean;
}

export type Activation = (name: string) => Value | undefined;

/** What evaluation came to: a value or an error, and what it cost. */
export type Outcome =
  | { readonly value: Value; readonly cost: number }
  | { readonly error: string; readonly cost: number; readonly exceeded: boolean };

export interface Program {
  readonly source: string;
  readonly expr: Expr;
  readonly checked: Checked;
  readonly type: Type;
  /** Never throws for what an expression can do wrong. `limit` is in units of cost. */
  run(activation: Activation, limit?: number): Outcome;
}

export type Compiled = { readonly program: Program } | { readonly issues: string };

const TYPE_NAMES: Readonly<Record<string, string>> = {
  bool: 'bool',
  bytes: 'bytes',
  double: 'double',
  dyn: 'dyn',
  int: 'int',
  list: 'list',
  map: 'map',
  null_type: 'null_type',
  string: 'string',
  type: 'type',
  uint: 'uint',
  optional_type: 'optional_type',
  'google.protobuf.Timestamp': 'google.protobuf.Timestamp',
  'google.protobuf.Duration': 'google.protobuf.Duration',
};
const TYPE_VALUES: ReadonlyMap<string, TypeValue> = new Map(
  Object.entries(TYPE_NAMES).map(([name, type]) => [name, new TypeValue(type)]),
);
const ANY_TYPE = typeOf(DYN);

/** `celconfig.PerCallLimit`: about 0.1 s of a real API server. */
export const PER_CALL_LIMIT = 1_000_000;

export function functionTable(
  ...libraries: readonly (readonly Declared[])[]
): ReadonlyMap<string, readonly Overload[]> {
  const table = new Map<string, Overload[]>();
  for (const { name, overload } of libraries.flat()) {
    const known = table.get(name);
    if (known) known.push(overload);
    else table.set(name, [overload]);
  }
  return table;
}

export function environment(parts: Partial<Environment> & Pick<Environment, 'functions'>): Environment {
  return { variables: new Map(), types: [], homogeneous: true, ...parts };
}

/** The environment with more variables and types. */
export function extended(
  env: Environment,
  variables: Iterable<readonly [string, Type]>,
  types: readonly TypeProvider[] = [],
): Environment {
  return { ...env, variables: new Map([...env.variables, ...variables]), types: [...env.types, ...types] };
}

function checkIn(env: Environment, expr: Expr): Checked {
  return check(expr, {
    variable: (name) => env.variables.get(name) ?? (TYPE_VALUES.has(name) ? ANY_TYPE : undefined),
    overloads: (fn) => env.functions.get(fn),
    field(type, name) {
      for (const provider of env.types) {
        const found = provider.field(type, name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    constructs: (type) => env.types.some((t) => t.constructs(type)),
  });
}

/** Returns a program, or what is wrong in the words of upstream: `ERROR: <input>:1:1: …`. */
export function compile(env: Environment, source: string): Compiled {
  const failed = (issues: readonly Issue[]): Compiled => ({ issues: showIssues(source, issues) });
  const { expr, issues } = parse(source, env.bindings);
  if (expr === undefined || issues.length > 0) return failed(issues);
  const checked = checkIn(env, expr);
  if (checked.issues.length > 0) return failed(checked.issues);
  const literals = [...literalIssues(expr), ...(env.homogeneous ? mixedIssues(expr, checked.types) : [])];
  if (literals.length > 0) return failed(literals);
  const planner = new Planner(checked, {
    overloads: (fn) => env.functions.get(fn),
    constant: (name) => TYPE_VALUES.get(name),
  });
  const run = planner.plan(expr);
  const program: Program = {
    source,
    expr,
    checked,
    type: checked.type,
    run(variable, limit = PER_CALL_LIMIT) {
      const meter = new Meter(limit);
      try {
        return { value: run({ meter, variable, locals: undefined }), cost: meter.used };
      } catch (e) {
        // The engine's own limits (stack, lengths) are reached by values that are far too large.
        const exceeded = e instanceof CostExceeded || e instanceof RangeError;
        if (exceeded) return { error: new CostExceeded().message, cost: meter.used, exceeded };
        if (!(e instanceof CelError)) throw e;
        return { error: e.message, cost: meter.used, exceeded };
      }
    },
  };
  return { program };
}
