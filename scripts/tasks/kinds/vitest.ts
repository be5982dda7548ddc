import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../lib/dependencies.mjs';
import { UserError } from '../../lib/say.mjs';
import type { Outcome } from '../outcome.ts';
import { runTool } from '../processes.ts';

interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** Runs the tests of one folder under Vitest; `filters` narrows them to files whose path contains one of them. */
export async function vitest(kind: string, config: string, filters: readonly string[]): Promise<Outcome> {
  const file = path.join(ROOT, 'artifacts', 'test', `${kind}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  await runTool('vitest/vitest.mjs', ['run', '--config', config, ...reporters, ...filters]);
  if (!existsSync(file)) throw new UserError(`the ${kind} tests did not run to their end: see above`);
  return count(JSON.parse(readFileSync(file, 'utf8')));
}

/** A file that could not be loaded, and an error outside of every test, count as one failure each: neither is a test. */
export function count(report: Report): Outcome {
  const unloaded = report.testResults.filter((r) => r.status === 'failed' && r.assertionResults.length === 0).length;
  const failed = report.numFailedTests + unloaded;
  return { passed: report.numPassedTests, failed: failed === 0 && !report.success ? 1 : failed };
}
