// `npm run recording`: a minute of the product as pictures, two a second, from the real workbench:
// artifacts/recording/0001.png and so on, with a list of what is said when. For the README and for slides.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameLocator } from 'playwright-core';
import type { Workbench } from '../../test/support/workbench.ts';
import { ROOT } from '../lib/dependencies.mjs';
import { progress } from '../lib/say.mjs';
import { buildAll } from './build.ts';
import { launchChromium } from './chromium.ts';
import { options } from './options.ts';
import { temporaryFolder } from './samples.ts';
import { ready, THEMES } from './screenshots.ts';
import { startHost } from './vscode-host.ts';

const TO = path.join(ROOT, 'artifacts', 'recording');
/** ms from one picture to the next. */
const BETWEEN = 500;

interface Take {
  /** What is seen, as a subtitle. */
  readonly says: string;
  readonly seconds: number;
  act(workbench: Workbench): Promise<void>;
}

const panel = (workbench: Workbench): FrameLocator => workbench.webview();
const button = (workbench: Workbench, name: string | RegExp): Promise<void> =>
  panel(workbench).getByRole('button', { name }).first().click();
const tab = (workbench: Workbench, name: string): Promise<void> => panel(workbench).getByRole('tab', { name }).click();

const TAKES: readonly Take[] = [
  {
    says: 'A hover says who handles a field, when, and what goes wrong.',
    seconds: 7,
    act: async (workbench) => void (await workbench.hover('replicas')),
  },
  {
    says: 'Applied in the simulator, the Deployment is followed step by step.',
    seconds: 22,
    act: (workbench) => workbench.runCommand('Kube Anatomy: Apply This Manifest in the Simulator'),
  },
  {
    says: 'Inside the scheduler: every node, every plugin, and why one won.',
    seconds: 7,
    act: async (workbench) => {
      await button(workbench, 'Pause');
      await panel(workbench).getByRole('slider', { name: 'Step', exact: true }).fill('8');
      await panel(workbench).getByRole('combobox', { name: 'Look inside' }).selectOption({ label: 'kube-scheduler' });
    },
  },
  {
    says: 'Why: from a running container back to what you did.',
    seconds: 8,
    act: async (workbench) => {
      await button(workbench, 'Cluster');
      await panel(workbench).getByRole('slider', { name: 'Step', exact: true }).press('End');
      await button(workbench, /^Why/);
    },
  },
  { says: 'The same steps as a sequence …', seconds: 6, act: (workbench) => tab(workbench, 'Sequence') },
  { says: '… on a timeline …', seconds: 5, act: (workbench) => tab(workbench, 'Timeline') },
  { says: '… and in words.', seconds: 5, act: (workbench) => tab(workbench, 'Transcript') },
];

export async function main(args: string[]): Promise<void> {
  options(args, {});
  await buildAll({ production: true });
  rmSync(TO, { recursive: true, force: true });
  mkdirSync(TO, { recursive: true });
  const host = await startHost({ dataDir: temporaryFolder('recording') });
  const browser = await launchChromium();
  try {
    const workbench = await ready(browser, host, THEMES.dark);
    const said: string[] = [];
    let count = 0;
    for (const take of TAKES) {
      said.push(`${String(count + 1).padStart(4, '0')} ${take.says}`);
      await take.act(workbench);
      const pictures = Math.round((take.seconds * 1000) / BETWEEN);
      for (let i = 0; i < pictures; i++) {
        const started = Date.now();
        const name = `${String(++count).padStart(4, '0')}.png`;
        await workbench.page.screenshot({ path: path.join(TO, name) });
        await sleep(Math.max(0, BETWEEN - (Date.now() - started)));
      }
      progress(take.says);
    }
    writeFileSync(path.join(TO, 'said.txt'), `${said.join('\n')}\n`);
    progress(`${count} pictures in ${path.relative(ROOT, TO)}`);
  } finally {
    await browser.close();
    await host.stop();
  }
}
