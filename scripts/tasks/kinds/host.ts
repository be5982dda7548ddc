// Runs test/host inside the extension host of the npm VS Code host, which wants a page that shows the workbench.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import type { HostReport } from '../../../test/host/harness.ts';
import { ROOT } from '../../lib/dependencies.mjs';
import { UserError } from '../../lib/say.mjs';
import { launchChromium } from '../chromium.ts';
import type { Outcome } from '../outcome.ts';
import { copyOfSamples, temporaryFolder } from '../samples.ts';
import { type Host, startHost, workbenchUrl } from '../vscode-host.ts';

export const SUITE = path.join(ROOT, 'dist', 'test', 'host', 'index.cjs');
const ARTIFACTS = path.join(ROOT, 'artifacts', 'host');
const TO_START_MS = 90_000;
const TO_FINISH_MS = 600_000;

/** Environment through which the suite is told where to write; see test/host/harness.ts. */
export const resultsEnv = (file: string): Record<string, string> => ({ KUBE_ANATOMY_HOST_RESULTS: file });

export async function hostTests(): Promise<Outcome> {
  const dataDir = temporaryFolder('host');
  const results = path.join(dataDir, 'results.json');
  let [host, browser]: [Host?, Browser?] = [];
  try {
    host = await startHost({ dataDir, env: resultsEnv(results) });
    browser = await launchChromium();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    await page.goto(workbenchUrl(host, copyOfSamples({ quiet: true }), SUITE));
    const report = await finished(results, page, said);
    return printed(report);
  } finally {
    await browser?.close();
    await host?.stop();
  }
}

/** Polls the results file, which the suite writes anew after each test. */
async function finished(file: string, page: Page, said: readonly string[]): Promise<HostReport> {
  const started = Date.now();
  for (;;) {
    const report: HostReport | undefined = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    if (report?.done) return report;
    const waited = Date.now() - started;
    if (waited > TO_FINISH_MS || (!report && waited > TO_START_MS)) {
      mkdirSync(ARTIFACTS, { recursive: true });
      await page.screenshot({ path: path.join(ARTIFACTS, 'timeout.png') }).catch(() => undefined);
      writeFileSync(path.join(ARTIFACTS, 'console.log'), said.join('\n'));
      const where = report ? `after «${report.results.at(-1)?.name ?? 'nothing'}»` : 'before its first test';
      throw new UserError(
        `the host suite stood still ${where}; artifacts/host has a screenshot and the console, which ended in:\n${said.slice(-15).join('\n')}`,
      );
    }
    await sleep(200);
  }
}

export function printed(report: HostReport): Outcome {
  for (const { name, ms, error } of report.results) {
    console.log(
      error === undefined ? ` ✓ ${name}  ${ms} ms` : ` ✗ ${name}  ${ms} ms\n${error.replace(/^/gm, '     ')}`,
    );
  }
  const failed = report.results.filter(({ error }) => error !== undefined).length;
  return { passed: report.results.length - failed, failed };
}
