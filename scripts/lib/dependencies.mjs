// npm ci, when what is installed is not what package-lock.json says.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm, npmVersion } from './npm.mjs';
import { progress, UserError } from './say.mjs';

/** The checkout's root folder. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Installs the checkout's dependencies where they are missing or another version than the lock file wants. */
export async function ensureDependencies() {
  const why = stale();
  if (!why) return;
  if (!npmVersion())
    throw new UserError('npm is not on PATH. It comes with Node.js: https://nodejs.org. Install it and try again.');
  progress(`npm ci (${why})`);
  await npm(['ci'], ROOT);
}

/**
 * Why an install is needed. npm keeps in node_modules a copy of the lock file's part that it installed; comparing what
 * both say is exact, where file times are not (a checkout and an install both touch them).
 * @returns {string | undefined}
 */
function stale() {
  const lock = packages(path.join(ROOT, 'package-lock.json'));
  if (!lock)
    throw new UserError(`package-lock.json is missing in ${ROOT}. Restore it with \`git checkout package-lock.json\`.`);
  const installed = packages(path.join(ROOT, 'node_modules', '.package-lock.json'));
  if (!installed) return 'node_modules is missing';
  for (const [at, wanted] of Object.entries(lock)) {
    if (at === '' || wanted.optional || wanted.link) continue;
    if (installed[at]?.version !== wanted.version) return `${at} is not at ${wanted.version}`;
  }
  return undefined;
}

/**
 * @param {string} file a lock file
 * @returns {Record<string, { version?: string, optional?: boolean, link?: boolean }> | undefined}
 */
function packages(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
