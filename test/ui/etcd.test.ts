// The etcd view in the real workbench: from an object to its key, and from a revision to what it changed.
import { expect } from 'vitest';
import { uiTest as test } from '../support/ui-test.ts';

test('a key’s revisions are listed with who wrote them, and one opens as a diff', async ({ workbench }) => {
  const { page } = workbench;
  await workbench.openSideBar('Kube Anatomy');
  await workbench.rows('Anatomy').first().waitFor();
  await workbench.runCommand('Kube Anatomy: Focus on etcd View');
  // Only rows that fit are in the page: the other views make room.
  for (const name of ['Clusters', 'Anatomy'])
    await page.locator('.pane-header[aria-expanded="true"]').filter({ hasText: name }).click();
  const rows = workbench.rows('etcd');
  const row = (text: string) => rows.filter({ hasText: text }).first();
  const expand = async (text: string, next: string): Promise<void> => {
    const opened = async (): Promise<boolean> => {
      if ((await row(next).count()) > 0) return true;
      const isOpen = (await row(text).getAttribute('aria-expanded')) === 'true';
      if (!isOpen) await row(text).click({ timeout: 2_000 });
      return false;
    };
    // A slow machine may swallow a click, and the tree may be drawn anew under it.
    await expect.poll(() => opened().catch(() => false), { timeout: 40_000, interval: 500 }).toBe(true);
  };
  await expect
    .poll(() => rows.allTextContents(), { timeout: 40_000 })
    .toContainEqual(expect.stringContaining('leases'));
  await expand('leases', 'kube-system');
  await expand('kube-system', 'kube-scheduler');
  await expand('kube-scheduler', 'spec.renewTime');
  await workbench.screenshot('etcd');
  await row('spec.renewTime').click();
  const tab = page.locator('.tab.active').filter({ hasText: /revision \d+ ↔ \d+/ });
  await tab.waitFor({ timeout: 20_000 });
  const changed = page.locator('.monaco-diff-editor .view-line').filter({ hasText: 'renewTime' });
  await expect.poll(() => changed.count(), { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  await workbench.screenshot('etcd-diff');
});
