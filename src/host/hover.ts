// Hover on manifests: what a field is, who acts on it, and when.
import * as vscode from 'vscode';
import type { Explanation } from '../manifest/explanation.ts';
import type { MarkdownLink } from '../manifest/markdown.ts';
import { makesPods } from '../model/templates.ts';
import { LANGUAGES, type Manifests, rangeOf } from './editor/manifests.ts';
import { settings } from './settings.ts';

const PREPARE_AFTER_MS = 100;
const PREPARE_LINES = 50;
/** The commands that a hover may run: nothing else in it is trusted. */
const ENABLED = ['kubeAnatomy.watchStep', 'kubeAnatomy.whereScheduled', 'kubeAnatomy.fieldPage'];

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
    // Other YAML and JSON loads nothing.
    if (!settings.hover || !/\bapiVersion\b/.test(document.getText())) return undefined;
    const { service, markdown, uri } = await this.manifests.of(document);
    const found = service.explainAt(uri, position.line, position.character);
    if (!found) return undefined;
    const text = new vscode.MarkdownString(markdown(found, linksOf(document.uri, found)));
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

function linksOf(uri: vscode.Uri, found: Explanation): MarkdownLink[] {
  const { object, range, path, successor } = found;
  const link = (title: string, command: string, ...args: unknown[]): MarkdownLink => ({
    title,
    href: `command:kubeAnatomy.${command}?${encodeURIComponent(JSON.stringify([uri.toString(), ...args]))}`,
  });
  const more = link('More', 'fieldPage', range.start.line, range.start.column);
  // What is read from a cluster is no manifest that could be applied, nor is one in a version that nobody serves.
  if (uri.scheme === 'kube-anatomy' || successor !== undefined) return [more];
  const [first] = found.handlers;
  const watch = first ? [link('▶ Watch this step', 'watchStep', object, first.component)] : [];
  const placed =
    makesPods(object.apiVersion, object.kind) &&
    path[0] === 'spec' &&
    found.handlers.some(({ component }) => component === 'kube-scheduler');
  const where = placed ? [link('Where would it go?', 'whereScheduled', object)] : [];
  return [...watch, ...where, more];
}
