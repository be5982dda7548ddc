// What is shipped, in bytes: an extension that is large is slow to install and slow to start.
import { globSync, statSync } from 'node:fs';
import path from 'node:path';
import { buildAll, DIST } from '../../scripts/tasks/build.ts';
import type { Figure } from './figure.ts';

/** KiB. The extension's own bundle is read at activation; the rest is loaded when it is needed. */
const TARGETS: Readonly<Record<string, number>> = {
  'extension.cjs': 500,
  'extension.web.cjs': 500,
  'simulator.worker.js': 2_000,
  'simulator.node-worker.cjs': 2_000,
  'kubeconfig.cjs': 2_000,
  'cli.js': 2_000,
  'webview/flow.js': 300,
};
const TOTAL = 10_000;

export default async function run(): Promise<Figure[]> {
  await buildAll({ production: true });
  const shipped = globSync('**/*.*', { cwd: DIST }).filter(
    (file) => !file.endsWith('.map') && !file.startsWith('test'),
  );
  const sizes = shipped.sort().map((file) => [file, statSync(path.join(DIST, file)).size] as const);
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  return [...sizes.map(([file, bytes]) => figure(file, bytes, TARGETS[file])), figure('all of dist/', total, TOTAL)];
}

function figure(name: string, bytes: number, target?: number): Figure {
  return {
    name,
    value: Math.round(bytes / 1024),
    unit: 'KiB',
    better: 'lower',
    ...(target === undefined ? {} : { target }),
  };
}
