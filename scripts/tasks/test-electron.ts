// The host suite in a desktop VS Code that @vscode/test-electron downloads: the same bundle and the same report as in the
// npm host. Needs network to VS Code's download site, and a display (xvfb-run on a headless Linux).
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { ROOT } from '../lib/dependencies.mjs';
import { UserError } from '../lib/say.mjs';
import { buildAll } from './build.ts';
import { printed, resultsEnv, SUITE } from './kinds/host.ts';
import { options } from './options.ts';
import { copyOfSamples, temporaryFolder } from './samples.ts';

export async function main(args: string[]): Promise<number> {
  const { values } = options(args, { version: { type: 'string', default: 'stable' } });
  await buildAll({ tests: true });
  const results = path.join(temporaryFolder('electron'), 'results.json');
  try {
    await runTests({
      version: values.version,
      extensionDevelopmentPath: ROOT,
      extensionTestsPath: SUITE,
      extensionTestsEnv: resultsEnv(results),
      launchArgs: [copyOfSamples({ quiet: true }), '--disable-extensions', '--disable-workspace-trust'],
    });
  } catch (error) {
    // A failed test also ends the run with an error; the report then says more than that does.
    if (!existsSync(results)) {
      throw new UserError(
        `the desktop VS Code did not run the suite: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  const { passed, failed } = printed(JSON.parse(readFileSync(results, 'utf8')));
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
