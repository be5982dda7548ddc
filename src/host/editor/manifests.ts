// The manifest service for open documents, shared by everything that the editor shows. It and what it knows are loaded once
// a manifest is looked at, so that other YAML and JSON costs nothing.
import * as vscode from 'vscode';
import type { Knowledge } from '../../knowledge/knowledge.ts';
import type { TextRange } from '../../manifest/explanation.ts';
import type { ManifestService } from '../../manifest/service.ts';
import type { ObjectRef } from '../../trace/step.ts';
import type { Platform } from '../platform.ts';

export const LANGUAGES = ['yaml', 'json', 'jsonc', 'helm'];
/** Documents that show what is elsewhere: live objects, and other versions of a file. */
const NOT_WRITTEN = new Set(['kube-anatomy', 'kube-anatomy-etcd', 'git', 'output']);

interface Loaded {
  readonly knowledge: Knowledge;
  readonly service: ManifestService;
  readonly markdown: typeof import('../../manifest/markdown.ts').explanationMarkdown;
  readonly fieldPage: typeof import('../../manifest/page.ts').fieldPage;
  readonly kindPage: (apiVersion: string, kind: string) => string | undefined;
  readonly explainField: (object: ObjectRef, path: string) => string | undefined;
  /** The page of a field, in markdown; undefined where nothing is known. */
  readonly fieldPageOf: (object: ObjectRef, path: string) => string | undefined;
  readonly factsOfText: typeof import('../../manifest/service.ts').factsOfText;
  readonly plainObjects: typeof import('../../manifest/service.ts').plainObjects;
  readonly rename: typeof import('../../manifest/workspace/rename.ts');
  readonly unresolved: typeof import('../../manifest/workspace/unresolved.ts').unresolved;
  readonly Workspace: typeof import('../../manifest/workspace/workspace.ts').Workspace;
}

export class Manifests implements vscode.Disposable {
  private readonly extensionUri: vscode.Uri;
  private readonly platform: Platform;
  private readonly versions = new Map<string, number>();
  private loading: Promise<Loaded> | undefined;
  private readonly closing: vscode.Disposable;

  constructor(extensionUri: vscode.Uri, platform: Platform) {
    this.extensionUri = extensionUri;
    this.platform = platform;
    this.closing = vscode.workspace.onDidCloseTextDocument(({ uri }) => this.close(uri.toString()));
  }

  get loaded(): boolean {
    return this.loading !== undefined;
  }

  /** The service, once it has read the document as it is now. */
  async of(document: vscode.TextDocument): Promise<Loaded & { readonly uri: string }> {
    const loaded = await this.load();
    const uri = document.uri.toString();
    if (this.versions.get(uri) !== document.version && !document.isClosed) {
      loaded.service.update(uri, document.version, document.getText());
      this.versions.set(uri, document.version);
    }
    return { ...loaded, uri };
  }

  /** Rejects with what to do where the extension's own files cannot be read. */
  load(): Promise<Loaded> {
    this.loading ??= this.read().catch((error) => {
      this.loading = undefined;
      throw new Error(`Kube Anatomy cannot read what it knows of fields; install the extension again. ${error}`);
    });
    return this.loading;
  }

  dispose(): void {
    this.closing.dispose();
  }

  private close(uri: string): void {
    if (this.versions.delete(uri)) void this.loading?.then(({ service }) => service.close(uri));
  }

  private async read(): Promise<Loaded> {
    const [
      services,
      { Workspace },
      { unresolved },
      rename,
      { fieldPage },
      { kindPage },
      { createKnowledge },
      { explanationMarkdown },
      report,
      fields,
      descriptions,
    ] = await Promise.all([
      import('../../manifest/service.ts'),
      import('../../manifest/workspace/workspace.ts'),
      import('../../manifest/workspace/unresolved.ts'),
      import('../../manifest/workspace/rename.ts'),
      import('../../manifest/page.ts'),
      import('../../manifest/kind-page.ts'),
      import('../../knowledge/knowledge.ts'),
      import('../../manifest/markdown.ts'),
      import('../../manifest/report.ts'),
      this.data('fields.json'),
      this.data('descriptions.json'),
    ]);
    const knowledge = createKnowledge({ fields: () => fields, descriptions: () => descriptions });
    const { createManifestService, factsOfText, plainObjects } = services;
    const service = createManifestService({ knowledge });
    const explainField = (object: ObjectRef, path: string) => {
      const facts = report.explainField(knowledge, object, path);
      return facts && report.factsText(facts);
    };
    return {
      knowledge,
      service,
      markdown: explanationMarkdown,
      explainField,
      fieldPageOf: (object, path) => report.fieldPageOf(knowledge, object, path),
      factsOfText,
      plainObjects,
      Workspace,
      unresolved,
      rename,
      fieldPage,
      kindPage: (apiVersion, kind) => kindPage(knowledge, apiVersion, kind),
    };
  }

  private async data(name: string): Promise<string> {
    const path = `dist/knowledge/${name}`;
    if (this.platform.readOwn) return this.platform.readOwn(path);
    const file = vscode.Uri.joinPath(this.extensionUri, path);
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  }
}

/** Whether a text could hold Kubernetes objects that somebody writes; cheap, and asked before anything is loaded. */
export function isManifest(document: vscode.TextDocument): boolean {
  return (
    LANGUAGES.includes(document.languageId) &&
    !NOT_WRITTEN.has(document.uri.scheme) &&
    /\bapiVersion\b/.test(document.getText())
  );
}

export function rangeOf({ start, end }: TextRange): vscode.Range {
  return new vscode.Range(start.line, start.column, end.line, end.column);
}
