// The flow panel for everybody: every kind of theme, twice the size, the keyboard alone.
import type { FrameLocator } from 'playwright-core';
import { describe, expect } from 'vitest';
import { THEMES, violations } from '../support/axe.ts';
import { uiTest as test } from '../support/ui-test.ts';
import type { Workbench } from '../support/workbench.ts';

const PATIENT = { timeout: 90_000 };

async function rollout(workbench: Workbench): Promise<FrameLocator> {
  // What fades in has not its own colours yet.
  await workbench.page.emulateMedia({ reducedMotion: 'reduce' });
  await workbench.openSideBar('Kube Anatomy');
  await workbench.openFile('web.yaml');
  await workbench.runCommand('Kube Anatomy: Apply This Manifest in the Simulator');
  const panel = workbench.webview();
  await panel.getByText(/\/ [3-9]\d$/).waitFor(PATIENT);
  await panel.getByRole('slider', { name: 'Step', exact: true }).press('End');
  return panel;
}

describe('axe-core finds nothing', { timeout: 240_000 }, () => {
  test.for(THEMES)('in %s', async (theme, { openAnother }) => {
    const workbench = await openAnother({ settings: { 'workbench.colorTheme': theme } });
    const panel = await rollout(workbench);
    for (const tab of ['Cluster', 'Sequence', 'Timeline', 'Transcript']) {
      await panel.getByRole('tab', { name: tab }).click();
      expect(await violations(panel), tab).toEqual([]);
    }
    await panel.getByRole('tab', { name: 'Cluster' }).click();
    for (const opened of ['Filters', 'Legend']) {
      await panel.getByRole('button', { name: opened, exact: true }).click();
      expect(await violations(panel), opened).toEqual([]);
      await panel.getByRole('group', { name: opened }).press('Escape');
    }
    await panel.getByRole('tab', { name: 'Sequence' }).click();
    await panel.locator('.sequence .fan').first().press('Enter');
    await panel.getByRole('button', { name: /^Why/ }).click();
    expect(await violations(panel), 'why').toEqual([]);
    await panel.getByRole('button', { name: /^Fork/ }).click();
    expect(await violations(panel), 'fork').toEqual([]);
    await panel.getByRole('tab', { name: 'Cluster' }).click();
    for (const inside of ['kube-apiserver', 'kube-scheduler', 'worker-1', 'kube-proxy on worker-1']) {
      await panel.getByRole('combobox', { name: 'Look inside' }).selectOption({ label: inside });
      expect(await violations(panel), inside).toEqual([]);
    }
    await workbench.close();
  });
});

test('at twice the size everything is within reach', { timeout: 240_000 }, async ({ openAnother }) => {
  // Zoomed to 200 %, a window of 1440 by 900 has half of both.
  const workbench = await openAnother({ size: { width: 720, height: 450 } });
  await workbench.page.emulateMedia({ reducedMotion: 'reduce' });
  await workbench.openSideBar('Kube Anatomy');
  await workbench.openFile('web.yaml');
  await workbench.page.keyboard.press('Control+B');
  await workbench.runCommand('Kube Anatomy: Apply This Manifest in the Simulator');
  const panel = workbench.webview();
  await panel.getByText(/\/ [3-9]\d$/).waitFor(PATIENT);
  await workbench.screenshot('flow-panel-zoom-200');
  // Nothing is cut off for good: what is wider than the window stands in a part of it that scrolls.
  const wider = await panel
    .locator('body')
    .evaluate(({ ownerDocument: { documentElement } }) => documentElement.scrollWidth - documentElement.clientWidth);
  expect(wider).toBeLessThanOrEqual(0);
  await panel.getByRole('tab', { name: 'Transcript' }).click();
  await panel.locator('.transcript .go').first().click();
  expect(await violations(panel)).toEqual([]);
  await workbench.close();
});

test('the keyboard alone: along everything there is, with a focus that is seen', { timeout: 240_000 }, async ({
  openAnother,
}) => {
  const workbench = await openAnother();
  const panel = await rollout(workbench);
  await panel.getByRole('button', { name: 'Back to the start' }).focus();
  const unseen: string[] = [];
  const met = new Set<string>();
  for (let i = 0; i < 60; i++) {
    await workbench.page.keyboard.press('Tab');
    const { name, seen, inside } = await panel.locator('body').evaluate((body) => {
      const { activeElement } = body.ownerDocument;
      const style = activeElement ? getComputedStyle(activeElement) : undefined;
      const ring = style !== undefined && style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0;
      const words = activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? '';
      return {
        name: `${activeElement?.tagName} ${words.trim().slice(0, 40)}`,
        seen: ring || (style !== undefined && style.boxShadow !== 'none'),
        inside: activeElement !== null && activeElement !== body,
      };
    });
    if (!inside) break;
    met.add(name);
    if (!seen) unseen.push(name);
  }
  expect(unseen).toEqual([]);
  const all = [...met].join('\n');
  for (const part of [
    'Go',
    'Speed',
    'Step',
    'Cluster',
    'Why',
    'Fork',
    'Export',
    'Filter steps',
    'Look inside',
    'Zoom in',
  ])
    expect(all).toContain(part);
  await workbench.close();
});
