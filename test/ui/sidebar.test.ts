// What a person meets in the side bar beside the tree itself: a broken kubeconfig, a cluster that is down, the walkthrough.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { uiTest as test } from '../support/ui-test.ts';

const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: kind-dev
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]
users: [{name: u, user: {token: t}}]
contexts:
- {name: kind-dev, context: {cluster: c, user: u}}
- {name: prod-eu, context: {cluster: gone, user: u}}
`;

function kubeconfig(text: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'kube-anatomy-ui-')), 'config');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

test('contexts are listed; one that is down says what to do', async ({ openAnother }) => {
  const workbench = await openAnother({ settings: { 'kubeAnatomy.kubeconfig': kubeconfig(KUBECONFIG) } });
  await workbench.openSideBar('Kube Anatomy');
  const clusters = workbench.rows('Clusters');
  await expect.poll(() => clusters.allTextContents()).toContainEqual(expect.stringMatching(/kind-dev.*not connected/));
  expect(await clusters.allTextContents()).toContainEqual(expect.stringMatching(/prod-eu.*not usable/));
  const row = clusters.filter({ hasText: 'kind-dev' });
  await row.hover();
  await row.locator('.action-label[aria-label="Connect"]').click();
  await expect
    .poll(() => workbench.page.locator('.pane').filter({ hasText: 'Anatomy' }).locator('.message').textContent())
    .toMatch(/Nothing listens at https:\/\/127\.0\.0\.1:1.*Start the cluster/);
  await workbench.screenshot('cluster-down');
  await clusters.filter({ hasText: 'simulator' }).click();
  await expect
    .poll(() => workbench.rows('Anatomy').allTextContents())
    .toContainEqual(expect.stringContaining('kube-apiserver'));
  await workbench.close();
});

test('a broken kubeconfig is a row with its line, and opens there', async ({ openAnother }) => {
  const workbench = await openAnother({
    settings: { 'kubeAnatomy.kubeconfig': kubeconfig('kind: Config\nusers: [broken\n') },
  });
  await workbench.openSideBar('Kube Anatomy');
  const row = workbench.rows('Clusters').filter({ hasText: 'not valid YAML' });
  await row.waitFor();
  expect(await row.textContent()).toMatch(/config.*line \d/);
  await row.click();
  await workbench.page.locator('.tab.active[data-resource-name="config"]').waitFor();
  await workbench.screenshot('broken-kubeconfig');
  await workbench.close();
});

test('the walkthrough ticks off what was done', async ({ workbench }) => {
  await workbench.openSideBar('Kube Anatomy');
  await workbench.rows('Anatomy').first().waitFor();
  await workbench.runCommand('Kube Anatomy: Open Walkthrough');
  const step = (name: string) => workbench.page.locator('.getting-started-step').filter({ hasText: name });
  await step('Read a manifest').click();
  await workbench.page.getByRole('button', { name: 'Open a Sample Manifest' }).click();
  await workbench.page.locator('.view-line').filter({ hasText: 'kind: Deployment' }).first().waitFor();
  await workbench.runCommand('Kube Anatomy: Open Walkthrough');
  await expect.poll(() => step('Read a manifest').locator('.codicon-getting-started-step-checked').count()).toBe(1);
  await workbench.screenshot('walkthrough');
});
