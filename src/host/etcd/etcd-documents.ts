// What a key of the simulated etcd held at a revision, as a read-only document.
import * as vscode from 'vscode';
import { isRecord } from '../../model/object.ts';
import { messageOf } from '../messages.ts';
import type { SimulatorSession } from '../simulator/session.ts';

export const ETCD_SCHEME = 'kube-anatomy-etcd';

export class EtcdDocuments implements vscode.TextDocumentContentProvider {
  private readonly session: SimulatorSession;

  constructor(session: SimulatorSession) {
    this.session = session;
  }

  /** Each start of the simulator has an etcd of its own. */
  uriOf(key: string, revision: number): vscode.Uri {
    const query = JSON.stringify({ run: this.session.run, key, revision });
    return vscode.Uri.from({ scheme: ETCD_SCHEME, path: `${key}@${revision}.yaml`, query });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const asked: unknown = JSON.parse(uri.query);
    const { run, key, revision } = isRecord(asked) ? asked : {};
    if (typeof key !== 'string' || typeof revision !== 'number') throw new Error(`${uri} names no key of etcd`);
    if (run !== this.session.run) return '# The simulator was started anew: this etcd is gone.\n';
    try {
      const object = await this.session.call('etcdObject', { key, revision });
      if (object === null)
        return `# Nothing is kept of ${key} at revision ${revision}: it was not there, or is compacted.\n`;
      const { storedText } = await import('../../cluster/stored-text.ts');
      return storedText(object);
    } catch (error) {
      return `# ${messageOf(error)}\n`;
    }
  }
}
