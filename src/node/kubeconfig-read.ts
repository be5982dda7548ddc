// Where kubeconfigs lie, and their contexts. Reads those files and nothing else.
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Kubeconfig, KubeconfigFile, KubeconfigProblem } from '../cluster/kubeconfig.ts';

/** The setting, or KUBECONFIG (several files), or ~/.kube/config: what kubectl reads. */
export function kubeconfigFiles(setting: string): string[] {
  if (setting.trim() !== '') return [expand(setting.trim())];
  const listed = (process.env.KUBECONFIG ?? '').split(path.delimiter).filter((f) => f !== '');
  return listed.length > 0 ? [...new Set(listed)] : [path.join(os.homedir(), '.kube', 'config')];
}

function expand(file: string): string {
  return file === '~' || file.startsWith('~/') ? path.join(os.homedir(), file.slice(1)) : file;
}

export async function readContexts(files: readonly string[], asked: boolean): Promise<Kubeconfig> {
  const problems: KubeconfigProblem[] = [];
  const read: KubeconfigFile[] = [];
  for (const file of files) {
    try {
      read.push({ file, text: await readFile(file, 'utf8') });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // Nobody has to have a kubeconfig; one that was named has to be there.
      if (code === 'ENOENT' && !asked) continue;
      const said = code === 'ENOENT' ? 'There is no such file.' : `It cannot be read: ${message}.`;
      const remedy =
        'Correct the setting kubeAnatomy.kubeconfig or the variable KUBECONFIG, or the file’s permissions.';
      problems.push({ file, message: said, remedy });
    }
  }
  const { readKubeconfig } = await import('../cluster/kubeconfig.ts');
  const config = readKubeconfig(read);
  return { ...config, problems: [...problems, ...config.problems] };
}

/** True where a person named the files, so that a missing one is worth a word. */
export function isNamed(setting: string): boolean {
  return setting.trim() !== '' || (process.env.KUBECONFIG ?? '') !== '';
}
