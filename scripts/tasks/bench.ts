// `npm run bench`: runs test/bench/*.bench.ts, each in a process of its own, and prints each figure beside its target.
// Words narrow it to files whose name contains one of them. Exit code 1 when a file fails; a missed target is a figure,
// not a failure, because machines differ.
import { fork } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';
import type { Figure } from '../../test/bench/figure.ts';
import { ROOT } from '../lib/dependencies.mjs';
import { progress, UserError } from '../lib/say.mjs';
import { options } from './options.ts';

export async function main(args: string[]): Promise<number> {
  const words = options(args, {}, true).positionals;
  const all = globSync('test/bench/*.bench.ts', { cwd: ROOT }).sort();
  const files = words.length > 0 ? all.filter((file) => words.some((word) => file.includes(word))) : all;
  if (files.length === 0) throw new UserError(`no bench is called ${words.join(' ')}: there are ${all.join(', ')}`);
  let failed = 0;
  const table: string[] = [];
  for (const file of files) {
    progress(path.basename(file));
    const figures = await measure(file).catch((error: unknown) => {
      failed++;
      console.error(`${file} failed: ${error instanceof Error ? error.message : error}`);
      return [];
    });
    table.push(`\n${path.basename(file, '.bench.ts')}`, ...figures.map(row));
  }
  console.log(table.join('\n'));
  return failed === 0 ? 0 : 1;
}

/** A process of its own, with a garbage collector that can be called, so that one bench does not warm or fill another's. */
function measure(file: string): Promise<Figure[]> {
  const runner = path.join(import.meta.dirname, 'bench-process.ts');
  const child = fork(runner, [path.join(ROOT, file)], {
    execArgv: ['--expose-gc', '--max-old-space-size=8192'],
    cwd: ROOT,
  });
  return new Promise((resolve, reject) => {
    let figures: Figure[] | undefined;
    child.on('message', (message) => {
      figures = message as Figure[];
    });
    child.on('error', reject);
    child.on('close', (code) => (figures ? resolve(figures) : reject(new Error(`it ended with exit code ${code}`))));
  });
}

function row({ name, value, unit, target, better }: Figure): string {
  const shown = `  ${name.padEnd(44)} ${number(value).padStart(12)} ${unit.padEnd(9)}`;
  if (target === undefined) return shown.trimEnd();
  const reached = better === 'lower' ? value <= target : value >= target;
  return `${shown} ${better === 'lower' ? '≤' : '≥'} ${number(target).padStart(10)}  ${reached ? '✓' : '✗ missed'}`;
}

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 2 });
