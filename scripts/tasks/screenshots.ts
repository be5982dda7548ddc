// `npm run screenshots`: makes the pictures of the README from the real workbench, so that they show what is there.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWorkbench, type Workbench } from '../../test/support/workbench.ts';
import { ROOT } from '../lib/dependencies.mjs';
import { progress } from '../lib/say.mjs';
import { buildAll } from './build.ts';
import { launchChromium } from './chromium.ts';
import { options } from './options.ts';
import { temporaryFolder } from './samples.ts';
import { startHost } from './vscode-host.ts';

const TO = path.join(ROOT, 'media', 'screenshots');
const SIZE = { width: 1360, height: 820 };
/** As the workbench calls them. */
const THEME = 'Default Dark Modern';

export async function main(args: string[]): Promise<void> {
  options(args, {});
  await buildAll({ production: true });
  mkdirSync(TO, { recursive: true });
  const host = await startHost({ dataDir: temporaryFolder('screenshots') });
  const browser = await launchChromium();
  try {
    const settings = { 'workbench.colorTheme': THEME, 'editor.minimap.enabled': false };
    const workbench = await openWorkbench(browser, host, { settings, size: SIZE });
    await workbench.openSideBar('Kube Anatomy');
    await workbench.openFile('web.yaml');
    await hover(workbench);
    await flow(workbench);
  } finally {
    await browser.close();
    await host.stop();
  }
}

async function hover(workbench: Workbench): Promise<void> {
  await workbench.hover('replicas');
  await save(workbench, 'hover');
  await workbench.page.mouse.move(0, 0);
}

async function flow(workbench: Workbench): Promise<void> {
  await workbench.runCommand('Kube Anatomy: Apply This Manifest in the Simulator');
  await workbench.rows('Anatomy').filter({ hasText: '3/3 ready' }).first().waitFor({ timeout: 60_000 });
  // Somewhere in the middle of the replay, where the scheduler has chosen and the kubelets begin.
  await workbench
    .webview()
    .getByText(/^2\d \/ \d+$/)
    .waitFor({ timeout: 120_000 });
  await save(workbench, 'flow');
}

async function save(workbench: Workbench, name: string): Promise<void> {
  // The workbench fades and slides with timers of its own, which a screenshot cannot ask to be over.
  await sleep(1000);
  const file = path.join(TO, `${name}.png`);
  await workbench.page.screenshot({ path: file, animations: 'disabled' });
  progress(path.relative(ROOT, file));
}
