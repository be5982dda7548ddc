// What axe-core finds in a webview of the real workbench, and the kinds of theme to look in.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { FrameLocator } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const THEMES = [
  'Default Dark Modern',
  'Default Light Modern',
  'Default High Contrast',
  'Default High Contrast Light',
] as const;

/** One line for each rule that is broken, with where. */
export function violations(panel: FrameLocator): Promise<string[]> {
  return panel.locator('body').evaluate(async (body, source) => {
    const { defaultView: window } = body.ownerDocument;
    if (!('axe' in globalThis)) window?.eval(source);
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations: found } = await axe.run();
    return found.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`);
  }, AXE);
}
