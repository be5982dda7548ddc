// Hover on manifests: what a field is, who acts on it, and when.
import * as vscode from 'vscode';
import { LANGUAGES, type Manifests, rangeOf } from './editor/manifests.ts';
import { settings } from './settings.ts';

const PREPARE_AFTER_MS = 100;
const PREPARE_LINES = 50;
/** The commands that a hover may run: nothing else in it is trusted. */
const ENABLED = ['kubeAnatomy.applyManifest', 'kubeAnatomy.openFlow'];

export class ManifestHover implements vscode.HoverProvider, vscode.Disposable {
  private readonly manifests: Manifests;
  private readonly subscriptions: vscode.Disposable[];

  constructor(manifests: Manifests) {
    this.manifests = manifests;
    this.subscriptions = [
      vscode.languages.registerHoverProvider(LANGUAGES, this),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.prepare(editor)),
    ];
    this.prepare(vscode.window.activeTextEditor);
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    if (!settings.hover) return undefined;
    const { service, markdown, uri } = await this.manifests.of(document);
    const found = service.explainAt(uri, position.line, position.character);
    if (!found) return undefined;
    const links = document.uri.scheme === 'kube-anatomy' ? [] : [applyLink(document.uri)];
    const text = new vscode.MarkdownString(markdown(found, links));
    text.isTrusted = { enabledCommands: ENABLED };
    return new vscode.Hover(text, rangeOf(found.range));
  }

  dispose(): void {
    for (const s of this.subscriptions) s.dispose();
  }

  /** Loads ahead of the first hover, once a manifest is looked at and the editor has drawn it. */
  private prepare(editor: vscode.TextEditor | undefined): void {
    const { manifests } = this;
    if (manifests.loaded || !editor || !settings.hover || !LANGUAGES.includes(editor.document.languageId)) return;
    const head = editor.document.getText(new vscode.Range(0, 0, PREPARE_LINES, 0));
    if (/\bapiVersion\b/.test(head)) setTimeout(() => manifests.load().catch(() => {}), PREPARE_AFTER_MS);
  }
}

function applyLink(uri: vscode.Uri): { title: string; href: string } {
  const args = encodeURIComponent(JSON.stringify([uri.toString()]));
  return { title: '▶ Watch it happen', href: `command:kubeAnatomy.applyManifest?${args}` };
}
