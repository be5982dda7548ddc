// Live objects as read-only YAML, with the values of Secrets hidden. The text is made from an answer of the API server.
import * as vscode from 'vscode';
import { explainFailure, FailureError, failureOf, failureOfResponse } from '../cluster/failure.ts';
import { objectPath } from '../cluster/resources.ts';
import type { ClusterSource } from '../cluster/source.ts';
import { isRecord, type KubeObject } from '../model/object.ts';
import { resourceOf } from '../model/resources.ts';
import type { ObjectRef } from '../trace/step.ts';
import type { LiveObject, ReadLive } from './blame/live-object.ts';
import { Listeners } from './listeners.ts';

export const SCHEME = 'kube-anatomy';

/** Names of API objects, `system:node` included; nothing that could lead elsewhere in a path. */
const NAME = /^(?!\.{1,2}$)[\w.:-]{1,253}$/;

export class ObjectDocuments implements vscode.TextDocumentContentProvider {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  /** An object was read: its document is about to show it. */
  readonly onRead = new Listeners<void>();
  private readonly find: (id: string) => ClusterSource | undefined;
  private readonly read: ReadLive;
  private readonly shown = new Map<string, LiveObject>();
  /** Texts that stand beside a live object. */
  private readonly texts = new Map<string, { readonly text: string; readonly transcript: string }>();
  private readonly closing: vscode.Disposable;

  constructor(find: (id: string) => ClusterSource | undefined, read: ReadLive) {
    this.find = find;
    this.read = read;
    this.closing = vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      this.shown.delete(uri.toString());
      this.texts.delete(uri.toString());
    });
  }

  /** What an open document shows; undefined for others, and where the object could not be read. */
  live(uri: vscode.Uri): LiveObject | undefined {
    return this.shown.get(uri.toString());
  }

  /** A text to be compared with what another document shows, and what is to be said of the two. */
  beside(name: string, text: string, other: vscode.Uri, transcript: string): vscode.Uri {
    const uri = other.with({ path: `/mine/${name}`, query: JSON.stringify({ besides: other.toString() }) });
    this.texts.set(uri.toString(), { text, transcript });
    this.refresh(uri);
    return uri;
  }

  transcriptOf(uri: vscode.Uri): string | undefined {
    return this.texts.get(uri.toString())?.transcript;
  }

  /** Has an open document read again what it shows. */
  refresh(uri: vscode.Uri): void {
    this.changed.fire(uri);
  }

  dispose(): void {
    this.closing.dispose();
    this.changed.dispose();
  }

  /** `kube-anatomy:/simulator/demo/pods/web-x.yaml?{…}`: the query says what to ask for, the path is for the reader. */
  uriOf(source: ClusterSource, ref: ObjectRef): vscode.Uri {
    const { group, resource, namespace, name } = ref;
    // Contexts may have a slash in their names; the path is only read, never taken apart.
    const path = [source.name.replaceAll('/', '∕'), ...(namespace ? [namespace] : []), resource, `${name}.yaml`];
    const query = JSON.stringify({ source: source.id, group, resource, namespace, name });
    return vscode.Uri.from({ scheme: SCHEME, path: `/${path.join('/')}`, query });
  }

  async open(source: ClusterSource, ref: ObjectRef, viewColumn = vscode.ViewColumn.Active): Promise<void> {
    const uri = this.uriOf(source, ref);
    // One that is open already shows what it was when it was opened.
    this.changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true, viewColumn });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const mine = this.texts.get(uri.toString());
    if (mine) return mine.text;
    const asked: unknown = JSON.parse(uri.query);
    if (!isRecord(asked)) throw new Error(`${uri} names no object`);
    const { source: id, group, resource, namespace, name } = asked as { [key: string]: string | undefined };
    const parts = [group, resource, namespace, name].filter((part) => part !== undefined && part !== '');
    if (!parts.every((part) => typeof part === 'string' && NAME.test(part))) throw new Error(`${uri} names no object`);
    const source = this.find(id ?? '');
    if (!source) return `# This cluster is not connected any more.\n`;
    this.shown.delete(uri.toString());
    const ref: ObjectRef = {
      group: group ?? '',
      resource: resource ?? '',
      kind: resourceOf(group ?? '', resource ?? '')?.kind ?? '',
      name: name ?? '',
      ...(namespace ? { namespace } : {}),
    };
    const path = objectPath(ref);
    try {
      const { code, body } = await source.request({ method: 'GET', path, asUser: false });
      const failure = failureOfResponse(code, body);
      if (failure) throw new FailureError(failure);
      const object = body as KubeObject;
      await this.remember(uri, source, { ...ref, kind: object.kind ?? ref.kind }, object);
      const { objectText } = await import('../provenance/blame.ts');
      return objectText(object);
    } catch (error) {
      const { message, remedy } = explainFailure(failureOf(error), { context: source.name, server: source.name });
      return `# ${message}\n# ${remedy}\n`;
    }
  }

  /** The text is shown whatever becomes of this. */
  private async remember(uri: vscode.Uri, source: ClusterSource, ref: ObjectRef, object: KubeObject): Promise<void> {
    try {
      this.shown.set(uri.toString(), await this.read(source, ref, object));
    } catch {
      this.shown.delete(uri.toString());
    }
    this.onRead.fire();
  }
}
