// The syntax tree of a CEL expression after macros. Models cel-go's common/ast; every node knows where it stands.
import type { Bytes } from './bytes.ts';
import type { Uint } from './values.ts';

/** Offset of a node in the source, in code points. */
export interface Node {
  readonly at: number;
}

export type Constant = null | boolean | bigint | number | string | Uint | Bytes;

export interface ConstExpr extends Node {
  readonly kind: 'const';
  readonly value: Constant;
}

export interface IdentExpr extends Node {
  readonly kind: 'ident';
  /** With a leading dot where the name is meant from the root. */
  readonly name: string;
}

export interface SelectExpr extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** `has(operand.field)`. */
  readonly test: boolean;
}

export interface CallExpr extends Node {
  readonly kind: 'call';
  /** Operators have the names of cel-go: `_+_`, `_?_:_`, `_[_]`. */
  readonly fn: string;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
}

export interface ListExpr extends Node {
  readonly kind: 'list';
  readonly elements: readonly Expr[];
  /** Indices of `?element`. */
  readonly optional: ReadonlySet<number>;
}

export interface Entry extends Node {
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface MapExpr extends Node {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
}

export interface FieldInit extends Node {
  readonly name: string;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface StructExpr extends Node {
  readonly kind: 'struct';
  readonly type: string;
  readonly fields: readonly FieldInit[];
}

/** What the macros become: a loop over a range that folds into an accumulator. */
export interface FoldExpr extends Node {
  readonly kind: 'fold';
  readonly range: Expr;
  readonly iter: string;
  readonly iter2: string | undefined;
  readonly accu: string;
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

export type Expr = ConstExpr | IdentExpr | SelectExpr | CallExpr | ListExpr | MapExpr | StructExpr | FoldExpr;

export const constant = (at: number, value: Constant): ConstExpr => ({ kind: 'const', at, value });
export const ident = (at: number, name: string): IdentExpr => ({ kind: 'ident', at, name });
export const call = (at: number, fn: string, args: readonly Expr[], target?: Expr): CallExpr => ({
  kind: 'call',
  at,
  fn,
  target,
  args,
});
export const select = (at: number, operand: Expr, field: string, test = false): SelectExpr => ({
  kind: 'select',
  at,
  operand,
  field,
  test,
});
export const list = (at: number, elements: readonly Expr[], optional = new Set<number>()): ListExpr => ({
  kind: 'list',
  at,
  elements,
  optional,
});

/** Every expression right inside one, in the order of the source. */
export function* children(e: Expr): Generator<Expr> {
  if (e.kind === 'select') yield e.operand;
  else if (e.kind === 'call') {
    if (e.target) yield e.target;
    yield* e.args;
  } else if (e.kind === 'list') yield* e.elements;
  else if (e.kind === 'map') for (const { key, value } of e.entries) yield* [key, value];
  else if (e.kind === 'struct') for (const { value } of e.fields) yield value;
  else if (e.kind === 'fold') yield* [e.range, e.init, e.condition, e.step, e.result];
}

/** `a.b.c` where the expression is nothing but names. */
export function qualifiedName(e: Expr): string | undefined {
  if (e.kind === 'ident') return e.name;
  if (e.kind !== 'select' || e.test) return undefined;
  const before = qualifiedName(e.operand);
  return before === undefined ? undefined : `${before}.${e.field}`;
}
