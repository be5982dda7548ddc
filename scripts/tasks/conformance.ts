// Plays the recorded scenarios against the simulator and holds what it did against what a real cluster did.
// Flags: --speed N (default below), --details (every difference), --raise (write a higher floor), and names of scenarios.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sharedPath } from '../../test/support/shared.ts';
import { ROOT } from '../lib/dependencies.mjs';
import { ensureKubectl } from '../lib/kubectl.mjs';
import { progress, UserError } from '../lib/say.mjs';
import { buildAll } from './build.ts';
import { options } from './options.ts';
import type { Outcome } from './outcome.ts';
import { stop, untilPrinted } from './processes.ts';
import { CLI, startSimulatedCluster } from './simulated-cluster.ts';

const FLOOR = path.join(ROOT, 'test', 'conformance', 'floor.json');
const OUT = path.join(ROOT, 'artifacts', 'conformance');
/** The cluster's clock against the wall. Faster ones let more virtual time pass between two kubectl commands. */
const SPEED = '10';
/**
 * Evictions find pods that are ready and, for a quarter of a second, not running yet; a liveness probe fails again within
 * seconds: a faster clock goes past both.
 */
const AT_WALL_SPEED = new Set(['pdb-eviction', 'liveness-failure']);
/** As the recordings' clusters: see README.md of the recordings. */
const CLUSTERS: Readonly<Record<string, readonly string[]>> = {
  hollow: ['--runtime', 'fake', '--nodes', '3', '--node-cpu', '1', '--node-memory', '3840Mi'],
  containerd: ['--runtime', 'modelled', '--nodes', '1', '--node-cpu', '4', '--node-memory', '8Gi'],
};
/** Scenarios at a time: each is mostly kubectl waiting for its process to start. */
const AT_ONCE = 2;
const MARGIN = 2;
/** For the slowest scenario with every wait in it running out. */
const TO_PLAY_MS = 240_000;

const FLAGS = {
  speed: { type: 'string', default: SPEED },
  details: { type: 'boolean', default: false },
  raise: { type: 'boolean', default: false },
} as const;

/** Mean of each scenario in percent that must be reached. */
type Floor = Readonly<Record<string, number>>;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = options(args, FLAGS, true);
  await buildAll();
  const { passed, failed } = await conformance({ ...values, only: positionals });
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

interface Wish {
  readonly speed: string;
  readonly details: boolean;
  readonly raise: boolean;
  readonly only: readonly string[];
}

/** Each scenario is one test: it passes when its mean is not below the floor. */
export async function conformance(wish: Partial<Wish> = {}): Promise<Outcome> {
  const { speed = SPEED, details = false, raise = false, only = [] } = wish;
  const names = scenarios(only);
  progress(`playing ${names.length} scenarios at ${speed} times the speed of the wall`);
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(path.join(OUT, 'golden'), { recursive: true });
  const kubectl = await ensureKubectl();
  const queue = [...names];
  const worker = async (): Promise<void> => {
    for (let name = queue.shift(); name; name = queue.shift())
      await play(name, kubectl, AT_WALL_SPEED.has(name) ? '1' : speed);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const table = compare(names, details);
  console.log(table);
  const means = readMeans(table);
  const floor: Floor = JSON.parse(readFileSync(FLOOR, 'utf8'));
  if (raise) raiseFloor(floor, means);
  return judge(names, means, raise ? JSON.parse(readFileSync(FLOOR, 'utf8')) : floor);
}

function scenarios(only: readonly string[]): string[] {
  const all = readdirSync(sharedPath('conformance', 'scenarios')).filter((name) => clusterOf(name) !== undefined);
  const unknown = only.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new UserError(`no scenario ${unknown.join(', ')}; there are ${all.join(', ')}`);
  return only.length > 0 ? [...only] : all;
}

/** What a cluster like the one that the scenario was recorded on is started with. */
function clusterOf(name: string): readonly string[] | undefined {
  const { cluster } = JSON.parse(readFileSync(sharedPath('conformance', 'scenarios', name, 'scenario.json'), 'utf8'));
  return CLUSTERS[cluster];
}

/** A cluster for each scenario, so that what one leaves behind is not held against the next. */
async function play(name: string, kubectl: string, speed: string): Promise<void> {
  copyFileSync(sharedPath('conformance', 'golden', `${name}.json`), path.join(OUT, 'golden', `${name}.json`));
  const cluster = await startSimulatedCluster([...(clusterOf(name) ?? []), '--speed', speed]);
  try {
    const hook = `'${process.execPath}' '${CLI}' fault --kubeconfig '${cluster.kubeconfig}'`;
    const files = [
      '--kubeconfig',
      cluster.kubeconfig,
      '--audit-log',
      cluster.auditLog,
      '--out',
      path.join(OUT, 'played'),
    ];
    const rest = ['--kubectl', kubectl, '--speed', speed, '--hook', hook, '--source', 'simulator'];
    const record = sharedPath('conformance', 'record.mjs');
    const args = [record, ...files, ...rest, sharedPath('conformance', 'scenarios', name)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    // Its one line says what was recorded, or why the scenario could not be played, which then counts as nothing. What
    // it does after that is to tidy up a cluster that ends here.
    const [line] = await untilPrinted(child, new RegExp(`^${name}: .*$`, 'm'), TO_PLAY_MS);
    console.log(line);
    await stop(child);
  } catch (error) {
    console.log(`${name}: ${error instanceof Error ? error.message : error}`);
  } finally {
    await cluster.stop();
  }
}

function compare(names: readonly string[], details: boolean): string {
  mkdirSync(path.join(OUT, 'played'), { recursive: true });
  const folders = [path.join(OUT, 'golden'), path.join(OUT, 'played')];
  const args = [sharedPath('conformance', 'compare.mjs'), '--details', ...folders];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new UserError(`compare.mjs failed on ${names.length} scenarios: ${stderr}`);
  writeFileSync(path.join(OUT, 'details.txt'), stdout);
  return details ? stdout : stdout.replace(/^ {4}.*\n( {6}.*\n)*/gm, '');
}

/** The last column of each row. */
function readMeans(table: string): Map<string, number> {
  const rows = table.matchAll(/^([a-z][\w-]*) .* (\d+\.\d)$/gm);
  return new Map([...rows].map(([, name = '', mean]) => [name, Number(mean)]));
}

/** Some points below what was reached, because two plays differ a little: the wall's pace enters through kubectl. */
function raiseFloor(floor: Floor, means: ReadonlyMap<string, number>): void {
  const raised: Record<string, number> = { ...floor };
  for (const [name, mean] of means) {
    if (name !== 'all') raised[name] = Math.max(floor[name] ?? 0, Math.floor(mean) - MARGIN, 0);
  }
  const sorted = Object.fromEntries(Object.entries(raised).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(FLOOR, `${JSON.stringify(sorted, undefined, 2)}\n`);
}

/** A floor of 0 says that the simulator has not what the scenario needs: it is shown, and counted when it has a floor. */
function judge(names: readonly string[], means: ReadonlyMap<string, number>, floor: Floor): Outcome {
  const tested = names.filter((name) => floor[name] !== 0);
  const failures = tested.filter((name) => !((means.get(name) ?? 0) >= (floor[name] ?? 101)));
  for (const name of failures) {
    const why = floor[name] === undefined ? 'has no floor yet: run with --raise' : `is below its floor ${floor[name]}`;
    console.log(` ✗ ${name}: ${means.get(name) ?? 0} ${why}; differences in ${path.relative(ROOT, OUT)}/details.txt`);
  }
  const left = names.filter((name) => !tested.includes(name));
  if (left.length > 0) console.log(` not counted, floor 0: ${left.join(', ')}`);
  return { passed: tested.length - failures.length, failed: failures.length };
}
