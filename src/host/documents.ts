// Live objects as read-only YAML, with the values of Secrets hidden. The text is made from an answer of the API server.
import * as vscode from 'vscode';
import { explainFailure, FailureError, failureOf, failureOfResponse } from '../cluster/failure.ts';
import { redact } from '../cluster/redact.ts';
import type { ClusterSource } from '../cluster/source.ts';
import { isRecord, type KubeObject } from '../model/object.ts';
import { resourceOf } from '../model/resources.ts';
import type { ObjectRef } from '../trace/step.ts';

export const SCHEME = 'kube-anatomy';

/** Names of API objects, `system:node` included; nothing that could lead elsewhere in a path. */
const NAME = /^(?!\.{1,2}$)[\w.:-]{1,253}$/;

export class ObjectDocuments implements vscode.TextDocumentContentProvider {
  private readonly find: (id: string) => ClusterSource | undefined;

  constructor(find: (id: string) => ClusterSource | undefined) {
    this.find = find;
  }

  /** `kube-anatomy:/simulator/demo/pods/web-x.yaml?{…}`: the query says what to ask for, the path is for the reader. */
  uriOf(source: ClusterSource, ref: ObjectRef): vscode.Uri {
    const path = ['', source.name, ...(ref.namespace ? [ref.namespace] : []), ref.resource, `${ref.name}.yaml`];
    const { group, resource, namespace, name } = ref;
    return vscode.Uri.from({
      scheme: SCHEME,
      path: path
        .map((p) => p.replaceAll('/', '∕'))
        .join('/')
        .replace(/^∕/, '/'),
      query: JSON.stringify({ source: source.id, group, resource, namespace, name }),
    });
  }

  async open(source: ClusterSource, ref: ObjectRef): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.uriOf(source, ref));
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
    const found = resourceOf(group ?? '', resource ?? '');
    const root = group ? `/apis/${group}/${found?.version ?? 'v1'}` : '/api/v1';
    const path = `${root}${namespace ? `/namespaces/${namespace}` : ''}/${resource}/${name}`;
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
