// A VS Code without its desktop: the server and workbench inside npm's code-server package, under Node 24, on loopback.
// `npm start` shows it to a person where there is no desktop VS Code; the host and UI tests drive it with Chromium.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { ROOT } from '../lib/dependencies.mjs';
import { node24 } from '../lib/node24.mjs';
import { cachedPackage, npm } from '../lib/npm.mjs';
import { progress, UserError } from '../lib/say.mjs';
import { stop, untilPrinted } from './processes.ts';

/** code-server 4.x carries VS Code 1.x: this one 1.139, and says in its `engines` that it wants Node 24. */
const VERSION = '4.139.1';

/** Where the VS Code server lies in the cache; fetched there when it is missing. */
export async function installHost(): Promise<string> {
  const inside = (dir: string): string => path.join(dir, 'lib', 'vscode');
  const dir = await cachedPackage('code-server', VERSION, {
    reason: 'a VS Code host to load the extension into (190 MB, once)',
    finish: async (packageDir) => {
      progress('fetching the dependencies of the VS Code host (400 MB, once)');
      await npm(['install', '--omit=dev', '--ignore-scripts', '--no-package-lock'], inside(packageDir));
    },
  });
  return inside(dir);
}

/** User settings of a new data folder: the workbench without what has nothing to do with the extension. */
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'git.openRepositoryInParentFolders': 'never',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
};

export interface HostOptions {
  /** Folder that keeps the server's and the user's settings; made when it is missing. */
  readonly dataDir: string;
  /** 0 picks a free one. */
  readonly port?: number;
  /** Added to the environment of the server, and so of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What it takes to open a workbench: plain data, so that it can be handed to another process. */
export interface HostAddress {
  readonly port: number;
  readonly token: string;
}

export interface Host extends HostAddress {
  stop(): Promise<void>;
}

/** Starts the host; it listens on 127.0.0.1 only, and only answers who knows the token in its URL. */
export async function startHost(options: HostOptions): Promise<Host> {
  const [vscode, node] = [await installHost(), await node24()];
  const { dataDir, port = 0 } = options;
  await portIsFree(port);
  const token = randomBytes(16).toString('hex');
  // In a file, because a command line can be read by every user of the machine.
  const tokenFile = path.join(dataDir, 'connection-token');
  mkdirSync(path.join(dataDir, 'data', 'User'), { recursive: true, mode: 0o700 });
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const settingsFile = path.join(dataDir, 'data', 'User', 'settings.json');
  if (!existsSync(settingsFile)) writeFileSync(settingsFile, JSON.stringify(SETTINGS, undefined, 2));
  const args = ['--host', '127.0.0.1', '--port', String(port), '--connection-token-file', tokenFile];
  args.push(
    '--server-data-dir',
    dataDir,
    '--accept-server-license-terms',
    '--disable-telemetry',
    '--disable-workspace-trust',
  );
  // A built workbench loads the extension of a URL's payload only with this.
  args.push('--enable-smoke-test-driver');
  const child = spawn(node, [path.join(vscode, 'out', 'server-main.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Without a gallery nothing outside the machine is asked for anything.
    env: { ...process.env, EXTENSIONS_GALLERY: '{}', ...options.env },
  });
  const log = createWriteStream(path.join(dataDir, 'server.log'));
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const match = await untilPrinted(child, /Extension host agent listening on (\d+)/, 60_000);
  return { port: Number(match[1]), token, stop: () => stop(child) };
}

/** The server itself says nothing and waits when its port is taken. */
function portIsFree(port: number): Promise<void> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once('error', (error) =>
      reject(new UserError(`port ${port} cannot be used (${error.message}): give another, or 0 for any free one`)),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}

/** The address of a workbench that shows a folder, with this checkout's extension; runs a suite where there is one. */
export function workbenchUrl({ port, token }: HostAddress, folder: string, extensionTests?: string): string {
  const remote = (file: string): string => `vscode-remote://127.0.0.1:${port}${path.posix.resolve(file)}`;
  const payload = [['extensionDevelopmentPath', remote(ROOT)]];
  if (extensionTests) payload.push(['extensionTestsPath', remote(extensionTests)]);
  const query = new URLSearchParams({ tkn: token, folder, payload: JSON.stringify(payload) });
  return `http://127.0.0.1:${port}/?${query}`;
}
