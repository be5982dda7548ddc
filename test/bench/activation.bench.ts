// What the extension takes to be there. By itself: its bundle read and run in a new process, and its activate() called, with a
// `vscode` in which every name of the API answers with nothing. And inside VS Code: till the first hover, in new windows.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildAll, DIST } from '../../scripts/tasks/build.ts';
import { launchChromium } from '../../scripts/tasks/chromium.ts';
import { SAMPLES, temporaryFolder } from '../../scripts/tasks/samples.ts';
import { startHost, workbenchUrl } from '../../scripts/tasks/vscode-host.ts';
import { type Figure, median } from './figure.ts';
import type { FirstHover, Outcome } from './first-hover.ts';

/** Runs in a process of its own and prints `load activate` in milliseconds. */
const PROBE = `
  process.on('uncaughtException', (error) => {
    // without the line of minified code that Node would print with it.
    console.error(String(error).slice(0, 300));
    process.exit(1);
  });
  const nothing = new Proxy(function () {}, {
    get(target, key) {
      if (key === 'then') return undefined;
      if (key === Symbol.iterator) return [][Symbol.iterator];
      if (key === Symbol.toPrimitive) return () => '';
      return key in target ? target[key] : nothing;
    },
    apply: () => nothing,
    construct: () => ({ event: () => nothing, fire() {}, dispose() {} }),
  });
  const api = Object.fromEntries(process.argv[2].split(' ').map((name) => [name, nothing]));
  const Module = require('node:module');
  const load = Module._load;
  Module._load = (name, ...rest) => (name === 'vscode' ? api : load(name, ...rest));
  const t0 = performance.now();
  const extension = require(process.argv[1]);
  const t1 = performance.now();
  extension.activate(nothing);
  console.log(t1 - t0, performance.now() - t1);
  process.exit();
`;

const SUITE = path.join(DIST, 'test', 'bench', 'first-hover.cjs');
const WINDOWS = 7;
const TO_ANSWER_MS = 120_000;

export default async function run(): Promise<Figure[]> {
  await buildAll({ production: true, tests: true });
  const bundle = path.join(DIST, 'extension.cjs');
  const types = readFileSync(path.join(DIST, '..', 'node_modules', '@types', 'vscode', 'index.d.ts'), 'utf8');
  const names = types.matchAll(/^\texport (?:class|enum|namespace|function|const) (\w+)/gm);
  const args = ['-e', PROBE, bundle, [...new Set([...names].map(([, name]) => name))].join(' ')];
  const probe = (): number[] => execFileSync(process.execPath, args, { encoding: 'utf8' }).split(' ').map(Number);
  const load = await median(11, () => probe()[0] ?? Number.NaN);
  const activate = await median(11, () => probe()[1] ?? Number.NaN);
  const windows = await firstHovers();
  const middle = (of: (one: FirstHover) => number): Promise<number> => {
    const values = windows.map(of).values();
    return median(WINDOWS, () => values.next().value ?? Number.NaN);
  };
  const figure = (name: string, value: number, target?: number): Figure => ({
    name,
    value: Number(value.toFixed(1)),
    unit: 'ms',
    better: 'lower',
    ...(target !== undefined && { target }),
  });
  return [
    figure('load the bundle', load, 50),
    figure('activate()', activate, 50),
    figure('in VS Code: activation', await middle((one) => one.activate)),
    figure('in VS Code: first hover after it', await middle((one) => one.hover)),
    figure('in VS Code: activation → first hover', await middle((one) => one.activate + one.hover), 100),
    figure('  the fastest window', Math.min(...windows.map((one) => one.activate + one.hover))),
    figure('in VS Code: the next hover', await middle((one) => one.warm)),
    figure('in VS Code: a hover that nobody answers', await middle((one) => one.empty)),
  ];
}

/** One for each window, which has an extension host of its own. */
async function firstHovers(): Promise<FirstHover[]> {
  const dataDir = temporaryFolder('bench-host');
  const folder = temporaryFolder('bench-workspace');
  const results = path.join(dataDir, 'results.json');
  copyFileSync(path.join(SAMPLES, 'web.yaml'), path.join(folder, 'web.txt'));
  const host = await startHost({ dataDir, env: { KUBE_ANATOMY_HOST_RESULTS: results } });
  const browser = await launchChromium();
  try {
    const found: FirstHover[] = [];
    for (let tries = 0; found.length < WINDOWS; tries++) {
      if (tries > 5 * WINDOWS) throw new Error('the extension was active in almost every window before it was asked');
      rmSync(results, { force: true });
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      await page.goto(workbenchUrl(host, folder, SUITE));
      const said = await answer(results);
      if (said !== 'active') found.push(said);
      await page.close();
    }
    return found;
  } finally {
    await browser.close();
    await host.stop();
  }
}

async function answer(file: string): Promise<FirstHover | 'active'> {
  for (const end = Date.now() + TO_ANSWER_MS; Date.now() < end; await sleep(100)) {
    if (!existsSync(file)) continue;
    const said = JSON.parse(readFileSync(file, 'utf8')) as Outcome;
    if (typeof said === 'object' && 'error' in said) throw new Error(said.error);
    return said;
  }
  throw new Error(`the window did not answer within ${TO_ANSWER_MS / 1000} s`);
}
