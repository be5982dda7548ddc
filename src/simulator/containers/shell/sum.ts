// $(( … )): whole numbers with + - * / %, comparisons and parentheses.
import { ShellError } from './parse.ts';

const LEVELS: readonly (readonly string[])[] = [
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const OPERATIONS: { readonly [op: string]: (a: number, b: number) => number } = {
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<=': (a, b) => Number(a <= b),
  '>=': (a, b) => Number(a >= b),
  '<': (a, b) => Number(a < b),
  '>': (a, b) => Number(a > b),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => Math.trunc(a / b),
  '%': (a, b) => a % b,
};

/** Throws ShellError. */
export function arithmetic(text: string, variable: (name: string) => string): number {
  const tokens = text.match(/\d+|[A-Za-z_]\w*|[=!<>]=|[-+*/%<>()]|\S/g) ?? [];
  let at = 0;
  const bad = (): never => {
    throw new ShellError(`arithmetic: $((${text})) is not simulated`);
  };
  const factor = (): number => {
    const t = (tokens[at++] ?? '').replace(/^\$/, '');
    if (t === '') return tokens[at] === undefined ? bad() : factor();
    if (t === '-') return -factor();
    if (t === '(') {
      const value = level(0);
      if (tokens[at++] !== ')') bad();
      return value;
    }
    if (/^\d/.test(t)) return Number(t);
    if (/^[A-Za-z_]/.test(t)) return Number.parseInt(variable(t), 10) || 0;
    return bad();
  };
  const level = (n: number): number => {
    const ops = LEVELS[n];
    if (ops === undefined) return factor();
    let value = level(n + 1);
    for (let op = tokens[at]; op !== undefined && ops.includes(op); op = tokens[at]) {
      at++;
      const right = level(n + 1);
      if ((op === '/' || op === '%') && right === 0) throw new ShellError('arithmetic: divide by zero');
      value = OPERATIONS[op]?.(value, right) ?? bad();
    }
    return value;
  };
  const value = level(0);
  return at === tokens.length ? value : bad();
}
