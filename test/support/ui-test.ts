import { inject, test } from 'vitest';
import { launchChromium } from '../../scripts/tasks/chromium.ts';
import { openWorkbench, type WorkbenchOptions } from './workbench.ts';

/**
 * `test` with one workbench for each file, and `openAnother` for one with options of its own. A test that fails leaves
 * a screenshot of the former in artifacts/ui.
 */
export const uiTest = test
  .extend('host', { scope: 'file' }, () => inject('workbenchHost'))
  .extend('openAnother', { scope: 'file' }, async ({ host }, { onCleanup }) => {
    const browser = await launchChromium();
    onCleanup(() => browser.close());
    return (options?: WorkbenchOptions) => openWorkbench(browser, host, options);
  })
  .extend('workbench', { scope: 'file' }, ({ openAnother }) => openAnother())
  .extend('pictureOnFailure', { auto: true }, async ({ workbench, task, onTestFailed }) => {
    onTestFailed(() => workbench.screenshot(`failed-${task.name.replace(/\W+/g, '-')}`));
  });
