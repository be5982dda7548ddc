// `npm run screenshots`: makes the pictures of the README from the real workbench, so that they show what is there: single
// ones, and the four readings of the flow panel in each kind of theme. Words narrow it to `single`, `problems`, `readings`.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, FrameLocator } from 'playwright-core';
import { openWorkbench, type Workbench } from '../../test/support/workbench.ts';
import { ROOT } from '../lib/dependencies.mjs';
import { progress } from '../lib/say.mjs';
import { buildAll } from './build.ts';
import { launchChromium } from './chromium.ts';
import { options } from './options.ts';
import { temporaryFolder } from './samples.ts';
import { type HostAddress, startHost } from './vscode-host.ts';

const TO = path.join(ROOT, 'media', 'screenshots');
const SIZE = { width: 1360, height: 820 };
/** As the workbench calls them. */
export const THEMES = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  contrast: 'Default High Contrast',
} as const;
const READINGS = ['Cluster', 'Sequence', 'Timeline', 'Transcript'] as const;

export async function main(args: string[]): Promise<void> {
  const words: readonly string[] = options(args, {}, true).positionals;
  const wanted = (part: string): boolean => words.length === 0 || words.includes(part);
  await buildAll({ production: true });
  mkdirSync(path.join(TO, 'readings'), { recursive: true });
  const host = await startHost({ dataDir: temporaryFolder('screenshots') });
  const browser = await launchChromium();
  try {
    if (wanted('single')) {
      const workbench = await ready(browser, host, THEMES.dark);
      await hover(workbench);
      await flow(workbench);
      await workbench.close();
    }
    if (wanted('objects')) {
      const workbench = await ready(browser, host, THEMES.dark);
      await annotate(workbench);
      await blame(workbench);
      await workbench.close();
    }
    if (wanted('problems')) {
      const workbench = await ready(browser, host, THEMES.dark);
      await problems(workbench);
      await workbench.close();
    }
    if (wanted('readings')) {
      for (const [name, theme] of Object.entries(THEMES)) {
        const workbench = await ready(browser, host, theme);
        await readings(workbench, name);
        await workbench.close();
      }
    }
  } finally {
    await browser.close();
    await host.stop();
  }
}

/** A workbench with our side bar and the first sample open. */
export async function ready(browser: Browser, host: HostAddress, theme: string): Promise<Workbench> {
  const settings = { 'workbench.colorTheme': theme, 'editor.minimap.enabled': false };
  const workbench = await openWorkbench(browser, host, { settings, size: SIZE });
  await workbench.openSideBar('Kube Anatomy');
  await workbench.openFile('web.yaml');
  return workbench;
}

async function hover(workbench: Workbench): Promise<void> {
  await workbench.hover('replicas');
  await save(workbench, 'hover');
  await workbench.page.mouse.move(0, 0);
}

/** A manifest with the slips that people make, and what is said of one of them. */
const SLIPS = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shpo
    spec:
      containers:
      - name: shop
        image: y
        ports:
        - name: http
          containerPort: 8080
        readinessProbe:
          httpGet: {path: /ready, port: web}
        resources:
          requests: {memory: 1Gi}
          limits: {memory: 512Mi}
        volumeMounts:
        - name: cache
          mountPath: /cache
`;

async function problems(workbench: Workbench): Promise<void> {
  writeFileSync(path.join(workbench.folder, 'shop.yaml'), SLIPS);
  await workbench.openFile('shop.yaml');
  await workbench.page.locator('.squiggly-error').nth(3).waitFor({ timeout: 60_000 });
  await workbench.page.keyboard.press('Control+Shift+M');
  await workbench.page.locator('.markers-panel-container .monaco-list-row').nth(3).waitFor();
  await workbench.hover('selector');
  await save(workbench, 'problems');
}

async function annotate(workbench: Workbench): Promise<void> {
  // Room for both: the side bar makes way.
  await workbench.page.keyboard.press('Control+B');
  await workbench.runCommand('Kube Anatomy: Annotate This Manifest');
  const panel = workbench.webview();
  await panel.locator('.row').filter({ hasText: 'replicas: 3' }).click();
  await panel.locator('.acts').waitFor({ timeout: 60_000 });
  await save(workbench, 'annotate');
  await closeTab(workbench, 'Annotated: web.yaml');
  await workbench.page.keyboard.press('Control+B');
}

async function blame(workbench: Workbench): Promise<void> {
  await workbench.runCommand('Kube Anatomy: Apply This Manifest in the Simulator');
  const { page } = workbench;
  const row = workbench.rows('Anatomy').filter({ hasText: '3/3 ready' }).first();
  await row.waitFor({ timeout: 90_000 });
  await closeTab(workbench, 'Flow: simulator');
  await row.click({ button: 'right' });
  await page.locator('.context-view .action-item').filter({ hasText: 'Open YAML' }).hover();
  await page.keyboard.press('Enter');
  await page.locator('.view-line').filter({ hasText: 'creationTimestamp' }).first().waitFor({ timeout: 60_000 });
  // Below the annotation of kubectl apply, where fields of several writers stand together.
  await page.locator('.view-line').filter({ hasText: 'creationTimestamp' }).first().click();
  for (let i = 0; i < 22; i++) await page.keyboard.press('ArrowDown');
  await save(workbench, 'blame');
}

async function closeTab({ page }: Workbench, label: string): Promise<void> {
  const tab = page.locator('.tab').filter({ hasText: label });
  await tab.locator('.action-label').first().click();
  await tab.waitFor({ state: 'detached', timeout: 30_000 });
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

/** Each reading of a whole rollout, at the same step. */
async function readings(workbench: Workbench, theme: string): Promise<void> {
  await workbench.runCommand('Kube Anatomy: Apply This Manifest in the Simulator');
  await workbench.rows('Anatomy').filter({ hasText: '3/3 ready' }).first().waitFor({ timeout: 60_000 });
  const panel = workbench.webview();
  for (const reading of READINGS) {
    await holdAt(panel, 24);
    await panel.getByRole('tab', { name: reading }).click();
    await save(workbench, `readings/${reading.toLowerCase()}-${theme}`);
  }
}

/** The panel begins anew where steps that it was given late replace what it had, and plays. */
async function holdAt(panel: FrameLocator, step: number): Promise<void> {
  const pause = panel.getByRole('button', { name: 'Pause', exact: true });
  const there = panel.getByText(new RegExp(`^${step} / \\d+$`));
  for (let tries = 0; tries < 20; tries++) {
    if (await pause.isVisible()) await pause.click();
    await panel.getByRole('slider', { name: 'Step', exact: true }).fill(String(step));
    await sleep(500);
    if ((await there.isVisible()) && !(await pause.isVisible())) return;
  }
  throw new Error(`the panel does not stay at step ${step}`);
}

async function save(workbench: Workbench, name: string): Promise<void> {
  // The workbench fades and slides with timers of its own, which a screenshot cannot ask to be over.
  await sleep(1000);
  const file = path.join(TO, `${name}.png`);
  await workbench.page.screenshot({ path: file, animations: 'disabled' });
  progress(path.relative(ROOT, file));
}
