import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../lib/dependencies.mjs';

/** The workspace that is shown to people, and to tests as a copy. */
export const SAMPLES = path.join(ROOT, 'media', 'samples');

const temporary: string[] = [];

/** An empty folder that nobody else uses; removed when this process ends. */
export function temporaryFolder(name: string): string {
  if (temporary.length === 0) {
    process.on('exit', () => {
      for (const folder of temporary) rmSync(folder, { recursive: true, force: true });
    });
  }
  const folder = mkdtempSync(path.join(tmpdir(), `kube-anatomy-${name}-`));
  temporary.push(folder);
  return folder;
}

/**
 * From here on this process and all that it starts keep their temporary files in a folder of their own, which goes with
 * it. On macOS it lies in /tmp: sockets in the longer path of the user's own folder would pass the limit of 103 bytes.
 */
export function ownTemporaryFiles(): void {
  if (process.platform === 'darwin') process.env.TMPDIR = '/tmp';
  const folder = temporaryFolder('test');
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;
}

/** A copy of the sample workspace that a test may change; `quiet`: one that does not open with our view, as the samples do. */
export function copyOfSamples({ quiet = false } = {}): string {
  const folder = path.join(temporaryFolder('workspace'), 'samples');
  cpSync(SAMPLES, folder, { recursive: true });
  if (quiet) rmSync(path.join(folder, '.kube-anatomy'));
  return folder;
}
