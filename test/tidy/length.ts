import { Visitor } from 'rolldown/utils';
import { lineOf, type Source } from './source.ts';

export const FILE_LINES = 500;
export const FUNCTION_LINES = 70;

/** One line for a file and for each function that is too long to read at once. */
export function tooLong({ file, text, parsed }: Source): string[] {
  const found: string[] = [];
  const lines = text.trimEnd().split('\n').length;
  if (lines > FILE_LINES) found.push(`${file}: ${lines} lines, more than ${FILE_LINES}: split it by what it does`);
  const exempt = new Set<number>();
  const check = (node: { start: number; end: number }): void => {
    const [first, last] = [lineOf(text, node.start), lineOf(text, node.end)];
    if (exempt.has(node.start) || last - first < FUNCTION_LINES) return;
    found.push(
      `${file}:${first}: a function of ${last - first + 1} lines, more than ${FUNCTION_LINES}: name its parts`,
    );
  };
  new Visitor({
    // A `describe` block is a list of functions, as a file is.
    CallExpression: ({ callee, arguments: args }) => {
      if (callee.type === 'Identifier' && callee.name === 'describe') for (const { start } of args) exempt.add(start);
    },
    FunctionDeclaration: check,
    FunctionExpression: check,
    ArrowFunctionExpression: check,
  }).visit(parsed.program);
  return found;
}
