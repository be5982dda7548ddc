// The workbench as a person has it before them: a copy of the sample workspace with the extension, in a browser page.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { copyOfSamples } from '../../scripts/tasks/samples.ts';
import { type HostAddress, workbenchUrl } from '../../scripts/tasks/vscode-host.ts';

const ARTIFACTS = path.resolve(import.meta.dirname, '..', '..', 'artifacts', 'ui');
const SIZE = { width: 1440, height: 900 };

export interface WorkbenchOptions {
  /** Workspace settings, such as `{ 'workbench.colorTheme': 'Default High Contrast' }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly size?: { readonly width: number; readonly height: number };
}

/** Opens a workbench of its own: fresh copy of the samples, fresh browser storage. */
export async function openWorkbench(
  browser: Browser,
  host: HostAddress,
  options: WorkbenchOptions = {},
): Promise<Workbench> {
  const folder = copyOfSamples();
  if (options.settings) {
    mkdirSync(path.join(folder, '.vscode'), { recursive: true });
    writeFileSync(path.join(folder, '.vscode', 'settings.json'), JSON.stringify(options.settings));
  }
  const context = await browser.newContext({ viewport: options.size ?? SIZE });
  const page = await context.newPage();
  await page.goto(workbenchUrl(host, folder));
  // The samples open with our side bar; who types before it is there loses the focus to it.
  const sideBar = page.locator('.sidebar').filter({ has: page.locator('.title-label', { hasText: 'Kube Anatomy' }) });
  await sideBar.locator('.monaco-list-row').first().waitFor({ timeout: 60_000 });
  return new Workbench(page, folder);
}

export class Workbench {
  readonly page: Page;
  /** The workspace folder, on disk. */
  readonly folder: string;

  constructor(page: Page, folder: string) {
    this.page = page;
    this.folder = folder;
  }

  /** Runs a command by the title that the command palette shows, such as `Kube Anatomy: Open Flow`. */
  async runCommand(title: string): Promise<void> {
    await this.pick('F1', `>${title}`, title);
  }

  /** Opens a file of the workspace by its path in it, and waits for its text. */
  async openFile(file: string): Promise<void> {
    const name = path.basename(file);
    // The absolute path is looked up on disk; a name would be searched in a listing that may be a moment old.
    await this.pick('Control+P', path.join(this.folder, file), name);
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.page.locator('.editor-group-container.active .view-lines .view-line').first().waitFor();
  }

  /** Whatever takes the focus closes the list; a person would open it again, and so does this. */
  private async pick(key: string, typed: string, label: string): Promise<void> {
    // The list matches loosely; only a row that reads like the label is meant.
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: label }).first();
    for (let triesLeft = 5; ; triesLeft--) {
      await this.page.keyboard.press(key);
      try {
        await this.page.locator('.quick-input-widget input').fill(typed, { timeout: 5_000 });
        return await row.click({ timeout: 5_000 });
      } catch (error) {
        if (triesLeft === 0) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /**
   * The path that the workbench's own file dialog proposes, or `path` in its stead, is accepted. The dialog leaves Enter
   * unheard while it looks a path up on disk; a person would press it again, and so does this.
   */
  async acceptFile(proposed: RegExp, path?: string): Promise<string> {
    const box = this.page.locator('.quick-input-widget input').first();
    await expect.poll(() => box.inputValue(), { timeout: 30_000 }).toMatch(proposed);
    const accepted = path ?? (await box.inputValue());
    for (let triesLeft = 10; ; triesLeft--) {
      if (path !== undefined) await box.fill(path);
      await box.press('Enter');
      try {
        await box.waitFor({ state: 'hidden', timeout: 3_000 });
        return accepted;
      } catch (error) {
        if (triesLeft === 0) throw error;
      }
    }
  }

  /** The document inside the webview that is shown, or the nth of several. */
  webview(nth = 0): FrameLocator {
    return this.page.locator('iframe.webview.ready').nth(nth).contentFrame().frameLocator('#active-frame');
  }

  /**
   * Reloads the window by VS Code's command, which lets the workbench write down what it holds; the browser's own reload
   * may lose the last minute of it.
   */
  async reloadWindow(): Promise<void> {
    const loaded = this.page.waitForEvent('load', { timeout: 60_000 });
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.page.locator('.monaco-workbench .monaco-list-row').first().waitFor({ timeout: 60_000 });
  }

  /** Opens a container of the activity bar by its title. */
  async openSideBar(title: string): Promise<void> {
    const item = this.page
      .locator('.activitybar .action-item')
      .filter({ has: this.page.getByLabel(title, { exact: false }) });
    if (!(await item.first().getAttribute('class'))?.includes('checked')) await item.first().click();
    await this.page.locator('.sidebar .title-label').filter({ hasText: title }).waitFor();
  }

  /** The rows of a view of the side bar, by the title of its pane; the pane must be open. */
  rows(viewTitle: string): Locator {
    const header = this.page.locator('.pane-header').filter({ hasText: viewTitle });
    return this.page.locator('.pane').filter({ has: header }).locator('.monaco-list-row');
  }

  /** Points at the first place in the open editor that reads so, and returns the hover's text. */
  async hover(text: string): Promise<string> {
    const place = this.page
      .locator('.editor-group-container.active .view-line span > span')
      .filter({ hasText: text })
      .first();
    const boxes = this.page.locator('.monaco-hover:not(.hidden) .hover-contents');
    const box = boxes.filter({ hasNotText: /^Loading/ }).first();
    // A pointer that rests asks once: who came before the extension was ready has to come again.
    for (let tries = 0; tries < 10 && !(await box.isVisible()); tries++) {
      await this.page.mouse.move(0, 0);
      await place.hover();
      await box.waitFor({ timeout: 3_000 }).catch(() => undefined);
    }
    await box.waitFor({ timeout: 3_000 });
    return (await box.allInnerTexts()).join('\n');
  }

  /** Saves what is on the screen as artifacts/ui/NAME.png. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(ARTIFACTS, { recursive: true });
    await this.page.screenshot({ path: path.join(ARTIFACTS, `${name}.png`), animations: 'disabled' });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
