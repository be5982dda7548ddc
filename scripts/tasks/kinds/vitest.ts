import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../lib/dependencies.mjs';
import { UserError } from '../../lib/say.mjs';
import { add, type Outcome } from '../outcome.ts';
import { runTool } from '../processes.ts';

interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly FileReport[];
}

interface FileReport {
  /** The test file's absolute path. */
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

/**
 * Runs the tests of one folder under Vitest; `filters` narrows them to files whose path contains one of them. A file
 * that fails is run again until it has had `tries`, each try said aloud: for tests of a program that is not ours.
 */
export async function vitest(kind: string, config: string, filters: readonly string[], tries = 1): Promise<Outcome> {
  const file = path.join(ROOT, 'artifacts', 'test', `${kind}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  await runTool('vitest/vitest.mjs', ['run', '--config', config, ...reporters, ...filters]);
  if (!existsSync(file)) throw new UserError(`the ${kind} tests did not run to their end: see above`);
  const report: Report = JSON.parse(readFileSync(file, 'utf8'));
  const failed = report.testResults.filter((result) => result.status === 'failed').map((result) => result.name);
  if (failed.length === 0 || tries === 1) return count(report);
  const names = failed.map((name) => path.relative(ROOT, name));
  console.log(`\nFLAKY OR BROKEN, so once more from a fresh start: ${names.join(', ')}\n`);
  return add(passedIn(report), await vitest(kind, config, names, tries - 1));
}

/** What the files came to in which nothing failed. */
function passedIn(report: Report): Outcome {
  const whole = report.testResults.filter((result) => result.status !== 'failed');
  const passed = whole.flatMap((result) => result.assertionResults).filter((test) => test.status === 'passed').length;
  return { passed, failed: 0 };
}

/** A file that could not be loaded, and an error outside of every test, count as one failure each: neither is a test. */
export function count(report: Report): Outcome {
  const unloaded = report.testResults.filter((r) => r.status === 'failed' && r.assertionResults.length === 0).length;
  const failed = report.numFailedTests + unloaded;
  return { passed: report.numPassedTests, failed: failed === 0 && !report.success ? 1 : failed };
}
