// Types (all of it with DOM, Node and VS Code; the core once more with ECMAScript alone), then format and lint.
import { progress } from '../lib/say.mjs';
import { options } from './options.ts';
import { add, type Outcome, single } from './outcome.ts';
import { runTool } from './processes.ts';

const CHECKS: readonly (readonly [name: string, tool: string, ...args: string[]])[] = [
  ['types', 'typescript/bin/tsc', '-p', 'tsconfig.json'],
  ['types of the core', 'typescript/bin/tsc', '-p', 'tsconfig.core.json'],
  ['format and lint', '@biomejs/biome/bin/biome', 'check', '--max-diagnostics=50', '.'],
];

export async function main(args: string[]): Promise<number> {
  options(args, {});
  return (await check()).failed;
}

/** Runs every check, also after one that failed. */
export async function check(): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const [name, tool, ...args] of CHECKS) {
    progress(`checking ${name}`);
    outcomes.push(single((await runTool(tool, args)) === 0));
  }
  return add(...outcomes);
}
