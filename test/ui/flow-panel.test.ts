// The flow panel as a reader uses it: play, hold, step, scrub, read the transcript, ask why, and find it again after a reload.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { expect } from 'vitest';
import { uiTest as test } from '../support/ui-test.ts';
import { Workbench } from '../support/workbench.ts';

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

test('why: the way back from the current step to what the user did', async ({ workbench }) => {
  const panel = workbench.webview();
  await panel.getByRole('tab', { name: 'Cluster' }).click();
  await panel.getByRole('slider', { name: 'Step', exact: true }).press('End');
  await panel.getByRole('button', { name: /^Why/ }).click();
  const said = panel.getByRole('complementary', { name: 'Current step' });
  await expect.poll(() => said.textContent()).toMatch(/because.*It began with you/s);
  expect(await said.locator('.rails circle').count()).toBeGreaterThan(3);
  await workbench.screenshot('flow-panel-why');
  await said.getByRole('button', { name: 'Back to the step' }).click();
});

test('the deliveries of one write are one bundle, which opens by keyboard and stays where it is', async ({
  workbench,
}) => {
  const panel = workbench.webview();
  await panel.getByRole('tab', { name: 'Sequence' }).click();
  const fan = panel.locator('.sequence .fan').first();
  await expect.poll(() => fan.getAttribute('aria-label')).toMatch(/^→ \d+ watchers: .*kubelet on worker-/);
  await fan.scrollIntoViewIfNeeded();
  const top = async (): Promise<number> => Math.round((await fan.boundingBox())?.y ?? 0);
  const before = await top();
  await fan.press('Enter');
  await expect.poll(() => panel.locator('.sequence .member').count()).toBeGreaterThan(1);
  expect(await fan.getAttribute('aria-expanded')).toBe('true');
  expect(await top()).toBe(before);
  expect(await fan.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  await workbench.screenshot('flow-panel-fan-out');
  await fan.press('Enter');
  await expect.poll(() => panel.locator('.sequence .member').count()).toBe(0);
  await panel.getByRole('tab', { name: 'Cluster' }).click();
});

test('beside an editor everything fits: menus in sight, filters whole, the sequence without scrolling aside', async ({
  workbench,
}) => {
  const panel = workbench.webview();
  const width = await panel.locator('body').evaluate((body) => body.clientWidth);
  expect(width).toBeLessThan(640);
  const within = async (what: Locator): Promise<void> => {
    const { left, right } = await what.evaluate((element) => element.getBoundingClientRect().toJSON());
    expect([left >= 0, right <= width]).toEqual([true, true]);
  };
  for (const name of ['Go', 'Export']) {
    await panel.getByRole('button', { name, exact: true }).click();
    await within(panel.getByRole('menu', { name }));
    await panel.getByRole('menu', { name }).press('Escape');
  }
  await panel.getByRole('button', { name: 'Filters', exact: true }).click();
  await within(panel.getByRole('group', { name: 'Filters' }));
  await panel.getByRole('combobox', { name: 'Component' }).selectOption({ label: 'kube-scheduler' });
  await panel.getByRole('combobox', { name: 'Component' }).press('Escape');
  await panel.getByRole('group', { name: 'Filters' }).waitFor({ state: 'hidden' });
  await panel.getByRole('button', { name: 'Not only kube-scheduler' }).click();
  expect(await panel.getByRole('combobox', { name: 'Component', includeHidden: true }).inputValue()).toBe('');
  // What hides everything can be taken back where it was typed.
  const search = panel.getByRole('searchbox', { name: 'Filter steps by words' });
  await search.fill('nothing has these words');
  await panel.getByText('No step passes the filter').waitFor();
  await search.fill('');
  await panel.getByRole('tab', { name: 'Sequence' }).click();
  await panel.locator('.sequence .exchange').first().waitFor();
  const sideways = (): Promise<number> =>
    panel.locator('.sequence .scroller').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
  expect(await sideways()).toBe(0);
  await workbench.screenshot('flow-panel-beside');
  // Nor when there is more room, and then less again.
  const wide = (): Promise<number> =>
    panel
      .locator('.sequence svg')
      .first()
      .evaluate((svg) => svg.clientWidth);
  const before = await wide();
  await workbench.page.keyboard.press('Control+B');
  await expect.poll(wide).toBeGreaterThan(before);
  await workbench.page.keyboard.press('Control+B');
  await expect.poll(wide).toBe(before);
  expect(await sideways()).toBe(0);
  await panel.getByRole('tab', { name: 'Cluster' }).click();
});

test('a changed field leads to its page, in a column that is there', async ({ workbench }) => {
  const panel = workbench.webview();
  await panel.getByRole('slider', { name: 'Step', exact: true }).press('End');
  const columns = workbench.page.locator('.editor-group-container');
  expect(await columns.count()).toBe(2);
  const more = panel.getByRole('button', { name: /^More about status\./ }).first();
  const path = (await more.getAttribute('aria-label'))?.replace('More about ', '') ?? '';
  await more.click();
  const page = workbench.page.locator('.tab').filter({ hasText: path });
  await page.waitFor({ timeout: 40_000 });
  expect(await columns.count()).toBe(2);
  expect(await workbench.page.locator('.tab').filter({ hasText: 'Flow: simulator' }).isVisible()).toBe(true);
  await page.click();
  await workbench.runCommand('View: Close Editor');
  await page.waitFor({ state: 'detached' });
});

test('a file that is no trace is told of in the panel, and what is there stays', async ({ workbench }) => {
  const panel = workbench.webview();
  const place = await panel.locator('.count').textContent();
  writeFileSync(path.join(workbench.folder, 'foreign.json'), '{"kind":"Pod"}');
  await workbench.runCommand('Kube Anatomy: Open Trace File…');
  await workbench.acceptFile(/\//, path.join(workbench.folder, 'foreign.json'));
  await expect
    .poll(() => panel.locator('.banner').textContent())
    .toMatch(/^foreign\.json could not be read: The file is JSON, but not a trace\./);
  expect(await panel.locator('.count').textContent()).toBe(place);
  await panel.getByRole('button', { name: 'Dismiss' }).click();
});

test('a trace is saved by the save dialog and opened again', async ({ workbench }) => {
  const panel = workbench.webview();
  const total = async (): Promise<string | undefined> => (await panel.locator('.count').textContent())?.split(' / ')[1];
  const before = await total();
  await panel.getByRole('button', { name: 'Export' }).click();
  await panel.getByRole('menuitem', { name: /Trace as JSON/ }).click();
  const path = await workbench.acceptFile(/simulator\.trace\.json$/);
  await expect.poll(() => panel.locator('[aria-live]').textContent(), { timeout: 20_000 }).toContain('Saved as');
  await workbench.runCommand('Kube Anatomy: Open Trace File…');
  await workbench.acceptFile(/\//, path);
  await workbench.page.getByRole('tab', { name: 'Flow: simulator.trace.json' }).waitFor();
  await expect.poll(total).toBe(before);
  await workbench.screenshot('flow-panel-trace');
  await workbench.runCommand('Kube Anatomy: Open Flow Panel');
  await workbench.page
    .locator('.tab')
    .filter({ hasText: /^Flow: simulator$/ })
    .waitFor();
});

test('the panel is there again after a reload, with the simulator that runs then', async ({ workbench }) => {
  await workbench.reloadWindow();
  await expect.poll(() => workbench.webview().locator('.toolbar').count(), { timeout: 40_000 }).toBe(1);
  await expect.poll(() => workbench.webview().locator('body').textContent()).toContain('kube-apiserver');
});

test('moved to another window, the panel goes on where it was', async ({ openAnother }) => {
  const workbench = await openAnother();
  const panel = await applied(workbench);
  await panel.getByRole('tab', { name: 'Timeline' }).click();
  await panel.getByRole('button', { name: 'Pause' }).click();
  await panel.getByRole('button', { name: 'Step forward' }).click();
  const held = await panel.locator('.count').textContent();
  await workbench.page
    .locator('.tab')
    .filter({ hasText: /^Flow: simulator$/ })
    .click();
  const opened = workbench.page.waitForEvent('popup', { timeout: 60_000 });
  await workbench.runCommand('View: Move Editor into New Window');
  const moved = new Workbench(await opened, workbench.folder);
  await expect.poll(() => moved.webview().locator('.count').textContent(), { timeout: 40_000 }).toBe(held);
  expect(await moved.webview().getByRole('tab', { name: 'Timeline' }).getAttribute('aria-selected')).toBe('true');
  await moved.webview().getByRole('button', { name: 'Step back' }).click();
  await expect.poll(() => moved.webview().locator('.count').textContent()).not.toBe(held);
  await moved.screenshot('flow-panel-moved');
});
