// Who wrote each field of a live object, as a reader sees it: behind the lines, in the hover, in the legend, and in the trace.
import { expect } from 'vitest';
import { uiTest as test } from '../support/ui-test.ts';
import type { Workbench } from '../support/workbench.ts';

const PATIENCE = { timeout: 60_000 };

/** The words behind the line that reads so; they are drawn by the style, not in the text. */
async function behind(workbench: Workbench, text: string): Promise<string> {
  const line = workbench.page.locator('.view-line').filter({ hasText: text }).first();
  return line.evaluate((element) =>
    [...element.querySelectorAll('*')]
      .map((one) => getComputedStyle(one, '::after').content)
      .filter((content) => content !== 'none' && content !== 'normal' && content !== '""')
      .join(' ')
      .replaceAll('"', ''),
  );
}

async function openDeployment(workbench: Workbench): Promise<void> {
  await workbench.openSideBar('Kube Anatomy');
  await workbench.openFile('web.yaml');
  await workbench.runCommand('Kube Anatomy: Apply This Manifest in the Simulator');
  const row = workbench.rows('Anatomy').filter({ hasText: '3/3 ready' }).first();
  await row.waitFor({ timeout: 90_000 });
  const item = workbench.page.locator('.context-view .action-item').filter({ hasText: 'Open YAML' });
  for (let triesLeft = 5; ; triesLeft--) {
    await row.click({ button: 'right' });
    try {
      // A menu that has just opened does not hear the mouse; it hears the keyboard.
      await item.hover({ timeout: 5_000 });
      await workbench.page.keyboard.press('Enter');
      await item.waitFor({ state: 'hidden', timeout: 5_000 });
      break;
    } catch (error) {
      if (triesLeft === 0) throw error;
      await workbench.page.keyboard.press('Escape');
    }
  }
  await workbench.page.locator('.view-line').filter({ hasText: 'creationTimestamp' }).first().waitFor(PATIENCE);
}

test('each line of a live object says who wrote it', async ({ workbench }) => {
  await openDeployment(workbench);
  await expect.poll(() => behind(workbench, 'protocol: TCP'), PATIENCE).toContain('kube-apiserver defaulting');
  await workbench.screenshot('blame-deployment');
});

test('the hover tells the whole story, and the trace shows the step', async ({ workbench }) => {
  const story = await workbench.hover('protocol');
  expect(story).toContain('Who wrote this');
  expect(story).toContain('kubectl-client-side-apply');
  expect(story).toContain('In the trace');
  await workbench.screenshot('blame-hover');
});

test('the legend goes from line to line of whom is chosen, and hides and shows', async ({ workbench }) => {
  const { page } = workbench;
  await page.mouse.move(0, 0);
  const lens = page.locator('.codelens-decoration a');
  await lens
    .filter({ hasText: /^.*kube-apiserver · \d+ lines$/ })
    .first()
    .click();
  await expect
    .poll(() => page.locator('.editor-group-container.active .active-line-number').textContent(), PATIENCE)
    .not.toBe('1');
  await lens.filter({ hasText: 'Hide' }).click();
  await expect.poll(() => behind(workbench, 'protocol: TCP'), PATIENCE).toBe('');
  await lens.filter({ hasText: 'Show who wrote each field' }).click();
  await expect.poll(() => behind(workbench, 'protocol: TCP'), PATIENCE).toContain('kube-apiserver');
});
