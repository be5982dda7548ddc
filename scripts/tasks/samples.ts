import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../lib/dependencies.mjs';

/** The workspace that is shown to people, and to tests as a copy. */
export const SAMPLES = path.join(ROOT, 'media', 'samples');

/** An empty folder that nobody else uses. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(path.join(tmpdir(), `kube-anatomy-${name}-`));
}

/** A copy of the sample workspace that a test may change. */
export function copyOfSamples(): string {
  const folder = path.join(temporaryFolder('workspace'), 'samples');
  cpSync(SAMPLES, folder, { recursive: true });
  return folder;
}
