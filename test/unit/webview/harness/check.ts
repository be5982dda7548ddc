// What only a real browser can tell of the flow panel: node test/unit/webview/harness/check.ts
// Accessibility by axe-core in every theme, nothing refused by the content policy, and how long opening and seeking take.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import type { Step } from '../../../../src/trace/step.ts';
import { deploymentSteps, topology } from '../../scene/recording.ts';
import { bundle, launch, open } from './page.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const code = await bundle();
const browser = await launch();
const look = { theme: 'dark', width: 1120, height: 720, reducedMotion: true } as const;

function init(steps: readonly Step[], workers: number): Parameters<typeof open>[3] {
  return {
    type: 'init',
    protocol: 1,
    source: { id: 't', name: 'simulator', kind: 'simulator' },
    topology: topology(workers),
    steps,
    autoplay: false,
  };
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const run = (
      window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe;
    const { violations: found } = await run.run();
    return found.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html.slice(0, 160)).join(' | ')}`);
  });
}

for (const theme of ['dark', 'light', 'contrast'] as const) {
  const page = await open(browser, code, { ...look, theme }, init(deploymentSteps(), 3));
  await page.waitForSelector('.drawing .box');
  for (const tab of ['Cluster', 'Sequence', 'Timeline', 'Transcript']) {
    const button = page.getByRole('tab', { name: tab });
    if ((await button.count()) === 0) continue;
    await button.click();
    await page.keyboard.press('End');
    await page.waitForTimeout(300);
    for (const line of await violations(page)) console.log(`axe ${theme} ${tab}: ${line}`);
  }
  await page.keyboard.press('w');
  for (const line of await violations(page)) console.log(`axe ${theme} why: ${line}`);
  await page.getByRole('button', { name: 'Export' }).click();
  for (const line of await violations(page)) console.log(`axe ${theme} menu: ${line}`);
  await page.keyboard.press('Escape');
  await page.keyboard.press('f');
  for (const line of await violations(page)) console.log(`axe ${theme} fork: ${line}`);
  await page.close();
}

/** `times`: the steps come again and again as later deltas, about other pods. */
async function timed(steps: readonly Step[], workers: number, times = 1): Promise<void> {
  const page = await open(browser, code, look, init([], workers));
  await page.waitForSelector('.notice');
  const ms = await page.evaluate(
    async ([message, rounds]) => {
      const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      const before = performance.now();
      structuredClone(message);
      const copy = performance.now() - before;
      const start = performance.now();
      window.postMessage(message, '*');
      while (!document.querySelector('.drawing .box')) await frame();
      await frame();
      const opened = performance.now() - start;
      if (message.type !== 'init') throw new Error('not an init');
      const size = message.steps.length;
      for (let i = 1; i < rounds; i++) {
        const later = message.steps.map((step) => ({
          ...step,
          id: step.id + i * size,
          at: step.at + i * 4_000_000,
          causes: step.causes.map((cause) => cause + i * size),
          ...(step.object ? { object: { ...step.object, name: `${step.object.name}-${i}` } } : {}),
        }));
        window.postMessage({ type: 'steps', from: i * size, steps: later }, '*');
        await frame();
      }
      const range = document.querySelector<HTMLInputElement>('.scrubber');
      if (!range) return { copy, opened, seeks: [0] };
      const seeks: number[] = [];
      for (let i = 0; i < 30; i++) {
        const from = performance.now();
        range.value = String(Math.round(((i * 0.381966) % 1) * Number(range.max)));
        range.dispatchEvent(new Event('input'));
        await frame();
        seeks.push(performance.now() - from);
      }
      return { copy, opened, seeks: seeks.sort((a, b) => a - b) };
    },
    [init(steps, workers), times] as const,
  );
  const median = ms.seeks[Math.floor(ms.seeks.length / 2)] ?? 0;
  console.log(`copying the message alone: ${ms.copy.toFixed(0)} ms`);
  console.log(
    `${steps.length * times} steps, ${workers} workers: open ${ms.opened.toFixed(0)} ms, seek median ${median.toFixed(1)} ms, worst ${ms.seeks.at(-1)?.toFixed(1)} ms`,
  );
  await page.close();
}

await timed(deploymentSteps(3, 3), 3);
await timed(deploymentSteps(1000, 100), 100);
await timed(deploymentSteps(1000, 100), 100, 10);
await browser.close();
