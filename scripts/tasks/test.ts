// `npm test`: checks, builds, and runs all kinds of tests, or the kinds that are named: unit tidy contract conformance
// host ui. After one kind, further words narrow it to files whose path contains one of them.
import { progress, UserError } from '../lib/say.mjs';
import { buildAll } from './build.ts';
import { check } from './check.ts';
import { ensureChromium } from './chromium.ts';
import { conformance } from './conformance.ts';
import { hostTests } from './kinds/host.ts';
import { vitest } from './kinds/vitest.ts';
import { options } from './options.ts';
import { add, NOTHING, type Outcome, single } from './outcome.ts';
import { ownTemporaryFiles } from './samples.ts';
import { installHost } from './vscode-host.ts';

interface Kind {
  readonly name: string;
  readonly needsBuild: boolean;
  readonly run: (filters: readonly string[]) => Promise<Outcome>;
}

const KINDS: readonly Kind[] = [
  {
    name: 'unit',
    needsBuild: false,
    run: (filters) => vitest('unit', 'vitest.config.ts', within('test/unit', filters)),
  },
  {
    name: 'tidy',
    needsBuild: false,
    run: (filters) => vitest('tidy', 'vitest.config.ts', within('test/tidy', filters)),
  },
  { name: 'contract', needsBuild: true, run: (filters) => vitest('contract', 'vitest.contract.config.ts', filters) },
  { name: 'conformance', needsBuild: true, run: (only) => conformance({ only }) },
  { name: 'host', needsBuild: true, run: hostTests },
  { name: 'ui', needsBuild: true, run: (filters) => vitest('ui', 'vitest.ui.config.ts', filters, 2) },
];

const within = (folder: string, filters: readonly string[]): readonly string[] =>
  filters.length > 0 ? filters : [`${folder}/`];

export async function main(args: string[]): Promise<number> {
  const [name, ...filters] = options(args, {}, true).positionals;
  const chosen = KINDS.filter((kind) => name === undefined || kind.name === name);
  if (chosen.length === 0) {
    throw new UserError(`no kind of tests is called ${name}: ${KINDS.map((kind) => kind.name).join(', ')}`);
  }
  ownTemporaryFiles();
  const rows: [string, Outcome][] = [];
  if (name === undefined) rows.push(['check', await check()]);
  let built = NOTHING;
  if (chosen.some((kind) => kind.needsBuild)) {
    built = await guarded('build', async () => buildAll({ tests: true }).then(() => single(true)));
    rows.push(['build', built]);
    // The tests' own set-up need not build again.
    process.env.KUBE_ANATOMY_BUILT = '1';
  }
  if (name === undefined) rows.push(['tools', await guarded('tools', fetchTools)]);
  for (const kind of chosen) {
    progress(`${kind.name} tests`);
    const blocked = kind.needsBuild && built.failed > 0;
    if (blocked) console.log(`not run, because the build failed: ${kind.name}`);
    rows.push([
      kind.name,
      blocked ? single(false) : await guarded(kind.name, async () => someTests(kind.name, await kind.run(filters))),
    ]);
  }
  return summary(rows);
}

/** What the later kinds need from outside, fetched before the minutes of the earlier ones are spent. */
async function fetchTools(): Promise<Outcome> {
  await ensureChromium();
  await installHost();
  return single(true);
}

function someTests(name: string, outcome: Outcome): Outcome {
  if (outcome.passed + outcome.failed > 0) return outcome;
  throw new UserError(`no ${name} test was found`);
}

/** A kind that cannot run counts as one failure, and the others still run. */
async function guarded(what: string, act: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await act();
  } catch (error) {
    const said = error instanceof UserError ? error.message : error instanceof Error ? error.stack : String(error);
    console.error(`\n${what} could not be done: ${said}\n`);
    return single(false);
  }
}

function summary(rows: readonly [string, Outcome][]): number {
  const total = add(...rows.map(([, outcome]) => outcome));
  console.log('');
  for (const [name, { passed, failed }] of rows) {
    console.log(`  ${name.padEnd(12)} ${String(passed).padStart(5)} passed  ${String(failed).padStart(4)} failed`);
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}
