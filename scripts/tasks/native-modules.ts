// The host is installed without install scripts, so its compiled parts may be missing. Here they are built where that can
// be done; without them the workbench works but for what each one is for.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { node24 } from '../lib/node24.mjs';
import { npm } from '../lib/npm.mjs';
import { progress } from '../lib/say.mjs';
import { installHost } from './vscode-host.ts';

interface NativeModule {
  readonly name: string;
  /** Exits with 0 when the module works. */
  readonly check: string;
  readonly lost: string;
}

const MODULES: readonly NativeModule[] = [
  {
    name: 'node-pty',
    check: `require('node-pty').spawn(process.execPath, ['--version'], {}).onExit((e) => process.exit(e.exitCode))`,
    lost: 'the terminal',
  },
  {
    name: '@vscode/spdlog',
    check: `require('@vscode/spdlog')`,
    lost: "log output channels (an extension's log in the Output panel)",
  },
  {
    name: '@vscode/native-watchdog',
    check: `require('@vscode/native-watchdog')`,
    lost: 'ending an extension host whose server has crashed',
  },
];

const COMPILER =
  'python3, make and a C++ compiler (Debian: apt-get install build-essential python3; macOS: xcode-select --install)';

/** Builds what is missing; returns a sentence for each module that is missing still, with what to do. */
export async function ensureNativeModules(): Promise<string[]> {
  const [vscode, node] = [await installHost(), await node24()];
  const broken = (module: NativeModule): boolean =>
    spawnSync(node, ['-e', module.check], { cwd: vscode, timeout: 10_000, stdio: 'ignore' }).status !== 0;
  const shortcomings: string[] = [];
  for (const module of MODULES.filter(broken)) {
    progress(`building ${module.name} for the VS Code host (once)`);
    const why = await build(module.name, vscode, node);
    if (!broken(module)) continue;
    shortcomings.push(
      `${module.lost} will not work: ${module.name} could not be built, which needs ${COMPILER}. ${why ?? ''}`,
    );
  }
  return shortcomings;
}

async function build(name: string, vscode: string, node: string): Promise<string | undefined> {
  // npm's Node packages carry their headers, so node-gyp need not fetch any.
  const headers = path.resolve(path.dirname(node), '..');
  if (existsSync(path.join(headers, 'include', 'node', 'node.h'))) process.env.npm_config_nodedir = headers;
  try {
    await npm(['rebuild', name, '--ignore-scripts=false'], vscode);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
