// The main job as a person does it: open the side bar, read a hover, apply a manifest, watch it in the flow panel.
import { expect } from 'vitest';
import { uiTest as test } from '../support/ui-test.ts';

test('the side bar shows the simulated cluster down to its pods', async ({ workbench }) => {
  await workbench.openSideBar('Kube Anatomy');
  await expect
    .poll(() => workbench.rows('Clusters').allTextContents())
    .toContainEqual(expect.stringContaining('simulator'));
  await expect
    .poll(() => workbench.rows('Anatomy').allTextContents())
    .toContainEqual(expect.stringContaining('kube-apiserver'));
  await workbench.screenshot('side-bar');
});

test('a hover explains a field', async ({ workbench }) => {
  await workbench.openFile('web.yaml');
  expect(await workbench.hover('replicas')).toMatch(/Deployment controller/i);
  await workbench.screenshot('hover');
});

test('a manifest is applied and its Deployment becomes ready before the flow panel tells how', async ({
  workbench,
}) => {
  await workbench.openFile('web.yaml');
  await workbench.runCommand('Kube Anatomy: Apply This Manifest in the Simulator');
  await expect
    .poll(() => workbench.rows('Anatomy').allTextContents())
    .toContainEqual(expect.stringMatching(/web.*3\/3 ready/));
  await expect.poll(() => workbench.webview().locator('body').textContent()).toContain('kube-scheduler');
  await workbench.screenshot('flow');
});
