// The folder outside the checkout that holds what is fetched once per machine: Node 24, the VS Code host, kubectl.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const DAY = 24 * 60 * 60 * 1000;

/** The cache folder: $KUBE_ANATOMY_CACHE, else kube-anatomy/ in $XDG_CACHE_HOME or ~/.cache. */
export function cacheDir() {
  const own = process.env.KUBE_ANATOMY_CACHE;
  return own
    ? path.resolve(own)
    : path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'kube-anatomy');
}

/**
 * A folder of the cache, filled at most once: `fill` works in a temporary folder beside it that is renamed when it is
 * complete, so that an interrupted or a second fill at the same time never leaves half of one behind.
 * @param {string} name carries the version, so that a new pin is a new folder
 * @param {(dir: string) => void | Promise<void>} fill
 * @returns {Promise<string>} the folder's absolute path
 */
export async function cached(name, fill) {
  const target = path.join(cacheDir(), name);
  if (existsSync(target)) return target;
  mkdirSync(cacheDir(), { recursive: true });
  removeAbandoned();
  const temporary = path.join(cacheDir(), `.tmp-${name.replace(/[^\w.-]/g, '_')}-${randomBytes(4).toString('hex')}`);
  mkdirSync(temporary);
  try {
    await fill(temporary);
    renameSync(temporary, target);
  } catch (error) {
    // Losing the race is no failure: whoever won has filled the same folder.
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return target;
}

/** Temporary folders of runs that were killed: a day old, so nobody is still filling them. */
function removeAbandoned() {
  for (const name of readdirSync(cacheDir())) {
    const full = path.join(cacheDir(), name);
    const age = Date.now() - (statSync(full, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (name.startsWith('.tmp-') && age > DAY) rmSync(full, { recursive: true, force: true });
  }
}
