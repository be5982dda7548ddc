// What differs between the desktop and the browser. The entry points bring it; nothing else asks where it runs.
import type { Kubeconfig } from '../cluster/kubeconfig.ts';
import type { Transport } from '../cluster/transport.ts';
import type { WorkerPort } from '../protocol/worker-client.ts';

export interface KubeconfigPlatform {
  /** Paths of the files that are read: the setting, or KUBECONFIG, or ~/.kube/config. */
  files(setting: string): readonly string[];
  /** Reads the files and nothing else: no cluster, no credential, no plugin is touched. */
  read(files: readonly string[], setting: string): Promise<Kubeconfig>;
  /** The way to the context's server. Rejects with FailureError. */
  open(
    files: readonly string[],
    context: string,
  ): Promise<{ readonly transport: Transport; readonly server: string; readonly user?: string }>;
}

export interface Platform {
  /** Starts the simulator's worker. Throws where this platform cannot. */
  createWorker(): WorkerPort;
  /** Reads a text of the extension's own, quicker than through VS Code. Absent in the browser, where there are no files. */
  readOwn?(path: string): Promise<string>;
  /** Absent in the browser, where there are no files and no sockets. */
  readonly kubeconfig?: KubeconfigPlatform;
  /** Writes a file that only this user may read, and returns its path. Absent in the browser. */
  writePrivate?(folder: string, name: string, text: string): Promise<string>;
}
