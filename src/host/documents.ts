// Live objects as read-only YAML, with the values of Secrets hidden. The text is made from an answer of the API server.
import * as vscode from 'vscode';
import { explainFailure, FailureError, failureOf, failureOfResponse } from '../cluster/failure.ts';
import { objectPath } from '../cluster/resources.ts';
import type { ClusterSource } from '../cluster/source.ts';
import { isRecord, type KubeObject } from '../model/object.ts';
import { redact } from '../model/redact.ts';
import type { ObjectRef } from '../trace/step.ts';

export const SCHEME = 'kube-anatomy';

/** Names of API objects, `system:node` included; nothing that could lead elsewhere in a path. */
const NAME = /^(?!\.{1,2}$)[\w.:-]{1,253}$/;

export class ObjectDocuments implements vscode.TextDocumentContentProvider {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly find: (id: string) => ClusterSource | undefined;

  constructor(find: (id: string) => ClusterSource | undefined) {
    this.find = find;
  }

  /** `kube-anatomy:/simulator/demo/pods/web-x.yaml?{…}`: the query says what to ask for, the path is for the reader. */
  uriOf(source: ClusterSource, ref: ObjectRef): vscode.Uri {
    const { group, resource, namespace, name } = ref;
    // Contexts may have a slash in their names; the path is only read, never taken apart.
    const path = [source.name.replaceAll('/', '∕'), ...(namespace ? [namespace] : []), resource, `${name}.yaml`];
    const query = JSON.stringify({ source: source.id, group, resource, namespace, name });
    return vscode.Uri.from({ scheme: SCHEME, path: `/${path.join('/')}`, query });
  }

  async open(source: ClusterSource, ref: ObjectRef): Promise<void> {
    const uri = this.uriOf(source, ref);
    // One that is open already shows what it was when it was opened.
    this.changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const asked: unknown = JSON.parse(uri.query);
    if (!isRecord(asked)) throw new Error(`${uri} names no object`);
    const { source: id, group, resource, namespace, name } = asked as { [key: string]: string | undefined };
    const parts = [group, resource, namespace, name].filter((part) => part !== undefined && part !== '');
    if (!parts.every((part) => typeof part === 'string' && NAME.test(part))) throw new Error(`${uri} names no object`);
    const source = this.find(id ?? '');
    if (!source) return `# This cluster is not connected any more.\n`;
    const path = objectPath({
      group: group ?? '',
      resource: resource ?? '',
      name: name ?? '',
      ...(namespace ? { namespace } : {}),
    });
    try {
      const { code, body } = await source.request({ method: 'GET', path, asUser: false });
      const failure = failureOfResponse(code, body);
      if (failure) throw new FailureError(failure);
      const { stringify } = await import('yaml');
      return stringify(withoutManagers(redact(body as KubeObject)), { lineWidth: 0, version: '1.1' });
    } catch (error) {
      const { message, remedy } = explainFailure(failureOf(error), { context: source.name, server: source.name });
      return `# ${message}\n# ${remedy}\n`;
    }
  }
}

/** What managedFields say is for the question “who wrote this?”, and not for reading. */
function withoutManagers(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
