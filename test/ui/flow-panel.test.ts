// The flow panel as a reader uses it: play, hold, step, scrub, read the transcript, ask why, and find it again after a reload.
import type { FrameLocator } from 'playwright-core';
import { expect } from 'vitest';
import { uiTest as test } from '../support/ui-test.ts';
import type { Workbench } from '../support/workbench.ts';

async function applied(workbench: Workbench): Promise<FrameLocator> {
  await workbench.openSideBar('Kube Anatomy');
  await workbench.openFile('web.yaml');
  await workbench.runCommand('Kube Anatomy: Apply This Manifest in the Simulator');
  const panel = workbench.webview();
  await panel.getByRole('slider', { name: 'Step', exact: true }).waitFor();
  return panel;
}

const place = async (panel: FrameLocator): Promise<number> =>
  Number((await panel.locator('.count').textContent())?.split(' / ')[0]);

test('replay plays, holds, steps and scrubs', async ({ workbench }) => {
  const panel = await applied(workbench);
  await expect.poll(() => place(panel)).toBeGreaterThan(2);
  await panel.getByRole('button', { name: 'Pause' }).click();
  const held = await place(panel);
  await panel.getByRole('button', { name: 'Step forward' }).click();
  expect(await place(panel)).toBe(held + 1);
  await panel.getByRole('button', { name: 'Step back' }).click();
  expect(await place(panel)).toBe(held);
  const slider = panel.getByRole('slider', { name: 'Step', exact: true });
  await slider.focus();
  await slider.press('End');
  const total = Number((await panel.locator('.count').textContent())?.split(' / ')[1]);
  expect(await place(panel)).toBe(total);
  await workbench.screenshot('flow-panel-end');
  await panel.getByRole('button', { name: 'Back to the start' }).click();
  expect(await place(panel)).toBeLessThan(held);
});

test('the transcript tells the documented story in its order', async ({ workbench }) => {
  const panel = workbench.webview();
  await panel.getByRole('tab', { name: 'Transcript' }).click();
  const told = async (): Promise<string> => (await panel.locator('.transcript').textContent()) ?? '';
  const story = [
    'POST deployments/web',
    'creates web-',
    'POST replicasets/web-',
    'POST pods/web-',
    '/binding',
    'sandbox',
    'Running',
  ];
  await expect.poll(told).toContain('sandbox');
  const text = await told();
  const places = story.map((part) => text.indexOf(part));
  expect(places.every((at) => at >= 0)).toBe(true);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  await workbench.screenshot('flow-panel-transcript');
});

test('the panel is there again after a reload, with the simulator that runs then', async ({ workbench }) => {
  await workbench.page.reload();
  await workbench.page.locator('.monaco-workbench .monaco-list-row').first().waitFor({ timeout: 60_000 });
  await expect.poll(() => workbench.webview().locator('.toolbar').count(), { timeout: 40_000 }).toBe(1);
  await expect.poll(() => workbench.webview().locator('body').textContent()).toContain('kube-apiserver');
});
