// Literals that can be looked at before anything runs: patterns, durations and timestamps, and what lists and maps hold. Models cel-go cel/validator.go, in the
// order in which Kubernetes asks for the checks.
import { type CallExpr, children, type Expr } from './ast.ts';
import type { Issue } from './issues.ts';
import { regexProblem } from './regex.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import { DYN, formatType, isOptional, sameType, type Type } from './types.ts';
import { SECOND, Timestamp, type Value } from './values.ts';

/** What functions make of a literal; undefined or an error where they cannot. */
const READERS: Readonly<Record<string, (v: Value) => unknown>> = {
  matches: (v) => (typeof v === 'string' && regexProblem(v) ? undefined : v),
  duration: (v) => (typeof v === 'string' ? parseDuration(v) : v),
  timestamp: (v) => (typeof v === 'string' ? parseTimestamp(v) : typeof v === 'bigint' ? new Timestamp(v * SECOND) : v),
};

function problem(e: CallExpr): Issue | undefined {
  const reads = Object.hasOwn(READERS, e.fn) ? READERS[e.fn] : undefined;
  const arg = e.args.at(-1);
  if (reads === undefined || arg?.kind !== 'const') return undefined;
  if (e.fn !== 'matches' && (e.target !== undefined || e.args.length !== 1)) return undefined;
  return safely(() => reads(arg.value)) !== undefined ? undefined : { at: arg.at, message: `invalid ${e.fn} argument` };
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
