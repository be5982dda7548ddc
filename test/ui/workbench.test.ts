import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { uiTest as test } from '../support/ui-test.ts';

test('the workbench opens on the samples and shows a manifest', async ({ workbench }) => {
  await workbench.openFile('web.yaml');
  await expect.poll(() => workbench.page.locator('.view-lines').first().textContent()).toContain('Deployment');
  await workbench.screenshot('manifest');
});

test('a webview of the host renders, so that panels can', async ({ workbench }) => {
  writeFileSync(path.join(workbench.folder, 'page.md'), '# A heading in a webview\n');
  await workbench.openFile('page.md');
  await workbench.runCommand('Markdown: Open Preview');
  await expect.poll(() => workbench.webview().locator('h1').textContent()).toBe('A heading in a webview');
  await workbench.screenshot('webview');
});
