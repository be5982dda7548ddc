// The annotated manifest as a reader uses it: beside the editor and in step with it, by mouse and keyboard, in every theme.
import { readFileSync } from 'node:fs';
import type { FrameLocator } from 'playwright-core';
import { expect } from 'vitest';
import { THEMES, violations } from '../support/axe.ts';
import { uiTest as test } from '../support/ui-test.ts';
import type { Workbench } from '../support/workbench.ts';

const PATIENCE = { timeout: 30_000 };

async function annotated(workbench: Workbench, file = 'web.yaml'): Promise<FrameLocator> {
  await workbench.openFile(file);
  await workbench.runCommand('Kube Anatomy: Annotate This Manifest');
  const panel = workbench.webview();
  await panel.locator('.row.field').first().waitFor(PATIENCE);
  return panel;
}

const current = async (panel: FrameLocator): Promise<string> =>
  (await panel.locator('.row[aria-selected] .text').textContent()) ?? '';

/** The number of the line that the editor’s cursor is on; the status bar tells it only while the editor has the focus. */
const cursor = async (workbench: Workbench): Promise<string | null> =>
  workbench.page.locator('.monaco-editor .active-line-number').textContent();

test('each line says who acts on it; the pane tells the whole record', async ({ workbench }) => {
  const panel = await annotated(workbench);
  const row = panel.locator('.row').filter({ hasText: 'replicas: 3' });
  await expect.poll(() => row.textContent(), PATIENCE).toContain('Deployment controller');
  expect(await row.getAttribute('class')).toContain('c-controller');
  expect(await row.locator('svg.sign').count()).toBeGreaterThan(0);
  await row.click();
  await expect.poll(() => cursor(workbench), PATIENCE).toBe('8');
  const pane = panel.getByRole('complementary', { name: 'All about this line' });
  await expect.poll(() => pane.textContent(), PATIENCE).toMatch(/spec\.replicas.*Change it/s);
  await workbench.screenshot('annotate-lines');
});

test('the keyboard steps through the lines, and Enter goes to the editor', async ({ workbench }) => {
  const panel = workbench.webview();
  await panel.getByRole('listbox', { name: 'Lines of the manifest' }).focus();
  await workbench.page.keyboard.press('ArrowDown');
  await expect.poll(() => current(panel), PATIENCE).toBe('  selector:');
  await expect.poll(() => cursor(workbench), PATIENCE).toBe('9');
  await workbench.page.keyboard.press('Enter');
  // What is typed now goes into the editor.
  await expect
    .poll(() => workbench.page.locator('.editor-group-container.active .monaco-editor.focused').count(), PATIENCE)
    .toBe(1);
});

test('the editor’s cursor leads the panel', async ({ workbench }) => {
  const panel = workbench.webview();
  await workbench.page.keyboard.press('ArrowUp');
  await expect.poll(() => current(panel), PATIENCE).toBe('  replicas: 3');
});

test('what is typed appears, and lines that were not touched stay the same elements', async ({ workbench }) => {
  const panel = workbench.webview();
  const last = panel.locator('.row').filter({ hasText: 'containerPort' });
  await last.evaluate((element) => element.setAttribute('data-kept', 'yes'));
  await workbench.page.keyboard.press('End');
  await workbench.page.keyboard.type('\npaused: true');
  const typed = panel.locator('.row').filter({ hasText: 'paused: true' });
  await expect.poll(() => typed.textContent(), PATIENCE).toContain('Deployment controller');
  expect(await last.getAttribute('data-kept')).toBe('yes');
  await workbench.page.keyboard.type('\nstrat');
  await expect.poll(() => panel.locator('.problem').textContent(), PATIENCE).toContain('cannot be read');
  expect(await typed.textContent()).toContain('Deployment controller');
  for (let i = 0; i < 'strat'.length + 1; i++) await workbench.page.keyboard.press('Backspace');
  await expect.poll(() => panel.locator('.problem').count(), PATIENCE).toBe(0);
});

test('filters leave the lines of a component; the order of acting and the transcript tell the same', async ({
  workbench,
}) => {
  const panel = workbench.webview();
  await panel.getByRole('button', { name: /^kubelet/ }).click();
  await expect.poll(() => panel.locator('.row.field:not(.off)').count(), PATIENCE).toBeGreaterThan(1);
  const shown = await panel.locator('.row.field:not(.off)').allTextContents();
  expect(shown.every((text) => text.includes('kubelet'))).toBe(true);
  await panel.getByRole('tab', { name: 'Order of acting' }).click();
  await expect.poll(() => panel.locator('.stage h2').allTextContents(), PATIENCE).toHaveLength(1);
  await panel.getByRole('button', { name: 'Show all lines again' }).click();
  await expect.poll(() => panel.locator('.stage').count(), PATIENCE).toBeGreaterThan(5);
  await workbench.screenshot('annotate-order');
  await panel.getByRole('tab', { name: 'Transcript' }).click();
  const told = async (): Promise<string> => (await panel.locator('.prose').textContent()) ?? '';
  await expect.poll(told, PATIENCE).toContain('In the order of acting');
  expect(await told()).toMatch(/Deployment controller.*kube-scheduler.*kubelet/s);
  await panel.getByRole('tab', { name: 'Lines' }).click();
});

test('the page is saved by the save dialog', async ({ workbench }) => {
  const panel = workbench.webview();
  await panel.getByRole('button', { name: 'Export' }).click();
  const path = await workbench.acceptFile(/web\.annotated\.html$/);
  await expect.poll(() => panel.locator('[aria-live]').textContent(), PATIENCE).toContain('Saved as');
  expect(readFileSync(path, 'utf8')).toContain('web.yaml: who handles each line');
});

test('watch it happen leads to the step in the flow panel', async ({ workbench }) => {
  const panel = workbench.webview();
  await panel.locator('.row').filter({ hasText: 'image:' }).click();
  await panel.getByRole('button', { name: /^Watch it happen: kubelet/ }).click();
  await workbench.page
    .locator('.tab')
    .filter({ hasText: /^Flow: simulator$/ })
    .waitFor(PATIENCE);
});

test('the panel is there again after a reload, with what it showed', async ({ workbench }) => {
  await workbench.reloadWindow();
  // The flow panel of the test before lies in front of it.
  await workbench.page.getByRole('tab', { name: /^Annotated/ }).click();
  const panel = workbench.webview();
  await expect.poll(() => panel.locator('.row.field').count(), { timeout: 60_000 }).toBeGreaterThan(5);
});

for (const theme of THEMES) {
  test(`axe-core finds nothing in ${theme}`, async ({ openAnother }) => {
    const settings = { 'workbench.colorTheme': theme };
    const workbench = await openAnother({ settings });
    const panel = await annotated(workbench);
    await panel.locator('.row').filter({ hasText: 'replicas: 3' }).click();
    await panel.locator('.acts').waitFor(PATIENCE);
    for (const tab of ['Lines', 'Order of acting', 'Transcript']) {
      await panel.getByRole('tab', { name: tab }).click();
      expect(await violations(panel), tab).toEqual([]);
    }
    await workbench.screenshot(`annotate-${theme.replaceAll(' ', '-').toLowerCase()}`);
    await workbench.close();
  });
}
