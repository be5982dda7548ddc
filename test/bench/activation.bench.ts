// What the extension itself takes to be there: its bundle read and run in a new process, and its activate() called, with a
// `vscode` in which every name of the API answers with nothing. What VS Code adds is VS Code's.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildAll, DIST } from '../../scripts/tasks/build.ts';
import { type Figure, median } from './figure.ts';

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

export default async function run(): Promise<Figure[]> {
  await buildAll({ production: true });
  const bundle = path.join(DIST, 'extension.cjs');
  const types = readFileSync(path.join(DIST, '..', 'node_modules', '@types', 'vscode', 'index.d.ts'), 'utf8');
  const names = types.matchAll(/^\texport (?:class|enum|namespace|function|const) (\w+)/gm);
  const args = ['-e', PROBE, bundle, [...new Set([...names].map(([, name]) => name))].join(' ')];
  const probe = (): number[] => execFileSync(process.execPath, args, { encoding: 'utf8' }).split(' ').map(Number);
  const load = await median(11, () => probe()[0] ?? Number.NaN);
  const activate = await median(11, () => probe()[1] ?? Number.NaN);
  return [
    { name: 'load the bundle', value: Number(load.toFixed(1)), unit: 'ms', target: 50, better: 'lower' },
    { name: 'activate()', value: Number(activate.toFixed(1)), unit: 'ms', target: 50, better: 'lower' },
  ];
}
