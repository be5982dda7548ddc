// Hover on manifests: what a field is, who acts on it, and when. The manifest service and what it knows are loaded once a
// manifest is looked at, so that other YAML and JSON costs nothing.
import * as vscode from 'vscode';
import type { ManifestService } from '../manifest/service.ts';
import type { ObjectRef } from '../trace/step.ts';
import { settings } from './settings.ts';

interface Loaded {
  readonly service: ManifestService;
  readonly markdown: typeof import('../manifest/markdown.ts').explanationMarkdown;
  readonly explainField: (object: ObjectRef, path: string) => string | undefined;
}

const LANGUAGES = ['yaml', 'json', 'jsonc', 'helm'];
const PREPARE_AFTER_MS = 100;
const PREPARE_LINES = 50;
/** The commands that a hover may run: nothing else in it is trusted. */
const ENABLED = ['kubeAnatomy.applyManifest', 'kubeAnatomy.openFlow'];

export class ManifestHover implements vscode.HoverProvider, vscode.Disposable {
  private readonly extensionUri: vscode.Uri;
  private readonly versions = new Map<string, number>();
  private loading: Promise<Loaded> | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(extensionUri: vscode.Uri) {
    this.extensionUri = extensionUri;
    this.subscriptions = [
      vscode.languages.registerHoverProvider(
        LANGUAGES.map((language) => ({ language })),
        this,
      ),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.close(uri.toString())),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.prepare(editor)),
    ];
    this.prepare(vscode.window.activeTextEditor);
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    if (!settings.hover) return undefined;
    const { service, markdown } = await this.load();
    const uri = document.uri.toString();
    if (this.versions.get(uri) !== document.version) {
      service.update(uri, document.version, document.getText());
      this.versions.set(uri, document.version);
    }
    const found = service.explainAt(uri, position.line, position.character);
    if (!found) return undefined;
    const links = document.uri.scheme === 'kube-anatomy' ? [] : [applyLink(document.uri)];
    const text = new vscode.MarkdownString(markdown(found, links));
    text.isTrusted = { enabledCommands: ENABLED };
    const { start, end } = found.range;
    return new vscode.Hover(text, new vscode.Range(start.line, start.column, end.line, end.column));
  }

  /** What is known of a field, as plain text, for places that are not an editor. */
  async explainField(object: ObjectRef, path: string): Promise<string | undefined> {
    const { explainField } = await this.load();
    return explainField(object, path);
  }

  dispose(): void {
    for (const s of this.subscriptions) s.dispose();
  }

  /** Loads ahead of the first hover, once a manifest is looked at and the editor has drawn it. */
  private prepare(editor: vscode.TextEditor | undefined): void {
    if (this.loading || !editor || !settings.hover || !LANGUAGES.includes(editor.document.languageId)) return;
    const head = editor.document.getText(new vscode.Range(0, 0, PREPARE_LINES, 0));
    if (/\bapiVersion\b/.test(head)) setTimeout(() => this.load().catch(() => {}), PREPARE_AFTER_MS);
  }

  private close(uri: string): void {
    this.versions.delete(uri);
    void this.loading?.then(({ service }) => service.close(uri));
  }

  private load(): Promise<Loaded> {
    this.loading ??= this.read().catch((error) => {
      this.loading = undefined;
      throw new Error(`Kube Anatomy cannot read what it knows of fields; install the extension again. ${error}`);
    });
    return this.loading;
  }

  private async read(): Promise<Loaded> {
    const [{ createManifestService }, { createKnowledge }, { explanationMarkdown }, report, fields, descriptions] =
      await Promise.all([
        import('../manifest/service.ts'),
        import('../knowledge/knowledge.ts'),
        import('../manifest/markdown.ts'),
        import('../manifest/report.ts'),
        this.data('fields.json'),
        this.data('descriptions.json'),
      ]);
    const knowledge = createKnowledge({ fields: () => fields, descriptions: () => descriptions });
    const service = createManifestService({ knowledge });
    const explainField = (object: ObjectRef, path: string) => {
      const facts = report.explainField(knowledge, object, path);
      return facts && report.factsText(facts);
    };
    return { service, markdown: explanationMarkdown, explainField };
  }

  private async data(name: string): Promise<string> {
    const file = vscode.Uri.joinPath(this.extensionUri, 'dist', 'knowledge', name);
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  }
}

function applyLink(uri: vscode.Uri): { title: string; href: string } {
  const args = encodeURIComponent(JSON.stringify([uri.toString()]));
  return { title: '▶ Watch it happen', href: `command:kubeAnatomy.applyManifest?${args}` };
}
