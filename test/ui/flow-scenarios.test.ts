// Five scenarios in the flow panel as a learner goes through them: play, hold, step back, ask why, fork, export.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { describe, expect } from 'vitest';
import { uiTest as test } from '../support/ui-test.ts';
import type { Workbench } from '../support/workbench.ts';

/** For what the simulator has to work out first. */
const PATIENT = { timeout: 90_000 };
const LONG = 240_000;

const STATEFUL = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: default}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: 'redis:7'}]}
`;
const GUARDED = `apiVersion: v1
kind: Service
metadata: {name: front, namespace: default}
spec: {selector: {app: front}, ports: [{port: 80, targetPort: 80}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: front, namespace: default}
spec: {minAvailable: 1, selector: {matchLabels: {app: front}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: front, namespace: default}
spec:
  replicas: 2
  selector: {matchLabels: {app: front}}
  template:
    metadata: {labels: {app: front}}
    spec: {containers: [{name: web, image: 'nginx:1.27', ports: [{containerPort: 80}]}]}
`;

async function apply(workbench: Workbench, file: string, content?: string): Promise<FrameLocator> {
  if (content !== undefined) writeFileSync(path.join(workbench.folder, file), content);
  await workbench.openFile(file);
  await workbench.runCommand('Kube Anatomy: Apply This Manifest in the Simulator');
  const panel = workbench.webview();
  await panel.getByRole('slider', { name: 'Step', exact: true }).waitFor();
  await panel.getByRole('searchbox', { name: 'Filter steps by words' }).fill('');
  // The panel begins anew with each apply.
  await expect.poll(() => told(panel), PATIENT).toContain(file === 'web.yaml' ? 'deployments/web' : nameIn(content));
  return panel;
}

const nameIn = (content: string | undefined): string => /name: (\w+)/.exec(content ?? '')?.[1] ?? 'picky';
const place = async (panel: FrameLocator): Promise<number> =>
  Number((await panel.locator('.count').textContent())?.split(' / ')[0]);
const total = async (panel: FrameLocator): Promise<number> =>
  Number((await panel.locator('.count').textContent())?.split(' / ')[1]);
const details = (panel: FrameLocator): Locator => panel.getByRole('complementary', { name: 'Current step' });

/** Everything that the transcript holds, whatever is scrolled into view. */
async function told(panel: FrameLocator): Promise<string> {
  await panel.getByRole('tab', { name: 'Transcript' }).click();
  return (await panel.locator('.transcript').textContent()) ?? '';
}

/** Plays, holds, and steps back by one. */
async function playAndStepBack(panel: FrameLocator): Promise<void> {
  await panel.getByRole('button', { name: 'Back to the start' }).click();
  // The replay may be under way already.
  const pause = panel.getByRole('button', { name: 'Pause' });
  if (!(await pause.isVisible())) await panel.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(() => place(panel)).toBeGreaterThan(1);
  await pause.click();
  const held = await place(panel);
  await panel.getByRole('button', { name: 'Step back' }).click();
  await expect.poll(() => place(panel)).toBe(held - 1);
}

/** Goes to the last step that is told with these words. */
async function goTo(panel: FrameLocator, words: string): Promise<void> {
  const search = panel.getByRole('searchbox', { name: 'Filter steps by words' });
  await search.fill(words);
  await expect.poll(() => total(panel), PATIENT).toBeGreaterThan(0);
  await panel.getByRole('slider', { name: 'Step', exact: true }).press('End');
  await expect.poll(async () => (await place(panel)) > 0).toBe(true);
}

async function why(panel: FrameLocator): Promise<string> {
  await panel.getByRole('button', { name: /^Why/ }).click();
  await details(panel).getByRole('heading', { name: 'Why?' }).waitFor();
  const text = (await details(panel).textContent()) ?? '';
  await details(panel).getByRole('button', { name: 'Back to the step' }).click();
  return text;
}

/** Opens the form, chooses, and waits for both futures; answers what is said of them. */
async function fork(panel: FrameLocator, kind: string, choose: (form: Locator) => Promise<void>): Promise<string> {
  await panel.getByRole('button', { name: /^Fork/ }).click();
  const form = panel.locator('form.fork');
  await form.getByLabel('Do', { exact: true }).selectOption(kind);
  await choose(form);
  await form.getByRole('button', { name: 'Run both futures' }).click();
  await panel.locator('.futures .rows .pair').first().waitFor(PATIENT);
  return (await panel.locator('.futures .summary').textContent()) ?? '';
}

async function endFork(panel: FrameLocator): Promise<void> {
  await panel.getByRole('button', { name: 'Put the fork away' }).click();
  await panel.locator('.futures-bar').waitFor({ state: 'hidden' });
  const search = panel.getByRole('searchbox', { name: 'Filter steps by words' });
  await search.fill('');
}

async function exported(workbench: Workbench, panel: FrameLocator, entry: RegExp, proposed: RegExp): Promise<string> {
  await panel.getByRole('button', { name: 'Export', exact: true }).click();
  await panel.getByRole('menuitem', { name: entry }).click();
  const file = await workbench.acceptFile(proposed);
  await expect.poll(() => panel.locator('[aria-live]').textContent(), PATIENT).toContain('Saved as');
  return file;
}

describe('scenarios', { timeout: LONG }, () => {
  test('a rollout: scaled in a fork, and its transcript kept', async ({ workbench }) => {
    await workbench.openSideBar('Kube Anatomy');
    const panel = await apply(workbench, 'web.yaml');
    await playAndStepBack(panel);
    await goTo(panel, 'pods/web- status kubelet Running');
    expect(await why(panel)).toMatch(/because.*It began with you/s);
    const said = await fork(panel, 'scale', async (form) => {
      await form.getByLabel('Which', { exact: true }).selectOption({ label: 'Deployment default/web' });
      await form.getByLabel('Replicas').fill('5');
    });
    expect(said).toMatch(/What if: scale Deployment default\/web to 5.*go(es)? back to the change.*Pod only with it/s);
    await expect.poll(() => panel.locator('.futures .pair.first').count()).toBe(1);
    await workbench.screenshot('flow-fork');
    await panel.getByRole('button', { name: 'With the change', exact: true }).click();
    await panel.getByRole('tab', { name: 'Cluster' }).click();
    await panel.locator('.drawing .box').first().waitFor();
    await endFork(panel);
    const file = await exported(workbench, panel, /Transcript as Markdown/, /simulator\.md$/);
    expect(readFileSync(file, 'utf8')).toMatch(/^# Transcript of simulator\n[\s\S]*POST deployments\/web/);
  });

  test('a node that fails in a fork: its pods are made anew elsewhere; the drawing as PNG', async ({ workbench }) => {
    const panel = workbench.webview();
    await playAndStepBack(panel);
    await goTo(panel, 'pods/web- status kubelet Running');
    const node = /kubelet on (\S+?)(?=[^\w-])/.exec(
      `${await details(panel).locator('.who').first().textContent()} `,
    )?.[1];
    expect(await why(panel)).toContain('kube-scheduler');
    const said = await fork(panel, 'stop', async (form) => {
      await form.getByLabel('Which', { exact: true }).selectOption({ label: `${node} (the whole machine)` });
    });
    expect(said).toContain(`What if: stop the machine ${node}`);
    expect(said).toContain('7 min 0 s');
    expect(said).toMatch(/Node in both, not alike/);
    await workbench.screenshot('flow-fork-node');
    await endFork(panel);
    await panel.getByRole('tab', { name: 'Cluster' }).click();
    const file = await exported(workbench, panel, /PNG/, /simulator\.png$/);
    expect([...readFileSync(file).subarray(1, 4)].map((c) => String.fromCharCode(c)).join('')).toBe('PNG');
  });

  test('a pod that stays Pending: why counts the refusals, and an edited manifest is tried in a fork', async ({
    workbench,
  }) => {
    const panel = await apply(workbench, 'pending.yaml');
    await playAndStepBack(panel);
    await goTo(panel, 'picky kube-scheduler nodes');
    expect(await why(panel)).toMatch(/No node passed the filters: \d+ × /);
    const said = await fork(panel, 'apply', async (form) => {
      const text = form.getByLabel('Manifest', { exact: true });
      await expect.poll(() => text.inputValue()).toContain('disk: ssd');
      await text.fill((await text.inputValue()).replace(/ +nodeSelector:\n +disk: ssd\n/, ''));
    });
    expect(said).toMatch(/apply Deployment as edited.*go(es)? back to the change/s);
    expect(said).toMatch(/Deployment in both, not alike/);
    await endFork(panel);
    const file = await exported(workbench, panel, /Mermaid/, /simulator\.mmd$/);
    expect(readFileSync(file, 'utf8')).toMatch(/^sequenceDiagram\n/);
  });

  test('a StatefulSet: one after the other; a pod deleted in a fork comes back under its name', async ({
    workbench,
  }) => {
    const panel = await apply(workbench, 'db.yaml', STATEFUL);
    await playAndStepBack(panel);
    await goTo(panel, 'pods/db-1 status kubelet Running');
    expect(await why(panel)).toContain('StatefulSet controller');
    const said = await fork(panel, 'delete', async (form) => {
      await form.getByLabel('Which', { exact: true }).selectOption({ label: 'Pod default/db-0' });
    });
    expect(said).toMatch(/What if: delete Pod default\/db-0.*go(es)? back to the change/s);
    await expect.poll(() => panel.locator('.futures .cell', { hasText: 'POST pods/db-0' }).count()).toBeGreaterThan(0);
    await endFork(panel);
    await panel.getByRole('tab', { name: 'Cluster' }).click();
    const file = await exported(workbench, panel, /SVG/, /simulator\.svg$/);
    expect(readFileSync(file, 'utf8')).toMatch(/^<svg /);
  });

  test('a Service with a disruption budget: the scheduler stopped in a fork; a page for slides', async ({
    workbench,
  }) => {
    const panel = await apply(workbench, 'front.yaml', GUARDED);
    await playAndStepBack(panel);
    await goTo(panel, 'POST deployments/front');
    const said = await fork(panel, 'stop', async (form) => {
      await form.getByLabel('Which', { exact: true }).selectOption({ label: 'kube-scheduler on control-plane-1' });
    });
    expect(said).toContain('With the change it cannot happen: kube-scheduler is stopped there.');
    expect(said).toMatch(/EndpointSlice in both, not alike/);
    await endFork(panel);
    const file = await exported(workbench, panel, /Page that opens/, /simulator\.html$/);
    const page = await workbench.page.context().newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`file://${file}`);
    await page.locator('.drawing .box').first().waitFor();
    await page.getByRole('button', { name: 'Step forward' }).click();
    await expect.poll(async () => (await page.locator('.count').textContent())?.split(' / ')[0]).toBe('1');
    await page.getByRole('tab', { name: 'Transcript' }).click();
    await expect.poll(() => page.locator('.transcript').textContent()).toContain('POST');
    expect(asked.filter((url) => !/^(file|data|blob):/.test(url))).toEqual([]);
    await page.close();
  });

  test('a trace from a file is there again after a reload, at the same step', async ({ workbench }) => {
    const live = workbench.webview();
    const file = await exported(workbench, live, /Trace as JSON/, /simulator\.trace\.json$/);
    await workbench.runCommand('Kube Anatomy: Open Trace File…');
    await workbench.acceptFile(/\//, file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ format: 'kube-anatomy-trace' });
    const tab = workbench.page.getByRole('tab', { name: 'Flow: simulator.trace.json' });
    await tab.waitFor();
    const panel = workbench.webview();
    await panel.getByRole('button', { name: 'Step forward' }).click();
    await panel.getByRole('button', { name: 'Step forward' }).click();
    const held = await place(panel);
    await workbench.reloadWindow();
    await tab.waitFor({ timeout: 60_000 });
    await expect.poll(() => workbench.webview().locator('.count').textContent(), PATIENT).toContain(`${held} / `);
    expect(await workbench.webview().getByRole('button', { name: /^Fork/ }).isDisabled()).toBe(true);
  });
});
