import type { TestProject } from 'vitest/node';
import { ensureChromium } from '../../scripts/tasks/chromium.ts';
import { temporaryFolder } from '../../scripts/tasks/samples.ts';
import { type HostAddress, startHost } from '../../scripts/tasks/vscode-host.ts';

declare module 'vitest' {
  interface ProvidedContext {
    workbenchHost: HostAddress;
  }
}

/** Vitest's global set-up of the UI tests: one VS Code host for all of them. Returns its end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensureChromium();
  const { port, token, stop } = await startHost({ dataDir: temporaryFolder('ui') });
  project.provide('workbenchHost', { port, token });
  return stop;
}
