// Bundles everything into dist/. Flags: --production (minified, no source maps), --watch, --tests (the host suite too),
// --metafile (prints every bundle's size and its heaviest inputs).
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type BuildOptions, type BuildResult, build, context } from 'esbuild';
import { packKnowledge } from '../generate/fields.ts';
import { ROOT } from '../lib/dependencies.mjs';
import { progress, UserError } from '../lib/say.mjs';
import { type Bundle, bundles, ONE_VSCODE, separateBundles } from './bundles.ts';
import { notices } from './notices.ts';
import { options } from './options.ts';

export const DIST = path.join(ROOT, 'dist');
const FLAGS = {
  production: { type: 'boolean', default: false },
  watch: { type: 'boolean', default: false },
  tests: { type: 'boolean', default: false },
  metafile: { type: 'boolean', default: false },
} as const;

export async function main(args: string[]): Promise<void> {
  const { values } = options(args, FLAGS);
  if (values.watch) return watch(values);
  const built = await buildAll(values);
  if (values.metafile) printSizes(built);
}

export interface Built {
  readonly bundle: Bundle;
  readonly result: BuildResult<{ metafile: true }>;
}

/** Builds every bundle; rejects with a UserError when one has an error, which esbuild has then already printed. */
export async function buildAll({ production = false, tests = false } = {}): Promise<Built[]> {
  const all = bundles({ tests });
  progress(`building ${all.length} bundles${production ? ' for production' : ''}`);
  const done = await Promise.allSettled(
    all.map(async (bundle): Promise<Built> => ({ bundle, result: await build(settings(bundle, all, production)) })),
  );
  const failed = all.filter((_, i) => done[i]?.status === 'rejected');
  if (failed.length > 0)
    throw new UserError(`build failed for ${failed.map(({ from }) => from).join(', ')}: see above`);
  const built = done.flatMap((d) => (d.status === 'fulfilled' ? [d.value] : []));
  finish();
  removeStale(built);
  const shipped = built.filter(({ bundle }) => !bundle.to.startsWith('test/'));
  writeFileSync(path.join(DIST, 'ThirdPartyNotices.txt'), notices(shipped.map(({ result }) => result.metafile)));
  return built;
}

function settings(bundle: Bundle, all: readonly Bundle[], production: boolean) {
  const panel = bundle.to.startsWith('webview/');
  return {
    absWorkingDir: ROOT,
    entryPoints: [{ in: bundle.from, out: bundle.to.replace(/\.[^.]+$/, '') }],
    outdir: 'dist',
    outExtension: { [bundle.to.endsWith('.css') ? '.css' : '.js']: path.extname(bundle.to) },
    bundle: true,
    minify: production || panel,
    sourcemap: production ? false : ('linked' as const),
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning' as const,
    plugins: [separateBundles(all), ONE_VSCODE],
    ...bundle.options,
    metafile: true,
  } satisfies BuildOptions;
}

/** What is not a bundle: data read at run time, and the CLI's executable bit. */
function finish(): void {
  // Read from disk at the first hover, not bundled: activation must not wait for it.
  packKnowledge(path.join(DIST, 'knowledge'));
  mkdirSync(path.join(DIST, 'data'), { recursive: true });
  copyFileSync(path.join(ROOT, 'src/node/generated/openapi.json.gz'), path.join(DIST, 'data/openapi.json.gz'));
  const cli = path.join(DIST, 'cli.js');
  if (existsSync(cli)) chmodSync(cli, 0o755);
}

/** Removes what an earlier build left in dist/ and this one no longer makes, so that nothing dead is shipped. */
function removeStale(built: readonly Built[]): void {
  const kept = new Set(
    built.flatMap(({ result }) => Object.keys(result.metafile.outputs).map((file) => path.join(ROOT, file))),
  );
  for (const name of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
    const full = path.join(DIST, name);
    const elsewhere =
      ['data', 'knowledge'].includes(name.split(path.sep)[0] ?? '') || name.startsWith(`test${path.sep}`);
    if (elsewhere || kept.has(full) || statSync(full).isDirectory()) continue;
    rmSync(full);
  }
}

async function watch({ production = false, tests = false }): Promise<void> {
  const all = bundles({ tests });
  const contexts = await Promise.all(
    all.map((bundle) => context({ ...settings(bundle, all, production), logLevel: 'info' })),
  );
  await Promise.all(contexts.map((one) => one.watch()));
  finish();
  progress(`watching ${all.length} bundles; Ctrl-C ends it`);
  await new Promise<void>((resolve) => process.once('SIGINT', resolve));
  await Promise.all(contexts.map((one) => one.dispose()));
}

function printSizes(built: readonly Built[]): void {
  const folder = path.join(ROOT, 'artifacts', 'metafile');
  mkdirSync(folder, { recursive: true });
  for (const { bundle, result } of built) {
    writeFileSync(path.join(folder, `${bundle.to.replaceAll('/', '-')}.json`), JSON.stringify(result.metafile));
  }
  for (const { bundle, result } of built) {
    const output = result.metafile.outputs[`dist/${bundle.to}`];
    const inputs = Object.entries(output?.inputs ?? {}).sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
    console.log(`${kib(output?.bytes ?? 0)}  dist/${bundle.to}`);
    for (const [file, { bytesInOutput }] of inputs.slice(0, 5)) console.log(`${kib(bytesInOutput)}    ${file}`);
  }
  const lazy = globSync('knowledge/**/*.json', { cwd: DIST }).map((file) => statSync(path.join(DIST, file)).size);
  if (lazy.length > 0) console.log(`${kib(lazy.reduce((a, b) => a + b, 0))}  dist/knowledge (${lazy.length} files)`);
  console.log(`metafiles for esbuild's analyzer: ${path.relative(ROOT, folder)}/`);
}

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1).padStart(9)} KiB`;
