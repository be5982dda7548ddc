// Literals that can be looked at before anything runs: patterns, durations and timestamps, and what lists and maps hold. Models cel-go cel/validator.go, in the
// order in which Kubernetes asks for the checks.
import { type CallExpr, children, type Expr } from './ast.ts';
import type { Issue } from './issues.ts';
import { regexProblem } from './regex.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import { DYN, formatType, isOptional, sameType, type Type } from './types.ts';

function textArgument(e: CallExpr, last: boolean): { at: number; text: string } | undefined {
  const arg = last ? e.args.at(-1) : e.args[0];
  return arg?.kind === 'const' && typeof arg.value === 'string' ? { at: arg.at, text: arg.value } : undefined;
}

function problem(e: CallExpr): Issue | undefined {
  if (e.fn === 'matches') {
    const arg = textArgument(e, true);
    const why = arg && regexProblem(arg.text);
    return arg && why ? { at: arg.at, message: 'invalid matches argument' } : undefined;
  }
  if (e.target !== undefined || e.args.length !== 1) return undefined;
  const read = e.fn === 'duration' ? parseDuration : e.fn === 'timestamp' ? parseTimestamp : undefined;
  const arg = read && textArgument(e, false);
  return arg && safely(() => read(arg.text)) === undefined
    ? { at: arg.at, message: `invalid ${e.fn} argument` }
    : undefined;
}

function safely<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

export function literalIssues(expr: Expr): Issue[] {
  const out: Issue[] = [];
  const visit = (e: Expr): void => {
    const found = e.kind === 'call' ? problem(e) : undefined;
    if (found) out.push(found);
    for (const child of children(e)) visit(child);
  };
  visit(expr);
  return out;
}

interface Typed {
  readonly at: number;
  readonly type: Type;
}

/** The first whose type is not that of those before it. */
function stranger(all: readonly Typed[]): Issue | undefined {
  const [first] = all;
  const other = all.find(({ type }) => first !== undefined && !sameType(first.type, type));
  if (first === undefined || other === undefined) return undefined;
  const message = `expected type '${formatType(first.type)}' but found '${formatType(other.type)}'`;
  return { at: other.at, message };
}

/** Lists and maps that hold values of several types. What is given to format() may. */
export function mixedIssues(expr: Expr, types: ReadonlyMap<Expr, Type>): Issue[] {
  const out: Issue[] = [];
  const typed = (e: Expr, optional: boolean): Typed => {
    const type = types.get(e) ?? DYN;
    return { at: e.at, type: optional && isOptional(type) ? (type.params[0] ?? DYN) : type };
  };
  const visit = (e: Expr): void => {
    const groups: Typed[][] = [];
    if (e.kind === 'list') groups.push(e.elements.map((x, i) => typed(x, e.optional.has(i))));
    if (e.kind === 'map') {
      groups.push(e.entries.map(({ key }) => typed(key, false)));
      groups.push(e.entries.map(({ value, optional }) => typed(value, optional)));
    }
    for (const group of groups) {
      const found = stranger(group);
      if (found) out.push(found);
    }
    if (e.kind === 'call' && e.fn === 'format') return;
    for (const child of children(e)) visit(child);
  };
  visit(expr);
  return out;
}
