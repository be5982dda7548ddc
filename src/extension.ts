// The desktop's entry point: wires what needs Node to the host.
import { readFileSync } from 'node:fs';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExtensionContext } from 'vscode';
import { type Api, activateHost } from './host/activate.ts';
import type { Platform } from './host/platform.ts';
import { isNamed, kubeconfigFiles, readContexts } from './node/kubeconfig-read.ts';
import { spawnSimulator } from './node/simulator-thread.ts';

export function activate(context: ExtensionContext): Api {
  const platform: Platform = {
    // Whole at once: reading it piece by piece, as promises do, takes longer than anybody could be kept waiting.
    readOwn: async (file) => readFileSync(context.asAbsolutePath(file), 'utf8'),
    createWorker: () => spawnSimulator(context.asAbsolutePath('dist/simulator.node-worker.cjs')),
    kubeconfig: {
      files: kubeconfigFiles,
      read: (files, setting) => readContexts(files, isNamed(setting)),
      async open(files, name) {
        const { openContext } = await import('./node/kubeconfig-entry.ts');
        return openContext(files, name);
      },
    },
    async writePrivate(folder, name, text) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = path.join(folder, name);
      // Written beside and renamed: at no moment can others read it, whatever mode an older file had.
      await writeFile(`${file}.part`, text, { mode: 0o600 });
      await chmod(`${file}.part`, 0o600);
      await rename(`${file}.part`, file);
      return file;
    },
  };
  return activateHost(context, platform);
}
