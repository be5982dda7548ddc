// What is bundled from where to where. The one list that the build, its size figures and the tests of both read.
import { globSync } from 'node:fs';
import path from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import { ROOT } from '../lib/dependencies.mjs';

export interface Bundle {
  /** Entry point, relative to the root. */
  readonly from: string;
  /** Output, relative to dist/. */
  readonly to: string;
  readonly options: BuildOptions;
}

const NODE: BuildOptions = { platform: 'node', target: 'node22.19' };
const COMMONJS: BuildOptions = { ...NODE, format: 'cjs' };
/** A browser bundle: a Node builtin in it is a build error, which is the proof that there is none. */
const BROWSER: BuildOptions = { platform: 'browser', target: 'es2023' };

/** CommonJS dependencies inside the ES module ask for builtins with require. */
const CLI_BANNER = `#!/usr/bin/env node
import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);`;

const FIXED: readonly Bundle[] = [
  { from: 'src/extension.ts', to: 'extension.cjs', options: { ...COMMONJS, external: ['vscode'] } },
  {
    from: 'src/extension.web.ts',
    to: 'extension.web.cjs',
    options: { ...BROWSER, format: 'cjs', external: ['vscode'] },
  },
  { from: 'src/simulator.worker.ts', to: 'simulator.worker.js', options: { ...BROWSER, format: 'iife' } },
  { from: 'src/simulator.node-worker.ts', to: 'simulator.node-worker.cjs', options: COMMONJS },
  { from: 'src/node/kubeconfig-entry.ts', to: 'kubeconfig.cjs', options: COMMONJS },
  { from: 'src/cli.ts', to: 'cli.js', options: { ...NODE, format: 'esm', banner: { js: CLI_BANNER } } },
];

const TESTS: readonly Bundle[] = [
  { from: 'test/host/index.ts', to: 'test/host/index.cjs', options: { ...COMMONJS, external: ['vscode'] } },
  {
    from: 'test/bench/first-hover.ts',
    to: 'test/bench/first-hover.cjs',
    options: { ...COMMONJS, external: ['vscode'] },
  },
];

/** Every bundle; a webview panel is the main.ts of its folder and the main.css beside it. */
export function bundles({ tests = false } = {}): Bundle[] {
  const panels = globSync('webview/panels/*/main.{ts,css}', { cwd: ROOT }).map((from): Bundle => {
    const name = path.basename(path.dirname(from));
    const script = from.endsWith('.ts');
    return {
      from,
      to: `webview/${name}${script ? '.js' : '.css'}`,
      options: script ? { ...BROWSER, format: 'iife' } : BROWSER,
    };
  });
  return [...FIXED, ...panels, ...(tests ? TESTS : [])];
}

/**
 * `import('./node/kubeconfig-entry.ts')` in another bundle means: load that bundle when it is needed. It keeps its types
 * and stays out of the importing bundle, which is what keeps activation small.
 */
export function separateBundles(all: readonly Bundle[]): Plugin {
  const byEntry = new Map(all.map((bundle) => [path.join(ROOT, bundle.from), bundle]));
  return {
    name: 'separate-bundles',
    setup(build) {
      build.onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ kind, resolveDir, path: asked }) => {
        const bundle = kind === 'dynamic-import' ? byEntry.get(path.resolve(resolveDir, asked)) : undefined;
        return bundle && { path: `./${bundle.to}`, external: true };
      });
    },
  };
}

/**
 * Every file that imports `vscode` shares one namespace. Left alone, a bundle asks VS Code for the module again in each of
 * them and copies its few hundred names, which activation waits for.
 */
export const ONE_VSCODE: Plugin = {
  name: 'one-vscode',
  setup(build) {
    const namespace = 'one-vscode';
    build.onResolve({ filter: /^vscode$/ }, ({ namespace: from }) =>
      from === namespace ? { path: 'vscode', external: true } : { path: 'vscode', namespace, sideEffects: false },
    );
    build.onLoad({ filter: /^vscode$/, namespace }, () => ({ contents: "export * from 'vscode';", loader: 'js' }));
  },
};
