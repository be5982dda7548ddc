// Runs the machine's npm and turns its failure into its last lines.
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { cached } from './cache.mjs';
import { progress, UserError } from './say.mjs';

/** @returns {{ command: string, prefix: string[], shell: boolean }} how npm is started on this machine */
function npmCommand() {
  const script = process.env.npm_execpath;
  // Under `npm run` npm names its own script; any other package manager that sets the variable is not npm.
  if (script && path.basename(script) === 'npm-cli.js')
    return { command: process.execPath, prefix: [script], shell: false };
  const windows = process.platform === 'win32';
  return { command: windows ? 'npm.cmd' : 'npm', prefix: [], shell: windows };
}

/**
 * Runs npm in a folder.
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<void>} rejects with a UserError that ends in npm's last lines
 */
export function npm(args, cwd) {
  const { command, prefix, shell } = npmCommand();
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...prefix, ...args, '--no-audit', '--no-fund'], {
      cwd,
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', (error) =>
      reject(
        new UserError(
          `npm could not be started (${error.message}). Install npm (it comes with Node.js) and try again.`,
        ),
      ),
    );
    child.on('close', (code) => {
      if (code === 0) return resolve();
      const lines = lastLines(output).join('\n  ');
      reject(
        new UserError(`\`npm ${args.join(' ')}\` failed with exit code ${code} in ${cwd}. Its last lines:\n  ${lines}`),
      );
    });
  });
}

/**
 * The end of npm's output, without its stack, and without the help that it prints after some errors.
 * @param {string} output
 */
function lastLines(output) {
  const help = output.search(/^npm error (Usage|Options):?$/m);
  const told = (help < 0 ? output : output.slice(0, help)).split('\n');
  return told.filter((line) => !/^(npm error(\s*| {5}at .*)|npm warn .*)?$/.test(line)).slice(-15);
}

/**
 * A package of the npm registry in the cache, without its install scripts.
 * @param {string} name
 * @param {string} version exact
 * @param {{ reason: string, finish?: (packageDir: string) => Promise<void> }} options `finish` completes it before it counts as installed
 * @returns {Promise<string>} the folder of the package
 */
export async function cachedPackage(name, version, { reason, finish }) {
  const inside = path.join('node_modules', ...name.split('/'));
  const dir = await cached(`${name.replace('/', '+')}@${version}`, async (temporary) => {
    progress(`fetching ${name}@${version} from npm: ${reason}`);
    writeFileSync(path.join(temporary, 'package.json'), '{ "private": true }\n');
    await npm(['install', '--ignore-scripts', '--no-package-lock', '--save-exact', `${name}@${version}`], temporary);
    await finish?.(path.join(temporary, inside));
  });
  return path.join(dir, inside);
}

/** @returns {string | undefined} npm's version, undefined where there is none */
export function npmVersion() {
  const { command, prefix, shell } = npmCommand();
  const result = spawnSync(command, [...prefix, '--version'], { encoding: 'utf8', shell });
  return result.status === 0 ? result.stdout.trim() : undefined;
}
