// Literals that can be read before anything runs: patterns, durations and timestamps. Models cel-go cel/validator.go, in the
// order in which Kubernetes asks for the checks.
import { type CallExpr, children, type Expr } from './ast.ts';
import type { Issue } from './issues.ts';
import { regexProblem } from './regex.ts';
import { parseDuration, parseTimestamp } from './time.ts';

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
