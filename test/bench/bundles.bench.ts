// What is shipped, in bytes: an extension that is large is slow to install and slow to start.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { buildAll, DIST, sizes } from '../../scripts/tasks/build.ts';
import type { Figure } from './figure.ts';

/** KiB. The extension's own bundle is read at activation; the rest is loaded when it is needed. */
const TARGETS: Readonly<Record<string, number>> = {
  'extension.cjs': 350,
  'extension.web.cjs': 350,
  'simulator.worker.js': 900,
  'simulator.node-worker.cjs': 900,
  'kubeconfig.cjs': 2_500,
  'cli.js': 3_500,
};
const TOTAL = 12_000;

export default async function run(): Promise<Figure[]> {
  const files = sizes(await buildAll({ production: true })).map(
    ({ file, bytes }) => [path.posix.relative('dist', file), bytes] as const,
  );
  const knowledge = path.join(DIST, 'knowledge');
  const data = readdirSync(knowledge).map(
    (name) => [`knowledge/${name}`, statSync(path.join(knowledge, name)).size] as const,
  );
  const all = [...files, ...data];
  const total = all.reduce((sum, [, bytes]) => sum + bytes, 0);
  return [...all.map(([file, bytes]) => figure(file, bytes, TARGETS[file])), figure('all of dist/', total, TOTAL)];
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
