// The flow panel in a real Chromium, without VS Code around it: how fast a trace opens, how fast any of its steps is there,
// what playing a rollout costs a frame, and what all that takes of memory.
import type { Page } from 'playwright-core';
import type { ToFlow } from '../../src/protocol/flow.ts';
import { deploymentSteps, topology } from '../unit/scene/recording.ts';
import { bundle, launch, open } from '../unit/webview/harness/page.ts';
import { type Figure, median } from './figure.ts';

const LOOK = { theme: 'dark', width: 1120, height: 720 } as const;
const RUNS = 5;
/** Steps of one pod in the recording that the traces are made after. */
const PER_POD = 10;
const PLAYED_MS = 6_000;

type Init = Extract<ToFlow, { type: 'init' }>;

function trace(steps: number, nodes: number): Init {
  const all = deploymentSteps(Math.ceil(steps / PER_POD), nodes).slice(0, steps);
  if (all.length < steps) throw new Error(`the trace has ${all.length} steps, not ${steps}`);
  return {
    type: 'init',
    protocol: 1,
    source: { id: 'bench', name: 'bench', kind: 'simulator' },
    topology: topology(nodes),
    steps: all,
    autoplay: false,
    clock: { running: false, speed: 1, atUs: 0 },
  };
}

const SMALL = trace(50, 3);

/** A panel that shows a small trace, in a page of its own. */
async function panel<T>(use: (page: Page) => Promise<T>): Promise<T> {
  const browser = await launch();
  try {
    const page = await open(browser, await bundle(), LOOK, SMALL);
    await page.waitForSelector('.drawing .box');
    return await use(page);
  } finally {
    await browser.close();
  }
}

/** ms from the host's message to the picture on the screen. The message is brought into the page before, in pieces. */
async function opening(page: Page, init: Init): Promise<number> {
  const text = JSON.stringify(init);
  const PIECE = 1 << 22;
  for (let at = 0; at < text.length; at += PIECE) {
    await page.evaluate(
      (piece) => {
        const root = document.documentElement as HTMLElement & { pieces?: string[] };
        root.pieces = [...(root.pieces ?? []), piece];
      },
      text.slice(at, at + PIECE),
    );
  }
  return page.evaluate(async () => {
    const root = document.documentElement as HTMLElement & { pieces?: string[] };
    const message: unknown = JSON.parse((root.pieces ?? []).join(''));
    delete root.pieces;
    const drawn = new Promise<number>((resolve) => {
      const look = (): void => {
        const count = document.querySelector('.count')?.textContent ?? '';
        if (Number(count.split(' / ')[1]) > 1_000) requestAnimationFrame(() => resolve(performance.now()));
        else requestAnimationFrame(look);
      };
      look();
    });
    const start = performance.now();
    window.postMessage(message, '*');
    return (await drawn) - start;
  });
}

/** ms until the picture and words of another place are laid out: the slowest of many places, as a user would notice it. */
function seeking(page: Page): Promise<{ median: number; worst: number }> {
  return page.evaluate(() => {
    const range = document.querySelector<HTMLInputElement>('.scrubber');
    if (!range) throw new Error('no scrubber');
    const most = Number(range.max);
    const times = Array.from({ length: 41 }, (_, i) => {
      // Far apart, so that nothing of the last place helps with the next.
      const value = Math.round((most * ((i * 17) % 41)) / 40);
      const start = performance.now();
      range.value = String(value);
      range.dispatchEvent(new Event('input'));
      document.body.getBoundingClientRect();
      return performance.now() - start;
    }).sort((a, b) => a - b);
    return { median: times[20] ?? 0, worst: times[40] ?? 0 };
  });
}

/** ms of our own work (scripts, style, layout, paint) in each frame while the panel plays, as the browser's own trace has it. */
async function playing(page: Page, speed: string): Promise<number[]> {
  const browser = page.context().browser();
  if (!browser) throw new Error('no browser');
  await browser.startTracing(page, { categories: TRACED });
  const from = await place(page);
  await page.locator('.toolbar select').first().selectOption(speed);
  await page.locator('button.primary').click();
  await page.waitForTimeout(PLAYED_MS);
  if ((await place(page)) <= from) throw new Error('it did not play');
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly Traced[] };
  return workOfFrames(traceEvents);
}

const place = async (page: Page): Promise<number> =>
  Number((await page.locator('.count').textContent())?.split(' / ')[0]);

const TIMELINE = 'disabled-by-default-devtools.timeline';
const TRACED = ['-*', 'devtools.timeline', TIMELINE, `${TIMELINE}.frame`];

/** Chromium's trace event format: `ts`, `dur` and, of that, `tdur` on the processor, in µs. */
interface Traced {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

/** The page's main thread is the one that begins frames; a frame's work is that of the tasks until the next begins. */
function workOfFrames(events: readonly Traced[]): number[] {
  const begins = events.filter((e) => e.name === 'BeginMainThreadFrame').toSorted((a, b) => a.ts - b.ts);
  const [first] = begins;
  if (!first) throw new Error('the trace has no frames');
  const tasks = events.filter((e) => e.name === 'RunTask' && e.pid === first.pid && e.tid === first.tid);
  const frames = begins.map(() => 0);
  let frame = 0;
  for (const { ts, dur = 0, tdur = dur } of tasks.toSorted((a, b) => a.ts - b.ts)) {
    while (frame + 1 < begins.length && (begins[frame + 1]?.ts ?? 0) <= ts + dur) frame++;
    frames[frame] = (frames[frame] ?? 0) + tdur / 1000;
  }
  return frames;
}

/** MiB of JavaScript heap after a collection. */
async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
  return usedSize / 2 ** 20;
}

const p95 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? 0;

export default async function flow(): Promise<Figure[]> {
  const ten = trace(10_000, 20);
  const hundred = trace(100_000, 100);
  const rollout = trace(1_000 * PER_POD, 100);
  const opened = await median(RUNS, () => panel((page) => opening(page, ten)));
  const far = await panel(async (page) => {
    await opening(page, hundred);
    return { ...(await seeking(page)), heap: await heap(page) };
  });
  const calm = await panel(async (page) => {
    await opening(page, rollout);
    return playing(page, '10');
  });
  const fast = await panel(async (page) => {
    await opening(page, rollout);
    return playing(page, '1000');
  });
  return [
    { name: '10,000 steps, open', value: opened, unit: 'ms', target: 300, better: 'lower' },
    { name: '100,000 steps, seek anywhere, median', value: far.median, unit: 'ms', target: 50, better: 'lower' },
    { name: '100,000 steps, seek anywhere, worst of 41', value: far.worst, unit: 'ms', better: 'lower' },
    { name: '100,000 steps, heap', value: far.heap, unit: 'MiB', target: 150, better: 'lower' },
    { name: '1,000-pod rollout at ×10, frames', value: calm.length, unit: '', better: 'higher' },
    { name: '1,000-pod rollout at ×10, frame p95', value: p95(calm), unit: 'ms', target: 16.7, better: 'lower' },
    { name: '1,000-pod rollout at ×1000, frame p95', value: p95(fast), unit: 'ms', target: 16.7, better: 'lower' },
  ];
}
